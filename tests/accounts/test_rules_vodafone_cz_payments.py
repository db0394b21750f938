from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.bank import is_sound_account
from ivr.accounts.rules.effects import MoveTo, Notify, NotifyKind, Raise, RaiseWhy, ReturnDeposit
from ivr.accounts.rules.vodafone_cz_limit import DepositKind, LimitAccount
from ivr.accounts.rules.vodafone_cz_payments import (
    ACCOUNT,
    Candidate,
    Channel,
    Matched,
    Parked,
    ParkReason,
    Refused,
    RefuseReason,
    WayToPay,
    add_deposit,
    arrives_by,
    ask_raise,
    claim_back,
    match_payment,
    symbol_of_number,
    way_to_pay,
)
from tests.accounts.limit_cases import GOOD_BILLS, NOON, PRAGUE, at, bill, kc
from tests.accounts.vodafone_cases import TODAY, account, paid, spend

SIX = Candidate(6, "+420601234567", "1002003001")
SEVEN = Candidate(7, "+420701234567", "1002003002")
SHARED = "5701234567"


def test_VL_20_three_bills_in_time_and_the_limit_grows_without_money() -> None:
    after = ask_raise(account("1000", raises=True), kc("500"), NOON)
    assert not isinstance(after, Refused)
    assert after[1] == (Raise(kc("500"), RaiseWhy.REQUEST),)
    assert after[0].limit == kc("1500")
    assert after[0].deposits[-1].kind is DepositKind.REQUESTED_RAISE


def test_VL_20_without_them_it_does_not() -> None:
    assert ask_raise(account(), kc("500"), NOON) == Refused(RefuseReason.BILLS_NOT_IN_TIME)
    assert ask_raise(account(raises=True), kc("0"), NOON) == Refused(RefuseReason.NO_AMOUNT)


def test_VL_21_otherwise_the_amount_sent_is_what_the_limit_grows_by() -> None:
    after, effects = add_deposit(account("1000"), paid("750"), NOON)
    assert (after.limit, effects) == (kc("1750"), ())


def test_VL_21_nothing_sent_is_no_deposit() -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        add_deposit(account(), paid("0"), NOON)


def held(*, since: str, kind: DepositKind = DepositKind.LIMIT) -> LimitAccount:
    extra = replace(paid("500", kind), paid_on=date.fromisoformat(since), deposit_id=9)
    before = account("1000", raises=True)
    return replace(before, deposits=(*before.deposits, extra))


def test_VL_22_a_deposit_comes_back_after_three_months_with_the_last_three_bills_in_time() -> None:
    after = claim_back(held(since="2026-08-22"), 9, NOON)
    assert not isinstance(after, Refused)
    assert after[1] == (ReturnDeposit(9, kc("500")),)
    assert after[0].limit == kc("1000")


def test_VL_22_not_a_day_sooner_and_the_answer_says_when() -> None:
    early = claim_back(held(since="2026-08-23"), 9, NOON)
    assert early == Refused(RefuseReason.TOO_EARLY, date(2026, 11, 23))


def test_VL_22_not_with_a_late_bill_among_the_last_three() -> None:
    late = replace(held(since="2026-01-01"), bills=(*GOOD_BILLS[:2], bill(11, "11-16")))
    assert claim_back(late, 9, NOON) == Refused(RefuseReason.BILLS_NOT_IN_TIME)


@pytest.mark.parametrize(
    "kind", [DepositKind.AUTOMATIC_RAISE, DepositKind.REQUESTED_RAISE, DepositKind.SECURITY]
)
def test_VL_22_what_nobody_paid_for_the_limit_is_not_claimed_back(kind: DepositKind) -> None:
    assert claim_back(held(since="2026-01-01", kind=kind), 9, NOON) == Refused(RefuseReason.NOT_CLAIMABLE)


def test_VL_22_a_deposit_comes_back_once_and_only_to_who_has_one() -> None:
    after = claim_back(held(since="2026-01-01"), 9, NOON)
    assert not isinstance(after, Refused)
    assert claim_back(after[0], 9, NOON) == Refused(RefuseReason.RETURNED_ALREADY)
    assert claim_back(after[0], 10, NOON) == Refused(RefuseReason.NO_SUCH_DEPOSIT)


def test_VL_22_a_limit_that_shrinks_below_the_spend_tells_and_blocks() -> None:
    before, _ = spend(replace(held(since="2026-01-01"), automatic_raise=False), "1100")
    after = claim_back(before, 9, NOON)
    assert not isinstance(after, Refused)
    assert after[1][:2] == (
        ReturnDeposit(9, kc("500")),
        Notify(NotifyKind.LIMIT, 100, kc("1000"), 202611),
    )
    assert all(isinstance(one, MoveTo) for one in after[1][2:])
    assert after[0].roaming_blocked


def test_VL_23_a_cash_machine_takes_24_hours_at_most() -> None:
    assert arrives_by(Channel.CASH_MACHINE, NOON) == NOON + timedelta(hours=24)


def test_VL_24_a_transfer_goes_to_the_operators_account_with_both_symbols() -> None:
    assert way_to_pay("+420777123456", "1002003001") == WayToPay(ACCOUNT, "5777123456", "1002003001")
    assert ACCOUNT == "117292/0300"
    assert is_sound_account(ACCOUNT)
    assert way_to_pay("+421905123456", "1") is None


def test_VL_24_a_transfer_has_arrived_when_the_third_working_day_is_over() -> None:
    assert arrives_by(Channel.TRANSFER, at("2026-11-13")) == datetime(2026, 11, 20, tzinfo=PRAGUE)


def test_VL_27_in_a_shop_it_is_there_at_once() -> None:
    assert arrives_by(Channel.SHOP, NOON) == NOON


@pytest.mark.parametrize(
    ("number", "symbol"), [("+420772722222", "5772722222"), ("+420601234567", "5701234567")]
)
def test_VL_25_the_variable_symbol_is_57_and_the_last_eight_digits(number: str, symbol: str) -> None:
    assert symbol_of_number(number) == symbol


@given(st.from_regex(r"\A\+420[2-9][0-9]{8}\Z"))
def test_VL_25_every_symbol_finds_its_number_again(number: str) -> None:
    symbol = symbol_of_number(number)
    assert symbol is not None
    assert len(symbol) == 10
    assert match_payment(symbol, None, [Candidate(1, number, None)]) == Matched(1)


def test_VL_26_two_numbers_share_a_symbol_and_without_a_payer_number_the_payment_waits() -> None:
    assert match_payment(SHARED, None, [SIX, SEVEN]) == Parked(ParkReason.SEVERAL_NUMBERS)
    assert match_payment(SHARED, " 0 ", [SIX, SEVEN]) == Parked(ParkReason.SEVERAL_NUMBERS)


@pytest.mark.parametrize(("payer", "meant"), [("1002003001", 6), ("1002003002", 7), ("0001002003002", 7)])
def test_VL_26_the_payer_number_decides(payer: str, meant: int) -> None:
    assert match_payment(SHARED, payer, [SIX, SEVEN]) == Matched(meant)


def test_VL_26_a_payer_with_both_numbers_is_asked() -> None:
    both = [SIX, replace(SEVEN, payer_number=SIX.payer_number)]
    assert match_payment(SHARED, SIX.payer_number, both) == Parked(ParkReason.SEVERAL_NUMBERS)


def test_VL_26_a_payer_number_of_somebody_else_is_never_guessed_away() -> None:
    assert match_payment(SHARED, "999", [SIX]) == Parked(ParkReason.OTHER_PAYER)
    assert match_payment(SHARED, "999", [SIX, SEVEN]) == Parked(ParkReason.OTHER_PAYER)


def test_VL_26_one_number_that_fits_needs_no_payer_number() -> None:
    assert match_payment(SHARED, None, [SIX]) == Matched(6)
    assert match_payment(SHARED, "77", [replace(SIX, payer_number=None)]) == Matched(6)


@pytest.mark.parametrize(
    ("symbol", "reason"),
    [
        (None, ParkReason.NO_SYMBOL),
        ("", ParkReason.NO_SYMBOL),
        ("601234567", ParkReason.NO_SYMBOL),
        ("57 0123456", ParkReason.NO_SYMBOL),
        ("٥٧٠١٢٣٤٥٦٧", ParkReason.NO_SYMBOL),
        ("5701234568", ParkReason.UNKNOWN_NUMBER),
    ],
)
def test_VL_26_what_names_nobody_is_parked(symbol: str | None, reason: ParkReason) -> None:
    assert match_payment(symbol, "1002003001", [SIX, SEVEN]) == Parked(reason)


def test_VL_24_the_symbols_owner_may_be_credited_on_any_day_of_the_period() -> None:
    before, _ = spend(account("1000"), "300")
    after, _ = add_deposit(before, replace(paid("500"), paid_on=TODAY), at("2026-12-02"))
    assert (after.period, after.spend, after.limit) == (202612, kc("0"), kc("1500"))
