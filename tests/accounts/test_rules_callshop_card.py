from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callshop_card import (
    AMOUNTS,
    LEVELS,
    WEEK,
    AutoTopUp,
    CardPayment,
    PaymentStatus,
    Skip,
    SkipWhy,
    TopUpNow,
    ceiling_free_at,
    due,
    fired,
    paid_in_week,
    payment_ended,
)
from ivr.money import Money

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


NOTHING = eur("0")
AUTO = AutoTopUp(eur("50"), eur("500"))


def payment(
    age: timedelta, amount: str = "500", status: PaymentStatus = PaymentStatus.SETTLED
) -> CardPayment:
    return CardPayment(NOW - age, eur(amount), status)


payments = st.lists(
    st.builds(
        CardPayment,
        st.timedeltas(timedelta(0), timedelta(days=10)).map(lambda age: NOW - age),
        st.sampled_from(AMOUNTS),
        st.sampled_from(PaymentStatus),
    ),
    max_size=8,
)


@pytest.mark.parametrize("level", ["50", "80", "150"])
@pytest.mark.parametrize("amount", ["500", "1000", "2000"])
def test_CS_21_level_and_amount_are_chosen_apart(level: str, amount: str) -> None:
    auto = AutoTopUp(eur(level), eur(amount))
    assert due(eur("1000"), eur(level), auto, NOTHING, False) == TopUpNow(eur(amount))


@pytest.mark.parametrize(
    ("level", "amount"),
    [("49.99", "500"), ("100", "500"), ("0", "500"), ("50", "501"), ("50", "0"), ("500", "50")],
)
def test_CS_21_any_other_value_is_refused_in_words(level: str, amount: str) -> None:
    with pytest.raises(ValueError, match=r"EUR or \d+\.00 EUR, not"):
        AutoTopUp(eur(level), eur(amount))


def test_CS_21_levels_in_another_currency_are_refused() -> None:
    with pytest.raises(ValueError, match=r"not 50\.00 CZK"):
        AutoTopUp(Money(5000), eur("500"))
    with pytest.raises(ValueError, match="ceiling"):
        AutoTopUp(eur("50"), eur("500"), eur("0"))


@pytest.mark.parametrize(
    ("after", "fires"), [("50.01", False), ("50.00", True), ("49.99", True), ("-3.00", True)]
)
def test_CS_25_the_top_up_fires_at_the_level(after: str, fires: bool) -> None:
    assert due(eur("60"), eur(after), AUTO, NOTHING, False) == (TopUpNow(eur("500")) if fires else None)


def test_CS_22_it_fires_on_the_way_down_and_only_then() -> None:
    assert due(eur("50.00"), eur("49.99"), AUTO, NOTHING, False) is None  # reached before
    assert due(eur("10"), eur("40"), AUTO, NOTHING, False) is None  # rising
    assert due(eur("10"), eur("510"), AUTO, NOTHING, False) is None


def test_CS_22_a_standing_order_given_below_its_level_fires_at_once() -> None:
    assert due(None, eur("20"), AUTO, NOTHING, False) == TopUpNow(eur("500"))
    assert due(None, eur("50.01"), AUTO, NOTHING, False) is None


def test_CS_22_a_second_top_up_waits_for_the_first() -> None:
    waiting = Skip(eur("500"), SkipWhy.STILL_PENDING)
    assert due(eur("60"), eur("50"), fired(AUTO), NOTHING, False) == waiting
    assert due(eur("60"), eur("50"), AUTO, NOTHING, True) == waiting


@pytest.mark.parametrize("status", PaymentStatus)
def test_CS_22_it_is_armed_again_when_the_payment_is_settled_or_failed(status: PaymentStatus) -> None:
    ended = status in (PaymentStatus.SETTLED, PaymentStatus.FAILED)
    assert payment_ended(fired(AUTO), status).armed is ended
    assert payment_ended(AUTO, status).armed


def test_CS_23_a_top_up_that_would_pass_the_ceiling_is_left_out() -> None:
    skip = Skip(eur("500"), SkipWhy.CEILING)
    assert due(eur("60"), eur("50"), AUTO, eur("1500.01"), False) == skip
    assert due(eur("60"), eur("50"), AUTO, eur("1500.00"), False) == TopUpNow(eur("500"))


def test_CS_25_500_after_1600_in_the_week_is_skipped_under_a_ceiling_of_2000() -> None:
    auto = AutoTopUp(eur("50"), eur("500"), ceiling=eur("2000"))
    paid = paid_in_week([payment(timedelta(days=2), "1600")], NOW)
    assert due(eur("60"), eur("50"), auto, paid, False) == Skip(eur("500"), SkipWhy.CEILING)


def test_CS_24_a_skipped_top_up_is_whole_and_never_cut_down() -> None:
    found = due(eur("60"), eur("50"), AutoTopUp(eur("50"), eur("2000")), eur("0.01"), False)
    assert found == Skip(eur("2000"), SkipWhy.CEILING)


def test_CS_24_the_week_is_seven_times_24_hours_back_from_now() -> None:
    assert paid_in_week([payment(WEEK)], NOW) == NOTHING
    assert paid_in_week([payment(WEEK - timedelta(microseconds=1))], NOW) == eur("500")
    assert paid_in_week([payment(timedelta(0))], NOW) == eur("500")
    assert paid_in_week([payment(-timedelta(seconds=5))], NOW) == eur("500")  # a clock that runs ahead


def test_CS_24_the_week_is_168_hours_over_a_clock_change_too() -> None:
    paris = ZoneInfo("Europe/Paris")
    now = datetime(2026, 10, 28, 12, 0, tzinfo=paris)  # the week before had an hour more
    at = datetime(2026, 10, 21, 12, 30, tzinfo=paris)
    assert paid_in_week([CardPayment(at, eur("500"), PaymentStatus.SETTLED)], now) == NOTHING


def test_CS_24_what_may_still_settle_weighs_and_what_failed_does_not() -> None:
    each = [payment(timedelta(days=1), "500", status) for status in PaymentStatus]
    assert paid_in_week(each, NOW) == eur("1000")


@given(payments)
def test_CS_24_a_top_up_that_fits_never_passes_the_ceiling(made: list[CardPayment]) -> None:
    paid = paid_in_week(made, NOW)
    found = due(eur("60"), eur("50"), AUTO, paid, False)
    assert isinstance(found, TopUpNow) == (paid + AUTO.amount <= AUTO.ceiling)


@given(payments, st.sampled_from(AMOUNTS))
def test_CS_24_the_ceiling_is_free_again_when_it_says(made: list[CardPayment], amount: Money) -> None:
    auto = AutoTopUp(eur("50"), amount)
    free = ceiling_free_at(made, auto, NOW)
    assert free is not None
    assert NOW <= free <= NOW + WEEK
    assert paid_in_week(made, free) + amount <= auto.ceiling
    if free > NOW:
        assert paid_in_week(made, free - timedelta(microseconds=1)) + amount > auto.ceiling


def test_CS_24_an_amount_above_the_ceiling_never_fits() -> None:
    assert ceiling_free_at([], AutoTopUp(eur("50"), eur("2000"), eur("1999.99")), NOW) is None


@given(st.sampled_from(LEVELS), st.lists(st.integers(-40_000, 20_000), min_size=1, max_size=30))
def test_CS_22_one_fall_through_the_level_charges_once(level: Money, changes: list[int]) -> None:
    """However the balance moves, each charge answers a fall of its own, and never two are open."""
    auto, balance, charges, falls = AutoTopUp(level, eur("500")), eur("200"), 0, 0
    for change in changes:
        before, balance = balance, balance + Money(change, "EUR")
        falls += balance <= level < before
        decision = due(before, balance, auto, NOTHING, not auto.armed)
        if isinstance(decision, TopUpNow):
            assert auto.armed
            charges, auto = charges + 1, fired(auto)
        elif change % 3 == 0:
            auto = payment_ended(auto, PaymentStatus.FAILED)
    assert charges <= falls
