"""Session timers: Session-Expires and Min-SE of a request in, who refreshes how often and the headers out.

Source: RFC 4028. Intervals are whole seconds. BadHeader where a value does not follow the grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ivr.sip.headers import BadHeader
from ivr.sip.message import Message, Request, Response

__all__ = ["MIN_SE", "USUAL", "Session", "agree", "asked", "granted", "is_too_brief", "kept", "least"]

# Section 4: "the absolute minimum for the Session-Expires header field value is 90 seconds".
MIN_SE = 90
USUAL = 1800  # section 4 recommends it
_LONGEST = 2**31 - 1
_VALUE = re.compile(r"\s*+([0-9]{1,10}+)\s*+((?:;.*)?)", re.DOTALL)
_REFRESHER = re.compile(r";\s*+refresher\s*+=\s*+(uac|uas)\s*+(?=;|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Session:
    """How long a session lives without a refresh, and whether it is ours to refresh it.

    ``kept``: it is our own wish to do so, and the other side need not know of session timers.
    """

    interval: int
    ours: bool
    kept: bool = False

    @property
    def refresh_after(self) -> float:
        """Section 7.4 recommends to refresh "once half the session interval has elapsed"."""
        return self.interval / 2

    @property
    def end_after(self) -> float:
        """Section 10: the BYE goes out before the end, by the lesser of 32 seconds and a third of it."""
        return self.interval - min(32.0, self.interval / 3)


def is_too_brief(request: Request) -> bool:
    """Whether a 422 is due: only to somebody who would understand it (section 9)."""
    wanted = _read(request, "session-expires")
    _ = least(request)  # read now, so that a bad one is refused now
    return wanted is not None and wanted[0] < MIN_SE and "timer" in request.headers.tokens("supported")


@lru_cache(maxsize=256)
def kept(interval: int) -> Session:
    """A session that we keep alive unasked: one value for all calls that are up."""
    return Session(interval, ours=True, kept=True)


def agree(request: Request, longest: int, at_least: int) -> tuple[Session, list[tuple[str, str]]]:
    """What we answer to a request that opens or refreshes the session, by section 9 and its table 2.

    The caller's side refreshes where it may choose or leaves it to us; where it asks for no session timer,
    or knows of none, we do, and say so. ``longest`` is the interval we want: a longer one is shortened to it
    ("The UAS MAY reduce its value"), yet not below ``at_least``, the largest Min-SE the other side has named.
    """
    wanted = _read(request, "session-expires")
    understood = "timer" in request.headers.tokens("supported") + request.headers.tokens("require")
    interval = max(longest if wanted is None else min(wanted[0], longest), at_least)
    if wanted is None or not understood:
        session = kept(interval)
    else:
        session = Session(interval, ours=wanted[1] == "uas")
    headers = [("session-expires", f"{interval};refresher={'uas' if session.ours else 'uac'}")]
    if understood:  # "uac": "the UAS MUST place a Require header field into the response"; "uas": SHOULD
        headers.append(("require", "timer"))
    return session, headers


def asked(session: Session, at_least: int) -> list[tuple[str, str]]:
    """The headers of a refresh of ours; ``at_least`` is the largest Min-SE the other side has named."""
    refresher = "uac" if session.ours else "uas"  # section 7.4: whoever it was goes on
    headers = [("session-expires", f"{session.interval};refresher={refresher}"), ("supported", "timer")]
    # Section 7.4: a Min-SE learned in the dialog goes into every refresh.
    return [*headers, ("min-se", str(at_least))] if at_least > MIN_SE else headers


def granted(response: Response) -> Session | None:
    """What a 2xx to our refresh says; without a Session-Expires "there is no session expiration"."""
    found = _read(response, "session-expires")
    return None if found is None else Session(max(found[0], MIN_SE), found[1] != "uas")


def least(message: Message) -> int:
    """The Min-SE of a message, 90 where it has none (section 5)."""
    found = _read(message, "min-se")
    return MIN_SE if found is None else max(found[0], MIN_SE)


def _read(message: Message, name: str) -> tuple[int, str] | None:
    value = message.headers.first(name)
    if value is None:
        return None
    match = _VALUE.fullmatch(value)
    if match is None or int(match[1]) > _LONGEST:
        raise BadHeader(f"{name}: {value[:60]!r}")
    refresher = _REFRESHER.search(match[2])
    return int(match[1]), refresher[1].lower() if refresher else ""
