"""Requests inside a dialog: one of ours comes in, its answer and what it means for the call go out.

Sources: RFC 3261 sections 12.2.2, 13.3.1.4, 14.2, 15.1.2; RFC 3262 (PRACK); RFC 3311 (UPDATE); RFC 6086
(INFO); RFC 3515 and 6665 (NOTIFY).
"""

from __future__ import annotations

import re
from zlib import crc32

from ivr.peer import Peer
from ivr.sip.calls import Calls
from ivr.sip.events import Cause, Confirmed, InfoReceived, Progressed, Reinvited
from ivr.sip.layer import TransactionLayer
from ivr.sip.leg import Change, Leg, LegState
from ivr.sip.message import Request
from ivr.sip.transaction import Transaction

__all__ = ["INFO_TYPES", "DialogServer"]

INFO_TYPES = ("application/dtmf-relay", "application/dtmf")
_SIPFRAG = re.compile(rb"\s*SIP/2\.0[ \t]+([1-6][0-9]{2})\b", re.IGNORECASE)


class DialogServer:
    """Serves what comes inside the dialogs of some calls."""

    def __init__(
        self, calls: Calls, layer: TransactionLayer, capabilities: tuple[tuple[str, str], ...]
    ) -> None:
        """``capabilities`` answer an OPTIONS."""
        self._calls, self._layer, self._capabilities = calls, layer, capabilities

    def serve(self, request: Request, transaction: Transaction, source: Peer, now: float) -> None:
        """Answer a request whose To has a tag."""
        leg = self._calls.find(request)
        # A leg that has sent BYE is over for all but the BYE that crosses it (RFC 5407 section 3.2).
        if leg is None or (leg.state is LegState.LEAVING and request.method != "BYE"):
            self._answer(transaction, request, 481, now)
        elif not leg.dialog.in_order(request):
            self._answer(transaction, request, 500, now)
        else:
            match request.method:
                case "BYE":
                    self._hung_up(leg, request, transaction, now)
                case "INVITE":
                    self._reinvited(leg, request, transaction, source, now)
                case "UPDATE":
                    self._updated(leg, request, transaction, source, now)
                case "PRACK":
                    self._arrived(leg, request, transaction, source, now)
                case "INFO":
                    self._informed(leg, request, transaction, now)
                case "NOTIFY":
                    self._notified(leg, request, transaction, now)
                case _:
                    self._answer(transaction, request, 200, now, self._capabilities)

    def acknowledge(self, request: Request, now: float) -> None:
        """Take the ACK of a 2xx: there is no answer to it, and a strange one is dropped."""
        leg = self._calls.find(request)
        if leg is None:
            return
        answer = next((one for one in leg.answers if one.cseq == request.cseq.number), None)
        if answer is None:
            return
        leg.stop_resending(request.cseq.number)
        leg.confirmed = True
        sdp = request.body if request.content_type == "application/sdp" else b""
        self._calls.events.append(Confirmed(leg.name, sdp if answer.offers else None))
        if leg.hang_up_on_ack:
            self._calls.leave(leg, Cause.LINE_HUNG_UP, now)

    def _hung_up(self, leg: Leg, request: Request, transaction: Transaction, now: float) -> None:
        """Section 15.1.2: 200, and "any pending requests ... SHOULD" get a 487."""
        self._answer(transaction, request, 200, now)
        self._calls.turn_down(leg, 487, Cause.CALLER_HUNG_UP, now)
        self._calls.end(leg, Cause.CALLER_HUNG_UP)

    def _reinvited(
        self, leg: Leg, request: Request, transaction: Transaction, source: Peer, now: float
    ) -> None:
        if leg.offering:  # RFC 3261 section 14.1, RFC 5407 section 3.1.4: our own offer has no answer yet
            self._answer(transaction, request, 491, now)
            return
        if leg.settled and leg.state is LegState.RINGING and request.method == "UPDATE" and not leg.change:
            self._change(leg, request, transaction, source)
            return
        if leg.transaction is not None:
            # Section 14.2: the first one has no final answer yet: "a Retry-After header field with a randomly
            # chosen value of between 0 and 10 seconds".
            wait = crc32(str(request.via).encode("utf-8", "surrogateescape")) % 11
            self._answer(transaction, request, 500, now, (("retry-after", str(wait)),))
            return
        _ = request.contacts  # read now, so that a bad one is refused now
        leg.invite, leg.transaction, leg.invited_from = request, transaction, source
        transaction.user = leg
        self._calls.events.append(Reinvited(leg.name, request.body or None, source))

    def _updated(
        self, leg: Leg, request: Request, transaction: Transaction, source: Peer, now: float
    ) -> None:
        """RFC 3311 section 5.2: as a re-INVITE where it offers, which the same rules hold for.

        An offer of theirs that waits gets the next one a 500 with Retry-After, an offer of ours a 491.
        """
        if request.body or leg.change or (leg.invite is not None and leg.invite.method == "UPDATE"):
            self._reinvited(leg, request, transaction, source, now)
        else:
            self._calls.keep(leg, request, transaction, source, now)

    def _arrived(
        self, leg: Leg, request: Request, transaction: Transaction, source: Peer, now: float
    ) -> None:
        """RFC 3262 section 5: a PRACK may bring the answer to our offer, or a new offer of theirs."""
        if request.body and request.content_type != "application/sdp":
            self._answer(transaction, request, 415, now, (("accept", "application/sdp"),))
            return
        prack = self._calls.provisionals.acknowledge(leg, request, now)
        if prack is None:
            self._answer(transaction, request, 481, now)
            return
        if prack.described:
            self._calls.events.append(Progressed(leg.name, prack.answer))
        if prack.offer is not None:
            self._change(leg, request, transaction, source)
            return
        self._answer(transaction, request, 200, now)
        self._calls.release(leg, now)

    def _change(self, leg: Leg, request: Request, transaction: Transaction, source: Peer) -> None:
        """An offer in an early dialog whose first one is answered: the hall answers it before the INVITE."""
        _ = request.contacts  # read now, so that a bad one is refused now
        leg.change = Change(request, transaction, source)
        self._calls.events.append(Reinvited(leg.name, request.body or None, source))

    def _informed(self, leg: Leg, request: Request, transaction: Transaction, now: float) -> None:
        if request.body and request.content_type not in INFO_TYPES:
            self._answer(transaction, request, 415, now, (("accept", ", ".join(INFO_TYPES)),))
            return
        self._answer(transaction, request, 200, now)
        if request.body:
            self._calls.events.append(InfoReceived(leg.name, request.content_type, request.body))

    def _notified(self, leg: Leg, request: Request, transaction: Transaction, now: float) -> None:
        """RFC 3515 section 2.4.5: the state of a transfer as a status line."""
        event = (request.headers.first("event") or "").partition(";")[0].strip().lower()
        if event != "refer":
            self._answer(transaction, request, 489, now, (("allow-events", "refer"),))
            return
        if not leg.referred:
            self._answer(transaction, request, 481, now)
            return
        self._answer(transaction, request, 200, now)
        status = _transfer_status(request)
        if status >= 200:
            self._calls.report_transfer(leg, status)

    def _answer(
        self,
        transaction: Transaction,
        request: Request,
        status: int,
        now: float,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._layer.answer(transaction, request, status, "", now, headers)


def _transfer_status(request: Request) -> int:
    """What a NOTIFY says of a transfer; 408 when it says that nothing more will be said."""
    found = _SIPFRAG.match(request.body)
    status = int(found[1]) if found else 100
    state = (request.headers.first("subscription-state") or "").partition(";")[0].strip().lower()
    return 408 if status < 200 and state == "terminated" else status
