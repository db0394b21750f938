"""A caller's number and the time come in; a named outcome with its facts goes out. Also top-ups and entries.

The dialplan asks by name: ``await accounts.look_up("credit", Caller("+420777123456"), now)``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from ivr.accounts import bookings, queries
from ivr.accounts.audit import Discrepancy, audit
from ivr.accounts.callers import Caller, Proof
from ivr.accounts.identity import Identity
from ivr.accounts.look_ups import look_ups_of
from ivr.accounts.model import Account, Charging, Entry, Finding, NewAccount, Operator, Receipt
from ivr.accounts.packs import PackTerms, operator_of, outcomes_of
from ivr.accounts.pins import Pins
from ivr.accounts.rules import callpro, callshop_fr
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.statement import Figures, Statement, draw_up
from ivr.accounts.statement_query import figures_of_account, figures_of_number, figures_of_subscriber
from ivr.accounts.store import Store
from ivr.accounts.top_ups import add_credit
from ivr.errors import AccountError, StoreUnavailable
from ivr.money import Money

__all__ = ["Accounts"]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MOST = 10**12  # minor units: what Money can read, and far below what a column holds


class Accounts:
    """An operator's accounts in a store; of several operators in one, each sees its own.

    ``time_limit`` in seconds bounds each look-up, whatever the store does. ``pins`` checks those of all
    operators, in one queue.
    """

    def __init__(
        self,
        store: Store,
        *,
        operator: Operator = callpro.OPERATOR,
        terms: PackTerms | None = None,
        time_limit: float = 2.0,
        pins: Pins | None = None,
    ) -> None:
        self.store = store
        self.operator = operator
        self.outcomes = outcomes_of(operator.code)
        self.terms = terms or PackTerms()
        self.time_limit = time_limit
        self.pins = pins or Pins(self.terms.pins)
        self._identity = Identity(store, operator, self.pins, time_limit)
        self._given_up: set[asyncio.Task[Finding]] = set()
        self._others: dict[str, Accounts] = {}

    def of(self, code: str) -> Accounts:
        """The accounts of an operator in the same store; AccountError where there is no such operator."""
        if code == self.operator.code:
            return self
        if code not in self._others:
            self._others[code] = Accounts(
                self.store,
                operator=operator_of(code),
                terms=self.terms,
                time_limit=self.time_limit,
                pins=self.pins,
            )
        return self._others[code]

    async def look_up(self, name: str, caller: Caller, now: datetime) -> Finding:
        """What is known about a caller: the subscriber that a PIN has proven, else the owner of the number.

        Always one of ``outcomes[name]`` with all the facts named there: a store that fails, does not answer
        within the time limit or holds nonsense gives "unavailable". AccountError for a name that is not in
        ``outcomes``, which is a fault of the dialplan.
        """
        if name not in self.outcomes:
            raise AccountError(f"there is no look-up {name!r}, only {', '.join(self.outcomes)}")
        if caller.proven is None and not caller.number:
            return Finding("anonymous")
        if caller.proven is None and not _E164.fullmatch(caller.number or ""):
            return Finding("unknown")
        today = local_day(now, self.operator.time_zone)
        try:
            return await self._within_time_limit(self._told(name, caller, today, now))
        except StoreUnavailable as error:
            return Finding("unavailable", reason=str(error))
        except ValueError as error:
            return Finding("unavailable", reason=f"an account makes no sense: {error}")

    async def identify(self, account: str, pin: str, caller: str | None, now: datetime) -> Proof:
        """What an account number (or a telephone number of the operator's) and a PIN prove (CP-03, CS-06).

        ``caller`` is the trusted number that calls, None when there is none. All that is wrong is "refused",
        after the same work; a store that does not answer, or too many callers at once, give "unavailable".
        """
        return await self._identity.prove(account, pin, caller, now)

    async def _told(self, name: str, caller: Caller, today: date, now: datetime) -> Finding:
        """What a look-up tells a caller, from one question to the store."""
        figures = await self._figures(caller, today)
        if figures is None:
            return Finding("unknown")
        statement = draw_up(figures, self.operator, now, self.terms.statement, self.terms.callpro)
        return look_ups_of(self.operator.code)[name].tell(statement, now)

    async def _figures(self, caller: Caller, today: date) -> Figures | None:
        """The figures that this caller may hear; None where the caller is no customer."""
        async with self.store.reading() as connection:
            if caller.proven is not None:
                return await figures_of_subscriber(connection, self.operator, caller.proven, today)
            figures = await figures_of_number(connection, self.operator, caller.number or "", today)
        return figures if figures is not None and self._may_hear(caller, figures) else None

    def _may_hear(self, caller: Caller, figures: Figures) -> bool:
        """Whether the number alone opens the account: a call shop's has to be of the right kind (CS-06)."""
        if self.operator.code != callshop_fr.OPERATOR.code:
            return True
        return callshop_fr.opens(caller.dialled, callshop_fr.NumberKind(figures.number_kind or ""))

    async def account(self, number: str, now: datetime) -> Account | None:
        """The account behind a number in E.164; None if there is none. StoreUnavailable."""
        return await self._read(number, local_day(now, self.operator.time_zone))

    async def statement(self, number: str, now: datetime) -> Statement | None:
        """All that the caller of this number in E.164 may hear; None if it is nobody's.

        One question to the store. StoreUnavailable, also where a record in it makes no sense.
        """
        if not _E164.fullmatch(number):
            return None
        today = local_day(now, self.operator.time_zone)
        async with self.store.reading() as connection:
            figures = await figures_of_number(connection, self.operator, number, today)
        return self._drawn_up(figures, now)

    async def statement_of_account(self, account_number: str, now: datetime) -> Statement | None:
        """The same for an account number that a caller has keyed in (CS-06)."""
        if not re.fullmatch(r"[0-9]{1,20}", account_number):
            return None
        today = local_day(now, self.operator.time_zone)
        async with self.store.reading() as connection:
            figures = await figures_of_account(connection, self.operator, account_number, today)
        return self._drawn_up(figures, now)

    async def page(self, now: datetime, *, after: str = "", size: int = 100) -> tuple[Account, ...]:
        """Accounts in the order of their numbers, beginning behind ``after``. StoreUnavailable."""
        today = local_day(now, self.operator.time_zone)
        async with self.store.reading() as connection:
            return await queries.accounts(connection, self.operator, today, after, size)

    async def count(self) -> int:
        """How many numbers there are. StoreUnavailable."""
        async with self.store.reading() as connection:
            return await queries.count(connection, self.operator)

    async def entries(self, account: Account, *, newest: int = 20) -> tuple[Entry, ...]:
        """The newest rows of an account's ledger, newest first. StoreUnavailable."""
        async with self.store.reading() as connection:
            return await queries.entries(connection, account.subscriber_id, newest)

    async def check(self) -> tuple[Discrepancy, ...]:
        """What does not add up in the operator's books, nothing where all is well. StoreUnavailable.

        It reads all of the store, which may take minutes in a large one.
        """
        async with self.store.reading() as connection:
            return await audit(connection, self.operator)

    def told(self, account: Account, now: datetime) -> Finding:
        """What the owner of this account would be told about credit; AccountError where it makes no sense."""
        try:
            return self._tell(account, now)
        except ValueError as error:
            raise AccountError(f"{account.number}: {error}") from error

    def checked(self, new: NewAccount, now: datetime) -> NewAccount:
        """The account as it would be entered; AccountError naming the first thing wrong with it.

        Credit without a promised last valid day gets the one of CP-18 to CP-20, counted from ``now``.
        """
        if not _E164.fullmatch(new.number):
            raise AccountError(
                f"number: expected an international number such as +420777123456, not {new.number!r}"
            )
        if not re.fullmatch(r"[a-z]{2}", new.language):
            raise AccountError(f"language: expected two letters such as cs, not {new.language!r}")
        prepaid = new.charging is Charging.PREPAID
        for name, amount, belongs in (
            ("credit", new.credit, prepaid),
            ("spend", new.spend, not prepaid),
            ("limit", new.limit, not prepaid),
        ):
            if amount is None:
                continue
            if not belongs:
                raise AccountError(f"{name}: a {new.charging} account has none; leave it empty")
            self._check_amount(name, amount, least=0)
        if new.valid_until is not None and (new.credit is None or new.credit.minor == 0):
            raise AccountError("valid_until: there is no credit that could be valid; leave it empty")
        if self.operator.code == callshop_fr.OPERATOR.code:
            return new  # credit without an end (CS-10)
        if new.credit is not None and new.credit.minor > 0 and new.valid_until is None:
            return replace(new, valid_until=callpro.last_valid_day(now, self.terms.callpro))
        return new

    async def add(self, new: NewAccount, now: datetime) -> Account:
        """Enter one account. AccountError when it is wrong or its number is there; StoreUnavailable."""
        entered = self.checked(new, now)
        today = local_day(now, self.operator.time_zone)
        async with self.store.writing() as connection:
            if await queries.account(connection, self.operator, entered.number, today) is not None:
                raise AccountError(f"number: {entered.number} is there already")
            await bookings.enter(connection, self.operator, [entered], now)
            account = await queries.account(connection, self.operator, entered.number, today)
        assert account is not None, "an account that was just entered"
        return account

    async def add_first(self, new: Sequence[NewAccount], now: datetime) -> bool:
        """Enter these accounts if nobody is in the store yet, whole or not at all; whether that was so."""
        entered = [self.checked(account, now) for account in new]
        async with self.store.writing() as connection:
            if await queries.count(connection, self.operator):
                return False
            await bookings.enter(connection, self.operator, entered, now)
        return True

    async def top_up(
        self, number: str, amount: Money, *, now: datetime, at: datetime | None = None, key: str | None = None
    ) -> Receipt:
        """Add credit to a prepaid number, once for each ``key``; ``at`` is when it was paid.

        Credit that has lapsed before ``at`` is booked as expired first, so that a top-up never brings it
        back. AccountError for an unknown or postpaid number, a wrong amount, or a key that was used for
        something else; StoreUnavailable, and then nothing has been booked.
        """
        self._check_amount("amount", amount, least=1)
        at, key = at or now, key or f"by-hand:{uuid4()}"
        if at > now:
            raise AccountError("at: a top-up cannot be paid in the future")
        today = local_day(now, self.operator.time_zone)
        whose = await self._read(number, today)
        if whose is None:
            raise AccountError(f"number: {number} is not in the store")
        async with self.store.writing(whose.subscriber_id) as connection:
            account = await queries.account(connection, self.operator, number, today)
            if account is None or account.subscriber_id != whose.subscriber_id:
                raise AccountError(f"number: {number} is not in the store")
            booked = await queries.entry_of_key(connection, key)
            if booked is not None:
                _check_same(booked, account, amount, key)
            else:
                await add_credit(
                    connection,
                    self.operator,
                    account,
                    amount,
                    key=key,
                    at=at,
                    now=now,
                    terms=self.terms.callpro,
                )
                account = await queries.account(connection, self.operator, number, today)
                assert account is not None, "an account that was just topped up"
        until = max((lot.valid_until for lot in account.lots), default=None)
        return Receipt(number, amount, account.balance, until, repeated=booked is not None)

    def _tell(self, account: Account, now: datetime) -> Finding:
        if self.operator.code == callshop_fr.OPERATOR.code:
            return callshop_fr.tell(account.balance, now, calls_running=0)
        return callpro.tell(account, local_day(now, self.operator.time_zone), self.terms.callpro)

    def _check_amount(self, name: str, amount: Money, *, least: int) -> None:
        if amount.currency != self.operator.currency:
            raise AccountError(f"{name}: expected {self.operator.currency}, not {amount.currency}")
        if not least <= amount.minor < _MOST:
            wanted = "more than zero" if least else "zero or more"
            raise AccountError(f"{name}: expected {wanted}, below {_MOST // 100}, not {amount}")

    def _drawn_up(self, figures: Figures | None, now: datetime) -> Statement | None:
        if figures is None:
            return None
        try:
            return draw_up(figures, self.operator, now, self.terms.statement, self.terms.callpro)
        except ValueError as error:
            raise StoreUnavailable(f"an account makes no sense: {error}") from error

    async def _read(self, number: str, today: date) -> Account | None:
        async with self.store.reading() as connection:
            return await queries.account(connection, self.operator, number, today)

    async def _within_time_limit(self, look_up: Coroutine[Any, Any, Finding]) -> Finding:
        """Look up, and turn away when the time is up.

        A thread that hangs in the file system cannot be stopped, so the task is told to end and left to
        itself: waiting for it would be the very wait the limit is there to prevent.
        """
        task = asyncio.create_task(look_up)
        try:
            done, _ = await asyncio.wait({task}, timeout=self.time_limit)
        except asyncio.CancelledError:
            self._give_up(task)
            raise
        if done:
            return task.result()
        self._give_up(task)
        raise StoreUnavailable(f"the account store did not answer within {self.time_limit:g} s")

    def _give_up(self, task: asyncio.Task[Finding]) -> None:
        task.cancel()
        self._given_up.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Finding]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()


def _check_same(booked: tuple[int, Entry], account: Account, amount: Money, key: str) -> None:
    subscriber_id, entry = booked
    if (subscriber_id, entry.kind, entry.amount) != (account.subscriber_id, "top_up", amount):
        raise AccountError(f"key: {key!r} was used for something else")
