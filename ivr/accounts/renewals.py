"""An account and the day on which something of it begins anew come in; its bundles and units go out renewed.

A renewal is charged as a fee of its day, also when it is booked later, and so counts towards the limit of its
own period (GM-02, VL-01). A prepaid number whose credit does not cover it keeps nothing: the bundle ends. The
flat fee of a tariff is no renewal; it comes with the usage, as a record of kind ``fee``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings import book_entry
from ivr.accounts.bookings_effects import book_effects
from ivr.accounts.callpro_services import credit_of, valid_until
from ivr.accounts.model import Account, Charging, Operator
from ivr.accounts.packs import PackTerms
from ivr.accounts.rating import rate
from ivr.accounts.rules.calendar import add_months
from ivr.accounts.rules.effects import Renew
from ivr.accounts.rules.spend import RatedEvent, UsageKind
from ivr.accounts.schema.tables import bundles, free_units, held_bundles, tariff_units, tariff_uses
from ivr.money import Money

__all__ = ["grant_units", "midnight", "renew_by_date", "renew_by_period"]


def midnight(day: date, operator: Operator) -> datetime:
    """The moment at which a day begins at the operator's place."""
    return datetime.combine(day, time(), ZoneInfo(operator.time_zone))


async def grant_units(connection: AsyncConnection, account: Account, day: date) -> None:
    """The tariff's free units for the billing period that begins on this day; those left are not kept."""
    chosen = (
        select(tariff_units.c.unit, tariff_units.c.granted)
        .join(tariff_uses, tariff_uses.c.tariff_id == tariff_units.c.tariff_id)
        .where(
            tariff_uses.c.subscriber_id == account.subscriber_id,
            tariff_uses.c.from_on <= day,
            tariff_uses.c.to_on.is_(None) | (tariff_uses.c.to_on > day),
        )
    )
    for row in (await connection.execute(chosen)).all():
        there = select(free_units.c.id).where(
            free_units.c.subscriber_id == account.subscriber_id,
            free_units.c.unit == row.unit,
            free_units.c.source == "tariff",
            free_units.c.from_on == day,
        )
        if await connection.scalar(there) is None:
            await connection.execute(
                insert(free_units).values(
                    subscriber_id=account.subscriber_id,
                    unit=row.unit,
                    source="tariff",
                    granted=row.granted,
                    from_on=day,
                    resets_on=add_months(day, 1),
                )
            )


async def renew_by_period(
    connection: AsyncConnection, operator: Operator, account: Account, day: date, terms: PackTerms
) -> int:
    """Renew what is renewed with the billing period that begins on this day; how many bundles there were.

    A bundle is always renewed in its own size at its full price (CP-55).
    """
    by_period = bundles.c.renewal == "billing_period"
    rows = await _ended(connection, account, day, by_period)
    for row in rows:
        until = valid_until(row.renewal, day, account.billing_day)
        await _renew(connection, operator, account, row, day, until, terms)
    return len(rows)


async def renew_by_date(
    connection: AsyncConnection, operator: Operator, account: Account, today: date, terms: PackTerms
) -> int:
    """Renew what is renewed a month after its activation, for each month since (VP-24); end what is not."""
    count = 0
    for row in await _ended(connection, account, today, bundles.c.renewal != "billing_period"):
        last: date = row.valid_until
        while last < today:
            count += 1
            first = last + timedelta(days=1)
            if row.renewal == "once":
                await _end(connection, row, midnight(first, operator))
                break
            last = _day_before(add_months(first.replace(day=1), 1), row.anchor_day)
            if not await _renew(connection, operator, account, row, first, last, terms):
                break
    return count


def _day_before(month: date, anchor_day: int) -> date:
    """The last valid day before a renewal in this month: the anchor day, where the month has it (VP-24)."""
    renewal = month.replace(day=min(anchor_day, monthrange(month.year, month.month)[1]))
    return renewal - timedelta(days=1)


async def _ended(
    connection: AsyncConnection, account: Account, day: date, which: ColumnElement[bool]
) -> Sequence[Any]:
    """The bundles of this kind whose last valid day is before a day."""
    chosen = (
        select(
            held_bundles.c.id,
            held_bundles.c.valid_until,
            held_bundles.c.anchor_day,
            bundles.c.code,
            bundles.c.renewal,
            bundles.c.size,
            bundles.c.monthly_fee_minor,
            bundles.c.currency,
        )
        .join(bundles, bundles.c.id == held_bundles.c.bundle_id)
        .where(
            held_bundles.c.subscriber_id == account.subscriber_id,
            held_bundles.c.ended_at.is_(None),
            held_bundles.c.valid_until < day,
            which,
        )
        .order_by(held_bundles.c.id)
    )
    found: Sequence[Any] = (await connection.execute(chosen)).all()
    return found


async def _renew(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    row: Row[Any],
    day: date,
    until: date,
    terms: PackTerms,
) -> bool:
    """One renewal and all that follows from its price; False where the bundle has ended instead."""
    moment = midnight(day, operator)
    price = Money(row.monthly_fee_minor, row.currency)
    current = await queries.account(connection, operator, account.number, day) or account
    if current.charging is Charging.PREPAID and price.minor > 0:
        credit = await credit_of(connection, current)
        if credit < price:
            await _end(connection, row, moment)
            note = f"{row.code} not renewed: it costs {price}, and there are only {credit}"
            await book_entry(
                connection,
                account.subscriber_id,
                "none",
                "renewal",
                Money(0, operator.currency),
                key=f"no-renewal:{row.id}:{day}",
                at=moment,
                now=moment,
                note=note,
            )
            return False
    cause = f"renewal:{row.id}:{day}"

    async def book() -> bool:
        renewal = Renew(row.id, row.size, until, price)
        await book_effects(connection, operator, current, [renewal], cause=cause, now=moment)
        return True

    event = RatedEvent(moment, price, UsageKind.FEE)
    await rate(connection, operator, current, event, book, cause=f"{cause}:after", now=moment, terms=terms)
    return True


async def _end(connection: AsyncConnection, row: Row[Any], moment: datetime) -> None:
    mine = held_bundles.c.id == row.id
    await connection.execute(update(held_bundles).where(mine).values(ended_at=moment))
