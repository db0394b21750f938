"""What stands before a new call or registration: a request in, the refusal it gets out, or none.

Refusals depend on the source, the proof and the load, never on the number that was asked for, so nobody
learns from them which there are. They are given without a transaction (RFC 3261 section 8.2.7).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ivr.peer import Peer
from ivr.sip.digest import Authenticator, Verdict
from ivr.sip.message import Request
from ivr.sip.sources import Sources

__all__ = ["Guard", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status and its headers; status 0: silence."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


class Guard:
    """Lets in what is known, proven and not too much."""

    def __init__(
        self,
        sources: Sources,
        authenticator: Authenticator,
        user_at: Callable[[Peer, float], str | None],
        retry_after: float = 5.0,
        overloaded: Callable[[float], bool] = lambda now: False,
    ) -> None:
        """Set up.

        ``user_at`` gives the registered phone at an address; ``overloaded``, given the time, whether new
        calls are too much for now, ``retry_after`` how many seconds later they may come again.
        """
        self._sources, self._authenticator, self._user_at = sources, authenticator, user_at
        self._retry_after, self._overloaded = math.ceil(retry_after), overloaded
        self.locked_out = 0  # datagrams dropped unread
        self.refused = 0  # requests over a limit, and calls refused for overload

    def hears(self, source: Peer, now: float) -> bool:
        """Whether a datagram is read at all: its source is not locked out. Trunks are always heard."""
        if not self._sources.locked(source.host, now) or self._sources.is_trunk(source.host):
            return True
        self.locked_out += 1
        return False

    def refusal(self, request: Request, source: Peer, now: float) -> Refusal | None:
        """What a new INVITE or REGISTER gets instead of being served."""
        if request.method == "INVITE" and self._overloaded(now):
            self.refused += 1
            return Refusal(503, (("retry-after", str(self._retry_after)),))
        wait = self._sources.wait(source.host, request.method, now)
        if wait:
            self.refused += 1
            return Refusal(503, (("retry-after", str(math.ceil(wait))),))
        if request.method == "REGISTER" and self._sources.locked(source.host, now):
            self.locked_out += 1
            return Refusal(0)
        return None

    def caller(self, request: Request, source: Peer, now: float) -> str | Refusal:
        """Who calls: a phone's user, empty for a trunk, which needs no proof; else a challenge.

        A phone calls from where it has registered, or proves its password (RFC 3261 section 22.2).
        """
        user = self._user_at(source, now)
        if user is not None:
            return user
        if self._sources.is_trunk(source.host):
            return ""
        verdict, user = Verdict.NONE, ""
        authorization = request.headers.first("authorization")
        if authorization is not None:
            verdict, user = self._authenticator.verify(authorization, "INVITE", source.host, now)
        if verdict is Verdict.GOOD:
            return user
        challenges = self._authenticator.challenges(source.host, now, verdict is Verdict.STALE)
        return Refusal(401, tuple(("www-authenticate", challenge) for challenge in challenges))
