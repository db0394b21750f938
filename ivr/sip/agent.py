"""The user agent: datagrams and the time in, datagrams and events out (RFC 3261 sections 8.2, 12 to 15).

A machine of five calls: ``receive_datagram``, ``handle_timeout``, ``next_timeout``, ``datagrams_to_send``,
``next_event``; and the hall's verbs: ``ring``, ``accept``, ``refuse``, ``hang_up``, ``refer``. Times are
seconds on any clock that does not go back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from ivr.sip.dialog import Dialog
from ivr.sip.events import Cause, Confirmed, Ended, Event, InfoReceived, Invited, Reinvited, TransferReported
from ivr.sip.headers import Address, BadHeader
from ivr.sip.layer import Datagram, Source, TransactionLayer, reply_address, stamp_via
from ivr.sip.leg import Leg, LegState
from ivr.sip.message import BadMessage, Message, Request, Response, parse, respond
from ivr.sip.registration import Registrar
from ivr.sip.timers import Alarms, Timer, Timers
from ivr.sip.transaction import State, Transaction
from ivr.sip.uri import BadUri, Uri

__all__ = ["UserAgent"]

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY"
INFO_TYPES = ("application/dtmf-relay", "application/dtmf")
CAPABILITIES = (("allow", ALLOW), ("accept", "application/sdp"), ("supported", ""))
_TRANSFER_SECONDS = 30.0  # how long a transfer may stay without a final NOTIFY


class UserAgent:
    """All calls of one line as SIP sees them."""

    def __init__(
        self,
        contact: Callable[[Source], str],
        new_token: Callable[[], str],
        timers: Timers | None = None,
        registrar: Registrar | None = None,
    ) -> None:
        """``contact`` gives our host:port as a peer reaches it; ``new_token`` a fresh unguessable token."""
        self._contact, self._new_token, self._registrar = contact, new_token, registrar
        self._timers = timers or Timers()
        self._alarms = Alarms()
        self._layer = TransactionLayer(self._timers, self._alarms)
        self._legs: dict[str, Leg] = {}
        self._events: deque[Event] = deque()
        self.dropped = 0  # datagrams that were no answerable SIP message

    # The five calls

    def receive_datagram(self, data: bytes, source: Source, now: float) -> None:
        """Take one datagram. Whatever it holds, no exception comes of it."""
        if not data.strip(b"\r\n\0 "):  # keep-alives (RFC 5626 section 4.4.1, RFC 3581)
            return
        try:
            message = parse(data)
            message.check()
        except BadMessage as error:
            self._refuse_bad(error.request, error.status, source)
            return
        except BadHeader:
            self._refuse_bad(message if isinstance(message, Request) else None, 400, source)
            return
        if isinstance(message, Response):
            self._receive_response(message, now)
            return
        try:
            self._receive_request(message, source, now)
        except BadHeader:
            self._refuse_bad(message, 400, source)

    def handle_timeout(self, now: float) -> None:
        """Let every timer ring that is due."""
        for owner, timer in self._alarms.due(now):
            if isinstance(owner, Leg):
                self._ring_leg(owner, timer, now)
            elif isinstance(owner, Transaction) and self._layer.ring(owner, timer, now):
                self._nobody_answered(owner)

    def next_timeout(self) -> float | None:
        """When ``handle_timeout`` wants to be called next; None when nothing waits."""
        return self._alarms.next

    def datagrams_to_send(self) -> list[Datagram]:
        """What has become due to be sent, in order; each is given once."""
        ready = list(self._layer.outbox)
        self._layer.outbox.clear()
        return ready

    def next_event(self) -> Event | None:
        """The oldest event nobody has taken yet."""
        return self._events.popleft() if self._events else None

    # The hall's verbs

    @property
    def legs(self) -> int:
        """How many legs live."""
        return len(self._legs)

    @property
    def transactions(self) -> int:
        """How many transactions live, those that only wait for stragglers included."""
        return len(self._layer)

    def source(self, leg_name: str) -> Source:
        """Where a leg's last INVITE came from."""
        return self._legs[leg_name].dialog.source

    def ring(self, leg_name: str, now: float) -> None:
        """Send 180: the call will be answered, not yet."""
        leg = self._legs.get(leg_name)
        if leg is not None and leg.transaction is not None and leg.invite is not None:
            headers = [("contact", leg.dialog.contact), *_record_routes(leg.invite)]
            response = respond(leg.invite, 180, leg.name, headers)
            self._layer.reply(leg.transaction, response, 180, now)

    def accept(self, leg_name: str, sdp: bytes, now: float) -> None:
        """Answer the waiting (re-)INVITE with 200 and SDP, resent until its ACK (section 13.3.1.4)."""
        leg = self._legs.get(leg_name)
        if leg is None or leg.transaction is None or leg.invite is None:
            return
        headers = [
            ("contact", leg.dialog.contact),
            *_record_routes(leg.invite),
            *CAPABILITIES,
            ("content-type", "application/sdp"),
        ]
        response = respond(leg.invite, 200, leg.name, headers, sdp)
        leg.unconfirmed = self._layer.reply(leg.transaction, response, 200, now)
        leg.unconfirmed_transaction, leg.unconfirmed_cseq = leg.transaction, leg.invite.cseq.number
        leg.transaction = leg.invite = None
        leg.state = LegState.TALKING
        leg.resend_interval = self._timers.t1
        self._alarms.set(leg, Timer.RESEND_2XX, now + leg.resend_interval)
        self._alarms.set(leg, Timer.GIVE_UP_2XX, now + self._timers.give_up)

    def refuse(self, leg_name: str, status: int, now: float, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Refuse the waiting INVITE; a refused re-INVITE leaves the call as it was (section 14.2)."""
        leg = self._legs.get(leg_name)
        if leg is None or leg.transaction is None or leg.invite is None:
            return
        self._layer.reply(leg.transaction, respond(leg.invite, status, leg.name, headers), status, now)
        leg.transaction = leg.invite = None
        if leg.state is LegState.RINGING:
            self._end(leg, Cause.REFUSED)

    def hang_up(self, leg_name: str, now: float) -> None:
        """End the call: BYE, or 480 where it was not answered yet.

        Section 15: the callee "MUST NOT send a BYE on a confirmed dialog until it has received an ACK for its
        2xx response or until the server transaction times out"; so it may have to wait.
        """
        leg = self._legs.get(leg_name)
        if leg is None or leg.state in (LegState.LEAVING, LegState.OVER):
            return
        if leg.state is LegState.RINGING:
            self.refuse(leg_name, 480, now)
        elif leg.confirmed_once:
            self._send_bye(leg, now, Cause.LINE_HUNG_UP)
        else:
            leg.hang_up_on_ack = True

    def refer(self, leg_name: str, target: str, now: float) -> None:
        """Ask the caller's side to call ``target`` (RFC 3515); ``TransferReported`` tells the end."""
        leg = self._legs.get(leg_name)
        if leg is None or leg.state is not LegState.TALKING:
            return
        leg.transferring = True
        self._alarms.set(leg, Timer.EXPIRE_TRANSFER, now + _TRANSFER_SECONDS)
        peer = leg.dialog.target
        refer_to = Uri("sip", target, peer.host, peer.port)
        self._send_request(
            leg, "REFER", now, (("refer-to", f"<{refer_to}>"), ("referred-by", leg.dialog.contact))
        )

    # Requests that come

    def _receive_request(self, request: Request, source: Source, now: float) -> None:
        if request.cseq.method != request.method:
            raise BadHeader("the CSeq names another method")
        stamp_via(request, source)
        if request.method == "ACK":
            if self._layer.receive_ack(request, now):
                self._receive_ack(request, now)
            return
        merged = request.method == "INVITE" and self._layer.merged(request)
        transaction = self._layer.receive_request(request, source, now)
        if transaction is None:
            return
        if merged:
            self._reply(transaction, request, 482, now)
            return
        refusal = self._unacceptable(request)
        if refusal is not None:
            self._reply(transaction, request, refusal[0], now, refusal[1])
            return
        self._serve(request, transaction, source, now)

    def _serve(self, request: Request, transaction: Transaction, source: Source, now: float) -> None:
        match request.method:
            case "INVITE" if request.to.tag is None:
                self._invited(request, transaction, source, now)
            case "CANCEL":
                self._cancelled(request, transaction, now)
            case "OPTIONS":
                self._reply(transaction, request, 200, now, CAPABILITIES)
            case "REGISTER" if self._registrar is not None:
                answer = self._registrar.register(request, source, now)
                self._reply(transaction, request, answer.status, now, answer.headers)
            case "INVITE" | "BYE" | "INFO" | "NOTIFY":
                self._inside_dialog(request, transaction, source, now)
            case _:
                self._reply(transaction, request, 405, now, (("allow", ALLOW),))

    def _unacceptable(self, request: Request) -> tuple[int, tuple[tuple[str, str], ...]] | None:
        """Section 8.2.2 and 8.2.3: what cannot be understood is refused before anybody looks at it."""
        required = request.headers.tokens("require")
        if required and request.method != "CANCEL":
            return 420, (("unsupported", ", ".join(required)),)
        if request.uri.partition(":")[0].lower() not in ("sip", "sips", "tel"):
            return 416, ()
        if request.method == "INVITE" and request.body and request.content_type != "application/sdp":
            return 415, (("accept", "application/sdp"),)
        if request.body and (request.headers.first("content-encoding") or "identity").lower() != "identity":
            return 415, (("accept-encoding", "identity"),)
        return None

    def _invited(self, request: Request, transaction: Transaction, source: Source, now: float) -> None:
        try:
            called = Uri.parse(request.uri)
            asserted = tuple(Address.parse(v) for v in request.headers.all("p-asserted-identity"))
        except BadUri as error:
            raise BadHeader(str(error)) from error
        dialog = Dialog(request, self._new_token(), f"<sip:{self._contact(source)}>", source)
        leg = Leg(dialog, request, transaction)
        self._legs[leg.name] = leg
        privacy = {p.strip().lower() for p in (request.headers.first("privacy") or "").split(";")}
        self._events.append(
            Invited(
                leg.name,
                called,
                request.from_,
                asserted,
                bool(privacy & {"id", "user", "full"}),
                source,
                request.call_id,
                request.body or None,
            )
        )

    def _cancelled(self, request: Request, transaction: Transaction, now: float) -> None:
        """Section 9.2: 200 for the CANCEL, 487 for the INVITE while it has no final answer."""
        invite = self._layer.cancelled(request)
        if invite is None:
            self._reply(transaction, request, 481, now)
            return
        leg = next((leg for leg in self._legs.values() if leg.transaction is invite), None)
        self._reply(transaction, request, 200, now, tag=leg.name if leg else "")
        if leg is not None and leg.invite is not None and invite.state is State.PROCEEDING:
            self._layer.reply(invite, respond(leg.invite, 487, leg.name), 487, now)
            leg.transaction = leg.invite = None
            if leg.state is LegState.RINGING:
                self._end(leg, Cause.CANCELLED)

    def _inside_dialog(self, request: Request, transaction: Transaction, source: Source, now: float) -> None:
        leg = self._legs.get(request.to.tag or "")
        if leg is None or not leg.dialog.matches(request):
            self._reply(transaction, request, 481, now)
        elif not leg.dialog.in_order(request):
            self._reply(transaction, request, 500, now)
        elif request.method == "INVITE":
            self._reinvited(leg, request, transaction, source, now)
        elif request.method == "BYE":
            self._reply(transaction, request, 200, now)
            if leg.transaction is not None:  # section 15.1.2: pending requests are answered 487
                self.refuse(leg.name, 487, now)
            if leg.state is not LegState.OVER:
                self._end(leg, Cause.CALLER_HUNG_UP)
        elif request.method == "INFO":
            self._informed(leg, request, transaction, now)
        else:
            self._notified(leg, request, transaction, now)

    def _reinvited(
        self, leg: Leg, request: Request, transaction: Transaction, source: Source, now: float
    ) -> None:
        if leg.transaction is not None:  # section 14.2: the first one has no final answer yet
            self._reply(transaction, request, 500, now, (("retry-after", "1"),))
            return
        if leg.state is not LegState.TALKING:
            self._reply(transaction, request, 481, now)
            return
        leg.dialog.refresh(request, source)
        leg.invite, leg.transaction = request, transaction
        self._events.append(Reinvited(leg.name, request.body or None))

    def _informed(self, leg: Leg, request: Request, transaction: Transaction, now: float) -> None:
        if request.body and request.content_type not in INFO_TYPES:
            self._reply(transaction, request, 415, now, (("accept", ", ".join(INFO_TYPES)),))
            return
        self._reply(transaction, request, 200, now)
        if request.body:
            self._events.append(InfoReceived(leg.name, request.content_type, request.body))

    def _notified(self, leg: Leg, request: Request, transaction: Transaction, now: float) -> None:
        """RFC 3515 section 2.4.5: the state of a transfer as a status line."""
        event = (request.headers.first("event") or "").partition(";")[0].strip().lower()
        if event != "refer" or not leg.transferring:
            self._reply(transaction, request, 489 if event != "refer" else 481, now)
            return
        self._reply(transaction, request, 200, now)
        words = request.body.split(None, 2)
        if len(words) > 1 and words[0].upper().startswith(b"SIP/") and words[1].isdigit():
            status = int(words[1])
            if status >= 200:
                self._report_transfer(leg, status)

    def _receive_ack(self, request: Request, now: float) -> None:
        leg = self._legs.get(request.to.tag or "")
        if leg is None or not leg.dialog.matches(request) or leg.unconfirmed is None:
            return
        if request.cseq.number != leg.unconfirmed_cseq:
            return
        leg.stop_resending()
        leg.confirmed_once = True
        self._events.append(Confirmed(leg.name, request.body or None))
        if leg.hang_up_on_ack:
            self._send_bye(leg, now, Cause.LINE_HUNG_UP)

    # Requests of ours

    def _send_request(
        self, leg: Leg, method: str, now: float, extra: tuple[tuple[str, str], ...] = ()
    ) -> None:
        request, destination = leg.dialog.request(method, self._new_token(), extra)
        self._layer.request(request, destination, now, leg)

    def _send_bye(self, leg: Leg, now: float, cause: Cause) -> None:
        leg.stop_resending()
        leg.state = LegState.LEAVING
        self._send_request(leg, "BYE", now)
        self._events.append(Ended(leg.name, cause))

    def _receive_response(self, response: Response, now: float) -> None:
        transaction = self._layer.receive_response(response, now)
        if transaction is None or not isinstance(transaction.user, Leg) or response.status < 200:
            return
        leg = transaction.user
        if response.cseq.method == "BYE":
            self._forget(leg)
        elif leg.transferring and response.status >= 300:
            self._report_transfer(leg, response.status)

    def _nobody_answered(self, transaction: Transaction) -> None:
        user = transaction.user
        if not isinstance(user, Leg):
            return  # a refusal whose ACK never came: its leg is gone already
        if user.state is LegState.LEAVING:
            self._forget(user)
        elif user.transferring:
            self._report_transfer(user, 408)

    def _ring_leg(self, leg: Leg, timer: Timer, now: float) -> None:
        match timer:
            case Timer.RESEND_2XX if leg.unconfirmed is not None and leg.unconfirmed_transaction is not None:
                self._layer.reply(leg.unconfirmed_transaction, leg.unconfirmed, 200, now)
                leg.resend_interval = self._timers.doubled(leg.resend_interval)
                self._alarms.set(leg, Timer.RESEND_2XX, now + leg.resend_interval)
            case Timer.GIVE_UP_2XX:  # section 13.3.1.4: "the session SHOULD be terminated ... with a BYE"
                self._send_bye(leg, now, Cause.NO_ACK)
            case Timer.EXPIRE_TRANSFER:
                self._report_transfer(leg, 408)
            case _:
                pass

    def _report_transfer(self, leg: Leg, status: int) -> None:
        leg.transferring = False
        leg.alarms.pop(Timer.EXPIRE_TRANSFER, None)
        self._events.append(TransferReported(leg.name, status))

    # Endings and refusals

    def _end(self, leg: Leg, cause: Cause) -> None:
        told = leg.state is LegState.LEAVING
        self._forget(leg)
        if not told:
            self._events.append(Ended(leg.name, cause))

    def _forget(self, leg: Leg) -> None:
        leg.state = LegState.OVER
        leg.stop_resending()
        leg.alarms.clear()
        self._legs.pop(leg.name, None)

    def _reply(
        self,
        transaction: Transaction,
        request: Request,
        status: int,
        now: float,
        headers: Iterable[tuple[str, str]] = (),
        tag: str = "",
    ) -> None:
        self._layer.reply(
            transaction, respond(request, status, tag or self._new_token(), headers), status, now
        )

    def _refuse_bad(self, request: Request | None, status: int, source: Source) -> None:
        """Answer a request that breaks a rule without keeping anything of it, where it says how."""
        self.dropped += 1
        if request is None or request.method == "ACK":
            return
        try:
            stamp_via(request, source)
            response = respond(request, status, "")
            if any(response.headers.first(name) is None for name in ("from", "to", "call-id", "cseq")):
                return
            self._layer.send(bytes(response), reply_address(request, source))
        except BadHeader:
            return


def _record_routes(message: Message) -> list[tuple[str, str]]:
    """Section 12.1.1: "all Record-Route header field values from the request" go back as they came."""
    return [line for line in message.headers.lines if line[0] == "record-route"]
