"""What GoMobil's line tells of a limit: state, what is left, what comes next, and how it is raised."""

from datetime import UTC, date, datetime

import pytest

from ivr.accounts.model import Finding
from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.effects import LimitState
from ivr.accounts.rules.gomobil import OPERATOR
from ivr.accounts.statement import Figures, FreeUnits, HeldBundle
from tests.accounts.figures import account, figures, standing, tell
from tests.accounts.limit_cases import GOOD_BILLS, at, bill, kc

UNITS = (FreeUnits("seconds", "tariff", 6000, 600, date(2026, 12, 1)),)


def spent(spend: str, limit: str = "300", state: LimitState | None = None, **more: object) -> Figures:
    row = None if state is None else standing(state, abroad=state is not LimitState.OPEN)
    return figures(account(spend=spend, limit=limit), limit_row=row, **more)


def limit(of: Figures, now: datetime | None = None) -> Finding:
    return tell(OPERATOR, "limit", of, *([now] if now else []))


def test_GM_01_a_limit_is_told_with_what_is_spent_left_and_the_share() -> None:
    told = limit(spent("120.50"))
    assert (told.outcome, dict(told.facts)) == (
        "open",
        {
            "spend": kc("120.50"), "limit": kc("300"), "left": kc("179.50"), "percent": 40,
            "resets_on": date(2026, 12, 1), "next_percent": 80, "next_at": kc("240"),
        },
    )  # fmt: skip


def test_GM_03_the_counter_begins_anew_on_the_first_at_midnight_in_prague() -> None:
    of = spent("0", state=LimitState.UNITS_ONLY)
    assert limit(of, datetime(2026, 11, 30, 22, 59, tzinfo=UTC)).outcome == "units_only"
    told = limit(of, datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    assert (told.outcome, told.facts["resets_on"]) == ("open", date(2027, 1, 1))
    assert "roaming_blocked" not in told.facts


def test_GM_04_with_roaming_or_premium_services_the_figure_is_told_as_one_that_may_be_late() -> None:
    assert limit(spent("9", may_be_late=True)).facts["may_be_late"] is True
    assert "may_be_late" not in limit(spent("9")).facts
    assert tell(OPERATOR, "units", spent("9", units=UNITS, may_be_late=True)).facts["may_be_late"] is True


def test_GM_10_at_the_limit_only_units_are_told_as_usable_and_GM_11_that_there_are_some() -> None:
    told = limit(spent("300", state=LimitState.UNITS_ONLY, units=UNITS))
    assert (told.outcome, told.facts["percent"]) == ("units_only", 100)
    assert told.facts["units_left"] is True
    assert not {"next_percent", "next_at"} & told.facts.keys()
    assert "units_left" not in limit(spent("300", state=LimitState.UNITS_ONLY)).facts


@pytest.mark.parametrize(("left", "until", "told"), [(5, 30, True), (0, 30, False), (5, 21, False)])
def test_GM_11_only_units_and_bundles_that_hold_something_are_told_as_left(
    left: int, until: int, told: bool
) -> None:
    used_up = FreeUnits("sms", "tariff", 50, 50, date(2026, 12, 1))
    data = HeldBundle(1, "d", "D", "data", "kilobytes", 9, left, date(2026, 11, until), "billing_period")
    of = spent("300", state=LimitState.UNITS_ONLY, units=(used_up,), bundles=(data,))
    assert ("units_left" in limit(of).facts) is told


def test_GM_12_past_the_limit_a_charged_use_has_blocked_all_outgoing() -> None:
    assert limit(spent("305", state=LimitState.BLOCKED)).outcome == "blocked"


def test_GM_13_and_GM_14_a_block_abroad_is_told_with_every_state_but_the_open_one() -> None:
    for state in (LimitState.UNITS_ONLY, LimitState.BLOCKED):
        assert limit(spent("300", state=state)).facts["roaming_blocked"] is True
    assert "roaming_blocked" not in limit(spent("299.99", state=LimitState.OPEN)).facts


@pytest.mark.parametrize("state", LimitState)
def test_GM_15_each_state_of_a_limit_is_an_outcome_of_its_own(state: LimitState) -> None:
    assert limit(spent("300", state=state)).outcome == state.value


def test_GM_15_a_limit_that_came_in_used_up_is_told_as_the_next_use_would_find_it() -> None:
    told = limit(spent("300"))
    assert (told.outcome, told.facts["roaming_blocked"]) == ("units_only", True)
    assert limit(spent("299.99")).outcome == "open"


def test_GM_16_units_that_remain_and_cannot_be_used_are_told_as_both() -> None:
    of = spent("300", state=LimitState.BLOCKED, units=UNITS)
    assert limit(of).facts["units_left"] is True
    told = tell(OPERATOR, "units", of)
    assert (told.outcome, told.facts["not_usable"]) == ("some", True)
    usable = tell(OPERATOR, "units", spent("300", state=LimitState.UNITS_ONLY, units=UNITS))
    assert "not_usable" not in usable.facts


def test_GM_20_a_limit_that_the_customer_has_set_is_told_as_such() -> None:
    own = figures(account(spend="10", limit="200"), own_limit=kc("200"), granted=kc("1500"))
    assert limit(own).facts["own_limit"] == kc("200")
    higher = figures(account(spend="10", limit="1500"), own_limit=kc("2000"), granted=kc("1500"))
    assert "own_limit" not in limit(higher).facts


@pytest.mark.parametrize(
    ("spend", "percent", "ahead", "fires_at"),
    [("239.99", 79, 80, "240"), ("240", 80, 100, "300"), ("299.99", 99, 100, "300")],
)
def test_GM_21_and_GM_24_the_next_threshold_is_told_with_the_spend_at_which_it_fires(
    spend: str, percent: int, ahead: int, fires_at: str
) -> None:
    facts = limit(spent(spend)).facts
    assert (facts["percent"], facts["next_percent"], facts["next_at"]) == (percent, ahead, kc(fires_at))


def test_GM_22_and_GM_23_a_limit_lowered_below_the_spend_is_told_at_once() -> None:
    of = figures(
        account(spend="250", limit="200"), own_limit=kc("200"), granted=kc("300"),
        limit_row=standing(LimitState.UNITS_ONLY, abroad=True),
    )  # fmt: skip
    told = limit(of)
    assert (told.outcome, told.facts["percent"], told.facts["left"]) == ("units_only", 125, kc("0"))


def raising(base: str, *bills: Bill, deposits: str = "0") -> Finding:
    height = kc(base) + kc(deposits)
    of = figures(account(limit=base), granted=height, deposits=kc(deposits), bills=bills)
    return tell(OPERATOR, "raise", of)


@pytest.mark.parametrize("base", ["300", "700", "1000"])
def test_GM_30_every_base_limit_is_told_as_one_that_grows_to_1500(base: str) -> None:
    assert raising(base, *GOOD_BILLS).facts["highest"] == kc("1500")


def test_GM_32_deposits_stand_on_top_of_what_a_raise_gives() -> None:
    assert raising("300", *GOOD_BILLS, deposits="500").facts["highest"] == kc("2000")


def test_GM_33_and_GM_34_after_three_bills_in_time_the_limit_is_raised_on_request() -> None:
    told = raising("300", *GOOD_BILLS)
    assert (told.outcome, dict(told.facts)) == ("on_request", {"highest": kc("1500")})


@pytest.mark.parametrize(
    ("bills", "missing"),
    [
        ((), 3),
        (GOOD_BILLS[:1], 2),
        ((bill(8, "08-20"), *GOOD_BILLS[1:]), 1),
        ((*GOOD_BILLS, bill(11, None)), 3),
        ((*GOOD_BILLS[:2], bill(11, "11-16")), 3),
    ],
)
def test_GM_34_before_three_bills_in_time_it_is_told_how_many_are_missing(
    bills: tuple[Bill, ...], missing: int
) -> None:
    told = raising("300", *bills)
    assert (told.outcome, told.facts["bills_missing"]) == ("not_yet", missing)


def test_GM_35_above_1500_a_deposit_is_told_with_what_is_reached_without_another() -> None:
    told = raising("1500", *GOOD_BILLS, deposits="700")
    assert (told.outcome, dict(told.facts)) == ("deposit", {"highest": kc("2200")})


def test_GM_36_who_came_early_has_2000_and_hears_of_a_deposit() -> None:
    assert dict(raising("2000", *GOOD_BILLS).facts) == {"highest": kc("2000")}


def test_GM_37_and_GM_38_after_a_forgotten_bill_three_good_ones_do_not_bring_2000_back() -> None:
    told = raising("1500", *GOOD_BILLS)
    assert (told.outcome, told.facts["highest"]) == ("deposit", kc("1500"))


def test_GM_39_a_bill_counts_as_forgotten_from_the_day_after_its_due_date() -> None:
    due_today = Bill(date(2026, 11, 8), date(2026, 11, 22))
    of = figures(account(limit="300"), bills=(*GOOD_BILLS, due_today))
    assert tell(OPERATOR, "raise", of, at("2026-11-22", "23:59")).outcome == "on_request"
    assert tell(OPERATOR, "raise", of, at("2026-11-23", "00:00")).outcome == "not_yet"


def test_no_page_says_how_gomobil_is_paid_by_transfer() -> None:
    assert tell(OPERATOR, "pay", spent("9")).outcome == "none"


def test_a_number_without_a_limit_hears_its_spend() -> None:
    told = limit(figures(account(spend="9")))
    assert (told.outcome, told.facts["spend"]) == ("none", kc("9"))
