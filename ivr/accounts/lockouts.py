"""A try at a PIN comes in and is counted before it is made; whether it may be made at all goes out.

Tries are counted for the account that is named and for the number that calls, each in one row that all
nodes share. Counting comes first, so that of many tries at one moment no more are made than there are left;
a try that turns out right takes its failures back. Five in a row lock for thirty minutes; a try while locked
changes nothing of that. A caller who withholds the number is counted by account alone: a row for all of them
would let one of them lock out the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Integer, and_, bindparam, case, delete, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.pins import PinTerms
from ivr.accounts.schema.columns import Instant
from ivr.accounts.schema.tables import lockouts

__all__ = ["Subjects", "count_try", "forget_old", "lift", "standing", "take_back"]

_MOST = 30_000  # what a row counts to: the column holds little more


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a try is counted for: ``subscriber:17`` or ``account:<digest>``, and ``caller:<digest>``."""

    account: str
    caller: str | None


async def count_try(connection: AsyncConnection, subjects: Subjects, now: datetime, terms: PinTerms) -> bool:
    """Count a try as failed, in the caller's transaction; whether it may be made.

    It may not where account or caller is locked. The account does not count the tries of a locked caller,
    who could lock others out with them.
    """
    allowed = True
    if subjects.caller is not None:
        allowed = await _count(connection, subjects.caller, 1, now, terms)
    return await _count(connection, subjects.account, int(allowed), now, terms) and allowed


async def take_back(connection: AsyncConnection, subjects: Subjects, terms: PinTerms) -> None:
    """The try was right: the account has no failures, and the caller none for this account.

    What the caller has failed at other accounts stays: whoever has an account of his own could otherwise
    guess at those of others for ever, with a right PIN in between. The caller's row is locked first, as
    counting does: two transactions never wait for each other's.
    """
    if subjects.caller is not None:
        mine = select(lockouts.c.failures).where(lockouts.c.subject == subjects.caller)
        await connection.execute(mine.with_for_update())
    account = delete(lockouts).where(lockouts.c.subject == subjects.account).returning(lockouts.c.failures)
    failures = (await connection.execute(account)).scalar() or 0
    if subjects.caller is None:
        return
    left = lockouts.c.failures - failures
    await connection.execute(
        update(lockouts)
        .where(lockouts.c.subject == subjects.caller)
        .values(
            failures=case((left > 0, left), else_=0),
            locked_until=case((left >= terms.failures, lockouts.c.locked_until), else_=null()),
        )
    )


async def lift(connection: AsyncConnection, *subjects: str) -> frozenset[str]:
    """Forget all failures of these; which of them had any. Name a caller first, as all lock it first."""
    had: set[str] = set()
    for subject in subjects:
        gone = delete(lockouts).where(lockouts.c.subject == subject).returning(lockouts.c.subject)
        had.update((await connection.execute(gone)).scalars())
    return frozenset(had)


async def standing(
    connection: AsyncConnection, subject: str, now: datetime, terms: PinTerms
) -> tuple[int, datetime | None]:
    """The failures in a row that count now, and until when they lock."""
    row = (await connection.execute(select(lockouts).where(lockouts.c.subject == subject))).first()
    if row is None or (row.locked_until is None and row.first_failure_at < now - terms.remembered):
        return 0, None
    if row.locked_until is not None and row.locked_until <= now:
        return 0, None
    return min(row.failures, terms.failures), row.locked_until


async def forget_old(connection: AsyncConnection, now: datetime, terms: PinTerms) -> None:
    """Drop the rows that say nothing any more, but for those in use, in a transaction of its own."""
    over = or_(lockouts.c.locked_until.is_(None), lockouts.c.locked_until <= now)
    old = lockouts.c.first_failure_at < now - terms.remembered
    unused = select(lockouts.c.subject).where(old & over).with_for_update(skip_locked=True)
    await connection.execute(delete(lockouts).where(lockouts.c.subject.in_(unused)))


async def _count(
    connection: AsyncConnection, subject: str, failures: int, now: datetime, terms: PinTerms
) -> bool:
    """Add to a row, atomically; False where it was locked before."""
    given = {
        "subject": subject,
        "more": failures,
        "now": now,
        "until": now + terms.locked_for,
        "oldest": now - terms.remembered,
        "limit": terms.failures,
    }
    statement = _ON_SQLITE if connection.dialect.name == "sqlite" else _ON_POSTGRESQL
    counted = (await connection.execute(statement, given)).scalar_one()
    return bool(counted <= terms.failures)


def _counting(insert: Any) -> Executable:
    """One statement that begins a row, adds to it, or begins it anew; it gives how many there are now.

    A lock ends a row of failures, so the count of a locked row stands above the limit and no further try is
    made; behind the lock's end, and behind the memory's, the next failure is the first.
    """
    now, more = bindparam("now", type_=Instant()), bindparam("more", type_=Integer())
    until, oldest = bindparam("until", type_=Instant()), bindparam("oldest", type_=Instant())
    limit = bindparam("limit", type_=Integer())
    locked = lockouts.c.locked_until > now
    fresh = or_(
        lockouts.c.failures == 0,
        lockouts.c.locked_until <= now,
        and_(lockouts.c.locked_until.is_(None), lockouts.c.first_failure_at < oldest),
    )
    raised = case((lockouts.c.failures < _MOST, lockouts.c.failures + more), else_=lockouts.c.failures)
    begun = insert(lockouts).values(
        subject=bindparam("subject"),
        failures=more,
        first_failure_at=now,
        locked_until=case((more >= limit, until), else_=null()),
    )
    counted: Executable = begun.on_conflict_do_update(
        index_elements=[lockouts.c.subject],
        set_={
            "failures": case((fresh, more), else_=raised),
            "first_failure_at": case((fresh, now), else_=lockouts.c.first_failure_at),
            "locked_until": case(
                (locked, lockouts.c.locked_until),
                (case((fresh, more), else_=raised) >= limit, until),
                else_=null(),
            ),
        },
    ).returning(lockouts.c.failures)
    return counted


_ON_SQLITE = _counting(sqlite.insert)
_ON_POSTGRESQL = _counting(postgresql.insert)
