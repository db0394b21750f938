"""Usage that free units have paid for comes in; what is left of units and bundles goes down.

Units of the tariff go first, those that end soonest before the others, then bundles. Use counts on the day it
was made, so a record that comes after a reset still takes from the units of its own day.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Account, Operator, UsageRecord
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.schema.tables import bundles, free_units, held_bundles
from ivr.errors import AccountError

__all__ = ["UNIT_OF", "use_units"]

UNIT_OF = {"call": "seconds", "sms": "sms", "mms": "mms", "data": "kilobytes"}


async def use_units(
    connection: AsyncConnection, operator: Operator, account: Account, usage: UsageRecord
) -> None:
    """Take a record's free units from what was there on its day.

    AccountError naming ``from_free_units`` where there are not so many left, or none of the kind.
    """
    wanted = usage.from_free_units
    if wanted == 0:
        return
    unit = UNIT_OF.get(usage.kind)
    if unit is None:
        raise AccountError(f"from_free_units: free units do not pay for {usage.kind}")
    day = local_day(usage.started_at, operator.time_zone)
    missing = await _from_units(connection, account, unit, day, wanted)
    missing = await _from_bundles(connection, account, unit, usage.started_at, day, missing)
    if missing:
        raise AccountError(f"from_free_units: only {wanted - missing} of {wanted} {unit} were left on {day}")


async def _from_units(
    connection: AsyncConnection, account: Account, unit: str, day: date, wanted: int
) -> int:
    rows = await connection.execute(
        select(free_units.c.id, free_units.c.granted, free_units.c.used)
        .where(
            free_units.c.subscriber_id == account.subscriber_id,
            free_units.c.unit == unit,
            free_units.c.from_on <= day,
            free_units.c.resets_on > day,
            free_units.c.used < free_units.c.granted,
        )
        .order_by(free_units.c.resets_on, free_units.c.id)
    )
    for row in rows.all():
        taken = min(wanted, row.granted - row.used)
        mine = free_units.c.id == row.id
        await connection.execute(update(free_units).where(mine).values(used=free_units.c.used + taken))
        wanted -= taken
        if wanted == 0:
            break
    return wanted


async def _from_bundles(
    connection: AsyncConnection, account: Account, unit: str, moment: datetime, day: date, wanted: int
) -> int:
    if wanted == 0:
        return 0
    rows = await connection.execute(
        select(held_bundles.c.id, held_bundles.c.remaining)
        .join(bundles, bundles.c.id == held_bundles.c.bundle_id)
        .where(
            held_bundles.c.subscriber_id == account.subscriber_id,
            bundles.c.unit == unit,
            held_bundles.c.activated_at <= moment,
            held_bundles.c.valid_until >= day,
            held_bundles.c.ended_at.is_(None) | (held_bundles.c.ended_at > moment),
            held_bundles.c.remaining > 0,
        )
        .order_by(held_bundles.c.valid_until, held_bundles.c.id)
    )
    for row in rows.all():
        taken = min(wanted, row.remaining)
        mine = held_bundles.c.id == row.id
        left = held_bundles.c.remaining - taken
        await connection.execute(update(held_bundles).where(mine).values(remaining=left))
        wanted -= taken
        if wanted == 0:
            break
    return wanted
