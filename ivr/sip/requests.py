"""Requests of ours on their way: what is asked and the next hop in, transactions out, one after another.

A request goes to the first address of its next hop, and to the next one when that does not take it (RFC 3263
section 4.3); one that is too long for UDP goes by TCP where nothing forbids it (RFC 3261 section 18.1.1).
Whoever asked hears of each request once: its final response, or what stands for one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ivr.peer import Peer, Target
from ivr.sip.layer import MAGIC, TransactionLayer
from ivr.sip.message import Request, Response
from ivr.sip.timers import Alarm, Alarms, Timer, Timers
from ivr.sip.transaction import Transaction
from ivr.sip.transport import names_transport, next_hop, via_line
from ivr.sip.uri import Uri

__all__ = ["Outcome", "Requests", "Sending", "Way"]

_LONGEST_DATAGRAM = 1300  # bytes; section 18.1.1: beyond it, without knowing the path's MTU, it goes by TCP


class Way(NamedTuple):
    """Where a request of ours goes.

    ``hop`` is the URI of the next hop, or its address where that is known. ``connection`` is an open one that
    leads there and is tried first (RFC 5923). ``fallback`` is for a hop whose name leads nowhere.
    """

    hop: Uri | Peer
    connection: Peer | None = None
    fallback: Peer | None = None


class Outcome(NamedTuple):
    """What became of a request: its final response, or 408 or 503 without one (section 8.1.3.1).

    408: nobody answered. 503: it did not get out, or there was nowhere to send it.
    """

    status: int
    response: Response | None
    request: Request | None  # as it was sent last; None when it was not
    transaction: Transaction | None


Build = Callable[[Peer], Request | None]
Hear = Callable[[Outcome, float], None]


class Sending:
    """One request on its way through the addresses of its next hop."""

    __slots__ = ("accepted", "alarms", "build", "hear", "instead", "left", "request", "way")

    def __init__(self, build: Build, way: Way, hear: Hear) -> None:
        self.build, self.way, self.hear = build, way, hear
        self.left: deque[tuple[Peer, Peer | None]] = deque()  # destination and spare
        self.instead: Peer | None = None  # for this one's UDP its TCP was chosen
        self.request: Request | None = None
        self.accepted: Transaction | None = None  # an ACK's: the INVITE whose 2xx it answers
        self.alarms: tuple[Alarm, ...] = ()


class Requests:
    """All requests of ours that are on their way."""

    def __init__(
        self,
        layer: TransactionLayer,
        alarms: Alarms,
        timers: Timers,
        new_token: Callable[[], str],
        contact: Callable[[Peer], str],
    ) -> None:
        """``contact`` gives our host:port as a peer reaches it, for the Via."""
        self._layer, self._alarms, self._timers = layer, alarms, timers
        self._new_token, self._contact = new_token, contact
        self._waiting: dict[Target, list[Sending]] = {}
        self._targets: list[Target] = []

    def send(self, build: Build, way: Way, hear: Hear, now: float) -> None:
        """Send a request; ``hear`` is told of its outcome once, and never before this returns.

        ``build`` makes it without a Via, for the peer it goes to: once for every address that is tried, with
        the same CSeq. None takes it back: nothing is sent, and nothing heard.
        """
        self._start(Sending(build, way, hear), now)

    def acknowledge(self, invite: Transaction, build: Build, way: Way, now: float) -> None:
        """Send the ACK of a 2xx to an INVITE of ours; its copies get it too (section 13.2.2.4)."""
        sending = Sending(build, way, lambda outcome, now: None)
        sending.accepted = invite
        self._start(sending, now)

    def targets(self) -> list[Target]:
        """The names that wait for addresses and were not given yet."""
        fresh, self._targets = self._targets, []
        return fresh

    def found(self, target: Target, peers: Sequence[Peer], now: float) -> None:
        """Take what a look-up gave."""
        for sending in self._waiting.pop(target, ()):
            sending.alarms = ()
            sending.left.extend((peer, None) for peer in peers)
            if not peers and sending.way.fallback is not None:
                sending.left.append((sending.way.fallback, None))
            self._try_next(sending, Outcome(503, None, None, None), now)

    def answered(self, sending: Sending, transaction: Transaction, response: Response, now: float) -> None:
        """Take the final response of its transaction. RFC 3263 section 4.3: a 503 sends it on to the next."""
        outcome = Outcome(response.status, response, sending.request, transaction)
        if response.status == 503 and sending.left:
            self._try_next(sending, outcome, now)
        else:
            sending.left.clear()
            sending.hear(outcome, now)

    def unanswered(self, sending: Sending, transaction: Transaction, now: float) -> None:
        """Its transaction has waited long enough: the next address, or none has answered."""
        self._try_next(sending, Outcome(408, None, sending.request, transaction), now)

    def unreachable(self, destination: Peer, now: float) -> None:
        """What was sent there did not get out."""
        for transaction in self._layer.unreachable(destination, now):
            sending = transaction.user
            if isinstance(sending, Sending):
                self._go_on(sending, destination, transaction, now)

    def ring(self, sending: Sending, timer: Timer, now: float) -> None:
        """Nobody has looked the name up, or there is no way to go: it has found nothing."""
        hop = next_hop(sending.way.hop) if isinstance(sending.way.hop, Uri) else None
        if isinstance(hop, Target) and sending in self._waiting.get(hop, ()):
            self.found(hop, (), now)
        else:
            self._try_next(sending, Outcome(503, None, None, None), now)

    def _start(self, sending: Sending, now: float) -> None:
        hop = sending.way.hop
        connection = sending.way.connection
        found = hop if isinstance(hop, Peer) else next_hop(hop)
        if isinstance(found, Peer):
            sending.left.append((found, None) if connection is None else (connection, found))
        elif connection is not None:
            sending.left.append((connection, None))
        elif found is not None:
            self._look_up(sending, found, now)
            return
        elif sending.way.fallback is not None:
            sending.left.append((sending.way.fallback, None))
        else:
            self._alarms.set(sending, Timer.GIVE_UP_LOOK_UP, now)
            return
        self._try_next(sending, Outcome(503, None, None, None), now)

    def _look_up(self, sending: Sending, target: Target, now: float) -> None:
        waiting = self._waiting.setdefault(target, [])
        if not waiting:
            self._targets.append(target)
        waiting.append(sending)
        self._alarms.set(sending, Timer.GIVE_UP_LOOK_UP, now + self._timers.give_up)

    def _go_on(self, sending: Sending, destination: Peer, transaction: Transaction, now: float) -> None:
        """Section 18.1.1: what could not go by TCP for its length goes by UDP."""
        if sending.instead is not None and transaction.destination.reliable:
            sending.left.appendleft((sending.instead, None))
        hop = sending.way.hop
        lost_connection = destination == sending.way.connection and transaction.spare is None
        found = next_hop(hop) if lost_connection and isinstance(hop, Uri) else None
        if isinstance(found, Target):
            sending.way = sending.way._replace(connection=None)
            self._look_up(sending, found, now)
            return
        self._try_next(sending, Outcome(503, None, sending.request, transaction), now)

    def _try_next(self, sending: Sending, last: Outcome, now: float) -> None:
        """Send it to the next address; without one, what has become of the last is what is heard."""
        if not sending.left:
            sending.hear(last, now)
            return
        destination, spare = sending.left.popleft()
        request = sending.build(destination)
        if request is None:
            return
        data = self._stamp(request, destination)
        if len(data) > _LONGEST_DATAGRAM and _may_go_by_tcp(sending, destination):
            sending.instead = destination
            destination = destination._replace(transport="TCP")
            data = self._stamp(request, destination)
        sending.request = request
        if sending.accepted is not None:
            self._layer.acknowledge(sending.accepted, data, destination, spare)
        else:
            self._layer.request(request, data, destination, spare, now, sending)

    def _stamp(self, request: Request, destination: Peer) -> bytes:
        """The request's bytes with a Via of its own, in place of the one it has."""
        value = via_line(destination, self._contact(destination), MAGIC + self._new_token())
        lines = request.headers.lines
        lines[: 1 if lines and lines[0][0] == "via" else 0] = [("via", value)]
        request.__dict__.pop("via", None)  # what was read of the one before
        return bytes(request)


def _may_go_by_tcp(sending: Sending, destination: Peer) -> bool:
    """Whether TCP can be tried in place of this UDP: not where a URI wants it so, and not twice."""
    hop = sending.way.hop
    named = isinstance(hop, Peer) or names_transport(hop)
    return destination.transport == "UDP" and not named and destination != sending.instead
