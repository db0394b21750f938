"""A dialplan file in, a :class:`Plan` out, or all that is wrong with it, each thing in one plain line.

What is judged here is what the file says by itself: its TOML, its tables, its values, the names of its
steps. Whether sentences, languages and outcomes exist elsewhere is judged by :mod:`ivr.flow.check`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from ivr.errors import ConfigurationError
from ivr.flow.places import Places, find_places
from ivr.flow.plan import Line, Place, Plan
from ivr.flow.steps import RESUME, Step
from ivr.flow.tables import VERBS, LineTable, StepTable
from ivr.flow.wording import did_you_mean, listed, quoted
from ivr.phone import same_number

__all__ = ["parse", "read", "read_folder"]

_LARGEST = 1_000_000  # bytes; a line of a thousand steps is a tenth of this
_SYNTAX_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_STEP_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")

Problems = list[ConfigurationError]


def read(path: Path) -> tuple[Plan | None, Problems]:
    """Read one file. Either a plan and no problems, or None and at least one problem; never raises."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, [ConfigurationError(path, "", "there is no such file")]
    except OSError as error:
        return None, [ConfigurationError(path, "", f"cannot be read: {error.strerror or error}")]
    if len(data) > _LARGEST:
        return None, [ConfigurationError(path, "", "this is no dialplan: it is over a megabyte long")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [ConfigurationError(path, "", "this is not UTF-8 text: save the file as UTF-8", line)]
    return parse(text, str(path))


def read_folder(folder: Path) -> tuple[list[Plan], Problems]:
    """Read every ``*.toml`` of a folder, in the order of their names; a folder without one is a problem."""
    plans: list[Plan] = []
    problems: Problems = []
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not files:
        missing = (
            "there is no such folder" if not folder.is_dir() else "there is no .toml file in this folder"
        )
        return [], [ConfigurationError(folder, "", missing)]
    for file in files:
        plan, wrong = read(file)
        problems += wrong
        if plan is not None:
            plans.append(plan)
    return plans, problems


def parse(text: str, file: str = "dialplan") -> tuple[Plan | None, Problems]:
    """Read the text of a file; ``file`` is the name that messages carry."""
    text = text.replace("\r\n", "\n")
    try:
        content = tomllib.loads(text)
        places = find_places(text)
    except RecursionError:
        return None, [ConfigurationError(file, "", "lists and tables stand too deep inside each other")]
    except ValueError as error:
        return None, [_syntax_problem(text, file, error)]
    return _Reading(file, content, places).result()


def _syntax_problem(text: str, file: str, error: ValueError) -> ConfigurationError:
    said = str(error)
    where = _SYNTAX_PLACE.search(said)
    line = int(where[1]) if where and where[1] else text.count("\n", 0, len(text.rstrip())) + 1
    what = _SYNTAX_PLACE.sub("", said)
    if what.startswith(("Cannot overwrite", "Cannot declare", "Duplicate inline")):
        expected = "this is written a second time: each table and each entry stands once"
    elif what.startswith("Invalid value"):
        expected = (
            'there is no value here: texts, names and lengths of time stand in double quotes, as in "menu"'
        )
    elif what.startswith("Exceeds the limit"):
        expected = "a number here has thousands of digits"
    else:
        expected = f"this is not TOML: {what[:1].lower()}{what[1:]}"
    return ConfigurationError(file, "", expected, line)


class _Reading:
    """One file being read: gathers problems, in the order of the file."""

    def __init__(self, file: str, content: dict[str, Any], places: Places) -> None:
        self._file, self._content, self._places = file, content, places
        self._problems: Problems = []

    def result(self) -> tuple[Plan | None, Problems]:
        line = self._line()
        steps = self._steps()
        for name in self._content:
            if name not in ("line", "step"):
                hint = did_you_mean(name, ("line", "step"))
                self._wrong(
                    (name,), f"a dialplan holds [line] and [step.NAME] tables, not {quoted(name)}{hint}"
                )
        if self._problems or line is None:
            return None, sorted(self._problems, key=lambda problem: problem.line or 0)
        return Plan(line, MappingProxyType(steps), self._file, MappingProxyType(self._places)), []

    def _wrong(self, place: Place, expected: str) -> None:
        near = next(
            (self._places[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self._places), None
        )
        self._problems.append(ConfigurationError(self._file, ".".join(place), expected, near))

    def _line(self) -> Line | None:
        table = self._content.get("line")
        if not isinstance(table, dict):
            self._wrong(
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
                self._wrong(("line", "numbers", str(nth)), f"the number {quoted(number)} stands here twice")
        return line

    def _steps(self) -> dict[str, Step]:
        tables = self._content.get("step")
        if not isinstance(tables, dict) or not tables:
            self._wrong(("step",), "the file needs steps, such as [step.welcome]")
            return {}
        steps = {name: self._step(name, table) for name, table in tables.items()}
        return {name: step for name, step in steps.items() if step is not None}

    def _step(self, name: str, table: object) -> Step | None:
        at = ("step", name)
        if not isinstance(table, dict):
            self._wrong(at, f"a step is a table of its own: [step.{name}]")
            return None
        if not _STEP_NAME.fullmatch(name):
            self._wrong(at, f"a step's name is small letters, digits and hyphens, not {quoted(name)}")
        if name == RESUME:
            self._wrong(at, f"{quoted(RESUME)} leads back to the look-up before: call this step otherwise")
        verbs = [verb for verb in VERBS if verb in table]
        entries = dict.fromkeys(entry for verb in verbs for entry in VERBS[verb].leads)
        self._leads(at, table, tuple(entries))
        if len(verbs) != 1:
            self._wrong(at, _verb_trouble(verbs, table))
            return None
        model = VERBS[verbs[0]]
        try:
            return _frozen(model.model_validate(table)).step(name)
        except ValidationError as error:
            self._explain(at, error, model)
            return None

    def _leads(self, at: Place, table: Mapping[str, object], entries: tuple[str, ...]) -> None:
        """Every name of a step must be the name of a step, whatever else is wrong with this table."""
        steps = self._content.get("step")
        known = {*(steps if isinstance(steps, dict) else {}), RESUME}
        for place, to in _named_steps(at, table, entries):
            if to.strip() not in known:
                self._wrong(place, f"there is no step {quoted(to)}{did_you_mean(to, known)}")

    def _explain(self, at: Place, error: ValidationError, model: type[LineTable] | type[StepTable]) -> None:
        for detail in error.errors(include_url=False):
            where = tuple(str(part) for part in detail["loc"] if part != "[key]")
            kind, entry = detail["type"], where[-1]
            if kind == "missing":
                said = f"{quoted(entry)} is missing: {model.model_fields[entry].description}"
                self._wrong(at, said)
            elif kind == "extra_forbidden":
                self._wrong((*at, *where), _unknown_entry(entry, model))
            elif kind == "dict_type":
                self._wrong((*at, *where), f"this is a table: {model.model_fields[where[0]].description}")
            else:
                self._wrong((*at, *where), str(detail.get("ctx", {}).get("error", detail["msg"])))


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


def _unknown_entry(entry: str, model: type[LineTable] | type[StepTable]) -> str:
    mine = model.model_fields
    if hint := did_you_mean(entry, mine):
        return f"there is no {quoted(entry)} here{hint}"
    verbs = [verb for verb, other in VERBS.items() if entry in other.model_fields and other is not model]
    if verbs:
        return f"{quoted(entry)} belongs to a step that has {listed(verbs, 'or')}"
    return f"there is no {quoted(entry)} here; there may be {listed(mine)}"
