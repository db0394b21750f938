"""What a person at the operator's desk enters: PINs, numbers and account numbers; locks are lifted by hand.

``account`` is an account number, or one of the account's telephone numbers as its country writes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import lockouts
from ivr.accounts.identity import Holder, account_subject, caller_subject, find_holder
from ivr.accounts.model import Operator
from ivr.accounts.pins import Pins, check_form
from ivr.accounts.rules import callshop_fr
from ivr.accounts.rules.callshop_fr import NumberKind
from ivr.accounts.schema.tables import numbers, operators, subscribers
from ivr.accounts.store import Store
from ivr.errors import AccountError
from ivr.phone import to_e164

__all__ = ["Admission", "HeldNumber", "NumberDesk"]


@dataclass(frozen=True, slots=True)
class HeldNumber:
    """A number of an account, what it is to it, and since when."""

    e164: str
    kind: NumberKind
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Admission:
    """How an account's callers can prove themselves; ``failures`` of ``locked_until`` None do not lock it."""

    account_number: str | None
    has_pin: bool
    failures: int
    locked_until: datetime | None


class NumberDesk:
    """Entries by hand to an operator's accounts. AccountError names what is wrong; StoreUnavailable."""

    def __init__(self, store: Store, operator: Operator, pins: Pins) -> None:
        self.store, self.operator, self.pins = store, operator, pins

    async def set_pin(self, account: str, pin: str) -> None:
        """Give an account its PIN, 4 to 10 digits, in place of any other; its lock is lifted."""
        check_form(pin)
        await self._held(account)
        await self._keep_pin(account, await self.pins.keep(pin))

    async def remove_pin(self, account: str) -> None:
        """Take an account its PIN: from then on only a trusted number proves its callers."""
        await self._keep_pin(account, None)

    async def unlock(self, account: str) -> tuple[str, ...]:
        """Forget the failures of an account and of calls from this number.

        Which of "account" and "caller" had any. The number need be no customer's: all who call can be locked.
        """
        number = to_e164(account, self.operator.country)
        async with self.store.writing_beside() as connection:
            holder = await find_holder(connection, self.operator, account)
            subjects = {} if number is None else {"caller": caller_subject(self.pins, number)}
            subjects["account"] = account_subject(self.operator, self.pins, account, holder)
            had = await lockouts.lift(connection, *subjects.values())
        return tuple(name for name, subject in subjects.items() if subject in had)

    async def admission(self, account: str, now: datetime) -> Admission:
        """Whether an account has a PIN and an account number, and whether it is locked."""
        async with self.store.reading() as connection:
            held = await self._holder(connection, account)
            mine = subscribers.c.id == held.subscriber_id
            number = await connection.scalar(select(subscribers.c.account_number).where(mine))
            subject = account_subject(self.operator, self.pins, account, held)
            failures, until = await lockouts.standing(connection, subject, now, self.pins.terms)
        return Admission(number, held.pin_hash is not None, failures, until)

    async def numbers(self, account: str) -> tuple[HeldNumber, ...]:
        """The numbers of an account, in their order."""
        chosen = select(numbers.c.e164, numbers.c.kind, numbers.c.added_at)
        async with self.store.reading() as connection:
            holder = await self._holder(connection, account)
            mine = numbers.c.subscriber_id == holder.subscriber_id, numbers.c.released_at.is_(None)
            rows = await connection.execute(chosen.where(*mine).order_by(numbers.c.e164))
            return tuple(HeldNumber(row.e164, NumberKind(row.kind), row.added_at) for row in rows)

    async def add_number(self, account: str, number: str, kind: NumberKind, now: datetime) -> str:
        """Make a number known to an account, and give it in E.164.

        Booths and mobiles made known in advance are Callshop France's (CS-03, CS-04).
        """
        e164 = self._e164(number)
        if kind is not NumberKind.LINE and self.operator.code != callshop_fr.OPERATOR.code:
            raise AccountError(f"kind: {self.operator.name} knows no {kind}, only line")
        held = await self._held(account)
        async with self.store.writing(held.subscriber_id) as connection:
            taken = select(numbers.c.id).join(operators, operators.c.id == numbers.c.operator_id)
            there = taken.where(
                operators.c.code == self.operator.code,
                numbers.c.e164 == e164,
                numbers.c.released_at.is_(None),
            )
            if (await connection.execute(there)).first() is not None:
                raise AccountError(f"number: {e164} is there already")
            owner = select(subscribers.c.operator_id).where(subscribers.c.id == held.subscriber_id)
            await connection.execute(
                insert(numbers).values(
                    operator_id=owner.scalar_subquery(),
                    subscriber_id=held.subscriber_id,
                    e164=e164,
                    kind=kind.value,
                    last_digits=e164[-8:],
                    added_at=now,
                )
            )
        return e164

    async def release_number(self, number: str, now: datetime) -> str:
        """From now on the number shows no account; the last way to an account is not taken."""
        e164 = self._e164(number)
        held = await self._held(e164)
        mine = numbers.c.subscriber_id == held.subscriber_id, numbers.c.released_at.is_(None)
        async with self.store.writing(held.subscriber_id) as connection:
            has = select(subscribers.c.account_number).where(subscribers.c.id == held.subscriber_id)
            many = await connection.scalar(select(func.count()).select_from(numbers).where(*mine))
            if many == 1 and await connection.scalar(has) is None:
                raise AccountError("number: it is the account's only one; give it an account number first")
            gone = update(numbers).where(*mine, numbers.c.e164 == e164).values(released_at=now)
            if not (await connection.execute(gone)).rowcount:
                raise AccountError(f"number: {e164} is not in the store")
        return e164

    async def set_account_number(self, account: str, account_number: str) -> None:
        """Give an account the number that its callers key in, up to 20 digits (CS-06)."""
        if not re.fullmatch(r"[0-9]{1,20}", account_number):
            raise AccountError(f"account number: expected 1 to 20 digits, not {account_number!r}")
        held = await self._held(account)
        async with self.store.writing(held.subscriber_id) as connection:
            other = await find_holder(connection, self.operator, account_number)
            if other is not None and other.subscriber_id != held.subscriber_id:
                raise AccountError(f"account number: {account_number} already leads to another account")
            mine = subscribers.c.id == held.subscriber_id
            await connection.execute(update(subscribers).where(mine).values(account_number=account_number))

    async def _keep_pin(self, account: str, pin_hash: str | None) -> None:
        held = await self._held(account)
        async with self.store.writing(held.subscriber_id) as connection:
            mine = subscribers.c.id == held.subscriber_id
            await connection.execute(update(subscribers).where(mine).values(pin_hash=pin_hash))
            await lockouts.lift(connection, account_subject(self.operator, self.pins, account, held))

    async def _held(self, account: str) -> Holder:
        async with self.store.reading() as connection:
            return await self._holder(connection, account)

    async def _holder(self, connection: AsyncConnection, account: str) -> Holder:
        holder = await find_holder(connection, self.operator, account)
        if holder is None:
            raise AccountError(f"number: {account} is not in the store")
        return holder

    def _e164(self, number: str) -> str:
        e164 = to_e164(number, self.operator.country)
        if e164 is None:
            raise AccountError(f"number: expected a telephone number, not {number!r}")
        return e164
