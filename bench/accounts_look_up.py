"""How long a caller waits for the store: credit look-ups in a store of many, alone, together, beside top-ups.

    python -m bench.accounts_look_up [subscribers] [look-ups]

Each subscriber has an opening and two top-ups. The store lies in a temporary folder.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from ivr.accounts import bookings
from ivr.accounts.callers import Caller
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.schema.tables import ledger, subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def number(turn: int) -> str:
    return f"+420{600_000_000 + turn * 97}"


async def fill(accounts: Accounts, many: int) -> None:
    """The subscribers with three lots of credit each."""
    until = (NOW + timedelta(days=300)).date()
    new = [NewAccount(number(n), Charging.PREPAID, Money(20000), until) for n in range(many)]
    async with accounts.store.writing() as connection:
        await bookings.enter(connection, accounts.operator, new, NOW)
        ids = list((await connection.execute(select(subscribers.c.id))).scalars())
        moves = [
            {
                "subscriber_id": subscriber,
                "book": "credit",
                "kind": "top_up",
                "amount_minor": 10000,
                "currency": "CZK",
                "occurred_at": NOW,
                "recorded_at": NOW,
                "key": f"bench:{subscriber}:{turn}",
                "valid_until": until,
            }
            for subscriber in ids
            for turn in range(2)
        ]
        await connection.execute(insert(ledger), moves)


async def timed(look_up: Callable[[], Awaitable[object]], times: list[float]) -> None:
    began = time.perf_counter()
    await look_up()
    times.append(time.perf_counter() - began)


def told(name: str, times: list[float]) -> None:
    times.sort()
    median, late = times[len(times) // 2], times[int(len(times) * 0.99)]
    print(f"{name:34} median {median * 1000:7.2f} ms   99 % {late * 1000:7.2f} ms   ({len(times)} look-ups)")


async def main(many: int, look_ups: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(str(Path(folder) / "accounts.db"))
        accounts = Accounts(store)
        await fill(accounts, many)
        draw = random.Random(4488)

        async def one() -> None:
            finding = await accounts.look_up("credit", Caller(number(draw.randrange(many))), NOW)
            assert finding.outcome == "prepaid", finding

        for _ in range(50):
            await one()
        times: list[float] = []
        for _ in range(look_ups):
            await timed(one, times)
        told("one caller at a time", times)

        times = []
        for _ in range(max(1, look_ups // 20)):
            await asyncio.gather(*(timed(one, times) for _ in range(20)))
        told("twenty callers at once", times)

        async def top_up_for_ever() -> None:
            for turn in itertools.count():
                await accounts.top_up(number(turn % many), Money(100), now=NOW)

        writer, times = asyncio.create_task(top_up_for_ever()), []
        for _ in range(look_ups):
            await timed(one, times)
        told("one caller beside steady top-ups", times)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        await store.close()


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    asyncio.run(main(*asked, *(10_000, 1000)[len(asked) :]))
