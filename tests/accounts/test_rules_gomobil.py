from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest

from ivr.accounts.rules.effects import Effect, LimitState, MoveTo, Notify, NotifyKind, Scope
from ivr.accounts.rules.gomobil import (
    TABLE,
    Input,
    LimitAccount,
    OwnLimitRefused,
    RefuseReason,
    after_spend,
    allowed,
    begin_month,
    read,
    set_own_limit,
)
from ivr.accounts.rules.spend import Attempt, Cost, RatedEvent, UsageKind
from tests.accounts.limit_cases import NOON, at, charge, kc

OPEN, UNITS_ONLY, BLOCKED = LimitState.OPEN, LimitState.UNITS_ONLY, LimitState.BLOCKED
CLOSED = [MoveTo(UNITS_ONLY), MoveTo(BLOCKED, Scope.ROAMING)]
REOPENED = [MoveTo(OPEN), MoveTo(OPEN, Scope.ROAMING)]


def account(base: str = "300", own: str | None = None) -> LimitAccount:
    return LimitAccount(202611, kc("0"), kc(base), kc("0"), kc(own) if own else None)


def spend(before: LimitAccount, *events: str | RatedEvent) -> tuple[LimitAccount, list[Effect]]:
    effects: list[Effect] = []
    for event in events:
        before, more = after_spend(before, charge(event) if isinstance(event, str) else event, NOON)
        effects += more
    return before, effects


def own(before: LimitAccount, limit: str | None) -> tuple[LimitAccount, list[Effect]]:
    answer = set_own_limit(before, kc(limit) if limit is not None else None, NOON)
    assert not isinstance(answer, OwnLimitRefused)
    return answer[0], list(answer[1])


def notice(percent: int, limit: str) -> Notify:
    return Notify(NotifyKind.LIMIT, percent, kc(limit), 202611)


def notices(effects: Sequence[Effect]) -> list[int]:
    return [one.percent for one in effects if isinstance(one, Notify)]


def test_GM_01_two_numbers_of_one_customer_have_a_limit_each() -> None:
    first, second = account(), account()
    first, _ = spend(first, "300")
    assert (first.state, second.state) == (UNITS_ONLY, OPEN)


@pytest.mark.parametrize("kind", list(UsageKind))
@pytest.mark.parametrize("roaming", [False, True])
def test_GM_02_fees_bundles_roaming_and_services_of_others_all_count(kind: UsageKind, roaming: bool) -> None:
    after, _ = spend(account(), RatedEvent(NOON, kc("40"), kind, roaming=roaming))
    assert after.spend == kc("40")


@pytest.mark.parametrize("later", ["2026-12-01T00:00", "2027-02-03T04:05"])
def test_GM_03_the_counter_starts_anew_on_the_1st_in_Prague(later: str) -> None:
    full, _ = spend(account(), "300", "10")
    assert begin_month(full, at("2026-11-30", "23:59")) == (full, ())
    fresh, moves = begin_month(full, at(*later.split("T")))
    assert (fresh.spend, fresh.state, fresh.told) == (kc("0"), OPEN, frozenset())
    assert list(moves) == REOPENED


@pytest.mark.parametrize(
    ("roaming", "premium", "late"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_GM_04_the_reading_says_that_the_figure_may_be_late(roaming: bool, premium: bool, late: bool) -> None:
    assert read(account(), roaming=roaming, premium=premium, now=NOON).may_be_late is late


@pytest.mark.parametrize("kind", [UsageKind.CALL, UsageKind.SMS, UsageKind.MMS])
def test_GM_10_at_100_percent_outgoing_services_that_cost_money_stop(kind: UsageKind) -> None:
    full, effects = spend(account(), "300")
    assert effects == [notice(100, "300"), *CLOSED]
    assert allowed(OPEN, Attempt(kind, Cost.MONEY))
    assert not allowed(full.state, Attempt(kind, Cost.MONEY))


def test_GM_11_free_units_may_still_be_used_and_using_them_changes_nothing() -> None:
    full, _ = spend(account(), "300")
    assert allowed(full.state, Attempt(UsageKind.CALL, Cost.UNITS))
    assert spend(full, "0") == (full, [])


def test_GM_12_a_charged_use_after_that_blocks_everything_outgoing() -> None:
    blocked, effects = spend(account(), "300", "0", "12")
    assert effects[-1] == MoveTo(BLOCKED)
    assert blocked.state is BLOCKED
    assert not allowed(blocked.state, Attempt(UsageKind.CALL, Cost.UNITS))
    assert not allowed(blocked.state, Attempt(UsageKind.SMS, Cost.NOTHING))


@pytest.mark.parametrize("state", list(LimitState))
@pytest.mark.parametrize("kind", [UsageKind.CALL, UsageKind.SMS, UsageKind.MMS])
def test_GM_13_what_comes_in_at_home_is_never_restricted(state: LimitState, kind: UsageKind) -> None:
    assert allowed(state, Attempt(kind, Cost.NOTHING, outgoing=False))


@pytest.mark.parametrize("state", [UNITS_ONLY, BLOCKED])
@pytest.mark.parametrize("outgoing", [False, True])
@pytest.mark.parametrize("cost", list(Cost))
def test_GM_14_abroad_everything_stops_incoming_too(state: LimitState, outgoing: bool, cost: Cost) -> None:
    assert not allowed(state, Attempt(UsageKind.CALL, cost, outgoing, abroad=True))
    assert allowed(OPEN, Attempt(UsageKind.CALL, cost, outgoing, abroad=True))


def test_GM_15_every_state_has_a_row_for_every_input() -> None:
    assert set(TABLE) == set(product(LimitState, Input))


@pytest.mark.parametrize(("before", "happened"), list(TABLE))
def test_GM_15_a_row_moves_where_it_says_and_abroad_is_open_only_in_OPEN(
    before: LimitState, happened: Input
) -> None:
    after, moves = TABLE[before, happened]
    assert [one.state for one in moves if one.scope is Scope.HOME] == ([after] if after is not before else [])
    abroad = [one.state for one in moves if one.scope is Scope.ROAMING]
    if (before is OPEN) is (after is OPEN):
        assert abroad == []
    else:
        assert abroad == [OPEN if after is OPEN else BLOCKED]


def test_GM_15_one_event_far_over_the_limit_leaves_the_units() -> None:
    after, _ = spend(account(), "900")
    assert after.state is UNITS_ONLY


@pytest.mark.parametrize("steps", [["300"], ["300", "12"]])
def test_GM_15_a_raise_above_the_spend_opens_again_and_one_up_to_it_does_not(steps: list[str]) -> None:
    before, _ = spend(account("1000", own="300"), *steps)
    same, effects = own(before, str(before.spend).split()[0])
    assert (same.state, [one for one in effects if isinstance(one, MoveTo)]) == (before.state, [])
    after, effects = own(before, "500")
    assert (after.state, effects) == (OPEN, REOPENED)


def test_GM_15_a_correction_below_the_limit_opens_again() -> None:
    after, effects = spend(account(), "310", "-20")
    assert (after.state, effects[-2:]) == (OPEN, REOPENED)


@pytest.mark.parametrize(
    "event",
    [charge("49", UsageKind.FEE), charge("30", outgoing=False), charge("-1"), charge("0")],
)
def test_GM_16_only_a_charged_outgoing_use_blocks_not_a_fee_or_a_call_taken_abroad(event: RatedEvent) -> None:
    full, _ = spend(account(), "310")
    after, effects = spend(full, event)
    assert (after.state, effects) == (UNITS_ONLY, [])


def test_GM_16_blocked_units_exist_and_cannot_be_used_and_the_reading_says_so() -> None:
    full, _ = spend(account(), "300")
    blocked, _ = spend(full, "12")
    assert read(full, roaming=False, premium=False, now=NOON).units_usable
    reading = read(blocked, roaming=False, premium=False, now=NOON)
    assert (reading.state, reading.units_usable) == (BLOCKED, False)


@pytest.mark.parametrize("state", list(LimitState))
@pytest.mark.parametrize("cost", list(Cost))
def test_GM_17_emergency_numbers_and_the_infoline_stay_possible_in_every_state(
    state: LimitState, cost: Cost
) -> None:
    assert allowed(state, Attempt(UsageKind.CALL, cost, always_open=True))
    assert allowed(state, Attempt(UsageKind.CALL, cost, abroad=True, always_open=True))


def test_GM_20_the_own_limit_holds_below_what_is_granted_and_can_be_taken_away() -> None:
    before = account("1500", own="400")
    assert before.limit == kc("400")
    after, _ = own(before, None)
    assert after.limit == kc("1500")


def test_GM_20_a_negative_limit_is_refused() -> None:
    refused = set_own_limit(account(), kc("-1"), NOON)
    assert refused == OwnLimitRefused(RefuseReason.NEGATIVE, kc("300"))


def test_GM_20_a_limit_of_zero_lets_units_pass_and_nothing_that_costs() -> None:
    after, effects = own(account(), "0")
    assert after.state is UNITS_ONLY
    assert effects == [notice(100, "0"), *CLOSED]


def test_GM_21_notices_at_80_and_100_percent_of_the_set_limit() -> None:
    _, effects = spend(account("1500", own="500"), "399.99", "0.01", "99.99", "0.01", "100")
    assert [one for one in effects if isinstance(one, Notify)] == [notice(80, "500"), notice(100, "500")]


def test_GM_22_a_new_own_limit_counts_in_this_month() -> None:
    before, _ = spend(account("1500"), "450")
    after, effects = own(before, "500")
    assert after.limit == kc("500")
    assert effects == [notice(80, "500")]


def test_GM_23_each_threshold_is_told_once_a_month_and_limit() -> None:
    before, first = spend(account("1500", own="300"), "290")
    before, _ = own(before, "500")
    before, second = own(before, "300")
    before, third = spend(before, "-100", "60")
    assert notices(first) == [80]
    assert second + third == []
    _, next_month = after_spend(before, charge("240"), at("2026-12-01"))
    assert notices(next_month) == [80]


def test_GM_23_a_raise_arms_only_what_is_above_the_spend_again() -> None:
    before, _ = spend(account("1500", own="300"), "290")
    little, effects = own(before, "350")  # 82.8 %
    assert effects == []
    assert notices(spend(little, "1")[1]) == []
    assert notices(spend(little, "60")[1]) == [100]
    much, _ = own(before, "500")  # 58 %
    assert notices(spend(much, "110", "100")[1]) == [80, 100]


def test_GM_23_lowering_below_the_spend_closes_at_once_with_the_100_percent_notice() -> None:
    before, _ = spend(account("1500", own="1000"), "400")
    after, effects = own(before, "350")
    assert effects == [notice(100, "350"), *CLOSED]
    assert after.state is UNITS_ONLY


@pytest.mark.parametrize(
    ("amount", "told"), [("239.99", []), ("240.00", [80]), ("299.99", [80]), ("300.00", [100])]
)
def test_GM_24_the_vectors_of_a_limit_of_300(amount: str, told: list[int]) -> None:
    _, effects = spend(account("300"), amount)
    assert notices(effects) == told


def test_GM_24_the_next_threshold_is_named_with_the_spend_at_which_it_fires() -> None:
    reading = read(account("300"), roaming=False, premium=False, now=NOON)
    assert (reading.next_percent, reading.next_at) == (80, kc("240"))
    odd = read(replace(account(), base=kc("0.01")), roaming=False, premium=False, now=NOON)
    assert odd.next_at == kc("0.01")
