"""Clips and agreements come in, RTP goes out and keys come back, for all calls in one tick.

Two threads meet here. Verbs (``open``, ``play``, ...) belong to the thread that runs the calls and only
append to a queue; ``tick`` belongs to the thread of the metronome, which owns all the arrays.

       call thread                 every 5 to 20 ms, plane thread
    open play stop close --> deque --> obey - listen - send - watch --> tell(event)
                                       and says which tick it wants next
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .addresses import Family
from .clip import Clip
from .events import DigitPressed, PlaneEvent, Silent, Statistics, Stream
from .listening import LINGER, Listener
from .playback import Play, Playback
from .ports import NoPortFree, Placement, PortPool
from .reach import Reach, Reaches
from .reports import Reports
from .sdp import Agreed
from .streams import BURST, PHASES, SendTable
from .wire import Ipv6, Received, Wire

__all__ = ["Plane"]

_AT_ONCE = 2048  # datagrams read from one socket in a tick; a flood must not keep packets from being sent
_COMMANDS = 64  # obeyed in a tick: a thousand calls that come at once must not hold up the others' packets
_REPORTS_AT_ONCE = 256  # of those read from one socket that has RTCP alone: each is looked at by itself
_WATCH = 0.5  # seconds between looks for callers who fell silent
_THINNING = 0.1  # seconds between looks at what the system may drop unread
_REPORT, _REPORT_FEW = 0.1, 0.5  # seconds between looks at reports; to write fifty costs little more than one
_FEW = 500  # streams
_FORGET = 2 * LINGER  # seconds until nothing on the way to or from an address left behind can be meant


@dataclass(slots=True)
class _Held:
    """What one stream holds: its socket, and the addresses it began with and has now."""

    placement: Placement
    first: Reach
    now: Reach


class Plane:
    """The media of all calls of one thread."""

    def __init__(
        self,
        open_wire: Callable[[int], Wire] | None,
        ports: Iterable[int],
        tell: Callable[[PlaneEvent], None],
        capacity: int = 8192,
        silent_after: float | None = 30.0,
        chance: random.Random | None = None,
        ipv6: Ipv6 | None = None,
        utc: Callable[[], float] = time.time,
        burst: int = BURST,
        thins_out: bool = False,
        symmetric: bool = True,
    ) -> None:
        """Take ports from ``ports`` as needed; ``tell`` is called in the plane's thread and must be quick.

        ``open_wire`` opens IPv4 sockets and ``ipv6`` the others, None where there shall be none of a family.
        ``capacity`` streams at once; ``silent_after`` seconds without a packet give ``Silent``, None never;
        ``utc`` gives the time of day in seconds, for reports; over ``burst`` streams leave in several groups.
        With ``thins_out`` the system drops speech that nobody listens to, but for one packet in 64;
        without ``symmetric`` RTP callers are believed at the very address that was agreed alone.
        """
        wires: dict[Family, Callable[[int], Wire]] = {} if open_wire is None else {4: open_wire}
        if ipv6 is not None:
            wires[6] = ipv6.open_wire
        self._pool = PortPool(wires, ports)
        self._reaches = Reaches(open_wire is not None, ipv6)
        self._tell = tell
        self._silent_after = silent_after
        self._commands: deque[tuple[Callable[..., None], tuple[object, ...]]] = deque()
        self._free = list(range(capacity - 1, -1, -1))
        self._held: dict[Stream, _Held] = {}
        self._left: deque[tuple[float, Reach]] = deque()
        self._out = SendTable(capacity, chance or random.SystemRandom(), burst)
        self._reports = Reports(capacity + 1, self._out, chance or random.Random())
        self._in = Listener(
            capacity, self._out.destination, self._reports, thins_out, silent_after, symmetric
        )
        self._playback = Playback(self._out, tell)
        self._wires: list[Wire] = []
        self._read_at: list[int] = []  # of each wire the tick
        self._controls: dict[int, Wire] = {}
        self._utc = utc
        self._wanted = 0
        self._next_watch = self._next_thinning = self._next_report = 0.0

    # Verbs: the call thread

    def open(
        self, agreed: Agreed | None = None, signalling_ip: str | None = None, silence: bool = True
    ) -> Stream:
        """Begin a stream; with ``agreed`` it sends at once, without it waits for ``redirect``.

        ``signalling_ip`` is where the SIP came from, an address or None. With ``silence`` frames of silence
        are sent while nothing is said. NoPortFree when ports or rows have run out.
        """
        reach = self._reaches.reach(agreed.remote if agreed else None, signalling_ip)
        try:
            stream = self._place(reach, silence)
        except NoPortFree:
            self._reaches.forget(reach)
            raise
        self._commands.append((self._begin, (stream,)))
        if agreed is not None:
            self._open_control(stream, agreed)
            self._commands.append((self._agree, (stream, agreed, reach)))
        return stream

    def _place(self, reach: Reach, silence: bool) -> Stream:
        if not self._free:
            raise NoPortFree("every stream of the media plane is in use")
        placement = self._pool.place(reach)
        wire = self._pool.wires[placement.index]
        stream = Stream(self._free.pop(), wire.port, placement.index, wire, silence, reach.family)
        self._held[stream] = _Held(placement, reach, reach)
        return stream

    def redirect(self, stream: Stream, agreed: Agreed, signalling_ip: str | None = None) -> None:
        """Take on a new agreement: the answer to our offer, hold, resume, another address or codec.

        While we may not send, speech stands still and goes on after the hold. The port stays, and so does
        the address family: ValueError for an address of another.
        """
        held = self._held.get(stream)
        if held is None:
            return
        self._open_control(stream, agreed)
        reach = self._reaches.reach(agreed.remote, signalling_ip, stream.family)
        if reach == held.now:
            self._reaches.forget(reach)
            self._commands.append((self._agree, (stream, agreed, held.now)))
            return
        before, held.now = held.now, reach
        held.placement = self._pool.move(held.placement, reach)
        self._commands.append((self._agree, (stream, agreed, reach)))
        if before is not held.first:
            self._commands.append((self._leave, (before,)))

    def _open_control(self, stream: Stream, agreed: Agreed) -> None:
        """RTCP that does not share the stream's port comes to the next one (RFC 3550 section 11)."""
        if agreed.control not in (0, agreed.remote[1]):
            opened = self._pool.control(stream.wire_index)
            if opened is not None:
                self._commands.append((self._hear_control, (stream.wire_index, opened)))

    def play(
        self, stream: Stream, clips: Sequence[Clip], mark: object = None, interruptible: bool = True
    ) -> None:
        """Say clips one after another, after whatever is still being said, without a gap.

        Ends in ``Played`` or ``Stopped`` with the mark; a key stops it where ``interruptible``.
        """
        if stream in self._held:
            self._commands.append((self._queue, (stream, Play(tuple(clips), mark, interruptible))))

    def stop(self, stream: Stream) -> None:
        """Fall silent now and forget what is queued."""
        if stream in self._held:
            self._commands.append((self._silence, (stream,)))

    def told_by_info(self, stream: Stream, digit: str) -> None:
        """A key of this stream has come by SIP INFO: its tones are not listened for any more.

        The same key by telephone-event within ``SAME_PRESS`` seconds is told as known, and stops nothing.
        """
        if stream in self._held:
            self._commands.append((self._expect_again, (stream, digit)))

    def close(self, stream: Stream) -> Statistics:
        """End a stream; nothing is told of it any more once a tick has obeyed. Harmless twice."""
        held = self._held.pop(stream, None)
        if held is None:
            return Statistics(0, 0, 0)
        numbers = self._count(stream)
        self._pool.release(held.placement)
        self._commands.append((self._end, (stream,)))
        for reach in [held.first] if held.now is held.first else [held.first, held.now]:
            self._commands.append((self._leave, (reach,)))
        return numbers

    def statistics(self, stream: Stream) -> Statistics:
        """Packets so far; zeros after ``close``."""
        return self._count(stream) if stream in self._held else Statistics(0, 0, 0)

    def idle_seconds(self, stream: Stream, now: float) -> float:
        """Seconds since the caller was last heard, by the clock of the ticks."""
        return max(now - float(self._in.last_heard[stream.slot]), 0.0) if stream in self._held else 0.0

    @property
    def families(self) -> tuple[Family, ...]:
        """The kinds of address that streams may be opened to."""
        return self._reaches.families

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._held)

    @property
    def waiting(self) -> int:
        """How many verbs are still to be obeyed; a crowd that comes at once is let in over several ticks."""
        return len(self._commands)

    @property
    def counts(self) -> dict[str, int]:
        """Packets dropped so far: ``strangers``, ``malformed`` and ``rtcp``."""
        return {name: self._in.counts[name] for name in ("strangers", "malformed", "rtcp")}

    @property
    def packets(self) -> tuple[int, int]:
        """RTP packets of the streams that are open: how many were sent, how many reached us."""
        return self._out.sent_by_all, int(self._in.arrivals.came.sum())

    def shutdown(self) -> None:
        """Close the sockets; only after the ticks have ended."""
        self._held.clear()
        self._pool.close()
        self._wires.clear()

    # One tick: the plane's thread

    def tick(self, number: int, now: float) -> int:
        """Do what is due: ``number`` counts 5 ms and may jump, ``now`` is monotonic, in seconds.

        The number of the next tick that has work is returned: at the latest 20 ms on. No packet of a stream
        leaves before what had come from its caller until then was heard, on thinned out sockets 20 ms before.
        """
        if number > self._wanted:
            self._out.skip(number)
        waiting = len(self._commands)
        for _ in range(min(waiting, _COMMANDS)):
            verb, given = self._commands.popleft()
            verb(*given, number, now)
        self._listen(number, now)
        for slot in self._in.moved:
            self._out.changed(slot)
        self._in.moved.clear()
        for slot in self._out.send(number, self._wires).tolist():
            self._playback.go_on(slot)
        if now >= self._next_watch:
            self._next_watch = now + _WATCH
            self._watch(now)
        if now >= self._next_report:
            self._next_report = now + (_REPORT if len(self._held) > _FEW else _REPORT_FEW)
            self._report(number, now)
        if now >= self._next_thinning:
            self._next_thinning = now + _THINNING
            self._in.thin_out(self._wires, self._out.high, now)
        # Last, so that a tick which failed half-way counts as one that was left out.
        next_look = number + (1 if waiting > _COMMANDS else PHASES - number % PHASES)
        self._wanted = min(self._out.next_due(), next_look)
        return self._wanted

    def _listen(self, number: int, now: float) -> None:
        """Read what has come; where next to nothing does, once in 20 ms, which is still within a frame."""
        for index, wire in enumerate(self._wires):
            if self._in.is_thinned_out(index) and number < self._read_at[index] + PHASES:
                continue
            self._read_at[index] = number
            for batch in _waiting(wire):
                for slot, digit in self._in.take(index, batch, now):
                    known = self._in.was_told(slot, digit, now)
                    stopped = [] if known else self._playback.interrupt(slot)
                    in_band = self._in.in_band(slot)
                    self._tell(DigitPressed(self._playback.stream(slot), digit, now, in_band, known))
                    for event in stopped:
                        self._tell(event)

    def _watch(self, now: float) -> None:
        self._in.bury(now)
        while self._left and self._left[0][0] <= now:
            self._reaches.forget(self._left.popleft()[1])
        if self._silent_after is not None:
            for slot in self._in.silent(self._out.high, now - self._silent_after):
                self._tell(Silent(self._playback.stream(slot)))

    def _report(self, number: int, now: float) -> None:
        """Read the reports that have a socket of their own, and send ours that are due."""
        for wire in self._controls.values():
            for batch in _waiting(wire, _REPORTS_AT_ONCE):
                self._in.take_control(batch, now)
        rows = self._reports.due(now)
        if rows.size:
            self._reports.send(
                rows, self._in.arrivals.counted(rows), number, self._utc(), self._wires, self._controls
            )

    # Commands: appended by a verb, carried out at the next tick

    def _begin(self, stream: Stream, number: int, now: float) -> None:
        while len(self._wires) <= stream.wire_index:
            self._wires.append(stream.wire)
            self._read_at.append(number - PHASES)
        self._out.open(stream.slot, stream.wire_index, number - 1)
        self._in.open(stream.slot, stream.wire_index, now)
        self._reports.open(stream.slot)
        self._playback.open(stream)

    def _agree(self, stream: Stream, agreed: Agreed, reach: Reach, number: int, now: float) -> None:
        slot = stream.slot
        self._in.expect(slot, reach.remote if reach.host else 0, reach.signalling, agreed.event_type, now)
        self._in.listen(slot, agreed.codec, agreed.payload_type)
        self._in.watched[slot] = agreed.send and agreed.receive
        self._out.destination[slot] = self._in.address(slot)
        self._out.changed(slot)
        self._reports.agree(slot, agreed.control, agreed.control == agreed.remote[1], now)
        self._playback.agree(slot, agreed)

    def _leave(self, reach: Reach, number: int, now: float) -> None:
        self._left.append((now + _FORGET, reach))

    def _hear_control(self, index: int, wire: Wire, number: int, now: float) -> None:
        self._controls[index] = wire

    def _queue(self, stream: Stream, play: Play, number: int, now: float) -> None:
        self._playback.queue(stream.slot, play)

    def _silence(self, stream: Stream, number: int, now: float) -> None:
        self._playback.stop(stream.slot)

    def _expect_again(self, stream: Stream, digit: str, number: int, now: float) -> None:
        self._in.expect_again(stream.slot, digit, now)

    def _end(self, stream: Stream, number: int, now: float) -> None:
        self._playback.close(stream.slot)
        self._in.close(stream.slot, now)
        self._reports.close(stream.slot)
        self._out.close(stream.slot)
        self._free.append(stream.slot)

    def _count(self, stream: Stream) -> Statistics:
        slot = stream.slot
        arrivals = self._in.arrivals
        received, lost = arrivals.told(slot)
        heard = self._reports.told(slot, lost, received if arrivals.known(slot) else 0)
        return Statistics(self._out.sent_by(slot), received, lost, heard, bool(arrivals.step[slot] > 1))


def _waiting(wire: Wire, left: int = _AT_ONCE) -> Iterator[Received]:
    """What has come to a socket, as much of it as a tick has time for."""
    while left > 0 and (batch := wire.receive()) is not None:
        yield batch
        left = left - len(batch.lengths) if batch.more else 0
