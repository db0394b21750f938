"""A UDP socket: the event loop's readiness in, datagrams with their sources out, and back."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable

from ivr.peer import Peer

__all__ = ["UdpSocket", "bind", "family_of", "local_address"]

_BATCH = 64  # datagrams read before the loop's other work has its turn
_BUFFER = 4 * 1024 * 1024  # bytes: a second of signalling at 1,000 calls/s
_LONGEST = 65535
_LOST = (
    errno.EAGAIN,
    errno.ENOBUFS,
    errno.EINTR,
    errno.ECONNREFUSED,
)  # says nothing of where it goes


def family_of(host: str) -> socket.AddressFamily:
    """AF_INET or AF_INET6, by how an IP address is written."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def local_address(host: str) -> str:
    """The address of this machine that a peer would answer to; no packet is sent to find it.

    The loopback of the peer's family when no way leads to it.
    """
    family = family_of(host)
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
        return str(probe.getsockname()[0]).partition("%")[0]


def bind(kind: socket.SocketKind, host: str, port: int) -> socket.socket:
    """A socket that does not block, bound to an IPv4 or IPv6 address; OSError when that is taken.

    An IPv6 socket takes IPv6 alone, so that both families can have the same port.
    """
    family = family_of(host)
    opened = socket.socket(family, kind)
    try:
        opened.setblocking(False)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


class UdpSocket:
    """One bound socket. ``receive(data, source)`` gets each datagram, ``read`` runs after a batch of them."""

    def __init__(
        self, host: str, port: int, receive: Callable[[bytes, Peer], None], read: Callable[[], None]
    ) -> None:
        """Bind and listen. OSError when the port is taken."""
        self._receive, self._read = receive, read
        self._loop = asyncio.get_running_loop()
        self._socket = bind(socket.SOCK_DGRAM, host, port)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
        # Datagrams are cut out of one room: a block of memory for each, given back but for its first bytes,
        # leaves holes between what is kept, and the process grows.
        self._room = memoryview(bytearray(_LONGEST))
        self.family = self._socket.family
        name = self._socket.getsockname()
        self.address = Peer(str(name[0]), int(name[1]))
        self._open = True
        self._loop.add_reader(self._socket.fileno(), self._readable)

    def send(self, data: bytes, destination: Peer) -> bool:
        """Send; False when the system says that this cannot get there.

        What a full buffer loses counts as sent, as UDP may lose anything; timers send it again.
        """
        try:
            self._socket.sendto(data, (destination.host, destination.port))
        except OverflowError:  # a port that is none
            return False
        except OSError as error:
            return error.errno in _LOST
        return True

    def close(self) -> None:
        """Stop listening."""
        self._open = False
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _readable(self) -> None:
        for _ in range(_BATCH):
            if not self._open:
                return
            try:
                length, address = self._socket.recvfrom_into(self._room)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:  # an ICMP error of an earlier datagram; the socket goes on
                continue
            self._receive(bytes(self._room[:length]), Peer(address[0], address[1]))
        self._read()
