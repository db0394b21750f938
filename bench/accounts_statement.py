"""How long a caller waits for the statement, in stores of many subscribers; aim: 2 ms median, 10 ms at 99 %.

    python -m bench.accounts_statement --subscribers 10000 --subscribers 1000000 --store sqlite

Alone: one statement after the other. Together: 200 callers, each of whom asks, listens for ``--listen``
seconds on the average and asks again, while top-ups are booked by number. The store is new, in a temporary
folder, PostgreSQL as a server of its own. ``wake_ms`` is how late a sleeper wakes in the same process before
anything is asked, median/p99: on a machine that has nothing else to do it stands near 0.1/0.2, and where it
does not, the figures tell of the machine.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.accounts_fill import NOW, ROWS_EACH, fill, number
from bench.figures import rank
from bench.postgresql_cluster import running_cluster
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money

CALLERS = 200
AIMS = (2.0, 10.0)  # milliseconds: median, 99th percentile


class Kind(StrEnum):
    """Where the subscribers lie."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@contextmanager
def empty_store(kind: Kind) -> Iterator[str]:
    """The address of a store that goes away afterwards."""
    if kind is Kind.SQLITE:
        with tempfile.TemporaryDirectory() as folder:
            yield str(Path(folder) / "accounts.db")
    else:
        with running_cluster() as cluster:
            yield cluster.address()


def figures(store: Kind, many: int, how: str, times: list[float], more: str = "") -> str:
    """One line a figure, in milliseconds."""
    ordered = sorted(times)
    median, late = rank(ordered, 0.5), rank(ordered, 0.99)
    missed = "" if median <= AIMS[0] and late <= AIMS[1] else " MISSED"
    return (
        f"statement_ms store={store} subscribers={many} {how} median={median:.2f} p99={late:.2f}"
        f" aim={AIMS[0]:g}/{AIMS[1]:g} n={len(ordered)}{more}{missed}"
    )


async def timed(accounts: Accounts, turn: int, times: list[float]) -> None:
    """Ask for one statement, and see that it is whole."""
    began = time.perf_counter()
    statement = await accounts.statement(number(turn), NOW)
    times.append((time.perf_counter() - began) * 1000)
    assert statement is not None
    assert statement.credit is not None
    assert len(statement.units) == len(statement.bundles) == 1


async def alone(accounts: Accounts, many: int, asked: int) -> list[float]:
    draw, times = random.Random(4488), list[float]()
    for _ in range(100):
        await timed(accounts, draw.randrange(many), [])
    for _ in range(asked):
        await timed(accounts, draw.randrange(many), times)
    return times


async def waking(seconds: float) -> list[float]:
    """How many milliseconds too late the event loop comes back from short sleeps."""
    late, until = list[float](), time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append((time.perf_counter() - began - 0.005) * 1000)
    return late


async def together(
    accounts: Accounts, many: int, seconds: float, listen: float
) -> tuple[list[float], list[float]]:
    """The times of the statements, and of the top-ups beside them."""
    draw, times, booked = random.Random(4488), list[float](), list[float]()
    until = time.monotonic() + seconds

    async def caller() -> None:
        await asyncio.sleep(draw.uniform(0, listen))
        while time.monotonic() < until:
            await timed(accounts, draw.randrange(many), times)
            await asyncio.sleep(draw.expovariate(1 / listen))

    async def topping_up() -> None:
        for turn in itertools.count():
            began = time.perf_counter()
            await accounts.top_up(
                number(draw.randrange(many)), Money(100), now=NOW, key=f"bench:top-up:{turn}"
            )
            booked.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.02)

    writer = asyncio.create_task(topping_up())
    try:
        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        if writer.done():
            await writer  # says what stopped the top-ups
    finally:
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
    return times, booked


async def measure(kind: Kind, many: int, seconds: float, listen: float, screen: Console) -> None:
    with empty_store(kind) as address:
        await (await Store.open(address)).close()
        bar = Progress(
            TextColumn("{task.description}"),
            *(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()),
            console=screen,
            transient=True,
        )
        with bar:
            task = bar.add_task(f"{kind}: rows of {many} subscribers", total=int(many * (ROWS_EACH + 0.12)))
            await fill(address, many, lambda done: bar.advance(task, done))
        store = await Store.open(address)
        accounts = Accounts(store)
        late = sorted(await waking(2.0))
        woken = f" wake_ms={rank(late, 0.5):.1f}/{rank(late, 0.99):.1f}"
        print(figures(kind, many, "alone", await alone(accounts, many, 2000), woken), flush=True)
        times, booked = await together(accounts, many, seconds, listen)
        beside = f" statements/s={len(times) / seconds:.0f} top-ups/s={len(booked) / seconds:.0f}"
        beside += f" top_up_ms={rank(sorted(booked), 0.5):.1f}"
        print(figures(kind, many, f"callers={CALLERS}", times, beside), flush=True)
        await store.close()


def main(
    subscribers: Annotated[list[int], typer.Option(help="How many; may be given several times.")],
    store: Annotated[Kind, typer.Option(help="Where they lie.")] = Kind.SQLITE,
    seconds: Annotated[float, typer.Option(min=1, help="How long the 200 callers call.")] = 20.0,
    listen: Annotated[float, typer.Option(min=0.01, help="Seconds a caller listens, on the average.")] = 2.0,
) -> None:
    screen = Console(stderr=True)
    for many in subscribers:
        asyncio.run(measure(store, many, seconds, listen, screen))


if __name__ == "__main__":
    typer.run(main)
