"""A store address comes in; connections for reading and whole transactions for writing go out.

An SQLite file in WAL (any number of readers, one writer at a time) or a PostgreSQL database. What the driver
reports is told as StoreUnavailable, and the next use tries afresh, so a store that comes back is used again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.postgresql_server import PostgresqlServer
from ivr.accounts.schema.migrate import newest_revision, upgrade
from ivr.accounts.sqlite_file import SqliteFile
from ivr.errors import AccountError, StoreUnavailable

__all__ = ["Store"]

_READERS = 8
_WRITERS = 4  # of one node; on PostgreSQL each serves another subscriber


class Store:
    """The account store. Make one with ``Store.open``."""

    def __init__(self, place: SqliteFile | PostgresqlServer, patience: float) -> None:
        self._place = place
        writers = 1 if isinstance(place, SqliteFile) else _WRITERS
        self._readers = place.engine(write=False, connections=_READERS, patience=patience)
        self._writers = place.engine(write=True, connections=writers, patience=patience)

    @classmethod
    async def open(cls, address: str, *, patience: float = 1.5) -> Store:
        """Open the store, creating its file and bringing its tables forward where that is needed.

        The address is a file, ``sqlite:///file`` or ``postgresql+asyncpg://user:password@host/database``.
        ``patience`` is how long, in seconds, a statement waits for another's lock. ConfigurationError for
        an address that is none; StoreUnavailable when the store cannot be made, reached or understood.
        """
        place = PostgresqlServer.at(address) if address.startswith("postgres") else SqliteFile.at(address)
        place.create()
        store = cls(place, patience)
        try:
            async with store.reading() as connection:
                revision = await connection.run_sync(_revision)
            if revision != newest_revision():
                async with store.writing() as connection:
                    await connection.run_sync(upgrade)
        except BaseException:
            await store.close()
            raise
        return store

    @property
    def name(self) -> str:
        """The file or the database, for people; never a password."""
        return self._place.name

    async def close(self) -> None:
        """Give back all connections; the store may be used again and then opens new ones."""
        await self._readers.dispose()
        await self._writers.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that can only read; each statement sees all that was committed before it."""
        with self._told():
            async with self._readers.connect() as connection, _dropped_when_broken(connection):
                yield connection

    @asynccontextmanager
    async def writing(self, subscriber_id: int | None = None) -> AsyncIterator[AsyncConnection]:
        """A writing connection in a transaction: committed whole at the end, or nothing of it.

        Nobody else writes meanwhile; with ``subscriber_id`` nobody else writes what belongs to this
        subscriber, and the caller touches nothing else. What it reads stays as it is until it ends.
        """
        with self._told():
            async with self._writers.begin() as connection, _dropped_when_broken(connection):
                await self._place.lock(connection, subscriber_id)
                yield connection

    @asynccontextmanager
    async def writing_beside(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction that waits for no other where the store can: it locks the rows it changes.

        For short work on rows that ``writing`` leaves alone, as counting the tries at a PIN.
        """
        with self._told():
            async with self._writers.begin() as connection, _dropped_when_broken(connection):
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the driver in the house's own words, without statements or values."""
        try:
            yield
        except IntegrityError as error:
            raise AccountError(f"the store refuses the record: {error.orig}") from error
        except NoFreeConnection as error:
            raise StoreUnavailable(f"the account store {self.name} is too busy") from error
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreUnavailable(f"the account store {self.name} cannot be used: {cause}") from error
        except (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise StoreUnavailable(f"the account store {self.name} cannot be used: {error}") from error


@asynccontextmanager
async def _dropped_when_broken(connection: AsyncConnection) -> AsyncIterator[None]:
    """A connection that met a broken file is not used again: the file may be mended behind it."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError:
        await connection.invalidate()
        raise


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
