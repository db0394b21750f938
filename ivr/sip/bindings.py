"""A binding at a registrar: a response in, what it grants and when to ask again out, in seconds.

Source: RFC 3261 section 10.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from zlib import crc32

from ivr.sip.headers import Address, BadHeader
from ivr.sip.message import Response
from ivr.sip.uri import Uri

__all__ = [
    "LONGEST_PAUSE",
    "Registration",
    "granted",
    "is_secure",
    "min_expires",
    "pause",
    "refresh_after",
    "retry_after",
    "spread",
]

LONGEST_PAUSE = 1800.0  # seconds: RFC 5626 section 4.5, max-time
_SHORTEST_PAUSE = 30.0  # base-time where nothing is registered
_SPARE = 64.0  # seconds: room for a refresh that nobody answers (timer F) and a second one
_LONGEST_RETRY_AFTER = 86400  # a registrar that says "in a year" is asked tomorrow
_MOST_DIGITS = 10  # section 20.19: 2**32-1 is the most


@dataclass(frozen=True, slots=True)
class Registration:
    """As whom the line registers, and where (RFC 3261 section 10.2).

    ``registrar`` is the Request-URI, its host the domain of the address-of-record; ``proxy`` the way there
    (section 8.1.2). ``expires`` is asked for, in seconds. ``keep_alive``: seconds between empty datagrams
    that keep a NAT open, 0 for none.
    """

    name: str
    registrar: Uri
    user: str
    auth_user: str
    password: str = field(repr=False)
    expires: int = 3600
    proxy: Uri | None = None
    keep_alive: float = 0.0

    @property
    def address_of_record(self) -> Uri:
        """Who we are there (section 10.2): without port and parameters."""
        return Uri(self.registrar.scheme, self.user, self.registrar.host)

    @property
    def secure(self) -> bool:
        """Whether its password may only travel encrypted."""
        return is_secure(self.proxy or self.registrar)


def is_secure(uri: Uri) -> bool:
    """Whether a URI is reached over TLS."""
    return uri.scheme == "sips" or (uri.params.get("transport") or "").lower() == "tls"


def granted(response: Response, contact: Uri, asked: int) -> int:
    """For how many seconds a 200 has bound our Contact; 0 when its entry says that it is not bound.

    A 200 lists every binding of the address-of-record, other agents' too: only ours counts. A registrar that
    writes the address it sees into our Contact is known by the user; one that lists none has said it in
    Expires, or means what we asked for.
    """
    listed = []
    for value in response.headers.all("contact"):
        try:
            listed.append(Address.parse(value))
        except BadHeader:  # "*", or another agent's that nobody can read
            continue
    ours = [one for one in listed if _same_binding(one.uri, contact)]
    ours = ours or [one for one in listed if one.uri.user == contact.user]
    usual = _seconds(response.headers.first("expires"))
    usual = asked if usual is None else usual
    said = [_seconds(one.params.get("expires")) for one in ours]
    return max((usual if seconds is None else seconds for seconds in said), default=usual)


def _same_binding(one: Uri, other: Uri) -> bool:
    """Section 19.1.4, as far as it tells our Contact from another agent's."""
    return (one.user, one.host.lower(), one.port) == (other.user, other.host.lower(), other.port)


def min_expires(response: Response) -> int | None:
    """What a 423 asks for at least (section 20.23), in seconds."""
    return _seconds(response.headers.first("min-expires"))


def retry_after(response: Response) -> int | None:
    """Not before so many seconds (section 20.33); at most a day."""
    value = response.headers.first("retry-after")
    seconds = _seconds(None if value is None else value.partition("(")[0].partition(";")[0].strip())
    return None if seconds is None else min(seconds, _LONGEST_RETRY_AFTER)


def refresh_after(seconds: int) -> float:
    """When to refresh a binding of so many seconds: at 90 %, earlier where little time would be left."""
    return max(seconds / 2, min(seconds * 0.9, seconds - _SPARE))


def pause(failures: int, token: str) -> float:
    """How long to wait after so many failures in a row (RFC 5626 section 4.5).

    Twice as long each time, 30 minutes at most; of that half to all, as ``token``, a fresh one, has it, so
    that agents that failed together do not come back together.
    """
    longest = min(LONGEST_PAUSE, _SHORTEST_PAUSE * 2.0 ** min(failures, 10))
    return longest * (0.5 + spread(token) / 2)


def spread(token: str) -> float:
    """A token to a number from 0 to 1, evenly."""
    return crc32(token.encode()) / 2**32


def _seconds(text: str | None) -> int | None:
    """A number of seconds; None when it is none."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    return int(text)
