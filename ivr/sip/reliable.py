"""Provisional responses: 180 and 183 out, resent until their PRACK comes where they must arrive (RFC 3262).

A 180 carries no SDP. Where the INVITE brought no offer, the first reliable response would have to bring ours
(section 5), so there the 180 goes out plainly or, where 100rel is required, not at all. A 183 carries SDP:
the answer to the INVITE's offer, or, reliably only, an offer of ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from zlib import crc32

from ivr.sip.headers import BadHeader
from ivr.sip.layer import TransactionLayer
from ivr.sip.leg import Leg, Provisional
from ivr.sip.message import Request, respond
from ivr.sip.timers import Alarms, Timer, Timers

__all__ = ["Prack", "Provisionals", "takes_reliable"]

_RACK = re.compile(r"\s*+([0-9]{1,10})\s++([0-9]{1,10})\s++(\S++)\s*+")
_Lines = Iterable[tuple[str, str]]


class Prack(NamedTuple):
    """What a PRACK has brought: the answer to an offer of ours, or an offer (section 5); None: neither."""

    answer: bytes | None = None
    offer: bytes | None = None
    described: bool = False  # it was for a response with SDP


def takes_reliable(invite: Request) -> bool:
    """Whether the caller takes reliable provisional responses (section 3)."""
    return "100rel" in (*invite.headers.tokens("require"), *invite.headers.tokens("supported"))


class Provisionals:
    """The provisional responses of all legs."""

    def __init__(
        self,
        layer: TransactionLayer,
        alarms: Alarms,
        timers: Timers,
        give_up: Callable[[Leg, float], None],
    ) -> None:
        """``give_up`` refuses the INVITE of a leg from which no PRACK came."""
        self._layer, self._alarms, self._timers, self._give_up = layer, alarms, timers, give_up

    def send(self, leg: Leg, headers: _Lines, now: float, sdp: bytes = b"") -> bool:
        """Send 180, or 183 with SDP, to the INVITE that waits: reliably where the caller can, once each.

        Whether SDP has gone out plainly, so that no PRACK will tell of it.
        """
        invite, transaction, before = leg.invite, leg.transaction, leg.provisional
        if invite is None or transaction is None:
            return False
        lines = list(headers)
        if not takes_reliable(invite) or not (invite.body or sdp):
            if "100rel" in invite.headers.tokens("require") or (sdp and not invite.body):
                return False
            body = (*lines, ("content-type", "application/sdp")) if sdp else lines
            data = respond(invite, 183 if sdp else 180, leg.name, body, sdp)
            self._layer.reply(transaction, data, 183 if sdp else 180, now)
            return bool(sdp)
        if before is None or (sdp and before.acknowledged and not before.described):
            self._send_reliably(leg, lines, sdp, now)
        elif sdp and not before.acknowledged:  # section 3: not before "the first is acknowledged"
            before.next = (lines, sdp)
        return False

    def acknowledge(self, leg: Leg, prack: Request, now: float) -> Prack | None:
        """Take a PRACK; None when it is for nothing that waits. BadHeader without a right RAck or body."""
        value = prack.headers.first("rack") or ""
        match = _RACK.fullmatch(value)
        if match is None:
            raise BadHeader(f"RAck: {value[:60]!r}")
        waits = leg.provisional
        numbers = int(match[1]), int(match[2])
        if waits is None or waits.acknowledged or waits.numbers != numbers or match[3] != "INVITE":
            return None
        if prack.body and not waits.described:
            raise BadHeader("an offer in a PRACK before the INVITE's has its answer")
        waits.acknowledged = True
        waits.alarms = ()
        if waits.next is not None and leg.transaction is waits.transaction:
            self._send_reliably(leg, *waits.next, now)
        if not waits.described:
            return Prack()
        if waits.offers:
            return Prack(answer=prack.body, described=True)
        return Prack(offer=prack.body or None, described=True)

    def ring(self, provisional: Provisional, timer: Timer, now: float) -> None:
        """Take a timer of a response that waits for its PRACK."""
        if timer is Timer.RESEND_1XX:
            self._layer.reply(provisional.transaction, provisional.data, 180, now)
            provisional.interval *= 2  # section 3 knows no longest interval
            self._alarms.set(provisional, Timer.RESEND_1XX, now + provisional.interval)
        else:
            self._give_up(provisional.leg, now)

    def _send_reliably(self, leg: Leg, lines: list[tuple[str, str]], sdp: bytes, now: float) -> None:
        invite, transaction, before = leg.invite, leg.transaction, leg.provisional
        if invite is None or transaction is None:
            return
        # Section 3: the first RSeq is "between 1 and 2**31 - 1", and hard to guess: our tag is. Then by one.
        rseq = crc32(leg.name.encode()) % (2**31 - 1) + 1 if before is None else before.numbers[0] + 1
        marks = [("require", "100rel"), ("rseq", str(rseq))]
        if sdp:
            marks.append(("content-type", "application/sdp"))
        status = 183 if sdp else 180
        data = bytes(respond(invite, status, leg.name, [*lines, *marks], sdp))
        self._layer.reply(transaction, data, status, now)
        sent = Provisional(leg, transaction, data, (rseq, invite.cseq.number), self._timers.t1)
        sent.described, sent.offers = bool(sdp), bool(sdp) and not invite.body
        leg.provisional = sent
        self._alarms.set(sent, Timer.RESEND_1XX, now + self._timers.t1)
        self._alarms.set(sent, Timer.GIVE_UP_1XX, now + self._timers.give_up)
