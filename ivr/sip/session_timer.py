"""Session timers: Session-Expires and Min-SE of a request in, who refreshes how often and the headers out.

Source: RFC 4028. Intervals are whole seconds. BadHeader where a value does not follow the grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.sip.headers import BadHeader
from ivr.sip.message import Message, Request, Response

__all__ = ["MIN_SE", "Session", "agree", "asked", "granted", "is_too_brief", "least"]

# Section 4: "the absolute minimum for the Session-Expires header field value is 90 seconds".
MIN_SE = 90
_LONGEST = 2**31 - 1
_VALUE = re.compile(r"\s*+([0-9]{1,10}+)\s*+((?:;.*)?)", re.DOTALL)
_REFRESHER = re.compile(r";\s*+refresher\s*+=\s*+(uac|uas)\s*+(?=;|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Session:
    """How long a session lives without a refresh, and whether it is ours to refresh it."""

    interval: int
    ours: bool

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


def agree(request: Request) -> tuple[Session | None, list[tuple[str, str]]]:
    """What we answer to a request that opens or refreshes the session, by section 9 and its table 2.

    The caller's side refreshes where it may choose or leaves it to us.
    """
    wanted = _read(request, "session-expires")
    if wanted is None or wanted[0] < MIN_SE:
        return None, []
    interval, refresher = wanted
    understood = "timer" in request.headers.tokens("supported") + request.headers.tokens("require")
    ours = refresher == "uas" or not understood
    headers = [("session-expires", f"{interval};refresher={'uas' if ours else 'uac'}")]
    if (
        understood
    ):  # "uac": "the UAS MUST place a Require header field into the response with the value 'timer'"
        headers.append(("require", "timer"))
    return Session(interval, ours), headers


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
