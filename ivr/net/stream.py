"""One TCP or TLS connection: bytes in, whole messages out, and back (RFC 3261 section 18.3)."""

from __future__ import annotations

import asyncio
import math
import socket
from dataclasses import dataclass
from typing import Protocol

from ivr.net.framing import PING, PONG, Framing, StreamBroken
from ivr.peer import Peer

__all__ = ["Connection", "Limits", "Owner"]

_CHUNK = 16 * 1024  # bytes of one connection before the loop's other work has its turn
_READ = memoryview(bytearray(_CHUNK))  # one for all connections: what is read is taken at once


@dataclass(frozen=True, slots=True)
class Limits:
    """How much connections may take. All times in seconds.

    ``total`` and ``each`` connections, all together and from one address. ``greeting``: until the first whole
    message; ``message``: from a message's first byte to its last; ``idle``: without a byte, after the first
    message; ``stalled``: with bytes of ours that the peer does not take. ``handshake`` and ``connect``: until
    a connection stands. ``unsent``: bytes kept for a peer that reads slowly; ``queued``: messages kept while
    a connection is being made.
    """

    total: int = 1000
    each: int = 100
    greeting: float = 10.0
    message: float = 10.0
    idle: float = 3600.0
    stalled: float = 10.0
    handshake: float = 5.0
    connect: float = 4.0
    unsent: int = 256 * 1024
    queued: int = 64


def _keep_alive(sock: socket.socket) -> None:
    """Let the system find out within two minutes that a silent peer is gone."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Owner(Protocol):
    """Who holds the connections."""

    limits: Limits

    def stands(self, connection: Connection) -> None:
        """It is open, and a TLS handshake is over."""

    def take(self, message: bytes, connection: Connection) -> None:
        """A whole message came."""

    def has_read(self) -> None:
        """All that one read brought has been given."""

    def lost(self, connection: Connection, undelivered: bool) -> None:
        """It is closed; ``undelivered`` when something written to it may not have arrived."""


class Connection(asyncio.BufferedProtocol):
    """Reads messages for its owner and writes what the owner sends; closes what is broken, slow or silent.

    While the peer does not take what is written nothing more is read from it.

                first message        first byte             last byte
        accept ------------> idle ------------> unfinished ---------> idle
           `- greeting           `- idle           `- message             (seconds until it is closed)
    """

    def __init__(self, owner: Owner, peer: Peer, dialled: bool) -> None:
        """``peer`` is its other end; ``dialled`` when we opened it, so that it need not speak first."""
        self._owner, self.peer, self.dialled = owner, peer, dialled
        self._limits = owner.limits
        self._loop = asyncio.get_running_loop()
        self._framing = Framing()
        self._transport: asyncio.Transport | None = None
        self._greeted = dialled
        self.stood = False
        self._unfinished = self._paused = self._unheard = False
        self._read_by = self._written_by = math.inf
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def open(self) -> bool:
        """Whether something can still be written to it."""
        return self._transport is not None and not self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send; a peer that has left too much unread is closed instead."""
        if self._transport is None or self._transport.is_closing():
            return
        self._unheard = True
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self._limits.unsent:
            self._transport.abort()

    def close(self) -> None:
        """Close it once what was written has left."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()

    def abort(self) -> None:
        """Close it at once."""
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands, and a TLS handshake is over."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.stood = True
        transport.set_write_buffer_limits(high=_CHUNK, low=0)
        _keep_alive(transport.get_extra_info("socket"))
        self._give(self._limits.idle if self._greeted else self._limits.greeting)
        self._owner.stands(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return _READ

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes have come."""
        self._unheard = False
        try:
            for message in self._framing.receive(_READ[:nbytes]):
                if not self.open:
                    return
                if message is PING:
                    self.write(PONG)
                    continue
                self._greeted = True
                self._owner.take(message, self)
        except StreamBroken:
            self.abort()
            return
        finally:
            self._owner.has_read()
        self._expect()

    def eof_received(self) -> bool:
        """The peer will send no more: close our side too, once what was written has left."""
        return False

    def pause_writing(self) -> None:
        """The peer does not take what we write; let it do so before it asks for more."""
        self._paused = True
        self._written_by = self._loop.time() + self._limits.stalled
        self._wake()
        if self._transport is not None and self._transport.is_reading():
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """All that was written has left."""
        self._paused, self._written_by = False, math.inf
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by whichever side."""
        self._transport = None
        if self._alarm is not None:
            self._alarm.cancel()
        # A reset after our last words: they came to a peer that no longer knew of the connection.
        self._owner.lost(self, self._paused or (exc is not None and self._unheard))

    # Time limits

    def _expect(self) -> None:
        """How long the next bytes may take, after some have come."""
        if self._framing.unfinished:
            if not self._unfinished:
                self._unfinished = True
                self._give(self._limits.message)
            return
        self._unfinished = False
        if self._greeted:
            self._give(self._limits.idle)

    def _give(self, seconds: float) -> None:
        self._read_by = self._loop.time() + seconds
        self._wake()

    def _wake(self) -> None:
        """Set the alarm; one that is set too early looks again, so that a message costs no timer."""
        due = min(self._read_by, self._written_by)
        if self._alarm is not None and self._alarm.when() > due:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._transport is None:
            return
        now = self._loop.time()
        if self._paused and now < self._written_by:  # nothing is read meanwhile
            self._read_by = max(self._read_by, self._written_by)
        if now >= min(self._read_by, self._written_by):
            self.abort()
        else:
            self._wake()
