"""What a walk tells the hall to do: values, nothing else.

``Speak``, ``Listen``, ``LookUp`` and ``Transfer`` carry the turn they belong to. The hall hands the turn
back with the answer, so that an answer which crosses with a newer instruction is known to be late.
Facts are a caller's own and stay out of every ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "Facts",
    "HangUp",
    "Instruction",
    "Listen",
    "LookUp",
    "Speak",
    "StopListening",
    "StopSpeaking",
    "Transfer",
]

Facts = Mapping[str, object]
"""Values by name, as a look-up gave them: ``{"credit": Money(23450), "valid_until": date(2027, 3, 14)}``."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Say these sentences one after the other; report ``spoken(turn)`` at the end of the last."""

    texts: tuple[tuple[str, Facts], ...] = field(repr=False)
    language: str
    interruptible: bool
    turn: int

    @property
    def text_ids(self) -> tuple[str, ...]:
        """The names of the sentences, without the facts."""
        return tuple(text for text, _ in self.texts)


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Fall silent at once. No ``spoken`` is awaited for what is cut off."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for a key; report ``waited(turn)`` when ``seconds`` have passed without ``StopListening``."""

    seconds: float
    turn: int


@dataclass(frozen=True, slots=True)
class StopListening:
    """Stop the timer that ``Listen`` started."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the accounts; report ``looked_up(outcome, facts, turn)``."""

    name: str
    turn: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the caller to ``target``, a number without blanks; report ``transferred(succeeded, turn)``."""

    target: str
    turn: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. Nothing follows."""


Instruction = Speak | StopSpeaking | Listen | StopListening | LookUp | Transfer | HangUp
