"""A connection and accounts come in; their calling limits as the operator's rules take them go out.

They are read for many accounts at once, a question a table, and put together one by one. All are in the
billing period of the moment asked for, with the effects of a period that has just begun: so usage that comes
before the period was closed finds the same limit as usage that comes after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Table, func, select, update
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

__all__ = [
    "GomobilLimit",
    "VodafoneLimit",
    "bills_of",
    "customer_of",
    "keep_period",
    "limit_of",
    "limits_of",
]


@dataclass(frozen=True, slots=True)
class VodafoneLimit:
    """A Vodafone limit, and what follows from the period that began since it was last looked at.

    ``stale``: what is kept of it is of an earlier period.
    """

    account: vodafone_cz_limit.LimitAccount
    effects: tuple[Effect, ...]
    stale: bool = False


@dataclass(frozen=True, slots=True)
class GomobilLimit:
    """A GoMobil limit, and what follows from the month that began since it was last looked at.

    ``stale``: what is kept of it is of an earlier month.
    """

    account: gomobil.LimitAccount
    effects: tuple[Effect, ...]
    stale: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """A row of ``limit_states``, or what holds where there is none."""

    period: int
    state: LimitState = LimitState.OPEN
    roaming_blocked: bool = False
    raised_at: datetime | None = None
    restored_by: datetime | None = None
    base_lost_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the store holds of the limits of some subscribers, by subscriber and by period."""

    states: dict[int, _State]
    people: dict[int, Row[Any]]
    spend: dict[tuple[int, int], int]
    told: dict[tuple[int, int], list[tuple[int, int]]]
    granted: dict[int, list[Row[Any]]]  # the rows of the limit's book, by kind
    deposits: dict[int, list[Row[Any]]]
    bills: dict[int, list[Bill]]


async def limit_of(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime
) -> VodafoneLimit | GomobilLimit | None:
    """The limit of a postpaid account in the period of ``now``; None at operators without such rules.

    None as well where the account has come into a later period already: what is past changes no limit.
    """
    return (await limits_of(connection, operator, [account], now)).get(account.subscriber_id)


async def limits_of(
    connection: AsyncConnection, operator: Operator, accounts: Sequence[Account], now: datetime
) -> dict[int, VodafoneLimit | GomobilLimit]:
    """The same for many accounts, by subscriber; those without a limit are left out."""
    vodafone = operator.code == vodafone_cz_limit.OPERATOR.code
    if not vodafone and operator.code != gomobil.OPERATOR.code:
        return {}
    postpaid = {one.subscriber_id: one for one in accounts if one.charging is Charging.POSTPAID}
    if not postpaid:
        return {}
    states = await _states(connection, postpaid)
    asked: dict[int, tuple[Account, int]] = {}
    for subscriber_id, account in postpaid.items():
        period = _period(operator, account, now)
        state = states.setdefault(subscriber_id, _State(period))
        if state.period <= period:
            asked[subscriber_id] = account, period
    if not asked:
        return {}
    periods = {period for _, period in asked.values()} | {states[one].period for one in asked}
    kept = await _kept(connection, asked, periods, states, vodafone=vodafone)
    one_of = _vodafone if vodafone else _gomobil
    return {
        subscriber_id: one_of(kept, operator, account, period, now)
        for subscriber_id, (account, period) in asked.items()
    }


async def keep_period(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime
) -> None:
    """Write down that the state of the limit has been brought into the period of ``now``."""
    period = _period(operator, account, now)
    mine = (limit_states.c.subscriber_id == account.subscriber_id) & (limit_states.c.period < period)
    await connection.execute(update(limit_states).where(mine).values(period=period, changed_at=now))


async def bills_of(connection: AsyncConnection, account: Account) -> tuple[Bill, ...]:
    """All bills of the account, oldest first."""
    return tuple((await _bills(connection, [account.subscriber_id]))[account.subscriber_id])


async def customer_of(connection: AsyncConnection, account: Account) -> Customer:
    """Who the customer is, as GM-30 asks."""
    chosen = select(subscribers).where(subscribers.c.id == account.subscriber_id)
    row = (await connection.execute(chosen)).one()
    return Customer(row.customer_since, row.ported_in, row.was_customer)


def _vodafone(kept: _Kept, operator: Operator, account: Account, period: int, now: datetime) -> VodafoneLimit:
    mine = account.subscriber_id
    state = kept.states[mine]
    raised_in = state.raised_at and _period(operator, account, state.raised_at)
    before = vodafone_cz_limit.LimitAccount(
        period=state.period,
        billing_day=account.billing_day,
        spend=_spend(kept, account, state.period),
        deposits=_deposits(kept, operator, account),
        bills=tuple(kept.bills[mine]),
        automatic_raise=kept.people[mine].automatic_raise,
        raised_this_period=raised_in == state.period,
        told=_told(kept, account, state.period),
        home=state.state,
        roaming_blocked=state.roaming_blocked,
        restored_by=state.restored_by,
    )
    begun, effects = vodafone_cz_limit.begin_period(before, now)
    stale = begun.period != before.period
    if stale:
        begun = replace(begun, spend=_spend(kept, account, period), told=_told(kept, account, period))
    return VodafoneLimit(begun, effects, stale)


def _gomobil(kept: _Kept, operator: Operator, account: Account, period: int, now: datetime) -> GomobilLimit:
    mine = account.subscriber_id
    state = kept.states[mine]
    own = kept.people[mine].own_limit_minor
    before = gomobil.LimitAccount(
        month=state.period,
        spend=_spend(kept, account, state.period),
        base=_limit_sum(kept, account, of_deposits=False),
        deposits=_limit_sum(kept, account, of_deposits=True),
        own_limit=None if own is None else Money(own, operator.currency),
        base_lost_on=state.base_lost_on,
        state=state.state,
        told=_told(kept, account, state.period),
    )
    begun, effects = gomobil.begin_month(before, now)
    stale = begun.month != before.month
    if stale:
        begun = replace(begun, spend=_spend(kept, account, period), told=_told(kept, account, period))
    return GomobilLimit(begun, effects, stale)


def _period(operator: Operator, account: Account, moment: datetime) -> int:
    return period_of(local_day(moment, operator.time_zone), account.billing_day)


async def _states(connection: AsyncConnection, ids: Collection[int]) -> dict[int, _State]:
    rows = await connection.execute(select(limit_states).where(limit_states.c.subscriber_id.in_(ids)))
    return {
        row.subscriber_id: _State(
            row.period,
            LimitState(row.state),
            row.roaming_blocked,
            row.raised_automatically_at,
            row.restored_by,
            row.base_limit_lost_on,
        )
        for row in rows
    }


async def _kept(
    connection: AsyncConnection,
    ids: Collection[int],
    periods: Collection[int],
    states: dict[int, _State],
    *,
    vodafone: bool,
) -> _Kept:
    people = await connection.execute(select(subscribers).where(subscribers.c.id.in_(ids)))
    sums = await connection.execute(
        select(ledger.c.subscriber_id, ledger.c.period, func.sum(ledger.c.amount_minor))
        .where(ledger.c.subscriber_id.in_(ids), ledger.c.book == "spend", ledger.c.period.in_(periods))
        .group_by(ledger.c.subscriber_id, ledger.c.period)
    )
    told: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for row in await connection.execute(
        select(notices).where(
            notices.c.subscriber_id.in_(ids), notices.c.kind == "limit", notices.c.period.in_(periods)
        )
    ):
        told[row.subscriber_id, row.period].append((row.percent, row.limit_minor))
    of_limit = ledger.c.book == "limit"
    return _Kept(
        states=states,
        people={row.id: row for row in people},
        spend={(owner, period): int(total) for owner, period, total in sums},
        told=told,
        granted=await _by_owner(connection, ledger, ids, of_limit),
        deposits=await _by_owner(connection, deposits, ids) if vodafone else {},
        bills=await _bills(connection, ids) if vodafone else {},
    )


async def _by_owner(
    connection: AsyncConnection, table: Table, ids: Collection[int], *more: Any
) -> dict[int, list[Row[Any]]]:
    """The rows of a table by subscriber, in the order in which they were made."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    chosen = select(table).where(table.c.subscriber_id.in_(ids), *more).order_by(table.c.id)
    for row in await connection.execute(chosen):
        found[row.subscriber_id].append(row)
    return found


async def _bills(connection: AsyncConnection, ids: Collection[int]) -> dict[int, list[Bill]]:
    """All bills by subscriber, oldest first."""
    found: dict[int, list[Bill]] = defaultdict(list)
    chosen = select(bills).where(bills.c.subscriber_id.in_(ids)).order_by(bills.c.issued_on, bills.c.id)
    for row in await connection.execute(chosen):
        found[row.subscriber_id].append(Bill(row.issued_on, row.due_on, row.paid_on))
    return found


def _spend(kept: _Kept, account: Account, period: int) -> Money:
    return Money(-kept.spend.get((account.subscriber_id, period), 0), account.balance.currency)


def _told(kept: _Kept, account: Account, period: int) -> frozenset[Told]:
    found = kept.told.get((account.subscriber_id, period), ())
    return frozenset(Told(percent, Money(minor, account.balance.currency)) for percent, minor in found)


def _limit_sum(kept: _Kept, account: Account, *, of_deposits: bool) -> Money:
    kinds = ("deposit", "deposit_return")
    rows = kept.granted[account.subscriber_id]
    total = sum(row.amount_minor for row in rows if (row.kind in kinds) is of_deposits)
    return Money(total, account.balance.currency)


def _deposits(kept: _Kept, operator: Operator, account: Account) -> tuple[Deposit, ...]:
    """The deposits, and what the limit was entered with as one more, which cannot be claimed back."""
    found = [
        Deposit(
            DepositKind(row.kind),
            Money(row.amount_minor, row.currency),
            row.paid_on,
            row.returned_on,
            row.id,
        )
        for row in kept.deposits[account.subscriber_id]
    ]
    for row in kept.granted[account.subscriber_id]:
        if row.kind == "base_limit":
            day = local_day(row.occurred_at, operator.time_zone)
            found.append(Deposit(DepositKind.LIMIT, Money(row.amount_minor, operator.currency), day))
    return tuple(found)
