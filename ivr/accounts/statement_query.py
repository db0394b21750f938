"""A connection and a number come in, the figures of one subscriber go out, by one question to the store.

The question is a union of short ones, each over an index of the subscriber's rows; ``statement_rows`` reads
what it brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import FromClause

from ivr.accounts.model import Operator
from ivr.accounts.queries import sum_of, terms_of_today, this_period
from ivr.accounts.schema.columns import Instant
from ivr.accounts.schema.tables import (
    auto_top_ups,
    bills,
    bundles,
    card_payments,
    free_units,
    held_bundles,
    ledger,
    limit_states,
    numbers,
    operators,
    sms_orders,
    subscribers,
    tariff_uses,
    tariffs,
    usage_records,
)
from ivr.accounts.statement import Figures
from ivr.accounts.statement_rows import (
    BLOCKED_ABROAD,
    LIMIT_ROW,
    ONE_CALL,
    PREMIUM,
    RAISES,
    ROAMING,
    read_figures,
)
from ivr.errors import StoreUnavailable

__all__ = ["figures_of_account", "figures_of_number", "figures_of_subscriber"]

_SHAPE = (("n", 8, BigInteger()), ("w", 7, Text()), ("d", 3, Date()), ("t", 3, Instant()))
_BILLS = 12  # so many that three are among them which are paid or due


def _line(
    what: str,
    source: FromClause,
    *conditions: ColumnElement[bool],
    n: Sequence[Any] = (),
    w: Sequence[Any] = (),
    d: Sequence[Any] = (),
    t: Sequence[Any] = (),
) -> Select[Any]:
    """One part of the question: what its rows are, and their columns in the common shape."""
    given = {"n": n, "w": w, "d": d, "t": t}
    columns: list[ColumnElement[Any]] = [literal(what, Text()).label("what")]
    for letter, many, kind in _SHAPE:
        empty = [cast(null(), kind) for _ in range(many - len(given[letter]))]
        columns += [cell.label(f"{letter}{place}") for place, cell in enumerate([*given[letter], *empty])]
    return select(*columns).select_from(source).where(*conditions)


def _flag(column: ColumnElement[bool], value: int) -> ColumnElement[int]:
    return case((column, value), else_=0)


def _owner(chosen: CTE) -> ScalarSelect[Any]:
    """Whose rows are asked for, as one value: for a join SQLite would read whole tables to prepare itself."""
    return select(chosen.c.id).scalar_subquery()


def _question(
    key: ColumnElement[bool], number: ColumnElement[str], source: FromClause, kind: ColumnElement[Any]
) -> Any:
    """The whole question for whom ``key`` names.

    ``number`` is the number that the account is told by, ``kind`` what it is to the account.
    """
    owners = source.join(operators, operators.c.id == subscribers.c.operator_id)
    chosen = (
        select(subscribers.c.id, number.label("e164"), kind.label("kind"))
        .select_from(owners)
        .where(operators.c.code == bindparam("operator"), subscribers.c.status != "closed", key)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    return union_all(_who(chosen), _lots(chosen), *_services(chosen), *_cards(chosen), *_raise(chosen))


def _who(chosen: CTE) -> Select[Any]:
    """The subscriber, the sums of the books, the state of the limit, and the calls in progress."""
    running = (
        select(func.count())
        .where(
            usage_records.c.subscriber_id == subscribers.c.id,
            usage_records.c.ended_at.is_(None),
            usage_records.c.kind == literal_column("'call'"),
        )
        .correlate(subscribers)
        .scalar_subquery()
    )
    marks = (
        _flag(subscribers.c.roaming, ROAMING)
        + _flag(subscribers.c.premium_services, PREMIUM)
        + _flag(subscribers.c.automatic_raise, RAISES)
        + _flag(limit_states.c.roaming_blocked.is_(True), BLOCKED_ABROAD)
        + _flag(limit_states.c.period.is_not(None), LIMIT_ROW)
    )
    return _line(
        "who",
        subscribers.outerjoin(limit_states, limit_states.c.subscriber_id == subscribers.c.id),
        subscribers.c.id == _owner(chosen),
        n=(
            *(subscribers.c.id, subscribers.c.billing_day, subscribers.c.own_limit_minor),
            *(sum_of("credit"), sum_of("spend", ledger.c.period == this_period()), sum_of("limit")),
            *(marks + ONE_CALL * running, limit_states.c.period),
        ),
        w=(
            *(
                select(chosen.c.e164).scalar_subquery(),
                subscribers.c.charging,
                subscribers.c.status,
                subscribers.c.language,
            ),
            *(subscribers.c.payer_number, limit_states.c.state, select(chosen.c.kind).scalar_subquery()),
        ),
        t=(subscribers.c.figures_at, limit_states.c.restored_by, limit_states.c.raised_automatically_at),
    )


def _lots(chosen: CTE) -> Select[Any]:
    return _line(
        "lot",
        ledger,
        ledger.c.subscriber_id == _owner(chosen),
        ledger.c.valid_until.is_not(None),
        n=(ledger.c.id, ledger.c.amount_minor),
        w=(ledger.c.kind,),
        d=(ledger.c.valid_until,),
    )


def _services(chosen: CTE) -> tuple[Select[Any], ...]:
    """Tariff, free units of today, bundles in hand, and orders that have not changed them yet."""
    today = bindparam("today", type_=Date())
    tariff = _line(
        "tariff",
        tariff_uses.join(tariffs, tariffs.c.id == tariff_uses.c.tariff_id),
        tariff_uses.c.subscriber_id == _owner(chosen),
        tariff_uses.c.from_on <= today,
        tariff_uses.c.to_on.is_(None) | (tariff_uses.c.to_on > today),
        n=(tariffs.c.monthly_fee_minor,),
        w=(tariffs.c.code, tariffs.c.name),
    )
    units = _line(
        "units",
        free_units,
        free_units.c.subscriber_id == _owner(chosen),
        free_units.c.from_on <= today,
        free_units.c.resets_on > today,
        n=(free_units.c.granted, free_units.c.used),
        w=(free_units.c.unit, free_units.c.source),
        d=(free_units.c.resets_on,),
    )
    held = _line(
        "bundle",
        held_bundles.join(bundles, bundles.c.id == held_bundles.c.bundle_id),
        held_bundles.c.subscriber_id == _owner(chosen),
        held_bundles.c.ended_at.is_(None),
        n=(held_bundles.c.id, held_bundles.c.size, held_bundles.c.remaining),
        w=(bundles.c.code, bundles.c.name, bundles.c.family, bundles.c.unit, bundles.c.renewal),
        d=(held_bundles.c.valid_until,),
    )
    orders = _line(
        "order",
        sms_orders,
        sms_orders.c.subscriber_id == _owner(chosen),
        sms_orders.c.applied_at.is_(None),
        sms_orders.c.status.in_((literal_column("'open'"), literal_column("'done'"))),
        n=(sms_orders.c.id,),
        w=(sms_orders.c.command, sms_orders.c.status),
        d=(sms_orders.c.effective_on,),
        t=(sms_orders.c.received_at, sms_orders.c.due_at),
    )
    return tariff, units, held, orders


def _cards(chosen: CTE) -> tuple[Select[Any], ...]:
    """The automatic top-up, and the newest of its card payments."""
    automatic = _line(
        "automatic",
        auto_top_ups,
        auto_top_ups.c.subscriber_id == _owner(chosen),
        auto_top_ups.c.switched_off_at.is_(None),
        n=(
            *(auto_top_ups.c.level_minor, auto_top_ups.c.amount_minor),
            *(auto_top_ups.c.weekly_ceiling_minor, _flag(auto_top_ups.c.armed, 1)),
        ),
    )
    newest = (
        select(card_payments.c.id)
        .where(
            card_payments.c.subscriber_id == _owner(chosen),
            card_payments.c.started_by == literal_column("'automatic'"),
        )
        .order_by(card_payments.c.started_at.desc(), card_payments.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    card = _line(
        "card",
        card_payments,
        card_payments.c.id == newest,
        n=(card_payments.c.amount_minor,),
        w=(card_payments.c.status, card_payments.c.started_by, card_payments.c.reason),
        t=(card_payments.c.started_at,),
    )
    return automatic, card


def _raise(chosen: CTE) -> tuple[Select[Any], ...]:
    """What a raise of the limit depends on: deposits that are held, and the newest bills (GM-34, VL-20)."""
    held = _line(
        "deposit",
        ledger,
        ledger.c.subscriber_id == _owner(chosen),
        ledger.c.book == literal_column("'limit'"),
        ledger.c.kind.in_((literal_column("'deposit'"), literal_column("'deposit_return'"))),
        n=(ledger.c.amount_minor,),
    )
    newest = (
        select(bills.c.id)
        .where(bills.c.subscriber_id == _owner(chosen))
        .order_by(bills.c.issued_on.desc())
        .limit(_BILLS)
        .subquery()
    )
    issued = _line(
        "bill",
        bills,
        bills.c.id.in_(select(newest.c.id)),
        d=(bills.c.issued_on, bills.c.due_on, bills.c.paid_on),
    )
    return held, issued


_OF_NUMBER = _question(
    (numbers.c.e164 == bindparam("number"))
    & numbers.c.released_at.is_(None)
    & (numbers.c.operator_id == operators.c.id),
    numbers.c.e164,
    numbers.join(subscribers, subscribers.c.id == numbers.c.subscriber_id),
    numbers.c.kind,
)
_FIRST_NUMBER = (
    select(func.min(numbers.c.e164))
    .where(numbers.c.subscriber_id == subscribers.c.id, numbers.c.released_at.is_(None))
    .correlate(subscribers)
    .scalar_subquery()
)
_NO_KIND = cast(null(), Text())
_OF_ACCOUNT = _question(
    subscribers.c.account_number == bindparam("account_number"), _FIRST_NUMBER, subscribers, _NO_KIND
)
_OF_SUBSCRIBER = _question(subscribers.c.id == bindparam("subscriber"), _FIRST_NUMBER, subscribers, _NO_KIND)


async def figures_of_number(
    connection: AsyncConnection, operator: Operator, number: str, today: date
) -> Figures | None:
    """The figures of the subscriber behind a number in E.164; None when it is not a customer's."""
    return await _figures(connection, _OF_NUMBER, operator, today, {"number": number})


async def figures_of_account(
    connection: AsyncConnection, operator: Operator, account_number: str, today: date
) -> Figures | None:
    """The figures of the subscriber of an account number (CS-06), told by the first of its numbers."""
    return await _figures(connection, _OF_ACCOUNT, operator, today, {"account_number": account_number})


async def figures_of_subscriber(
    connection: AsyncConnection, operator: Operator, subscriber_id: int, today: date
) -> Figures | None:
    """The figures of a subscriber that a PIN has proven, told by the first of its numbers; None when gone."""
    return await _figures(connection, _OF_SUBSCRIBER, operator, today, {"subscriber": subscriber_id})


async def _figures(
    connection: AsyncConnection, question: Any, operator: Operator, today: date, key: dict[str, Any]
) -> Figures | None:
    values = {**terms_of_today(operator, today), "today": today}
    try:
        rows = (await connection.execute(question, values | key)).all()
        return read_figures(rows, operator.currency)
    except (ValueError, TypeError) as error:
        raise StoreUnavailable("a record in the account store cannot be read") from error
