"""One record of usage comes in; it is booked by itself, with all that follows from it, or refused.

Everything it needs is asked of the store, behind a savepoint: what fails leaves nothing behind. Records from
which nothing follows but their charge go faster, by ``usage_batch``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings_usage import book_usage, usage_key
from ivr.accounts.call_prices import called_by, price_of, prices_for
from ivr.accounts.model import Operator, UsageRecord
from ivr.accounts.packs import PackTerms
from ivr.accounts.rating import rate
from ivr.accounts.records import Given, Taken, UsageIn
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.spend import RatedEvent, UsageKind
from ivr.accounts.service import Accounts
from ivr.accounts.units import use_units
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["book_alone", "checked", "event_of", "is_running"]

_CLOCKS_DIFFER = timedelta(minutes=5)


async def book_alone(
    connection: AsyncConnection, accounts: Accounts, one: Given[UsageIn], now: datetime, taken: Taken
) -> None:
    """Book a record, and count in ``taken`` what became of it."""
    try:
        async with connection.begin_nested():
            new = await _book(connection, accounts.operator, one.record, now, accounts.terms)
    except AccountError as error:
        taken.refuse(one.place, one.record.record, error)
    except IntegrityError:
        taken.refuse(one.place, one.record.record, AccountError("record: the store refuses it"))
    else:
        taken.booked += new
        taken.repeated += not new


def checked(operator: Operator, record: UsageIn, price: Money, now: datetime) -> UsageRecord:
    """The record as it is booked at this price; AccountError naming the field that cannot be."""
    usage = record.as_usage(operator, price)
    if max(usage.started_at, usage.ended_at or usage.started_at) > now + _CLOCKS_DIFFER:
        raise AccountError("started_at: usage cannot lie in the future")
    if is_running(usage) and usage.from_free_units:
        raise AccountError("from_free_units: a call that is still running has used none yet")
    return usage


def is_running(usage: UsageRecord) -> bool:
    """A call that has not ended: it costs nothing yet (CS-12)."""
    return usage.kind == "call" and usage.ended_at is None


def event_of(usage: UsageRecord) -> RatedEvent:
    """The record as the rules take it."""
    return RatedEvent(
        usage.started_at, usage.price, UsageKind(usage.kind), outgoing=usage.outgoing, roaming=usage.roaming
    )


async def _book(
    connection: AsyncConnection, operator: Operator, record: UsageIn, now: datetime, terms: PackTerms
) -> bool:
    number = record.e164(operator)
    account = await queries.account(connection, operator, number, local_day(now, operator.time_zone))
    if account is None:
        raise AccountError(f"number: {number} is not in the store")
    usage = checked(operator, record, await _price(connection, operator, record), now)

    async def book() -> bool:
        if (await book_usage(connection, operator, account, usage, now)).repeated:
            return False
        await use_units(connection, operator, account, usage)
        return True

    if is_running(usage):
        return await book()
    cause = usage_key(usage.source, usage.record)
    return await rate(connection, operator, account, event_of(usage), book, cause=cause, now=now, terms=terms)


async def _price(connection: AsyncConnection, operator: Operator, record: UsageIn) -> Money:
    """What the record says it costs, or what the operator's price list says (CS-11)."""
    if record.price is not None:
        return Money.parse(record.price, operator.currency)
    called = called_by(operator, record)
    return price_of(operator, called, record, await prices_for(connection, operator, [called]))
