from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.vodafone_cz_proration import (
    NUMBER_CANCELLATION,
    Activation,
    Cancellation,
    DatedBy,
    NoPrice,
    Period,
    Tariff,
    Terms,
    Unquoted,
    activate_tariff,
    billing_period,
    cancel_tariff,
    change_tariff,
    day_that_counts,
    fee_share,
    unit_share,
)
from ivr.accounts.rules.vodafone_cz_tariffs import GROUPS, Group, GroupFault, group_faults, group_of
from ivr.money import Money

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
RED_PLUS = Tariff("red_plus", Money(49900), {"seconds": 6000, "kilobytes": 10_000}, Group.PROPORTIONAL)
FOR_TWO = Tariff("red_plus_pro_dva", Money(99900), {"seconds": 60_000}, Group.FULL)

shares = st.integers(1, 31).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tariffs = st.builds(
    Tariff,
    st.sampled_from(sorted(GROUPS)),
    st.builds(Money, st.integers(0, 10**7)),
    st.dictionaries(st.sampled_from(["seconds", "sms", "kilobytes"]), st.integers(0, 10**9)),
    st.sampled_from(Group),
)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("fee", "used", "of", "part"),
    [(49900, 10, 31, 16097), (49900, 1, 28, 1782), (30000, 17, 30, 17000), (14900, 31, 31, 14900)],
)
def test_VP_04_fees_are_rounded_half_up_to_a_haler_at_the_end(
    fee: int, used: int, of: int, part: int
) -> None:
    assert fee_share(Money(fee), used, of) == Money(part)


@pytest.mark.parametrize(
    ("units", "used", "of", "part"), [(100, 13, 30, 43), (6000, 13, 30, 2600), (1, 15, 30, 1), (3, 5, 30, 1)]
)
def test_VP_04_units_are_rounded_half_up_to_whole_ones(units: int, used: int, of: int, part: int) -> None:
    assert unit_share(units, used, of) == part


@given(st.integers(0, 10**12), shares)
def test_VP_04_a_part_is_off_by_half_a_unit_at_most(units: int, share: tuple[int, int]) -> None:
    used, of = share
    error = 2 * (unit_share(units, used, of) * of - units * used)
    assert -of < error <= of


@pytest.mark.parametrize(("used", "of", "units"), [(-1, 30, 1), (31, 30, 1), (0, 0, 1), (1, 30, -1)])
def test_VP_04_there_is_no_part_of_nothing_and_none_larger_than_the_whole(
    used: int, of: int, units: int
) -> None:
    with pytest.raises(ValueError, match="not more than all"):
        unit_share(units, used, of)


def test_VP_01_the_first_fee_is_proportional() -> None:
    assert activate_tariff(RED_PLUS, date(2026, 6, 14), JUNE).fee == Money(28277)  # 17 days of 30


def test_VP_02_the_first_units_are_proportional() -> None:
    assert activate_tariff(RED_PLUS, date(2026, 6, 14), JUNE).units == {"seconds": 3400, "kilobytes": 5667}


def test_VP_03_the_day_of_activation_counts_for_fee_and_units() -> None:
    first = activate_tariff(RED_PLUS, date(2026, 6, 14), JUNE)
    assert (first.days, first.of_days) == (17, 30)


def test_VP_05_on_the_first_day_all_and_on_the_last_one_part() -> None:
    assert activate_tariff(RED_PLUS, JUNE.from_on, JUNE) == Activation(RED_PLUS.fee, RED_PLUS.units, 30, 30)
    last = activate_tariff(RED_PLUS, date(2026, 6, 30), JUNE)
    assert last == Activation(Money(1663), {"seconds": 200, "kilobytes": 333}, 1, 30)


def test_VP_10_group_p_pays_for_the_days_used_and_loses_its_units() -> None:
    left = {"seconds": 1234}
    ended = cancel_tariff(RED_PLUS, date(2025, 1, 1), date(2026, 6, 14), JUNE, left)
    assert ended == Cancellation(Money(21623), left, 13, 30)
    changed = change_tariff(RED_PLUS, FOR_TWO, date(2025, 1, 1), date(2026, 6, 14), JUNE, left)
    assert changed.new.units == {"seconds": 34_000}


def test_VP_11_group_f_pays_the_whole_fee_and_loses_its_units() -> None:
    left = {"seconds": 1234}
    ended = cancel_tariff(FOR_TWO, date(2026, 6, 10), date(2026, 6, 14), JUNE, left)
    assert ended == Cancellation(Money(99900), left, 4, 30, whole=True)


def test_VP_11_on_the_first_day_of_a_period_the_old_tariff_was_in_use_on_no_day_of_it() -> None:
    ended = cancel_tariff(FOR_TWO, date(2025, 1, 1), JUNE.from_on, JUNE, {})
    assert ended == Cancellation(Money(0), {}, 0, 30)


@pytest.mark.parametrize(
    "code",
    [
        *("red_2013", "business_red_2013", "odepis", "mezi_nami", "ferove_tarify", "tarif_na_miru_special"),
        *("sdileny_pro_podnikani", "start", "red_lte", "business_red_lte", "smart", "business_smart"),
        *("start_100", "start_200", "start_500", "red_naplno", "red_plus", "business_red_plus"),
        *("neomezene_v_siti", "neomezene_do_vsech_siti"),
    ],
)
def test_VP_12_group_p_is_these(code: str) -> None:
    assert group_of(code) is Group.PROPORTIONAL
    assert sum(group is Group.PROPORTIONAL for group in GROUPS.values()) == 20


@pytest.mark.parametrize(
    "code",
    [
        *(
            "start_130",
            "start_250",
            "red_basic",
            "red_standard",
            "red_extra",
            "red_maxi",
            "business_red_basic",
        ),
        *("business_red_standard", "business_red_extra", "business_red_maxi", "business_red_super"),
        *("vodafone_neomezeny", "jetovtobe", "data_10_gb", "red_plus_pro_dva"),
    ],
)
def test_VP_13_group_f_is_these(code: str) -> None:
    assert group_of(code) is Group.FULL
    assert sum(group is Group.FULL for group in GROUPS.values()) == 15


@pytest.mark.parametrize("code", ["red_2013", "red_lte", "smart", "red_plus", "red_basic", "red_maxi"])
def test_VP_14_business_in_brackets_is_both(code: str) -> None:
    assert group_of(code) is group_of(f"business_{code}")


def test_VP_14_business_red_super_is_only_business() -> None:
    assert group_of("red_super") is None


@pytest.mark.parametrize(
    ("proportional", "full"),
    [
        ("red_plus", "red_plus_pro_dva"),
        ("start", "start_130"),
        ("start_100", "start_250"),
        ("red_2013", "red_basic"),
    ],
)
def test_VP_15_tariffs_whose_names_begin_alike_are_in_different_groups(proportional: str, full: str) -> None:
    assert (group_of(proportional), group_of(full)) == (Group.PROPORTIONAL, Group.FULL)


@given(st.sampled_from(sorted(GROUPS)), st.text("XYZ +-", min_size=1))
def test_VP_15_the_beginning_of_a_code_says_nothing(code: str, more: str) -> None:
    assert group_of(code + more) is None


def test_VP_16_the_shared_tariff_and_start_are_two_tariffs() -> None:
    assert group_of("sdileny_pro_podnikani") is group_of("start") is Group.PROPORTIONAL


def test_VP_17_a_tariff_in_neither_list_has_no_price() -> None:
    unknown = Tariff("start_999", Money(10000), {}, group_of("start_999"))
    ended = cancel_tariff(unknown, date(2026, 1, 1), date(2026, 6, 14), JUNE, {})
    assert ended == Unquoted(NoPrice.TARIFF_WITHOUT_GROUP)


def test_VP_17_a_check_of_the_store_finds_tariffs_without_a_group_and_in_another_one() -> None:
    stored = {
        "red_plus": Group.PROPORTIONAL,
        "start_999": None,
        "jetovtobe": Group.PROPORTIONAL,
        "own": Group.FULL,
    }
    assert group_faults(stored) == (
        GroupFault("start_999", None, None),
        GroupFault("jetovtobe", Group.PROPORTIONAL, Group.FULL),
    )


@given(tariffs, tariffs, days, st.integers(1, 28))
def test_VP_18_the_days_of_both_tariffs_add_up_to_the_period(
    old: Tariff, new: Tariff, day: date, start: int
) -> None:
    period = billing_period(day, start)
    changed = change_tariff(old, new, period.from_on - timedelta(days=40), day, period, {})
    assert isinstance(changed.old, Cancellation)
    assert changed.old.days + changed.new.days == period.days == changed.new.of_days


@given(tariffs, days, st.integers(1, 28), st.integers(0, 30))
def test_VP_18_a_change_to_a_tariff_of_the_same_price_costs_one_month_and_a_haler_at_most(
    tariff: Tariff, day: date, start: int, held: int
) -> None:
    period = billing_period(day, start)
    changed = change_tariff(tariff, tariff, period.from_on, day, period, {})
    assert isinstance(changed.old, Cancellation)
    if not changed.old.whole:
        total = changed.old.fee + changed.new.fee
        assert 0 <= (total - tariff.fee).minor <= 1
    late = cancel_tariff(tariff, period.from_on + timedelta(days=held), day, period, {})
    assert isinstance(late, Cancellation)
    assert Money(0) <= late.fee <= tariff.fee


@given(days, st.integers(1, 28))
def test_every_day_is_in_one_period_and_the_next_begins_where_it_ends(day: date, start: int) -> None:
    """VP-18."""
    period = billing_period(day, start)
    assert period.from_on <= day < period.to_on
    assert period.from_on.day == period.to_on.day == start
    assert billing_period(period.to_on, start).from_on == period.to_on
    assert 28 <= period.days <= 31


@pytest.mark.parametrize("day", ["2026-05-31", "2026-07-01"])
def test_VP_18_a_change_outside_the_period_is_a_mistake_of_who_asks(day: str) -> None:
    with pytest.raises(ValueError, match="not in the period"):
        change_tariff(RED_PLUS, FOR_TWO, date(2025, 1, 1), date.fromisoformat(day), JUNE, {})


def test_VP_34_the_day_on_which_a_change_takes_effect_counts_unless_set_otherwise() -> None:
    ordered, effective = date(2026, 6, 10), date(2026, 7, 1)
    assert day_that_counts(ordered, effective, Terms()) == effective
    assert day_that_counts(ordered, effective, Terms(dated_by=DatedBy.ORDER)) == ordered


def test_VP_34_what_it_costs_to_cancel_a_number_is_not_said() -> None:
    assert Unquoted(NoPrice.NUMBER_CANCELLATION) == NUMBER_CANCELLATION
