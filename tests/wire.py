"""A user agent and its callers in virtual time: datagrams moved by hand, every timer rung in its order.

No socket and no sleep: three minutes of silence are one call of ``advance(180)``.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

from ivr.peer import Peer, Target
from ivr.sip.agent import UserAgent
from ivr.sip.events import Cause, Ended, Event, Invited

__all__ = ["Address", "Fate", "Sent", "Wire", "every_datagram_arrives"]

Address = tuple[str, int] | Peer
Fate = Callable[[bytes], Sequence[float]]  # a datagram to the delays of its copies: () loses it


class Sent(NamedTuple):
    """A datagram of the agent's: when, where to, what."""

    at: float
    destination: Peer
    data: bytes


def every_datagram_arrives(data: bytes) -> Sequence[float]:
    return (0.0,)


class Wire:
    """Time, the network and the agent's hall, in one hand."""

    def __init__(self, agent: UserAgent, fate: Fate = every_datagram_arrives) -> None:
        """``hall`` may be set to take each event as it comes; ``events`` keeps them all."""
        self.agent, self.fate = agent, fate
        self.now = 1000.0
        self.sent: list[Sent] = []
        self.events: list[Event] = []
        self.names: dict[str, list[Peer]] = {}  # what a look-up gives
        self.closed: set[Peer] = set()  # where nothing can be delivered
        self.looked_up: list[Target] = []
        self.hall: Callable[[Event], None] = lambda event: None
        self._ears: dict[Peer, Callable[[bytes], None]] = {}
        self._planned: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def listen(self, address: Address, hear: Callable[[bytes], None]) -> None:
        """Whatever the agent sends to this address is heard there."""
        self._ears[Peer(*address)] = hear

    def plan(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._planned, (self.now + seconds, next(self._order), act))

    def send(self, data: bytes, source: Address) -> None:
        """Put a datagram on its way to the agent."""
        for delay in self.fate(data):
            self.plan(delay, lambda: self.agent.receive_datagram(data, Peer(*source), self.now))

    def do(self, verb: Callable[..., None], *arguments: Any) -> None:
        """Call a verb of the agent's with the time as its last argument, and let its datagrams arrive."""
        verb(*arguments, self.now)
        self._collect()
        self.advance(0)

    def advance(self, seconds: float) -> None:
        """Let time pass, everything in its order."""
        end = self.now + seconds
        while True:
            planned = self._planned[0][0] if self._planned else None
            rings = self.agent.next_timeout()
            due = min((at for at in (planned, rings) if at is not None), default=None)
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            if planned is not None and planned <= self.now:
                heapq.heappop(self._planned)[2]()
            else:
                self.agent.handle_timeout(self.now)
            self._collect()
        self.now = end

    def end_everything(self) -> None:
        """Hang up every call there ever was and wait until the last timer has rung."""
        for event in list(self.events):
            if isinstance(event, Invited):
                self.do(self.agent.hang_up, event.leg)
        self.advance(300)

    def causes(self) -> list[Cause]:
        """Why each call that is over has ended, in that order."""
        return [event.cause for event in self.of(Ended)]

    def of(self, kind: type[Event]) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def _collect(self) -> None:
        while (event := self.agent.next_event()) is not None:
            self.events.append(event)
            self.hall(event)
        for target in self.agent.targets_to_look_up():
            self.looked_up.append(target)
            self.plan(0, lambda t=target: self.agent.found(t, self.names.get(t.host, ()), self.now))  # type: ignore[misc]
        for data, destination, spare in self.agent.datagrams_to_send():
            if destination in self.closed and spare is not None and spare not in self.closed:
                destination = spare
            self.sent.append(Sent(self.now, destination, data))
            if destination in self.closed:
                self.plan(0, lambda to=destination: self.agent.unreachable(to, self.now))  # type: ignore[misc]
                continue
            hear = self._ears.get(destination)
            if hear is None:
                continue
            for delay in self.fate(data):
                self.plan(delay, lambda hear=hear, data=data: hear(data))  # type: ignore[misc]
