"""Opening hours: states, their ends and the next openings, over holidays and both clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.hours import FARTHEST, OpeningHours, Span, opening
from ivr.flow.tables_hours import OpeningTable

PARIS = ZoneInfo("Europe/Paris")
SERVICE = {
    "time_zone": "Europe/Paris",
    "holidays": "FR",
    "working_days": "mon-fri",
    "working_day": {
        "service": ["09:00-12:00", "14:00-18:00"],
        "pause": ["12:00-14:00"],
        "on_call": ["18:00-22:00"],
    },
    "day_off": {"on_call": ["14:00-22:00"]},
}
DESK = OpeningTable.model_validate(SERVICE).hours("desk")
MONDAY, SUNDAY = "2026-11-23", "2026-11-22"
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


def paris(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("day", "clock", "state"),
    [
        (MONDAY, "08:59:59", None),
        (MONDAY, "09:00:00", "service"),
        (MONDAY, "12:00:00", "pause"),
        (MONDAY, "13:59:59.999999", "pause"),
        (MONDAY, "14:00:00", "service"),
        (MONDAY, "18:00:00", "on_call"),
        (MONDAY, "22:00:00", None),
        (SUNDAY, "13:59:59", None),
        (SUNDAY, "14:00:00", "on_call"),
        (SUNDAY, "21:59:59", "on_call"),
        (SUNDAY, "22:00:00", None),
    ],
)
def test_CS_33_a_span_holds_its_beginning_and_not_its_end(day, clock, state):
    assert opening(DESK, paris(day, clock)).state == state


def test_CS_34_in_the_pause_the_next_opening_is_the_end_of_it():
    found = opening(DESK, paris(MONDAY, "12:30"))
    assert found.until == found.next["service"] == paris(MONDAY, "14:00")
    assert found.next["pause"] == paris("2026-11-24", "12:00")


@pytest.mark.parametrize("day", ["2026-01-01", "2026-04-06", "2026-05-14", "2026-07-14", "2026-11-11"])
def test_CS_35_public_holidays_are_days_off(day):
    states = [opening(DESK, paris(day, clock)).state for clock in ("10:00", "13:00", "15:00", "19:00")]
    assert states == [None, None, "on_call", "on_call"]


def test_CS_35_the_next_opening_leaps_over_a_holiday_before_a_weekend():
    found = opening(DESK, paris("2026-04-30", "23:00"))  # Thursday; Friday is the first of May
    assert found.until == found.next["on_call"] == paris("2026-05-01", "14:00")
    assert found.next["service"] == paris("2026-05-04", "09:00")
    assert found.facts(paris("2026-04-30", "23:00"))["days_to_service"] == 4


@pytest.mark.parametrize(
    ("before", "after", "offsets"),
    [("2026-03-27", "2026-03-30", (1, 2)), ("2026-10-23", "2026-10-26", (2, 1))],
)
def test_CS_36_clock_changes_do_not_shift_the_hours(before, after, offsets):
    for day, offset in zip((before, after), offsets, strict=True):
        opens = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC) - timedelta(hours=offset)
        assert opening(DESK, opens).state == "service"
        assert opening(DESK, opens - timedelta(seconds=1)).state is None


@pytest.mark.parametrize(("day", "offset"), [("2026-03-29", 2), ("2026-10-25", 1)])
def test_CS_36_on_the_day_of_the_change_the_hours_keep_to_the_wall_clock(day, offset):
    night = datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=UTC)  # half an hour before the change
    assert opening(DESK, night).until.astimezone(UTC).hour == 14 - offset


def test_single_days_are_closed_or_worked_whatever_the_calendar_says():
    days = {"closed_on": [date(2026, 12, 24)], "open_on": [date(2026, 11, 11)]}
    desk = OpeningTable.model_validate(SERVICE | days).hours("desk")
    assert opening(desk, paris("2026-12-24", "10:00")).state is None
    assert opening(desk, paris("2026-12-24", "15:00")).state is None
    assert opening(desk, paris("2026-11-11", "10:00")).state == "service"


def test_a_state_that_goes_on_past_midnight_is_one():
    spans = (Span(0, 120, "night"), Span(1320, 1440, "night"))
    hours = OpeningHours("h", "Europe/Paris", frozenset(range(7)), spans)
    found = opening(hours, paris(MONDAY, "23:00"))
    assert (found.state, found.until) == ("night", paris("2026-11-24", "02:00"))
    assert found.next["night"] == paris("2026-11-24", "22:00")


def test_what_never_changes_has_no_end():
    hours = OpeningHours(
        "h", "Europe/Paris", frozenset(range(7)), (Span(0, 1440, "open"),), (Span(0, 1440, "open"),)
    )
    found = opening(hours, paris(MONDAY, "23:00"))
    assert (found.state, found.until, found.next) == ("open", None, {})
    assert found.facts(paris(MONDAY, "23:00")) == {}
    assert FARTHEST > 366


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        opening(DESK, datetime(2026, 11, 23, 10, 0))


@given(MOMENTS)
def test_CS_34_a_state_lasts_up_to_its_end_and_not_longer(moment):
    found = opening(DESK, moment)
    end = found.until.astimezone(UTC)
    assert end > moment
    assert opening(DESK, end - timedelta(microseconds=1)).state == found.state
    assert opening(DESK, end).state != found.state


@given(MOMENTS)
def test_CS_33_the_next_openings_are_the_first_ones_after_now(moment):
    found = opening(DESK, moment)
    assert set(found.next) == {"service", "pause", "on_call"}
    for state, begins in found.next.items():
        at = begins.astimezone(UTC)
        assert at > moment
        assert opening(DESK, at).state == state
        assert opening(DESK, at - timedelta(microseconds=1)).state != state
        passed = found.until.astimezone(UTC)
        while passed < at:
            assert opening(DESK, passed).state != state
            passed = opening(DESK, passed).until.astimezone(UTC)
        assert passed == at
