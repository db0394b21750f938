"""The transaction layer: messages and timers in, new requests and matched responses out (section 17).

It finds the transaction a message belongs to, lets its table step, and does what the row asks for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable

from ivr.peer import Datagram, Peer
from ivr.sip.headers import Via, split_list
from ivr.sip.message import Request, Response, respond
from ivr.sip.timers import Alarms, Timer, Timers
from ivr.sip.transaction import (
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    Action,
    Input,
    State,
    Transaction,
)

__all__ = ["TransactionLayer", "reply_address", "stamp_via"]

MAGIC = "z9hG4bK"  # section 8.1.1.7: the mark of a branch that identifies its transaction
DEFAULT_PORT = 5060


def stamp_via(request: Request, source: Peer) -> None:
    """Note in the top Via where the request really came from (section 18.2.1, RFC 3581 section 4)."""
    for index, (name, value) in enumerate(request.headers.lines):
        if name != "via":
            continue
        top, *others = split_list(value)
        via = Via.parse(top)
        if "rport" not in via.params and via.host == source.host:
            return
        params = {name: value for name, value in via.params.items() if name != "received"}
        if "rport" in params:
            params["rport"] = str(source.port)
        params["received"] = source.host
        stamped = Via(via.transport, via.host, via.port, params, via.protocol)
        request.headers.lines[index] = ("via", ", ".join((str(stamped), *others)))
        request.via = stamped
        return


def reply_address(request: Request, source: Peer) -> Peer:
    """Where responses go (section 18.2.2, RFC 3581 section 4): back to the source, to its port with rport."""
    via = request.via
    if "rport" in via.params:
        return source
    return Peer(source.host, via.port or DEFAULT_PORT)


def _server_key(request: Request, method: str) -> Hashable:
    """Section 17.2.3: by branch, sent-by and method; without the magic cookie by what RFC 2543 had."""
    via = request.via
    if via.branch.startswith(MAGIC):
        return via.branch, via.host.lower(), via.port, method
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

    def receive_request(self, request: Request, source: Peer, now: float) -> Transaction | None:
        """A new transaction for the core to answer, or None when a running one has absorbed the request."""
        key = _server_key(request, request.method)
        running = self._servers.get(key)
        if running is not None:
            self._step(running, Input.REQUEST, now)
            return None
        if request.method == "INVITE":
            transaction = Transaction(INVITE_SERVER, State.PROCEEDING, key, reply_address(request, source))
            transaction.origin = _origin(request)
            self._origins.setdefault(transaction.origin, transaction)
        else:
            transaction = Transaction(NON_INVITE_SERVER, State.TRYING, key, reply_address(request, source))
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
        actions = self._step(running, Input.PROVISIONAL if response.status < 200 else Input.FINAL, now)
        return running if Action.PASS in actions else None

    def reply(self, transaction: Transaction, response: Response | bytes, status: int, now: float) -> bytes:
        """Send a response of the core's; gives its bytes, for the core to send again where it must."""
        data = bytes(response)
        if transaction.table is not INVITE_SERVER:
            event = Input.PROVISIONAL if status < 200 else Input.FINAL
        elif status < 200:
            event = Input.PROVISIONAL
        else:
            event = Input.SUCCESS if status < 300 else Input.FAILURE
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

    def request(self, request: Request, destination: Peer, now: float, user: object) -> Transaction:
        """Start a non-INVITE request of ours; its top Via holds a new branch."""
        key = request.via.branch, request.method
        transaction = Transaction(NON_INVITE_CLIENT, State.TRYING, key, destination)
        transaction.user, transaction.last = user, bytes(request)
        self._clients[key] = transaction
        self.outbox.append(Datagram(transaction.last, destination))
        self._set(transaction, Action.START_E_F, now)
        return transaction

    def ring(self, transaction: Transaction, timer: Timer, now: float) -> bool:
        """Take a timer; whether the transaction's user is to hear that nobody answered."""
        return Action.TELL_TIMEOUT in self._step(transaction, Input[f"TIMER_{timer.name}"], now)

    def send(self, data: bytes, destination: Peer) -> None:
        """Send outside any transaction: a stateless refusal (section 8.2.7)."""
        self.outbox.append(Datagram(data, destination))

    def _step(
        self, transaction: Transaction, event: Input, now: float, data: bytes | None = None
    ) -> tuple[Action, ...]:
        actions = transaction.step(event)
        for action in actions:
            if action is Action.SEND:
                transaction.last = data
            if action in (Action.SEND, Action.RESEND):
                if transaction.last is not None:
                    self.outbox.append(Datagram(transaction.last, transaction.destination))
            else:
                self._set(transaction, action, now)
        if transaction.state is State.TERMINATED:
            self._forget(transaction)
        return actions

    def _set(self, transaction: Transaction, action: Action, now: float) -> None:
        for timer, seconds in transaction.timer_settings(action, self._timers):
            self._alarms.set(transaction, timer, now + seconds)

    def _forget(self, transaction: Transaction) -> None:
        if transaction.table is NON_INVITE_CLIENT:
            self._clients.pop(transaction.key, None)
            return
        self._servers.pop(transaction.key, None)
        if self._origins.get(transaction.origin) is transaction:
            del self._origins[transaction.origin]


def _origin(request: Request) -> Hashable:
    return request.call_id, request.from_.tag, request.cseq.number
