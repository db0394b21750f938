"""Keeping sessions alive: what peers ask for in, our refreshes and the BYE of a dead session out (RFC 4028).

Every call has a session timer. Where the caller's side asks for none, or knows of none, the line refreshes by
itself, since it would not hear otherwise that a phone on hold has gone: nothing comes from one but SIP.

A refresh of ours is an UPDATE without a body where the other side lists UPDATE (section 7.4), so that no
offer can cross another; elsewhere a re-INVITE with the session as it is. An OPTIONS in the dialog would be
lighter, and shows less: a phone that has restarted answers it with 200 as it would outside of any dialog, a
simple one knows INVITE, ACK and BYE alone and answers nothing, and a proxy that counts the time of sessions
takes it for no refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ivr.sip.events import Cause
from ivr.sip.headers import BadHeader
from ivr.sip.leg import Leg, LegState, Wish
from ivr.sip.message import Request, Response
from ivr.sip.requests import Outcome
from ivr.sip.session_timer import Session, agree, asked, granted, kept, least
from ivr.sip.timers import Alarms, Timer

__all__ = ["Refreshes"]

_AGAIN = 1 / 45  # of the interval, so two seconds at least, until a refresh at a bad time is tried again


class Refreshes:
    """The session timers of all legs."""

    def __init__(
        self,
        alarms: Alarms,
        longest: int,
        send: Callable[[Leg, str, float, Iterable[tuple[str, str]]], None],
        reinvite: Callable[[Leg, Wish, float], None],
        leave: Callable[[Leg, Cause, float], None],
    ) -> None:
        """``longest`` is the interval we want, in seconds.

        ``send`` sends a request of ours in a leg's dialog, ``reinvite`` an INVITE, ``leave`` the BYE.
        """
        self._alarms, self._longest = alarms, longest
        self._send, self._reinvite, self._leave = send, reinvite, leave

    def agree(self, leg: Leg, request: Request, now: float) -> list[tuple[str, str]]:
        """Set the timer a request asks for, or ours; gives the headers of its 2xx that say so."""
        leg.note_methods(request)
        leg.min_se = max(leg.min_se, least(request))
        session, headers = agree(request, self._longest, leg.min_se)
        self._start(leg, session, now)
        return headers

    def refresh(self, leg: Leg, now: float) -> None:
        """Send our refresh: half of the session has gone."""
        if leg.session is None or leg.state is not LegState.TALKING:
            return
        if leg.queue is None:  # it was its turn; a refresh that comes again does not put the end off
            rest = leg.session.end_after - leg.session.refresh_after
            self._alarms.wait(leg, Timer.EXPIRE_SESSION, rest, now)
        if leg.takes_updates:
            self._send(leg, "UPDATE", now, asked(leg.session, leg.min_se))
        else:
            self._reinvite(leg, Wish(), now)

    def answered(self, leg: Leg, outcome: Outcome, now: float) -> None:
        """What became of a refresh.

        Section 10: a 408, a 481 or no answer ends the call. Any other refusal leaves an agreed session to its
        end. To one that we keep unasked it is an answer like any other: somebody is there.
        """
        status, response, session = outcome.status, outcome.response, leg.session
        if leg.state is not LegState.TALKING or session is None:
            return
        if response is not None and status < 300:
            self.restart(leg, response, now)
        elif status in (408, 481):  # RFC 3261 section 12.2.1.2
            self.expire(leg, now)
        elif status in (405, 501) and leg.takes_updates:  # its Allow promised too much
            leg.takes_updates = False
            self.refresh(leg, now)
        elif status == 422 and response is not None and self.lengthen(leg, response):
            self.refresh(leg, now)
        else:
            again = session.ours and status in (491, 500, 503)
            if session.kept and response is not None:
                again = again and _ending(leg)  # once: to who says the same again it is no bad time
                self._start(leg, session, now)
            if again:
                self._alarms.set(leg, Timer.REFRESH, now + session.interval * _AGAIN)

    def restart(self, leg: Leg, response: Response, now: float) -> None:
        """A 2xx to a request of ours begins the session anew.

        Without a Session-Expires "there is no session expiration" for the other side; we go on as before.
        """
        try:
            leg.dialog.retarget(response)
            session = granted(response)
        except BadHeader:
            session = leg.session
        self._start(leg, session or kept(max(self._longest, leg.min_se)), now)

    def expire(self, leg: Leg, now: float) -> None:
        """Nobody has refreshed the session, or nobody is there: end it."""
        if leg.state is not LegState.TALKING:
            return
        if leg.confirmed:
            self._leave(leg, Cause.NOT_REFRESHED, now)
        else:  # RFC 3261 section 15: no BYE of ours before the ACK
            leg.hang_up_on_ack = True

    def _start(self, leg: Leg, session: Session, now: float) -> None:
        leg.session = session
        self._alarms.stop(leg, Timer.REFRESH)
        if leg.wish is not None and leg.wish.refreshes:
            leg.wish = None
        if session.ours:
            self._alarms.wait(leg, Timer.REFRESH, session.refresh_after, now)
        else:
            self._alarms.wait(leg, Timer.EXPIRE_SESSION, session.end_after, now)

    def lengthen(self, leg: Leg, response: Response) -> bool:
        """Section 7.3: after a 422 the interval is at least the Min-SE it names; False if it was already."""
        try:
            wanted = least(response)
        except BadHeader:
            return False
        if leg.session is None or wanted <= leg.session.interval:
            return False
        leg.min_se = max(leg.min_se, wanted)
        leg.session = replace(leg.session, interval=wanted)
        return True


def _ending(leg: Leg) -> bool:
    """Whether a refresh of ours is due, and nothing has shown yet that somebody is there."""
    return leg.queue is not None and leg.queue.timer is Timer.EXPIRE_SESSION
