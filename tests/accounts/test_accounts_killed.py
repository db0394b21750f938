"""``kill -9`` at drawn moments: what was confirmed is there, nothing is there twice, and the books add up.

The killed store has to hold in the end what a store holds whose writer was never killed.
"""

import asyncio
import random
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from books_writer import PREPAID, book_turn, both, enter_accounts, moment
from sqlalchemy import select

from bench.postgresql_cluster import Cluster
from ivr.accounts.callers import Caller
from ivr.accounts.schema import tables
from ivr.accounts.store import Store

WRITER = Path(__file__).with_name("books_writer.py")
TOLD = {
    "top_up": "k{}",
    "usage": "usage:vodafone_cz:rating:r{}",
    "sms": "order:m{}",
}


def _without_row_number(value: Any) -> Any:
    """What became of an order has its row number in its key, and killed transactions leave gaps in them."""
    return re.sub(r"^order:\d+:", "order:", value) if isinstance(value, str) else value


async def all_rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """What the store holds, without the row numbers."""
    found = {}
    async with store.reading() as connection:
        for table in tables.metadata.sorted_tables:
            columns = [c for c in table.c if c.name != "id" and not c.name.endswith(("_id", "_up_to"))]
            rows = await connection.execute(select(*columns)) if columns else []
            found[table.name] = sorted((tuple(map(_without_row_number, row)) for row in rows), key=repr)
    return found


def read_told(lines: list[bytes]) -> list[tuple[int, str]]:
    """The turns and steps of a writer's lines; the last may have been cut off."""
    told = [line.decode().split() for line in lines if line.endswith(b"\n")]
    assert told, "the writer did not write"
    return [(int(turn), step) for turn, step in told]


async def write_until_killed(address: str, first: int, draw: random.Random) -> list[tuple[int, str]]:
    """What a writer had told as booked when it was killed in the middle of something."""
    writer = await asyncio.create_subprocess_exec(
        *(sys.executable, str(WRITER), address, str(first)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert writer.stdout is not None
    lines = [await writer.stdout.readline() for _ in range(draw.randint(1, 9))]
    with suppress(TimeoutError):
        async with asyncio.timeout(draw.uniform(0, 0.05)):
            while line := await writer.stdout.readline():
                lines.append(line)
    with suppress(ProcessLookupError):
        writer.send_signal(signal.SIGKILL)
    lines += (await writer.stdout.read()).splitlines(keepends=True)
    await writer.wait()
    return read_told(lines)


async def check_told(store: Store, told: list[tuple[int, str]]) -> None:
    """Every step that was told has its row, and the books add up."""
    async with store.reading() as connection:
        keys = set(await connection.scalars(select(tables.ledger.c.key)))
    missing = [one for one in told if one[1] in TOLD and TOLD[one[1]].format(one[0]) not in keys]
    assert not missing
    for accounts in both(store):
        assert await accounts.check() == ()


async def check_same_as_never_killed(store: Store, turns: int, folder: Path) -> None:
    other = await Store.open(str(folder / "never-killed.db"))
    await enter_accounts(other)
    for turn in range(turns):
        await book_turn(other, turn)
    held, wanted = await all_rows(store), await all_rows(other)
    for name, rows in wanted.items():
        assert held[name] == rows, name
    await other.close()


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_writer_killed_at_any_moment_loses_nothing_and_repeats_nothing(
    address: str, store: Store, tmp_path: Path, seed: int
) -> None:
    draw, turn = random.Random(seed), 0
    await enter_accounts(store)
    for _ in range(4):
        told = await write_until_killed(address, turn, draw)
        await check_told(store, told)
        turn = told[-1][0]
    for rest in range(turn, turn + 2):
        await book_turn(store, rest)
    async with store.reading() as connection:
        begun = len(set(await connection.scalars(select(tables.usage_records.c.record))))
    for rest in range(turn, begun):
        await book_turn(store, rest)
    await check_same_as_never_killed(store, begun, tmp_path)


@pytest.mark.interop
async def test_a_database_killed_under_its_writer_loses_nothing_and_is_used_again(
    postgresql: Cluster, tmp_path: Path
) -> None:
    postgresql.empty()
    store = await Store.open(postgresql.address())
    await enter_accounts(store)
    writer = await asyncio.create_subprocess_exec(
        *(sys.executable, str(WRITER), postgresql.address(), "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert writer.stdout is not None
    lines = [await writer.stdout.readline() for _ in range(7)]
    postgresql.kill()
    lines += (await writer.stdout.read()).splitlines(keepends=True)
    await writer.wait()
    await asyncio.to_thread(postgresql.start)
    assert (await both(store)[0].look_up("credit", Caller(PREPAID), moment(0))).outcome == "prepaid"
    told = read_told(lines)
    await check_told(store, told)
    turns = told[-1][0] + 2
    for turn in range(turns):
        await book_turn(store, turn)
    await check_same_as_never_killed(store, turns, tmp_path)
    await store.close()
