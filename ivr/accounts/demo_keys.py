"""The cast of the demo as entered comes in; it gets what proves callers: PINs, booths, mobiles made known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.demo_cast import PIN, Role
from ivr.accounts.model import Operator
from ivr.accounts.pins import Pins
from ivr.accounts.schema.tables import numbers, operators, subscribers

__all__ = ["give_keys"]


async def give_keys(
    connection: AsyncConnection, operator: Operator, roles: Sequence[Role], now: datetime
) -> None:
    """What proves a caller beside the account's own line: its PIN, booths, and mobiles made known."""
    chosen = (
        select(numbers.c.e164, numbers.c.subscriber_id, numbers.c.operator_id)
        .join(operators, operators.c.id == numbers.c.operator_id)
        .where(operators.c.code == operator.code, numbers.c.released_at.is_(None))
    )
    there = {row.e164: row for row in await connection.execute(chosen)}
    owners = {row.subscriber_id for row in there.values()}
    without = subscribers.c.id.in_(owners) & subscribers.c.pin_hash.is_(None)
    await connection.execute(update(subscribers).where(without).values(pin_hash=_kept_pin()))
    for role in roles:
        mine = there.get(role.account.number)
        for kind, known in (("booth", role.booths), ("known_mobile", role.mobiles)):
            for number in known:
                if mine is not None and number not in there:
                    await connection.execute(
                        insert(numbers).values(
                            operator_id=mine.operator_id,
                            subscriber_id=mine.subscriber_id,
                            e164=number,
                            kind=kind,
                            last_digits=number[-8:],
                            added_at=now,
                        )
                    )


@cache
def _kept_pin() -> str:
    """Hashed once: everybody may know it."""
    return Pins().kept(PIN)
