"""A UDP socket around a protocol machine: the event loop's readiness in, the machine's datagrams out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from ivr.net.machine import Machine
from ivr.peer import Peer

__all__ = ["Seen", "UdpServer", "local_address"]

Seen = Callable[[str, Peer, bytes], None]

_BATCH = 64  # datagrams read before the loop's other work has its turn
_BUFFER = 4 * 1024 * 1024  # bytes: a second of signalling at 1,000 calls/s
_LONGEST = 65535


def local_address(host: str) -> str:
    """The address of this machine that a peer would answer to; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


class UdpServer:
    """Moves datagrams between one socket and one machine, and wakes the machine when its timers are due.

    ``after`` runs after every step, so that the machine's events are taken; ``failed`` hears of a bug in the
    machine: it has cost one datagram or one timer, not the line. ``seen`` is shown every datagram, with ``<``
    for one that came and ``>`` for one that goes. A datagram from an address that ``admit`` does not know is
    dropped before anybody looks into it, and counted in ``strangers``.
    """

    def __init__(
        self,
        machine: Machine,
        after: Callable[[], None],
        failed: Callable[[Exception], None],
        seen: Seen | None = None,
        admit: Callable[[str], bool] | None = None,
    ) -> None:
        self._machine, self._after, self._failed, self._seen = machine, after, failed, seen
        self._admit = admit
        self.strangers = 0
        self._socket: socket.socket | None = None
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: float | None = None

    def open(self, host: str, port: int) -> Peer:
        """Bind and listen; gives the address bound. OSError when the port is taken."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
        self._socket = sock
        self._loop.add_reader(sock.fileno(), self._readable)
        address = sock.getsockname()
        return Peer(str(address[0]), int(address[1]))

    def close(self) -> None:
        """Stop listening; what the machine still has to say is sent first."""
        if self._socket is None:
            return
        self.flush()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._socket = None

    def flush(self) -> None:
        """Send what the machine has to say and set the alarm; to be called after every verb of the hall's."""
        if self._socket is None:
            return
        for target in self._machine.targets_to_look_up():  # a name leads back to where its owner sends from
            self._machine.found(target, (), self._loop.time())
        for data, destination, _ in self._machine.datagrams_to_send():
            if self._seen is not None:
                self._seen(">", destination, data)
            # A full buffer or an unreachable peer loses the datagram, as UDP may; timers send it again.
            with contextlib.suppress(OSError):
                self._socket.sendto(data, destination[:2])
        at = self._machine.next_timeout()
        if at == self._alarm_at and self._alarm is not None:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = None if at is None else self._loop.call_at(at, self._ring)

    def _readable(self) -> None:
        for _ in range(_BATCH):
            if self._socket is None:
                return
            try:
                data, address = self._socket.recvfrom(_LONGEST)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:  # an ICMP error of an earlier datagram; the socket goes on
                continue
            source = Peer(address[0], address[1])
            if self._admit is not None and not self._admit(source.host):
                self.strangers += 1
                continue
            if self._seen is not None:
                self._seen("<", source, data)
            try:
                self._machine.receive_datagram(data, source, self._loop.time())
                self._after()  # before the next one: it may end what this one is about
            except Exception as error:
                self._failed(error)
        self.flush()

    def _ring(self) -> None:
        self._alarm = self._alarm_at = None
        try:
            self._machine.handle_timeout(self._loop.time())
            self._after()
        except Exception as error:
            self._failed(error)
        self.flush()
