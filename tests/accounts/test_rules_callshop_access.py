from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callshop_fr import OUTCOMES, NumberKind, Terms, opens, tell
from ivr.money import Money

NOW = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
LINES = [NumberKind.LINE, NumberKind.BOOTH]


@pytest.mark.parametrize("dialled", ["3111*0", "3111%2A0", "3111%2a0", "+333111*0", "3111"])
@pytest.mark.parametrize("kind", LINES)
def test_CS_01_3111_and_star_zero_know_the_lines_of_a_shop(dialled: str, kind: NumberKind) -> None:
    assert opens(dialled, kind)
    assert not opens(dialled, NumberKind.KNOWN_MOBILE)


@pytest.mark.parametrize("dialled", ["0805123200", "0 805 123 200", "+33805123200", "0033805123200"])
@pytest.mark.parametrize("kind", LINES)
def test_CS_02_CS_07_the_free_number_knows_the_lines_of_a_shop_alone(dialled: str, kind: NumberKind) -> None:
    assert opens(dialled, kind)
    assert not opens(dialled, NumberKind.KNOWN_MOBILE)


@pytest.mark.parametrize("dialled", ["0170229848", "01 70 22 98 48", "+33170229848"])
@pytest.mark.parametrize("kind", LINES)
def test_CS_03_CS_06_the_mobiles_number_knows_mobiles_alone(dialled: str, kind: NumberKind) -> None:
    assert opens(dialled, NumberKind.KNOWN_MOBILE)
    assert not opens(dialled, kind)


@pytest.mark.parametrize("dialled", ["4488", "", "3112", "3111*1", "0805123200*0", "*0", "0805020022", "%"])
@pytest.mark.parametrize("kind", list(NumberKind))
def test_CS_05_any_other_number_opens_nothing(dialled: str, kind: NumberKind) -> None:
    assert not opens(dialled, kind)


@pytest.mark.parametrize(("cents", "works"), [(-1, False), (0, False), (1, True)])
def test_CS_10_a_balance_of_zero_is_not_positive(cents: int, works: bool) -> None:
    balance = Money(cents, "EUR")
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


@pytest.mark.parametrize("terms", [{"weekly_ceiling": Money(200_000, "CZK")}, {"markup_percent": -1}])
def test_CS_24_terms_that_make_no_sense_are_refused(terms: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not"):
        Terms(**terms)  # type: ignore[arg-type]
