from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.effects import LimitState, MoveTo, Raise, RaiseWhy, Scope
from ivr.accounts.rules.vodafone_cz_limit import (
    RAISE_AMOUNT,
    Deposit,
    DepositKind,
    Terms,
    after_spend,
    begin_period,
    read,
)
from tests.accounts.limit_cases import GOOD_BILLS, NOON, at, bill, charge, kc
from tests.accounts.vodafone_cases import TERMS, TODAY, account, limit_notice, notices, spend

RAISED = Raise(RAISE_AMOUNT, RaiseWhy.AUTOMATIC)


def test_VL_30_75_percent_raises_the_limit_by_1500_for_good() -> None:
    after, effects = spend(account("1500", raises=True), "1125.00")
    assert RAISED in effects
    assert after.limit == kc("3000")
    later, _ = begin_period(after, at("2027-01-05"))
    assert later.limit == kc("3000")


@pytest.mark.parametrize(
    "bills",
    [(), GOOD_BILLS[:2], (*GOOD_BILLS[:2], bill(11, "11-16")), (*GOOD_BILLS[:2], bill(11, None))],
)
def test_VL_31_without_three_bills_in_time_nothing_is_raised(bills: tuple[Bill, ...]) -> None:
    after, effects = spend(replace(account("1500"), bills=bills), "1125.00")
    assert effects == [limit_notice(75, "1500")]
    assert after.limit == kc("1500")


def test_VL_33_who_has_withdrawn_consent_is_not_raised() -> None:
    before = replace(account("1500", raises=True), automatic_raise=False)
    _, effects = spend(before, "1125.00")
    assert effects == [limit_notice(75, "1500")]
    assert not read(before, roaming=False, now=NOON).automatic_raise


def test_VL_32_at_most_one_raise_a_billing_period() -> None:
    after, effects = spend(account("1500", raises=True), "1125.00", "1125.00", "1000")
    assert effects.count(RAISED) == 1
    assert after.limit == kc("3000")
    assert read(after, roaming=False, now=NOON).raised_this_period
    bills = (*GOOD_BILLS, bill(12, "12-14"))
    _, more = after_spend(replace(after, bills=bills), charge("2250"), TERMS, at("2026-12-20"))
    assert RAISED in more


def test_VL_34_first_the_notice_then_the_raise_then_the_use_against_the_new_limit() -> None:
    before, nothing = spend(account("1500", raises=True), "800", "324.99")
    assert nothing == [limit_notice(50, "1500")]
    after, effects = spend(before, "0.01")
    assert effects == [limit_notice(75, "1500"), RAISED]
    assert after.use.basis_points == 3750


def test_VL_34_the_thresholds_are_armed_again_against_the_new_limit_and_75_does_not_raise_again() -> None:
    before, _ = spend(account("1500", raises=True), "1125.00")
    _, effects = spend(before, "374.99", "0.01", "750", "449.99", "0.01", "300")
    assert notices(effects) == [(percent, "3000.00 CZK") for percent in (50, 75, 90, 100)]
    assert RAISED not in effects


def test_VL_34_the_operator_may_say_no() -> None:
    terms = Terms(raises=lambda account, now: account.limit < kc("1500"))
    after, effects = after_spend(account("1500", raises=True), charge("1500"), terms, NOON)
    assert after.limit == kc("1500")
    assert MoveTo(LimitState.UNITS_ONLY) in effects


def test_VL_36_an_event_over_75_and_100_percent_raises_before_it_blocks() -> None:
    after, effects = spend(account("1500", raises=True), "1000", "700")
    assert effects == [limit_notice(50, "1500"), limit_notice(75, "1500"), RAISED]
    assert after.home is LimitState.OPEN
    assert not after.roaming_blocked


def test_VL_36_what_is_too_much_for_the_new_limit_as_well_blocks_after_the_raise() -> None:
    _, effects = spend(account("1500", raises=True), "3000")
    assert effects == [
        limit_notice(75, "1500"),
        RAISED,
        limit_notice(100, "3000"),
        MoveTo(LimitState.UNITS_ONLY),
        MoveTo(LimitState.BLOCKED, Scope.ROAMING),
    ]


def test_VL_37_the_raise_lifts_the_block_abroad_within_24_hours() -> None:
    unpaid = replace(account("1500"), bills=(*GOOD_BILLS[:2], bill(11, None)))
    blocked, _ = spend(unpaid, "1400")
    assert blocked.roaming_blocked
    after, effects = spend(replace(blocked, bills=GOOD_BILLS), "10")
    by = NOON + timedelta(hours=24)
    assert effects == [RAISED, MoveTo(LimitState.OPEN, Scope.ROAMING, by)]
    assert after.restored_by == by


def test_VL_38_the_raise_is_a_deposit_so_the_sum_rule_still_holds() -> None:
    after, _ = spend(account("1500", raises=True), "1125.00")
    assert after.deposits[-1] == Deposit(DepositKind.AUTOMATIC_RAISE, kc("1500"), TODAY)
    assert after.limit == sum((one.amount for one in after.deposits), kc("0"))


def test_VL_30_a_number_without_any_deposit_is_not_raised() -> None:
    after, effects = spend(account("0", raises=True), "100")
    assert RAISED not in effects
    assert after.limit == kc("0")


def test_VL_30_spend_that_does_not_grow_raises_nothing() -> None:
    unpaid = replace(account("1500", raises=True), bills=())
    before, _ = spend(unpaid, "1300")
    after, effects = spend(replace(before, bills=GOOD_BILLS), "0", "-100")
    assert (effects, after.limit) == ([], kc("1500"))
