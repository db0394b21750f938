"""The line's JSON log comes in as it grows, calls that stand and what went wrong go out.

A look-up or a sentence that came too late is no fault: its caller was told so, and the call went on.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["Record"]

_KEPT = 20  # problems that are shown


class Record:
    """What the line has written down so far; ``read`` takes what is new."""

    def __init__(self, log: Path) -> None:
        self._log, self._at, self._rest = log, 0, b""
        self._began: dict[str, datetime] = {}
        self._newest: datetime | None = None
        self.begun = self.ended = self.refused = self.late = self.problems = 0
        self.causes: Counter[str] = Counter()
        self.first_problems: list[str] = []

    @property
    def standing(self) -> int:
        """Calls that have begun and not ended."""
        return len(self._began)

    @property
    def oldest(self) -> float:
        """Seconds that the oldest of them has stood, by the newest line of the log; 0 where there is none."""
        if not self._began or self._newest is None:
            return 0.0
        return (self._newest - min(self._began.values())).total_seconds()

    def read(self) -> None:
        """Take the lines that have come since."""
        with self._log.open("rb") as file:
            file.seek(self._at)
            data = file.read()
        self._at += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line.decode("utf-8", "replace"))

    def _take(self, line: str) -> None:
        if not line.startswith("{"):
            if "Traceback" in line or "Error" in line or "exception" in line.lower():
                self._problem(line)
            return
        entry: dict[str, Any] = json.loads(line)
        self._newest = at = datetime.fromisoformat(entry["timestamp"])
        match entry["event"]:
            case "call began":
                self.begun += 1
                self._began[entry["call"]] = at
            case "call ended":
                self.ended += 1
                self.causes[entry["why"]] += 1
                if self._began.pop(entry["call"], None) is None:
                    self._problem(f"ended and had not begun: {line}")
            case "call refused":
                self.refused += 1
            case "look-up failed" | "sentence failed":
                self.late += 1
                return
        if entry["level"] in ("error", "critical"):
            self._problem(line)

    def _problem(self, line: str) -> None:
        self.problems += 1
        if len(self.first_problems) < _KEPT:
            self.first_problems.append(line[:2000])
