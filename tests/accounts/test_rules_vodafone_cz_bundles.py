from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.vodafone_cz_bundles import (
    Bundle,
    Family,
    Renewal,
    Share,
    activate_bundle,
    activation_share,
    cancel_bundle,
    cancellation_share,
    month_from,
    renewal_after,
    renewals,
)
from ivr.accounts.rules.vodafone_cz_proration import (
    Activation,
    Cancellation,
    NoPrice,
    Period,
    Unquoted,
)
from ivr.money import Money

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
MID_JUNE = date(2026, 6, 16)
BY_PERIOD, BY_DATE, ONCE = Renewal.BILLING_PERIOD, Renewal.ACTIVATION_DATE, Renewal.ONCE
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def bundle(family: Family, renewal: Renewal = BY_PERIOD) -> Bundle:
    return Bundle("b", family, renewal, Money(10000), {"kilobytes": 1000})


def test_VP_20_a_bundle_begins_with_a_part_of_its_fee_and_units() -> None:
    first = activate_bundle(bundle(Family.OTHER), MID_JUNE, JUNE)
    assert first == Activation(Money(5000), {"kilobytes": 500}, 15, 30)


@pytest.mark.parametrize("family", Family)
def test_VP_21_what_renews_by_its_activation_date_is_paid_whole(family: Family) -> None:
    first = activate_bundle(bundle(family, BY_DATE), MID_JUNE, JUNE)
    assert isinstance(first, Activation)
    assert (first.fee, first.whole) == (Money(10000), True)


def test_VP_21_bundles_to_a_card_are_paid_whole() -> None:
    assert activation_share(Family.CARD, BY_PERIOD) is Share.WHOLE


def test_VP_22_an_enlargement_of_data_is_paid_whole() -> None:
    first = activate_bundle(bundle(Family.DATA_ENLARGEMENT), MID_JUNE, JUNE)
    assert isinstance(first, Activation)
    assert first.fee == Money(10000)


def test_VP_23_who_pays_the_whole_fee_has_all_units() -> None:
    for paid_whole in (bundle(Family.OTHER, BY_DATE), bundle(Family.DATA_ENLARGEMENT)):
        first = activate_bundle(paid_whole, date(2026, 6, 30), JUNE)
        assert isinstance(first, Activation)
        assert first.units == paid_whole.units


def test_VP_24_the_day_of_activation_is_kept_through_shorter_months() -> None:
    assert renewals(date(2026, 1, 31), 3) == (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
    assert renewals(date(2028, 1, 31), 1) == (date(2028, 2, 29),)


@given(days, st.integers(0, 40))
def test_VP_24_from_renewal_to_renewal_is_the_same_row_of_days(activated_on: date, count: int) -> None:
    row = (activated_on, *renewals(activated_on, count))
    for before, after in pairwise(row):
        assert renewal_after(before, activated_on.day) == after
        assert renewal_after(after - timedelta(days=1), activated_on.day) == after
        assert month_from(before, activated_on.day) == Period(before, after)
        assert month_from(after - timedelta(days=1), activated_on.day) == Period(before, after)


def test_VP_25_how_a_bundle_renews_is_a_field_and_its_name_says_nothing() -> None:
    same_name = [bundle(Family.ROAMING, renewal) for renewal in (BY_PERIOD, BY_DATE)]
    fees = [activate_bundle(one, MID_JUNE, JUNE) for one in same_name]
    assert [isinstance(fee, Activation) and fee.whole for fee in fees] == [False, True]


@pytest.mark.parametrize("family", [Family.LTE, Family.OTHER])
def test_VP_30_a_cancelled_bundle_costs_the_days_used(family: Family) -> None:
    ended = cancel_bundle(bundle(family), date(2026, 1, 1), MID_JUNE, JUNE, {})
    assert ended == Cancellation(Money(5000), {}, 15, 30)


@pytest.mark.parametrize(
    "family",
    [Family.DATA, Family.ROAMING, Family.CALLS_ABROAD, Family.MMS, Family.CARD, Family.DATA_ENLARGEMENT],
)
def test_VP_31_the_exceptions_cost_the_whole_month(family: Family) -> None:
    ended = cancel_bundle(bundle(family), date(2026, 1, 1), MID_JUNE, JUNE, {})
    assert ended == Cancellation(Money(10000), {}, 15, 30, whole=True)


@pytest.mark.parametrize("family", Family)
def test_VP_31_a_bundle_in_use_on_no_day_of_the_period_costs_nothing(family: Family) -> None:
    ended = cancel_bundle(bundle(family), date(2026, 1, 1), JUNE.from_on, JUNE, {})
    assert ended == Cancellation(Money(0), {}, 0, 30)


def test_VP_32_units_left_are_lost() -> None:
    left = {"kilobytes": 77}
    for family in (Family.OTHER, Family.DATA):
        ended = cancel_bundle(bundle(family), date(2026, 1, 1), MID_JUNE, JUNE, left)
        assert isinstance(ended, Cancellation)
        assert ended.lost == left


def test_VP_33_a_plain_data_bundle_begins_with_a_part_and_ends_with_the_whole() -> None:
    data = bundle(Family.DATA)
    first = activate_bundle(data, MID_JUNE, JUNE)
    ended = cancel_bundle(data, date(2026, 1, 1), MID_JUNE, JUNE, {})
    assert isinstance(first, Activation) and isinstance(ended, Cancellation)
    assert (first.fee, ended.fee) == (Money(5000), Money(10000))


def test_VP_30_a_bundle_renewed_by_date_is_counted_in_its_own_month() -> None:
    own_month = month_from(date(2026, 6, 20), anchor_day=15)
    ended = cancel_bundle(bundle(Family.OTHER, BY_DATE), date(2026, 1, 15), date(2026, 6, 21), own_month, {})
    assert ended == Cancellation(Money(2000), {}, 6, 30)


def test_VP_34_a_bundle_that_does_not_renew_has_no_price_on_the_page() -> None:
    assert activate_bundle(bundle(Family.DATA, ONCE), MID_JUNE, JUNE) == Unquoted(NoPrice.ONE_TIME_BUNDLE)
    ended = cancel_bundle(bundle(Family.DATA, ONCE), MID_JUNE, MID_JUNE, JUNE, {})
    assert ended == Unquoted(NoPrice.ONE_TIME_BUNDLE)


@pytest.mark.parametrize("day", ["2026-05-31", "2026-07-02"])
def test_VP_20_a_day_outside_the_period_is_a_mistake_of_who_asks(day: str) -> None:
    for outside in (
        lambda: activate_bundle(bundle(Family.OTHER), date.fromisoformat(day), JUNE),
        lambda: cancel_bundle(bundle(Family.OTHER), JUNE.from_on, date.fromisoformat(day), JUNE, {}),
    ):
        with pytest.raises(ValueError, match="not in the period"):
            outside()


def test_VP_33_every_family_and_renewal_has_its_two_shares() -> None:
    whole = {
        (family, renewal): (activation_share(family, renewal), cancellation_share(family))
        for family, renewal in product(Family, (BY_PERIOD, BY_DATE))
    }
    part_then_part = [
        pair for pair, both in whole.items() if both == (Share.PROPORTIONAL, Share.PROPORTIONAL)
    ]
    assert part_then_part == [(Family.LTE, BY_PERIOD), (Family.OTHER, BY_PERIOD)]
