"""Where a walk can stand: one value a state, holding what only that state needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.flow.steps import AskStep, HoursStep, IdentifyStep, LookUpStep, ReadStep, TransferStep

__all__ = [
    "Asking",
    "AskingDigits",
    "Ended",
    "Identifying",
    "Listening",
    "LookingUp",
    "ReadingDigits",
    "ReadingTheClock",
    "Ready",
    "Saying",
    "State",
    "Transferring",
]


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing has been said yet."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A ``say`` or a ``repeat`` step is being spoken."""

    then: str
    must_hear: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """A question is being spoken, after so many silences and wrong keys."""

    step: AskStep
    silences: int = 0
    wrong_keys: int = 0


@dataclass(frozen=True, slots=True)
class Listening:
    """A question has been spoken and the caller may press a key."""

    asked: Asking


@dataclass(frozen=True, slots=True)
class AskingDigits:
    """Digits are being asked for, after so many silences and numbers that were too short."""

    step: ReadStep
    silences: int = 0
    too_short: int = 0


@dataclass(frozen=True, slots=True)
class ReadingDigits:
    """The caller keys digits in; those that have come so far."""

    asked: AskingDigits
    digits: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Identifying:
    """What was keyed in is being compared with the accounts."""

    step: IdentifyStep


@dataclass(frozen=True, slots=True)
class LookingUp:
    """The accounts are being asked."""

    step: LookUpStep


@dataclass(frozen=True, slots=True)
class ReadingTheClock:
    """The hall has been asked for the time."""

    step: HoursStep


@dataclass(frozen=True, slots=True)
class Transferring:
    """The caller is being handed over."""

    step: TransferStep


@dataclass(frozen=True, slots=True)
class Ended:
    """The line has hung up."""


State = (
    Ready
    | Saying
    | Asking
    | Listening
    | AskingDigits
    | ReadingDigits
    | Identifying
    | LookingUp
    | ReadingTheClock
    | Transferring
    | Ended
)
