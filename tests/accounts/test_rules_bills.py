from datetime import date, datetime

import pytest

from ivr.accounts.rules.bills import first_missed, paid_in_time
from ivr.accounts.rules.calendar import add_working_days, end_of_day, is_working_day
from tests.accounts.limit_cases import GOOD_BILLS, PRAGUE, bill

TODAY = date(2026, 11, 22)


def test_VL_35_paid_on_the_due_date_is_in_time() -> None:
    assert paid_in_time(GOOD_BILLS, 3, TODAY)


@pytest.mark.parametrize("late", [0, 1, 2])
def test_VL_35_one_bill_paid_a_day_late_breaks_the_row(late: int) -> None:
    bills = list(GOOD_BILLS)
    bills[late] = bill(9 + late, f"{9 + late:02}-16")
    assert not paid_in_time(bills, 3, TODAY)


def test_VL_35_fewer_than_three_bills_ever_issued_do_not_meet_the_condition() -> None:
    assert not paid_in_time(GOOD_BILLS[1:], 3, TODAY)


def test_VL_35_an_unpaid_bill_breaks_the_row_from_the_day_after_its_due_date() -> None:
    bills = (bill(8, "08-15"), *GOOD_BILLS[:2], bill(11, None))
    assert paid_in_time(bills, 3, date(2026, 11, 15))
    assert not paid_in_time(bills, 3, date(2026, 11, 16))


def test_VL_35_only_the_newest_three_count_in_whatever_order_they_come() -> None:
    bills = (*reversed(GOOD_BILLS), bill(8, "08-30"))
    assert paid_in_time(bills, 3, TODAY)


def test_GM_39_a_bill_is_missed_on_the_day_after_its_due_date() -> None:
    assert first_missed([bill(10, None)], date(2026, 10, 15)) is None
    assert first_missed([bill(10, None)], date(2026, 10, 16)) == date(2026, 10, 16)


def test_GM_39_a_bill_paid_late_was_missed_all_the_same() -> None:
    assert first_missed([bill(10, "10-16"), bill(11, "11-16")], TODAY) == date(2026, 10, 16)
    assert first_missed(GOOD_BILLS, TODAY) is None


@pytest.mark.parametrize(
    ("paid", "arrived"),
    [
        ("2026-11-09", "2026-11-12"),  # Monday to Thursday
        ("2026-11-12", "2026-11-18"),  # Thursday; a weekend and Tuesday 17 November between
        ("2026-11-13", "2026-11-19"),
        ("2026-12-23", "2026-12-30"),  # Christmas Eve, both Christmas days and a Sunday
        ("2026-04-02", "2026-04-09"),  # Good Friday and Easter Monday
        ("2026-07-03", "2026-07-09"),  # 5 July is a Sunday, 6 July a holiday on a Monday
        ("2026-11-14", "2026-11-19"),  # paid on a Saturday
    ],
)
def test_VL_28_three_working_days_skip_weekends_and_Czech_holidays(paid: str, arrived: str) -> None:
    assert add_working_days(date.fromisoformat(paid), 3, "CZ") == date.fromisoformat(arrived)


def test_VL_28_Czech_holidays_are_no_working_days_and_French_ones_are() -> None:
    assert not is_working_day(date(2026, 9, 28), "CZ")
    assert is_working_day(date(2026, 7, 14), "CZ")
    assert not is_working_day(date(2026, 7, 14), "FR")


def test_VL_28_a_day_ends_with_the_midnight_after_it_also_when_it_has_25_hours() -> None:
    assert end_of_day(date(2026, 10, 25), "Europe/Prague") == datetime(2026, 10, 26, tzinfo=PRAGUE)
