"""How long callers wait for their PIN to be checked, and how late speech gets meanwhile.

    python -m bench.accounts_pins [callers]

One caller after another, then so many at one moment, each with an account and a number of their own, in an
SQLite store in a temporary folder. A metronome beats every 5 ms beside them, as the media plane does: its
beats and the turns of the event loop show what speech and keys would feel.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from bench.accounts_look_up import number
from bench.figures import rank
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.packs import PackTerms
from ivr.accounts.pins import PinTerms
from ivr.accounts.schema.tables import subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money
from ivr.net.metronome import Metronome

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PIN = "2580"
BEAT = 0.005


async def turns(late: list[float]) -> None:
    """How late the event loop comes back, again and again."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(BEAT)
        late.append((time.perf_counter() - begun - BEAT) * 1000)


async def beside(work: Callable[[], Awaitable[list[float]]], name: str) -> None:
    """The work's own times, and how late beats and turns were while it ran."""
    beats: list[float] = []
    begun = time.monotonic()
    metronome = Metronome(lambda beat, now: beats.append((now - begun - beat * BEAT) * 1000), BEAT)
    loop: list[float] = []
    turning = asyncio.create_task(turns(loop))
    metronome.start()
    waited = await work()
    metronome.stop()
    turning.cancel()
    print(line(f"{name}_ms", waited), line("beat_late_ms", beats), line("loop_late_ms", loop), flush=True)


def line(name: str, times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"{name} median={rank(ordered, 0.5):.1f} p99={rank(ordered, 0.99):.1f} max={ordered[-1]:.1f};"


async def check(accounts: Accounts, turn: int) -> float:
    begun = time.perf_counter()
    proof = await accounts.identify(number(turn), PIN, number(turn), NOW)
    assert proof.outcome == "proven", proof
    return (time.perf_counter() - begun) * 1000


async def measure(callers: int, folder: Path) -> None:
    store = await Store.open(str(folder / "accounts.db"))
    accounts = Accounts(store, terms=PackTerms(pins=PinTerms(longest_wait=60)))
    await accounts.add_first(
        [NewAccount(number(turn), Charging.PREPAID, Money(0)) for turn in range(callers)], NOW
    )
    kept = await accounts.pins.keep(PIN)
    async with store.writing() as connection:
        await connection.execute(update(subscribers).values(pin_hash=kept))

    async def idle() -> list[float]:
        await asyncio.sleep(2)
        return [0.0]

    async def alone() -> list[float]:
        return [await check(accounts, turn % callers) for turn in range(40)]

    async def together() -> list[float]:
        return list(await asyncio.gather(*(check(accounts, turn) for turn in range(callers))))

    await beside(idle, "nobody")
    await beside(alone, "one_by_one")
    await beside(together, f"{callers}_at_once")
    await store.close()


def main() -> None:
    callers = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    sys.setswitchinterval(0.0005)  # as the running line has it
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(callers, Path(folder)))


if __name__ == "__main__":
    main()
