"""Books for ever, as a process that a test kills: ``python books_writer.py ADDRESS FIRST``.

Each turn is a top-up, a charged call with its effects, an order and a close of a day; what is on the disk is
told by a line ``turn step`` behind it. A turn may be begun again: everything in it is booked once.
"""

import asyncio
import itertools
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from ivr.accounts.closing import close_periods
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.orders import take_sms
from ivr.accounts.records import SmsIn, UsageIn, read_batch
from ivr.accounts.rules import vodafone_cz_limit
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.accounts.usage import take_usage
from ivr.money import Money

PREPAID, TARIFF = "+420777123456", "+420601234567"
BEGIN = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAYS = 8  # between two turns: some turns end a month


def moment(turn: int) -> datetime:
    """When a turn takes place."""
    return BEGIN + timedelta(days=DAYS * turn)


async def enter_accounts(store: Store) -> None:
    """The two accounts that are booked to."""
    prepaid, tariff = both(store)
    await prepaid.add(NewAccount(PREPAID, Charging.PREPAID), BEGIN)
    await tariff.add(NewAccount(TARIFF, Charging.POSTPAID, limit=Money(50_000)), BEGIN)


def both(store: Store) -> tuple[Accounts, Accounts]:
    """A prepaid operator's accounts and one's whose limits notify and block."""
    return Accounts(store), Accounts(store, operator=vodafone_cz_limit.OPERATOR)


async def book_turn(store: Store, turn: int, done: Callable[[str], None] = lambda step: None) -> None:
    """All steps of a turn; ``done(step)`` is called when its rows are on the disk."""
    prepaid, tariff = both(store)
    now = moment(turn)
    await prepaid.top_up(PREPAID, Money(10_000 + turn), now=now, key=f"k{turn}")
    done("top_up")
    at = now.isoformat()
    call = {"record": f"r{turn}", "number": TARIFF, "kind": "call", "started_at": at, "ended_at": at}
    records, faults = read_batch([call | {"quantity": 60, "price": "120.00"}], UsageIn)
    taken = await take_usage(tariff, records, now)
    assert not faults + taken.faults
    done("usage")
    await take_sms(prepaid, SmsIn(message_id=f"m{turn}", sender=PREPAID, text="UP 150", received_at=now), now)
    done("sms")
    for accounts in (prepaid, tariff):
        await close_periods(accounts, now)
    done("close")


async def main(address: str, first: int) -> None:
    store = await Store.open(address)
    for turn in itertools.count(first):
        await book_turn(store, turn, partial(print, turn, flush=True))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
