"""The registrar for test phones: REGISTER in, 200 or a challenge out (RFC 3261 section 10.3)."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.peer import Peer
from ivr.sip.digest import Authenticator, Verdict
from ivr.sip.headers import Address
from ivr.sip.message import Request
from ivr.sip.uri import Uri

__all__ = ["Binding", "Registrar", "RegistrarAnswer"]

SHORTEST, LONGEST, USUAL = 60, 3600, 3600  # seconds; a shorter one is refused with 423


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a phone is reached, where it sends from, until when, and by which REGISTER we know."""

    contact: Uri
    source: Peer
    expires_at: float
    call_id: str
    cseq: int


@dataclass(frozen=True, slots=True)
class RegistrarAnswer:
    """The status to answer with, and its headers."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


class Registrar:
    """The phones that may register and those that have."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._bindings: dict[str, Binding] = {}

    def user_at(self, source: Peer, now: float) -> str | None:
        """The registered phone that sends from an address, if one does."""
        for user, binding in self._bindings.items():
            if binding.source == source and binding.expires_at > now:
                return user
        return None

    def binding(self, user: str, now: float) -> Binding | None:
        """A user's binding while it lives."""
        binding = self._bindings.get(user)
        return binding if binding is not None and binding.expires_at > now else None

    def register(self, request: Request, source: Peer, now: float) -> RegistrarAnswer:
        """Answer one REGISTER: authenticate, then add, refresh, remove or list."""
        authorization = request.headers.first("authorization")
        verdict, user = Verdict.NONE, ""
        if authorization is not None:
            verdict, user = self._authenticator.verify(authorization, "REGISTER", source.host, now)
        if verdict is not Verdict.GOOD:
            challenges = self._authenticator.challenges(source.host, now, verdict is Verdict.STALE)
            return RegistrarAnswer(401, tuple(("www-authenticate", challenge) for challenge in challenges))
        if request.to.uri.user != user:
            return RegistrarAnswer(403)  # section 10.3 step 4: another's address-of-record
        return self._bind(request, user, source, now)

    def _bind(self, request: Request, user: str, source: Peer, now: float) -> RegistrarAnswer:
        contacts = request.headers.all("contact")
        default = _seconds(request.headers.first("expires"), USUAL)
        bound = self.binding(user, now)
        if contacts and bound is not None and _is_older(request, bound):  # step 7: it came late
            return RegistrarAnswer(500)
        if "*" in contacts:
            if len(contacts) > 1 or default != 0:  # step 6
                return RegistrarAnswer(400)
            self._bindings.pop(user, None)
        elif contacts:
            contact = Address.parse(contacts[-1])  # one phone a user: the last one named stands
            expires = _seconds(contact.params.get("expires"), default)
            if 0 < expires < SHORTEST:
                return RegistrarAnswer(423, (("min-expires", str(SHORTEST)),))
            if expires:
                until = now + min(expires, LONGEST)
                self._bindings[user] = Binding(
                    contact.uri, source, until, request.call_id, request.cseq.number
                )
            elif bound is not None and _same_place(contact.uri, bound.contact):
                self._bindings.pop(user)
        binding = self.binding(user, now)
        if binding is None:
            return RegistrarAnswer(200)
        left = int(binding.expires_at - now)
        return RegistrarAnswer(200, (("contact", f"<{binding.contact.whole}>;expires={left}"),))


def _is_older(request: Request, bound: Binding) -> bool:
    return request.call_id == bound.call_id and request.cseq.number <= bound.cseq


def _same_place(one: Uri, other: Uri) -> bool:
    """Whether two Contacts of one user are the same phone (section 19.1.4, as far as it matters here)."""
    return (one.user, one.host.lower(), one.port) == (other.user, other.host.lower(), other.port)


def _seconds(text: str | None, default: int) -> int:
    """Section 20.19: a malformed value is taken as 3600."""
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 else USUAL
