from dataclasses import replace
from datetime import date

import pytest

from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.effects import LimitState, LoseBase, Lower, LowerWhy, MoveTo, Notify, Raise, RaiseWhy
from ivr.accounts.rules.gomobil import LimitAccount, OwnLimitRefused, RefuseReason, set_own_limit
from ivr.accounts.rules.gomobil_base import (
    Customer,
    RaiseRefused,
    RaiseRefuseReason,
    Terms,
    add_deposit,
    after_bills,
    ask_raise,
    base_at_start,
    deposit_for,
)
from ivr.money import Money
from tests.accounts.limit_cases import GOOD_BILLS, NOON, at, bill, kc

OLD = Customer(date(2016, 2, 29))
NEW = Customer(date(2016, 3, 1))
MISSED = (bill(10, None),)


def account(base: str, *, spend: str = "0", deposits: str = "0") -> LimitAccount:
    return LimitAccount(202611, kc(spend), kc(base), kc(deposits))


@pytest.mark.parametrize(
    ("ported_in", "was_customer", "base"),
    [(False, False, "300"), (True, False, "300"), (False, True, "700"), (True, True, "1000")],
)
def test_GM_30_the_table_of_starting_limits(ported_in: bool, was_customer: bool, base: str) -> None:
    customer = Customer(date(2026, 11, 1), ported_in, was_customer)
    assert base_at_start(customer, Terms()) == kc(base)


@pytest.mark.parametrize("base", ["300", "700", "1000"])
def test_GM_30_after_three_good_months_every_one_of_them_is_1500_on_request(base: str) -> None:
    answer = ask_raise(account(base), GOOD_BILLS, NOON)
    assert not isinstance(answer, RaiseRefused)
    assert answer[0].limit == kc("1500")
    assert answer[1] == (Raise(kc("1500") - kc(base), RaiseWhy.REQUEST),)


@pytest.mark.parametrize(
    ("tariff", "base"), [("dear", "900"), ("cheap", "300"), ("other", "300"), (None, "300")]
)
def test_GM_31_a_tariff_with_high_fees_starts_higher(tariff: str | None, base: str) -> None:
    terms = Terms(base_by_tariff={"dear": kc("900"), "cheap": kc("100")})
    assert base_at_start(replace(NEW, tariff=tariff), terms) == kc(base)


def test_GM_32_a_refundable_deposit_raises_the_limit_by_as_much() -> None:
    after, effects = add_deposit(account("300"), kc("700"), NOON)
    assert (after.limit, effects) == (kc("1000"), ())
    with pytest.raises(ValueError, match="more than nothing"):
        add_deposit(after, kc("0"), NOON)


def test_GM_32_a_deposit_opens_a_closed_limit_at_once() -> None:
    closed = replace(account("300", spend="300"), state=LimitState.UNITS_ONLY)
    after, effects = add_deposit(closed, kc("100"), NOON)
    assert after.state is LimitState.OPEN
    assert MoveTo(LimitState.OPEN) in effects


@pytest.mark.parametrize(
    "bills", [(), GOOD_BILLS[:2], (*GOOD_BILLS[:2], bill(11, "11-16")), (*GOOD_BILLS[:2], bill(11, None))]
)
def test_GM_33_without_three_bills_in_a_row_in_time_there_is_no_raise(bills: tuple[Bill, ...]) -> None:
    refused = ask_raise(account("300"), bills, NOON)
    assert refused == RaiseRefused(RaiseRefuseReason.BILLS_NOT_IN_TIME)


def test_GM_34_three_good_bills_alone_raise_nothing_the_customer_has_to_ask() -> None:
    assert after_bills(account("300"), NEW, GOOD_BILLS, NOON) == (account("300"), ())


def test_GM_34_who_is_there_already_is_told_so() -> None:
    there = RaiseRefused(RaiseRefuseReason.THERE_ALREADY)
    assert ask_raise(account("1500"), GOOD_BILLS, NOON) == there
    assert ask_raise(account("2000"), GOOD_BILLS, NOON) == there


def test_GM_34_the_raise_adds_to_the_base_and_leaves_deposits_on_top() -> None:
    answer = ask_raise(account("300", deposits="200"), GOOD_BILLS, NOON)
    assert not isinstance(answer, RaiseRefused)
    assert answer[0].limit == kc("1700")


def test_GM_35_an_own_limit_above_what_is_granted_needs_a_deposit_first() -> None:
    refused = set_own_limit(account("1500"), kc("2500"), NOON)
    assert refused == OwnLimitRefused(RefuseReason.NEEDS_DEPOSIT, kc("1500"))
    after, _ = add_deposit(account("1500"), kc("1000"), NOON)
    assert not isinstance(set_own_limit(after, kc("2500"), NOON), OwnLimitRefused)


def test_GM_35_a_deposit_is_quoted_only_where_the_operator_has_given_a_formula() -> None:
    assert deposit_for(kc("1500"), Terms()) == kc("0")
    assert deposit_for(kc("1500.01"), Terms()) is None
    terms = Terms(deposit_for=lambda limit: Money(limit.minor - 150_000))
    assert deposit_for(kc("2500"), terms) == kc("1000")


def test_GM_36_who_came_by_29_February_2016_has_2000_and_the_day_after_has_not() -> None:
    assert base_at_start(OLD, Terms()) == kc("2000")
    assert base_at_start(NEW, Terms()) == kc("300")


def test_GM_37_one_forgotten_bill_and_2000_falls_to_1500_for_good() -> None:
    after, effects = after_bills(account("2000"), OLD, MISSED, NOON)
    lost_on = date(2026, 10, 16)
    assert effects == (Lower(kc("500"), LowerWhy.MISSED_DUE_DATE), LoseBase(lost_on))
    assert (after.limit, after.base_lost_on) == (kc("1500"), lost_on)
    assert after_bills(after, OLD, MISSED, NOON) == (after, ())


def test_GM_37_the_limits_of_who_came_later_do_not_fall() -> None:
    before = account("2000")
    assert after_bills(before, NEW, MISSED, NOON) == (before, ())


def test_GM_37_a_drop_below_the_spend_tells_and_closes() -> None:
    after, effects = after_bills(account("2000", spend="1550"), OLD, MISSED, NOON)
    assert [one.percent for one in effects if isinstance(one, Notify)] == [100]
    assert after.state is LimitState.UNITS_ONLY


def test_GM_37_an_own_limit_above_the_lowered_base_no_longer_holds() -> None:
    after, effects = after_bills(replace(account("2000"), own_limit=kc("1800")), OLD, MISSED, NOON)
    assert after.limit == kc("1500")
    assert effects[0] == Lower(kc("500"), LowerWhy.MISSED_DUE_DATE)


def test_GM_38_three_good_bills_do_not_bring_2000_back() -> None:
    lost, _ = after_bills(account("2000"), OLD, MISSED, NOON)
    assert ask_raise(lost, GOOD_BILLS, NOON) == RaiseRefused(RaiseRefuseReason.THERE_ALREADY)
    assert after_bills(lost, OLD, GOOD_BILLS, NOON) == (lost, ())


def test_GM_38_a_deposit_does() -> None:
    lost, _ = after_bills(account("2000"), OLD, MISSED, NOON)
    after, _ = add_deposit(lost, kc("500"), NOON)
    assert after.limit == kc("2000")


@pytest.mark.parametrize(("now", "limit"), [("2026-11-15T23:59", "2000"), ("2026-11-16T00:00", "1500")])
def test_GM_39_the_drop_happens_on_the_day_after_the_due_date(now: str, limit: str) -> None:
    after, _ = after_bills(account("2000"), OLD, (bill(11, None),), at(*now.split("T")))
    assert after.limit == kc(limit)


def test_GM_39_paid_on_the_due_date_is_not_forgotten() -> None:
    assert after_bills(account("2000"), OLD, GOOD_BILLS, NOON) == (account("2000"), ())
