"""Digest authentication, the server's side: Authorization in, a verdict out (RFC 7616, RFC 8760).

A nonce is a time, a number of its own and their seal, good for the host it was given to. Nothing is stored
until it is used; a used one is remembered with the highest count seen, so that a sniffed answer cannot be
played again. No password is looked at on a nonce that is not good, so no answer there tells of one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from functools import partial
from itertools import count

__all__ = ["Authenticator", "Verdict", "digest_response", "read_parameters"]

ALGORITHMS: dict[str, Callable[[bytes], hashlib._Hash]] = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
if "sha512_256" in hashlib.algorithms_available:  # not every OpenSSL has it
    ALGORITHMS["SHA-512-256"] = partial(hashlib.new, "sha512_256")
_NONCE_LIFE = 300  # seconds
_REMEMBERED = 10_000  # used nonces kept: a phone a second for longer than a nonce lives
_STAMP = re.compile(r"[0-9a-f]{1,12}-[0-9a-f]{1,12}")
_PARAMETER = re.compile(
    r'(?<![A-Za-z0-9_-])([A-Za-z0-9_-]++)\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)"|([^\s",]++))', re.DOTALL
)


class Verdict(Enum):
    """What became of a try."""

    GOOD = auto()
    STALE = auto()  # a nonce of somebody else's, too old or used: whatever the password, try a new one
    BAD = auto()  # a good nonce, and a wrong password or an unknown user
    NONE = auto()  # nothing that could be checked


def read_parameters(value: str) -> dict[str, str]:
    """The parameters of a Digest header value, names in lower case; empty when the scheme is another."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {
        m[1].lower(): re.sub(r"\\(.)", r"\1", m[2]) if m[2] is not None else m[3]
        for m in _PARAMETER.finditer(rest)
    }


def digest_response(
    algorithm: str, user: str, realm: str, password: str, method: str, p: Mapping[str, str]
) -> str:
    """The proof of the password (RFC 7616 section 3.4.1); ``p``: nonce, uri, qop, nc, cnonce."""

    def h(text: str) -> str:
        return ALGORITHMS[algorithm](text.encode("utf-8", "surrogateescape")).hexdigest()

    a1, a2 = h(f"{user}:{realm}:{password}"), h(f"{method}:{p['uri']}")
    if "qop" in p:
        return h(f"{a1}:{p['nonce']}:{p['nc']}:{p['cnonce']}:{p['qop']}:{a2}")
    return h(f"{a1}:{p['nonce']}:{a2}")  # RFC 2069's form, which old phones still send


class Authenticator:
    """Challenges and their verdicts, for one realm."""

    def __init__(
        self,
        realm: str,
        secret: bytes,
        passwords: Mapping[str, str],
        algorithms: Sequence[str] = ("SHA-256", "MD5"),
        failed: Callable[[str, float], None] = lambda host, now: None,
    ) -> None:
        """``secret`` seals the nonces; ``passwords`` maps user to password.

        ``algorithms`` are offered in this order, the most preferred first (RFC 8760 section 2.4), and no
        other is accepted. ``failed`` hears of each wrong password: the host it came from, and when.
        """
        self.realm, self._secret, self._passwords = realm, secret, passwords
        self._algorithms = tuple(algorithms)
        self._used: OrderedDict[str, int] = OrderedDict()
        self._issued = count(1)
        self._forgotten = 0  # nonces up to this number are not good: it is not known which were used
        self._failed = failed

    def challenges(self, host: str, now: float, stale: bool = False) -> list[str]:
        """One WWW-Authenticate value an algorithm, for a peer at this IP address."""
        nonce = self._nonce(f"{int(now):x}-{next(self._issued):x}", host)
        tail = ", stale=true" if stale else ""
        realm = re.sub(r'(["\\])', r"\\\1", self.realm)
        return [
            f'Digest realm="{realm}", nonce="{nonce}", algorithm={name}, qop="auth"{tail}'
            for name in self._algorithms
        ]

    def verify(self, authorization: str, method: str, host: str, now: float) -> tuple[Verdict, str]:
        """The verdict on an Authorization value from this IP address, and the user it names."""
        p = read_parameters(authorization)
        user, algorithm = p.get("username", ""), p.get("algorithm", "MD5").upper()
        needed = {"nonce", "uri", "response"} | ({"nc", "cnonce"} if "qop" in p else set())
        if needed - p.keys() or algorithm not in self._algorithms or p.get("qop", "auth") != "auth":
            return Verdict.NONE, user
        if not self._is_fresh(p, host, now):
            return Verdict.STALE, user
        password = self._passwords.get(user)
        wanted = digest_response(algorithm, user, self.realm, password or "", method, p)
        matches = _same(wanted, p["response"].lower())
        if password is None or p.get("realm") != self.realm or not matches:
            self._failed(host, now)
            return Verdict.BAD, user
        self._used[p["nonce"]] = int(p.get("nc", "1"), 16)
        while len(self._used) > _REMEMBERED:
            self._forgotten = max(self._forgotten, _number(self._used.popitem(last=False)[0]))
        return Verdict.GOOD, user

    def _nonce(self, stamp: str, host: str) -> str:
        """``stamp`` is the second it was made in and a number of its own."""
        sealed = hmac.new(self._secret, f"{stamp} {host}".encode(), "sha256")
        return f"{stamp}.{sealed.hexdigest()[:32]}"

    def _is_fresh(self, p: Mapping[str, str], host: str, now: float) -> bool:
        nonce, nonce_count = p["nonce"], p.get("nc", "1")
        stamp = nonce.partition(".")[0]
        if not _STAMP.fullmatch(stamp) or not _same(nonce, self._nonce(stamp, host)):
            return False
        if not 0 <= now - int(stamp.partition("-")[0], 16) <= _NONCE_LIFE:
            return False
        if not re.fullmatch(r"[0-9A-Fa-f]{1,8}", nonce_count):
            return False
        if nonce not in self._used and _number(nonce) <= self._forgotten:
            return False
        # RFC 7616 section 3.4: nc counts every use of the nonce.
        return int(nonce_count, 16) > self._used.get(nonce, 0)


def _number(nonce: str) -> int:
    return int(nonce.partition(".")[0].partition("-")[2], 16)


def _same(one: str, other: str) -> bool:
    """Compare in a time that does not tell how much was right."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
