import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callshop_dialling import Carrier, Dialled, Refusal, dialled, number_carried
from ivr.accounts.rules.callshop_fr import Terms

TERMS, WITH_8 = Terms(), Terms(prefix_8=True)


@pytest.mark.parametrize(
    ("digits", "e164"),
    [
        ("0142345678", "+33142345678"),
        ("01 42 34 56 78", "+33142345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("00420777123456", "+420777123456"),
        ("0033142345678", "+33142345678"),
        ("0012125550123", "+12125550123"),
    ],
)
def test_CS_40_ten_digits_or_00_country_and_number_are_read_without_a_prefix(digits: str, e164: str) -> None:
    assert dialled(digits, TERMS) == Dialled(Carrier.OPERATOR, e164)


@pytest.mark.parametrize(
    ("digits", "e164"), [("0262123456", "+262262123456"), ("0696201234", "+596696201234")]
)
def test_CS_40_overseas_france_is_dialled_like_france_and_is_another_country(digits: str, e164: str) -> None:
    assert dialled(digits, TERMS) == Dialled(Carrier.OPERATOR, e164)


@pytest.mark.parametrize(
    "digits",
    [
        *("", "142345678", "01423456789", "00", "000420777123456", "0042", "+33142345678", "*31#0142345678"),
        *("abc", "٠١٤٢٣٤٥٦٧٨", "0142345678*0", "9142345678", "00" + "1" * 30),
    ],
)
def test_CS_40_anything_else_is_no_number(digits: str) -> None:
    assert dialled(digits, TERMS) is Refusal.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("digits", "e164"), [("8142345678", "+33142345678"), ("80420777123456", "+420777123456")]
)
def test_CS_40_8_in_place_of_0_is_france_telecom_s_if_it_was_asked_for(digits: str, e164: str) -> None:
    assert dialled(digits, WITH_8) == Dialled(Carrier.FRANCE_TELECOM, e164)
    assert dialled(digits, TERMS) is Refusal.PREFIX_8_NOT_ASKED_FOR


@pytest.mark.parametrize(
    "digits", ["0142345678", "0442345678", "0612345678", "0712345678", "0912345678", "00442079460000"]
)
def test_CS_41_local_national_international_and_mobile_calls_are_carried(digits: str) -> None:
    found = dialled(digits, TERMS)
    assert isinstance(found, Dialled)
    assert found.carrier is Carrier.OPERATOR


@pytest.mark.parametrize(
    ("digits", "e164"),
    [
        ("0805123200", "+33805123200"),
        ("0899123456", "+33899123456"),
        ("0033892123456", "+33892123456"),
        *((short, None) for short in ("3639", "3000", "15", "112", "1014", "118218", "116000", "3929")),
    ],
)
def test_CS_09_special_and_short_numbers_are_france_telecom_s(digits: str, e164: str | None) -> None:
    assert dialled(digits, TERMS) == Dialled(Carrier.FRANCE_TELECOM, e164)


@pytest.mark.parametrize(
    ("called", "e164"),
    [
        ("0142345678", "+33142345678"),
        ("+33 1 42 34 56 78", "+33142345678"),
        ("+420777123456", "+420777123456"),
        ("0262123456", "+262262123456"),
        *(
            (called, None)
            for called in ("+33805123200", "0805123200", "3639", "3111", "8142345678", "+", "x")
        ),
    ],
)
def test_CS_41_what_this_operator_prices_is_what_it_carries(called: str, e164: str | None) -> None:
    assert number_carried(called) == e164


@pytest.mark.parametrize("digits", ["3111", "3111*0", "31 11"])
def test_CS_01_the_balance_code_leads_to_the_line(digits: str) -> None:
    assert dialled(digits, TERMS) == Dialled(Carrier.LINE, None)


@given(st.text(st.sampled_from("0123456789*#+ .-"), max_size=20))
def test_CS_40_whatever_is_dialled_gets_an_answer_and_what_we_carry_has_a_number(digits: str) -> None:
    found = dialled(digits, WITH_8)
    if isinstance(found, Dialled) and found.carrier is Carrier.OPERATOR:
        assert found.e164 is not None
        assert not found.e164.startswith("+338")


@given(st.from_regex(r"0[1-79][0-9]{8}", fullmatch=True))
def test_CS_40_the_same_number_is_reached_with_and_without_the_8(digits: str) -> None:
    ours, theirs = dialled(digits, WITH_8), dialled(f"8{digits[1:]}", WITH_8)
    assert isinstance(ours, Dialled)
    assert isinstance(theirs, Dialled)
    assert ours.e164 == theirs.e164
    assert (ours.carrier, theirs.carrier) == (Carrier.OPERATOR, Carrier.FRANCE_TELECOM)
