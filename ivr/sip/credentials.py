"""Digest authentication, the client's side: a 401 or 407 in, the header lines that answer it out.

Sources: RFC 3261 section 22.2 and 22.3, RFC 7616 section 3.4, RFC 8760.
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.sip.digest import ALGORITHMS, digest_response, read_parameters
from ivr.sip.message import Response

__all__ = ["Credentials", "Proofs", "authorize"]

Credentials = Mapping[str, tuple[str, str]]  # realm to user and password

_HEADERS = {401: ("www-authenticate", "authorization"), 407: ("proxy-authenticate", "proxy-authorization")}


def authorize(
    response: Response, method: str, uri: str, credentials: Credentials, cnonce: str
) -> list[tuple[str, str]]:
    """One line for each realm that asks and whose password is known; none when nothing can be answered.

    Of several challenges of a realm the first that we can answer counts (RFC 8760 section 2.4). ``cnonce``
    is a fresh token, ``uri`` the Request-URI.
    """
    if response.status not in _HEADERS:
        return []
    asking, answering = _HEADERS[response.status]
    answers: dict[str, str] = {}
    for value in response.headers.all(asking):
        challenge = read_parameters(value)
        realm = challenge.get("realm", "")
        if realm in credentials and realm not in answers:
            answer = _answer(challenge, method, uri, credentials[realm], cnonce)
            if answer:
                answers[realm] = answer
    return [(answering, answer) for answer in answers.values()]


class Proofs:
    """One user's answers to a registrar and the proxies before it, while their nonces hold.

    A challenge is kept and answered ahead of the next one, its count rising by one each time (RFC 7616
    section 3.4), so that a refresh takes one round trip. A later challenge of a realm replaces the earlier.
    """

    def __init__(self, user: str, password: str) -> None:
        self._known = user, password
        self._challenges: dict[tuple[str, str], tuple[Mapping[str, str], int]] = {}

    @property
    def realms(self) -> set[str]:
        """Who has asked so far."""
        return {realm for _, realm in self._challenges}

    def learn(self, response: Response) -> dict[str, bool]:
        """Keep the challenges of a 401 or 407 that can be answered: the realms, and whether only the nonce
        was too old (RFC 7616 section 3.3: stale).

        Of several of a realm the topmost we can do counts (RFC 8760 section 2.4).
        """
        asking, answering = _HEADERS[response.status]
        found: dict[str, bool] = {}
        for value in response.headers.all(asking):
            challenge = read_parameters(value)
            realm = challenge.get("realm")
            if realm in found or realm is None or _answer(challenge, "", "", self._known, "") is None:
                continue
            self._challenges[answering, realm] = challenge, 0
            found[realm] = challenge.get("stale", "").lower() == "true"
        return found

    def forget(self) -> None:
        """Wait to be asked again."""
        self._challenges.clear()

    def lines(self, method: str, uri: str, cnonce: str) -> list[tuple[str, str]]:
        """The header lines that answer every challenge kept; ``cnonce`` is a fresh token."""
        lines = []
        for key, (challenge, uses) in self._challenges.items():
            self._challenges[key] = challenge, uses + 1
            answer = _answer(challenge, method, uri, self._known, cnonce, uses + 1)
            if answer is not None:
                lines.append((key[0], answer))
        return lines


def _answer(
    challenge: Mapping[str, str], method: str, uri: str, known: tuple[str, str], cnonce: str, uses: int = 1
) -> str | None:
    """The value of one Authorization, the ``uses``-th on its nonce; None when it wants what we cannot do."""
    algorithm = challenge.get("algorithm", "MD5").upper()
    if algorithm not in ALGORITHMS or "nonce" not in challenge:
        return None
    user, password = known
    realm, nonce = challenge["realm"], challenge["nonce"]
    proven = {"nonce": nonce, "uri": uri}
    tail = ""
    if "qop" in challenge:
        if "auth" not in [offered.strip().lower() for offered in challenge["qop"].split(",")]:
            return None
        count = f"{uses:08x}"
        proven |= {"qop": "auth", "nc": count, "cnonce": cnonce}
        tail = f', qop=auth, nc={count}, cnonce="{cnonce}"'
    proof = digest_response(algorithm, user, realm, password, method, proven)
    if "opaque" in challenge:
        tail += f", opaque={_quote(challenge['opaque'])}"
    return (
        f"Digest username={_quote(user)}, realm={_quote(realm)}, nonce={_quote(nonce)}, uri={_quote(uri)}, "
        f'response="{proof}", algorithm={algorithm}{tail}'
    )


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
