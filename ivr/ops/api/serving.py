"""Settings and a store come in; the HTTP API is served until the context ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette

from ivr.accounts.packs import OPERATORS, PackTerms
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import ConfigurationError
from ivr.ops.api.routes import api
from ivr.ops.settings_api import ApiSettings
from ivr.ops.settings_values import HostPort

__all__ = ["serve", "serve_api"]

_GRACE = 2  # seconds that requests in progress have to end


class _Server(uvicorn.Server):
    """uvicorn in somebody else's event loop: signals stay the line's own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.open = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.open.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(app: Starlette, listen: HostPort, place: str) -> AsyncIterator[HostPort]:
    """Serve and give the address bound; ConfigurationError naming ``place`` where it is taken."""
    door = _open(listen, place)
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[door]))
    try:
        await server.open.wait()
        host, port = door.getsockname()[:2]
        yield HostPort(host, port)
    finally:
        server.should_exit = True
        await serving
        door.close()


@asynccontextmanager
async def serve_api(
    settings: ApiSettings, store: Store, terms: PackTerms | None = None
) -> AsyncIterator[HostPort | None]:
    """Serve the API over every operator's accounts in a store; None where the settings have it off."""
    if not settings.is_on:
        yield None
        return
    accounts = {code: Accounts(store, operator=one, terms=terms) for code, one in OPERATORS.items()}
    app = api(accounts, settings.token, lambda: datetime.now(UTC))
    async with serve(app, settings.listen, "api.listen") as address:
        yield address


def _open(listen: HostPort, place: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((listen.host, listen.port))
    except OSError as error:
        door.close()
        raise ConfigurationError(
            "infoline.toml", place, f"cannot listen on {listen}: {error.strerror or error}"
        ) from None
    return door
