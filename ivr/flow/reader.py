"""A dialplan file in, a :class:`Plan` out, or all that is wrong with it, each thing in one plain line.

What is judged here is what the file and those it uses say by themselves: their TOML, their tables, their
values, the names of their steps. Whether sentences, languages and outcomes exist elsewhere is judged by
:mod:`ivr.flow.check`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from ivr.errors import ConfigurationError
from ivr.flow.places import find_places
from ivr.flow.plan import Plan
from ivr.flow.reading import Problems, Reading, Source

__all__ = ["parse", "read", "read_folder"]

_LARGEST = 1_000_000  # bytes; a line of a thousand steps is a tenth of this
_SYNTAX_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")

Open = Callable[[str], tuple[str | None, Problems]]
"""The name of a used file, as the line writes it, to its text, or to what is wrong with it."""


def read(path: Path) -> tuple[Plan | None, Problems]:
    """Read a file and those it uses: a plan and no problems, or None and at least one; never raises."""
    text, problems = _text(path)
    if text is None:
        return None, problems
    return parse(text, str(path), lambda used: _text(path.parent / used))


def _text(path: Path) -> tuple[str | None, Problems]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, [ConfigurationError(path, "", "there is no such file")]
    except OSError as error:
        return None, [ConfigurationError(path, "", f"cannot be read: {error.strerror or error}")]
    if len(data) > _LARGEST:
        return None, [ConfigurationError(path, "", "this is no dialplan: it is over a megabyte long")]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [ConfigurationError(path, "", "this is not UTF-8 text: save the file as UTF-8", line)]


def read_folder(folder: Path) -> tuple[list[Plan], Problems]:
    """Read every ``*.toml`` of a folder, in the order of their names; a folder without one is a problem.

    Files in folders below it are no lines; what is wrong in one that several lines use is said once.
    """
    plans: list[Plan] = []
    problems: dict[str, ConfigurationError] = {}
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not files:
        missing = (
            "there is no such folder" if not folder.is_dir() else "there is no .toml file in this folder"
        )
        return [], [ConfigurationError(folder, "", missing)]
    for file in files:
        plan, wrong = read(file)
        problems |= {str(problem): problem for problem in wrong}
        if plan is not None:
            plans.append(plan)
    return plans, list(problems.values())


def parse(
    text: str, file: str = "dialplan", open_used: Open = lambda used: (None, [])
) -> tuple[Plan | None, Problems]:
    """Read the text of a file; ``file`` is the name that messages carry, ``open_used`` gives used files."""
    source, problems = _source(text, file)
    if source is None:
        return None, problems
    reading = Reading(source)
    for place, used in reading.used_files():
        its_text, wrong = open_used(used)
        if its_text is None:
            reading.cannot_share(place, f"{used}: {wrong[0].expected if wrong else 'there is no such file'}")
            continue
        shared, wrong = _source(its_text, str(Path(file).parent / used))
        problems += wrong
        if shared is None:
            reading.cannot_share(place, f"{used} cannot be used: see what is said of it")
        else:
            reading.share(shared)
    plan, wrong = reading.result()
    return (None, problems + wrong) if problems else (plan, wrong)


def _source(text: str, file: str) -> tuple[Source | None, Problems]:
    text = text.replace("\r\n", "\n")
    try:
        return Source(file, tomllib.loads(text), find_places(text)), []
    except RecursionError:
        return None, [ConfigurationError(file, "", "lists and tables stand too deep inside each other")]
    except ValueError as error:
        return None, [_syntax_problem(text, file, error)]


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
