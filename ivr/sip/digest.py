"""Digest authentication, the server's side: Authorization in, a verdict out (RFC 7616, RFC 8760).

A nonce is a time and its seal, so nothing is stored until it is used; a used one is remembered with the
highest count seen, so that a sniffed answer cannot be played again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from enum import Enum, auto

__all__ = ["Authenticator", "Verdict", "digest_response", "read_parameters"]

ALGORITHMS = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
_NONCE_LIFE = 300  # seconds
_REMEMBERED = 10_000  # used nonces kept: a phone a second for longer than a nonce lives
_PARAMETER = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))')


class Verdict(Enum):
    """What became of a try."""

    GOOD = auto()
    STALE = auto()  # the right password on a nonce too old or used: try again with a new one
    BAD = auto()


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
    ) -> None:
        """``secret`` seals the nonces; ``passwords`` maps user to password.

        ``algorithms`` are offered in this order, the most preferred first (RFC 8760 section 2.4), and no
        other is accepted.
        """
        self.realm, self._secret, self._passwords = realm, secret, passwords
        self._algorithms = tuple(algorithms)
        self._used: OrderedDict[str, int] = OrderedDict()

    def challenges(self, now: float, stale: bool = False) -> list[str]:
        """One WWW-Authenticate value an algorithm."""
        nonce = self._nonce(int(now))
        tail = ", stale=true" if stale else ""
        return [
            f'Digest realm="{self.realm}", nonce="{nonce}", algorithm={name}, qop="auth"{tail}'
            for name in self._algorithms
        ]

    def verify(self, authorization: str, method: str, now: float) -> tuple[Verdict, str]:
        """The verdict on an Authorization value, and the user it names."""
        p = read_parameters(authorization)
        user, algorithm = p.get("username", ""), p.get("algorithm", "MD5").upper()
        needed = {"nonce", "uri", "response"} | ({"nc", "cnonce"} if "qop" in p else set())
        if needed - p.keys() or algorithm not in self._algorithms or p.get("qop", "auth") != "auth":
            return Verdict.BAD, user
        password = self._passwords.get(user)
        wanted = digest_response(algorithm, user, self.realm, password or "", method, p)
        matches = hmac.compare_digest(wanted, p["response"].lower().encode("ascii", "replace").decode())
        if password is None or p.get("realm") != self.realm or not matches:
            return Verdict.BAD, user
        return (Verdict.GOOD if self._is_fresh(p, now) else Verdict.STALE), user

    def _nonce(self, at: int) -> str:
        stamp = f"{at:x}"
        return f"{stamp}.{hmac.new(self._secret, stamp.encode(), 'sha256').hexdigest()[:32]}"

    def _is_fresh(self, p: Mapping[str, str], now: float) -> bool:
        nonce, stamp = p["nonce"], p["nonce"].partition(".")[0]
        if not re.fullmatch(r"[0-9a-f]{1,12}", stamp) or not hmac.compare_digest(
            nonce, self._nonce(int(stamp, 16))
        ):
            return False
        if not 0 <= now - int(stamp, 16) <= _NONCE_LIFE:
            return False
        try:
            count = int(p.get("nc", "1"), 16)
        except ValueError:
            return False
        # Nonces made in one second are the same, so the count is kept by nonce and client nonce.
        use = f"{nonce}/{p['username']}/{p.get('cnonce', '')}"
        if count <= self._used.get(use, 0):
            return False
        self._used[use] = count
        while len(self._used) > _REMEMBERED:
            self._used.popitem(last=False)
        return True
