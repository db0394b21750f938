"""The user agent: datagrams and the time in, datagrams and events out (RFC 3261 section 8.2).

A machine of the calls in ``ivr/net/machine.py`` and ``next_event``; and the hall's verbs: ``ring``,
``progress``, ``accept``, ``refuse``, ``hang_up``, ``reinvite``, ``refer``. Times are seconds on any clock
that does not go back.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from zlib import crc32

from ivr.peer import Datagram, Peer, Target
from ivr.sip.calls import Calls
from ivr.sip.credentials import Credentials
from ivr.sip.dialog import Dialog
from ivr.sip.events import Cause, Event, Invited
from ivr.sip.guard import Guard, Refusal
from ivr.sip.headers import Address, BadHeader
from ivr.sip.inside import INFO_TYPES, DialogServer
from ivr.sip.layer import TransactionLayer
from ivr.sip.leg import Answer, Leg, Provisional
from ivr.sip.message import BadMessage, Request, Response, parse, respond
from ivr.sip.registering import Registering
from ivr.sip.registrars import Registrars
from ivr.sip.registration import Registrar
from ivr.sip.reliable import takes_reliable
from ivr.sip.requests import Requests, Sending
from ivr.sip.served import EXTENSIONS, METHODS, unserved
from ivr.sip.session_timer import USUAL
from ivr.sip.timers import Alarms, Timers
from ivr.sip.transaction import Transaction
from ivr.sip.transport import reply_address, stamp_via
from ivr.sip.uri import BadUri, Uri

__all__ = ["UserAgent"]


class UserAgent:
    """All calls of one line as SIP sees them."""

    def __init__(
        self,
        contact: Callable[[Peer], str],
        new_token: Callable[[], str],
        timers: Timers | None = None,
        registrar: Registrar | None = None,
        credentials: Credentials = MappingProxyType({}),
        guard: Guard | None = None,
        session_expires: int = USUAL,
    ) -> None:
        """``contact`` gives our host:port as a peer reaches it; ``new_token`` a fresh unguessable token.

        ``credentials``: the user and password we show to a realm that challenges a request of ours;
        ``guard`` says who is let in, None: everybody. ``session_expires``: for how many seconds, 90 or more,
        a call lives without a refresh (RFC 4028).
        """
        self._guard = guard
        self._contact, self._new_token, self._registrar = contact, new_token, registrar
        self._methods = METHODS if registrar is None else (*METHODS, "REGISTER")
        timers = timers or Timers()
        allow = ("allow", ", ".join(self._methods))
        supported = ("supported", ", ".join(EXTENSIONS))
        self._capabilities = (
            allow,
            ("accept", ", ".join(("application/sdp", *INFO_TYPES))),
            ("accept-encoding", "identity"),
            supported,
        )
        self._alarms = Alarms()
        self._layer = TransactionLayer(timers, self._alarms)
        self._requests = Requests(self._layer, self._alarms, timers, new_token, contact)
        learned: dict[str, tuple[str, str]] = {}
        self._calls = Calls(
            self._layer,
            self._requests,
            self._alarms,
            timers,
            new_token,
            (allow, supported),
            ChainMap(dict(credentials), learned),
            session_expires,
        )
        self.registrars = Registrars(
            self._requests, self._layer, self._alarms, new_token, contact, self._calls.events.append, learned
        )
        self._inside = DialogServer(self._calls, self._layer, self._capabilities)
        self.closing = False  # OPTIONS are answered 503, so that a proxy in front sends calls elsewhere
        self.dropped = 0  # datagrams that held no message, or none worth a transaction

    # The machine's calls

    def receive_datagram(self, data: bytes, source: Peer, now: float) -> None:
        """Take one datagram. Whatever it holds, no exception comes of it."""
        if self._guard is not None and not self._guard.hears(source, now):
            return
        if not data.strip(b"\r\n\0 "):  # keep-alives (RFC 5626 section 4.4.1, RFC 3581)
            return
        try:
            message = parse(data)
        except BadMessage as error:
            self._refuse_bad(error.request, error.status, source)
            return
        try:
            message.check()
        except BadHeader:
            self._refuse_bad(message if isinstance(message, Request) else None, 400, source)
            return
        if isinstance(message, Request):
            self._receive_request(message, source, now)
        else:
            self._receive_response(message, now)

    def handle_timeout(self, now: float) -> None:
        """Let every timer ring that is due."""
        for owner, timer in self._alarms.due(now):
            if isinstance(owner, Transaction):
                if self._layer.ring(owner, timer, now) and isinstance(owner.user, Sending):
                    self._requests.unanswered(owner.user, owner, now)
            elif isinstance(owner, Sending):
                self._requests.ring(owner, timer, now)
            elif isinstance(owner, Registering):
                self.registrars.ring(owner, timer, now)
            elif isinstance(owner, Answer):
                self._calls.ring_answer(owner, timer, now)
            elif isinstance(owner, Provisional):
                self._calls.provisionals.ring(owner, timer, now)
            elif isinstance(owner, Leg):
                self._calls.ring_leg(owner, timer, now)

    def next_timeout(self) -> float | None:
        """When ``handle_timeout`` wants to be called next; None when nothing waits."""
        return self._alarms.next

    def datagrams_to_send(self) -> list[Datagram]:
        """What has become due to be sent, in order; each is given once."""
        ready = list(self._layer.outbox)
        self._layer.outbox.clear()
        return ready

    def unreachable(self, destination: Peer, now: float) -> None:
        """What was to be sent there did not get out: requests of ours go on to the next address."""
        self._requests.unreachable(destination, now)

    def targets_to_look_up(self) -> list[Target]:
        """Host names that requests of ours wait for, each given once."""
        return self._requests.targets()

    def found(self, target: Target, peers: Sequence[Peer], now: float) -> None:
        """Take the addresses of a name, the best first (RFC 3263); none where there is no such name."""
        self.registrars.found(target, peers)
        self._requests.found(target, peers, now)

    def next_event(self) -> Event | None:
        """The oldest event nobody has taken yet."""
        return self._calls.events.popleft() if self._calls.events else None

    # The hall's verbs; one for a leg that is gone does nothing

    @property
    def legs(self) -> int:
        """How many legs live."""
        return len(self._calls)

    @property
    def transactions(self) -> int:
        """How many transactions live, those that only wait for stragglers included."""
        return len(self._layer)

    def ring(self, leg_name: str, now: float) -> None:
        """Send 180, reliably where the caller can (RFC 3262): the call will be answered, not yet."""
        self._calls.ring(leg_name, now)

    def progress(self, leg_name: str, sdp: bytes, now: float) -> None:
        """Send 183 with SDP, so that the caller hears us before the answer; ``Progressed`` says from when.

        The SDP answers the INVITE's offer; where that brought none it is an offer, and goes to a caller who
        takes reliable responses alone (``Invited.reliable``). ``accept`` is to give the same SDP.
        """
        self._calls.progress(leg_name, sdp, now)

    def accept(self, leg_name: str, sdp: bytes, now: float) -> None:
        """Answer the waiting (re-)INVITE with 200 and SDP, resent until its ACK (section 13.3.1.4).

        A waiting UPDATE gets it once (RFC 3311).
        """
        self._calls.accept(leg_name, sdp, now)

    def refuse(self, leg_name: str, status: int, now: float, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Refuse the waiting INVITE; a refused re-INVITE leaves the call as it was (section 14.2)."""
        self._calls.refuse(leg_name, status, now, headers)

    def hang_up(self, leg_name: str, now: float) -> None:
        """End the call: BYE, once the caller's ACK is here, or 480 where it was not answered yet."""
        self._calls.hang_up(leg_name, now)

    def reinvite(self, leg_name: str, sdp: bytes, now: float) -> None:
        """Offer another session once nothing is in the way (section 14.1); ``Reanswered`` tells the end."""
        self._calls.reinvite(leg_name, sdp, now)

    def refer(self, leg_name: str, target: str, now: float) -> None:
        """Ask the caller's side to call a number (RFC 3515); ``TransferReported`` tells the end."""
        self._calls.refer(leg_name, target, now)

    # Messages that come

    def _receive_response(self, response: Response, now: float) -> None:
        transaction = self._layer.receive_response(response, now)
        if transaction is not None and isinstance(transaction.user, Sending) and response.status >= 200:
            self._requests.answered(transaction.user, transaction, response, now)

    def _receive_request(self, request: Request, source: Peer, now: float) -> None:
        stamp_via(request, source)
        if request.method == "ACK":
            if self._layer.receive_ack(request, now):
                self._inside.acknowledge(request, now)
            return
        user = self._let_in(request, source, now) if request.method in ("INVITE", "REGISTER") else ""
        if user is None:
            return
        merged = self._layer.merged(request)
        transaction = self._layer.receive_request(request, source, now)
        if transaction is None:
            return
        try:
            refusal = unserved(request, self._methods, merged)
            if refusal is not None:
                self._answer(transaction, request, refusal[0], now, refusal[1])
                return
            self._serve(request, transaction, source, now, user)
        except BadHeader:
            self._answer(transaction, request, 400, now)

    def _let_in(self, request: Request, source: Peer, now: float) -> str | None:
        """The user a new call comes from, empty where none is known; None: the guard has refused it."""
        if self._guard is None or self._layer.runs(request) or self._calls.find(request) is not None:
            return ""
        found: str | Refusal | None = self._guard.refusal(request, source, now)
        if found is None and request.method == "INVITE" and request.to.tag is None:
            found = self._guard.caller(request, source, now)
        if not isinstance(found, Refusal):
            return found or ""
        if found.status:
            self._refuse_without_state(request, found.status, source, found.headers)
        return None

    def _serve(self, request: Request, transaction: Transaction, source: Peer, now: float, user: str) -> None:
        match request.method:
            case "CANCEL":
                self._cancelled(request, transaction, now)
            case "REGISTER" if self._registrar is not None:
                answer = self._registrar.register(request, source, now)
                self._answer(transaction, request, answer.status, now, answer.headers)
            case _ if request.to.tag is not None:
                self._inside.serve(request, transaction, source, now)
            case "INVITE":
                self._invited(request, transaction, source, user)
            case "OPTIONS":
                self._answer(transaction, request, 503 if self.closing else 200, now, self._capabilities)
            case _:  # BYE, INFO, NOTIFY, UPDATE and PRACK belong to a dialog
                self._answer(transaction, request, 481, now)

    def _invited(self, request: Request, transaction: Transaction, source: Peer, user: str) -> None:
        try:
            called = Uri.parse(request.uri)
        except BadUri as error:
            raise BadHeader(str(error)) from error
        asserted = tuple(Address.parse(value) for value in request.headers.all("p-asserted-identity"))
        dialog = Dialog(request, self._new_token(), self._contact(source), source)
        leg = self._calls.open(dialog, request, transaction)
        privacy = {p.strip().lower() for p in (request.headers.first("privacy") or "").split(";")}
        self._calls.events.append(
            Invited(
                leg.name,
                called,
                request.from_,
                asserted,
                bool(privacy & {"id", "user", "full"}),
                source,
                request.call_id,
                request.body or None,
                takes_reliable(request),
                user or None,
            )
        )

    def _cancelled(self, request: Request, transaction: Transaction, now: float) -> None:
        """Section 9.2: 200 for the CANCEL, 487 for the INVITE while it has no final answer."""
        invite = self._layer.cancelled(request)
        if invite is None:
            self._answer(transaction, request, 481, now)
            return
        leg = invite.user if isinstance(invite.user, Leg) else None
        self._answer(transaction, request, 200, now, tag=leg.name if leg else "")
        if leg is not None and leg.transaction is invite:
            self._calls.turn_down(leg, 487, Cause.CANCELLED, now)

    def _answer(
        self,
        transaction: Transaction,
        request: Request,
        status: int,
        now: float,
        headers: Iterable[tuple[str, str]] = (),
        tag: str = "",
    ) -> None:
        self._layer.answer(transaction, request, status, tag or self._new_token(), now, headers)

    def _refuse_bad(self, request: Request | None, status: int, source: Peer) -> None:
        """Answer a request that breaks a rule without keeping anything of it, where it says how."""
        self.dropped += 1
        if request is None or request.method == "ACK":
            return
        if any(request.headers.first(name) is None for name in ("from", "to", "call-id", "cseq")):
            return
        try:
            stamp_via(request, source)
            self._refuse_without_state(request, status, source)
        except BadHeader:
            return

    def _refuse_without_state(
        self, request: Request, status: int, source: Peer, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        destination, spare = reply_address(request, source)
        data = bytes(respond(request, status, _stateless_tag(request), headers))
        self._layer.send(data, destination, spare)


def _stateless_tag(request: Request) -> str:
    """Section 8.2.7: without a state the To tag is made so that it comes out the same for the same request.

    Empty when the To cannot be read: it goes back as it came.
    """
    try:
        _ = request.to
    except BadHeader:
        return ""
    told = f"{request.via.branch} {request.headers.first('call-id')}"
    return f"{crc32(told.encode('utf-8', 'surrogateescape')):08x}"
