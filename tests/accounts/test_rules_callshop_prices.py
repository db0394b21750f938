from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callshop_fr import Terms
from ivr.accounts.rules.callshop_prices import (
    Price,
    PricedCall,
    PriceTable,
    RunningCall,
    cost,
    margins,
    price_call,
    proposed,
    running,
    seconds_of,
)
from ivr.money import Money

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LANDLINE = Price("+33", "France", 15_000)
MOBILE = Price("+336", "France mobile", 120_000)
PRAGUE = Price("+420", "Tchéquie", 24_500, connection_millionths=80_000, first_seconds=60, step_seconds=1)
LIST = PriceTable.on(DAY, [LANDLINE, MOBILE, PRAGUE])
EMPTY = PriceTable(())

rows = st.builds(
    Price,
    st.from_regex(r"\+[1-9][0-9]{0,6}", fullmatch=True),
    st.just("x"),
    st.integers(0, 10**7),
    st.integers(0, 10**6),
    st.integers(1, 120),
    st.integers(1, 120),
)


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


@pytest.mark.parametrize(
    ("first", "step", "seconds", "cents"),
    [
        (1, 1, 0, 0),  # not answered
        (1, 1, 1, 1),  # 0.5 cents, half up
        (1, 1, 60, 30),
        (1, 1, 61, 31),  # 30.5
        (60, 1, 1, 30),
        (60, 1, 60, 30),
        (60, 1, 62, 31),
        (60, 60, 61, 60),
        (30, 6, 31, 18),
    ],
)
def test_CS_11_a_call_is_charged_in_its_steps_and_rounded_half_up(
    first: int, step: int, seconds: int, cents: int
) -> None:
    price = Price("+420", "x", 300_000, first_seconds=first, step_seconds=step)
    assert cost(price, seconds) == eur(cents)


def test_CS_11_the_connection_is_paid_once_and_rounded_with_the_call() -> None:
    assert cost(PRAGUE, 1) == eur(10)  # 8 + 2.45 = 10.45
    assert cost(PRAGUE, 120) == eur(13)  # 8 + 4.9 = 12.9
    assert cost(PRAGUE, 0) == eur(0)


@given(rows, st.integers(1, 10**5))
def test_CS_11_a_cost_is_the_exact_price_to_half_a_cent(row: Price, seconds: int) -> None:
    charged = row.first_seconds
    while charged < seconds:
        charged += row.step_seconds
    exact = Fraction(row.connection_millionths * 60 + row.minute_millionths * charged, 600_000)
    assert -Fraction(1, 2) < cost(row, seconds).minor - exact <= Fraction(1, 2)


@given(rows, st.integers(0, 5000), st.integers(0, 5000))
def test_CS_11_a_longer_call_never_costs_less(row: Price, seconds: int, more: int) -> None:
    assert cost(row, seconds) <= cost(row, seconds + more)


@pytest.mark.parametrize(
    ("e164", "found"),
    [
        ("+33142345678", LANDLINE),
        ("+33612345678", MOBILE),
        ("+420777123456", PRAGUE),
        ("+44207", None),
        ("", None),
    ],
)
def test_CS_11_the_longest_prefix_names_the_price(e164: str, found: Price | None) -> None:
    assert LIST.find(e164) == found


@given(st.lists(rows, max_size=8), st.from_regex(r"\+[1-9][0-9]{6,12}", fullmatch=True))
def test_CS_11_no_longer_prefix_fits_than_the_one_found(listed: list[Price], e164: str) -> None:
    fitting = [len(row.prefix) for row in listed if e164.startswith(row.prefix)]
    found = PriceTable.on(DAY, listed).find(e164)
    assert (len(found.prefix) if found else None) == max(fitting, default=None)


def test_CS_11_a_price_holds_from_its_first_day_up_to_and_without_its_last() -> None:
    old = Price("+33", "old", 1, from_on=date(2026, 1, 1), to_on=DAY)
    new = Price("+33", "new", 2, from_on=DAY)
    assert PriceTable.on(DAY - timedelta(days=1), [new, old]).find("+331") == old
    assert PriceTable.on(DAY, [new, old]).find("+331") == new
    assert PriceTable.on(date(2025, 12, 31), [new, old]).find("+331") is None
    assert PriceTable.on(DAY, [old]).find("+331") is None


def test_CS_11_of_two_prices_in_force_the_later_one_holds() -> None:
    old, new = Price("+33", "old", 1, from_on=date(2026, 1, 1)), Price("+33", "new", 2, from_on=DAY)
    assert PriceTable.on(DAY, [new, old]).find("+331") == new


@pytest.mark.parametrize(
    "row",
    [
        {"prefix": "33"},
        {"prefix": "+0"},
        {"prefix": "+"},
        {"minute_millionths": -1},
        {"connection_millionths": -1},
        {"first_seconds": 0},
        {"step_seconds": 0},
        {"currency": "CZK"},
    ],
)
def test_CS_11_a_row_that_makes_no_sense_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Price(**({"prefix": "+33", "destination": "France", "minute_millionths": 1} | row))  # type: ignore[arg-type]


def test_CS_11_seconds_begun_count_and_the_clock_change_does_not() -> None:
    paris = ZoneInfo("Europe/Paris")
    before, after = datetime(2026, 10, 25, 1, 59, tzinfo=paris), datetime(2026, 10, 25, 3, 1, tzinfo=paris)
    assert seconds_of(before, after) == 2 * 3600 + 120
    assert seconds_of(NOW, NOW + timedelta(milliseconds=1)) == 1
    assert seconds_of(NOW, NOW) == seconds_of(NOW, NOW - timedelta(hours=1)) == 0


def test_CS_11_a_shop_s_own_price_comes_before_the_proposed_one() -> None:
    own = PriceTable((Price("+33", "France", 100_000),))
    selling = own.over(LIST)
    assert selling.find("+33142345678") == own.rows[0]
    assert selling.find("+33612345678") == MOBILE  # a longer prefix knows the number better
    assert selling.find("+420777123456") == PRAGUE


def test_CS_11_the_proposed_price_is_the_list_price_and_the_markup_rounded_up() -> None:
    selling = proposed(PriceTable((Price("+33", "France", 15_001, 3),)), Terms(markup_percent=50))
    assert selling.rows[0].minute_millionths == 22_502  # 22,501.5
    assert selling.rows[0].connection_millionths == 5
    assert proposed(LIST, Terms()) == LIST


def test_CS_11_a_call_has_its_cost_and_what_it_is_sold_for() -> None:
    own = PriceTable((Price("+33", "France", 100_000),))
    assert price_call("+33142345678", 90, LIST, own) == PricedCall("France", 90, eur(2), eur(15))
    assert price_call("+420777123456", 60, LIST, own) == PricedCall("Tchéquie", 60, eur(10), None)
    assert price_call("+44207946000", 60, LIST, own) is None


def test_CS_11_the_margin_of_a_destination_is_what_was_sold_less_what_it_cost() -> None:
    france, mobile = margins(
        [
            PricedCall("France", 60, eur(2), eur(10)),
            PricedCall("France mobile", 60, eur(12), eur(10)),
            PricedCall("France", 30, eur(1), eur(5)),
            PricedCall("France", 30, eur(1), None),
        ]
    )
    assert (france.destination, france.calls, france.seconds, france.not_sold) == ("France", 3, 120, 1)
    assert (france.cost, france.sold, france.margin, france.percent) == (eur(4), eur(15), eur(12), 80)
    assert (mobile.margin, mobile.percent) == (eur(-2), -20)
    assert margins([PricedCall("x", 1, eur(1), eur(0))])[0].percent is None
    assert margins([]) == ()


@given(
    st.lists(
        st.builds(
            PricedCall,
            st.sampled_from("ab"),
            st.integers(1, 99),
            st.integers(0, 999).map(eur),
            st.none() | st.integers(0, 999).map(eur),
        )
    )
)
def test_CS_11_margins_add_up_to_their_calls(calls: list[PricedCall]) -> None:
    found = margins(calls)
    assert sum(one.cost.minor for one in found) == sum(call.cost.minor for call in calls)
    sold = [call for call in calls if call.sold is not None]
    assert sum(one.margin.minor for one in found) == sum(
        call.sold.minor - call.cost.minor for call in sold if call.sold is not None
    )
    assert sum(one.calls for one in found) == len(calls)


def test_CS_12_calls_in_progress_have_cost_something_that_the_balance_lacks() -> None:
    calls = [
        RunningCall("+33612345678", NOW - timedelta(seconds=60)),
        RunningCall("+420777123456", NOW - timedelta(seconds=1)),
        RunningCall("+44207946000", NOW - timedelta(seconds=60)),
    ]
    found = running(iter(calls), LIST, NOW)
    assert (found.calls, found.cost, found.without_price, found.as_of) == (3, eur(22), 1, NOW)
    assert running([], EMPTY, NOW).cost == eur(0)
