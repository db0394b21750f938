from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.accounts.rules.effects import LimitState, MoveTo, Notify, NotifyKind, Scope
from ivr.accounts.rules.spend import Attempt, Cost, RatedEvent, UsageKind
from ivr.accounts.rules.vodafone_cz_limit import DepositKind, after_spend, allowed, begin_period, read
from ivr.accounts.rules.vodafone_cz_payments import add_deposit
from tests.accounts.limit_cases import NOON, at, charge, kc
from tests.accounts.vodafone_cases import TERMS, TODAY, account, limit_notice, notices, paid, spend


@pytest.mark.parametrize("kind", list(UsageKind))
def test_VL_01_regular_fees_and_everything_above_the_tariff_count(kind: UsageKind) -> None:
    after, _ = after_spend(account(), charge("10", kind), TERMS, NOON)
    assert after.spend == kc("10")


def test_VL_02_the_limit_is_the_sum_of_the_deposits_without_the_security_one() -> None:
    held = (paid("500"), paid("1000"), paid("2000", DepositKind.SECURITY))
    assert replace(account(), deposits=held).limit == kc("1500")


def test_VL_02_a_returned_deposit_no_longer_counts() -> None:
    held = (paid("500"), replace(paid("1000"), returned_on=TODAY))
    assert replace(account(), deposits=held).limit == kc("500")


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        (["499.99"], []),
        (["499.99", "0.01"], [50]),
        (["500"], [50]),
        (["749.99"], [50]),
        (["750"], [75]),
        (["899.99"], [75]),
        (["900"], [90]),
        (["999.99"], [90]),
        (["1000"], [100]),
        (["2500"], [100]),
        (["500", "250", "150", "100", "1"], [50, 75, 90, 100]),
    ],
)
def test_VL_04_one_notice_a_threshold_and_only_the_highest_of_one_event(
    amounts: list[str], told: list[int]
) -> None:
    _, effects = spend(account(), *amounts)
    assert notices(effects) == [(percent, "1000.00 CZK") for percent in told]


def test_VL_04_a_threshold_passed_again_after_a_correction_is_not_told_again() -> None:
    _, effects = spend(account(), "950", "-600", "200", "250", "200")
    assert notices(effects) == [(90, "1000.00 CZK"), (100, "1000.00 CZK")]


def test_VL_04_a_new_period_tells_anew() -> None:
    before, _ = spend(account(), "500")
    _, effects = after_spend(before, charge("500"), TERMS, at("2026-12-01", "00:00"))
    assert effects == (Notify(NotifyKind.LIMIT, 50, kc("1000"), 202612),)


def test_VL_05_spend_may_pass_the_limit_and_late_use_counts_when_it_is_rated() -> None:
    before, _ = spend(account(), "1000")
    used_last_month = RatedEvent(at("2026-10-30"), kc("700"), roaming=True)
    after, effects = after_spend(before, used_last_month, TERMS, NOON)
    assert after.spend == kc("1700")
    assert effects == ()


def test_VL_05_the_reading_says_that_use_abroad_may_be_late() -> None:
    assert read(account(), roaming=True, now=NOON).may_be_late
    assert not read(account(), roaming=False, now=NOON).may_be_late


def test_VL_10_paid_services_stop_at_100_percent_and_come_back_on_the_billing_day() -> None:
    before = replace(account(), billing_day=18)
    blocked, effects = spend(before, "1000")
    assert effects == [
        limit_notice(100, "1000"),
        MoveTo(LimitState.UNITS_ONLY),
        MoveTo(LimitState.BLOCKED, Scope.ROAMING),
    ]
    still, none = begin_period(blocked, at("2026-12-17", "23:59"))
    assert (still, none) == (blocked, ())
    fresh, moves = begin_period(blocked, at("2026-12-18", "00:00"))
    assert moves == (MoveTo(LimitState.OPEN), MoveTo(LimitState.OPEN, Scope.ROAMING))
    assert (fresh.spend, fresh.period, fresh.told) == (kc("0"), 202612, frozenset())


def test_VL_10_a_period_never_runs_backwards() -> None:
    before, _ = spend(account(), "10")
    assert begin_period(before, at("2026-10-01")) == (before, ())


CALL = Attempt(UsageKind.CALL, Cost.MONEY)
UNITS = Attempt(UsageKind.CALL, Cost.UNITS)
FREE = Attempt(UsageKind.SMS, Cost.NOTHING)


def abroad(attempt: Attempt) -> Attempt:
    return replace(attempt, abroad=True)


@pytest.mark.parametrize("attempt", [UNITS, FREE, Attempt(UsageKind.CALL, Cost.NOTHING, outgoing=False)])
def test_VL_11_free_units_and_free_services_stay_usable_at_home(attempt: Attempt) -> None:
    full, _ = spend(account(), "1000")
    assert allowed(full, attempt)


def test_VL_11_a_charged_event_after_100_percent_takes_nothing_more_away() -> None:
    full, _ = spend(account(), "1000")
    after, effects = spend(full, "50")
    assert after.home is LimitState.UNITS_ONLY
    assert effects == []
    assert allowed(after, UNITS)


@pytest.mark.parametrize(
    ("attempt", "open_abroad"),
    [
        (Attempt(UsageKind.CALL, Cost.NOTHING, outgoing=False, abroad=True), True),
        (Attempt(UsageKind.CALL, Cost.MONEY, outgoing=False, abroad=True), False),
        (Attempt(UsageKind.CALL, Cost.UNITS, outgoing=False, abroad=True), False),
        (Attempt(UsageKind.SMS, Cost.NOTHING, outgoing=False, abroad=True), True),
        (Attempt(UsageKind.MMS, Cost.MONEY, outgoing=False, abroad=True), True),
        (Attempt(UsageKind.DATA, Cost.UNITS, abroad=True), True),
        (Attempt(UsageKind.DATA, Cost.MONEY, abroad=True), False),
        (Attempt(UsageKind.SMS, Cost.NOTHING, abroad=True), False),
        (Attempt(UsageKind.CALL, Cost.MONEY, abroad=True, always_open=True), True),
    ],
)
def test_VL_12_abroad_at_90_percent_what_comes_in_free_and_included_data_remain(
    attempt: Attempt, open_abroad: bool
) -> None:
    near, _ = spend(account(), "900")
    assert allowed(near, attempt) is open_abroad


@pytest.mark.parametrize(
    ("spent", "home", "home_paid", "home_units", "abroad_paid"),
    [
        ("899.90", LimitState.OPEN, True, True, True),  # 89.99 %
        ("899.99", LimitState.OPEN, True, True, True),
        ("900.00", LimitState.OPEN, True, True, False),
        ("999.99", LimitState.OPEN, True, True, False),
        ("1000.00", LimitState.UNITS_ONLY, False, True, False),
    ],
)
def test_VL_13_the_matrix_of_home_and_abroad(
    spent: str, home: LimitState, home_paid: bool, home_units: bool, abroad_paid: bool
) -> None:
    after, _ = spend(account(), spent)
    assert after.home is home
    assert allowed(after, CALL) is home_paid
    assert allowed(after, UNITS) is home_units
    assert allowed(after, abroad(CALL)) is abroad_paid
    assert after.roaming_blocked is not abroad_paid


def test_VL_14_all_outgoing_services_abroad_take_free_units_in() -> None:
    near, _ = spend(account(), "900")
    assert allowed(near, UNITS)
    assert not allowed(near, abroad(UNITS))


def test_VL_15_after_a_raise_services_are_back_within_24_hours_and_the_reading_says_so() -> None:
    full, _ = spend(account(), "1000")
    after, effects = add_deposit(full, paid("500"), NOON)
    by = NOON + timedelta(hours=24)
    assert effects == (
        MoveTo(LimitState.OPEN, Scope.HOME, by),
        MoveTo(LimitState.OPEN, Scope.ROAMING, by),
    )
    assert read(after, roaming=False, now=NOON).restored_by == by
    assert read(after, roaming=False, now=by).restored_by is None


def test_VL_15_a_raise_that_is_too_small_lifts_nothing() -> None:
    full, _ = spend(account(), "1200")
    after, effects = add_deposit(full, paid("100"), NOON)
    assert effects == ()
    assert (after.home, after.roaming_blocked, after.restored_by) == (LimitState.UNITS_ONLY, True, None)


def test_VL_03_the_reading_tells_height_use_and_what_comes_next() -> None:
    reading = read(account("1500", "562.50"), roaming=False, now=NOON)
    assert (reading.use.basis_points, reading.use.left) == (3750, kc("937.50"))
    assert (reading.next_percent, reading.next_at) == (50, kc("750"))


def test_VL_03_past_the_last_threshold_nothing_comes_next_and_nothing_is_left() -> None:
    reading = read(account("1500", "1600"), roaming=False, now=NOON)
    assert (reading.next_percent, reading.next_at, reading.use.left) == (None, None, kc("0"))


def test_VL_03_a_limit_of_zero_has_no_share_and_lets_nothing_paid_pass() -> None:
    after, _ = after_spend(account("0"), charge("1"), TERMS, NOON)
    assert after.use.basis_points is None
    assert after.home is LimitState.UNITS_ONLY


def test_VL_15_a_block_abroad_takes_back_nothing_that_is_promised_at_home() -> None:
    full, _ = spend(account(), "1000")
    raised, _ = add_deposit(full, paid("500"), NOON)
    by = NOON + timedelta(hours=24)
    near, effects = spend(raised, "400")
    assert effects[-1] == MoveTo(LimitState.BLOCKED, Scope.ROAMING, by)
    assert read(near, roaming=False, now=NOON).restored_by == by
    _, later = after_spend(raised, charge("400"), TERMS, by)
    assert later[-1] == MoveTo(LimitState.BLOCKED, Scope.ROAMING)
