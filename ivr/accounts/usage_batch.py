"""A batch of usage comes in; its rows go out together, and what each record costs is known before.

    all that the store knows of the batch, a question a table
        -> each record in its turn: refused, there already, or queued with the account as it is after it
        -> what more than a charge would follow from: the queue is written, then the record goes alone
        -> the queue is written, many rows a statement

One transaction, the caller's, in which nobody else writes: so what was read stays true. Where the store
refuses the queue, it is halved until the record to blame is named.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings_usage import charge_row, ends_call, usage_key, usage_row
from ivr.accounts.call_prices import called_by, price_of, prices_for
from ivr.accounts.limits import limits_of
from ivr.accounts.model import Account, UsageRecord
from ivr.accounts.rating import Standing, auto_top_ups_of, charged, needs_rating
from ivr.accounts.records import Given, Taken, UsageIn
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.callshop_prices import Price
from ivr.accounts.schema.columns import Instant
from ivr.accounts.schema.tables import ledger, numbers, subscribers, usage_records
from ivr.accounts.service import Accounts
from ivr.accounts.units import UnitsLeft
from ivr.accounts.usage_alone import book_alone, checked, event_of, is_running
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["UsageBatch"]

_GROWN = ("ended_at", "quantity", "from_free_units", "price_minor", "ledger_id")
_MOMENT = bindparam("moment", type_=Instant())
_FIGURES = (
    update(subscribers)
    .where(
        subscribers.c.id == bindparam("who"),
        subscribers.c.figures_at.is_(None) | (subscribers.c.figures_at < _MOMENT),
    )
    .values(figures_at=_MOMENT)
)
_ENDED = (
    update(usage_records)
    .where(usage_records.c.id == bindparam("of_row"))
    .values({name: bindparam(f"new_{name}") for name in _GROWN})
)

Name = tuple[str, str]  # source and record


@dataclass(frozen=True, slots=True)
class _Queued:
    """A record that is booked when the queue is written: its rows, and the row that it ends if any."""

    one: Given[UsageIn]
    usage: UsageRecord
    row: dict[str, Any]
    charge: dict[str, Any] | None
    ends: int | None

    @property
    def moment(self) -> datetime:
        return self.usage.ended_at or self.usage.started_at


class UsageBatch:
    """Some records of usage in one transaction; ``taken`` says what became of them."""

    def __init__(
        self, connection: AsyncConnection, accounts: Accounts, given: Sequence[Given[UsageIn]], now: datetime
    ) -> None:
        self.taken = Taken()
        self._connection = connection
        self._accounts = accounts
        self._operator = accounts.operator
        self._given = given
        self._now = now
        self._queue: list[_Queued] = []
        self._alone: set[Name] = set()

    async def take(self, longest: float) -> int:
        """Take records, and no more of them once those that go alone have taken ``longest`` seconds.

        How many were taken; at least one. In memory a record takes next to no time.
        """
        await self._read()
        done, alone = 0, 0.0
        for one in self._given:
            began = time.monotonic()
            if await self._take_one(one):
                alone += time.monotonic() - began
            done += 1
            if alone >= longest:
                break
        await self._write_queue()
        self.taken.faults.sort(key=lambda fault: fault.place)
        return done

    async def _take_one(self, one: Given[UsageIn]) -> bool:
        """Take a record; whether it went alone."""
        try:
            if self._take_in_memory(one):
                return False
        except AccountError as error:
            self.taken.refuse(one.place, one.record.record, error)
            return False
        await self._write_queue()
        await book_alone(self._connection, self._accounts, one, self._now, self.taken)
        await self._read_again(one.record)
        return True

    def _take_in_memory(self, one: Given[UsageIn]) -> bool:
        """Queue a record or see that it is there already; False where it has to go by itself.

        AccountError for what is wrong with it.
        """
        operator, record = self._operator, one.record
        number = record.e164(operator)
        if number not in self._numbers:
            raise AccountError(f"number: {number} is not in the store")
        subscriber_id, number_id = self._numbers[number]
        standing = self._standing[subscriber_id]
        account = standing.account
        usage = checked(operator, record, self._price(record), self._now)
        name, row = (usage.source, usage.record), usage_row(account, usage)
        if name in self._alone:
            return False
        found = self._sent.get(name)
        if found is not None and not ends_call(found, row):
            self.taken.repeated += 1
            return True
        charge = charge_row(operator, account, usage, self._now)
        ends_queued = found is not None and "id" not in found
        if ends_queued or (charge is not None and charge["key"] in self._keys):
            return False
        if not is_running(usage):
            event = event_of(usage)
            if needs_rating(operator, standing, event, self._now, self._accounts.terms):
                return False
            self._units.take(operator, account, usage)
            self._standing[subscriber_id] = charged(standing, usage.price)
        self._queue_up(one, usage, row | {"number_id": number_id}, charge, found)
        return True

    def _queue_up(
        self,
        one: Given[UsageIn],
        usage: UsageRecord,
        row: dict[str, Any],
        charge: dict[str, Any] | None,
        found: dict[str, Any] | None,
    ) -> None:
        ends = None if found is None else int(found["id"])
        row |= {"ledger_id": None, "received_at": self._now}
        self._queue.append(_Queued(one, usage, row, charge, ends))
        self._sent[usage.source, usage.record] = row if found is None else row | {"id": ends}
        if charge is not None:
            self._keys.add(charge["key"])

    def _price(self, record: UsageIn) -> Money:
        if record.price is not None:
            return Money.parse(record.price, self._operator.currency)
        return price_of(self._operator, called_by(self._operator, record), record, self._prices)

    async def _write_queue(self) -> None:
        queue, self._queue = self._queue, []
        if not queue:
            return
        try:
            async with self._connection.begin_nested():
                await self._write(queue)
        except IntegrityError:
            await self._halve(queue)
            await self._read()
        else:
            self.taken.booked += len(queue)

    async def _halve(self, queue: Sequence[_Queued]) -> None:
        """Write what the store takes of a queue that it has refused as a whole."""
        if len(queue) == 1:
            await book_alone(self._connection, self._accounts, queue[0].one, self._now, self.taken)
            return
        for half in (queue[: len(queue) // 2], queue[len(queue) // 2 :]):
            self._units = await UnitsLeft.of(self._connection, self._standing)
            try:
                async with self._connection.begin_nested():
                    for queued in half:
                        account = self._standing[queued.row["subscriber_id"]].account
                        self._units.take(self._operator, account, queued.usage)
                    await self._write(half)
            except IntegrityError:
                await self._halve(half)
            else:
                self.taken.booked += len(half)

    async def _write(self, queue: Sequence[_Queued]) -> None:
        connection = self._connection
        if charges := [(queued.row, queued.charge) for queued in queue if queued.charge is not None]:
            made = await connection.execute(
                insert(ledger).returning(ledger.c.id, sort_by_parameter_order=True),
                [charge for _, charge in charges],
            )
            for (row, _), entry in zip(charges, made, strict=True):
                row["ledger_id"] = entry.id
        if new := [queued.row for queued in queue if queued.ends is None]:
            await connection.execute(insert(usage_records), new)
        if ended := [queued for queued in queue if queued.ends is not None]:
            grown = [
                {"of_row": queued.ends} | {f"new_{name}": queued.row[name] for name in _GROWN}
                for queued in ended
            ]
            await connection.execute(_ENDED, grown)
        await self._units.write(connection)
        newest: dict[int, datetime] = {}
        for queued in queue:
            who = queued.row["subscriber_id"]
            newest[who] = max(queued.moment, newest.get(who, queued.moment))
        await connection.execute(_FIGURES, [{"who": who, "moment": moment} for who, moment in newest.items()])

    async def _read(self) -> None:
        """All that the store knows of the batch."""
        connection, operator = self._connection, self._operator
        records = [one.record for one in self._given]
        wanted, called = set[str](), set[str]()
        for record in records:
            with suppress(AccountError):
                wanted.add(record.e164(operator))
            if record.price is None:
                with suppress(AccountError):
                    called.add(called_by(operator, record))
        today = local_day(self._now, operator.time_zone)
        found = await queries.accounts_of(connection, operator, sorted(wanted), today)
        rows = await connection.execute(
            select(numbers.c.e164, numbers.c.subscriber_id, numbers.c.id).where(
                numbers.c.e164.in_(found),
                numbers.c.subscriber_id.in_({account.subscriber_id for account in found.values()}),
                numbers.c.released_at.is_(None),
            )
        )
        self._numbers = {number: (subscriber_id, row_id) for number, subscriber_id, row_id in rows}
        self._standing = await self._standings(list(found.values()))
        self._units = await UnitsLeft.of(
            connection, self._standing if any(record.from_free_units for record in records) else ()
        )
        self._prices: dict[str, list[Price]] = await prices_for(connection, operator, called)
        await self._read_sent(records)

    async def _read_sent(self, records: Sequence[UsageIn]) -> None:
        names = {record.name(self._operator) for record in records}
        columns = tuple_(usage_records.c.source, usage_records.c.record)
        rows = await self._connection.execute(select(usage_records).where(columns.in_(sorted(names))))
        self._sent: dict[Name, dict[str, Any]] = {
            (row.source, row.record): dict(row._mapping) for row in rows
        }
        keys = {usage_key(*name) for name in names}
        self._keys = set(await self._connection.scalars(select(ledger.c.key).where(ledger.c.key.in_(keys))))

    async def _standings(self, accounts: Sequence[Account]) -> dict[int, Standing]:
        limits = await limits_of(self._connection, self._operator, accounts, self._now)
        ids = {account.subscriber_id: account for account in accounts}
        autos = await auto_top_ups_of(self._connection, ids)
        return {one: Standing(account, limits.get(one), autos.get(one)) for one, account in ids.items()}

    async def _read_again(self, record: UsageIn) -> None:
        """The account of a record that went by itself, which may have changed in any way."""
        operator = self._operator
        name = record.name(operator)
        self._alone.add(name)
        self._keys.add(usage_key(*name))
        today = local_day(self._now, operator.time_zone)
        account = await queries.account(self._connection, operator, record.e164(operator), today)
        assert account is not None, "an account that was there in this transaction"
        self._standing |= await self._standings([account])
        await self._units.read_again(self._connection, account.subscriber_id)
