"""What a walk tells the hall to do: values, nothing else.

Whatever has an answer carries the turn it belongs to. The hall hands the turn back with the answer, so that
an answer which crosses with a newer instruction is known to be late. Facts and the digits that a caller
keyed in are the caller's own and stay out of every ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.flow.steps import Trust, in_language

__all__ = [
    "Facts",
    "HangUp",
    "Identify",
    "Instruction",
    "Listen",
    "LookUp",
    "Pace",
    "Speak",
    "StopListening",
    "StopSpeaking",
    "TellTime",
    "Transfer",
]

Facts = Mapping[str, object]
"""Values by name, as a look-up gave them: ``{"credit": Money(23450), "valid_until": date(2027, 3, 14)}``."""

Pace = Literal["normal", "slow"]


@dataclass(frozen=True, slots=True)
class Speak:
    """Say these sentences one after the other; report ``spoken(turn)`` at the end of the last."""

    texts: tuple[tuple[str, Facts], ...] = field(repr=False)
    language: str
    interruptible: bool
    turn: int
    pace: Pace = "normal"

    @property
    def said(self) -> tuple[tuple[str, str, Facts], ...]:
        """Each sentence with its language: its own, where it is named ``en:offer``, else the call's."""
        return tuple((*in_language(text, self.language), facts) for text, facts in self.texts)

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
    """Ask the accounts; report ``looked_up(outcome, facts, turn)``.

    With trust ``pin`` a caller who has not proven who calls is ``not_proven``, and the accounts are not
    asked; with ``none`` they answer anybody.
    """

    name: str
    turn: int
    trust: Trust = "number"


@dataclass(frozen=True, slots=True)
class Identify:
    """Compare what the caller keyed in with the accounts; report ``identified(outcome, facts, turn)``.

    The outcome is ``proven``, ``refused`` or ``unavailable``. A locked account is ``refused``.
    """

    account: str = field(repr=False)
    pin: str = field(repr=False)
    turn: int


@dataclass(frozen=True, slots=True)
class TellTime:
    """Read the clock; report ``time_is(now, turn)`` with an aware datetime."""

    turn: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the caller to ``target``, a number without blanks; report ``transferred(succeeded, turn)``."""

    target: str
    turn: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. Nothing follows."""


Instruction = Speak | StopSpeaking | Listen | StopListening | LookUp | Identify | TellTime | Transfer | HangUp
