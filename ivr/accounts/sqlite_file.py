"""A store address comes in; an SQLite file goes out that can be created, recognised and opened."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite
from sqlalchemy import URL, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ivr.errors import ConfigurationError, StoreUnavailable

__all__ = ["SqliteFile"]

_READER = ("PRAGMA foreign_keys = ON", "PRAGMA query_only = ON")
# synchronous FULL: what has been confirmed is on the disk, also when the power goes.
_WRITER = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
_THREAD_END = 1.0  # seconds: a thread whose connection failed ends at once, unless the file system hangs


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """The file behind a store."""

    path: Path

    @classmethod
    def at(cls, address: str) -> SqliteFile:
        """Read ``accounts.db``, ``sqlite:///accounts.db`` or ``sqlite+aiosqlite:////srv/accounts.db``.

        ConfigurationError on anything else, a store in memory included (it would not outlive the process).
        """
        expected = "a store is a file such as accounts.db or sqlite:///accounts.db"
        if "://" in address:  # what stands behind it may hold a password
            expected += f", not {address.partition('://')[0]}"
        if not address.strip():
            raise ConfigurationError("settings", "store", expected)
        if "://" not in address:
            return cls(Path(address).expanduser().absolute())
        try:
            url = make_url(address)
        except ArgumentError as error:
            raise ConfigurationError("settings", "store", expected) from error
        named = url.database or ""
        if url.drivername not in ("sqlite", "sqlite+aiosqlite") or named in ("", ":memory:") or url.query:
            raise ConfigurationError("settings", "store", expected)
        return cls(Path(named).expanduser().absolute())

    @property
    def name(self) -> str:
        """The file, for people."""
        return str(self.path)

    async def lock(self, connection: AsyncConnection, subscriber_id: int | None) -> None:
        """Nothing to do: a writing transaction has the file's one write lock since it began."""

    def create(self) -> None:
        """Make an empty file that only its owner may read, and the folder it lies in, if there is none."""
        try:
            self.path.parent.mkdir(exist_ok=True)
            with contextlib.suppress(FileExistsError):
                self.path.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise StoreUnavailable(
                f"the account store {self.path} cannot be created: {error.strerror}"
            ) from error

    def identity(self) -> tuple[int, int]:
        """Which file lies there now; StoreUnavailable when there is none."""
        try:
            found = self.path.stat()
        except OSError as error:
            raise StoreUnavailable(f"the account store {self.path} is not there: {error.strerror}") from error
        return found.st_dev, found.st_ino

    def engine(self, *, write: bool, connections: int, patience: float) -> AsyncEngine:
        """Connections to the file, each checked when it is taken; ``patience`` in seconds for a lock.

        The file is never created here: a store that has gone must not come back empty. Reading connections
        take one statement at a time and each sees what was committed before it; writing ones take the
        write lock when their transaction begins.
        """
        url = URL.create(
            "sqlite+aiosqlite",
            database=f"file:{quote(str(self.path))}",
            query={"mode": "rw", "uri": "true"},
        )
        engine = create_async_engine(
            url,
            connect_args={"timeout": patience, "isolation_level": None, "async_creator_fn": _connected},
            pool_size=connections,
            max_overflow=0,
            pool_timeout=patience,
            hide_parameters=True,
            **({} if write else {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}),
        )
        self._watch(engine, _WRITER if write else _READER)
        if write:
            event.listen(engine.sync_engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def _watch(self, engine: AsyncEngine, pragmas: tuple[str, ...]) -> None:
        """Prepare each new connection, and drop it when another file has taken the place of its own."""

        def connect(dialect: Any, record: Any, args: Any, options: Any) -> DBAPIConnection:
            identity = self.identity()
            connection: DBAPIConnection = dialect.connect(*args, **options)
            try:
                for pragma in pragmas:
                    cursor = connection.cursor()
                    cursor.execute(pragma)
                    cursor.close()
            except BaseException:
                connection.close()
                raise
            record.info["file"] = identity
            return connection

        def checkout(connection: Any, record: Any, proxy: Any) -> None:
            if record.info.get("file") != self.identity():
                raise DisconnectionError("another file has taken the store's place")

        event.listen(engine.sync_engine, "do_connect", connect)
        event.listen(engine.sync_engine, "checkout", checkout)


class _Cursor(aiosqlite.Cursor):
    """Runs a statement and fetches its rows in one trip to the connection's thread instead of four.

    Each trip waits for a processor twice, which under load is most of what a short question costs.
    """

    _rows: Iterable[Any] = ()

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> _Cursor:
        given = () if parameters is None else parameters
        self._rows = await self._execute(self._run, sql, given)  # type: ignore[no-untyped-call]
        return self

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        self._cursor.execute(sql, parameters)
        return self._cursor.fetchall() if self._cursor.description else []

    async def fetchall(self) -> Iterable[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing to do: a statement whose rows are fetched, or that failed, is over in SQLite too."""


class _Connection(aiosqlite.Connection):
    """Gives such cursors, which cost no trip to make."""

    def cursor(self) -> _Cursor:  # type: ignore[override]
        return _Cursor(self, self._conn.cursor())


async def _connected(*given: Any, **options: Any) -> aiosqlite.Connection:
    """A new connection; one that could not be made has ended its thread.

    The thread reports to the event loop, and would meet a closed one where the failure ends the program.
    """
    connection = _Connection(partial(sqlite3.connect, *given, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # a file system that hangs must not keep the program from ending
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(connection._thread.join, _THREAD_END)
        raise
