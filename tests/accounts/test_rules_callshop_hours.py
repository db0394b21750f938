from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callshop_fr import Terms
from ivr.accounts.rules.callshop_hours import SERVICE_NUMBER, Desk, Transfer, hours, transfer
from ivr.phone import to_e164

PARIS = ZoneInfo("Europe/Paris")
ON_CALL = "+33142999999"
WITH_ON_CALL = Terms(on_call_number=ON_CALL)
MONDAY, SATURDAY, SUNDAY = "2026-11-23", "2026-11-21", "2026-11-22"

moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


def paris(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=PARIS)


@pytest.mark.parametrize("clock", ["09:00:00", "11:59:59", "14:00:00", "17:59:59"])
@pytest.mark.parametrize("day", [MONDAY, "2026-11-27"])
def test_CS_30_service_answers_on_weekdays_from_9_to_12_and_from_14_to_18(day: str, clock: str) -> None:
    assert hours(paris(day, clock)).desk is Desk.SERVICE
    assert to_e164(SERVICE_NUMBER, "FR") == "+33805020022"


@pytest.mark.parametrize("clock", ["12:00:00", "13:00:00", "13:59:59.999999"])
def test_CS_31_the_exact_hours_win_at_noon(clock: str) -> None:
    assert hours(paris(MONDAY, clock)).desk is Desk.PAUSE


@pytest.mark.parametrize(
    ("day", "clock"),
    [(MONDAY, "18:00"), (MONDAY, "21:59:59"), (SATURDAY, "14:00"), (SUNDAY, "18:00"), (SUNDAY, "21:59:59")],
)
def test_CS_32_the_on_call_line_answers_in_the_evening_and_at_the_weekend(day: str, clock: str) -> None:
    assert hours(paris(day, clock)).desk is Desk.ON_CALL


def test_CS_32_without_an_on_call_number_the_caller_hears_when_service_opens() -> None:
    evening = paris(MONDAY, "19:00")
    assert transfer(evening, True, Terms()) == (Transfer.TELL_WHEN_OPEN, None)
    assert hours(evening).next_service == paris("2026-11-24", "09:00")


_CALENDAR = {
    MONDAY: {
        "00": "closed",
        "08": "closed",
        "09": "service",
        "12": "pause",
        "14": "service",
        "18": "on_call",
    },
    SATURDAY: {"00": "closed", "09": "closed", "12": "closed", "14": "on_call", "18": "on_call"},
    SUNDAY: {"00": "closed", "09": "closed", "12": "closed", "14": "on_call", "18": "on_call"},
}


@pytest.mark.parametrize("day", _CALENDAR)
def test_CS_33_the_whole_calendar_of_a_day(day: str) -> None:
    found = {clock: str(hours(paris(day, f"{clock}:30")).desk) for clock in _CALENDAR[day]}
    assert found == _CALENDAR[day]
    assert hours(paris(day, "22:30")).desk is Desk.CLOSED


@pytest.mark.parametrize(
    ("day", "clock", "desk"),
    [
        (MONDAY, "08:59:59", Desk.CLOSED),
        (MONDAY, "09:00:00", Desk.SERVICE),
        (MONDAY, "12:00:00", Desk.PAUSE),
        (MONDAY, "14:00:00", Desk.SERVICE),
        (MONDAY, "18:00:00", Desk.ON_CALL),
        (MONDAY, "22:00:00", Desk.CLOSED),
        (SATURDAY, "13:59:59", Desk.CLOSED),
        (SATURDAY, "22:00:00", Desk.CLOSED),
    ],
)
def test_CS_34_a_span_holds_its_beginning_and_not_its_end(day: str, clock: str, desk: Desk) -> None:
    assert hours(paris(day, clock)).desk is desk


def test_CS_34_in_the_pause_the_caller_hears_when_it_ends() -> None:
    found = hours(paris(MONDAY, "12:30"))
    assert found.until == found.next_service == paris(MONDAY, "14:00")


def test_CS_34_at_an_opening_the_next_one_is_the_one_after_it() -> None:
    found = hours(paris(MONDAY, "09:00"))
    assert (found.until, found.next_service) == (paris(MONDAY, "12:00"), paris(MONDAY, "14:00"))


@pytest.mark.parametrize(
    "day",
    [
        *("2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25"),
        *("2026-07-14", "2026-11-11", "2026-12-25"),
    ],
)
def test_CS_35_public_holidays_are_like_a_weekend(day: str) -> None:
    assert [hours(paris(day, clock)).desk for clock in ("10:00", "13:00", "15:00", "19:00")] == [
        Desk.CLOSED, Desk.CLOSED, Desk.ON_CALL, Desk.ON_CALL,
    ]  # fmt: skip


def test_CS_35_the_next_opening_leaps_over_a_holiday_before_a_weekend() -> None:
    found = hours(paris("2026-04-30", "23:00"))  # Thursday; Friday is the first of May
    assert found.until == found.next_on_call == paris("2026-05-01", "14:00")
    assert found.next_service == paris("2026-05-04", "09:00")


@pytest.mark.parametrize(
    ("before", "after", "offsets"),
    [("2026-03-27", "2026-03-30", (1, 2)), ("2026-10-23", "2026-10-26", (2, 1))],
)
def test_CS_36_clock_changes_do_not_shift_the_hours(
    before: str, after: str, offsets: tuple[int, int]
) -> None:
    for day, offset in zip((before, after), offsets, strict=True):
        opening = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC) - timedelta(hours=offset)
        assert hours(opening).desk is Desk.SERVICE
        assert hours(opening - timedelta(seconds=1)).desk is Desk.CLOSED


@pytest.mark.parametrize(("day", "offset"), [("2026-03-29", 2), ("2026-10-25", 1)])
def test_CS_36_on_the_day_of_the_change_on_call_keeps_to_the_wall_clock(day: str, offset: int) -> None:
    for clock, before, then in ((14, Desk.CLOSED, Desk.ON_CALL), (22, Desk.ON_CALL, Desk.CLOSED)):
        change = datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=UTC) - timedelta(hours=offset)
        assert (hours(change - timedelta(seconds=1)).desk, hours(change).desk) == (before, then)
    night = datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=UTC)  # half an hour before the change
    assert hours(night).until.astimezone(UTC).hour == 14 - offset


def test_CS_37_the_on_call_line_is_reached_after_the_caller_says_that_it_is_urgent() -> None:
    evening = paris(SUNDAY, "19:00")
    assert transfer(evening, False, WITH_ON_CALL) == (Transfer.ASK_WHETHER_URGENT, None)
    assert transfer(evening, True, WITH_ON_CALL) == (Transfer.CONNECT, ON_CALL)


@pytest.mark.parametrize("urgent", [True, False])
def test_CS_37_service_is_reached_at_once_and_nobody_at_night(urgent: bool) -> None:
    assert transfer(paris(MONDAY, "10:00"), urgent, WITH_ON_CALL) == (Transfer.CONNECT, SERVICE_NUMBER)
    assert transfer(paris(MONDAY, "13:00"), urgent, WITH_ON_CALL) == (Transfer.TELL_WHEN_OPEN, None)
    assert transfer(paris(MONDAY, "23:00"), urgent, WITH_ON_CALL) == (Transfer.TELL_WHEN_OPEN, None)


@given(moments)
def test_CS_34_a_state_lasts_up_to_its_end_and_not_longer(moment: datetime) -> None:
    found = hours(moment)
    end = found.until.astimezone(UTC)
    assert end > moment
    assert hours(end - timedelta(microseconds=1)).desk is found.desk
    assert hours(end).desk is not found.desk


@given(moments)
def test_CS_33_the_next_openings_are_the_first_ones_after_now(moment: datetime) -> None:
    found = hours(moment)
    for desk, opening in ((Desk.SERVICE, found.next_service), (Desk.ON_CALL, found.next_on_call)):
        begins = opening.astimezone(UTC)
        assert hours(begins).desk is desk
        assert hours(begins - timedelta(microseconds=1)).desk is not desk
        passed = found.until.astimezone(UTC)
        while passed < begins:
            assert hours(passed).desk is not desk
            passed = hours(passed).until.astimezone(UTC)
        assert passed == begins


def test_CS_36_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        hours(datetime(2026, 11, 23, 10, 0))
