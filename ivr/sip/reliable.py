"""Provisional responses that must arrive: a 180 in, its copies until the PRACK out (RFC 3262).

The 180 carries no SDP. Where the INVITE brought no offer, the first reliable response would have to bring
ours (section 5), so there the 180 goes out plainly or, where 100rel is required, not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from zlib import crc32

from ivr.sip.headers import BadHeader
from ivr.sip.layer import TransactionLayer
from ivr.sip.leg import Leg, Provisional
from ivr.sip.message import Request, respond
from ivr.sip.timers import Alarms, Timer, Timers

__all__ = ["Provisionals"]

_RACK = re.compile(r"\s*+([0-9]{1,10})\s++([0-9]{1,10})\s++(\S++)\s*+")


class Provisionals:
    """The provisional responses of all legs that wait for a PRACK."""

    def __init__(
        self,
        layer: TransactionLayer,
        alarms: Alarms,
        timers: Timers,
        give_up: Callable[[Leg, float], None],
    ) -> None:
        """``give_up`` refuses the INVITE of a leg from which no PRACK came."""
        self._layer, self._alarms, self._timers, self._give_up = layer, alarms, timers, give_up

    def send(self, leg: Leg, headers: Iterable[tuple[str, str]], now: float) -> None:
        """Send 180 to the INVITE that waits: reliably where the caller can, once."""
        invite, transaction = leg.invite, leg.transaction
        if invite is None or transaction is None:
            return
        required = "100rel" in invite.headers.tokens("require")
        able = required or "100rel" in invite.headers.tokens("supported")
        if not able or not invite.body:
            if not required:
                self._layer.answer(transaction, invite, 180, leg.name, now, headers)
            return
        if leg.provisional is not None:
            return
        # Section 3: the first RSeq is "between 1 and 2**31 - 1", and hard to guess: our tag is.
        rseq = crc32(leg.name.encode()) % (2**31 - 1) + 1
        marks = [("require", "100rel"), ("rseq", str(rseq))]
        data = bytes(respond(invite, 180, leg.name, [*headers, *marks]))
        self._layer.reply(transaction, data, 180, now)
        leg.provisional = Provisional(leg, transaction, data, (rseq, invite.cseq.number), self._timers.t1)
        self._alarms.set(leg.provisional, Timer.RESEND_1XX, now + self._timers.t1)
        self._alarms.set(leg.provisional, Timer.GIVE_UP_1XX, now + self._timers.give_up)

    def acknowledge(self, leg: Leg, prack: Request) -> bool:
        """Take a PRACK; False when it is for nothing that waits. BadHeader without a right RAck."""
        value = prack.headers.first("rack") or ""
        match = _RACK.fullmatch(value)
        if match is None:
            raise BadHeader(f"RAck: {value[:60]!r}")
        waits = leg.provisional
        numbers = int(match[1]), int(match[2])
        if waits is None or waits.acknowledged or waits.numbers != numbers or match[3] != "INVITE":
            return False
        waits.acknowledged = True
        waits.alarms.clear()
        return True

    def ring(self, provisional: Provisional, timer: Timer, now: float) -> None:
        """Take a timer of a 180 that waits for its PRACK."""
        if timer is Timer.RESEND_1XX:
            self._layer.reply(provisional.transaction, provisional.data, 180, now)
            provisional.interval *= 2  # section 3 knows no longest interval
            self._alarms.set(provisional, Timer.RESEND_1XX, now + provisional.interval)
        else:
            self._give_up(provisional.leg, now)
