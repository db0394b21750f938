"""An account, a PIN and who calls come in; who has been proven goes out, or that it was refused.

Every refusal is one answer after one and the same work: the account is asked for, the try is counted, and a
PIN is checked, also where there is no such account, it has no PIN, or it is locked.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import lockouts
from ivr.accounts.callers import Proof
from ivr.accounts.lockouts import Subjects
from ivr.accounts.model import Operator
from ivr.accounts.pins import Pins, PinsBusy, Verdict
from ivr.accounts.schema.tables import numbers, operators, subscribers
from ivr.accounts.store import Store
from ivr.errors import AccountError, StoreUnavailable
from ivr.phone import to_e164

__all__ = ["Holder", "Identity", "account_subject", "caller_subject", "find_holder"]


T = TypeVar("T")

_TIDY_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account it is: ``number`` is the first of its numbers, None where it has none."""

    subscriber_id: int
    language: str
    number: str | None = field(repr=False)
    pin_hash: str | None = field(repr=False)


class Identity:
    """Checks PINs for an operator's accounts; ``time_limit`` in seconds bounds each question to the store."""

    def __init__(self, store: Store, operator: Operator, pins: Pins, time_limit: float) -> None:
        self.store, self.operator, self.pins, self.time_limit = store, operator, pins, time_limit
        self._begun: set[asyncio.Task[Any]] = set()
        self._tidied: datetime | None = None

    async def prove(self, account: str, pin: str, caller: str | None, now: datetime) -> Proof:
        """What this PIN proves for this account, an account number or a telephone number of the operator.

        ``caller`` is the trusted number that calls. "unavailable" where the store does not answer or too many
        PINs are being checked. A check that has begun is brought to its end, also when the caller is gone.
        """
        try:
            async with self.pins.turn():
                check = self._begin(self._prove(account, pin, caller, now))
                await asyncio.wait({check})
        except PinsBusy:
            return Proof("unavailable", reason="too many PINs are being checked")
        return check.result()

    async def _prove(self, account: str, pin: str, caller: str | None, now: datetime) -> Proof:
        try:
            holder, subjects, allowed = await self._answered(self._count(account, caller, now))
            verdict = await self.pins.check(None if holder is None else holder.pin_hash, pin)
            if holder is None or not allowed or not verdict.fits:
                return Proof("refused")
            await self._answered(self._accept(holder, subjects, verdict))
        except (StoreUnavailable, AccountError) as error:
            return Proof("unavailable", reason=str(error))
        number = {} if holder.number is None else {"number": holder.number}
        return Proof("proven", holder.subscriber_id, {"language": holder.language} | number)

    async def _count(
        self, account: str, caller: str | None, now: datetime
    ) -> tuple[Holder | None, Subjects, bool]:
        """Whose account it is, what the try has been counted for, and whether it may be made."""
        await self._tidy(now)
        async with self.store.writing_beside() as connection:
            holder = await find_holder(connection, self.operator, account)
            subjects = Subjects(
                account_subject(self.operator, self.pins, account, holder),
                caller and caller_subject(self.pins, caller),
            )
            allowed = await lockouts.count_try(connection, subjects, now, self.pins.terms)
        return holder, subjects, allowed

    async def _accept(self, holder: Holder, subjects: Subjects, verdict: Verdict) -> None:
        async with self.store.writing_beside() as connection:
            await _renew(connection, holder, verdict)
            await lockouts.take_back(connection, subjects, self.pins.terms)

    async def _answered(self, work: Coroutine[Any, Any, T]) -> T:
        """What the store gives within the time limit; a thread of its driver that hangs is left to itself."""
        asked = self._begin(work)
        done, _ = await asyncio.wait({asked}, timeout=self.time_limit)
        if not done:
            asked.cancel()
            raise StoreUnavailable(f"the account store did not answer within {self.time_limit:g} s")
        return asked.result()

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()  # it is told where it is waited for

    async def _tidy(self, now: datetime) -> None:
        """Once an hour, whatever is tried: drop the failures that are forgotten."""
        if self._tidied is None or now - self._tidied > _TIDY_EVERY:
            self._tidied = now
            async with self.store.writing_beside() as connection:
                await lockouts.forget_old(connection, now, self.pins.terms)


async def find_holder(connection: AsyncConnection, operator: Operator, account: str) -> Holder | None:
    """The holder of an account number, else of a telephone number as the operator's country writes it."""
    given = {
        "operator": operator.code,
        "account_number": account if re.fullmatch(r"[0-9]{1,20}", account) else "",
        "number": to_e164(account, operator.country) or "",
    }
    row = (await connection.execute(_HOLDER, given)).first()
    return None if row is None else Holder(row.id, row.language, row.number, row.pin_hash)


def account_subject(operator: Operator, pins: Pins, account: str, holder: Holder | None) -> str:
    """What tries at this account are counted for; one that does not exist is counted as well."""
    if holder is not None:
        return f"subscriber:{holder.subscriber_id}"
    written = to_e164(account, operator.country) or account
    return f"account:{pins.digest('account', operator.code, written)}"


def caller_subject(pins: Pins, number: str) -> str:
    """What tries of a calling number are counted for, at all operators of the store together."""
    return f"caller:{pins.digest('caller', number)}"


async def _renew(connection: AsyncConnection, holder: Holder, verdict: Verdict) -> None:
    """Keep the PIN by the terms of today, unless another one has been set meanwhile."""
    if verdict.renewed is not None:
        same = (subscribers.c.id == holder.subscriber_id) & (subscribers.c.pin_hash == holder.pin_hash)
        await connection.execute(update(subscribers).where(same).values(pin_hash=verdict.renewed))


def _holder() -> Select[tuple[int, str, str | None, str | None]]:
    """One question over both indices, whatever was keyed in; an account number goes first."""
    operator = operators.c.code == bindparam("operator")
    by_account = (
        select(subscribers.c.id, literal(0).label("rank"))
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .where(operator, subscribers.c.account_number == bindparam("account_number"))
    )
    by_number = (
        select(numbers.c.subscriber_id, literal(1))
        .join(operators, operators.c.id == numbers.c.operator_id)
        .where(operator, numbers.c.e164 == bindparam("number"), numbers.c.released_at.is_(None))
    )
    found = union_all(by_account, by_number).subquery()
    first = (
        select(func.min(numbers.c.e164))
        .where(numbers.c.subscriber_id == subscribers.c.id, numbers.c.released_at.is_(None))
        .correlate(subscribers)
        .scalar_subquery()
        .label("number")
    )
    return (
        select(subscribers.c.id, subscribers.c.language, first, subscribers.c.pin_hash)
        .join(found, found.c.id == subscribers.c.id)
        .where(subscribers.c.status != "closed")
        .order_by(found.c.rank)
        .limit(1)
    )


_HOLDER = _holder()
