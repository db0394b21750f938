"""The tables of a dialplan file and of those it uses in, a :class:`Plan` or every problem of them out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from ivr.errors import ConfigurationError
from ivr.flow.hours import OpeningHours
from ivr.flow.places import Places
from ivr.flow.plan import Line, Place, Plan
from ivr.flow.steps import RESUME, HoursStep, Step
from ivr.flow.tables import VERBS, LineTable, StepTable
from ivr.flow.tables_hours import OpeningTable, faults
from ivr.flow.values_line import is_shared_file
from ivr.flow.wording import did_you_mean, listed, on_one_line, quoted
from ivr.phone import same_number

__all__ = ["Problems", "Reading", "Source"]

_STEP_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_NAMED = ("step", "hours")

Problems = list[ConfigurationError]


@dataclass(frozen=True, slots=True)
class Source:
    """One file: the name that messages carry, what is in it, and where."""

    file: str
    content: Mapping[str, Any]
    places: Places


class Reading:
    """One line being read: gathers problems, in the order of its files."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._shared: list[Source] = []
        self._origin: dict[Place, Source] = {}
        self._tables: dict[str, dict[str, object]] = {kind: {} for kind in _NAMED}
        self._problems: list[tuple[int, ConfigurationError]] = []
        self._whole = True
        self._take_in(source)
        for name in source.content:
            if name not in ("line", *_NAMED):
                hint = did_you_mean(name, ("line", *_NAMED))
                said = (
                    f"a dialplan holds [line], [step.NAME] and [hours.NAME] tables, not {quoted(name)}{hint}"
                )
                self.wrong((name,), said)

    def used_files(self) -> Iterator[tuple[Place, str]]:
        """The files that the line names, with the place of each; those that are no names are told later."""
        line = self._source.content.get("line")
        used = line.get("use") if isinstance(line, dict) else None
        for nth, file in enumerate(used if isinstance(used, list) else ()):
            if isinstance(file, str) and is_shared_file(file.strip()):
                yield ("line", "use", str(nth)), file.strip()

    def cannot_share(self, place: Place, expected: str) -> None:
        """A used file cannot be read: no name is called unknown, since it may stand there."""
        self._whole = False
        self.wrong(place, expected)

    def share(self, source: Source) -> None:
        """Take in the steps and hours of a used file."""
        self._shared.append(source)
        self._take_in(source)
        for name in source.content:
            if name not in _NAMED:
                said = f"a shared file holds [step.NAME] and [hours.NAME] tables, not {quoted(name)}"
                self._wrong_in(source, (name,), said)

    def _take_in(self, source: Source) -> None:
        for kind in _NAMED:
            tables = source.content.get(kind, {})
            if not isinstance(tables, dict):
                self._wrong_in(source, (kind,), f"these are tables, such as [{kind}.welcome]")
                continue
            for name, table in tables.items():
                place = (kind, name)
                if place in self._origin:
                    said = f"{quoted(name)} stands in {self._origin[place].file} too: call one otherwise"
                    self._wrong_in(source, place, said)
                else:
                    self._origin[place] = source
                    self._tables[kind][name] = table

    def result(self) -> tuple[Plan | None, Problems]:
        """The plan and no problems, or None and all of them."""
        line = self._line()
        hours = {name: self._hours(name, table) for name, table in self._tables["hours"].items()}
        steps = self._steps()
        if self._problems or line is None:
            return None, [problem for _, problem in sorted(self._problems, key=_in_order)]
        origins = {place: source for place, source in self._origin.items() if source is not self._source}
        places = dict(self._source.places)
        for kind_and_name, source in origins.items():
            places |= {at: n for at, n in source.places.items() if at[:2] == kind_and_name}
        return Plan(
            line,
            MappingProxyType(steps),
            self._source.file,
            MappingProxyType(places),
            MappingProxyType({place: source.file for place, source in origins.items()}),
            MappingProxyType({name: found for name, found in hours.items() if found is not None}),
        ), []

    def wrong(self, place: Place, expected: str) -> None:
        """Keep a problem with the file and line of its place."""
        self._wrong_in(self._origin.get(place[:2], self._source), place, expected)

    def _wrong_in(self, source: Source, place: Place, expected: str) -> None:
        near = (source.places[place[:n]] for n in range(len(place), 0, -1) if place[:n] in source.places)
        order = 0 if source is self._source else 1 + self._shared.index(source)
        error = ConfigurationError(source.file, on_one_line(".".join(place)), expected, next(near, None))
        self._problems.append((order, error))

    def _line(self) -> Line | None:
        table = self._source.content.get("line")
        if not isinstance(table, dict):
            self.wrong(
                ("line",), "the file needs a [line] table with name, numbers, country, language and start"
            )
            return None
        self._leads(("line",), table, LineTable.leads)
        try:
            line = LineTable.model_validate(table).line()
        except ValidationError as error:
            self._explain(("line",), error, LineTable)
            return None
        for nth, number in enumerate(line.numbers):
            if any(same_number(number, earlier, line.country) for earlier in line.numbers[:nth]):
                self.wrong(("line", "numbers", str(nth)), f"the number {quoted(number)} stands here twice")
        for place, said in _line_faults(line):
            self.wrong(place, said)
        return line

    def _steps(self) -> dict[str, Step]:
        tables = self._tables["step"]
        if not tables:
            self.wrong(("step",), "the file needs steps, such as [step.welcome]")
        steps = {name: self._step(name, table) for name, table in tables.items()}
        return {name: step for name, step in steps.items() if step is not None}

    def _step(self, name: str, table: object) -> Step | None:
        at = ("step", name)
        if not isinstance(table, dict):
            self.wrong(at, f"a step is a table of its own: [step.{name}]")
            return None
        if not _STEP_NAME.fullmatch(name):
            self.wrong(at, f"a step's name is small letters, digits and hyphens, not {quoted(name)}")
        if name == RESUME:
            self.wrong(at, f"{quoted(RESUME)} leads back to the look-up before: call this step otherwise")
        verbs = [verb for verb in VERBS if verb in table]
        entries = dict.fromkeys(entry for verb in verbs for entry in VERBS[verb].leads)
        self._leads(at, table, tuple(entries))
        if len(verbs) != 1:
            self.wrong(at, _verb_trouble(verbs, table))
            return None
        model = VERBS[verbs[0]]
        try:
            return self._within(at, _frozen(model.model_validate(table)).step(name))
        except ValidationError as error:
            self._explain(at, error, model)
            return None

    def _within(self, at: Place, step: Step) -> Step:
        """The same step, when the hours that it names are there."""
        if self._whole and isinstance(step, HoursStep) and step.hours not in self._tables["hours"]:
            hint = did_you_mean(step.hours, self._tables["hours"])
            self.wrong((*at, "hours"), f"there is no table [hours.{step.hours}]{hint}")
        return step

    def _hours(self, name: str, table: object) -> OpeningHours | None:
        at = ("hours", name)
        if not isinstance(table, dict):
            self.wrong(at, f"opening hours are a table of their own: [hours.{name}]")
            return None
        try:
            hours = OpeningTable.model_validate(table).hours(name)
        except ValidationError as error:
            self._explain(at, error, OpeningTable)
            return None
        for entry, said in faults(hours):
            self.wrong((*at, *entry), said)
        return hours

    def _leads(self, at: Place, table: Mapping[str, object], entries: tuple[str, ...]) -> None:
        """Every name of a step must be the name of a step, whatever else is wrong with this table."""
        known = self._tables["step"]
        for place, to in _named_steps(at, table, entries):
            if self._whole and to.strip() not in known and (to.strip() != RESUME or at == ("line",)):
                self.wrong(place, f"there is no step {quoted(to)}{did_you_mean(to, known)}")

    def _explain(self, at: Place, error: ValidationError, model: type[BaseModel]) -> None:
        for detail in error.errors(include_url=False):
            where = tuple(str(part) for part in detail["loc"] if part != "[key]")
            kind, entry = detail["type"], where[-1]
            if kind == "missing":
                said = f"{quoted(entry)} is missing: {model.model_fields[entry].description}"
                self.wrong(at, said)
            elif kind == "extra_forbidden":
                self.wrong((*at, *where), _unknown_entry(entry, model))
            elif kind == "dict_type":
                self.wrong((*at, *where), f"this is a table: {model.model_fields[where[0]].description}")
            else:
                self.wrong((*at, *where), str(detail.get("ctx", {}).get("error", detail["msg"])))


def _line_faults(line: Line) -> Iterator[tuple[Place, str]]:
    """Entries of a line that do not go together."""
    for entry in ("start_for", "language_for", "before_answer_for"):
        for number in getattr(line, entry):
            if number not in line.numbers:
                said = f"{quoted(number)} is none of the line's numbers{did_you_mean(number, line.numbers)}"
                yield ("line", entry, number), said
    spoken: list[tuple[Place, str]] = [(("line", "language"), line.language)]
    spoken += [(("line", "language_for", number), said) for number, said in line.language_for.items()]
    for place, language in spoken:
        if language not in line.languages:
            yield place, f"{quoted(language)} is none of the line's languages, {listed(line.languages)}"


def _in_order(problem: tuple[int, ConfigurationError]) -> tuple[int, int]:
    return problem[0], problem[1].line or 0


def _named_steps(
    at: Place, table: Mapping[str, object], entries: tuple[str, ...]
) -> Iterator[tuple[Place, str]]:
    for entry in entries:
        value = table.get(entry)
        if isinstance(value, str) and value.strip():
            yield (*at, entry), value
        elif isinstance(value, dict):
            for name, to in value.items():
                if isinstance(to, str) and to.strip():
                    yield (*at, entry, name), to


def _frozen(table: StepTable) -> StepTable:
    """The same table with its dictionaries closed to writing."""
    closed = {name: MappingProxyType(value) for name, value in table if isinstance(value, dict)}
    return table.model_copy(update=closed)


def _verb_trouble(verbs: list[str], table: Mapping[str, object]) -> str:
    if verbs:
        return f"a step does one thing: this one has {listed(verbs)}; make a step of each"
    near = next((hint for name in table if (hint := did_you_mean(name, VERBS))), "")
    return f"a step has one of {listed(VERBS, 'or')}; this one has none{near}"


def _unknown_entry(entry: str, model: type[BaseModel]) -> str:
    mine = model.model_fields
    if hint := did_you_mean(entry, mine):
        return f"there is no {quoted(entry)} here{hint}"
    verbs = [verb for verb, other in VERBS.items() if entry in other.model_fields and other is not model]
    if verbs:
        return f"{quoted(entry)} belongs to a step that has {listed(verbs, 'or')}"
    return f"there is no {quoted(entry)} here; there may be {listed(mine)}"
