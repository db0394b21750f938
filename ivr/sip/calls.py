"""The legs that live: the hall's verbs and the timers in, responses, requests of ours and events out.

Sources: RFC 3261 sections 12 to 15; RFC 3515 for transfers; RFC 3311 and 4028 for UPDATE and
refreshes; RFC 3262 for 180 and 183.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from ivr.peer import Peer
from ivr.sip.credentials import Credentials, authorize
from ivr.sip.dialog import Dialog
from ivr.sip.events import Cause, Ended, Event, Progressed, TransferReported
from ivr.sip.layer import TransactionLayer
from ivr.sip.leg import Answer, Leg, LegState, Wish
from ivr.sip.message import Message, Request, respond
from ivr.sip.refreshes import Refreshes
from ivr.sip.reinvites import Reinvites
from ivr.sip.reliable import Provisionals
from ivr.sip.requests import Outcome, Requests
from ivr.sip.timers import Alarms, Timer, Timers
from ivr.sip.transaction import INVITE_SERVER, Transaction
from ivr.sip.uri import Uri

__all__ = ["Calls"]

_TRANSFER_SECONDS = 30.0  # how long a transfer may stay without a final NOTIFY


class _Own(NamedTuple):
    """A request of ours in a leg's dialog."""

    leg: Leg
    method: str
    extra: tuple[tuple[str, str], ...]  # the headers that are its own
    proof: tuple[tuple[str, str], ...] = ()  # the answer to a challenge

    @property
    def wanted(self) -> bool:
        """Whether the call has not gone on to where it makes no sense."""
        return self.leg.state is (LegState.LEAVING if self.method == "BYE" else LegState.TALKING)


class Calls:
    """All legs of one user agent, by our tag."""

    def __init__(
        self,
        layer: TransactionLayer,
        requests: Requests,
        alarms: Alarms,
        timers: Timers,
        new_token: Callable[[], str],
        capabilities: tuple[tuple[str, str], ...],
        credentials: Credentials,
        session_expires: int,
    ) -> None:
        """``capabilities`` are the headers that tell in a 200 what we can do.

        ``session_expires`` is the interval of session timers, in seconds.
        """
        self._credentials = credentials
        self._layer, self._requests, self._alarms, self._timers = layer, requests, alarms, timers
        self._new_token, self._capabilities = new_token, capabilities
        self._legs: dict[str, Leg] = {}
        self.provisionals = Provisionals(layer, alarms, timers, self._give_up_ringing)
        self.events: deque[Event] = deque()
        self._refreshes = Refreshes(
            alarms,
            session_expires,
            self._send,
            lambda leg, wish, now: self._reinvites.start(leg, wish, now),
            self.leave,
        )
        self._reinvites = Reinvites(
            requests,
            alarms,
            new_token,
            capabilities[0],
            self._proof,
            self._refreshes,
            self.events.append,
            self.leave,
        )

    def __len__(self) -> int:
        return len(self._legs)

    def open(self, dialog: Dialog, invite: Request, transaction: Transaction) -> Leg:
        """A new leg, ringing."""
        leg = Leg(dialog, invite, transaction, dialog.source)
        leg.note_methods(invite)
        transaction.user = leg
        self._legs[leg.name] = leg
        return leg

    def find(self, request: Request) -> Leg | None:
        """The leg in whose dialog a request comes (section 12.2.2)."""
        leg = self._legs.get(request.to.tag or "")
        return leg if leg is not None and leg.dialog.matches(request) else None

    # The hall's verbs

    def ring(self, name: str, now: float) -> None:
        """Send 180 to a leg that rings."""
        self.progress(name, b"", now)

    def progress(self, name: str, sdp: bytes, now: float) -> None:
        """Send 183 with SDP, or 180 without, to a leg that rings."""
        leg = self._legs.get(name)
        if leg is None or leg.state is not LegState.RINGING or leg.invite is None:
            return
        leg.sdp = sdp or leg.sdp
        headers = [("contact", leg.dialog.contact), *_record_routes(leg.invite)]
        if self.provisionals.send(leg, headers, now, sdp):
            self.events.append(Progressed(leg.name, None))

    def accept(self, name: str, sdp: bytes, now: float) -> None:
        """Answer the waiting (re-)INVITE or UPDATE with 200 and SDP; the 200 to an UPDATE needs no ACK."""
        leg = self._legs.get(name)
        if leg is None or leg.transaction is None or leg.invite is None:
            return
        if leg.change is not None:
            change, leg.change = leg.change, None
            self._succeed(leg, *change, sdp, now)
            self.release(leg, now)
            return
        if leg.described and not leg.settled:
            # RFC 3262 section 3: no 2xx before the PRACK of a provisional response with SDP.
            leg.held = sdp
            return
        if leg.settled and leg.state is LegState.RINGING:
            sdp = b""  # RFC 6337 section 3.1.1: the session is agreed, so the 200 says nothing of it
        invite, transaction = leg.invite, leg.transaction
        leg.transaction = leg.invite = None
        leg.stop_ringing()
        data = self._succeed(leg, invite, transaction, leg.invited_from, sdp, now)
        if transaction.table is not INVITE_SERVER:
            return
        cseq, offers = invite.cseq.number, not invite.body and bool(sdp)
        answer = Answer(leg, transaction, data, cseq, offers, self._timers.t1, now + self._timers.give_up)
        leg.answers += (answer,)
        leg.state = LegState.TALKING
        self._alarms.set(answer, Timer.RESEND_2XX, now + answer.interval)

    def release(self, leg: Leg, now: float) -> None:
        """Send the 200 that has waited for a PRACK, and for the answer to what that brought."""
        if leg.held is not None and leg.change is None:
            self.accept(leg.name, leg.held, now)

    def keep(self, leg: Leg, update: Request, transaction: Transaction, source: Peer, now: float) -> None:
        """Answer an UPDATE that offers nothing: it moves the other side, or refreshes the session."""
        self._succeed(leg, update, transaction, source, b"", now)

    def _succeed(
        self, leg: Leg, request: Request, transaction: Transaction, source: Peer, sdp: bytes, now: float
    ) -> bytes:
        """Send a 200 to what opens or refreshes the session; gives its bytes."""
        early = leg.state is LegState.RINGING
        if not early or request.method == "UPDATE":  # RFC 6141 section 4.6: it moves them once accepted
            leg.dialog.refresh(request, source)
        headers = [("contact", leg.dialog.contact), *_record_routes(request), *self._capabilities]
        if not early or request.method == "INVITE":
            headers += self._refreshes.agree(leg, request, now)
        if sdp:
            leg.sdp = sdp
            headers.append(("content-type", "application/sdp"))
        return self._layer.reply(transaction, respond(request, 200, leg.name, headers, sdp), 200, now)

    def refuse(self, name: str, status: int, now: float, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Refuse the waiting INVITE; a refused re-INVITE leaves the call as it was (section 14.2)."""
        leg = self._legs.get(name)
        if leg is not None and leg.change is not None:
            self._refuse_change(leg, status, now)
            self.release(leg, now)
        elif leg is not None:
            self.turn_down(leg, status, Cause.REFUSED, now, headers)

    def hang_up(self, name: str, now: float) -> None:
        """End the call: BYE, or 480 where it was not answered yet."""
        leg = self._legs.get(name)
        if leg is None or leg.state in (LegState.LEAVING, LegState.OVER):
            return
        if leg.state is LegState.RINGING:
            self.turn_down(leg, 480, Cause.LINE_HUNG_UP, now)
        elif leg.confirmed:
            self.leave(leg, Cause.LINE_HUNG_UP, now)
        else:
            # Section 15: the callee "MUST NOT send a BYE on a confirmed dialog until it has received an ACK
            # for its 2xx response or until the server transaction times out".
            leg.hang_up_on_ack = True

    def reinvite(self, name: str, sdp: bytes, now: float) -> None:
        """Offer another session to a leg that talks."""
        leg = self._legs.get(name)
        if leg is not None and leg.state is LegState.TALKING:
            self._reinvites.start(leg, Wish(sdp), now)

    def refer(self, name: str, target: str, now: float) -> None:
        """Send a REFER to a number at the caller's side."""
        leg = self._legs.get(name)
        if leg is None or leg.state is not LegState.TALKING:
            return
        leg.referred = leg.transferring = True
        self._alarms.set(leg, Timer.EXPIRE_TRANSFER, now + _TRANSFER_SECONDS)
        peer = leg.dialog.target
        refer_to = Uri("sip", target, peer.host, peer.port)
        headers = (("refer-to", f"<{refer_to}>"), ("referred-by", leg.dialog.contact))
        self._send(leg, "REFER", now, headers)

    # Endings

    def turn_down(
        self, leg: Leg, status: int, cause: Cause, now: float, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Give the waiting INVITE a final refusal, if one waits; a leg that rings ends with it."""
        if leg.transaction is None or leg.invite is None:
            return
        self._refuse_change(leg, 487, now)
        self._layer.answer(leg.transaction, leg.invite, status, leg.name, now, headers)
        leg.transaction = leg.invite = None
        leg.stop_ringing()
        if leg.state is LegState.RINGING:
            self.end(leg, cause)

    def _refuse_change(self, leg: Leg, status: int, now: float) -> None:
        change, leg.change = leg.change, None
        if change is not None:
            self._layer.answer(change.transaction, change.request, status, leg.name, now)

    def _give_up_ringing(self, leg: Leg, now: float) -> None:
        """RFC 3262 section 3: without a PRACK the INVITE SHOULD be refused with a 5xx."""
        self.turn_down(leg, 504, Cause.NO_PRACK, now)

    def leave(self, leg: Leg, cause: Cause, now: float) -> None:
        """Send our BYE: for the hall the leg is over, here it stays until the BYE is answered."""
        self.turn_down(leg, 487, cause, now)
        leg.stop_resending()
        self._alarms.forget(leg)
        leg.transferring = False
        leg.state = LegState.LEAVING
        self._send(leg, "BYE", now)
        self.events.append(Ended(leg.name, cause))

    def end(self, leg: Leg, cause: Cause) -> None:
        """The leg is over, here too."""
        if leg.state not in (LegState.LEAVING, LegState.OVER):
            self.events.append(Ended(leg.name, cause))
        leg.state = LegState.OVER
        leg.transferring = False
        leg.stop_resending()
        self._alarms.forget(leg)
        self._legs.pop(leg.name, None)

    # What becomes of requests of ours

    def _answered(self, own: _Own, outcome: Outcome, now: float) -> None:
        """The end of a BYE ends the leg, whatever it is; of a REFER only a refusal matters.

        A challenge is answered once, where the password of its realm is known (section 22.2).
        """
        if self._prove(own, outcome, now):
            return
        if own.method == "BYE":
            self.end(own.leg, Cause.LINE_HUNG_UP)
        elif own.method == "UPDATE":
            self._refreshes.answered(own.leg, outcome, now)
        elif outcome.status >= 300:
            self.report_transfer(own.leg, outcome.status)

    def report_transfer(self, leg: Leg, status: int) -> None:
        """Tell the hall the outcome of a REFER, once."""
        if leg.transferring:
            leg.transferring = False
            self._alarms.stop(leg, Timer.EXPIRE_TRANSFER)
            self.events.append(TransferReported(leg.name, status))

    # Timers

    def ring_leg(self, leg: Leg, timer: Timer, now: float) -> None:
        """Take a timer of a leg's."""
        if timer is Timer.EXPIRE_TRANSFER:
            self.report_transfer(leg, 408)
        elif timer is Timer.REFRESH:
            self._refreshes.refresh(leg, now)
        elif timer is Timer.REPEAT_REINVITE:
            self._reinvites.look(leg, now)
        else:
            self._refreshes.expire(leg, now)

    def ring_answer(self, answer: Answer, timer: Timer, now: float) -> None:
        """Take a timer of a 2xx that waits for its ACK."""
        if timer is Timer.RESEND_2XX:
            self._layer.reply(answer.transaction, answer.data, 200, now)
            answer.interval = self._timers.doubled(answer.interval)
            again, last = now + answer.interval, answer.until
            timer = Timer.RESEND_2XX if again < last else Timer.GIVE_UP_2XX
            self._alarms.set(answer, timer, min(again, last))
        else:  # section 13.3.1.4: "the session SHOULD be terminated ... with a BYE"
            self.leave(answer.leg, Cause.NO_ACK, now)

    def _send(self, leg: Leg, method: str, now: float, extra: Iterable[tuple[str, str]] = ()) -> None:
        self._start(_Own(leg, method, tuple(extra)), now)

    def _start(self, own: _Own, now: float) -> None:
        dialog = own.leg.dialog
        cseq = dialog.count()

        def build(peer: Peer) -> Request | None:
            return dialog.request(own.method, cseq, own.extra + own.proof) if own.wanted else None

        self._requests.send(build, dialog.way, partial(self._answered, own), now)

    def _prove(self, own: _Own, outcome: Outcome, now: float) -> bool:
        """Send a challenged request again with its answer; False when it was no challenge to be answered."""
        proof = () if own.proof or not own.wanted else self._proof(outcome, own.method)
        if proof:
            self._start(own._replace(proof=proof), now)
        return bool(proof)

    def _proof(self, outcome: Outcome, method: str) -> tuple[tuple[str, str], ...]:
        """The header lines that answer a challenge (section 22.2)."""
        response, request = outcome.response, outcome.request
        if response is None or request is None:
            return ()
        return tuple(authorize(response, method, request.uri, self._credentials, self._new_token()))


def _record_routes(message: Message) -> list[tuple[str, str]]:
    """Section 12.1.1: "all Record-Route header field values from the request" go back as they came."""
    return [line for line in message.headers.lines if line[0] == "record-route"]
