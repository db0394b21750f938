"""Places and a seed in, callers out: as many at once as there are places, in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.soak.drawn import draw
from bench.soak.messages import CALL_ID
from bench.soak.network import Network
from bench.soak.phone import Call, Desk
from bench.soak.voice import Voice

__all__ = ["Phones", "Tally"]

_TICK = 0.02
_PHASES = 4
_LISTENS = 10  # every so many ticks: a socket's buffer holds more than that
_PLACES_A_HOST = 10
_REMEMBERED = 10.0  # seconds after its end in which a call still answers repeats
_PAUSE = 0.05  # seconds from call to call of one place


@dataclass
class Tally:
    """What has become of all calls so far."""

    begun: int = 0
    answered: int = 0
    over: int = 0
    ended_by_line: int = 0
    heard: int = 0
    late_ticks: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    first_failed: list[str] = field(default_factory=list)


class _Door(asyncio.DatagramProtocol):
    """The SIP port of one host."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    def datagram_received(self, data: bytes, _address: tuple[str, int]) -> None:
        self._phones.take(data)

    def error_received(self, _error: Exception) -> None:
        pass


class Phones:
    """All callers. One place in ten is behind a NAT: its speech comes from another port than it has told."""

    def __init__(
        self, line: tuple[str, int], numbers: Sequence[str], network: Network, seed: int, mean: float,
        gone_after: float, held_gone_after: float,
    ) -> None:  # fmt: skip
        """Seconds: ``mean`` of a call that is hung up, the others of the line's patience, also on hold."""
        self._line, self._numbers, self._network = line, numbers, network
        self._seed, self._mean, self._patience = seed, mean, (gone_after, held_gone_after)
        self._calls: dict[str, Call] = {}
        self._up: list[set[Call]] = [set() for _ in range(_PHASES)]
        self._doors: dict[str, asyncio.DatagramTransport] = {}
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._empty = asyncio.Event()
        self.tally = Tally()

    @property
    def up(self) -> int:
        """Calls that are not over."""
        return sum(map(len, self._up))

    async def open(self, places: int, ramp: float) -> None:
        """Let so many begin, over ``ramp`` seconds."""
        for place in range(places):
            host = _host(place)
            if host not in self._doors:
                transport, _ = await self._loop.create_datagram_endpoint(
                    lambda: _Door(self), local_addr=(host, 0)
                )
                self._doors[host] = transport
            self._loop.call_later(place * ramp / places, self._begin, place, 0)
        task = self._loop.create_task(self._tick())
        self._tasks.add(task)

    async def close(self, patience: float) -> int:
        """Begin no more, hang up all; how many were still there after ``patience`` seconds."""
        self._closing = True
        for call in list(self._calls.values()):
            call.leave()
        if not self.up:
            self._empty.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._empty.wait()
        return self.up

    def shut(self) -> None:
        """Leave every port."""
        for task in self._tasks:
            task.cancel()
        for phase in self._up:
            for call in phase:
                call.voice.close()
        for door in self._doors.values():
            door.close()

    def take(self, data: bytes) -> None:
        """A datagram of the line's, unless the network loses it."""
        if self._network.loses():
            return
        name = CALL_ID.search(data)
        call = self._calls.get(name[1].decode("latin-1")) if name else None
        if call is not None:
            before = call.answered
            call.receive(data)
            self.tally.answered += call.answered and not before

    def _begin(self, place: int, turn: int) -> None:
        if self._closing:
            return
        host, drawn = _host(place), draw(self._seed, place, turn, self._numbers, self._mean)
        voice, door = Voice(drawn, host, self._network), self._doors[host]
        own: tuple[str, int] = door.get_extra_info("sockname")
        desk = Desk(
            self._line, own, self._loop.time, self._loop.call_later, partial(self._send, door),
            partial(self._over, place, turn), *self._patience,
        )  # fmt: skip
        call = Call(drawn, voice, voice.port - 1 if _behind_nat(place) else voice.port, desk)
        self._calls[drawn.name] = call
        min(self._up, key=len).add(call)
        self.tally.begun += 1
        call.begin()

    def _over(self, place: int, turn: int, call: Call, reason: str) -> None:
        for phase in self._up:
            phase.discard(call)
        if self._closing and not self.up:
            self._empty.set()
        call.voice.listen()
        call.voice.close()
        tally = self.tally
        tally.over, tally.heard = tally.over + 1, tally.heard + call.voice.heard
        tally.ended_by_line += call.ended_by_line
        if reason:
            tally.failed[reason] += 1
            if len(tally.first_failed) < 20:
                tally.first_failed.append(f"{call.drawn.name} ({call.drawn.ending.name}): {reason}")
        self._loop.call_later(_REMEMBERED, self._calls.pop, call.drawn.name, None)
        self._loop.call_later(_PAUSE, self._begin, place, turn + 1)

    def _send(self, door: asyncio.DatagramTransport, data: bytes) -> None:
        if not self._network.loses():
            door.sendto(data, self._line)

    async def _tick(self) -> None:
        due, turn = self._loop.time(), 0
        while True:
            due, turn = due + _TICK / _PHASES, turn + 1
            wait = due - self._loop.time()
            if wait < -_TICK:  # late: what was missed is not sent in a burst
                due, self.tally.late_ticks = self._loop.time(), self.tally.late_ticks + 1
            await asyncio.sleep(max(wait, 0))
            listens = turn // _PHASES % _LISTENS == 0
            for call in self._up[turn % _PHASES]:
                if call.talking:
                    call.voice.tick()
                if listens:
                    call.voice.listen()


def _behind_nat(place: int) -> bool:
    return place % 10 == 9


def _host(place: int) -> str:
    """Ten places share a host, but that a NAT has one for each."""
    if _behind_nat(place):
        return f"127.1.{place >> 8}.{place & 255}"
    return f"127.0.{1 + place // _PLACES_A_HOST // 250}.{1 + place // _PLACES_A_HOST % 250}"
