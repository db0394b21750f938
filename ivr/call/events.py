"""What happens on the line, for whoever watches it: values in the past tense, no key and no full number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from ivr.media.events import Heard
from ivr.sip import events as sip

__all__ = [
    "CallBegan",
    "CallEnded",
    "CallRefused",
    "CardsSettled",
    "CardsUnsettled",
    "CertificatesRead",
    "CertificatesRefused",
    "Fault",
    "FilesRefused",
    "FilesTaken",
    "Identified",
    "LanguageChanged",
    "LineEvent",
    "LookUpFailed",
    "MediaDropped",
    "MediaLate",
    "RegistrationChanged",
    "SentenceFailed",
    "Watcher",
    "registration_changed",
]


@dataclass(frozen=True, slots=True)
class CallBegan:
    """A call was let in. ``caller`` is shortened, ``called`` is one of our own numbers."""

    call: str
    line: str
    called: str
    caller: str
    codec: str  # empty where the caller left the offer to us


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call is over. Packets are counted on our side; ``lost`` is estimated from their sequence.

    Where ``sampled``, one packet in 64 was read, and ``received`` is an estimate as well.
    ``heard`` says how it sounded, to us and, where the other end sent RTCP, to the caller.
    """

    call: str
    line: str
    cause: str
    seconds: float
    last_step: str
    sent: int
    received: int
    lost: int
    heard: Heard = field(default_factory=Heard)
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class CallRefused:
    """A call was not let in: the SIP status it got, and why."""

    called: str
    source: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class SentenceFailed:
    """A sentence could not be spoken; the caller was told so, and the call went on."""

    call: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class LookUpFailed:
    """The accounts could not answer; the caller was told to try later."""

    call: str
    look_up: str
    reason: str


@dataclass(frozen=True, slots=True)
class Identified:
    """A caller keyed in an account and a PIN: "proven", "refused" or "unavailable", and nothing of either."""

    call: str
    outcome: str


@dataclass(frozen=True, slots=True)
class LanguageChanged:
    """The line goes on in another language, such as ``en``."""

    call: str
    language: str


@dataclass(frozen=True, slots=True)
class MediaLate:
    """Of so many ticks of the media lately some began over 5 ms late and were made up for.

    ``skipped`` ones were over 200 ms late and left out: that long nobody heard anything.
    """

    ticks: int
    late: int
    skipped: int


@dataclass(frozen=True, slots=True)
class MediaDropped:
    """Packets that lately came to our media ports from where no call of ours is, and that were no RTP at all.

    Where the system drops speech unread, what it drops of strangers is not known.
    """

    strangers: int
    malformed: int


@dataclass(frozen=True, slots=True)
class CardsSettled:
    """Card payments that waited have come to an end; ``waiting`` ones have not."""

    settled: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class CardsUnsettled:
    """Card payments could not be asked about or booked; they wait, and this is told once a trouble."""

    reason: str


@dataclass(frozen=True, slots=True)
class CertificatesRead:
    """Changed files of certificates and keys are in use from the next handshake on."""


@dataclass(frozen=True, slots=True)
class CertificatesRefused:
    """Changed files of certificates and keys cannot be used; the ones before them stay."""

    reason: str


@dataclass(frozen=True, slots=True)
class FilesTaken:
    """Dialplans and prompts were read again: calls that begin now follow them. Counted in ``texts``."""

    lines: int
    texts: int


@dataclass(frozen=True, slots=True)
class FilesRefused:
    """Dialplans or prompts that were read again are not sound; those before them stay. One line a problem."""

    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A bug: an exception reached the hall. It has cost one call or one datagram, not the line."""

    where: str
    error: BaseException


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """A PBX or trunk has taken the line in, or has not, or no longer does; told once a change.

    ``again_in``: seconds until the next try, None where none is due.
    """

    registration: str
    registered: bool
    status: int
    reason: str
    again_in: float | None


def registration_changed(event: sip.RegistrationEvent) -> RegistrationChanged:
    """What SIP tells of a registration, for whoever watches."""
    match event:
        case sip.Registered(name, seconds):
            return RegistrationChanged(name, True, 200, f"for {seconds} s", None)
        case sip.RegistrationFailed(name, status, reason, again_in):
            return RegistrationChanged(name, False, status, reason, again_in)
        case sip.Unregistered(name, removed):
            reason = "line closed" if removed else "line closed, the registrar did not say so"
            return RegistrationChanged(name, False, 200 if removed else 408, reason, None)
        case other:
            assert_never(other)


LineEvent = (
    CallBegan
    | CallEnded
    | CallRefused
    | SentenceFailed
    | LookUpFailed
    | RegistrationChanged
    | Fault
    | CardsSettled
    | CardsUnsettled
    | CertificatesRead
    | CertificatesRefused
    | FilesTaken
    | FilesRefused
    | Identified
    | LanguageChanged
    | MediaDropped
    | MediaLate
)
Watcher = Callable[[LineEvent], None]
