import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.bank import is_sound_account, number_of_symbol, symbol_of_number
from ivr.accounts.rules.callpro import TOP_UP_ACCOUNT


@pytest.mark.parametrize("account", [TOP_UP_ACCOUNT, "2401343628/2010", "117292/0300", "19-2000145399/0800"])
def test_CP_22_the_accounts_of_the_operators_pass_the_modulo_11_check(account: str) -> None:
    assert is_sound_account(account)


@pytest.mark.parametrize(
    "account",
    ["222852293/0600", "0000000000", "7", "", "222852292/06", "1-222852292", "x22852292", "٢٢٢٨٥٢٢٩٢"],
)
def test_CP_22_others_do_not(account: str) -> None:
    assert not is_sound_account(account)


@given(st.integers(0, 8), st.integers(1, 9))
def test_CP_22_one_wrong_digit_is_always_found(place: int, more: int) -> None:
    digits = list("222852292")
    digits[place] = str((int(digits[place]) + more) % 10)
    assert not is_sound_account("".join(digits))


@pytest.mark.parametrize(
    ("symbol", "number"), [("777123456", "+420777123456"), ("0777123456", "+420777123456")]
)
def test_CP_15_CP_16_a_variable_symbol_is_the_national_number(symbol: str, number: str) -> None:
    assert number_of_symbol(symbol) == number
    assert symbol_of_number(number) == "777123456"


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "0",
        "177123456",
        "77712345",
        "7771234567",
        "420777123456",
        "+420777123456",
        "777 123 456",
        "٧٧٧١٢٣٤٥٦",
    ],
)
def test_CP_16_any_other_symbol_is_parked(symbol: str) -> None:
    assert number_of_symbol(symbol) is None
