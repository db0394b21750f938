"""Ticks come in, RTP packets go out: the state of every stream we send, one array a field, one row a call."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .clip import Clip, silence
from .g711 import Codec
from .rtp import HEADER
from .sdp import Agreed
from .wire import Round, Wire

__all__ = ["BURST", "PHASES", "TICK_MS", "SendTable"]

TICK_MS = 5
PHASES = 4
"""Streams leave in up to four groups over the 20 ms, so that a thousand packets are not one burst."""
BURST = 512
"""Packets that may leave at once: to wake up costs as much as fifty, so fewer are not spread."""

_STEP = 64
"""Rows are looked at by so many: of each size of small arrays numpy keeps up to seven for good."""

_NEVER = np.iinfo(np.int64).max
_NOBODY = np.zeros(0, np.int64)
_ENDLESS = np.iinfo(np.uint64).max


Beat = tuple[int, int]
"""Ticks from packet to packet, and which of them: rows of one beat leave together."""


@dataclass(slots=True)
class _Part:
    """The rows of a group that leave through one socket: where in the group, and their datagrams."""

    rows: slice
    round: Round
    second: NDArray[np.uint8]
    sequence: NDArray[np.uint16]
    timestamp: NDArray[np.uint32]


@dataclass(slots=True)
class _Group:
    """Rows of one beat at ``tick``: all of them, and those that send, in the order of their sockets.

    ``samples`` is what the clocks of all move on by.
    """

    tick: int
    due: NDArray[np.int64]
    out: NDArray[np.int64]
    samples: NDArray[np.uint32]
    parts: list[_Part]


class SendTable:
    """Rows of streams, touched by the plane's thread only.

    A row goes through its frames by an address in memory: a packet is sent from ``pointer``, which then
    moves on by ``advance``; at ``end`` the row has run out. Silence is a row that does not move.

    What is the same in all packets of a row is laid out once for all rows of a beat, and anew when a row
    comes, goes, changes its agreement or address, or begins or ends to send. The verbs here see to that;
    who writes ``destination`` calls ``changed``.
    """

    def __init__(self, capacity: int, chance: random.Random, burst: int = BURST) -> None:
        self._chance, self._burst = chance, burst
        self._quiet: dict[Codec, NDArray[np.uint8]] = {"PCMA": silence("PCMA"), "PCMU": silence("PCMU")}
        self._load = [0] * PHASES
        self._phase = np.zeros(capacity, np.uint8)
        self._groups: dict[Beat, _Group] = {}
        self._marked: set[Beat] = set()
        self._periods: Counter[int] = Counter()
        self.high = 0
        self.next_tick = np.full(capacity, _NEVER, np.int64)
        self.period = np.full(capacity, PHASES, np.int64)  # ticks from packet to packet
        self.samples = np.full(capacity, 160, np.uint64)  # a packet's, and its octets
        self.sending = np.zeros(capacity, np.bool_)
        self.playing = np.zeros(capacity, np.bool_)
        self.marker = np.zeros(capacity, np.bool_)
        self.number = np.zeros(capacity, np.int64)  # the next sequence number, never cut to 16 bits
        self._first = np.zeros(capacity, np.int64)
        self._octets = np.zeros(
            capacity, np.int64
        )  # sent in packets of another size, less what they would be
        self.timestamp = np.zeros(capacity, np.uint32)
        self.ssrc = np.zeros(capacity, np.uint32)
        self.payload_type = np.zeros(capacity, np.uint8)
        self.pointer = np.zeros(capacity, np.uint64)
        self.advance = np.zeros(capacity, np.uint64)
        self.end = np.full(capacity, _ENDLESS, np.uint64)
        self.destination = np.zeros(capacity, np.uint64)
        self.wire = np.zeros(capacity, np.int64)

    def open(self, slot: int, wire: int, tick: int) -> None:
        """Give a row to a new stream; its packets begin in a phase that has few, after ``tick``."""
        phase = self._choose_phase()
        self._load[phase] += 1
        self._phase[slot] = phase
        self.next_tick[slot] = tick + 1 + (phase - tick - 1) % PHASES
        self.wire[slot] = wire
        first = self._chance.getrandbits(16)
        self._first[slot] = first  # before the number: who counts meanwhile must not take it for packets
        self.number[slot] = first
        self._octets[slot] = 0
        self.timestamp[slot] = self._chance.getrandbits(32)
        self.ssrc[slot] = self._chance.getrandbits(32)
        self.high = max(self.high, min((slot // _STEP + 1) * _STEP, len(self.next_tick)))
        self._periods[PHASES] += 1
        self.mark(slot)
        self.changed(slot)

    def _choose_phase(self) -> int:
        """The emptiest of as many phases as there are bursts: one, two 10 ms apart, or all four."""
        bursts = sum(self._load) // self._burst + 1
        apart = PHASES if bursts == 1 else 2 if bursts == 2 else 1
        return min(range(0, PHASES, apart), key=self._load.__getitem__)

    def close(self, slot: int) -> None:
        """Free a row and clear what the next stream must not find there."""
        self.changed(slot)
        self._periods[int(self.period[slot])] -= 1
        self._load[int(self._phase[slot])] -= 1
        self.next_tick[slot] = _NEVER
        self.period[slot], self.samples[slot] = PHASES, 160
        self.sending[slot] = self.playing[slot] = False
        self.destination[slot] = 0
        self.number[slot] = self._first[slot] = 0
        self._lower()

    def _lower(self) -> None:
        """Look no further than to the last step that has a row in use."""
        while self.high:
            last = (self.high - 1) // _STEP * _STEP
            if (self.next_tick[last : self.high] != _NEVER).any():
                return
            self.high = last

    def agree(self, slot: int, agreed: Agreed, before: Codec | None, clip: Clip | None) -> None:
        """Take on codec and packet time; a clip that is playing goes on at the same place in the new law."""
        self.changed(slot)
        self._periods[int(self.period[slot])] -= 1
        self._octets[slot] += self.sent_by(slot) * (int(self.samples[slot]) - agreed.ptime_ms * 8)
        self.period[slot], self.samples[slot] = agreed.ptime_ms // TICK_MS, agreed.ptime_ms * 8
        self._periods[int(self.period[slot])] += 1
        self.payload_type[slot] = agreed.payload_type
        self.changed(slot)
        if clip is not None and before is not None:
            reached = int(self.pointer[slot]) - clip.address(before)
            self.load(slot, clip, agreed.codec, reached)
        else:
            self.rest(slot, agreed.codec)

    def load(self, slot: int, clip: Clip, codec: Codec, reached: int = 0) -> None:
        """Play a clip from an octet of it on; the caller keeps the clip alive."""
        base = clip.address(codec)
        self.pointer[slot], self.end[slot] = base + reached, base + clip.size
        self.advance[slot] = self.samples[slot]
        if not self.playing[slot]:
            self.playing[slot] = True
            self.mark(slot)  # a talkspurt begins (RFC 3551 section 4.1)

    def rest(self, slot: int, codec: Codec) -> None:
        """Fall silent: the same packet of silence from now on, where silence is sent at all."""
        self.pointer[slot], self.end[slot] = self._quiet[codec].ctypes.data, _ENDLESS
        self.advance[slot] = 0
        self.playing[slot] = False

    def sent(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many packets of each of these rows have left."""
        return self.number[rows] - self._first[rows]

    def octets(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many octets of speech they had (RFC 3550 section 6.4.1)."""
        return self.sent(rows) * self.samples[rows].astype(np.int64) + self._octets[rows]

    def sent_by(self, slot: int) -> int:
        """How many packets of a row have left; any thread may ask."""
        return max(int(self.number[slot] - self._first[slot]), 0)

    @property
    def sent_by_all(self) -> int:
        """How many packets of the open rows have left."""
        return int(np.maximum(self.number - self._first, 0).sum())

    def next_due(self) -> int:
        """The tick at which the next packets leave, far away where there is no stream."""
        groups = [group for group in self._groups.values() if group.due.size]
        if sum(group.due.size for group in groups) == sum(self._load):  # as long as nobody comes or goes
            return min((group.tick for group in groups), default=_NEVER)
        return int(self.next_tick[: self.high].min(initial=_NEVER))

    def skip(self, tick: int) -> None:
        """Time went on without ticks up to ``tick``: rows wait for their next place, their clocks do not."""
        behind = np.flatnonzero(self.next_tick[: self.high] < tick)
        if behind.size:
            self._groups.clear()
        packets = -((self.next_tick[behind] - tick) // self.period[behind])
        self.next_tick[behind] += packets * self.period[behind]
        self.timestamp[behind] += (packets.astype(np.uint64) * self.samples[behind]).astype(np.uint32)
        self.marker[behind] = True

    def let(self, slot: int, sending: bool) -> None:
        """Whether packets of a row leave; the first one after a pause is marked."""
        if sending != self.sending[slot]:
            self.sending[slot] = sending
            if sending:
                self.mark(slot)
            self.changed(slot)

    def mark(self, slot: int) -> None:
        """The next packet of a row begins a talkspurt."""
        self.marker[slot] = True
        self._marked.add(self._beat(slot))

    def changed(self, slot: int) -> None:
        """A row's packets are no longer what they were but for number, time and place in the speech."""
        self._groups.pop(self._beat(slot), None)

    def _beat(self, slot: int) -> Beat:
        period = int(self.period[slot])
        return period, int(self.next_tick[slot]) % period

    def send(self, tick: int, wires: list[Wire]) -> NDArray[np.int64]:
        """Send what is due; the rows that have run out are returned.

        The timestamp moves with time whether or not something is sent, the sequence number with packets.
        """
        beats = [(period, tick % period) for period, rows in self._periods.items() if rows]
        ended = [self._send(beat, tick, wires) for beat in beats]
        return ended[0] if len(ended) == 1 else np.concatenate([_NOBODY, *ended])

    def _send(self, beat: Beat, tick: int, wires: list[Wire]) -> NDArray[np.int64]:
        group = self._groups.get(beat)
        if group is None or group.tick != tick:
            group = self._gather(beat, tick, wires)
        group.tick += beat[0]
        due, out = group.due, group.out
        self.next_tick[due] += beat[0]
        timestamp = self.timestamp[out]
        self.timestamp[due] += group.samples
        if not out.size:
            return out
        payloads, number = self.pointer[out], self.number[out]
        reached = payloads + self.advance[out]
        self.pointer[out], self.number[out] = reached, number + 1
        marked = beat in self._marked
        if marked:
            self._write_types(group)
        for part in group.parts:
            part.sequence[:] = number[part.rows]
            part.timestamp[:] = timestamp[part.rows]
            part.round.payloads[:] = payloads[part.rows]
            part.round.send()
        if marked:
            self._marked.discard(beat)
            self.marker[out] = False
            self._write_types(group)
        return out[reached >= self.end[out]]

    def _write_types(self, group: _Group) -> None:
        for part in group.parts:
            rows = group.out[part.rows]
            part.second[:] = self.payload_type[rows] | (self.marker[rows].view(np.uint8) << 7)

    def _gather(self, beat: Beat, tick: int, wires: list[Wire]) -> _Group:
        """Lay out the rows of a beat; kept for its next tick if no other row joins them by then."""
        period, rows = beat[0], self.next_tick[: self.high]
        living = (rows >= tick) & (rows != _NEVER)
        same = np.flatnonzero(living & (self.period[: self.high] == period) & (rows % period == beat[1]))
        due = same[rows[same] == tick]
        out = due[self.sending[due]]
        through = self.wire[out]
        order = np.argsort(through, kind="stable")
        out, through = out[order], through[order]
        group = _Group(tick, due, out, self.samples[due].astype(np.uint32), [])
        bounds = [0, *(np.flatnonzero(np.diff(through)) + 1).tolist(), out.size]
        for first, end in pairwise(bounds):
            if first < end:
                group.parts.append(
                    self._lay_out(slice(first, end), out[first:end], wires[int(through[first])])
                )
        self._write_types(group)
        self._marked.add(beat)
        if due.size == same.size:
            self._groups[beat] = group
        return group

    def _lay_out(self, place: slice, rows: NDArray[np.int64], wire: Wire) -> _Part:
        laid = wire.round(self.samples[rows], self.destination[rows])
        headers = laid.headers.view(HEADER)[:, 0]
        headers["first"] = 0x80
        headers["ssrc"] = self.ssrc[rows]
        return _Part(place, laid, headers["second"], headers["sequence"], headers["timestamp"])
