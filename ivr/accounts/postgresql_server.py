"""A store address comes in; connections to a PostgreSQL database go out, for reading and for writing.

Several nodes share the database. A writing transaction is READ COMMITTED and takes a lock first, held until
it ends: for one subscriber beside all others, or for the whole store alone. So what it reads cannot change
under it, and nothing has to be tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, event, text
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ivr.errors import ConfigurationError

__all__ = ["PostgresqlServer"]

_DRIVERS = ("postgresql", "postgres", "postgresql+asyncpg")
_CONNECT_TIMEOUT = 5.0  # seconds: a database on the same network answers in milliseconds
# One number for the store and one for each subscriber: the two forms of advisory locks do not overlap.
_SHARE_STORE_AND_LOCK_ONE = text(
    "SELECT pg_advisory_xact_lock_shared(4488, 0), pg_advisory_xact_lock(:subscriber)"
)
_LOCK_STORE = text("SELECT pg_advisory_xact_lock(4488, 0)")


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """The database behind a store; ``url`` may hold a password and is never printed."""

    url: URL

    @classmethod
    def at(cls, address: str) -> PostgresqlServer:
        """Read ``postgresql+asyncpg://user:password@host:5432/database``, also with ``?ssl=verify-full``.

        ConfigurationError on anything else, without the password.
        """
        expected = (
            "a PostgreSQL store is written like postgresql+asyncpg://user:password@host/database,"
            " with ?ssl=verify-full or another of its modes behind it where that is wanted"
        )
        try:
            url = make_url(address)
        except (ArgumentError, ValueError) as error:
            raise ConfigurationError("settings", "store", expected) from error
        known = url.drivername in _DRIVERS and set(url.query) <= {"ssl", "host"}
        if not known or not url.database:
            raise ConfigurationError("settings", "store", expected)
        return cls(url.set(drivername="postgresql+asyncpg"))

    @property
    def name(self) -> str:
        """The database, for people: host and name without user and password."""
        return f"{self.url.host or 'localhost'}/{self.url.database}"

    def create(self) -> None:
        """Nothing to do: the database is made by who runs the server, the tables by the migrations."""

    def engine(self, *, write: bool, connections: int, patience: float) -> AsyncEngine:
        """Connections to the database; ``patience`` in seconds for a lock.

        Reading ones take one statement at a time, without a transaction around it, and cannot write.
        """
        settings = {
            "application_name": "infoline",
            "jit": "off",  # compiling costs more than any question of the line
            "lock_timeout": str(int(patience * 1000)),
            "timezone": "UTC",
            # What has been confirmed is on the disk, also when the power goes.
            **({"synchronous_commit": "on"} if write else {"default_transaction_read_only": "on"}),
        }
        engine = create_async_engine(
            self.url,
            connect_args={"server_settings": settings, "timeout": _CONNECT_TIMEOUT},
            pool_size=connections,
            max_overflow=0,
            pool_timeout=patience,
            hide_parameters=True,
            **(
                {"isolation_level": "READ COMMITTED"}
                if write
                else {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
            ),
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return engine

    async def lock(self, connection: AsyncConnection, subscriber_id: int | None) -> None:
        """Make the transaction the only one of this subscriber, or with None the only one of the store."""
        if subscriber_id is None:
            await connection.execute(_LOCK_STORE)
        else:
            await connection.execute(_SHARE_STORE_AND_LOCK_ONE, {"subscriber": subscriber_id})


def _refuse_closed(connection: Any, record: Any, proxy: Any) -> None:
    """A connection whose server has gone is replaced before it is used; asking it costs no round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server has closed the connection")
