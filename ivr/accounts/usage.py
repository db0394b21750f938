"""Rated usage comes in, from CSV or HTTP; it is booked with all that follows from it, each record once.

Records go in by batches of one transaction each, every record behind a savepoint of its own: one that is
refused leaves nothing behind and costs the others nothing. What has been told as booked is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings_usage import book_usage, usage_key
from ivr.accounts.call_prices import price_of
from ivr.accounts.model import Account, Operator, UsageRecord
from ivr.accounts.packs import PackTerms
from ivr.accounts.rating import rate
from ivr.accounts.records import Given, Taken, UsageIn
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.spend import RatedEvent, UsageKind
from ivr.accounts.service import Accounts
from ivr.accounts.units import use_units
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["take_usage"]

_BATCH = 20  # records in a transaction, a third of a second: others wait no longer than that to write
_CLOCKS_DIFFER = timedelta(minutes=5)


async def take_usage(
    accounts: Accounts,
    given: Sequence[Given[UsageIn]],
    now: datetime,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> Taken:
    """Book each record with its effects, or say what is wrong with it; the others go in.

    StoreUnavailable: then the batches told by ``progress`` are booked, and sending all of it again books the
    rest once.
    """
    taken = Taken()
    for start in range(0, len(given), _BATCH):
        batch = given[start : start + _BATCH]
        part = Taken()
        async with accounts.store.writing() as connection:
            for one in batch:
                await _take_one(connection, accounts, one, now, accounts.terms, part)
        taken.add(part)
        progress(len(batch))
    return taken


async def _take_one(
    connection: AsyncConnection,
    accounts: Accounts,
    one: Given[UsageIn],
    now: datetime,
    terms: PackTerms,
    taken: Taken,
) -> None:
    try:
        async with connection.begin_nested():
            new = await _book(connection, accounts.operator, one.record, now, terms)
    except AccountError as error:
        taken.refuse(one.place, one.record.record, error)
    except IntegrityError:
        taken.refuse(one.place, one.record.record, AccountError("record: the store refuses it"))
    else:
        taken.booked += new
        taken.repeated += not new


async def _book(
    connection: AsyncConnection, operator: Operator, record: UsageIn, now: datetime, terms: PackTerms
) -> bool:
    number = record.e164(operator)
    account = await queries.account(connection, operator, number, local_day(now, operator.time_zone))
    if account is None:
        raise AccountError(f"number: {number} is not in the store")
    usage = record.as_usage(operator, await _price(connection, operator, account, record))
    if max(usage.started_at, usage.ended_at or usage.started_at) > now + _CLOCKS_DIFFER:
        raise AccountError("started_at: usage cannot lie in the future")
    running = usage.kind == "call" and usage.ended_at is None
    if running and usage.from_free_units:
        raise AccountError("from_free_units: a call that is still running has used none yet")

    async def book() -> bool:
        if (await book_usage(connection, operator, account, usage, now)).repeated:
            return False
        await use_units(connection, operator, account, usage)
        return True

    if running:
        return await book()
    return await rate(
        connection, operator, account, _event(usage), book, cause=usage_key(usage), now=now, terms=terms
    )


async def _price(connection: AsyncConnection, operator: Operator, account: Account, record: UsageIn) -> Money:
    """What the record says it costs, or what the operator's price list says (CS-11)."""
    if record.price is not None:
        return Money.parse(record.price, operator.currency)
    return await price_of(connection, operator, account, record)


def _event(usage: UsageRecord) -> RatedEvent:
    return RatedEvent(
        usage.started_at, usage.price, UsageKind(usage.kind), outgoing=usage.outgoing, roaming=usage.roaming
    )
