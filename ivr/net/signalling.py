"""A protocol machine and its sockets: messages and timers in, messages out by every transport."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from ivr.net.connections import Connections, Security
from ivr.net.gate import Admit, Gate
from ivr.net.machine import Machine
from ivr.net.stream import Limits
from ivr.net.udp import UdpSocket, family_of
from ivr.peer import Peer, Target, Transport

__all__ = ["LooksUp", "Seen", "Signalling"]

Seen = Callable[[str, Peer, bytes], None]
LooksUp = Callable[[Target], Awaitable[Sequence[Peer]]]


class Signalling:
    """Moves messages between one machine and all its sockets, and wakes it when its timers are due.

    ``after`` runs after every step, so that the machine's events are taken; ``failed`` hears of a bug in the
    machine: it has cost one message or one timer, not the line. ``seen`` is shown every message, with ``<``
    for one that came and ``>`` for one that goes. Who is not admitted is dropped before anybody looks into
    what they say; see ``gate``. ``look_up`` finds the addresses of names (RFC 3263).
    """

    def __init__(
        self,
        machine: Machine,
        after: Callable[[], None],
        failed: Callable[[Exception], None],
        *,
        seen: Seen | None = None,
        admit: Admit | None = None,
        limits: Limits | None = None,
        security: Security | None = None,
        look_up: LooksUp | None = None,
    ) -> None:
        self._machine, self._after, self._failed = machine, after, failed
        self._seen, self._look_up = seen, look_up
        self._loop = asyncio.get_running_loop()
        limits = limits or Limits()
        self.gate = Gate(admit, limits)
        self._datagrams: dict[socket.AddressFamily, UdpSocket] = {}
        self._connections = Connections(
            self.gate, limits, security or Security(), self._hear, self.flush, self._cannot_reach
        )
        self._out_of_reach: dict[Peer, None] = {}
        self._look_ups: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._closed = False

    def listen(self, transport: Transport, host: str, port: int) -> Peer:
        """Bind and listen on an IP address; gives the address bound. OSError when the port is taken.

        One UDP socket for each family, as many others as there are ports; ValueError for TLS without a
        certificate.
        """
        if transport != "UDP":
            return self._connections.listen(transport, host, port)
        family = family_of(host)
        if family in self._datagrams:
            raise ValueError(f"there is a UDP socket for {family.name} already")
        opened = UdpSocket(host, port, self._receive_datagram, self.flush)
        self._datagrams[family] = opened
        return opened.address

    @property
    def connections(self) -> int:
        """How many TCP and TLS connections stand."""
        return len(self._connections)

    async def close(self) -> None:
        """Stop listening; what the machine still has to say is sent first."""
        if self._closed:
            return
        self.flush()
        self._closed = True
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        for task in self._look_ups:
            task.cancel()
        await asyncio.gather(*self._look_ups, return_exceptions=True)
        for opened in self._datagrams.values():
            opened.close()
        await self._connections.close()

    def flush(self) -> None:
        """Send what the machine has to say and set the alarm; to be called after every verb of the hall's."""
        if self._closed:
            return
        for datagram in self._machine.datagrams_to_send():
            destination = datagram.destination
            if self._seen is not None:
                self._seen(">", destination, datagram.data)
            if destination.transport != "UDP":
                self._connections.send(datagram)
                continue
            opened = self._datagrams.get(family_of(destination.host))
            if opened is None or not opened.send(datagram.data, destination):
                self._cannot_reach(destination)
        for target in self._machine.targets_to_look_up():
            task = self._loop.create_task(self._find(target))
            self._look_ups.add(task)
            task.add_done_callback(self._look_ups.discard)
        self._set_alarm()

    # What the sockets tell

    def _receive_datagram(self, data: bytes, source: Peer) -> None:
        if not self._closed and self.gate.knows(source.host, source.transport):
            self._receive(data, source)

    def _hear(self, message: bytes, peer: Peer, dialled: bool) -> bool:
        """A message of a connection: whoever we dialled ourselves may speak, the others while admitted."""
        if self._closed or not (dialled or self.gate.knows(peer.host, peer.transport)):
            return False
        self._receive(message, peer)
        return True

    def _receive(self, data: bytes, source: Peer) -> None:
        if self._seen is not None:
            self._seen("<", source, data)
        self._step(self._machine.receive_datagram, data, source)

    def _cannot_reach(self, destination: Peer) -> None:
        """Told to the machine in the loop's next turn: it may be in the middle of a step."""
        if not self._out_of_reach:
            self._loop.call_soon(self._tell_out_of_reach)
        self._out_of_reach[destination] = None

    def _tell_out_of_reach(self) -> None:
        destinations, self._out_of_reach = self._out_of_reach, {}
        for destination in destinations:
            self._step(self._machine.unreachable, destination)
        self.flush()

    async def _find(self, target: Target) -> None:
        peers: Sequence[Peer] = ()
        try:
            if self._look_up is not None:
                peers = await self._look_up(target)
        except Exception as error:
            self._failed(error)
        self._step(self._machine.found, target, peers)
        self.flush()

    # The machine

    def _step(self, step: Callable[..., None], *arguments: object) -> None:
        """One step of the machine, and its events before the next one: it may end what this one is about."""
        try:
            step(*arguments, self._loop.time())
            self._after()
        except Exception as error:
            self._failed(error)

    def _set_alarm(self) -> None:
        at = self._machine.next_timeout()
        if self._alarm is not None:
            if at == self._alarm.when():
                return
            self._alarm.cancel()
        self._alarm = None if at is None else self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._step(self._machine.handle_timeout)
        self.flush()
