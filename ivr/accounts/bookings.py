"""A writing transaction and what is to be booked come in; rows in the tables go out.

Nothing here commits: the caller's transaction makes the rows whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, cast, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Booked, Lot, NewAccount, Operator
from ivr.accounts.rules.calendar import local_day, period_of
from ivr.accounts.schema.columns import Instant
from ivr.accounts.schema.tables import closing_balances, ledger, numbers, operators, subscribers
from ivr.errors import AccountError
from ivr.money import Money

__all__ = [
    "book_entry",
    "book_expiry",
    "book_row",
    "book_top_up",
    "enter",
    "entry_row",
    "note_closing",
    "opening_key",
    "operator_id",
]


def opening_key(subscriber_id: int, book: str) -> str:
    """The key of the row that carries an account's state as it was entered."""
    return f"opening:{subscriber_id}:{book}"


async def operator_id(connection: AsyncConnection, operator: Operator) -> int:
    """The operator's row, made when it is not there."""
    found = await connection.scalar(select(operators.c.id).where(operators.c.code == operator.code))
    if found is not None:
        return int(found)
    made = await connection.execute(
        insert(operators)
        .values(
            code=operator.code,
            name=operator.name,
            country=operator.country,
            currency=operator.currency,
            time_zone=operator.time_zone,
        )
        .returning(operators.c.id)
    )
    return int(made.scalar_one())


async def enter(
    connection: AsyncConnection, operator: Operator, accounts: Sequence[NewAccount], now: datetime
) -> None:
    """Enter checked accounts whose numbers are not there: subscriber, number and opening rows of the ledger.

    Prepaid credit must carry its last valid day.
    """
    if not accounts:
        return
    owner = await operator_id(connection, operator)
    today = local_day(now, operator.time_zone)
    made = await connection.execute(
        insert(subscribers).returning(subscribers.c.id, sort_by_parameter_order=True),
        [
            {
                "operator_id": owner,
                "language": account.language,
                "charging": account.charging.value,
                "customer_since": today,
            }
            for account in accounts
        ],
    )
    ids = [int(row.id) for row in made]
    await connection.execute(
        insert(numbers),
        [
            {
                "operator_id": owner,
                "subscriber_id": subscriber,
                "e164": account.number,
                "kind": "line",
                "last_digits": account.number[-8:],
                "added_at": now,
            }
            for subscriber, account in zip(ids, accounts, strict=True)
        ],
    )
    rows = [
        row
        for subscriber, account in zip(ids, accounts, strict=True)
        for row in _opening_rows(subscriber, account, operator, today, now)
    ]
    if rows:
        await connection.execute(insert(ledger), rows)


async def book_entry(
    connection: AsyncConnection,
    subscriber_id: int,
    book: str,
    kind: str,
    amount: Money,
    *,
    key: str,
    at: datetime,
    now: datetime,
    valid_until: date | None = None,
    period: int | None = None,
    note: str | None = None,
) -> Booked:
    """One row of the ledger, once for its key; AccountError where the key was used for something else."""
    row = entry_row(
        subscriber_id,
        book,
        kind,
        amount,
        key=key,
        at=at,
        now=now,
        valid_until=valid_until,
        period=period,
    )
    return await book_row(connection, row | {"note": note})


async def book_row(connection: AsyncConnection, row: dict[str, Any]) -> Booked:
    """A row of the ledger as ``entry_row`` makes it; otherwise as ``book_entry``."""
    key = row["key"]
    found = (await connection.execute(select(ledger).where(ledger.c.key == key))).one_or_none()
    if found is not None:
        same = ("subscriber_id", "book", "kind", "amount_minor", "currency")
        if any(getattr(found, name) != row[name] for name in same):
            raise AccountError(f"key: {key!r} was used for something else")
        return Booked(found.id, repeated=True)
    made = await connection.execute(insert(ledger).values(row).returning(ledger.c.id))
    return Booked(int(made.scalar_one()), repeated=False)


async def book_top_up(
    connection: AsyncConnection,
    subscriber_id: int,
    amount: Money,
    valid_until: date | None,
    *,
    key: str,
    at: datetime,
    now: datetime,
) -> Booked:
    """One top-up, valid through its last valid day; None where credit has no end (CS-10)."""
    return await book_entry(
        connection,
        subscriber_id,
        "credit",
        "top_up",
        amount,
        key=key,
        at=at,
        now=now,
        valid_until=valid_until,
    )


async def book_expiry(
    connection: AsyncConnection, subscriber_id: int, lapsed: Iterable[Lot], now: datetime
) -> None:
    """Take away credit whose last valid day has passed, once a day of ending."""
    by_day: dict[date, Money] = {}
    for lot in lapsed:
        before = by_day.get(lot.valid_until, Money(0, lot.amount.currency))
        by_day[lot.valid_until] = before + lot.amount
    for day, amount in sorted(by_day.items()):
        times = await connection.scalar(
            select(func.count()).where(
                ledger.c.subscriber_id == subscriber_id,
                ledger.c.kind == "expiry",
                ledger.c.valid_until == day,
            )
        )  # what comes in late may give a day something to take away once more
        key = f"expiry:{subscriber_id}:{day}:{amount.minor}:{times}"
        row = entry_row(subscriber_id, "credit", "expiry", -amount, key=key, at=now, now=now, valid_until=day)
        await connection.execute(insert(ledger), [row])


async def note_closing(
    connection: AsyncConnection, subscriber_ids: Sequence[int], period: int, now: datetime
) -> None:
    """Keep what the books of these subscribers hold as the period is closed, once a period.

    Of the spend only what belongs to the period counts. The sums are taken again by ``Accounts.check``.
    """
    noted = closing_balances.c
    sums = (
        select(
            ledger.c.subscriber_id,
            ledger.c.book,
            literal(period),
            cast(func.sum(ledger.c.amount_minor), BigInteger),
            func.max(ledger.c.id),
            literal(now, Instant()),
        )
        .outerjoin(
            closing_balances,
            (noted.subscriber_id == ledger.c.subscriber_id)
            & (noted.book == ledger.c.book)
            & (noted.period == period),
        )
        .where(
            ledger.c.subscriber_id.in_(subscriber_ids),
            ledger.c.book != "none",
            (ledger.c.book != "spend") | (ledger.c.period == period),
            noted.period.is_(None),
        )
        .group_by(ledger.c.subscriber_id, ledger.c.book)
    )
    columns = ["subscriber_id", "book", "period", "amount_minor", "last_ledger_id", "closed_at"]
    await connection.execute(insert(closing_balances).from_select(columns, sums))


def _opening_rows(
    subscriber_id: int, account: NewAccount, operator: Operator, today: date, now: datetime
) -> Iterable[dict[str, Any]]:
    def opening(book: str, kind: str, amount: Money, **more: Any) -> dict[str, Any]:
        key = opening_key(subscriber_id, book)
        return entry_row(subscriber_id, book, kind, amount, key=key, at=now, now=now, **more)

    if account.credit is not None and account.credit.minor > 0:
        yield opening("credit", "top_up", account.credit, valid_until=account.valid_until)
    if account.spend is not None and account.spend.minor > 0:
        yield opening("spend", "charge", -account.spend, period=period_of(today, billing_day=1))
    if account.limit is not None:
        yield opening("limit", "base_limit", account.limit)


def entry_row(
    subscriber_id: int,
    book: str,
    kind: str,
    amount: Money,
    *,
    key: str,
    at: datetime,
    now: datetime,
    valid_until: date | None = None,
    period: int | None = None,
) -> dict[str, Any]:
    """A row of the ledger that is not booked yet."""
    return {
        "subscriber_id": subscriber_id,
        "book": book,
        "kind": kind,
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "occurred_at": at,
        "recorded_at": now,
        "key": key,
        "valid_until": valid_until,
        "period": period,
    }
