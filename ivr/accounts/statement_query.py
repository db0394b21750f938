"""A connection and a number come in, the figures of one subscriber go out, by one question to the store.

The question is a union of short ones, each over an index of the subscriber's rows. Its rows are of one
shape: a word that says what the row is, then whole numbers, words, days and moments, told by position.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Row,
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

from ivr.accounts.model import Account, Charging, Lot, Operator
from ivr.accounts.queries import limit_of, sum_of, terms_of_today, this_period
from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.effects import LimitState
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
from ivr.accounts.statement import (
    AutomaticTopUp,
    CardResult,
    Figures,
    FreeUnits,
    HeldBundle,
    HeldTariff,
    LimitRow,
    OrderToCome,
)
from ivr.errors import StoreUnavailable
from ivr.money import Money

__all__ = ["figures_of_account", "figures_of_number", "figures_of_subscriber"]

_SHAPE = (("n", 8, BigInteger()), ("w", 7, Text()), ("d", 3, Date()), ("t", 3, Instant()))
_BILLS = 12  # so many that three are among them which are paid or due
_ROAMING, _PREMIUM, _RAISES, _BLOCKED_ABROAD, _LIMIT_ROW = 1, 2, 4, 8, 16


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
        _flag(subscribers.c.roaming, _ROAMING)
        + _flag(subscribers.c.premium_services, _PREMIUM)
        + _flag(subscribers.c.automatic_raise, _RAISES)
        + _flag(limit_states.c.roaming_blocked.is_(True), _BLOCKED_ABROAD)
        + _flag(limit_states.c.period.is_not(None), _LIMIT_ROW)
    )
    return _line(
        "who",
        subscribers.outerjoin(limit_states, limit_states.c.subscriber_id == subscribers.c.id),
        subscribers.c.id == _owner(chosen),
        n=(
            *(subscribers.c.id, subscribers.c.billing_day, subscribers.c.own_limit_minor),
            *(sum_of("credit"), sum_of("spend", ledger.c.period == this_period()), sum_of("limit")),
            *(marks + 32 * running, limit_states.c.period),
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
        lines: dict[str, list[Row[Any]]] = {}
        for row in rows:
            lines.setdefault(row[0], []).append(row)
        return _read(lines, operator.currency) if "who" in lines else None
    except (ValueError, TypeError) as error:
        raise StoreUnavailable("a record in the account store cannot be read") from error


def _read(lines: dict[str, list[Row[Any]]], currency: str) -> Figures:
    who = lines["who"][0]
    marks = who.n6
    automatic = lines.get("automatic", [])
    return Figures(
        account=_account(who, lines.get("lot", []), currency),
        number_kind=who.w6,
        payer_number=who.w4,
        may_be_late=bool(marks & (_ROAMING | _PREMIUM)),
        automatic_raise=bool(marks & _RAISES),
        calls_in_progress=marks // 32,
        figures_at=who.t0,
        limit_row=_limit_row(who) if marks & _LIMIT_ROW else None,
        tariff=next(
            (HeldTariff(row.w0, row.w1, Money(row.n0, currency)) for row in lines.get("tariff", [])), None
        ),
        units=tuple(
            FreeUnits(row.w0, row.w1, row.n0, row.n1, row.d0)
            for row in sorted(lines.get("units", []), key=lambda row: (row.w0, row.w1, row.d0))
        ),
        bundles=tuple(
            HeldBundle(row.n0, row.w0, row.w1, row.w2, row.w3, row.n1, row.n2, row.d0, row.w4)
            for row in sorted(lines.get("bundle", []), key=lambda row: int(row.n0))
        ),
        orders=tuple(
            OrderToCome(row.w0, row.w1, row.t0, row.t1, row.d0)
            for row in sorted(lines.get("order", []), key=lambda row: int(row.n0))
        ),
        automatic_top_up=_automatic(automatic[0], lines.get("card", []), currency) if automatic else None,
        own_limit=None if who.n2 is None else Money(who.n2, currency),
        granted=None if who.n5 is None else Money(who.n5, currency),
        deposits=Money(sum(row.n0 for row in lines.get("deposit", [])), currency),
        bills=tuple(Bill(row.d0, row.d1, row.d2) for row in lines.get("bill", [])),
    )


def _account(who: Row[Any], lots: list[Row[Any]], currency: str) -> Account:
    moves = sorted(lots, key=lambda row: int(row.n0))
    return Account(
        subscriber_id=who.n0,
        number=who.w0 or "",
        charging=Charging(who.w1),
        status=who.w2,
        language=who.w3,
        balance=Money(who.n3 or 0, currency),
        lots=tuple(Lot(Money(row.n1, currency), row.d0) for row in moves if row.w0 != "expiry"),
        lapses=tuple(Lot(Money(-row.n1, currency), row.d0) for row in moves if row.w0 == "expiry"),
        spend=Money(-(who.n4 or 0), currency),
        limit=limit_of(who.n5, who.n2, currency),
        billing_day=who.n1,
    )


def _limit_row(who: Row[Any]) -> LimitRow:
    blocked_abroad = bool(who.n6 & _BLOCKED_ABROAD)
    return LimitRow(who.n7, LimitState(who.w5), blocked_abroad, who.t1, who.t2)


def _automatic(row: Row[Any], cards: list[Row[Any]], currency: str) -> AutomaticTopUp:
    last: datetime | None = cards[0].t0 if cards else None
    result = (
        CardResult(cards[0].w0, Money(cards[0].n0, currency), cards[0].w1, last, cards[0].w2)
        if last is not None
        else None
    )
    level, amount, ceiling = (Money(minor, currency) for minor in (row.n0, row.n1, row.n2))
    return AutomaticTopUp(level, amount, ceiling, armed=bool(row.n3), last=result)
