"""Drawn calls on a plane beside a model of one call: each packet that leaves, when, where to, with what."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_wire import Bench, Sent, agreed, noise

from ivr.media.clip import Clip
from ivr.media.events import Played, Stopped, Stream
from ivr.media.rtp import Packet
from ivr.media.sdp import Agreed

ROWS = 5
CLIPS = [Clip.from_pcm(noise(frames, seed)) for seed, frames in enumerate((1, 3, 4, 9))] + [
    Clip.from_pcm(np.zeros(0, np.int16))
]
SILENCE = {"PCMA": b"\xd5", "PCMU": b"\xff"}
NUMBER = {"PCMA": 8, "PCMU": 0}
VERBS = (
    "open", "close", "play", "play", "stop", "key", "elsewhere", "law", "ptime", "hold", "resume", "move",
    "late", "wait",
)  # fmt: skip
STEP = st.tuples(st.sampled_from(VERBS), st.integers(0, 3 * ROWS), st.integers(0, 7), st.integers(0, 14))
SETTINGS = st.fixed_dictionaries({"burst": st.integers(1, 8), "thins_out": st.booleans()})


@dataclass(eq=False)
class Call:
    """One call as it should be: what it was told, and what its next packet is."""

    serial: int
    stream: Stream
    agreed: Agreed | None
    goes_to: tuple[str, int] = ("", 0)
    heard: bool = False
    queue: list[tuple[object, list[Clip], bool]] = field(default_factory=list)
    clip: Clip | None = None
    place: int = 0
    marked: bool = True
    next: tuple[int, int, int, int] | None = (
        None  # the next tick, sequence number and timestamp, and the SSRC
    )
    told: list[tuple[str, object]] = field(default_factory=list)

    @property
    def sends(self) -> bool:
        return self.agreed is not None and self.agreed.send and (bool(self.clip) or self.stream.silence)

    @property
    def period(self) -> int:
        return self.agreed.ptime_ms // 5 if self.agreed else 4

    def agree(self, new: Agreed) -> None:
        sent = self.sends
        if self.agreed is None or new.remote != self.agreed.remote:
            self.goes_to, self.heard = new.remote, False
        self.agreed = new
        if self.clip is None:
            self.go_on()
        self.marked |= self.sends and not sent

    def play(self, mark: object, clips: list[Clip], interruptible: bool) -> None:
        self.queue.append((mark, list(clips), interruptible))
        if self.clip is None:
            self.go_on()

    def drop(self, everything: bool) -> None:
        dropped = [play for play in self.queue if everything or play[2]]
        speaking = self.queue[0] if self.queue else None
        self.queue = [play for play in self.queue if play not in dropped]
        if speaking in dropped:
            self.go_on()
        self.told += [("stopped", mark) for mark, _, _ in dropped]

    def go_on(self) -> None:
        if self.agreed is None:
            return
        sent, talked, self.clip = self.sends, self.clip is not None, None
        while self.queue and self.clip is None:
            mark, clips, _ = self.queue[0]
            while clips and self.clip is None:
                clip = clips.pop(0)
                self.clip, self.place = (clip if clip.size else None), 0
            if self.clip is None:
                self.queue.pop(0)
                self.told.append(("played", mark))
        self.marked |= (bool(self.clip) and not talked) or (self.sends and not sent)

    def expected(self) -> tuple[tuple[str, int], int, bool, bytes]:
        """Destination, payload type, marker and payload of the packet that leaves now."""
        assert self.agreed is not None
        octets = self.agreed.ptime_ms * 8
        said = self.clip.octets(self.agreed.codec)[self.place :].tobytes() if self.clip else b""
        payload = said[:octets] or SILENCE[self.agreed.codec] * octets
        return self.goes_to, NUMBER[self.agreed.codec], self.marked, payload

    def catch_up(self, tick: int) -> None:
        """Ticks were left out: what was due then is not sent, and its time has passed."""
        if self.next is not None and self.next[0] < tick:
            step = -(-(tick - self.next[0]) // self.period) * self.period
            self.next = (self.next[0] + step, self.next[1], self.next[2] + step * 40, self.next[3])
            self.marked = True

    def check(self, tick: int, sent: list[Sent]) -> None:
        """Of one tick: the one packet of this call, or none."""
        due = self.next is None or self.next[0] == tick
        if not (due and self.sends and (sent or self.next)):
            assert not sent
        else:
            (one,) = sent
            packet = one.packet
            assert (one.to, packet.payload_type, packet.marker, packet.payload) == self.expected()
            if self.next is not None:
                numbers = (self.next[1] & 0xFFFF, self.next[2] & 0xFFFFFFFF, self.next[3])
                assert (packet.sequence, packet.timestamp, packet.ssrc) == numbers
            self.next = (tick, packet.sequence + 1, packet.timestamp, packet.ssrc)
            self.marked = False
            if self.clip is not None:
                self.place += len(packet.payload)
                if self.place >= self.clip.size:
                    self.go_on()
        if self.next is not None and self.next[0] == tick:
            self.next = (tick + self.period, self.next[1], self.next[2] + self.period * 40, self.next[3])


class Line:
    """The plane and its models; what is asked of it is obeyed by both at the next tick."""

    def __init__(self, wanted_alone: bool, **how) -> None:
        self.wanted_alone = wanted_alone
        self.bench = Bench(capacity=2 * ROWS, ports=range(20000, 20008, 2), **how)
        self.calls: list[Call] = []
        self.asked: list[tuple] = []
        self.serial = itertools.count(1)
        self.pressed: tuple[Call, tuple[str, int]] | None = None
        self.agreements: dict[Call, Agreed] = {}

    def address(self, call_family: int) -> tuple[str, int]:
        number = next(self.serial)
        return (f"10.1.{number >> 8}.{number & 255}" if call_family == 4 else f"2001:db8::{number:x}"), 4000

    def open(self, draw: int) -> None:
        if len(self.calls) == ROWS:
            return
        plane = self.bench.plane
        said = agreed(*self.address(4 if draw % 3 else 6), ptime_ms=(10, 20, 30, 60)[draw % 4], send=draw < 6)
        later = draw == 7
        stream = plane.open(None if later else said, None, silence=draw != 2)
        call = Call(next(self.serial), stream, None)
        self.calls.append(call)
        self.agreements[call] = said
        if later and stream.family == 4:
            said = replace(said, remote=self.address(4))
        if not later:
            self.asked.append((call.agree, said))

    def obey(self, verb: str, which: int, draw: int) -> None:
        if verb == "open" or not self.calls:
            self.open(draw)
            return
        call, plane = self.calls[which % len(self.calls)], self.bench.plane
        match verb:
            case "close":
                self.calls.remove(call)
                plane.close(call.stream)
                self.asked = [one for one in self.asked if one[0].__self__ is not call]
            case "play":
                clips, mark = [CLIPS[draw % 5], CLIPS[which % 5]][: draw % 3], (call, next(self.serial))
                plane.play(call.stream, clips, mark, draw % 2 == 0)
                self.asked.append((call.play, mark, clips, draw % 2 == 0))
            case "stop":
                plane.stop(call.stream)
                self.asked.append((call.drop, True))
            case "law" | "ptime" | "hold" | "resume" | "move":
                self.change(call, verb, draw)
            case "key" | "elsewhere":
                self.key(call, verb)

    def change(self, call: Call, verb: str, draw: int) -> None:
        said = self.agreements[call]
        if verb == "law":
            codec = "PCMU" if said.codec == "PCMA" else "PCMA"
            said = replace(said, codec=codec, payload_type=NUMBER[codec])
        elif verb == "ptime":
            said = replace(said, ptime_ms=(10, 20, 30, 40, 50, 60)[draw % 6])
        elif verb == "move":
            said = replace(said, remote=self.address(call.stream.family))
        else:
            said = replace(said, send=verb == "resume")
        if (":" in said.remote[0]) == (call.stream.family == 6):
            self.agreements[call] = said
            self.bench.plane.redirect(call.stream, said)
            self.asked.append((call.agree, said))

    def key(self, call: Call, verb: str) -> None:
        """A key from where the call's packets go, or the first from another port of that host."""
        while self.asked:
            self.run(1)
        if call.agreed is None or (verb == "elsewhere" and call.heard):
            return
        source = call.goes_to if verb == "key" else (call.goes_to[0], 4100)
        packet = Packet(101, 0, next(self.serial) * 1600, 9, True, b"\x05\x0a\x00\xa0")
        self.bench.hear(call.stream, packet, source)
        self.pressed = call, source
        while self.pressed:
            self.run(1)

    def tick(self) -> None:
        """One tick of both; every packet that left is somebody's."""
        self.bench.tick()
        for call in self.calls:
            call.catch_up(self.bench.number)
        for verb, *with_these in self.asked:
            verb(*with_these)
        self.asked.clear()
        if self.pressed and not self.bench.wire(self.pressed[0].stream).incoming:
            call, source = self.pressed
            call.heard, call.goes_to, self.pressed = True, source, None
            call.drop(False)
        wires = [*self.bench.wires.values(), *self.bench.wires6.values()]
        left = [one for wire in wires for one in wire.sent if one.tick == self.bench.number]
        for call in self.calls:
            call.check(self.bench.number, [one for one in left if one.to == call.goes_to])
        assert {one.to for one in left} <= {call.goes_to for call in self.calls}
        for wire in wires:
            wire.sent.clear()
        told = {call: [] for call in self.calls}
        for event in self.bench.events:
            if isinstance(event, (Played, Stopped)) and event.mark[0] in told:
                told[event.mark[0]].append((type(event).__name__.lower(), event.mark))
        assert told == {call: call.told for call in self.calls}

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            self.bench.number += 1
            if not self.wanted_alone or self.bench.number >= self.bench.wanted:
                self.tick()
            else:
                assert not any(call.next and call.next[0] <= self.bench.number for call in self.calls)


@settings(max_examples=120, deadline=None)
@given(SETTINGS, st.booleans(), st.lists(STEP, min_size=20, max_size=60))
def test_every_call_is_sent_what_a_model_of_it_says(how, wanted_alone, steps):
    line = Line(wanted_alone, **how)
    for draw in range(ROWS - 1):
        line.open(draw)
    line.run(8)
    for verb, which, draw, ticks in steps:
        if verb == "late":
            line.bench.number += ticks * 5
        else:
            line.obey(verb, which, draw)
        line.run(ticks if draw == 7 else ticks % 7)
    line.run(26)
