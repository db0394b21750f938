"""Rated usage comes in, from CSV or HTTP; it is booked with all that follows from it, each record once.

Records go in by batches of one transaction each; one that is refused leaves nothing behind and costs the
others nothing. What has been told as booked is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from ivr.accounts.records import Given, Taken, UsageIn
from ivr.accounts.service import Accounts
from ivr.accounts.usage_batch import UsageBatch

__all__ = ["take_usage"]

_BATCH = 100  # records in a transaction
_LONGEST = 0.1  # seconds for those of them that go alone: others wait to write meanwhile


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
    start = 0
    while start < len(given):
        async with accounts.store.writing() as connection:
            batch = UsageBatch(connection, accounts, given[start : start + _BATCH], now)
            done = await batch.take(_LONGEST)
        taken.add(batch.taken)
        start += done
        progress(done)
    return taken
