"""Ticks come in, RTP packets go out: the state of every stream we send, one array a field, one row a call."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

from .clip import Clip, silence
from .g711 import Codec
from .rtp import HEADER
from .sdp import Agreed
from .wire import Wire

__all__ = ["PHASES", "TICK_MS", "SendTable"]

TICK_MS = 5
PHASES = 4
"""Streams leave in four groups over the 20 ms, so that a thousand packets are not one burst."""

_NEVER = -1
_ENDLESS = np.iinfo(np.uint64).max


class SendTable:
    """Rows of streams, touched by the plane's thread only.

    A row goes through its frames by an address in memory: a packet is sent from ``pointer``, which then
    moves on by ``advance``; at ``end`` the row has run out. Silence is a row that does not move.
    """

    def __init__(self, capacity: int, chance: random.Random) -> None:
        self._chance = chance
        self._quiet: dict[Codec, NDArray[np.uint8]] = {"PCMA": silence("PCMA"), "PCMU": silence("PCMU")}
        self._load = [0] * PHASES
        self._phase = np.zeros(capacity, np.uint8)
        self.high = 0
        self.next_tick = np.full(capacity, _NEVER, np.int64)
        self.period = np.full(capacity, PHASES, np.int64)  # ticks from packet to packet
        self.samples = np.full(capacity, 160, np.uint64)  # a packet's, and its octets
        self.sending = np.zeros(capacity, np.bool_)
        self.playing = np.zeros(capacity, np.bool_)
        self.marker = np.zeros(capacity, np.bool_)
        self.sequence = np.zeros(capacity, np.uint16)
        self.timestamp = np.zeros(capacity, np.uint32)
        self.ssrc = np.zeros(capacity, np.uint32)
        self.payload_type = np.zeros(capacity, np.uint8)
        self.pointer = np.zeros(capacity, np.uint64)
        self.advance = np.zeros(capacity, np.uint64)
        self.end = np.full(capacity, _ENDLESS, np.uint64)
        self.destination = np.zeros(capacity, np.uint64)
        self.wire = np.zeros(capacity, np.int64)
        self.sent = np.zeros(capacity, np.int64)

    def open(self, slot: int, wire: int, tick: int) -> None:
        """Give a row to a new stream; its packets begin in the phase that has the fewest, after ``tick``."""
        phase = self._load.index(min(self._load))
        self._load[phase] += 1
        self._phase[slot] = phase
        self.next_tick[slot] = tick + 1 + (phase - tick - 1) % PHASES
        self.wire[slot] = wire
        self.sequence[slot] = self._chance.getrandbits(16)
        self.timestamp[slot] = self._chance.getrandbits(32)
        self.ssrc[slot] = self._chance.getrandbits(32)
        self.marker[slot] = True
        self.high = max(self.high, slot + 1)

    def close(self, slot: int) -> None:
        """Free a row and clear what the next stream must not find there."""
        self._load[int(self._phase[slot])] -= 1
        self.next_tick[slot] = _NEVER
        self.period[slot], self.samples[slot] = PHASES, 160
        self.sending[slot] = self.playing[slot] = False
        self.destination[slot] = self.sent[slot] = 0
        while self.high and self.next_tick[self.high - 1] == _NEVER:
            self.high -= 1

    def agree(self, slot: int, agreed: Agreed, before: Codec | None, clip: Clip | None) -> None:
        """Take on codec and packet time; a clip that is playing goes on at the same place in the new law."""
        self.period[slot], self.samples[slot] = agreed.ptime_ms // TICK_MS, agreed.ptime_ms * 8
        self.payload_type[slot] = agreed.payload_type
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
            self.playing[slot] = self.marker[slot] = True  # a talkspurt begins (RFC 3551 section 4.1)

    def rest(self, slot: int, codec: Codec) -> None:
        """Fall silent: the same packet of silence from now on, where silence is sent at all."""
        self.pointer[slot], self.end[slot] = self._quiet[codec].ctypes.data, _ENDLESS
        self.advance[slot] = 0
        self.playing[slot] = False

    def skip(self, tick: int) -> None:
        """Time went on without ticks up to ``tick``: rows wait for their next place, their clocks do not."""
        behind = np.flatnonzero(
            (self.next_tick[: self.high] < tick) & (self.next_tick[: self.high] != _NEVER)
        )
        packets = -((self.next_tick[behind] - tick) // self.period[behind])
        self.next_tick[behind] += packets * self.period[behind]
        self.timestamp[behind] += (packets.astype(np.uint64) * self.samples[behind]).astype(np.uint32)
        self.marker[behind] = True

    def send(self, tick: int, wires: list[Wire]) -> NDArray[np.int64]:
        """Send what is due; the rows that have run out are returned.

        The timestamp moves with time whether or not something is sent, the sequence number with packets.
        """
        due = np.flatnonzero(self.next_tick[: self.high] == tick)
        self.next_tick[due] += self.period[due]
        out = due[self.sending[due]]
        ended = out
        if out.size:
            headers = self._headers(out)
            payloads = self.pointer[out]
            reached = payloads + self.advance[out]
            self.pointer[out] = reached
            self._transmit(out, headers, payloads, wires)
            self.sequence[out] += np.uint16(1)
            self.sent[out] += 1
            self.marker[out] = False
            ended = out[reached >= self.end[out]]
        self.timestamp[due] += self.samples[due].astype(np.uint32)
        return ended

    def _headers(self, out: NDArray[np.int64]) -> NDArray[np.void]:
        headers = np.empty(out.size, HEADER)
        headers["first"] = 0x80
        headers["second"] = self.payload_type[out] | (self.marker[out].view(np.uint8) << 7)
        headers["sequence"] = self.sequence[out]
        headers["timestamp"] = self.timestamp[out]
        headers["ssrc"] = self.ssrc[out]
        return headers

    def _transmit(
        self,
        out: NDArray[np.int64],
        headers: NDArray[np.void],
        payloads: NDArray[np.uint64],
        wires: list[Wire],
    ) -> None:
        lengths, destinations, through = self.samples[out], self.destination[out], self.wire[out]
        if (through == through[0]).all():
            wires[int(through[0])].send(headers, payloads, lengths, destinations)
            return
        order = np.argsort(through, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(through[order])) + 1):
            wire = wires[int(through[rows[0]])]
            wire.send(headers[rows], payloads[rows], lengths[rows], destinations[rows])
