"""Batches of datagrams come in, key presses and who is still alive go out: the plane's receiving half."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrivals import Arrivals
from .events import SAME_PRESS
from .g711 import Codec
from .hosts import Hosts
from .in_band import InBand
from .reports import Reports
from .rtcp import read
from .rtp import parse, read_headers
from .sources import Sources
from .telephone_event import EventReceiver
from .thinning import Thinning
from .wire import Received, Wire

__all__ = ["LINGER", "Listener"]

_WIRE = 48  # bits of a source address, below the socket's number in a key
_PORT = 0xFFFF  # the port within a key
_HOST = 0xFFFFFFFF
LINGER = 2.0  # seconds in which packets of a closed call are still expected, and not taken for a new one's


@dataclass(slots=True)
class _Peer:
    """Who one stream listens to: keys hold the socket's number; 0 is nobody."""

    wire: int
    agreed: int = 0
    heard: int = 0
    signalling: int = 0
    ears: EventReceiver | None = None  # from the first key on
    told: list[tuple[str, float]] | None = None  # keys by SIP INFO, and when; None before the first

    @property
    def hosts(self) -> set[int]:
        """Where packets may come from: the agreed host and that of the signalling, on this socket."""
        return {self.wire << 32 | host for host in (self.agreed >> 16 & _HOST, self.signalling) if host}


class Listener:
    """Rows of streams, touched by the plane's thread only.

    Symmetric RTP: packets are believed from the agreed address, or from the first other port of the agreed
    or the signalling host if nothing had come yet and only one stream can be meant, by its host or else by
    its port. The agreed address wins again as soon as it speaks. All others are strangers: counted, dropped.
    Where speech is thinned out that is true of the packets that come.
    """

    def __init__(
        self,
        capacity: int,
        destination: NDArray[np.uint64],
        reports: Reports,
        thins_out: bool = False,
        silent_after: float | None = None,
        symmetric: bool = True,
    ) -> None:
        """``destination`` is the sending half's array; latching writes the real source into it.

        ``thins_out`` where the system may drop most of the speech that nobody listens to; without
        ``symmetric`` nothing is latched on.
        """
        self._destination, self._reports = destination, reports
        self._sources = Sources(2 * capacity)
        self._peers: dict[int, _Peer] = {}
        self._hosts = Hosts()
        self._claims: dict[int, int] = {}  # agreed addresses that another row of the socket has not left yet
        self._closed: OrderedDict[int, float] = OrderedDict()
        self._grave = capacity  # one row behind the others takes the packets of calls just closed
        rows = capacity + 1
        self.event_type = np.full(rows, -1, np.int64)
        self.last_heard = np.full(rows, np.inf)
        self.watched = np.zeros(rows, np.bool_)
        self.arrivals = Arrivals(rows)
        self._symmetric = symmetric
        self._thins_out, self._thinning = thins_out, Thinning(rows, self.arrivals, silent_after)
        self._settled = np.zeros(rows, np.bool_)
        self.counts: Counter[str] = Counter()
        self.moved: list[int] = []  # rows whose destination was written, until somebody clears it
        self._in_band = InBand(rows)

    def open(self, slot: int, wire: int, now: float) -> None:
        """Begin with a row, believing nobody yet."""
        self._peers[slot] = _Peer(wire)
        self._thinning.open(slot, wire)
        self.last_heard[slot] = now

    def close(self, slot: int, now: float) -> None:
        """Free a row; what still comes from its peer is expected for two seconds."""
        peer = self._peers.pop(slot)
        self._forget(slot, peer, now)
        self.event_type[slot], self.last_heard[slot] = -1, np.inf
        self.watched[slot] = self._settled[slot] = False
        self.arrivals.clear(slot)
        self._thinning.close(slot)
        self._in_band.expect(slot, None)

    def expect(self, slot: int, remote: int, signalling: int, event_type: int | None, now: float) -> None:
        """Believe ``remote`` (an address key, 0 for nobody) and hosts 32 bits wide; now counts as heard."""
        peer = self._peers[slot]
        self._thinning.moved()
        self.event_type[slot] = -1 if event_type is None else event_type
        self.last_heard[slot] = now
        key = peer.wire << _WIRE | remote if remote else 0
        if key == peer.agreed:
            return
        self._forget(slot, peer, now)
        peer.agreed = key
        self._settled[slot], self._thinning.latched_at[slot] = False, np.inf
        if not key:
            return
        if self._sources.get(key) in (-1, self._grave):
            self._sources.put(key, slot)
        else:
            self._claims[key] = slot
        peer.signalling = signalling if self._symmetric else 0
        for host in peer.hosts:
            self._hosts.add(host, slot)

    def listen(self, slot: int, codec: Codec, payload_type: int) -> None:
        """Hear keys in the speech of this codec, on a row whose caller has no telephone-event."""
        deaf = bool(self.event_type[slot] >= 0) or self._peers[slot].told is not None
        self._in_band.expect(slot, None if deaf else codec, payload_type)
        self._thinning.speech_type[slot] = payload_type
        self._thinning.moved()
        self.arrivals.sample(slot, deaf and self._thins_out)

    def thin_out(self, wires: Sequence[Wire], high: int, now: float) -> None:
        """Let the system drop speech that nobody listens to."""
        if self._thins_out:
            heard, watched, events = self.last_heard[:high], self.watched[:high], self.event_type[:high]
            self._thinning.apply(wires, now, heard, watched, events, self._speaks_from)

    def is_thinned_out(self, wire: int) -> bool:
        """Whether speech on a socket is dropped unread."""
        return self._thinning.thins_out(wire)

    def _speaks_from(self, slot: int) -> tuple[set[int], set[int]]:
        """The hosts that are this row's alone on its socket, and the ports it has at others."""
        peer = self._peers[slot]
        keys = {peer.agreed, peer.heard} - {0}
        if not self._settled[slot]:
            keys |= {host << 16 | peer.agreed & _PORT for host in peer.hosts}
        alone = {key for key in keys if self._hosts.count(key >> 16) <= 1}
        return {key >> 16 & 0xFFFFFFFF for key in alone}, {key & _PORT for key in keys - alone}

    def in_band(self, slot: int) -> bool:
        """Whether keys of a row are heard by their tones."""
        return bool(self.event_type[slot] < 0)

    def expect_again(self, slot: int, digit: str, now: float) -> None:
        """A key has come by SIP INFO: its tones are the same press, and so may an event be."""
        peer = self._peers[slot]
        peer.told = [told for told in peer.told or () if now - told[1] <= SAME_PRESS] + [(digit, now)]
        self._in_band.expect(slot, None)
        self._thinning.moved()
        self.arrivals.sample(slot, self._thins_out)

    def was_told(self, slot: int, digit: str, now: float) -> bool:
        """Whether this key had come by SIP INFO a moment ago; of one telling this is true once."""
        told = self._peers[slot].told or []
        for one in told:
            if one[0] == digit and now - one[1] <= SAME_PRESS:
                told.remove(one)
                return True
        return False

    def address(self, slot: int) -> int:
        """Where packets for a row go: the source it latched on, else the agreed address."""
        peer = self._peers[slot]
        return (peer.heard or peer.agreed) & (1 << _WIRE) - 1

    def silent(self, high: int, before: float) -> list[int]:
        """The watched rows that have not been heard since ``before``, each told once."""
        rows = np.flatnonzero(self.watched[:high] & (self.last_heard[:high] < before))
        self.watched[rows] = False
        return rows.tolist()

    def bury(self, now: float) -> None:
        """Forget peers of calls closed long enough ago."""
        while self._closed:
            key, until = next(iter(self._closed.items()))
            if until > now:
                return
            del self._closed[key]
            if self._sources.get(key) == self._grave:
                self._sources.remove(key)

    def take(self, wire: int, batch: Received, now: float) -> Iterator[tuple[int, str]]:
        """Read a batch; the keys pressed in it, with their row, in the order they came."""
        headers = read_headers(batch.data, batch.lengths)
        keys = batch.sources | np.uint64(wire << _WIRE)
        slots = self._sources.find(keys)
        self.counts["malformed"] += int(np.count_nonzero(~(headers.valid | headers.control)))
        if headers.control.any():
            self._note_control(np.flatnonzero(headers.control), slots, batch, now)
        unknown = headers.valid & (slots < 0)
        if unknown.any():
            self._meet(keys, slots, np.flatnonzero(unknown))
        rows = np.flatnonzero(headers.valid & (slots >= 0))
        if not rows.size:
            return
        slots = slots[rows]
        self._account(slots, headers.sequence[rows], now)
        self._confirm(slots, keys[rows])
        self._time(rows, slots, headers.payload_type[rows], batch)
        for place in np.flatnonzero(headers.payload_type[rows] == self.event_type[slots]):
            row, slot = rows[place], int(slots[place])
            packet = parse(batch.data[row, : batch.lengths[row]].tobytes())
            if packet is None:
                self.counts["malformed"] += 1
                continue
            peer = self._peers[slot]
            peer.ears = peer.ears or EventReceiver()
            digit = peer.ears.receive(packet.timestamp, packet.payload, packet.ssrc)
            if digit is not None:
                yield slot, digit
        if self._in_band.listening:
            tones = np.flatnonzero(self._in_band.expects(slots))
            if tones.size:
                rows = rows[tones]
                lengths = batch.lengths[rows]
                octets = batch.data[:, : lengths.max()][rows]
                yield from self._in_band.take(slots[tones], octets, lengths, headers.sequence[rows])

    def take_control(self, batch: Received, now: float) -> None:
        """Read a batch from a socket that has RTCP alone: who reports is known by host and source."""
        slots = np.full(len(batch.lengths), -1, np.int64)
        control = np.flatnonzero(read_headers(batch.data, batch.lengths).control)
        named = batch.data[control, 4:8].copy().view(">u4")[:, 0].tolist()
        hosts = (batch.sources[control] >> np.uint64(16)).tolist()
        slots[control] = [self._reports.row_of(*who) for who in zip(hosts, named, strict=True)]
        self._note_control(control, slots, batch, now)

    def _note_control(
        self, control: NDArray[np.int64], slots: NDArray[np.int64], batch: Received, now: float
    ) -> None:
        """What the other ends report; a caller whose phone sends no silence is alive by it."""
        self.counts["rtcp"] += control.size
        for row in control.tolist():
            slot = int(slots[row])
            if slot < 0 or slot == self._grave:
                continue
            report = read(batch.data[row, : batch.lengths[row]].tobytes())
            if report is None:
                continue
            self.last_heard[slot] = now
            self._reports.note(slot, report, float(batch.times[row]))

    def _time(
        self,
        rows: NDArray[np.int64],
        slots: NDArray[np.int64],
        payload_type: NDArray[np.uint8],
        batch: Received,
    ) -> None:
        """Tell when speech came in: a key's packets all carry the timestamp of its beginning."""
        speech = np.flatnonzero((payload_type != self.event_type[slots]) & (slots != self._grave))
        numbers = batch.data[rows[speech], 4:12].copy().view(">u4").astype(np.uint32)
        self._reports.heard(slots[speech], numbers[:, 1], numbers[:, 0], batch.times[rows[speech]])

    def _account(self, slots: NDArray[np.int64], sequence: NDArray[np.int64], now: float) -> None:
        self.last_heard[slots] = now
        fresh = slots[~self._settled[slots]]
        if fresh.size:
            self._settled[fresh], self._thinning.latched_at[fresh] = True, now
            self._thinning.moved()
        self.arrivals.take(slots, sequence)

    def _confirm(self, slots: NDArray[np.int64], keys: NDArray[np.uint64]) -> None:
        """Send to where packets come from; only rows for which that changes are looked at one by one."""
        mask = np.uint64((1 << _WIRE) - 1)
        living = slots != self._grave
        moved = np.flatnonzero(living & (self._destination[np.where(living, slots, 0)] != keys & mask))
        for slot, key in zip(slots[moved].tolist(), keys[moved].tolist(), strict=True):
            peer = self._peers[slot]
            if key == peer.agreed and peer.heard not in (0, key):
                self._drop(slot, peer.heard)
            peer.heard = key
            self._thinning.moved()
            self._destination[slot] = key & int(mask)
            self.moved.append(slot)

    def _meet(self, keys: NDArray[np.uint64], slots: NDArray[np.int64], unknown: NDArray[np.int64]) -> None:
        """Latch a source nobody is known at, where exactly one silent stream waits for its host.

        Of several, the one that was promised this very port: a phone with two addresses names the one and
        sends from the other, but keeps the port.
        """
        if not self._symmetric:
            self.counts["strangers"] += unknown.size
            return
        sources, first, packets = np.unique(keys[unknown], return_index=True, return_counts=True)
        waiting: dict[int, dict[int, list[int]]] = {}
        met: set[int] = set()
        for place in np.argsort(first).tolist():  # as they came
            key, count = int(sources[place]), int(packets[place])
            host = key >> 16
            if host not in waiting:
                waiting[host] = self._waiting(host)
            promised = waiting[host]
            meant = promised.get(key & _PORT, []) if len(promised) > 1 else next(iter(promised.values()), [])
            if len(meant) != 1 or meant[0] in met:  # of two in one batch the second comes too late
                self.counts["strangers"] += count
                continue
            met.add(meant[0])
            self._sources.put(key, meant[0])
            slots[unknown[keys[unknown] == key]] = meant[0]

    def _waiting(self, host: int) -> dict[int, list[int]]:
        """The rows of a host that nothing has come for yet, by the port that was agreed."""
        waiting: dict[int, list[int]] = {}
        for slot in self._hosts.rows(host):
            if not self._settled[slot]:
                waiting.setdefault(self._peers[slot].agreed & _PORT, []).append(slot)
        return waiting

    def _forget(self, slot: int, peer: _Peer, now: float) -> None:
        if self._claims.get(peer.agreed) == slot:
            del self._claims[peer.agreed]
        for key in {peer.agreed, peer.heard} - {0}:
            if self._sources.get(key) == slot and not self._passed_on(key):
                self._sources.put(key, self._grave)
                self._closed.pop(key, None)
                self._closed[key] = now + LINGER
        for host in peer.hosts:
            self._hosts.discard(host, slot)
        peer.agreed = peer.heard = peer.signalling = 0

    def _drop(self, slot: int, key: int) -> None:
        if self._sources.get(key) == slot and not self._passed_on(key):
            self._sources.remove(key)

    def _passed_on(self, key: int) -> bool:
        """An address that is left belongs to the row that has agreed on it since."""
        heir = self._claims.pop(key, None)
        if heir is not None:
            self._sources.put(key, heir)
        return heir is not None
