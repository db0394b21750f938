"""What may stand in a ``[hours.NAME]`` table in, opening hours and what is wrong with them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

import holidays
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ivr.flow import values as v
from ivr.flow.hours import OpeningHours, Span, opening
from ivr.flow.wording import did_you_mean, quoted

__all__ = ["OpeningTable", "faults"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_ANY_MOMENT = datetime(2026, 1, 5, tzinfo=UTC)  # what never changes within a year never does


def _time_zone(value: object) -> str:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            pass
        else:
            return value
    raise ValueError('a time zone is named as in the tz database, such as "Europe/Paris"')


def _country(value: object) -> str:
    known = holidays.list_supported_countries()
    if not isinstance(value, str) or value not in known:
        hint = did_you_mean(value, known) if isinstance(value, str) else ""
        raise ValueError(f'public holidays are those of a country, two capital letters, such as "FR"{hint}')
    return value


def _days(value: object) -> frozenset[int]:
    """``"mon-fri"``, ``"mon-thu, sat"``."""
    found: set[int] = set()
    for part in value.split(",") if isinstance(value, str) else ("",):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in _DAYS for end in ends):
            raise ValueError('days are written "mon-fri" or "mon-thu, sat"')
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        if last < first:
            raise ValueError("a week begins with mon and ends with sun")
        found |= set(range(first, last + 1))
    return frozenset(found)


def _spans(value: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('spans of time stand in a list, such as ["09:00-12:00", "14:00-18:00"]')
    found = []
    for item in value:
        match = _SPAN.fullmatch(item) if isinstance(item, str) else None
        if match is None:
            raise ValueError(f'a span of time is written "09:00-12:00", not {quoted(item)}')
        begins, ends = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
        if not begins < ends <= 24 * 60:
            raise ValueError(f"a span lies within one day and ends after it begins, {quoted(item)} does not")
        found.append((begins, ends))
    return tuple(found)


def _dates(value: object) -> frozenset[date]:
    if not isinstance(value, list) or any(type(day) is not date for day in value):
        raise ValueError("days stand in a list and without quotes, such as [2026-12-24, 2027-01-02]")
    return frozenset(value)


TimeZone = Annotated[str, BeforeValidator(_time_zone)]
HolidayCountry = Annotated[str, BeforeValidator(_country)]
Days = Annotated[frozenset[int], BeforeValidator(_days)]
Spans = Annotated[tuple[tuple[int, int], ...], BeforeValidator(_spans)]
Dates = Annotated[frozenset[date], BeforeValidator(_dates)]


class OpeningTable(BaseModel):
    """``[hours.NAME]``: when which desk answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    time_zone: TimeZone = Field(description='whose clock it is, such as "Europe/Paris"')
    working_days: Days = Field(description='the days of the week that are worked, such as "mon-fri"')
    working_day: dict[v.State, Spans] = Field(description="what is open when on a working day")
    day_off: dict[v.State, Spans] = Field(
        default_factory=dict, description="what is open when on any other day"
    )
    holidays: HolidayCountry | None = Field(
        None, description='the country whose public holidays are days off, such as "FR"'
    )
    closed_on: Dates = Field(frozenset(), description="single days on which nothing opens")
    open_on: Dates = Field(frozenset(), description="single days that are worked all the same")

    def hours(self, name: str) -> OpeningHours:
        """The opening hours as the plan holds them, under their name."""
        return OpeningHours(
            name, self.time_zone, self.working_days, _as_spans(self.working_day), _as_spans(self.day_off),
            self.holidays, self.closed_on, self.open_on,
        )  # fmt: skip


def _as_spans(states: dict[str, tuple[tuple[int, int], ...]]) -> tuple[Span, ...]:
    return tuple(Span(*span, state) for state, spans in states.items() for span in spans)


def faults(hours: OpeningHours) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with hours that are well written: the entry, and what is expected of it."""
    for entry, spans in (("working_day", hours.working_day), ("day_off", hours.day_off)):
        in_order = sorted(spans, key=lambda span: span.begins)
        for one, next_one in pairwise(in_order):
            if next_one.begins < one.ends:
                said = (
                    f"{quoted(one.state)} and {quoted(next_one.state)} overlap at {_clock(next_one.begins)}"
                )
                yield (entry, next_one.state), said
    for day in sorted(hours.closed_on & hours.open_on):
        yield ("open_on",), f"{day} is closed as well: a day is one or the other"
    found = opening(hours, _ANY_MOMENT)
    for state in hours.states:
        if state not in found.next:
            where = "working_day" if any(span.state == state for span in hours.working_day) else "day_off"
            yield (where, state), f"{quoted(state)} never begins: it is open always, or no day has it"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
