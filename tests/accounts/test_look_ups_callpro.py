"""What CallPro's line tells: credit, free units and bundles, spend and limit, top-up, orders."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.model import Account, Charging, Lot
from ivr.accounts.rules.callpro import OPERATOR, ExpiryBase, Terms
from ivr.accounts.statement import FreeUnits, HeldBundle, OrderToCome
from ivr.money import Money
from ivr.units import Units
from tests.accounts.figures import NUMBER, account, figures, tell
from tests.accounts.limit_cases import NOON, PRAGUE, at, kc

FIRST = date(2026, 12, 1)


def card(credit: str = "234.50", until: date = date(2027, 3, 14), number: str = NUMBER) -> Account:
    lots = (Lot(kc(credit), until),) if kc(credit).minor > 0 else ()
    return account(Charging.PREPAID, balance=kc(credit), lots=lots, number=number)


def bundle(name: str = "DATA 600", until: date = date(2026, 11, 30), left: int = 100_000) -> HeldBundle:
    return HeldBundle(1, "data_600", name, "data", "kilobytes", 614_400, left, until, "billing_period")


def test_CP_10_the_credit_is_told_to_the_heller_with_its_last_valid_day() -> None:
    told = tell(OPERATOR, "credit", figures(card()))
    assert (told.outcome, dict(told.facts)) == (
        "prepaid",
        {"credit": Money(23_450), "valid_until": date(2027, 3, 14)},
    )


def test_CP_11_credit_is_told_of_prepaid_cards_only() -> None:
    assert "credit" in tell(OPERATOR, "credit", figures(card())).facts
    for limit in (None, "1500"):
        assert "credit" not in tell(OPERATOR, "credit", figures(account(spend="99", limit=limit))).facts


def test_CP_12_units_and_bundles_are_looked_up_by_themselves_and_not_with_the_credit() -> None:
    units = (FreeUnits("seconds", "tariff", 6000, 600, FIRST), FreeUnits("sms", "gift", 100, 100, FIRST))
    of = figures(card(), units=units, bundles=(bundle(),))
    told = tell(OPERATOR, "units", of)
    assert told.outcome == "some"
    assert told.facts["units"] == (
        {"left": Units(5400, "seconds"), "granted": Units(6000, "seconds"), "resets_on": FIRST},
        {"left": Units(0, "sms"), "granted": Units(100, "sms"), "resets_on": FIRST},
    )
    assert told.facts["bundles"] == (
        {
            "name": "DATA 600",
            "left": Units(100_000, "kilobytes"),
            "size": Units(614_400, "kilobytes"),
            "valid_until": date(2026, 11, 30),
            "renewal": "billing_period",
        },
    )
    assert not {"units", "bundles"} & tell(OPERATOR, "credit", of).facts.keys()
    assert tell(OPERATOR, "units", figures(card())).outcome == "none"


def test_CP_13_a_tariff_number_hears_its_spend_and_never_zero_crowns_of_credit() -> None:
    told = tell(OPERATOR, "credit", figures(account(spend="412.30")))
    assert (told.outcome, dict(told.facts)) == ("postpaid", {"spend": Money(41_230)})
    told = tell(OPERATOR, "credit", figures(account(spend="412.30", limit="1500")))
    assert (told.outcome, told.facts["left"]) == ("postpaid_with_limit", Money(108_770))
    assert tell(OPERATOR, "limit", figures(card())).outcome == "prepaid"


@pytest.mark.parametrize(
    ("spend", "left", "percent"),
    [
        ("0", "1500", 0),
        ("14.99", "1485.01", 0),
        ("15.00", "1485", 1),
        ("1499.99", "0.01", 99),
        ("1500", "0", 100),
        ("1700.01", "0", 113),
        ("-5", "1505", 0),
    ],
)
def test_CP_13_spend_is_told_against_the_limit_rounded_down(spend: str, left: str, percent: int) -> None:
    told = tell(OPERATOR, "limit", figures(account(spend=spend, limit="1500")))
    assert told.outcome == "postpaid_with_limit"
    assert dict(told.facts) == {
        "spend": kc(spend), "limit": kc("1500"), "left": kc(left), "percent": percent, "resets_on": FIRST,
    }  # fmt: skip


def test_a_limit_of_nothing_is_used_up() -> None:
    told = tell(OPERATOR, "limit", figures(account(limit="0")))
    assert (told.facts["percent"], told.facts["left"]) == (100, Money(0))


@given(st.integers(0, 10**9), st.integers(1, 10**8))
def test_no_percentage_is_told_before_it_is_reached(spend: int, limit: int) -> None:
    of = figures(replace(account(), spend=Money(spend), limit=Money(limit)))
    percent = tell(OPERATOR, "limit", of).facts["percent"]
    assert isinstance(percent, int)
    assert percent * limit <= spend * 100 < (percent + 1) * limit


def test_a_tariff_number_without_a_limit_hears_when_its_spend_begins_anew() -> None:
    told = tell(OPERATOR, "limit", figures(account(spend="9")))
    assert (told.outcome, dict(told.facts)) == ("postpaid", {"spend": kc("9"), "resets_on": FIRST})


def test_CP_15_to_top_up_the_account_and_the_symbol_of_this_number_are_told() -> None:
    told = tell(OPERATOR, "top_up", figures(card()))
    assert (told.outcome, dict(told.facts)) == (
        "prepaid",
        {"account": "222852292/0600", "variable_symbol": "772722222", "number": NUMBER},
    )


def test_CP_16_a_number_that_gives_no_symbol_hears_none() -> None:
    assert tell(OPERATOR, "top_up", figures(card(number="+421905123456"))).outcome == "unavailable"


def test_CP_30_a_tariff_number_hears_the_account_that_may_debit_and_CP_32_no_symbol() -> None:
    told = tell(OPERATOR, "top_up", figures(account()))
    assert (told.outcome, dict(told.facts)) == (
        "postpaid",
        {"direct_debit_account": "2401343628/2010", "number": NUMBER},
    )


def test_CP_18_credit_ends_after_twelve_months_and_CP_20_through_the_end_of_that_day_in_prague() -> None:
    of = figures(card("40", until=date(2026, 11, 22)))
    last = datetime(2026, 11, 22, 23, 59, 59, tzinfo=PRAGUE)
    told = tell(OPERATOR, "credit", of, last)
    assert (told.outcome, told.facts["days_left"]) == ("expiring", 0)
    assert tell(OPERATOR, "credit", of, last + timedelta(seconds=1)).outcome == "expired"
    assert tell(OPERATOR, "credit", of, datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC)).outcome == "expiring"
    assert tell(OPERATOR, "credit", of, datetime(2026, 11, 22, 23, 0, tzinfo=UTC)).outcome == "expired"


def test_CP_19_with_the_other_reading_the_first_part_to_end_is_told() -> None:
    lots = (Lot(kc("100"), date(2026, 12, 1)), Lot(kc("50"), date(2027, 5, 1)))
    of = figures(account(Charging.PREPAID, balance=kc("120"), lots=lots))
    assert tell(OPERATOR, "credit", of).facts["valid_until"] == date(2027, 5, 1)
    told = tell(OPERATOR, "credit", of, terms=Terms(expiry=ExpiryBase.PER_LOT))
    assert dict(told.facts) == {"credit": kc("120"), "valid_until": date(2026, 12, 1), "days_left": 9}


@pytest.mark.parametrize(("days", "outcome"), [(29, "expiring"), (30, "prepaid"), (0, "expiring")])
def test_CP_21_a_warning_is_told_below_thirty_days(days: int, outcome: str) -> None:
    of = figures(card("40", until=NOON.date() + timedelta(days=days)))
    assert tell(OPERATOR, "credit", of).outcome == outcome


def test_CP_21_expired_credit_is_told_with_its_day_and_not_as_nothing() -> None:
    told = tell(OPERATOR, "credit", figures(card("120", until=date(2026, 11, 2))))
    assert (told.outcome, dict(told.facts)) == (
        "expired",
        {"valid_until": date(2026, 11, 2), "lapsed": kc("120")},
    )


@pytest.mark.parametrize("credit", ["0", "-5.00"])
def test_no_credit_and_less_than_none_are_told_as_they_are(credit: str) -> None:
    told = tell(OPERATOR, "credit", figures(card(credit)))
    assert (told.outcome, dict(told.facts)) == ("empty", {"credit": kc(credit)})


def test_CP_53_orders_to_come_are_told_with_their_day_and_CP_52_with_the_moment_they_are_due() -> None:
    due = at("2026-11-23")
    orders = (
        OrderToCome("ZMENA DATA600", "done", NOON, due.astimezone(UTC), FIRST),
        OrderToCome("UP 150", "open", NOON, due.astimezone(UTC), None),
    )
    told = tell(OPERATOR, "orders", figures(card(), orders=orders))
    assert told.outcome == "some"
    assert told.facts["orders"] == (
        {"command": "ZMENA DATA600", "due_at": due, "effective_on": FIRST},
        {"command": "UP 150", "due_at": due},
    )
    items = told.facts["orders"]
    assert isinstance(items, tuple)
    assert str(items[0]["due_at"]) == "2026-11-23 12:00:00+01:00"
    assert tell(OPERATOR, "orders", figures(card())).outcome == "none"


def test_a_bundle_is_told_through_its_last_day_and_no_longer() -> None:
    of = figures(card(), bundles=(bundle(until=date(2026, 11, 30)),))
    assert tell(OPERATOR, "units", of, at("2026-11-30", "23:59")).outcome == "some"
    assert tell(OPERATOR, "units", of, at("2026-12-01", "00:00")).outcome == "none"


def test_figures_are_told_with_their_moment_at_the_operator_s_place() -> None:
    of = figures(account(spend="9"), figures_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    for name in ("credit", "limit"):
        facts = tell(OPERATOR, name, of).facts
        assert str(facts["as_of"]) == "2026-11-22 10:30:00+01:00"
        assert not {"stale", "may_be_late"} & facts.keys()


def test_figures_older_than_a_day_are_told_as_stale() -> None:
    at_edge = figures(account(), figures_at=NOON - timedelta(hours=24))
    assert "stale" not in tell(OPERATOR, "limit", at_edge).facts
    older = figures(account(), figures_at=NOON - timedelta(hours=24, seconds=1), may_be_late=True)
    facts = tell(OPERATOR, "limit", older).facts
    assert (facts["stale"], facts["may_be_late"]) == (True, True)


def test_who_calls_is_told_by_language_and_number() -> None:
    assert dict(tell(OPERATOR, "caller", figures(card())).facts) == {"language": "cs", "number": NUMBER}
    assert dict(tell(OPERATOR, "caller", figures(card(number=""))).facts) == {"language": "cs"}
