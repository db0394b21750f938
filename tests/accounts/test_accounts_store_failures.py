import asyncio
import os
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.callers import Caller
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.service import Accounts
from ivr.accounts.sqlite_file import SqliteFile
from ivr.accounts.store import Store
from ivr.errors import ConfigurationError, StoreUnavailable
from ivr.money import Money

NUMBER = "+420777123456"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accounts.db"


@pytest.fixture
def address(file: Path) -> str:
    """A file: what can go wrong with one."""
    return str(file)


@pytest.fixture
async def filled(accounts: Accounts, now: datetime) -> Accounts:
    await accounts.add(NewAccount(NUMBER, Charging.PREPAID, credit=Money(23450)), now)
    return accounts


def move(here: Path, there: Path) -> None:
    here.replace(there)


def present(file: Path) -> bool:
    return file.exists()


def mode(file: Path) -> int:
    return file.stat().st_mode


def contents(file: Path) -> bytes:
    return file.read_bytes()


def overwrite(file: Path, start: int, contents: bytes) -> None:
    with file.open("r+b") as disk:
        disk.seek(start)
        disk.write(contents)
        disk.truncate()


async def outcome(accounts: Accounts, now: datetime) -> str:
    """The outcome of a look-up, which has to come in time whatever the store does."""
    began = time.monotonic()
    finding = await accounts.look_up("credit", Caller(NUMBER), now)
    assert time.monotonic() - began < accounts.time_limit + 0.5
    assert bool(finding.reason) == (finding.outcome == "unavailable")
    assert NUMBER not in finding.reason
    return finding.outcome


async def test_a_store_that_has_gone_is_unavailable_and_one_that_comes_back_is_used(
    filled: Accounts, file: Path, now: datetime
) -> None:
    assert await outcome(filled, now) == "prepaid"
    away = file.with_name("away.db")
    move(file, away)
    assert await outcome(filled, now) == "unavailable"
    assert not present(file), "a store that has gone must not come back empty"
    with pytest.raises(StoreUnavailable):
        await filled.top_up(NUMBER, Money(100), now=now)
    move(away, file)
    assert await outcome(filled, now) == "prepaid"


async def test_another_file_in_the_place_of_the_store_is_noticed(
    filled: Accounts, file: Path, tmp_path: Path, now: datetime
) -> None:
    other = await Store.open(str(tmp_path / "restored.db"))
    await Accounts(other).add(NewAccount(NUMBER, Charging.POSTPAID, spend=Money(100)), now)
    await other.close()
    assert await outcome(filled, now) == "prepaid"
    await filled.store.close()
    (tmp_path / "restored.db").replace(file)
    assert await outcome(filled, now) == "postpaid"
    receipt = await filled.account(NUMBER, now)
    assert receipt is not None
    assert receipt.charging is Charging.POSTPAID


async def test_open_connections_do_not_read_on_in_a_file_that_was_replaced(
    filled: Accounts, file: Path, tmp_path: Path, now: datetime
) -> None:
    empty = await Store.open(str(tmp_path / "restored.db"))
    await empty.close()
    async with filled.store.writing() as connection:
        await connection.execute(text("SELECT 1"))
    for left in file.parent.glob("accounts.db-*"):
        left.unlink()
    (tmp_path / "restored.db").replace(file)
    assert await outcome(filled, now) == "unknown"


@pytest.mark.parametrize("broken", [b"", b"not a database at all" * 500])
async def test_a_file_that_is_no_store_is_unavailable(
    filled: Accounts, file: Path, tmp_path: Path, now: datetime, broken: bytes
) -> None:
    await filled.store.close()
    good = tmp_path / "good.db"
    shutil.copy(file, good)
    overwrite(file, 0, broken)
    assert await outcome(filled, now) == "unavailable"
    assert await outcome(filled, now) == "unavailable"
    move(good, file)
    assert await outcome(filled, now) == "prepaid"


async def test_a_file_mended_in_its_place_is_used_again(filled: Accounts, file: Path, now: datetime) -> None:
    await filled.store.close()
    good = contents(file)
    overwrite(file, 0, good[:8192] + os.urandom(len(good) - 8192))
    assert await outcome(filled, now) == "unavailable"
    overwrite(file, 0, good)
    assert await outcome(filled, now) == "prepaid"


async def test_pages_overwritten_in_the_middle_are_unavailable(
    filled: Accounts, file: Path, now: datetime
) -> None:
    await filled.store.close()
    overwrite(file, 4096, os.urandom(200_000))
    assert await outcome(filled, now) == "unavailable"


async def test_a_record_that_makes_no_sense_is_unavailable(
    filled: Accounts, file: Path, now: datetime
) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE ledger SET valid_until = 'soon'")
        other.commit()
    assert await outcome(filled, now) == "unavailable"


async def test_a_store_that_another_holds_locked_is_unavailable_in_time(file: Path, now: datetime) -> None:
    store = await Store.open(str(file), patience=0.2)
    accounts = Accounts(store, time_limit=1.0)
    await store.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert await outcome(accounts, now) == "unavailable"
        with pytest.raises(StoreUnavailable, match="locked"):
            await accounts.top_up(NUMBER, Money(100), now=now)
    assert await outcome(accounts, now) == "unknown"
    await store.close()


async def test_a_writer_does_not_keep_callers_waiting(filled: Accounts, now: datetime) -> None:
    async with filled.store.writing() as connection:
        await connection.execute(text("DELETE FROM ledger"))
        assert await outcome(filled, now) == "prepaid"
        await connection.rollback()


async def test_a_store_that_never_answers_is_unavailable_in_time(filled: Accounts, now: datetime) -> None:
    """The time limit holds although the driver's thread cannot be stopped."""

    class Hanging(Store):
        @asynccontextmanager
        async def reading(self) -> AsyncIterator[AsyncConnection]:
            async with super().reading() as connection:
                await connection.execute(
                    text(
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)"
                        " SELECT count(*) FROM n"
                    )
                )
                yield connection

    store = Hanging(filled.store._place, 1.5)
    accounts = Accounts(store, time_limit=0.05)
    assert await outcome(accounts, now) == "unavailable"
    await asyncio.gather(*accounts._given_up, return_exceptions=True)
    await store.close()


async def test_a_caller_who_hangs_up_leaves_nothing_behind(filled: Accounts, now: datetime) -> None:
    calls = [asyncio.create_task(filled.look_up("credit", Caller(NUMBER), now)) for _ in range(30)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await asyncio.gather(*filled._given_up, return_exceptions=True)
    assert await outcome(filled, now) == "prepaid"


@pytest.mark.parametrize("address", ["", "sqlite://", "sqlite:///:memory:", "mysql://root:secret@x/y", "://"])
async def test_an_address_that_is_no_store_is_said_without_its_password(address: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        await Store.open(address)
    assert "secret" not in str(refused.value)


async def test_a_store_in_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be created"):
        await Store.open(str(tmp_path / "no" / "such" / "accounts.db"))
    store = await Store.open(str(tmp_path / "new" / "a%20 ?#ž.db"))
    await store.close()
    assert (tmp_path / "new" / "a%20 ?#ž.db").exists()


async def test_two_processes_write_the_same_store(filled: Accounts, file: Path, now: datetime) -> None:
    """Two stores on one file stand for two processes: each waits for the other's transaction."""
    other = Accounts(await Store.open(str(file), patience=20))
    await asyncio.gather(
        *(who.top_up(NUMBER, Money(1), now=now) for _ in range(20) for who in (filled, other))
    )
    account = await filled.account(NUMBER, now)
    assert account is not None
    assert account.balance == Money(23450 + 40)
    await other.store.close()


async def test_two_processes_may_create_the_store_at_once(tmp_path: Path) -> None:
    stores = await asyncio.gather(*(Store.open(str(tmp_path / "new.db")) for _ in range(4)))
    assert [await Accounts(store).count() for store in stores] == [0, 0, 0, 0]
    for store in stores:
        await store.close()


async def test_the_file_is_for_its_owner_only_and_journals_ahead(store: Store, file: Path) -> None:
    assert mode(file) & 0o077 == 0
    async with store.writing() as connection:
        assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await connection.scalar(text("PRAGMA synchronous")) == 2
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1


_TOPPING_UP = """
import asyncio, sys
from datetime import UTC, datetime
from ivr.accounts.service import Accounts
from ivr.accounts.sqlite_file import SqliteFile
from ivr.accounts.store import Store
from ivr.money import Money

async def main():
    accounts = Accounts(await Store.open(sys.argv[1]))
    turn = int(sys.argv[2])
    while True:
        turn += 1
        await accounts.top_up("+420777123456", Money(turn), now=datetime.now(UTC), key=f"k{turn}")
        print(turn, flush=True)

asyncio.run(main())
"""


async def test_a_process_killed_in_the_middle_of_top_ups_loses_nothing_confirmed(
    filled: Accounts, file: Path, now: datetime
) -> None:
    confirmed = 0
    for after in (1, 5, 12):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _TOPPING_UP, str(file), str(confirmed), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        for _ in range(after):
            confirmed = int(await process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = (await process.stdout.read()).splitlines()
        confirmed = max([confirmed, *(int(line) for line in rest if line)])
        await process.wait()
        account = await filled.account(NUMBER, now)
        assert account is not None
        booked = account.balance.minor - 23450
        # At most one top-up was committed without its confirmation having been read.
        assert booked in (confirmed * (confirmed + 1) // 2, (confirmed + 1) * (confirmed + 2) // 2)
        for turn in range(1, confirmed + 2):
            await filled.top_up(NUMBER, Money(turn), now=now, key=f"k{turn}")
        confirmed += 1
    with closing(sqlite3.connect(file)) as check:
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_connection_that_cannot_be_made_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    engine = SqliteFile(tmp_path).engine(write=False, connections=1, patience=0.1)  # a folder is no database
    with pytest.raises(SQLAlchemyError):
        async with engine.connect():
            pass
    workers = {thread for thread in threading.enumerate() if "connection_worker" in thread.name}
    assert not workers - before
    await engine.dispose()
