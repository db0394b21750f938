"""A dialplan as values: one line, its steps by name, and where in which file each of them is written.

Made by :mod:`ivr.flow.reader`, which vouches that every step named in it exists and every value is in
range; judged by :mod:`ivr.flow.check`; walked by :mod:`ivr.flow.walk`. Nothing in it changes, so a call
keeps the plan it began with while a newer one is read for the next call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ivr.flow.hours import OpeningHours
from ivr.flow.steps import (
    RESUME,
    AskStep,
    HangUpStep,
    HoursStep,
    IdentifyStep,
    LanguageStep,
    LookUpStep,
    ReadStep,
    RepeatStep,
    SayStep,
    Step,
    TransferStep,
    WhenStep,
)
from ivr.phone import same_number

__all__ = ["Line", "Place", "Plan", "Way", "ways_out"]

Place = tuple[str, ...]
"""A dotted path in the file: ``("step", "menu", "keys", "2")``."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is true of the whole line. ``longest_call`` is in seconds.

    ``start_for``, ``language_for`` and ``before_answer_for`` hold what is otherwise for some of ``numbers``.
    """

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
    languages: tuple[str, ...] = ()
    start_for: Mapping[str, str] = field(default_factory=dict)
    language_for: Mapping[str, str] = field(default_factory=dict)
    before_answer_for: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.languages:
            object.__setattr__(self, "languages", (self.language,))

    def number_called(self, dialled: str) -> str | None:
        """Which of the line's numbers was dialled, in any of its forms; None where it is none of them."""
        return next((mine for mine in self.numbers if same_number(dialled, mine, self.country)), None)

    def answers(self, dialled: str) -> bool:
        """Whether a dialled number is one of this line's, in any of its forms."""
        return self.number_called(dialled) is not None

    def called(self, dialled: str) -> Line:
        """The line as it is for a call to this number: with its own start, language and ``before_answer``."""
        number = self.number_called(dialled) or ""
        if not any(number in own for own in (self.start_for, self.language_for, self.before_answer_for)):
            return self
        return replace(
            self,
            start=self.start_for.get(number, self.start),
            language=self.language_for.get(number, self.language),
            before_answer=self.before_answer_for.get(number, self.before_answer),
        )

    @property
    def starts(self) -> tuple[str, ...]:
        """Every step that a call may begin with, the usual one first."""
        return tuple(dict.fromkeys((self.start, *self.start_for.values())))


@dataclass(frozen=True, slots=True)
class Plan:
    """One dialplan file and those it uses. ``written_at`` gives the line, from 1, of each place in it.

    ``written_in`` names the file of each step and of each opening hours that a used file brought:
    ``("step", "ask-pin")``.
    """

    line: Line
    steps: Mapping[str, Step]
    file: str = "dialplan"
    written_at: Mapping[Place, int] = field(default_factory=dict, repr=False, compare=False)
    written_in: Mapping[Place, str] = field(default_factory=dict, repr=False, compare=False)
    hours: Mapping[str, OpeningHours] = field(default_factory=dict)

    def line_of(self, place: Place) -> int | None:
        """The file's line of a place, or of the nearest thing around it; None for a plan without a file."""
        for length in range(len(place), 0, -1):
            if (line := self.written_at.get(place[:length])) is not None:
                return line
        return None

    def file_of(self, place: Place) -> str:
        """The file that a place stands in."""
        return self.written_in.get(place[:2], self.file)

    @property
    def look_ups(self) -> tuple[LookUpStep, ...]:
        """The steps that ask the accounts, in the order of the file."""
        return tuple(step for step in self.steps.values() if isinstance(step, LookUpStep))

    def ways_from(self, name: str) -> Iterator[Way]:
        """The ways out of a step; one that leads to :data:`RESUME` is a way to each look-up of the line."""
        for way in ways_out(self.steps[name]):
            if way.to == RESUME:
                yield from (Way(way.place, step.name, way.by_key) for step in self.look_ups)
            else:
                yield way


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
        case SayStep() | LanguageStep() | RepeatStep():
            yield Way((*at, "then"), step.then)
        case AskStep():
            yield from (Way((*at, "keys", key), to, by_key=True) for key, to in step.keys.items())
            yield Way((*at, "give_up"), step.give_up)
        case ReadStep():
            yield Way((*at, "then"), step.then, by_key=True)
            if step.back is not None:
                yield Way((*at, "back"), step.back, by_key=True)
            yield Way((*at, "give_up"), step.give_up)
        case IdentifyStep():
            for end in ("proven", "refused", "no_tries_left", "unavailable"):
                yield Way((*at, end), getattr(step, end))
        case LookUpStep():
            yield from (Way((*at, "outcomes", outcome), to) for outcome, to in step.outcomes.items())
        case WhenStep():
            yield Way((*at, "yes"), step.yes)
            yield Way((*at, "no"), step.no)
        case HoursStep():
            yield from (Way((*at, "open", state), to) for state, to in step.open.items())
            yield Way((*at, "closed"), step.closed)
        case TransferStep():
            yield Way((*at, "connected"), step.connected)
            yield Way((*at, "failed"), step.failed)
        case HangUpStep():
            return
