"""What Vodafone's line tells of a limit: use, blocks, what lifts them, and how and where a raise is paid."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ivr.accounts.look_ups import look_ups_of
from ivr.accounts.model import Finding
from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.effects import LimitState
from ivr.accounts.rules.vodafone_cz_limit import OPERATOR
from ivr.accounts.statement import Figures, FreeUnits
from tests.accounts.figures import account, figures, standing, tell
from tests.accounts.limit_cases import GOOD_BILLS, NOON, bill, kc

OPEN, UNITS_ONLY = LimitState.OPEN, LimitState.UNITS_ONLY


def spent(spend: str, limit: str = "1500", **more: object) -> Figures:
    return figures(account(spend=spend, limit=limit, billing_day=15), **more)


def limit(of: Figures, now: datetime = NOON) -> Finding:
    return tell(OPERATOR, "limit", of, now)


def test_VL_01_the_limit_of_a_billing_period_is_told_with_the_day_on_which_it_begins_anew() -> None:
    told = limit(spent("300"))
    assert (told.outcome, dict(told.facts)) == (
        "open",
        {
            "spend": kc("300"), "limit": kc("1500"), "left": kc("1200"), "percent": 20,
            "resets_on": date(2026, 12, 15), "next_percent": 50, "next_at": kc("750"),
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spend", "ahead"),
    [("749.99", 50), ("750", 75), ("1124.99", 75), ("1125", 90), ("1350", 100), ("1500", None)],
)
def test_VL_04_the_next_of_four_thresholds_is_told(spend: str, ahead: int | None) -> None:
    assert limit(spent(spend)).facts.get("next_percent") == ahead


def test_VL_05_that_use_abroad_may_come_late_is_told_where_roaming_is_on() -> None:
    assert limit(spent("9", may_be_late=True)).facts["may_be_late"] is True
    assert "may_be_late" not in limit(spent("9")).facts


def test_VL_10_a_block_ends_with_the_billing_period_at_midnight_in_prague() -> None:
    of = spent("0", limit_row=standing(UNITS_ONLY, abroad=True))
    last = datetime(2026, 12, 14, 22, 59, 59, tzinfo=UTC)
    assert limit(of, last).outcome == "units_only"
    told = limit(of, last + timedelta(seconds=1))
    assert (told.outcome, "roaming_blocked" in told.facts) == ("open", False)
    assert told.facts["resets_on"] == date(2027, 1, 15)


def test_VL_11_at_the_limit_free_units_stay_usable_and_no_second_block_follows() -> None:
    units = (FreeUnits("sms", "tariff", 100, 40, date(2026, 12, 15)),)
    of = spent("1600", limit_row=standing(UNITS_ONLY, abroad=True), units=units)
    told = limit(of)
    assert (told.outcome, told.facts["units_left"]) == ("units_only", True)
    assert "not_usable" not in tell(OPERATOR, "units", of).facts
    assert "blocked" not in look_ups_of(OPERATOR.code)["limit"].outcomes
    with pytest.raises(ValueError, match="Vodafone has no limit that blocks what is paid already"):
        limit(spent("1600", limit_row=standing(LimitState.BLOCKED, abroad=True), units=units))


@pytest.mark.parametrize(
    ("spend", "outcome", "abroad"),
    [
        ("1349.99", "open", False),
        ("1350", "open", True),
        ("1499.99", "open", True),
        ("1500", "units_only", True),
    ],
)
def test_VL_12_and_VL_13_abroad_is_told_as_blocked_from_90_percent_and_home_from_100(
    spend: str, outcome: str, abroad: bool
) -> None:
    counted = standing(LimitState(outcome), abroad=abroad)
    for of in (spent(spend, limit_row=counted), spent(spend)):
        told = limit(of)
        assert (told.outcome, "roaming_blocked" in told.facts) == (outcome, abroad)


def test_VL_14_units_are_told_as_there_and_abroad_as_blocked() -> None:
    units = (FreeUnits("seconds", "tariff", 600, 0, date(2026, 12, 15)),)
    facts = limit(spent("1400", units=units)).facts
    assert (facts["roaming_blocked"], facts["units_left"]) == (True, True)


def test_VL_15_after_a_raise_services_come_back_by_a_moment_and_not_now() -> None:
    by = NOON + timedelta(hours=5)
    of = spent("1500", limit="3000", limit_row=standing(OPEN, restored_by=by.astimezone(UTC)))
    facts = limit(of).facts
    assert str(facts["restored_by"]) == "2026-11-22 17:00:00+01:00"
    assert "restored_by" not in limit(of, by).facts


def raising(*bills: Bill) -> str:
    return tell(OPERATOR, "raise", spent("9", bills=bills)).outcome


def test_VL_20_who_paid_three_bills_in_a_row_in_time_need_only_ask() -> None:
    assert raising(*GOOD_BILLS) == "on_request"


def test_VL_21_everybody_else_pays_the_sum_and_VL_35_so_does_who_has_had_fewer_bills() -> None:
    assert raising() == raising(*GOOD_BILLS[1:]) == raising(*GOOD_BILLS[:2], bill(11, "11-16")) == "pay"


def test_VL_24_where_to_pay_is_told_with_both_symbols() -> None:
    told = tell(OPERATOR, "pay", spent("9", payer_number="4711"))
    assert (told.outcome, dict(told.facts)) == (
        "some",
        {"account": "117292/0300", "variable_symbol": "5772722222", "specific_symbol": "4711"},
    )


def test_VL_25_the_symbol_is_57_and_the_last_eight_digits() -> None:
    of = figures(account(number="+420601234567"))
    assert tell(OPERATOR, "pay", of).facts["variable_symbol"] == "5701234567"


def test_VL_26_without_a_payer_number_no_specific_symbol_is_told() -> None:
    assert "specific_symbol" not in tell(OPERATOR, "pay", spent("9")).facts


def test_a_foreign_number_has_no_symbol_to_pay_with() -> None:
    assert tell(OPERATOR, "pay", figures(account(number="+421905123456"))).outcome == "none"


def test_VL_30_and_VL_31_that_the_limit_may_be_raised_by_itself_is_told_while_it_is_agreed_to() -> None:
    assert limit(spent("9", automatic_raise=True)).facts["automatic_raise"] is True
    assert "automatic_raise" not in limit(spent("9")).facts


def test_VL_32_a_raise_in_this_period_is_told_and_one_of_the_last_period_is_not() -> None:
    raised = standing(OPEN, raised_automatically_at=datetime(2026, 11, 14, 23, 0, tzinfo=UTC))
    before = standing(OPEN, raised_automatically_at=datetime(2026, 11, 14, 22, 59, 59, tzinfo=UTC))
    assert limit(spent("9", limit_row=raised)).facts["raised_this_period"] is True
    assert "raised_this_period" not in limit(spent("9", limit_row=before)).facts


def test_VL_34_after_a_raise_the_share_is_told_of_the_new_limit() -> None:
    facts = limit(spent("1125", limit="3000")).facts
    assert (facts["percent"], facts["next_percent"], facts["next_at"]) == (37, 50, kc("1500"))
