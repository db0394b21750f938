"""The transaction layer: messages and timers in, new requests and matched responses out (section 17).

It finds the transaction a message belongs to, lets its table step, and does what the row asks for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from math import ceil

from ivr.peer import Datagram, Peer
from ivr.sip.message import Headers, Request, Response, respond
from ivr.sip.timers import Alarms, Timer, Timers
from ivr.sip.transaction import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    Action,
    Input,
    State,
    Transaction,
)
from ivr.sip.transport import reply_address

__all__ = ["MAGIC", "TransactionLayer"]

MAGIC = "z9hG4bK"  # section 8.1.1.7: the mark of a branch that identifies its transaction

_WAITING = frozenset((Timer.D, Timer.I, Timer.J, Timer.K, Timer.L, Timer.M))
"""Nothing is sent when these ring, so they wait in a queue, and a hundred a second ring at a time."""


def _server_key(request: Request, method: str) -> Hashable:
    """Section 17.2.3: by branch, sent-by and method; without the magic cookie by what RFC 2543 had.

    As one text, which has half the size of its parts; only the branch may hold blanks.
    """
    via = request.via
    if via.branch.startswith(MAGIC):
        return f"{method} {via.host.lower()} {via.port} {via.branch}"
    tag = request.from_.tag
    return request.call_id, tag, request.cseq.number, via.host.lower(), via.port, method


class TransactionLayer:
    """All running transactions of one user agent."""

    def __init__(self, timers: Timers, alarms: Alarms) -> None:
        self._timers, self._alarms = timers, alarms
        self._servers: dict[Hashable, Transaction] = {}
        self._clients: dict[Hashable, Transaction] = {}
        self._origins: dict[Hashable, Transaction] = {}
        self.outbox: deque[Datagram] = deque()

    def __len__(self) -> int:
        return len(self._servers) + len(self._clients)

    def runs(self, request: Request) -> bool:
        """Whether a request is the copy of one whose transaction lives."""
        return _server_key(request, request.method) in self._servers

    def receive_request(self, request: Request, source: Peer, now: float) -> Transaction | None:
        """A new transaction for the core to answer, or None when a running one has absorbed the request."""
        key = _server_key(request, request.method)
        running = self._servers.get(key)
        if running is not None:
            self._step(running, Input.REQUEST, now)
            return None
        destination, spare = reply_address(request, source)
        if request.method == "INVITE":
            transaction = Transaction(INVITE_SERVER, State.PROCEEDING, key, destination, spare)
            transaction.origin = _origin(request)
            self._origins.setdefault(transaction.origin, transaction)
        else:
            transaction = Transaction(NON_INVITE_SERVER, State.TRYING, key, destination, spare)
        self._servers[key] = transaction
        return transaction

    def receive_ack(self, request: Request, now: float) -> bool:
        """Whether the core is to see this ACK: one for a refusal ends in its transaction."""
        running = self._servers.get(_server_key(request, "INVITE"))
        return running is None or Action.PASS in self._step(running, Input.ACK, now)

    def cancelled(self, request: Request) -> Transaction | None:
        """The INVITE that a CANCEL names (section 9.2)."""
        return self._servers.get(_server_key(request, "INVITE"))

    def merged(self, request: Request) -> bool:
        """Whether the same INVITE is here already by another way (section 8.2.2.2)."""
        new = request.method == "INVITE" and request.to.tag is None
        return new and _origin(request) in self._origins

    def receive_response(self, response: Response, now: float) -> Transaction | None:
        """The request of ours that it answers, when its user should hear of it (section 17.1.3)."""
        running = self._clients.get((response.via.branch, response.cseq.method))
        if running is None:
            return None
        event = _response_input(running.table is INVITE_CLIENT, response.status)
        ack = None
        if event is Input.SUCCESS and running.state is not State.ACCEPTED:
            running.last = None  # its copies get the ACK, once there is one
        if event is Input.FAILURE and running.request is not None:
            ack = bytes(_ack(running.request, response))
        return running if Action.PASS in self._step(running, event, now, ack) else None

    def reply(self, transaction: Transaction, response: Response | bytes, status: int, now: float) -> bytes:
        """Send a response of the core's; gives its bytes, for the core to send again where it must."""
        data = bytes(response)
        event = _response_input(transaction.table is INVITE_SERVER, status)
        if transaction.state is not State.TERMINATED:
            self._step(transaction, event, now, data)
        return data

    def answer(
        self,
        transaction: Transaction,
        request: Request,
        status: int,
        tag: str,
        now: float,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Send a response without a body; ``tag`` goes to a To that has none yet."""
        self.reply(transaction, respond(request, status, tag, headers), status, now)

    def request(
        self, request: Request, data: bytes, destination: Peer, spare: Peer | None, now: float, user: object
    ) -> Transaction:
        """Start a request of ours, not an ACK; its top Via holds a new branch, ``data`` are its bytes."""
        invites = request.method == "INVITE"
        key = request.via.branch, request.method
        if invites:
            transaction = Transaction(INVITE_CLIENT, State.CALLING, key, destination, spare)
        else:
            transaction = Transaction(NON_INVITE_CLIENT, State.TRYING, key, destination, spare)
        transaction.user, transaction.last, transaction.request = user, data, request
        self._clients[key] = transaction
        self.outbox.append(Datagram(data, destination, spare))
        self._set(transaction, Action.START_A_B if invites else Action.START_E_F, now)
        return transaction

    def acknowledge(
        self, transaction: Transaction, data: bytes, destination: Peer, spare: Peer | None
    ) -> None:
        """Send the ACK of a 2xx, and again for every copy of that (section 13.2.2.4)."""
        transaction.last, transaction.destination, transaction.spare = data, destination, spare
        self.outbox.append(Datagram(data, destination, spare))

    def unreachable(self, destination: Peer, now: float) -> Iterator[Transaction]:
        """The requests of ours that did not get out (section 17.1.4).

        A response that does not get out ends nothing: it may be asked for again by another way, and the
        timers of its transaction run.
        """
        for transaction in list(self._clients.values()):
            if destination in (transaction.destination, transaction.spare) and (
                Action.TELL_UNREACHABLE in self._step(transaction, Input.UNREACHABLE, now)
            ):
                yield transaction

    def ring(self, transaction: Transaction, timer: Timer, now: float) -> bool:
        """Take a timer; whether the transaction's user is to hear that nobody answered."""
        return Action.TELL_TIMEOUT in self._step(transaction, Input[f"TIMER_{timer.name}"], now)

    def send(self, data: bytes, destination: Peer, spare: Peer | None = None) -> None:
        """Send outside any transaction: a stateless refusal (section 8.2.7)."""
        self.outbox.append(Datagram(data, destination, spare))

    def _step(
        self, transaction: Transaction, event: Input, now: float, data: bytes | None = None
    ) -> tuple[Action, ...]:
        actions = transaction.step(event)
        for action in actions:
            if action is Action.SEND or action is Action.ACKNOWLEDGE:
                transaction.last = data
            if action in _SENDING:
                if transaction.last is not None:
                    self.outbox.append(Datagram(transaction.last, transaction.destination, transaction.spare))
            else:
                self._set(transaction, action, now)
        if transaction.state is State.ACCEPTED and transaction.table is INVITE_SERVER:
            transaction.last = None  # RFC 6026 section 7.1: the core alone sends a 2xx again
        if transaction.state is State.TERMINATED:
            self._forget(transaction)
        return actions

    def _set(self, transaction: Transaction, action: Action, now: float) -> None:
        for timer, seconds in transaction.timer_settings(action, self._timers):
            if not seconds:
                self._step(transaction, Input[f"TIMER_{timer.name}"], now)
            elif timer in _WAITING:
                self._alarms.wait(transaction, timer, seconds, ceil(2 * now) / 2)
            else:
                self._alarms.set(transaction, timer, now + seconds)

    def _forget(self, transaction: Transaction) -> None:
        self._alarms.forget(transaction)
        if transaction.table is NON_INVITE_CLIENT or transaction.table is INVITE_CLIENT:
            self._clients.pop(transaction.key, None)
            return
        self._servers.pop(transaction.key, None)
        if self._origins.get(transaction.origin) is transaction:
            del self._origins[transaction.origin]


_SENDING = (Action.SEND, Action.RESEND, Action.ACKNOWLEDGE)


def _response_input(of_invite: bool, status: int) -> Input:
    if status < 200:
        return Input.PROVISIONAL
    if not of_invite:
        return Input.FINAL
    return Input.SUCCESS if status < 300 else Input.FAILURE


def _ack(invite: Request, response: Response) -> Request:
    """The ACK of a refusal (section 17.1.1.3): the INVITE's top Via alone, its routes, the response's To."""
    lines = [("via", str(invite.via))]
    lines += [
        line for line in invite.headers.lines if line[0] in ("route", "from", "call-id", "max-forwards")
    ]
    lines += [("to", response.headers.first("to") or ""), ("cseq", f"{invite.cseq.number} ACK")]
    return Request("ACK", invite.uri, Headers(lines))


def _origin(request: Request) -> Hashable:
    return request.call_id, request.from_.tag, request.cseq.number
