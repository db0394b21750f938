import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.model import Charging
from ivr.accounts.rules.bank import is_sound_account
from ivr.accounts.rules.callpro import OUTCOMES, TOP_UP_ACCOUNT, Terms
from ivr.accounts.rules.callpro_payments import (
    Matched,
    Parked,
    ParkReason,
    TopUpGuide,
    match_payment,
    top_up_guide,
)

OURS, TARIFF = "+420777123456", "+420601234567"
KNOWN = {OURS: Charging.PREPAID, TARIFF: Charging.POSTPAID}


@pytest.mark.parametrize("symbol", ["777123456", "0777123456", " 777123456 "])
def test_CP_15_a_payment_tops_up_the_number_its_symbol_names(symbol: str) -> None:
    assert match_payment(symbol, KNOWN) == Matched(OURS)


@pytest.mark.parametrize(
    ("symbol", "reason"),
    [
        (None, ParkReason.NO_SYMBOL),
        ("", ParkReason.NO_SYMBOL),
        ("0000000000", ParkReason.NO_SYMBOL),
        ("177123456", ParkReason.NOT_A_NUMBER),
        ("77712345", ParkReason.NOT_A_NUMBER),
        ("420777123456", ParkReason.NOT_A_NUMBER),
        ("777 123 456", ParkReason.NOT_A_NUMBER),
        ("777123457", ParkReason.UNKNOWN_NUMBER),
        ("601234567", ParkReason.NOT_PREPAID),
    ],
)
def test_CP_16_what_fits_no_prepaid_number_is_parked_with_its_reason(
    symbol: str | None, reason: ParkReason
) -> None:
    assert match_payment(symbol, KNOWN) == Parked(reason)


def test_CP_30_what_comes_to_the_account_for_direct_debit_tops_nothing_up() -> None:
    assert match_payment("777123456", KNOWN, to_account="2401343628/2010") == Parked(ParkReason.OTHER_ACCOUNT)
    assert match_payment("777123456", KNOWN, currency="EUR") == Parked(ParkReason.OTHER_CURRENCY)


def test_CP_17_who_pays_is_not_asked() -> None:
    of_two_payers = [match_payment("777123456", KNOWN) for _payer in (OURS, "+420602000000")]
    assert of_two_payers == [Matched(OURS), Matched(OURS)]


@given(st.none() | st.text() | st.from_regex(r"0?[0-9]{9}", fullmatch=True))
def test_CP_16_every_payment_is_matched_to_a_known_number_or_parked(symbol: str | None) -> None:
    match match_payment(symbol, KNOWN):
        case Matched(number):
            assert KNOWN[number] is Charging.PREPAID
            assert (symbol or "").strip().lstrip("0") == number.removeprefix("+420")
        case Parked(reason):
            assert reason in ParkReason


def test_CP_15_what_to_write_on_a_transfer_leads_back_to_the_number() -> None:
    guide = top_up_guide(OURS, Terms())
    assert guide == TopUpGuide("222852292/0600", "777123456", 12)
    assert match_payment(guide.variable_symbol, KNOWN, to_account=guide.account) == Matched(OURS)
    assert top_up_guide("+33170229848", Terms()) is None


def test_CP_22_the_top_up_account_can_exist() -> None:
    assert is_sound_account(TOP_UP_ACCOUNT)


def test_CP_11_only_prepaid_numbers_have_credit_to_be_told() -> None:
    for outcome, facts in OUTCOMES.items():
        assert outcome.startswith("postpaid") == facts.isdisjoint({"credit", "lapsed"})
