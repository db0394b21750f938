"""Packets and reports come in, reports of ours go out: what both ends know of a stream (RFC 3550 section 6).

A report of ours leaves every 2.5 to 7.5 seconds a stream (section 6.2), so that a thousand are not one burst.
Jitter is reckoned as in section 6.4.1 and appendix A.8, from the moments at which the system took packets in.
"""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

from .events import Heard
from .quality import mos
from .rtcp import Name, Report, block_rows, compact, receiver_reports, sender_reports
from .rtp import HEADER
from .streams import TICK_MS, SendTable
from .wire import Wire

__all__ = ["Counted", "Reports"]

_EVERY = 5.0  # seconds, the least that section 6.2 has for a session of two
_CLOCK = 8000  # timestamp units a second
_LONGEST_TRIP = 10.0  # seconds: what seems to take longer was never true

Counted = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Of rows: packets expected, packets received, highest sequence number with its cycles."""


class Reports:
    """Rows of streams, touched by the plane's thread only."""

    def __init__(
        self, capacity: int, out: SendTable, chance: random.Random, name: Name | None = None
    ) -> None:
        self._out, self._chance, self._name = out, chance, name or Name()
        self.source = np.zeros(capacity, np.uint32)
        self._arrived = np.full(capacity, np.nan)
        self._timestamp = np.zeros(capacity, np.uint32)
        self._jitter = np.zeros(capacity)
        self._due = np.full(capacity, np.inf)
        self._port = np.zeros(capacity, np.uint64)  # of the other end, 0 where nothing is reported
        self._muxed = np.zeros(capacity, np.bool_)
        self._told_sent = np.zeros(capacity, np.int64)
        self._told_expected = np.zeros(capacity, np.int64)
        self._told_received = np.zeros(capacity, np.int64)
        self._their_time = np.zeros(capacity, np.uint32)
        self._their_time_at = np.zeros(capacity)
        self._far: dict[int, tuple[float, float, float | None]] = {}  # loss, jitter, round trip

    def open(self, slot: int) -> None:
        """Begin with a row: nothing is known, and nothing is told before there is an agreement."""
        self._arrived[slot] = np.nan
        self._due[slot] = np.inf
        self._jitter[slot] = 0.0
        self.source[slot] = self._port[slot] = self._their_time[slot] = 0
        self._told_sent[slot] = self._told_expected[slot] = self._told_received[slot] = 0
        self._far.pop(slot, None)

    close = open

    def agree(self, slot: int, port: int, muxed: bool, now: float) -> None:
        """Report to this port of the other end, muxed to where the stream itself goes; 0: not at all."""
        self._port[slot], self._muxed[slot] = port, muxed
        if not port:
            self._due[slot] = np.inf
        elif self._due[slot] == np.inf:
            self._due[slot] = now + self._chance.uniform(0.5, 1.5) * _EVERY / 2

    def heard(
        self,
        slots: NDArray[np.int64],
        sources: NDArray[np.uint32],
        timestamps: NDArray[np.uint32],
        times: NDArray[np.float64],
    ) -> None:
        """Speech packets of rows (n,) with the UTC times of their arrival, in the order they came."""
        while slots.size:
            _, first = np.unique(slots, return_index=True)  # a row's packets one after the other
            now = slots[first]
            passed = (times[first] - self._arrived[now]) * _CLOCK
            spoken = (timestamps[first] - self._timestamp[now]).astype(np.int32)
            known = ~np.isnan(passed) & (sources[first] == self.source[now])
            off = np.abs(np.where(known, passed - spoken, 0.0))
            self._jitter[now] += np.where(known, (off - self._jitter[now]) / 16, 0.0)
            self.source[now] = sources[first]
            self._arrived[now], self._timestamp[now] = times[first], timestamps[first]
            if first.size == slots.size:
                return
            rest = np.ones(slots.size, np.bool_)
            rest[first] = False
            slots, sources, timestamps, times = slots[rest], sources[rest], timestamps[rest], times[rest]

    def note(self, slot: int, report: Report, arrived: float) -> None:
        """Take in what the other end of a row says."""
        if report.sent:
            self._their_time[slot], self._their_time_at[slot] = report.sent, arrived
        ours = int(self._out.ssrc[slot])
        for block in report.blocks:
            if block.about != ours:
                continue
            trip = ((compact(arrived) - block.last - block.delay) & 0xFFFFFFFF) / 65536
            sent = max(self._out.sent_by(slot), 1)
            self._far[slot] = (
                min(max(block.lost / sent, 0.0), 1.0),
                block.jitter / _CLOCK,
                trip if block.last and trip < _LONGEST_TRIP else None,
            )

    def row_of(self, host: int, source: int) -> int:
        """The row whose other end has this host number and calls itself this; -1 if there is none."""
        found = np.flatnonzero(self.source[: self._out.high] == source)
        same = found[(self._out.destination[found] >> np.uint64(16)) == host]
        return int(same[0]) if same.size else -1

    def due(self, now: float) -> NDArray[np.int64]:
        """The rows whose report should leave now; each has its next one set."""
        rows = np.flatnonzero(self._due[: self._out.high] <= now)
        for slot in rows.tolist():
            self._due[slot] = now + self._chance.uniform(0.5, 1.5) * _EVERY
        somewhere: NDArray[np.int64] = rows[self._out.destination[rows] != 0]
        return somewhere

    def send(
        self,
        rows: NDArray[np.int64],
        counted: Counted,
        tick: int,
        utc: float,
        wires: list[Wire],
        controls: dict[int, Wire],
    ) -> None:
        """Write the reports of rows and send them, each to its port by its socket."""
        expected, received, highest = counted
        sent = self._out.sent(rows)
        sends = sent > self._told_sent[rows]
        hears = received > self._told_received[rows]
        blocks = self._blocks(rows, expected, received, highest, utc)
        self._told_sent[rows] = sent
        self._told_expected[rows], self._told_received[rows] = expected, received
        until = self._out.next_tick[rows] - tick
        spoken = self._out.timestamp[rows] - (until * TICK_MS * _CLOCK // 1000).astype(np.uint32)
        for speaking in (True, False):
            for with_block in (True, False):
                which = np.flatnonzero((sends == speaking) & (hears == with_block))
                if not which.size:
                    continue
                some, told = rows[which], blocks[which] if with_block else None
                ssrc = self._out.ssrc[some]
                if speaking:
                    octets = self._out.octets(some)
                    written = sender_reports(ssrc, utc, spoken[which], sent[which], octets, told, self._name)
                else:
                    written = receiver_reports(ssrc, told, self._name)
                self._transmit(some, written, wires, controls)

    def told(self, slot: int, lost: int, received: int) -> Heard:
        """What is known of a row in the end, of both directions."""
        near = lost / (received + lost) if received else None
        far = self._far.get(slot)
        trip = far[2] if far else None
        one_way = (trip or 0.0) / 2
        return Heard(
            jitter=float(self._jitter[slot]) / _CLOCK,
            mos=None if near is None else mos(near, one_way),
            far_loss=far[0] if far else None,
            far_jitter=far[1] if far else None,
            far_mos=mos(far[0], one_way) if far else None,
            round_trip=trip,
        )

    def _blocks(
        self,
        rows: NDArray[np.int64],
        expected: NDArray[np.int64],
        received: NDArray[np.int64],
        highest: NDArray[np.int64],
        utc: float,
    ) -> NDArray[np.void]:
        wanted = expected - self._told_expected[rows]
        missing = np.maximum(wanted - (received - self._told_received[rows]), 0)
        fraction = np.where(wanted > 0, missing * 256 // np.maximum(wanted, 1), 0)
        last = self._their_time[rows]
        since = np.where(last > 0, utc - self._their_time_at[rows], 0.0)
        jitter = self._jitter[rows]
        return block_rows(self.source[rows], fraction, expected - received, highest, jitter, last, since)

    def _transmit(
        self,
        rows: NDArray[np.int64],
        written: NDArray[np.uint8],
        wires: list[Wire],
        controls: dict[int, Wire],
    ) -> None:
        size = written.shape[1]
        heads = np.ascontiguousarray(written[:, :12]).view(HEADER)[:, 0]
        rests = (written.ctypes.data + 12 + np.arange(len(rows)) * size).astype(np.uint64)
        lengths = np.full(len(rows), size - 12, np.uint64)
        reached = self._out.destination[rows]
        muxed = self._muxed[rows]
        towards = np.where(muxed, reached, (reached & ~np.uint64(0xFFFF)) | self._port[rows])
        through = self._out.wire[rows]
        for index in np.unique(through).tolist():
            for shared in (True, False):
                some = np.flatnonzero((through == index) & (muxed == shared))
                wire = wires[index] if shared else controls.get(index)
                if some.size and wire is not None:
                    wire.send(heads[some], rests[some], lengths[some], towards[some])
