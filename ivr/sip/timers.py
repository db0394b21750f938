"""The timers of RFC 3261, under their letters, and the alarms that ring for them. Times are seconds."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import NamedTuple, Protocol

__all__ = ["Alarm", "Alarms", "Owner", "Timer", "Timers"]

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


class Alarms:
    """All running timers in one heap; taking all of an owner's back is forgetting them there."""

    def __init__(self) -> None:
        self._heap: list[Alarm] = []
        self._order = count()
        self._full = _FEW  # at this length the heap is looked through

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

    @property
    def next(self) -> float | None:
        """When the next one rings."""
        heap = self._heap
        while heap and not heap[0].wanted:
            heapq.heappop(heap)
        return heap[0].at if heap else None

    def _forget_taken_back(self) -> None:
        """A session may last for years (RFC 4028); a call that ended is not to be kept for so long."""
        self._heap = [alarm for alarm in self._heap if alarm.wanted]
        heapq.heapify(self._heap)
        self._full = max(2 * len(self._heap), _FEW)

    def due(self, now: float) -> Iterator[tuple[Owner, Timer]]:
        """Each that rings by now, in order of time."""
        while (at := self.next) is not None and at <= now:
            _, _, owner, timer = heapq.heappop(self._heap)
            self.stop(owner, timer)
            yield owner, timer
