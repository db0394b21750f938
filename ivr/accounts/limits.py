"""A connection and an account come in; its calling limit as the operator's rules take it goes out.

Both are in the billing period of the moment asked for, with the effects of a period that has just begun: so
usage that comes before the period was closed finds the same limit as usage that comes after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Account, Charging, Operator
from ivr.accounts.rules import gomobil, vodafone_cz_limit
from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.calendar import local_day, period_of
from ivr.accounts.rules.effects import Effect, LimitState
from ivr.accounts.rules.gomobil_base import Customer
from ivr.accounts.rules.spend import Told
from ivr.accounts.rules.vodafone_cz_limit import Deposit, DepositKind
from ivr.accounts.schema.tables import bills, deposits, ledger, limit_states, notices, subscribers
from ivr.money import Money

__all__ = ["GomobilLimit", "VodafoneLimit", "bills_of", "customer_of", "keep_period", "limit_of"]


@dataclass(frozen=True, slots=True)
class VodafoneLimit:
    """A Vodafone limit, and what follows from the period that began since it was last looked at."""

    account: vodafone_cz_limit.LimitAccount
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class GomobilLimit:
    """A GoMobil limit, and what follows from the month that began since it was last looked at."""

    account: gomobil.LimitAccount
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class _State:
    """A row of ``limit_states``, or what holds where there is none."""

    period: int
    state: LimitState = LimitState.OPEN
    roaming_blocked: bool = False
    raised_at: datetime | None = None
    restored_by: datetime | None = None
    base_lost_on: date | None = None


async def limit_of(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime
) -> VodafoneLimit | GomobilLimit | None:
    """The limit of a postpaid account in the period of ``now``; None at operators without such rules.

    None as well where the account has come into a later period already: what is past changes no limit.
    """
    if account.charging is not Charging.POSTPAID:
        return None
    kept = select(limit_states.c.period).where(limit_states.c.subscriber_id == account.subscriber_id)
    if (await connection.scalar(kept) or 0) > _period(operator, account, now):
        return None
    match operator.code:
        case vodafone_cz_limit.OPERATOR.code:
            return await _vodafone(connection, operator, account, now)
        case gomobil.OPERATOR.code:
            return await _gomobil(connection, operator, account, now)
        case _:
            return None


async def keep_period(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime
) -> None:
    """Write down that the state of the limit has been brought into the period of ``now``."""
    period = _period(operator, account, now)
    mine = (limit_states.c.subscriber_id == account.subscriber_id) & (limit_states.c.period < period)
    await connection.execute(update(limit_states).where(mine).values(period=period, changed_at=now))


async def bills_of(connection: AsyncConnection, account: Account) -> tuple[Bill, ...]:
    """All bills of the account, oldest first."""
    chosen = select(bills.c.issued_on, bills.c.due_on, bills.c.paid_on).where(
        bills.c.subscriber_id == account.subscriber_id
    )
    rows = await connection.execute(chosen.order_by(bills.c.issued_on, bills.c.id))
    return tuple(Bill(row.issued_on, row.due_on, row.paid_on) for row in rows)


async def customer_of(connection: AsyncConnection, account: Account) -> Customer:
    """Who the customer is, as GM-30 asks."""
    row = await _subscriber(connection, account)
    return Customer(row.customer_since, row.ported_in, row.was_customer)


async def _vodafone(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime
) -> VodafoneLimit:
    period = _period(operator, account, now)
    state = await _state(connection, account, period)
    subscriber = await _subscriber(connection, account)
    raised_in = state.raised_at and _period(operator, account, state.raised_at)
    before = vodafone_cz_limit.LimitAccount(
        period=state.period,
        billing_day=account.billing_day,
        spend=await _spend(connection, account, state.period),
        deposits=await _deposits(connection, operator, account),
        bills=await bills_of(connection, account),
        automatic_raise=subscriber.automatic_raise,
        raised_this_period=raised_in == state.period,
        told=await _told(connection, account, state.period),
        home=state.state,
        roaming_blocked=state.roaming_blocked,
        restored_by=state.restored_by,
    )
    begun, effects = vodafone_cz_limit.begin_period(before, now)
    if begun.period != before.period:
        begun = replace(
            begun,
            spend=await _spend(connection, account, period),
            told=await _told(connection, account, period),
        )
    return VodafoneLimit(begun, effects)


async def _gomobil(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime
) -> GomobilLimit:
    period = _period(operator, account, now)
    state = await _state(connection, account, period)
    subscriber = await _subscriber(connection, account)
    own = subscriber.own_limit_minor
    before = gomobil.LimitAccount(
        month=state.period,
        spend=await _spend(connection, account, state.period),
        base=await _limit_sum(connection, account, of_deposits=False),
        deposits=await _limit_sum(connection, account, of_deposits=True),
        own_limit=None if own is None else Money(own, operator.currency),
        base_lost_on=state.base_lost_on,
        state=state.state,
        told=await _told(connection, account, state.period),
    )
    begun, effects = gomobil.begin_month(before, now)
    if begun.month != before.month:
        begun = replace(
            begun,
            spend=await _spend(connection, account, period),
            told=await _told(connection, account, period),
        )
    return GomobilLimit(begun, effects)


def _period(operator: Operator, account: Account, moment: datetime) -> int:
    return period_of(local_day(moment, operator.time_zone), account.billing_day)


async def _state(connection: AsyncConnection, account: Account, period: int) -> _State:
    chosen = select(limit_states).where(limit_states.c.subscriber_id == account.subscriber_id)
    row = (await connection.execute(chosen)).one_or_none()
    if row is None:
        return _State(period)
    return _State(
        row.period,
        LimitState(row.state),
        row.roaming_blocked,
        row.raised_automatically_at,
        row.restored_by,
        row.base_limit_lost_on,
    )


async def _subscriber(connection: AsyncConnection, account: Account) -> Any:
    chosen = select(subscribers).where(subscribers.c.id == account.subscriber_id)
    return (await connection.execute(chosen)).one()


async def _spend(connection: AsyncConnection, account: Account, period: int) -> Money:
    total = await connection.scalar(
        select(func.sum(ledger.c.amount_minor)).where(
            ledger.c.subscriber_id == account.subscriber_id,
            ledger.c.book == "spend",
            ledger.c.period == period,
        )
    )
    return Money(-int(total or 0), account.balance.currency)


async def _told(connection: AsyncConnection, account: Account, period: int) -> frozenset[Told]:
    rows = await connection.execute(
        select(notices.c.percent, notices.c.limit_minor).where(
            notices.c.subscriber_id == account.subscriber_id,
            notices.c.kind == "limit",
            notices.c.period == period,
        )
    )
    return frozenset(Told(row.percent, Money(row.limit_minor, account.balance.currency)) for row in rows)


async def _limit_sum(connection: AsyncConnection, account: Account, *, of_deposits: bool) -> Money:
    kinds = ledger.c.kind.in_(("deposit", "deposit_return"))
    total = await connection.scalar(
        select(func.sum(ledger.c.amount_minor)).where(
            ledger.c.subscriber_id == account.subscriber_id,
            ledger.c.book == "limit",
            kinds if of_deposits else ~kinds,
        )
    )
    return Money(int(total or 0), account.balance.currency)


async def _deposits(connection: AsyncConnection, operator: Operator, account: Account) -> tuple[Deposit, ...]:
    """The deposits, and what the limit was entered with as one more, which cannot be claimed back."""
    rows = await connection.execute(
        select(deposits).where(deposits.c.subscriber_id == account.subscriber_id).order_by(deposits.c.id)
    )
    found = [
        Deposit(
            DepositKind(row.kind),
            Money(row.amount_minor, row.currency),
            row.paid_on,
            row.returned_on,
            row.id,
        )
        for row in rows
    ]
    entered = await connection.execute(
        select(ledger.c.amount_minor, ledger.c.occurred_at).where(
            ledger.c.subscriber_id == account.subscriber_id,
            ledger.c.book == "limit",
            ledger.c.kind == "base_limit",
        )
    )
    for row in entered:
        day = local_day(row.occurred_at, operator.time_zone)
        found.append(Deposit(DepositKind.LIMIT, Money(row.amount_minor, operator.currency), day))
    return tuple(found)
