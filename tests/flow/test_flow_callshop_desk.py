"""Who answers at Callshop France and when, from dialplan/callshop.toml, and where a caller gets to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.flow import Plan, Speak, TellTime, Transfer, Walk, read
from ivr.flow.hours import opening

PROJECT = Path(__file__).parents[2]
PARIS = ZoneInfo("Europe/Paris")
MONDAY, FRIDAY, SATURDAY, SUNDAY = "2026-11-23", "2026-11-27", "2026-11-21", "2026-11-22"
ON_CALL = "0142999999"


@pytest.fixture(scope="module")
def plan() -> Plan:
    plan, problems = read(PROJECT / "dialplan" / "callshop.toml")
    assert plan is not None and not problems
    return plan


@pytest.fixture(scope="module")
def state(plan):
    """Which desk is open by the clock in Paris, None for none."""
    return lambda day, clock: opening(plan.hours["desk"], paris(day, clock)).state


def paris(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=PARIS)


@pytest.mark.parametrize("clock", ["09:00:00", "11:59:59", "14:00:00", "17:59:59"])
@pytest.mark.parametrize("day", [MONDAY, FRIDAY])
def test_CS_30_service_answers_on_weekdays_from_9_to_12_and_from_14_to_18(state, day, clock):
    assert state(day, clock) == "service"


@pytest.mark.parametrize("clock", ["12:00:00", "13:00:00", "13:59:59.999999"])
def test_CS_31_the_exact_hours_win_at_noon(state, clock):
    assert state(MONDAY, clock) == "pause"


@pytest.mark.parametrize(
    ("day", "clock"),
    [(MONDAY, "18:00"), (MONDAY, "21:59:59"), (SATURDAY, "14:00"), (SUNDAY, "18:00"), (SUNDAY, "21:59:59")],
)
def test_CS_32_the_on_call_line_answers_in_the_evening_and_at_the_weekend(state, day, clock):
    assert state(day, clock) == "on_call"


WEEKDAY = {
    "00": None,
    "08": None,
    "09": "service",
    "12": "pause",
    "14": "service",
    "18": "on_call",
    "22": None,
}
DAY_OFF = {"00": None, "09": None, "12": None, "14": "on_call", "18": "on_call", "22": None}


@pytest.mark.parametrize(("day", "calendar"), [(MONDAY, WEEKDAY), (SATURDAY, DAY_OFF), (SUNDAY, DAY_OFF)])
def test_CS_33_the_whole_calendar_of_a_day(state, day, calendar):
    assert {clock: state(day, f"{clock}:30") for clock in calendar} == calendar


@pytest.mark.parametrize(
    ("day", "clock", "desk"),
    [
        (MONDAY, "08:59:59", None),
        (MONDAY, "09:00:00", "service"),
        (MONDAY, "12:00:00", "pause"),
        (MONDAY, "14:00:00", "service"),
        (MONDAY, "18:00:00", "on_call"),
        (MONDAY, "22:00:00", None),
        (SATURDAY, "13:59:59", None),
        (SATURDAY, "22:00:00", None),
    ],
)
def test_CS_34_a_span_holds_its_beginning_and_not_its_end(state, day, clock, desk):
    assert state(day, clock) == desk


@pytest.mark.parametrize(
    ("clock", "until", "following"), [("12:30", "14:00", "14:00"), ("09:00", "12:00", "14:00")]
)
def test_CS_34_in_the_pause_it_goes_on_when_that_ends_and_at_an_opening_with_the_one_after(
    plan, clock, until, following
):
    found = opening(plan.hours["desk"], paris(MONDAY, clock))
    assert (found.until, found.next["service"]) == (paris(MONDAY, until), paris(MONDAY, following))


@pytest.mark.parametrize(
    "day",
    [
        *("2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25"),
        *("2026-07-14", "2026-11-11", "2026-12-25"),
    ],
)
def test_CS_35_public_holidays_are_like_a_weekend(state, day):
    assert [state(day, clock) for clock in ("10:00", "13:00", "15:00", "19:00")] == [
        None, None, "on_call", "on_call",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "offsets"),
    [("2026-03-27", "2026-03-30", (1, 2)), ("2026-10-23", "2026-10-26", (2, 1))],
)
def test_CS_36_clock_changes_do_not_shift_the_hours(plan, before, after, offsets):
    for day, offset in zip((before, after), offsets, strict=True):
        opens = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC) - timedelta(hours=offset)
        assert opening(plan.hours["desk"], opens).state == "service"
        assert opening(plan.hours["desk"], opens - timedelta(seconds=1)).state is None


@pytest.mark.parametrize(("day", "offset"), [("2026-03-29", 2), ("2026-10-25", 1)])
def test_CS_36_on_the_day_of_the_change_on_call_keeps_to_the_wall_clock(plan, day, offset):
    desk = plan.hours["desk"]
    for clock, before, then in ((14, None, "on_call"), (22, "on_call", None)):
        change = datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=UTC) - timedelta(hours=offset)
        assert (opening(desk, change - timedelta(seconds=1)).state, opening(desk, change).state) == (
            before,
            then,
        )
    night = datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=UTC)  # half an hour before the change
    until = opening(desk, night).until
    assert until is not None and until.astimezone(UTC).hour == 14 - offset


def asked(plan: Plan, moment: datetime, keys: str = "", on_call: str = "") -> list[str]:
    """What follows key 3 at a moment, and the keys behind it: sentences by name, and who is called."""
    walk, heard = Walk(plan), []
    told = walk.start("3111", {"on_call_number": on_call})
    while not any(isinstance(one, TellTime) for one in told):
        told = walk.key_pressed("3")
    told = walk.time_is(moment)
    for key in [*keys, ""]:
        while any(isinstance(one, Speak) for one in told):
            heard += [text for one in told if isinstance(one, Speak) for text in one.text_ids]
            told = walk.spoken()
        if transfers := [one.target for one in told if isinstance(one, Transfer)]:
            return [*heard, *transfers]
        told = walk.key_pressed(key) if key else []
    return heard


@pytest.mark.parametrize("day", [SUNDAY, "2026-05-01"])
def test_CS_37_the_on_call_line_is_reached_after_the_caller_says_that_it_is_urgent(plan, day):
    evening = paris(day, "19:00")
    assert asked(plan, evening, on_call=ON_CALL) == ["closed", "urgent"]
    assert asked(plan, evening, "1", ON_CALL) == ["closed", "urgent", "transferring-on-call", ON_CALL]
    assert asked(plan, evening, "2", ON_CALL)[:3] == ["closed", "urgent", "back-on"]


def test_CS_32_without_an_on_call_number_the_caller_hears_when_service_opens(plan):
    assert asked(plan, paris(MONDAY, "19:00"))[:2] == ["closed", "back-on"]


@pytest.mark.parametrize("on_call", ["", ON_CALL])
def test_CS_37_service_is_reached_at_once_and_nobody_at_night(plan, on_call):
    assert asked(plan, paris(MONDAY, "10:00"), on_call=on_call) == ["transferring", "0805020022"]
    assert asked(plan, paris(MONDAY, "13:00"), on_call=on_call)[:1] == ["back-at"]
    assert asked(plan, paris(MONDAY, "23:00"), on_call=on_call)[:2] == ["closed", "back-on"]
