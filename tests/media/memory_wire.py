"""A socket in memory: what the plane sends is kept with its tick, what a caller sends is handed over."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from ivr.media.events import DigitPressed, PlaneEvent, Played, Silent, Stopped, Stream
from ivr.media.plane import Plane
from ivr.media.rtp import Packet, pack, parse
from ivr.media.sdp import Agreed
from ivr.media.telephone_event import key_press
from ivr.media.wire import Ipv6
from ivr.net.addresses import IPV4, Addresses, Ipv6Addresses

UTC = 1_800_000_000.0
"""The time of day at tick 0."""
PHONE = ("192.0.2.1", 4000)
"""Where the caller of ``agreed()`` is."""


@dataclass
class Rows:
    data: np.ndarray
    lengths: np.ndarray
    sources: np.ndarray
    times: np.ndarray
    more: bool


@dataclass
class Sent:
    tick: int
    to: tuple[str, int]
    packet: Packet


@dataclass
class MemoryWire:
    port: int
    clock: Callable[[], int]
    addresses: Addresses = IPV4
    sent: list[Sent] = field(default_factory=list)
    incoming: list[tuple[bytes, tuple[str, int]]] = field(default_factory=list)
    reports: list[tuple[bytes, tuple[str, int]]] = field(default_factory=list)
    closed: bool = False
    thinned: tuple[set[int], set[int], set[int]] = field(default_factory=lambda: (set(), set(), set()))
    thinnings: int = 0
    bursts: list[int] = field(default_factory=list)

    def send(self, headers, payloads, lengths, destinations) -> int:
        for header, payload, length, to in zip(headers, payloads, lengths, destinations, strict=True):
            datagram = header.tobytes() + ctypes.string_at(int(payload), int(length))
            if datagram[1] & 0xE0 == 0xC0:
                self.reports.append((datagram, self.addresses.name(int(to))[:2]))
                continue
            packet = parse(datagram)
            assert packet is not None
            self.sent.append(Sent(self.clock(), self.addresses.name(int(to))[:2], packet))
        self.bursts.append(len(payloads))
        return len(payloads)

    def round(self, lengths, destinations) -> MemoryRound:
        return MemoryRound(self, lengths, destinations)

    def receive(self) -> Rows | None:
        batch, self.incoming = self.incoming[:64], self.incoming[64:]
        if not batch:
            return None
        data = np.full((len(batch), 640), 0xAA, np.uint8)
        for row, (datagram, _) in zip(data, batch, strict=True):
            row[: len(datagram)] = np.frombuffer(datagram[:640], np.uint8)
        lengths = np.array([min(len(datagram), 640) for datagram, _ in batch], np.int64)
        sources = np.array([self.addresses.key((*source, 0, 0)) for _, source in batch], np.uint64)
        times = np.full(len(batch), UTC + self.clock() * 0.005)
        return Rows(data, lengths, sources, times, len(batch) == 64)

    def thin_out(self, speech, hosts, ports) -> bool:
        self.thinned = set(speech), set(hosts), set(ports)
        self.thinnings += 1
        return True

    def lets_in(self, datagram: bytes, source: tuple[str, int]) -> bool:
        """As ``ivr.net.filter`` has it; what that program does is tested in its own room."""
        speech, hosts, ports = self.thinned
        packet = parse(datagram)
        host = self.addresses.key((*source, 0, 0)) >> 16
        return (
            packet is None
            or packet.marker
            or packet.payload_type not in speech
            or packet.sequence % 64 == 0
            or source[1] in ports
            or host in hosts
        )

    def close(self) -> None:
        self.closed = True


class MemoryRound:
    def __init__(self, wire: MemoryWire, lengths, destinations) -> None:
        self.wire, self.lengths, self.destinations = wire, lengths, destinations
        self.headers = np.zeros((len(lengths), 12), np.uint8)
        self.payloads = np.zeros(len(lengths), np.uint64)

    def send(self) -> int:
        return self.wire.send(self.headers, self.payloads, self.lengths, self.destinations)


class Bench:
    """A plane in virtual time with its sockets in memory."""

    def __init__(
        self, ports: Iterable[int] = range(20000, 20100, 2), taken: Iterable[int] = (), **settings
    ) -> None:
        self.wires: dict[int, MemoryWire] = {}
        self.wires6: dict[int, MemoryWire] = {}
        self.book = Ipv6Addresses()
        self.taken = set(taken)
        self.events: list[PlaneEvent] = []
        self.number = self.wanted = 0
        self.ticks = 0
        ipv6 = Ipv6(self._open_wire6, self.book)
        settings = {"utc": lambda: UTC + self.number * 0.005} | settings
        self.plane = Plane(self._open_wire, ports, self.events.append, ipv6=ipv6, **settings)

    def _open_wire(self, port: int) -> MemoryWire:
        if port in self.taken:
            raise OSError("address already in use")
        self.wires[port] = MemoryWire(port, lambda: self.number)
        return self.wires[port]

    def _open_wire6(self, port: int) -> MemoryWire:
        self.wires6[port] = MemoryWire(port, lambda: self.number, self.book)
        return self.wires6[port]

    def wire(self, stream: Stream) -> MemoryWire:
        return (self.wires if stream.family == 4 else self.wires6)[stream.port]

    @property
    def now(self) -> float:
        return 1000.0 + self.number * 0.005

    def run(self, ticks: int = 1) -> None:
        for _ in range(ticks):
            self.number += 1
            self.tick()

    def settle(self) -> None:
        """Until everything asked for so far has been obeyed, and a tick more."""
        while self.plane.waiting:
            self.run()
        self.run()

    def run_wanted(self, ticks: int) -> None:
        """As the metronome does: only the ticks that the plane has asked for."""
        for _ in range(ticks):
            self.number += 1
            if self.number >= self.wanted:
                self.tick()

    def tick(self) -> None:
        self.ticks += 1
        self.wanted = self.plane.tick(self.number, self.now)

    def run_ms(self, milliseconds: int) -> None:
        self.run(milliseconds // 5)

    def sent(self, stream: Stream, since: int = 0) -> list[Sent]:
        """What the socket of a stream sent after a tick, whoever it was for."""
        return [sent for sent in self.wire(stream).sent if sent.tick > since]

    def to(self, remote: tuple[str, int], since: int = 0) -> list[Sent]:
        every = itertools.chain.from_iterable(
            wire.sent for wire in (*self.wires.values(), *self.wires6.values())
        )
        return [sent for sent in every if sent.to == remote and sent.tick > since]

    def hear(self, stream: Stream, packet: Packet | bytes, source: tuple[str, int]) -> None:
        datagram = pack(packet) if isinstance(packet, Packet) else packet
        if self.wire(stream).lets_in(datagram, source):
            self.wire(stream).incoming.append((datagram, source))

    def press(self, stream: Stream, digit: str, source: tuple[str, int], timestamp: int, event_type=101):
        """All packets of a key press at once."""
        for count, part in enumerate(key_press(digit)):
            moment = timestamp + part.timestamp_offset
            self.hear(stream, Packet(event_type, count, moment, 7, part.marker, part.payload), source)

    @property
    def digits(self) -> list[tuple[Stream, str]]:
        return [(event.stream, event.digit) for event in self.events if isinstance(event, DigitPressed)]

    @property
    def played(self) -> list[object]:
        return [event.mark for event in self.events if isinstance(event, Played)]

    @property
    def stopped(self) -> list[object]:
        return [event.mark for event in self.events if isinstance(event, Stopped)]

    @property
    def silent(self) -> list[Stream]:
        return [event.stream for event in self.events if isinstance(event, Silent)]


def spoken(sent: list[Sent], quiet: int = 0xD5) -> list[Sent]:
    """What is more than the law's own silence."""
    return [one for one in sent if set(one.packet.payload) != {quiet}]


def noise(frames: float, seed: int = 1) -> np.ndarray:
    """So many times 20 ms of samples that no two clips share."""
    return np.random.default_rng(seed).integers(-8000, 8000, int(frames * 160)).astype(np.int16)


def audio(sequence: int, payload_type: int = 8, ssrc: int = 7) -> Packet:
    """A packet of 20 ms without a sound."""
    return Packet(payload_type, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, ssrc, False, b"\xd5" * 160)


def agreed(host: str = PHONE[0], port: int = PHONE[1], **changes) -> Agreed:
    values = {
        "codec": "PCMA", "payload_type": 8, "event_type": 101, "ptime_ms": 20,
        "remote": (host, port), "send": True, "receive": True,
    }  # fmt: skip
    return Agreed(**(values | changes))
