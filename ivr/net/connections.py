"""All TCP and TLS connections: messages to send come in, messages that were received go out."""

from __future__ import annotations

import asyncio
import asyncio.sslproto
import ssl
from collections.abc import Callable
from typing import NamedTuple

from ivr.net.accept import Door
from ivr.net.gate import Gate
from ivr.net.stream import Connection, Limits
from ivr.net.udp import family_of
from ivr.peer import Datagram, Peer, Transport

__all__ = ["Connections", "Security"]

_ANY = ("0.0.0.0", "::")
# asyncio sets 256 KiB aside for each TLS connection; twice the longest record (RFC 8446 section 5.1) will do.
asyncio.sslproto.SSLProtocol.max_size = 32 * 1024

_FAREWELL = 1.0  # seconds for the last bytes to leave when all is closed


class Security(NamedTuple):
    """How TLS is spoken: each gives the context of the next handshake. Without ``serving`` none is offered.

    ``name_of`` gives the name that led to an address, which is to stand in the certificate; without one the
    address itself has to.
    """

    serving: Callable[[], ssl.SSLContext] | None = None
    dialling: Callable[[], ssl.SSLContext] = ssl.create_default_context
    name_of: Callable[[Peer], str | None] = lambda peer: None


class Connections:
    """Finds or opens the connection that a message goes by, and keeps messages while one is being made."""

    def __init__(
        self,
        gate: Gate,
        limits: Limits,
        security: Security,
        receive: Callable[[bytes, Peer, bool], bool],
        has_read: Callable[[], None],
        unreachable: Callable[[Peer], None],
    ) -> None:
        """``receive(message, peer, dialled)`` says whether the peer may go on speaking."""
        self._gate, self.limits, self._security = gate, limits, security
        self._receive, self.has_read, self._unreachable = receive, has_read, unreachable
        self._loop = asyncio.get_running_loop()
        self._doors: list[Door] = []
        self._standing: dict[Peer, Connection] = {}
        self._all: set[Connection] = set()
        self._waiting: dict[Peer, list[Datagram]] = {}
        self._dials: set[asyncio.Task[None]] = set()
        self._emptied = asyncio.Event()
        self._closing = False

    def __len__(self) -> int:
        """How many stand."""
        return len(self._all)

    def listen(self, transport: Transport, host: str, port: int) -> Peer:
        """Open a door; gives the address bound. OSError when it is taken."""
        serving = self._security.serving
        if transport == "TLS" and serving is None:
            raise ValueError("TLS wants a certificate")
        tls = serving if transport == "TLS" else None
        door = Door(host, port, tls, self._gate, lambda peer: Connection(self, peer, False), self.limits)
        self._doors.append(door)
        return door.address

    def send(self, datagram: Datagram) -> None:
        """Send by the connection it names, else by one to its spare address, which is made where needed."""
        for peer in (datagram.destination, datagram.spare):
            connection = self._standing.get(peer) if peer is not None else None
            if connection is not None and connection.open:
                connection.write(datagram.data)
                return
        self._dial(datagram.spare or datagram.destination, datagram)

    async def close(self) -> None:
        """Close the doors, then every connection once what was written has left, or after a second."""
        self._closing = True
        for door in self._doors:
            await door.close()
        for task in self._dials:
            task.cancel()
        await asyncio.gather(*self._dials, return_exceptions=True)
        for connection in tuple(self._all):
            connection.close()
        self._emptied.clear()
        if self._all:
            try:
                async with asyncio.timeout(_FAREWELL):
                    await self._emptied.wait()
            except TimeoutError:
                for connection in tuple(self._all):
                    connection.abort()
                await self._emptied.wait()

    # What a connection tells its owner

    def stands(self, connection: Connection) -> None:
        """It can be written to: what has waited for it goes first."""
        self._all.add(connection)
        self._standing[connection.peer] = connection
        if self._closing:
            connection.close()
        for waiting in self._waiting.pop(connection.peer, ()):
            connection.write(waiting.data)

    def take(self, message: bytes, connection: Connection) -> None:
        """A whole message came."""
        if not self._receive(message, connection.peer, connection.dialled):
            connection.abort()

    def lost(self, connection: Connection, undelivered: bool) -> None:
        """It is closed."""
        self._all.discard(connection)
        if self._standing.get(connection.peer) is connection:
            del self._standing[connection.peer]
        if not connection.dialled:
            self._gate.leave(connection.peer.host)
        if not self._all:
            self._emptied.set()
        if undelivered and not self._closing:
            self._unreachable(connection.peer)

    # Dialling

    def _dial(self, peer: Peer, datagram: Datagram) -> None:
        """Let it wait for a connection; one is made at a time to each peer."""
        waiting = self._waiting.get(peer)
        if waiting is None and len(self._waiting) < self.limits.total and not self._closing:
            waiting = self._waiting[peer] = []
            task = self._loop.create_task(self._connect(peer))
            self._dials.add(task)
            task.add_done_callback(self._dials.discard)
        if waiting is None or len(waiting) >= self.limits.queued:
            self._unreachable(datagram.destination)
        else:
            waiting.append(datagram)

    async def _connect(self, peer: Peer) -> None:
        secure = peer.transport == "TLS"
        try:
            async with asyncio.timeout(self.limits.connect):
                await self._loop.create_connection(
                    lambda: Connection(self, peer, True),
                    peer.host,
                    peer.port,
                    ssl=self._security.dialling() if secure else None,
                    server_hostname=(self._security.name_of(peer) or peer.host) if secure else None,
                    local_addr=self._local(peer),
                )
        except (OSError, ValueError, OverflowError):  # refused, not verified, too late; a port that is none
            for destination in {waiting.destination for waiting in self._waiting.pop(peer, ())}:
                self._unreachable(destination)

    def _local(self, peer: Peer) -> tuple[str, int] | None:
        """We dial from the address we listen on, where that is one of many."""
        family = family_of(peer.host)
        hosts = (door.address.host for door in self._doors if door.family == family)
        return next(((host, 0) for host in hosts if host not in _ANY), None)
