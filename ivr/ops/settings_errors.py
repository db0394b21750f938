"""A pydantic report on ``infoline.toml`` to problems in the file's own words, each with its line."""

from __future__ import annotations

import re
import types
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ivr.errors import ConfigurationError
from ivr.flow.places import Places, find_places
from ivr.flow.wording import did_you_mean, listed

__all__ = ["SettingsRefused", "problems"]

Place = tuple[str | int, ...]


class SettingsRefused(ConfigurationError):
    """All problems of one settings file; its text has one line for each."""

    def __init__(self, found: Sequence[ConfigurationError]) -> None:
        """Take the problems in the order they stand in the file."""
        first = found[0]
        super().__init__(first.file, first.place, first.expected, first.line)
        self.problems = tuple(found)

    def __str__(self) -> str:
        return "\n".join(Exception.__str__(problem) for problem in self.problems)


def problems(
    file: Path, text: str, error: ValidationError, model: type[BaseModel]
) -> list[ConfigurationError]:
    """What pydantic found, in the order of the file; ``text`` is the file, ``model`` what it should be."""
    lines = lines_of(text)
    found = []
    for detail in error.errors(include_url=False, include_context=True, include_input=False):
        place = _in_file(detail["loc"])
        found.append(ConfigurationError(file, dotted(place), _say(detail, model), _line(place, lines)))
    return sorted(found, key=lambda problem: problem.line or 0)


def lines_of(text: str) -> Places:
    """The line of every table and key; the entries of ``[[trunks]]`` are ``("trunks", "0")`` and so on."""
    counted: Counter[str] = Counter()

    def numbered(heading: re.Match[str]) -> str:
        counted[heading[1]] += 1
        return f"[{heading[1]}.{counted[heading[1]] - 1}]"

    return find_places(re.sub(r"(?m)^[ \t]*\[\[[ \t]*([\w.-]+)[ \t]*\]\]", numbered, text))


def dotted(place: Place) -> str:
    """``("trunks", 0, "name")`` as people count: ``trunks.1.name``."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _in_file(loc: Iterable[str | int]) -> Place:
    """Pydantic's own markers left out."""
    return tuple(part for part in loc if part != "[key]")


def _line(loc: Place, lines: Places) -> int | None:
    """The line of the place, or of the nearest table around it that stands in the file."""
    place = tuple(map(str, loc))
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return None


def _say(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """One problem in plain words; never the value itself, which may be a secret."""
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            *around, name = detail["loc"]
            return _unknown(str(name), _names_at(around, model))
        case "missing":
            return "is missing"
        case "literal_error":
            return f"one of {context['expected']}"
        case "value_error":
            return str(context["error"])
        case "int_type" | "int_parsing" | "int_from_float":
            return "a whole number without quotes"
        case "bool_type" | "bool_parsing":
            return "true or false"
        case "string_type":
            return "text in quotes"
        case "model_type" | "dict_type":
            return "a table"
        case "tuple_type":
            return "a list"
        case "string_pattern_mismatch":
            return f"written in a way that cannot be used (it must match {context['pattern']})"
        case "string_too_short" | "too_short":
            return "may not be empty"
        case "greater_than_equal" | "less_than_equal":
            return f"at {'least' if 'ge' in context else 'most'} {context.get('ge', context.get('le')):g}"
        case _:
            return detail["msg"]


def _unknown(name: str, known: Sequence[str]) -> str:
    hint = did_you_mean(name, known) or f"; known are {listed(known)}"
    return f'there is no setting "{name}"{hint}'


def _names_at(loc: Iterable[str | int], model: type[BaseModel]) -> list[str]:
    """The settings that may stand in the table at this place."""
    within: Any = model
    for part in loc:
        if isinstance(within, type) and issubclass(within, BaseModel):
            field = within.model_fields.get(str(part))
            within = field.annotation if field else None
        elif get_origin(within) in (tuple, list, dict):
            within = next((kind for kind in reversed(get_args(within)) if kind is not Ellipsis), None)
    while get_origin(within) in (Union, types.UnionType):
        within = get_args(within)[0]
    return list(within.model_fields) if isinstance(within, type) and issubclass(within, BaseModel) else []
