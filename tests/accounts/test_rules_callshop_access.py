from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callshop_fr import (
    ACCESS_NUMBERS,
    COMPANY_NAMES,
    CONTACT_EMAIL,
    OPERATOR,
    OUTCOMES,
    Access,
    AccessPoint,
    Identity,
    KnownNumber,
    NumberKind,
    Opening,
    PriceSaid,
    Terms,
    access,
    is_in_service,
    opening_after,
    tell,
)
from ivr.money import Money

TERMS = Terms()
NOW = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
LINE = KnownNumber("+33142000001", 7, NumberKind.LINE)
BOOTH = KnownNumber("+33142000002", 7, NumberKind.BOOTH)
MOBILE = KnownNumber("+33612345678", 7, NumberKind.KNOWN_MOBILE)
KNOWN = (LINE, BOOTH, MOBILE)


def call(dialled: str, caller: KnownNumber | None, *, trusted: bool = True, terms: Terms = TERMS) -> Access:
    found = access(dialled, caller.e164 if caller and trusted else None, KNOWN, terms)
    assert found is not None
    return found


@pytest.mark.parametrize("caller", [LINE, BOOTH])
def test_CS_01_3111_star_zero_from_a_line_of_the_shop_reads_its_balance_free(caller: KnownNumber) -> None:
    assert call("3111*0", caller) == Access(
        AccessPoint.BOOTH_CODE, Identity.BY_LINE, 7, Opening.BALANCE, PriceSaid.NOTHING
    )


@pytest.mark.parametrize("dialled", ["0805123200", "0 805 123 200", "+33805123200", "0033805123200"])
def test_CS_02_the_free_number_from_a_booth_reads_the_balance(dialled: str) -> None:
    assert call(dialled, BOOTH) == Access(
        AccessPoint.FREE_NUMBER, Identity.BY_LINE, 7, Opening.BALANCE, PriceSaid.NOTHING
    )


@pytest.mark.parametrize("dialled", ["0170229848", "01 70 22 98 48", "+33170229848"])
def test_CS_03_a_mobile_made_known_reads_the_balance_on_its_own_number(dialled: str) -> None:
    assert call(dialled, MOBILE) == Access(
        AccessPoint.MOBILE_NUMBER, Identity.BY_KNOWN_MOBILE, 7, Opening.BALANCE, PriceSaid.FROM_YOUR_PLAN
    )


def test_CS_04_every_booth_of_a_shop_leads_to_the_shop_s_account() -> None:
    assert {call("3111*0", booth).subscriber_id for booth in (LINE, BOOTH)} == {7}


@pytest.mark.parametrize("dialled", ["3111*0", "3111%2A0", "3111%2a0", "+333111*0"])
def test_CS_05_star_zero_dialled_with_3111_goes_to_the_balance_at_once(dialled: str) -> None:
    assert call(dialled, BOOTH).opening is Opening.BALANCE


def test_CS_05_3111_alone_listens_for_star_zero_first() -> None:
    assert call("3111", BOOTH).opening is Opening.LISTEN_FOR_STAR_ZERO


@pytest.mark.parametrize(
    ("keys", "opening"),
    [
        ("", Opening.LISTEN_FOR_STAR_ZERO),
        ("*", Opening.LISTEN_FOR_STAR_ZERO),
        ("*0", Opening.BALANCE),
        ("*0#", Opening.BALANCE),
        ("*1", Opening.MENU),
        ("**0", Opening.MENU),
        ("0", Opening.MENU),
        ("2", Opening.MENU),
    ],
)
def test_CS_05_other_keys_go_to_the_general_menu(keys: str, opening: Opening) -> None:
    assert opening_after(keys) is opening


@pytest.mark.parametrize("dialled", ["4488", "", "3112", "3111*1", "0805123200*0", "*0", "0805020022", "%"])
def test_CS_05_any_other_number_is_not_ours(dialled: str) -> None:
    assert access(dialled, BOOTH.e164, KNOWN, TERMS) is None


@pytest.mark.parametrize(
    ("caller", "trusted"), [(MOBILE, False), (None, True), (None, False), (LINE, True), (BOOTH, True)]
)
def test_CS_06_the_mobile_number_asks_all_but_a_known_mobile_for_account_and_pin(
    caller: KnownNumber | None, trusted: bool
) -> None:
    found = call("0170229848", caller, trusted=trusted)
    assert (found.identity, found.subscriber_id) == (Identity.ACCOUNT_AND_PIN, None)


def test_CS_06_a_number_nobody_knows_reads_no_balance() -> None:
    found = access("0170229848", "+33699999999", (), TERMS)
    assert found is not None
    assert (found.identity, found.subscriber_id) == (Identity.ACCOUNT_AND_PIN, None)


@pytest.mark.parametrize(("caller", "trusted"), [(MOBILE, True), (None, True), (BOOTH, False)])
def test_CS_07_the_free_number_answers_other_lines_and_asks_for_account_and_pin(
    caller: KnownNumber | None, trusted: bool
) -> None:
    found = call("0805123200", caller, trusted=trusted)
    assert (found.identity, found.subscriber_id) == (Identity.ACCOUNT_AND_PIN, None)


@given(
    st.sampled_from(["3111*0", "3111", "0805123200", "0170229848"]),
    st.sampled_from([None, *KNOWN]),
    st.booleans(),
)
def test_CS_06_no_account_is_ever_found_by_an_untrusted_number(
    dialled: str, caller: KnownNumber | None, trusted: bool
) -> None:
    found = call(dialled, caller, trusted=trusted)
    assert (found.subscriber_id is None) == (found.identity is Identity.ACCOUNT_AND_PIN)
    assert found.subscriber_id is None or (trusted and caller is not None)


@pytest.mark.parametrize("say_free", [True, False])
def test_CS_08_the_price_is_said_only_where_the_call_is_not_free(say_free: bool) -> None:
    said = {number: call(number, None, terms=Terms(say_free=say_free)).price for number in _DIALLED}
    free = PriceSaid.FREE if say_free else PriceSaid.NOTHING
    assert said == {"3111": free, "0805123200": free, "0170229848": PriceSaid.FROM_YOUR_PLAN}


_DIALLED = [number.number for number in ACCESS_NUMBERS]


@pytest.mark.parametrize(("cents", "works"), [(-1, False), (0, False), (1, True)])
def test_CS_10_a_balance_of_zero_is_not_positive(cents: int, works: bool) -> None:
    balance = Money(cents, "EUR")
    assert is_in_service(balance) is works
    assert tell(balance, NOW, 0).outcome == ("in_service" if works else "out_of_service")


def test_CS_12_the_figure_has_its_time_and_the_calls_it_lacks() -> None:
    found = tell(Money(12345, "EUR"), NOW, 2)
    assert found.facts == {"credit": Money(12345, "EUR"), "as_of": NOW, "calls_running": 2}


@pytest.mark.parametrize("cents", [0, 1])
def test_CS_24_a_skipped_top_up_is_told_with_the_balance(cents: int) -> None:
    found = tell(Money(cents, "EUR"), NOW, 0, skipped=Money(50_000, "EUR"))
    assert found.outcome.endswith("_top_up_skipped")
    assert found.facts["amount"] == Money(50_000, "EUR")


@given(st.integers(-1000, 1000), st.sampled_from([None, Money(50_000, "EUR")]))
def test_CS_10_each_outcome_brings_the_facts_it_names(cents: int, skipped: Money | None) -> None:
    found = tell(Money(cents, "EUR"), NOW, 0, skipped)
    assert set(found.facts) == OUTCOMES[found.outcome]


def test_CS_38_the_company_is_reached_by_e_mail_and_goes_by_two_names() -> None:
    assert CONTACT_EMAIL == "contact@callshop-france.com"
    assert COMPANY_NAMES == ("Callshop France", "Budget Télécom")
    assert OPERATOR.name in COMPANY_NAMES


@pytest.mark.parametrize("terms", [{"weekly_ceiling": Money(200_000, "CZK")}, {"markup_percent": -1}])
def test_CS_24_terms_that_make_no_sense_are_refused(terms: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not"):
        Terms(**terms)  # type: ignore[arg-type]
