"""What the user agent tells the hall: past tense, frozen. A ``leg`` is our tag of the dialog, unique."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ivr.peer import Peer
from ivr.sip.headers import Address
from ivr.sip.uri import Uri

__all__ = [
    "CallEvent",
    "Cause",
    "Confirmed",
    "Ended",
    "Event",
    "InfoReceived",
    "Invited",
    "Progressed",
    "Reanswered",
    "Registered",
    "RegistrationEvent",
    "RegistrationFailed",
    "Reinvited",
    "TransferReported",
    "Unregistered",
]


class Cause(Enum):
    """Why a leg has ended."""

    CALLER_HUNG_UP = "caller hung up"
    CANCELLED = "cancelled"
    NO_ACK = "no ACK"
    NO_PRACK = "no PRACK"  # RFC 3262
    NOT_THERE = "no answer"  # RFC 3261 section 12.2.1.2: to a request of ours
    NOT_REFRESHED = "session expired"  # RFC 4028
    LINE_HUNG_UP = "line hung up"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Invited:
    """A call wants in; it is answered by ``accept`` or ``refuse``."""

    leg: str
    called: Uri
    from_: Address
    asserted: tuple[Address, ...]  # P-Asserted-Identity (RFC 3325), believed only from a trusted trunk
    private: bool  # Privacy: id or user (RFC 3323): known to us or not, the caller is anonymous
    source: Peer
    call_id: str
    offer: bytes | None  # SDP; None asks us to offer
    reliable: bool = False  # the caller takes reliable provisional responses (RFC 3262)
    user: str | None = None  # the phone that has proven its password or called from where it is registered


@dataclass(frozen=True, slots=True)
class Progressed:
    """A 183 with SDP has gone out, and arrived where it was sent reliably: speech reaches the caller.

    ``answer`` is the SDP of the PRACK when we had offered (b"" if none), else None.
    """

    leg: str
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The ACK is here; ``answer`` is the SDP it carried when we had offered (b"" if none), else None."""

    leg: str
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Reinvited:
    """The session is to change; answered by ``accept`` or ``refuse``. ``source``: where it came from."""

    leg: str
    offer: bytes | None
    source: Peer


@dataclass(frozen=True, slots=True)
class Reanswered:
    """What became of a re-INVITE of ours: its status, 408 or 503 where there was none.

    ``answer`` is the SDP of a 2xx. Of one that only refreshed the session nothing is told without it.
    """

    leg: str
    answer: bytes | None
    status: int


@dataclass(frozen=True, slots=True)
class InfoReceived:
    """A body that came in an INFO: digits, of application/dtmf-relay or application/dtmf."""

    leg: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class TransferReported:
    """What became of a REFER (RFC 3515): the last status, 2xx when the other end has answered."""

    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The leg is over; nothing more comes of it."""

    leg: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Registered:
    """A registrar has bound us, for so many seconds; not told again while it stays so."""

    registration: str
    seconds: int


@dataclass(frozen=True, slots=True)
class RegistrationFailed:
    """We are not registered there, or no longer; not told again while the status stays the same.

    ``status`` 408: no answer; 503 may also mean that it cannot be reached. ``again_in``: seconds until the
    next try, 0 where one is under way.
    """

    registration: str
    status: int
    reason: str
    again_in: float


@dataclass(frozen=True, slots=True)
class Unregistered:
    """We have left; ``removed`` where the registrar has said so, or had not bound us."""

    registration: str
    removed: bool


RegistrationEvent = Registered | RegistrationFailed | Unregistered
CallEvent = (
    Invited | Progressed | Confirmed | Reinvited | Reanswered | InfoReceived | TransferReported | Ended
)
Event = CallEvent | RegistrationEvent
