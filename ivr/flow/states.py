"""Where a walk can stand: one value a state, holding what only that state needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.flow.plan import AskStep, LookUpStep, SayStep, TransferStep

__all__ = ["Asking", "Ended", "Listening", "LookingUp", "Ready", "Saying", "State", "Transferring"]


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing has been said yet."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A ``say`` step is being spoken."""

    step: SayStep


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
class LookingUp:
    """The accounts are being asked."""

    step: LookUpStep


@dataclass(frozen=True, slots=True)
class Transferring:
    """The caller is being handed over."""

    step: TransferStep


@dataclass(frozen=True, slots=True)
class Ended:
    """The line has hung up."""


State = Ready | Saying | Asking | Listening | LookingUp | Transferring | Ended
