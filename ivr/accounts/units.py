"""Usage that free units have paid for comes in; what is left of units and bundles goes down.

Units of the tariff go first, those that end soonest before the others, then bundles. Use counts on the day it
was made, so a record that comes after a reset still takes from the units of its own day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Account, Operator, UsageRecord
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.schema.tables import bundles, free_units, held_bundles
from ivr.errors import AccountError

__all__ = ["UNIT_OF", "UnitsLeft", "use_units"]

UNIT_OF = {"call": "seconds", "sms": "sms", "mms": "mms", "data": "kilobytes"}


@dataclass(slots=True)
class _Pot:
    """A row of ``free_units`` or ``held_bundles``: what is left, and what was taken since it was read."""

    row: Row[Any]
    left: int
    taken: int = 0

    def take(self, wanted: int) -> None:
        self.left -= wanted
        self.taken += wanted


class UnitsLeft:
    """The free units of some subscribers, read at once, taken from in memory and written at once."""

    def __init__(self, units: dict[int, list[_Pot]], held: dict[int, list[_Pot]]) -> None:
        self._units = units
        self._held = held

    @classmethod
    async def of(cls, connection: AsyncConnection, subscriber_ids: Collection[int]) -> UnitsLeft:
        """What these subscribers have left, in the order in which it is used."""
        units: dict[int, list[_Pot]] = defaultdict(list)
        held: dict[int, list[_Pot]] = defaultdict(list)
        if not subscriber_ids:
            return cls(units, held)
        for row in await connection.execute(
            select(free_units)
            .where(free_units.c.subscriber_id.in_(subscriber_ids), free_units.c.used < free_units.c.granted)
            .order_by(free_units.c.resets_on, free_units.c.id)
        ):
            units[row.subscriber_id].append(_Pot(row, row.granted - row.used))
        for row in await connection.execute(
            select(held_bundles, bundles.c.unit)
            .join(bundles, bundles.c.id == held_bundles.c.bundle_id)
            .where(held_bundles.c.subscriber_id.in_(subscriber_ids), held_bundles.c.remaining > 0)
            .order_by(held_bundles.c.valid_until, held_bundles.c.id)
        ):
            held[row.subscriber_id].append(_Pot(row, row.remaining))
        return cls(units, held)

    def take(self, operator: Operator, account: Account, usage: UsageRecord) -> None:
        """Take a record's free units from what was there on its day.

        AccountError naming ``from_free_units`` where there are not so many left, or none of the kind; then
        nothing was taken.
        """
        wanted = usage.from_free_units
        if wanted == 0:
            return
        unit = UNIT_OF.get(usage.kind)
        if unit is None:
            raise AccountError(f"from_free_units: free units do not pay for {usage.kind}")
        day = local_day(usage.started_at, operator.time_zone)
        mine = account.subscriber_id
        pots = [pot for pot in self._units[mine] if _granted_on(pot.row, unit, day)]
        pots += [pot for pot in self._held[mine] if _held_at(pot.row, unit, usage.started_at, day)]
        left = sum(pot.left for pot in pots)
        if left < wanted:
            raise AccountError(f"from_free_units: only {left} of {wanted} {unit} were left on {day}")
        for pot in pots:
            pot.take(taken := min(wanted, pot.left))
            wanted -= taken

    async def read_again(self, connection: AsyncConnection, subscriber_id: int) -> None:
        """Somebody else has taken from the units of this subscriber; what was taken here is written."""
        fresh = await UnitsLeft.of(connection, [subscriber_id])
        self._units[subscriber_id] = fresh._units[subscriber_id]
        self._held[subscriber_id] = fresh._held[subscriber_id]

    async def write(self, connection: AsyncConnection) -> None:
        """Write what was taken since the last time."""
        units = _taken(self._units)
        if units:
            more = free_units.c.used + bindparam("taken")
            mine = free_units.c.id == bindparam("row")
            await connection.execute(update(free_units).where(mine).values(used=more), units)
        held = _taken(self._held)
        if held:
            less = held_bundles.c.remaining - bindparam("taken")
            mine = held_bundles.c.id == bindparam("row")
            await connection.execute(update(held_bundles).where(mine).values(remaining=less), held)


async def use_units(
    connection: AsyncConnection, operator: Operator, account: Account, usage: UsageRecord
) -> None:
    """Take a record's free units and write it down; errors as of ``UnitsLeft.take``."""
    if usage.from_free_units == 0:
        return
    left = await UnitsLeft.of(connection, [account.subscriber_id])
    left.take(operator, account, usage)
    await left.write(connection)


def _granted_on(row: Row[Any], unit: str, day: date) -> bool:
    return bool(row.unit == unit and row.from_on <= day < row.resets_on)


def _held_at(row: Row[Any], unit: str, moment: datetime, day: date) -> bool:
    if row.unit != unit or row.activated_at > moment or row.valid_until < day:
        return False
    return row.ended_at is None or row.ended_at > moment


def _taken(pots: dict[int, list[_Pot]]) -> list[dict[str, int]]:
    """What was taken, by row; from now on none of it is to be written."""
    found = [pot for mine in pots.values() for pot in mine if pot.taken]
    rows = [{"row": pot.row.id, "taken": pot.taken} for pot in found]
    for pot in found:
        pot.taken = 0
    return rows
