"""The operator's accounts and a moment come in; every billing period that has ended by then is closed, once.

A period is closed as of the moment it ended, however late: renewals carry its date and count in the period
that it began, so a close that runs late books what it would have booked in time.

    for each billing day, each period not closed yet, oldest first:
        batches of subscribers, one transaction each, with how far they got: period_closes.done_up_to
    then what is due by date: due.py

A close that was broken off goes on behind the last batch that is on the disk; one that is run twice finds
nothing to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, insert, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import note_closing, operator_id
from ivr.accounts.bookings_effects import book_effects
from ivr.accounts.due import account_of, do_due, subscribers_due
from ivr.accounts.limits import keep_period, limit_of
from ivr.accounts.model import Account, Operator
from ivr.accounts.orders import carry_out
from ivr.accounts.packs import PackTerms
from ivr.accounts.renewals import grant_units, midnight, renew_by_period
from ivr.accounts.rules.calendar import add_months, local_day, period_before, period_of
from ivr.accounts.schema.tables import (
    bundles,
    held_bundles,
    limit_states,
    numbers,
    operators,
    period_closes,
    sms_orders,
    subscribers,
    tariff_units,
    tariff_uses,
)
from ivr.accounts.service import Accounts

__all__ = ["Closed", "close_periods"]

_BATCH = 100  # subscribers in a transaction, or fewer where their work takes longer than this:
_LONGEST = 0.05  # seconds; so long others wait to write
_FEWEST = 5  # in the first batch, and in the next when one has ended early


@dataclass(slots=True)
class Closed:
    """What a close has done: periods finished now, subscribers closed in them, accounts with things due."""

    periods: int = 0
    subscribers: int = 0
    due: int = 0


async def close_periods(
    accounts: Accounts,
    now: datetime,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> Closed:
    """Close what has ended by ``now`` and do what is due; ``progress`` is told subscribers as they are done.

    StoreUnavailable: run it again, and it goes on where it was.
    """
    terms = accounts.terms
    closed = Closed()
    for billing_day, period in await _to_close(accounts, now):
        size = min(_FEWEST, _BATCH)
        while done := await _close_batch(accounts, billing_day, period, now, terms, size):
            size = min(_BATCH, max(_FEWEST, 2 * done))
            closed.subscribers += done
            progress(done)
        closed.periods += 1
    ids = await subscribers_due(accounts, now, terms)
    while ids:
        done, had_due = await _do_due_batch(accounts, ids[:_BATCH], now, terms)
        closed.due += had_due
        ids = ids[done:]
    return closed


async def _do_due_batch(
    accounts: Accounts, ids: Sequence[int], now: datetime, terms: PackTerms
) -> tuple[int, int]:
    """What is due by date of the first of these subscribers; how many were seen to, how many are there."""
    done = had_due = 0
    async with accounts.store.writing() as connection:
        ends = time.monotonic() + _LONGEST
        for subscriber_id in ids:
            account = await account_of(connection, accounts.operator, subscriber_id, now)
            if account is not None:
                await do_due(connection, accounts.operator, account, now, terms)
                had_due += 1
            done += 1
            if time.monotonic() >= ends:
                break
    return done, had_due


async def _to_close(accounts: Accounts, now: datetime) -> list[tuple[int, int]]:
    """Billing days and periods that have ended and are not closed, the oldest of each day first."""
    operator = accounts.operator
    today = local_day(now, operator.time_zone)
    async with accounts.store.reading() as connection:
        days = await connection.execute(
            select(subscribers.c.billing_day, func.min(numbers.c.added_at))
            .join(operators, operators.c.id == subscribers.c.operator_id)
            .join(numbers, numbers.c.subscriber_id == subscribers.c.id)
            .where(operators.c.code == operator.code)
            .group_by(subscribers.c.billing_day)
            .order_by(subscribers.c.billing_day)
        )
        finished = await connection.execute(
            select(period_closes.c.billing_day, func.max(period_closes.c.period))
            .join(operators, operators.c.id == period_closes.c.operator_id)
            .where(operators.c.code == operator.code, period_closes.c.finished_at.is_not(None))
            .group_by(period_closes.c.billing_day)
        )
        last = {row[0]: row[1] for row in finished}
        entered = [(row[0], period_of(local_day(row[1], operator.time_zone), row[0])) for row in days]
    found: list[tuple[int, int]] = []
    for billing_day, first in entered:
        newest = period_before(period_of(today, billing_day))
        period = _after(last[billing_day]) if billing_day in last else min(first, newest)
        while period <= newest:
            found.append((billing_day, period))
            period = _after(period)
    return found


async def _close_batch(
    accounts: Accounts, billing_day: int, period: int, now: datetime, terms: PackTerms, size: int
) -> int:
    """Up to so many of the next subscribers of a period, whole with the note of how far it got.

    It ends early when its time is up. 0 when the period is finished.
    """
    operator = accounts.operator
    async with accounts.store.writing() as connection:
        owner = await operator_id(connection, operator)
        done_up_to = await _begun(connection, owner, period, billing_day, now)
        if done_up_to is None:
            return 0
        chosen = (
            select(subscribers.c.id)
            .where(
                subscribers.c.operator_id == owner,
                subscribers.c.billing_day == billing_day,
                subscribers.c.status != "closed",
                subscribers.c.id > done_up_to,
            )
            .order_by(subscribers.c.id)
            .limit(size)
        )
        ids = (await connection.scalars(chosen)).all()
        mine = _row_of(owner, period, billing_day)
        if not ids:
            await connection.execute(update(period_closes).where(*mine).values(finished_at=now))
            return 0
        ends = time.monotonic() + _LONGEST
        await note_closing(connection, ids, period, now)
        first_day = _first_day(_after(period), billing_day)
        moment = midnight(first_day, operator)
        for subscriber_id in await _touched(connection, ids, first_day):
            account = await account_of(connection, operator, subscriber_id, moment)
            if account is not None:
                await _turn(connection, operator, account, first_day, moment, terms)
            if time.monotonic() >= ends:
                ids = ids[: ids.index(subscriber_id) + 1]
                break
        await connection.execute(update(period_closes).where(*mine).values(done_up_to=ids[-1]))
    return len(ids)


async def _turn(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    first_day: date,
    moment: datetime,
    terms: PackTerms,
) -> None:
    """One account into the period that begins: limit open again (GM-15, VL-10), orders, units, bundles."""
    limit = await limit_of(connection, operator, account, moment)
    if limit is not None:
        cause = f"period:{account.subscriber_id}:{first_day}"
        await book_effects(connection, operator, account, limit.effects, cause=cause, now=moment)
        await keep_period(connection, operator, account, moment)
    await carry_out(connection, operator, account, moment)
    await grant_units(connection, account, first_day)
    await renew_by_period(connection, operator, account, first_day, terms)


async def _touched(connection: AsyncConnection, ids: Sequence[int], first_day: date) -> Sequence[int]:
    """Those of the subscribers for whom a new period changes anything."""
    chosen = union(
        select(limit_states.c.subscriber_id).where(limit_states.c.subscriber_id.in_(ids)),
        select(sms_orders.c.subscriber_id).where(
            sms_orders.c.subscriber_id.in_(ids),
            sms_orders.c.status == "done",
            sms_orders.c.applied_at.is_(None),
            sms_orders.c.effective_on <= first_day,
        ),
        select(tariff_uses.c.subscriber_id)
        .join(tariff_units, tariff_units.c.tariff_id == tariff_uses.c.tariff_id)
        .where(tariff_uses.c.subscriber_id.in_(ids)),
        select(held_bundles.c.subscriber_id)
        .join(bundles, bundles.c.id == held_bundles.c.bundle_id)
        .where(
            held_bundles.c.subscriber_id.in_(ids),
            held_bundles.c.ended_at.is_(None),
            held_bundles.c.valid_until < first_day,
            bundles.c.renewal == "billing_period",
        ),
    )
    return sorted((await connection.scalars(chosen)).all())


async def _begun(
    connection: AsyncConnection, owner: int, period: int, billing_day: int, now: datetime
) -> int | None:
    """How far this close has got, begun where it had not been; None where it is finished."""
    mine = _row_of(owner, period, billing_day)
    row = (await connection.execute(select(period_closes).where(*mine))).one_or_none()
    if row is None:
        await connection.execute(
            insert(period_closes).values(
                operator_id=owner, period=period, billing_day=billing_day, started_at=now
            )
        )
        return 0
    return None if row.finished_at is not None else int(row.done_up_to)


def _row_of(owner: int, period: int, billing_day: int) -> tuple[ColumnElement[bool], ...]:
    return (
        period_closes.c.operator_id == owner,
        period_closes.c.period == period,
        period_closes.c.billing_day == billing_day,
    )


def _first_day(period: int, billing_day: int) -> date:
    return date(period // 100, period % 100, billing_day)


def _after(period: int) -> int:
    day = add_months(date(period // 100, period % 100, 1), 1)
    return day.year * 100 + day.month
