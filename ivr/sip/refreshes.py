"""Keeping sessions alive: what peers ask for in, our refreshes and the BYE of a dead session out (RFC 4028).

A refresh of ours is an UPDATE without a body where the other side lists UPDATE (section 7.4), so that no
offer can cross another; elsewhere a re-INVITE with the session as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ivr.sip.events import Cause
from ivr.sip.headers import BadHeader
from ivr.sip.leg import Leg, LegState, Wish
from ivr.sip.message import Request, Response
from ivr.sip.requests import Outcome
from ivr.sip.session_timer import Session, agree, asked, granted, least
from ivr.sip.timers import Alarms, Timer

__all__ = ["Refreshes"]

_AGAIN = 2.0  # after a refresh that came at a bad time: our longest wait in RFC 3261 section 14.1


class Refreshes:
    """The session timers of all legs."""

    def __init__(
        self,
        alarms: Alarms,
        send: Callable[[Leg, str, float, Iterable[tuple[str, str]]], None],
        reinvite: Callable[[Leg, Wish, float], None],
        leave: Callable[[Leg, Cause, float], None],
    ) -> None:
        """``send`` sends a request of ours in a leg's dialog, ``reinvite`` an INVITE, ``leave`` the BYE."""
        self._alarms, self._send, self._reinvite, self._leave = alarms, send, reinvite, leave

    def agree(self, leg: Leg, request: Request, now: float) -> list[tuple[str, str]]:
        """Set the timer a request asks for; gives the headers of its 2xx that say so."""
        leg.note_methods(request)
        leg.min_se = max(leg.min_se, least(request))
        session, headers = agree(request)
        self._start(leg, session, now)
        return headers

    def refresh(self, leg: Leg, now: float) -> None:
        """Send our refresh: half of the session has gone."""
        if leg.session is None:
            return
        if leg.takes_updates:
            self._send(leg, "UPDATE", now, asked(leg.session, leg.min_se))
        else:
            self._reinvite(leg, Wish(), now)

    def answered(self, leg: Leg, outcome: Outcome, now: float) -> None:
        """What became of a refresh: where it is no 2xx, the end of the session is not put off."""
        response = outcome.response
        if leg.state is not LegState.TALKING or leg.session is None:
            return
        if response is not None and outcome.status < 300:
            self.restart(leg, response, now)
        elif outcome.status in (408, 481):  # RFC 3261 section 12.2.1.2
            self.expire(leg, now)
        elif outcome.status in (405, 501) and leg.takes_updates:  # its Allow promised too much
            leg.takes_updates = False
            self.refresh(leg, now)
        elif outcome.status == 422 and response is not None:
            if self.lengthen(leg, response):
                self.refresh(leg, now)
        elif outcome.status in (491, 500, 503) and leg.session.ours:
            self._alarms.set(leg, Timer.REFRESH, now + _AGAIN)

    def restart(self, leg: Leg, response: Response, now: float) -> None:
        """A 2xx to a request of ours begins the session anew."""
        try:
            leg.dialog.retarget(response)
            session = granted(response)
        except BadHeader:
            session = leg.session
        self._start(leg, session, now)

    def expire(self, leg: Leg, now: float) -> None:
        """Nobody has refreshed the session, or nobody is there: end it."""
        if leg.state is not LegState.TALKING:
            return
        if leg.confirmed:
            self._leave(leg, Cause.NOT_REFRESHED, now)
        else:  # RFC 3261 section 15: no BYE of ours before the ACK
            leg.hang_up_on_ack = True

    def _start(self, leg: Leg, session: Session | None, now: float) -> None:
        leg.session = session
        self._alarms.stop(leg, Timer.REFRESH, Timer.EXPIRE_SESSION)
        if leg.wish is not None and leg.wish.refreshes:
            leg.wish = None
        if session is None:
            return
        self._alarms.set(leg, Timer.EXPIRE_SESSION, now + session.end_after)
        if session.ours:
            self._alarms.set(leg, Timer.REFRESH, now + session.refresh_after)

    def lengthen(self, leg: Leg, response: Response) -> bool:
        """Section 7.3: after a 422 the interval is at least the Min-SE it names; False if it was already."""
        try:
            wanted = least(response)
        except BadHeader:
            return False
        if leg.session is None or wanted <= leg.session.interval:
            return False
        leg.min_se = max(leg.min_se, wanted)
        leg.session = Session(wanted, leg.session.ours)
        return True
