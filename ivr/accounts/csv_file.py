"""A CSV file and the columns it may have come in; its lines as values by column go out, with their faults.

The file is UTF-8, its fields parted by commas or semicolons, its first line the names of the columns.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ivr.errors import AccountError

__all__ = ["Line", "read_lines"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line, counted from 1: its values by column; or, where its length is wrong, what was expected."""

    number: int
    values: dict[str, str]
    expected: str = ""


def read_lines(path: Path, known: Sequence[str], needed: Sequence[str]) -> list[Line]:
    """The lines below the first, blank ones left out; AccountError when the file as a whole is unusable."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AccountError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AccountError(f"{path}: expected UTF-8; byte {error.start} is not") from error
    if not text.strip():
        raise AccountError(f"{path}: the file is empty; expected a first line with {', '.join(needed)}")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _columns(path, next(reader), known, needed)
        return [
            _line(reader.line_num, columns, values)
            for values in reader
            if any(value.strip() for value in values)
        ]
    except csv.Error as error:
        raise AccountError(f"{path}:{reader.line_num}: not readable as CSV: {error}") from error


def _columns(path: Path, names: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> list[str]:
    columns = [name.strip().lower() for name in names]
    for problem in _wrong_with(columns, known, needed):
        raise AccountError(f"{path}:1: {problem}")
    return columns


def _wrong_with(columns: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> Iterator[str]:
    for name in columns:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the columns are {', '.join(known)}"
            yield f"there is no column {name!r}; {hint}"
        if columns.count(name) > 1:
            yield f"the column {name!r} is there twice"
    for name in needed:
        if name not in columns:
            yield f"the column {name!r} is missing"


def _line(number: int, columns: Sequence[str], values: Sequence[str]) -> Line:
    if len(values) != len(columns):
        return Line(number, {}, f"expected {len(columns)} fields, not {len(values)}")
    return Line(number, {name: value.strip() for name, value in zip(columns, values, strict=True)})
