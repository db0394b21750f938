"""The timers of RFC 3261, under their letters, and the alarms that ring for them. Times are seconds."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import NamedTuple, Protocol

__all__ = ["Alarm", "Alarms", "Owner", "Queue", "Timer", "Timers", "Waiter"]

_FEW = 1000  # alarms not worth a look for those that were taken back


class Timer(Enum):
    """RFC 3261 table 4 and RFC 6026; RESEND_2XX and GIVE_UP_2XX are the core's own (section 13.3.1.4)."""

    A = "INVITE request retransmit interval"
    B = "INVITE transaction timeout"
    C = "INVITE with a provisional response, and no final one"
    D = "wait time for response retransmits of an INVITE"
    E = "non-INVITE request retransmit interval"
    F = "non-INVITE transaction timeout"
    G = "INVITE response retransmit interval"
    H = "wait time for ACK receipt"
    I = "wait time for ACK retransmits"  # noqa: E741 - the RFC's letter
    J = "wait time for non-INVITE request retransmits"
    K = "wait time for response retransmits"
    L = "wait time for accepted INVITE request retransmits"
    M = "wait time for retransmits of a 2xx to INVITE"
    RESEND_2XX = "resend the 2xx until the ACK comes"
    GIVE_UP_2XX = "no ACK for the 2xx"
    RESEND_1XX = "resend the reliable 1xx until the PRACK comes (RFC 3262)"
    GIVE_UP_1XX = "no PRACK for the 1xx (RFC 3262)"
    GIVE_UP_LOOK_UP = "no address for the name of a next hop"
    REPEAT_REINVITE = "a re-INVITE that crossed another (RFC 3261 section 14.1)"
    EXPIRE_TRANSFER = "no NOTIFY after a REFER"
    REFRESH = "refresh the session (RFC 4028)"
    EXPIRE_SESSION = "the session was not refreshed (RFC 4028)"
    REGISTER = "register, for the first time or again (RFC 3261 section 10.2.4)"
    EXPIRE_BINDING = "the registrar has forgotten us"
    KEEP_ALIVE = "an empty datagram for the NAT on the way"


@dataclass(frozen=True, slots=True)
class Timers:
    """T1 is the round trip, T2 the longest interval, T4 how long a message lives in the network."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0
    final: float = 180.0  # timer C: section 16.6 step 11 wants more than three minutes of a proxy

    @property
    def give_up(self) -> float:
        """64*T1: timers B, D, F, H, J, L, M and the wait for an ACK."""
        return 64 * self.t1

    def doubled(self, interval: float) -> float:
        """The next interval of a retransmission: twice, at most T2."""
        return min(2 * interval, self.t2)


class Owner(Protocol):
    """Who has set alarms: it keeps them, so that one that was set anew or taken back does not ring."""

    alarms: tuple[Alarm, ...]


class Alarm(NamedTuple):
    """One running timer: the same in the heap and at its owner. ``order`` is that of setting."""

    at: float
    order: int
    owner: Owner
    timer: Timer

    @property
    def wanted(self) -> bool:
        """Whether nobody has set it anew or taken it back."""
        return self in self.owner.alarms


class Waiter(Owner, Protocol):
    """Who may also stand in a queue of those that wait equally long; in one at a time."""

    queue: Queue | None


class Queue:
    """All who wait equally long for the same: who came first rings first, so that one alarm does for all.

    What stands here costs 60 bytes, a third of an alarm of its own, and who leaves is not kept until then.
    """

    __slots__ = ("_due", "alarms", "seconds", "timer")

    def __init__(self, timer: Timer, seconds: float) -> None:
        self.timer, self.seconds = timer, seconds
        self._due: dict[Waiter, float] = {}
        self.alarms: tuple[Alarm, ...] = ()

    def add(self, waiter: Waiter, now: float) -> None:
        """Let one more wait."""
        self._due[waiter] = now + self.seconds
        waiter.queue = self

    def remove(self, waiter: Waiter) -> None:
        """Let one go."""
        del self._due[waiter]
        waiter.queue = None

    def __len__(self) -> int:
        return len(self._due)

    @property
    def first(self) -> tuple[Waiter, float]:
        """Who has waited longest, and until when."""
        return next(iter(self._due.items()))


class Alarms:
    """All running timers in one heap; taking all of an owner's back is forgetting them there."""

    def __init__(self) -> None:
        self._heap: list[Alarm] = []
        self._order = count()
        self._full = _FEW  # at this length the heap is looked through
        self._queues: dict[tuple[Timer, float], Queue] = {}

    def set(self, owner: Owner, timer: Timer, at: float) -> None:
        """Ring at a time; an earlier setting of the same timer is forgotten."""
        alarm = Alarm(at, next(self._order), owner, timer)
        self.stop(owner, timer)
        owner.alarms = (*owner.alarms, alarm)
        heapq.heappush(self._heap, alarm)
        if len(self._heap) > self._full:
            self._forget_taken_back()

    def stop(self, owner: Owner, *timers: Timer) -> None:
        """Take these of an owner's alarms back."""
        if owner.alarms:
            owner.alarms = tuple(alarm for alarm in owner.alarms if alarm.timer not in timers)

    def wait(self, waiter: Waiter, timer: Timer, seconds: float, now: float) -> None:
        """Ring after so long, where many wait equally long; it leaves the queue that it stands in."""
        self._step_out(waiter)
        key = (timer, seconds)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = Queue(timer, seconds)
        queue.add(waiter, now)
        self._look(queue)

    def forget(self, waiter: Waiter) -> None:
        """Take back whatever would ring for it."""
        waiter.alarms = ()
        self._step_out(waiter)

    @property
    def next(self) -> float | None:
        """When the next one rings."""
        heap = self._heap
        while heap and not heap[0].wanted:
            heapq.heappop(heap)
        return heap[0].at if heap else None

    def _step_out(self, waiter: Waiter) -> None:
        queue = waiter.queue
        if queue is not None:
            queue.remove(waiter)
            self._look(queue)

    def _look(self, queue: Queue) -> None:
        """Let a queue's alarm stand at or before its first; one that is empty is gone."""
        if not len(queue):
            queue.alarms = ()
            self._queues.pop((queue.timer, queue.seconds), None)
        elif not queue.alarms:
            self.set(queue, queue.timer, queue.first[1])

    def _forget_taken_back(self) -> None:
        """What is over is not to be kept for as long as it might have lasted."""
        self._heap = [alarm for alarm in self._heap if alarm.wanted]
        heapq.heapify(self._heap)
        self._full = max(2 * len(self._heap), _FEW)

    def due(self, now: float) -> Iterator[tuple[Owner, Timer]]:
        """Each that rings by now, in order of time."""
        while (at := self.next) is not None and at <= now:
            _, _, owner, timer = heapq.heappop(self._heap)
            self.stop(owner, timer)
            if not isinstance(owner, Queue):
                yield owner, timer
                continue
            waiter, until = owner.first
            if until <= at:
                owner.remove(waiter)
            self._look(owner)  # its alarm may have been for one who has left
            if until <= at:
                yield waiter, timer
