"""Re-INVITEs of ours: a session in, INVITE and ACK out, and what became of it (RFC 3261 section 14).

One at a time in a dialog, and none while one of theirs is open (section 14.1); the wish for one waits.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple
from zlib import crc32

from ivr.peer import Peer
from ivr.sip.events import Cause, Reanswered
from ivr.sip.headers import BadHeader
from ivr.sip.leg import Leg, LegState, Wish
from ivr.sip.message import Request
from ivr.sip.refreshes import Refreshes
from ivr.sip.requests import Outcome, Requests
from ivr.sip.session_timer import asked
from ivr.sip.timers import Alarms, Timer

__all__ = ["Reinvites"]

_LOOK_AGAIN = 0.5  # seconds until a wish that could not be sent is looked at again
_LONGEST_WAIT = 200  # hundredths of a second, after a 491

Headers = tuple[tuple[str, str], ...]


class _Reinvite(NamedTuple):
    """One INVITE of ours in a dialog."""

    leg: Leg
    wish: Wish
    sdp: bytes
    cseq: int
    proof: Headers  # the answer to a challenge


class Reinvites:
    """The re-INVITEs of all legs."""

    def __init__(
        self,
        requests: Requests,
        alarms: Alarms,
        new_token: Callable[[], str],
        allow: tuple[str, str],
        prove: Callable[[Outcome, str], Headers],
        refreshes: Refreshes,
        tell: Callable[[Reanswered], None],
        leave: Callable[[Leg, Cause, float], None],
    ) -> None:
        """``allow`` is our Allow header, ``prove`` answers a challenge, ``leave`` sends the BYE."""
        self._requests, self._alarms, self._new_token = requests, alarms, new_token
        self._allow, self._prove = allow, prove
        self._refreshes, self._tell, self._leave = refreshes, tell, leave

    def start(self, leg: Leg, wish: Wish, now: float) -> None:
        """Offer it as soon as nothing is in the way; a later wish takes an earlier one's place."""
        if leg.wish is None or not wish.refreshes:  # whatever is offered refreshes, too
            leg.wish = wish
        self.look(leg, now)

    def look(self, leg: Leg, now: float) -> None:
        """Send the INVITE a leg waits for, if it can go now.

        Section 14.1: not "while another INVITE transaction is in progress in either direction".
        """
        if leg.wish is None or leg.state is not LegState.TALKING:
            return
        if leg.inviting or leg.transaction is not None or leg.answers or not leg.confirmed:
            self._alarms.set(leg, Timer.REPEAT_REINVITE, now + _LOOK_AGAIN)
            return
        wish, leg.wish = leg.wish, None
        self._send(_Reinvite(leg, wish, wish.sdp or leg.sdp, leg.dialog.count(), ()), now)

    def _send(self, one: _Reinvite, now: float) -> None:
        leg = one.leg
        leg.inviting = True
        headers = [self._allow, ("content-type", "application/sdp")]
        headers += asked(leg.session, leg.min_se) if leg.session else [("supported", "timer")]

        def build(peer: Peer) -> Request | None:
            if leg.state is not LegState.TALKING:
                return None
            return leg.dialog.request("INVITE", one.cseq, [*headers, *one.proof], one.sdp)

        self._requests.send(build, leg.dialog.way, lambda outcome, now: self._heard(one, outcome, now), now)

    def _heard(self, one: _Reinvite, outcome: Outcome, now: float) -> None:
        leg = one.leg
        leg.inviting = False
        if outcome.response is not None and outcome.status < 300:
            self._accepted(one, outcome, now)
        if leg.state is not LegState.TALKING:
            return
        proof = () if one.proof else self._prove(outcome, "INVITE")
        if proof:
            self._send(one._replace(cseq=leg.dialog.count(), proof=proof), now)
            return
        if outcome.status == 491 and not one.wish.refreshes:
            # Section 14.1: as we do not own the Call-ID, "T has a randomly chosen value of between 0 and 2
            # seconds in units of 10 ms".
            wait = crc32(self._new_token().encode()) % (_LONGEST_WAIT + 1) / 100
            leg.wish = leg.wish or one.wish
            self._alarms.set(leg, Timer.REPEAT_REINVITE, now + wait)
        elif outcome.status == 422 and outcome.response and self._refreshes.lengthen(leg, outcome.response):
            self.start(leg, one.wish, now)
        else:
            if one.wish.refreshes or outcome.status < 300:
                self._refreshes.answered(leg, outcome, now)
            self._close(one, outcome, now)

    def _close(self, one: _Reinvite, outcome: Outcome, now: float) -> None:
        """It has its answer, and what waits behind it may go."""
        leg = one.leg
        if leg.state is not LegState.TALKING:
            return
        if outcome.status in (408, 481):  # section 12.2.1.2: there is no dialog any more
            self._leave(leg, Cause.NOT_THERE, now)
        else:
            self._report(one, outcome)
            self.look(leg, now)

    def _accepted(self, one: _Reinvite, outcome: Outcome, now: float) -> None:
        """Section 13.2.2.4: the ACK goes out whatever the 2xx holds, and even when the call is over."""
        leg, dialog = one.leg, one.leg.dialog
        if outcome.response is not None:
            with suppress(BadHeader):
                dialog.retarget(outcome.response)
        leg.sdp = one.sdp
        if outcome.transaction is not None:
            ack = dialog.request("ACK", one.cseq, one.proof)
            self._requests.acknowledge(outcome.transaction, lambda peer: ack, dialog.way, now)

    def _report(self, one: _Reinvite, outcome: Outcome) -> None:
        """Tell the hall; of a refresh only what it may have changed."""
        response = outcome.response
        answer = None
        if response is not None and response.status < 300 and response.content_type == "application/sdp":
            answer = response.body
        if answer is not None or not one.wish.refreshes:
            self._tell(Reanswered(one.leg.name, answer, outcome.status))
