"""What a statement costs on its way to an SQLite connection's thread, and what it leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ivr.accounts.store import Store
from ivr.errors import StoreUnavailable


async def test_a_question_is_one_trip_to_the_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await Store.open(str(tmp_path / "accounts.db"))
    trips: list[str] = []
    sent: Callable[..., Any] = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, function: Any, *given: Any, **named: Any) -> Any:
        trips.append(function.__name__)
        return await sent(self, function, *given, **named)

    async with store.reading() as connection:
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        rows = (await connection.execute(text("SELECT 1 UNION SELECT 2"))).all()
    assert [tuple(row) for row in rows] == [(1,), (2,)]
    assert len(trips) == 1
    await store.close()


async def test_a_refused_statement_leaves_the_transaction_and_its_connection_usable(tmp_path: Path) -> None:
    store = await Store.open(str(tmp_path / "accounts.db"))
    async with store.writing() as connection:
        await connection.execute(text("CREATE TABLE kept (n INTEGER)"))
        async with connection.begin_nested() as savepoint:
            with pytest.raises(OperationalError):
                await connection.execute(text("INSERT INTO nowhere VALUES (1)"))
            await savepoint.rollback()
        made = await connection.execute(text("INSERT INTO kept VALUES (7) RETURNING n"))
        assert made.scalar_one() == 7
        done = await connection.execute(text("UPDATE kept SET n = n + 1"))
        assert done.rowcount == 1
    async with store.reading() as connection:
        assert await connection.scalar(text("SELECT n FROM kept")) == 8
    await store.close()


async def test_a_question_given_up_holds_no_reader_and_no_lock(tmp_path: Path) -> None:
    """The caller hangs up while the thread still counts: the store reads and writes on, and keeps no lock."""
    store = await Store.open(str(tmp_path / "accounts.db"))
    long = text(
        "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 100000)"
        " SELECT count(*) FROM up"
    )

    async def asked() -> None:
        async with store.reading() as connection:
            begun.set()
            await connection.execute(long)

    for _ in range(10):  # more than there are readers
        begun = asyncio.Event()
        caller = asyncio.create_task(asked())
        await begun.wait()
        caller.cancel()
        with pytest.raises((asyncio.CancelledError, StoreUnavailable)):
            await caller
    async with asyncio.timeout(20):
        async with store.writing() as connection:
            await connection.execute(text("CREATE TABLE after (n INTEGER)"))
            await connection.execute(text("INSERT INTO after VALUES (1)"))
        async with store.reading() as connection:
            assert await connection.scalar(text("SELECT n FROM after")) == 1
    await store.close()
