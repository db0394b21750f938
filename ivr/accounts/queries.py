"""A connection and a number come in, accounts and ledger rows go out: everything that is only read.

``account`` is one statement, so a caller costs one round trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Account, Charging, Entry, Lot, NewAccount, Operator
from ivr.accounts.rules.calendar import period_before
from ivr.accounts.schema.tables import ledger, numbers, operators, subscribers
from ivr.errors import StoreUnavailable
from ivr.money import Money

__all__ = [
    "account",
    "accounts",
    "accounts_of",
    "count",
    "entries",
    "entry_of_key",
    "limit_of",
    "openings",
    "sum_of",
    "terms_of_today",
    "this_period",
]

_AT_ONCE = 500  # numbers in one question: SQLite of before 2020 takes 999 values in a statement


def sum_of(book: str, *more: ColumnElement[bool]) -> ScalarSelect[Any]:
    """The sum of a book's rows, for each row of ``subscribers`` that the question is about."""
    return (
        select(cast(func.sum(ledger.c.amount_minor), BigInteger))
        .where(ledger.c.subscriber_id == subscribers.c.id, ledger.c.book == book, *more)
        .correlate(subscribers)
        .scalar_subquery()
    )


def this_period() -> ColumnElement[int]:
    """The billing period that a subscriber is in today, as YYYYMM."""
    return case(
        (
            subscribers.c.billing_day <= bindparam("day_of_month", type_=Integer),
            bindparam("period", type_=Integer),
        ),
        else_=bindparam("period_before", type_=Integer),
    )


def _accounts_with_sums() -> Select[Any]:
    """One row an account of the operator: who it is, and the sums of its books."""
    return (
        select(
            subscribers.c.id,
            numbers.c.e164,
            subscribers.c.charging,
            subscribers.c.status,
            subscribers.c.language,
            subscribers.c.own_limit_minor,
            subscribers.c.billing_day,
            sum_of("credit").label("credit"),
            sum_of("spend", ledger.c.period == this_period()).label("spend"),
            sum_of("limit").label("granted_limit"),
        )
        .join_from(numbers, subscribers, numbers.c.subscriber_id == subscribers.c.id)
        .join(operators, operators.c.id == numbers.c.operator_id)
        .where(
            operators.c.code == bindparam("operator"),
            numbers.c.released_at.is_(None),
            subscribers.c.status != "closed",
        )
    )


def _with_lots(chosen: CTE) -> Select[Any]:
    """The chosen accounts, repeated for each top-up and expiry of their credit."""
    moves = ledger.c.subscriber_id == chosen.c.id, ledger.c.valid_until.is_not(None)
    return (
        select(chosen, ledger.c.kind, ledger.c.amount_minor, ledger.c.valid_until)
        .select_from(chosen.outerjoin(ledger, moves[0] & moves[1]))
        .order_by(chosen.c.e164, ledger.c.id)
    )


_ONE = _with_lots(
    _accounts_with_sums()
    .where(numbers.c.e164 == bindparam("number"))
    .cte("chosen")
    .prefix_with("MATERIALIZED")
)
_SOME = _with_lots(
    _accounts_with_sums()
    .where(numbers.c.e164.in_(bindparam("wanted", expanding=True)))
    .cte("chosen")
    .prefix_with("MATERIALIZED")
)
_PAGE = _with_lots(
    _accounts_with_sums()
    .where(numbers.c.e164 > bindparam("after"))
    .order_by(numbers.c.e164)
    .limit(bindparam("page"))
    .cte("chosen")
)


async def account(
    connection: AsyncConnection, operator: Operator, number: str, today: date
) -> Account | None:
    """The account behind a number in E.164; None when the number is not a customer's."""
    rows = await _rows(connection, _ONE, {**terms_of_today(operator, today), "number": number})
    return _account(rows, operator) if rows else None


async def accounts(
    connection: AsyncConnection, operator: Operator, today: date, after: str, page: int
) -> tuple[Account, ...]:
    """Up to ``page`` accounts in the order of their numbers, beginning behind ``after``."""
    rows = await _rows(connection, _PAGE, {**terms_of_today(operator, today), "after": after, "page": page})
    grouped: dict[str, list[Row[Any]]] = {}
    for row in rows:
        grouped.setdefault(row.e164, []).append(row)
    return tuple(_account(group, operator) for group in grouped.values())


async def accounts_of(
    connection: AsyncConnection, operator: Operator, wanted: Sequence[str], today: date
) -> dict[str, Account]:
    """The accounts behind these numbers in E.164, by number; those that are nobody's are left out."""
    grouped: dict[str, list[Row[Any]]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = {"wanted": wanted[start : start + _AT_ONCE]}
        for row in await _rows(connection, _SOME, terms_of_today(operator, today) | some):
            grouped.setdefault(row.e164, []).append(row)
    return {number: _account(group, operator) for number, group in grouped.items()}


async def count(connection: AsyncConnection, operator: Operator) -> int:
    """How many numbers the operator has in the store."""
    found = await connection.scalar(
        select(func.count())
        .select_from(numbers.join(operators, operators.c.id == numbers.c.operator_id))
        .where(operators.c.code == operator.code, numbers.c.released_at.is_(None))
    )
    return found or 0


async def entries(connection: AsyncConnection, subscriber_id: int, newest: int) -> tuple[Entry, ...]:
    """The newest rows of a subscriber's ledger, newest first."""
    chosen = (
        select(ledger)
        .where(ledger.c.subscriber_id == subscriber_id)
        .order_by(ledger.c.occurred_at.desc(), ledger.c.id.desc())
        .limit(newest)
    )
    return tuple(_entry(row) for row in await _rows(connection, chosen, {}))


async def entry_of_key(connection: AsyncConnection, key: str) -> tuple[int, Entry] | None:
    """The subscriber and the row booked under an idempotency key."""
    rows = await _rows(connection, select(ledger).where(ledger.c.key == key), {})
    return (rows[0].subscriber_id, _entry(rows[0])) if rows else None


async def openings(
    connection: AsyncConnection, operator: Operator, wanted: Sequence[str]
) -> dict[str, NewAccount]:
    """Those of the numbers that are in the store, each as it was entered; no amount is an amount of zero."""
    opening_rows = ledger.c.key.startswith("opening:") & (ledger.c.subscriber_id == subscribers.c.id)
    columns = (
        *(numbers.c.e164, subscribers.c.charging, subscribers.c.language),
        *(ledger.c.book, ledger.c.amount_minor, ledger.c.valid_until),
    )
    grouped: dict[str, list[Row[Any]]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        chosen = (
            select(*columns)
            .join_from(numbers, subscribers, numbers.c.subscriber_id == subscribers.c.id)
            .join(operators, operators.c.id == numbers.c.operator_id)
            .outerjoin(ledger, opening_rows)
            .where(
                operators.c.code == operator.code,
                numbers.c.released_at.is_(None),
                numbers.c.e164.in_(wanted[start : start + _AT_ONCE]),
            )
        )
        for row in await _rows(connection, chosen, {}):
            grouped.setdefault(row.e164, []).append(row)
    return {number: _opening(number, rows, operator) for number, rows in grouped.items()}


async def _rows(
    connection: AsyncConnection, statement: Select[Any], values: dict[str, Any]
) -> Sequence[Row[Any]]:
    """All rows; a record whose contents make no sense is a store that cannot be trusted."""
    try:
        found: Sequence[Row[Any]] = (await connection.execute(statement, values)).all()
    except (ValueError, TypeError) as error:
        raise StoreUnavailable("a record in the account store cannot be read") from error
    return found


def terms_of_today(operator: Operator, today: date) -> dict[str, Any]:
    """The values that questions about an operator's accounts need on this day."""
    period = today.year * 100 + today.month
    return {
        "operator": operator.code,
        "day_of_month": today.day,
        "period": period,
        "period_before": period_before(period),
    }


def _account(rows: Sequence[Row[Any]], operator: Operator) -> Account:
    first = rows[0]
    lots: list[Lot] = []
    lapses: list[Lot] = []
    for row in rows:
        if row.kind == "expiry":
            lapses.append(Lot(Money(-row.amount_minor, operator.currency), row.valid_until))
        elif row.kind is not None:
            lots.append(Lot(Money(row.amount_minor, operator.currency), row.valid_until))
    return Account(
        subscriber_id=first.id,
        number=first.e164,
        charging=Charging(first.charging),
        status=first.status,
        language=first.language,
        balance=Money(first.credit or 0, operator.currency),
        lots=tuple(lots),
        lapses=tuple(lapses),
        spend=Money(-(first.spend or 0), operator.currency),
        limit=limit_of(first.granted_limit, first.own_limit_minor, operator.currency),
        billing_day=first.billing_day,
    )


def _opening(number: str, rows: Sequence[Row[Any]], operator: Operator) -> NewAccount:
    amounts = {row.book: Money(abs(row.amount_minor), operator.currency) for row in rows if row.book}
    nothing = Money(0, operator.currency)
    return NewAccount(
        number=number,
        charging=Charging(rows[0].charging),
        credit=amounts.get("credit", nothing),
        valid_until=next((row.valid_until for row in rows if row.valid_until), None),
        spend=amounts.get("spend", nothing),
        limit=amounts.get("limit"),
        language=rows[0].language,
    )


def limit_of(granted: int | None, own: int | None, currency: str) -> Money | None:
    """The calling limit: what was granted and deposited (VL-02), or less where the customer set less."""
    heights = [height for height in (granted, own) if height is not None]
    return Money(min(heights), currency) if heights else None


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.occurred_at, row.book, row.kind, Money(row.amount_minor, row.currency), row.valid_until, row.key
    )
