"""A listening TCP or TLS socket: whoever knocks comes in, connections that may speak go out."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
import struct
from collections.abc import Callable

from ivr.net.gate import Gate
from ivr.net.stream import Connection, Limits
from ivr.net.udp import bind
from ivr.peer import Peer, Transport

__all__ = ["Door"]

_BACKLOG = 256
_AT_ONCE = 64  # taken from the backlog before the loop's other work has its turn
_BREATH = 1.0  # seconds to wait when the system has no descriptor left
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close by a reset, and keep nothing of it


class Door:
    """One listening socket.

    Whom the gate does not let in is closed before a byte is read from it or a handshake begun.
    """

    def __init__(
        self,
        host: str,
        port: int,
        tls: Callable[[], ssl.SSLContext] | None,
        gate: Gate,
        make: Callable[[Peer], Connection],
        limits: Limits,
    ) -> None:
        """Bind and listen; with ``tls`` each handshake uses what it gives then. OSError for a taken port."""
        self._transport: Transport = "TCP" if tls is None else "TLS"
        self._tls, self._gate, self._make, self._limits = tls, gate, make, limits
        self._loop = asyncio.get_running_loop()
        self._greetings: set[asyncio.Task[None]] = set()
        self._breath: asyncio.TimerHandle | None = None
        self._socket = bind(socket.SOCK_STREAM, host, port)
        try:
            self._socket.listen(_BACKLOG)
        except OSError:
            self._socket.close()
            raise
        self.family = self._socket.family
        name = self._socket.getsockname()
        self.address = Peer(str(name[0]), int(name[1]), self._transport)
        self._loop.add_reader(self._socket.fileno(), self._knock)

    async def close(self) -> None:
        """Stop listening; connections that stand go on, handshakes end."""
        if self._breath is not None:
            self._breath.cancel()
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        for task in self._greetings:
            task.cancel()
        await asyncio.gather(*self._greetings, return_exceptions=True)

    def _knock(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                accepted, name = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._loop.remove_reader(self._socket.fileno())
                    self._breath = self._loop.call_later(_BREATH, self._again)
                return
            peer = Peer(str(name[0]), int(name[1]), self._transport)
            if self._gate.enter(peer.host, self._transport):
                task = self._loop.create_task(self._greet(accepted, peer))
                self._greetings.add(task)
                task.add_done_callback(self._greetings.discard)
                continue
            with contextlib.suppress(OSError):
                accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            accepted.close()

    def _again(self) -> None:
        self._breath = None
        self._loop.add_reader(self._socket.fileno(), self._knock)

    async def _greet(self, accepted: socket.socket, peer: Peer) -> None:
        """Make the connection; one whose handshake fails is forgotten."""
        connection = self._make(peer)
        limit = None if self._tls is None else self._limits.handshake
        try:
            accepted.setblocking(False)
            await self._loop.connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=None if self._tls is None else self._tls(),
                ssl_handshake_timeout=limit,
                ssl_shutdown_timeout=limit,
            )
        except OSError:  # ssl.SSLError, ConnectionError and TimeoutError are some
            accepted.close()
        finally:
            if not connection.stood:
                self._gate.leave(peer.host)
