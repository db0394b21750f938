"""A dialplan as values: one line, its steps by name, and where in the file each of them is written.

Made by :mod:`ivr.flow.reader`, which vouches that every step named in it exists and every value is in
range; judged by :mod:`ivr.flow.check`; walked by :mod:`ivr.flow.walk`. Nothing in it changes, so a call
keeps the plan it began with while a newer one is read for the next call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ivr.phone import same_number

__all__ = [
    "KEYS",
    "AskStep",
    "HangUpStep",
    "Line",
    "LookUpStep",
    "Place",
    "Plan",
    "SayStep",
    "Step",
    "TransferStep",
    "Way",
    "ways_out",
]

KEYS = "0123456789*#ABCD"
"""The sixteen keys a telephone can send (ITU-T Q.23)."""

Place = tuple[str, ...]
"""A dotted path in the file: ``("step", "menu", "keys", "2")``."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is true of the whole line. ``longest_call`` is in seconds."""

    name: str
    numbers: tuple[str, ...]
    country: str
    language: str
    start: str
    longest_call: float
    one_moment: str | None = None
    trouble: str | None = None
    before_answer: str | None = None
    operator: str = "callpro"

    def answers(self, dialled: str) -> bool:
        """Whether a dialled number is one of this line's, in any of its forms."""
        return any(same_number(dialled, number, self.country) for number in self.numbers)


@dataclass(frozen=True, slots=True)
class SayStep:
    """Speak the texts, then go on."""

    name: str
    texts: tuple[str, ...]
    then: str
    must_hear: bool = False


@dataclass(frozen=True, slots=True)
class AskStep:
    """Speak the question and wait ``wait`` seconds for a key.

    Silences and wrong keys are counted apart; after ``tries`` of one kind the line gives up, so each kind
    has words for one less.
    """

    name: str
    texts: tuple[str, ...]
    keys: Mapping[str, str]
    wait: float
    tries: int
    give_up: str
    silence: tuple[str, ...] = ()
    wrong_key: tuple[str, ...] = ()
    must_hear: bool = False


@dataclass(frozen=True, slots=True)
class LookUpStep:
    """Ask the accounts; each outcome leads somewhere and brings its facts."""

    name: str
    look_up: str
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TransferStep:
    """Hand the caller to another number, written without blanks."""

    name: str
    target: str
    connected: str
    failed: str


@dataclass(frozen=True, slots=True)
class HangUpStep:
    """End the call."""

    name: str


Step = SayStep | AskStep | LookUpStep | TransferStep | HangUpStep


@dataclass(frozen=True, slots=True)
class Plan:
    """One dialplan file. ``written_at`` gives the file's line, from 1, of each place in it."""

    line: Line
    steps: Mapping[str, Step]
    file: str = "dialplan"
    written_at: Mapping[Place, int] = field(default_factory=dict, repr=False, compare=False)

    def line_of(self, place: Place) -> int | None:
        """The file's line of a place, or of the nearest thing around it; None for a plan without a file."""
        for length in range(len(place), 0, -1):
            if (line := self.written_at.get(place[:length])) is not None:
                return line
        return None


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a step: under which name, to which step, and whether only a pressed key takes it."""

    place: Place
    to: str
    by_key: bool = False


def ways_out(step: Step) -> Iterator[Way]:
    """All the ways out of a step, in the order of the file; none out of a hang-up."""
    at = ("step", step.name)
    match step:
        case SayStep():
            yield Way((*at, "then"), step.then)
        case AskStep():
            for key, to in step.keys.items():
                yield Way((*at, "keys", key), to, by_key=True)
            yield Way((*at, "give_up"), step.give_up)
        case LookUpStep():
            for outcome, to in step.outcomes.items():
                yield Way((*at, "outcomes", outcome), to)
        case TransferStep():
            yield Way((*at, "connected"), step.connected)
            yield Way((*at, "failed"), step.failed)
        case HangUpStep():
            return
