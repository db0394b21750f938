"""Opening hours as data and a moment in; which desk is open, until when, and when each opens next, out.

Wall clock: a span from 09:00 to 12:00 begins and ends at those times on both sides of a clock change, and
holds its beginning but not its end. No clock here: the moment is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

__all__ = ["FARTHEST", "Opening", "OpeningHours", "Span", "opening"]

FARTHEST = 400
"""Days looked ahead for a change: more than a year, so that every yearly pattern has come round."""

_WHOLE_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day in minutes from midnight on the wall clock: 09:00 to 12:00 is 540 to 720."""

    begins: int
    ends: int
    state: str


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When which desk answers. ``holidays`` is a country whose public holidays are days off, or None.

    ``working_days`` are numbers of :meth:`datetime.date.weekday`. On ``closed_on`` nothing opens;
    ``open_on`` are working days whatever the calendar says. Spans of a day do not overlap.
    """

    name: str
    time_zone: str
    working_days: frozenset[int]
    working_day: tuple[Span, ...]
    day_off: tuple[Span, ...] = ()
    holidays: str | None = None
    closed_on: frozenset[date] = frozenset()
    open_on: frozenset[date] = frozenset()

    @property
    def states(self) -> tuple[str, ...]:
        """Every state that the hours know, in the order of the file; being closed is none."""
        return tuple(dict.fromkeys(span.state for span in (*self.working_day, *self.day_off)))

    def works(self, day: date) -> bool:
        """Whether a day is a working day."""
        if day in self.open_on:
            return True
        return day.weekday() in self.working_days and not _is_holiday(self.holidays, day)

    def spans(self, day: date) -> tuple[Span, ...]:
        """What opens on a day."""
        if day in self.closed_on:
            return ()
        return self.working_day if self.works(day) else self.day_off


@dataclass(frozen=True, slots=True)
class Opening:
    """What holds at a moment; ``state`` is None where nothing is open. Times are in the hours' own zone.

    ``until`` is when ``state`` changes, ``next`` when each state begins after the moment; what does not
    come within :data:`FARTHEST` days is None, or missing.
    """

    state: str | None
    until: datetime | None
    next: Mapping[str, datetime]

    def facts(self, now: datetime) -> dict[str, object]:
        """What sentences may speak of: ``until``, ``next_service``, and ``days_to_service`` from today."""
        facts: dict[str, object] = {} if self.until is None else {"until": self.until}
        for state, begins in self.next.items():
            today = now.astimezone(begins.tzinfo).date()
            facts |= {f"next_{state}": begins, f"days_to_{state}": (begins.date() - today).days}
        return facts


def opening(hours: OpeningHours, now: datetime) -> Opening:
    """What holds at an aware moment; ValueError for one without a zone."""
    if now.tzinfo is None:
        raise ValueError("opening hours need a moment with its time zone")
    zone = ZoneInfo(hours.time_zone)
    moment, today = now.astimezone(UTC), now.astimezone(zone).date()
    state: str | None = None
    until: datetime | None = None
    found: dict[str, datetime] = {}
    wanted = set(hours.states)
    for begins, begun in _changes(hours, today, zone):
        if begins.astimezone(UTC) <= moment:
            state = begun
            continue
        if until is None and begun != state:
            until = begins
        if begun in wanted and begun not in found:
            found[begun] = begins
        if until is not None and wanted == found.keys():
            break
    return Opening(state, until, found)


def _changes(hours: OpeningHours, today: date, zone: ZoneInfo) -> Iterator[tuple[datetime, str | None]]:
    """When each state begins, from today's midnight on; a state that goes on past midnight begins once."""
    current: str | None = None
    for ahead in range(-1, FARTHEST):
        day = today + timedelta(days=ahead)
        for minute, state in _day_changes(hours.spans(day)):
            if state != current:
                current = state
                yield _moment(day, minute, zone), state


def _day_changes(spans: tuple[Span, ...]) -> Iterator[tuple[int, str | None]]:
    at = 0
    for span in sorted(spans, key=lambda span: span.begins):
        if span.begins > at:
            yield at, None
        yield span.begins, span.state
        at = span.ends
    if at < _WHOLE_DAY:
        yield at, None


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone)


def _is_holiday(country: str | None, day: date) -> bool:
    return country is not None and day in _holidays_of(country, day.year)


@lru_cache(maxsize=64)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))
