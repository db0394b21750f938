"""One registration of ours: settings and a registrar's answers in, REGISTER requests and events out.

Sources: RFC 3261 section 10.2; RFC 7616 and 8760 for digests; RFC 5626 section 4.5 for the pauses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

from ivr.peer import Peer
from ivr.sip.bindings import (
    LONGEST_PAUSE,
    Registration,
    granted,
    is_secure,
    min_expires,
    pause,
    refresh_after,
    retry_after,
    spread,
)
from ivr.sip.credentials import Proofs
from ivr.sip.events import Registered, RegistrationEvent, RegistrationFailed, Unregistered
from ivr.sip.headers import BadHeader
from ivr.sip.message import Headers, Request, Response
from ivr.sip.requests import Outcome, Requests, Way
from ivr.sip.timers import Alarm, Alarms, Timer
from ivr.sip.transport import contact_uri
from ivr.sip.uri import Uri

__all__ = ["Registering"]

_DETOURS = 5  # a chain of 3xx and 423 longer than this is a loop
_CHALLENGES = 3  # in one go: a registrar, a proxy before it, and one nonce that went stale meanwhile
_UNREACHED = (408, 430, 480, 491)  # what may be over soon; other 4xx and 6xx are the registrar's own word


class State(Enum):
    """Where a registration stands between two messages."""

    RESTING = auto()  # nothing is on its way; an alarm rings for the next REGISTER
    ASKING = auto()  # section 10.2: no new REGISTER until the last one has its answer or has timed out
    LEAVING = auto()  # the REGISTER that removes the binding is on its way
    LEFT = auto()


class Registering:
    """One registration and what the registrar thinks of it."""

    def __init__(
        self,
        registration: Registration,
        requests: Requests,
        alarms: Alarms,
        new_token: Callable[[], str],
        contact: Callable[[Peer], str],
        tell: Callable[[RegistrationEvent], None],
    ) -> None:
        """``contact`` gives our host:port as a peer reaches it; ``tell`` hears of each change, once."""
        self.registration, self._requests, self._clock = registration, requests, alarms
        self._new_token, self._reached_at, self._tell = new_token, contact, tell
        self.alarms: tuple[Alarm, ...] = ()
        self.proofs = Proofs(registration.auth_user, registration.password)
        self.peer: Peer | None = None  # where the last REGISTER went
        self._state = State.RESTING
        self._contact: Uri | None = None  # as the last REGISTER has told it
        self._call_id, self._tag, self._cseq = new_token(), new_token(), 0
        self._registrar, self._proxy = registration.registrar, registration.proxy
        self._expires = registration.expires
        self._bound = self._leave_next = False
        self._failures = self._detours = self._challenges = 0
        self._proven: set[tuple[int, str]] = set()  # who has been answered in this go
        self._told: int | None = None  # the status that was told last

    @property
    def hop(self) -> Uri:
        """Where its REGISTER goes first."""
        return self._proxy or self._registrar

    @property
    def live(self) -> bool:
        """Whether a binding of ours stands, or a REGISTER is on its way."""
        return self._bound or self._state in (State.ASKING, State.LEAVING)

    def start(self, now: float) -> None:
        """Register for the first time."""
        self._ask(now)

    def leave(self, now: float) -> None:
        """Remove the binding (section 10.2.2), once the answer to the last REGISTER is here."""
        if self._state is State.ASKING:
            self._leave_next = True
        elif self._state is State.RESTING:
            self._depart(now)

    def ring(self, timer: Timer, now: float) -> None:
        """Take one of its timers but KEEP_ALIVE."""
        if timer is Timer.REGISTER:
            self._ask(now)
        elif timer is Timer.EXPIRE_BINDING:
            self._bound = False
            again = next((alarm.at for alarm in self.alarms if alarm.timer is Timer.REGISTER), now)
            self._report(408, "the binding ran out", again - now)

    # Answers

    def _hear(self, outcome: Outcome, now: float) -> None:
        """Take what became of the last REGISTER."""
        leaving, response = self._state is State.LEAVING, outcome.response
        if response is not None and response.status in (401, 407):
            self._challenged(response, now)
        elif leaving:
            self._gone(outcome.status < 300)
        elif response is None:  # 408 or 503: section 8.1.3.1
            self._failed(outcome.status, "no answer" if outcome.status == 408 else "cannot be reached", now)
        elif response.status < 300:
            self._granted(response, now)
        elif response.status == 423:
            self._too_brief(response, now)
        elif response.status < 400:
            self._moved(response, now)
        else:
            self._failed(response.status, response.reason, now, retry_after(response))

    def _challenged(self, response: Response, now: float) -> None:
        """Prove the password; section 22.3: not again with credentials that were just refused.

        Unless it was for the age of the nonce alone (RFC 7616 section 3.3: stale).
        """
        asking = self.proofs.learn(response)
        refused = any(
            (response.status, realm) in self._proven and not stale for realm, stale in asking.items()
        )
        if asking and not refused and self._challenges < _CHALLENGES:
            self._challenges += 1
            self._proven |= {(response.status, realm) for realm in asking}
            self._ask_for(0 if self._state is State.LEAVING else self._expires, now)
            return
        self.proofs.forget()
        if self._state is State.LEAVING:
            self._gone(False)
        else:
            reason = "the password was not taken" if refused else "a challenge that cannot be answered"
            self._failed(response.status, reason, now, retry_after(response))

    def _granted(self, response: Response, now: float) -> None:
        seconds = granted(response, self._contact, self._expires) if self._contact else 0
        if seconds <= 0:
            self._failed(500, "the registrar bound nothing", now)
            return
        self._rest()
        self._bound, self._failures = True, 0
        self._clock.set(self, Timer.REGISTER, now + refresh_after(seconds))
        self._clock.set(self, Timer.EXPIRE_BINDING, now + seconds)
        if self.registration.keep_alive:
            self._clock.set(self, Timer.KEEP_ALIVE, now + self.registration.keep_alive)
        if self._told != 200:
            self._told = 200
            self._tell(Registered(self.registration.name, seconds))
        self._after(now)

    def _too_brief(self, response: Response, now: float) -> None:
        """Section 10.2.8: again, for at least as long as Min-Expires says."""
        least = min_expires(response)
        if least is None or least <= self._expires or self._detours >= _DETOURS:
            self._failed(423, response.reason, now)
            return
        self._expires = least
        self._detours += 1
        self._fresh()
        self._ask_for(least, now)

    def _moved(self, response: Response, now: float) -> None:
        """Section 8.1.3.4: where the first Contact points; 305 names a proxy on the way (section 21.3.4)."""
        target = self._redirection(response)
        if target is None:
            self._failed(response.status, response.reason, now)
            return
        self._detours += 1
        self.proofs.forget()
        self._fresh()
        if response.status == 305:
            self._proxy = target
        else:
            self._registrar, self._proxy = target, None
        self._ask_for(self._expires, now)

    def _redirection(self, response: Response) -> Uri | None:
        """The URI to go to; None after too many, for none we know, and for one where TLS would be lost."""
        try:
            target = next(iter(response.contacts)).uri
        except (BadHeader, StopIteration):
            return None
        if self._detours >= _DETOURS or target.scheme not in ("sip", "sips"):
            return None
        if self.registration.secure and not is_secure(target):
            return None
        return Uri(target.scheme, "", target.host, target.port, target.params)

    def _failed(self, status: int, reason: str, now: float, wait: int | None = None) -> None:
        """Try again later: after Retry-After, else after a pause that grows.

        A refusal is the registrar's last word on this binding and is asked about slowly. A time-out or a
        server's trouble says nothing about a binding that still stands: it is lost when it runs out.
        """
        self._rest()
        refused = (400 <= status < 500 and status not in _UNREACHED) or status >= 600
        self._failures += 1
        token = self._new_token()
        seconds = LONGEST_PAUSE * (0.5 + spread(token) / 2) if refused else pause(self._failures, token)
        if wait is not None:
            seconds = wait * (1 + spread(token) / 10)
        self._clock.set(self, Timer.REGISTER, now + seconds)
        self._registrar, self._proxy = self.registration.registrar, self.registration.proxy
        if refused:
            self._bound = False
            self._clock.stop(self, Timer.EXPIRE_BINDING, Timer.KEEP_ALIVE)
        if not self._bound:
            self._report(status, reason, seconds)
        self._after(now)

    # Steps

    def _ask(self, now: float) -> None:
        self._detours = 0
        self._fresh()
        self._ask_for(self._expires, now)

    def _ask_for(self, seconds: int, now: float) -> None:
        """Send a REGISTER; 0 seconds remove the binding (section 10.2.2)."""
        self._state = State.ASKING if seconds else State.LEAVING
        self._cseq += 1
        cseq, uri = self._cseq, str(self._registrar)
        us = self.registration.address_of_record
        routes = [("route", f"<{_loose(self._proxy)}>")] if self._proxy else []

        def build(peer: Peer) -> Request:
            self.peer = peer
            self._contact = self._contact_at(peer)
            proofs = self.proofs.lines("REGISTER", uri, self._new_token())
            lines = (
                *routes,
                ("max-forwards", "70"),
                ("from", f"<{us}>;tag={self._tag}"),
                ("to", f"<{us}>"),
                ("call-id", self._call_id),
                ("cseq", f"{cseq} REGISTER"),
                ("contact", f"<{self._contact}>"),
                ("expires", str(seconds)),
                *proofs,
            )
            return Request("REGISTER", uri, Headers(lines))

        self._requests.send(build, Way(self.hop), self._hear, now)

    def _contact_at(self, peer: Peer) -> Uri:
        """Our Contact as a peer reaches it, with the user that calls to us shall name."""
        secure = self._registrar.scheme == "sips"
        return replace(
            Uri.parse(contact_uri(self._reached_at(peer), peer.transport, secure)),
            user=self.registration.user,
            text="",
        )

    def _fresh(self) -> None:
        self._challenges = 0
        self._proven.clear()

    def _rest(self) -> None:
        self._state = State.RESTING
        self._detours = 0
        self._fresh()

    def _after(self, now: float) -> None:
        if self._leave_next:
            self._depart(now)

    def _depart(self, now: float) -> None:
        self.alarms = ()
        self._fresh()
        if self._bound:
            self._ask_for(0, now)
        else:
            self._gone(True)

    def _gone(self, removed: bool) -> None:
        self._state, self._bound = State.LEFT, False
        self.alarms = ()
        self._tell(Unregistered(self.registration.name, removed))

    def _report(self, status: int, reason: str, again: float) -> None:
        if self._told != status:
            self._told = status
            self._tell(RegistrationFailed(self.registration.name, status, reason, again))


def _loose(proxy: Uri) -> Uri:
    """A pre-loaded route is a loose one (section 8.1.2)."""
    return Uri(proxy.scheme, proxy.user, proxy.host, proxy.port, {**proxy.params, "lr": None})
