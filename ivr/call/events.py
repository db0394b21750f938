"""What happens on the line, for whoever watches it: values in the past tense, no key and no full number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = [
    "CallBegan",
    "CallEnded",
    "CallRefused",
    "Fault",
    "LineEvent",
    "LookUpFailed",
    "SentenceFailed",
    "Watcher",
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
    """A call is over. Packets are counted on our side; ``lost`` is estimated from their sequence."""

    call: str
    line: str
    cause: str
    seconds: float
    last_step: str
    sent: int
    received: int
    lost: int


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
class Fault:
    """A bug: an exception reached the hall. It has cost one call or one datagram, not the line."""

    where: str
    error: BaseException


LineEvent = CallBegan | CallEnded | CallRefused | SentenceFailed | LookUpFailed | Fault
Watcher = Callable[[LineEvent], None]
