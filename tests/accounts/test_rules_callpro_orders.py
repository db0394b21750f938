from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.rules.callpro_commands import Command, Fault, Refusal, Tariff
from ivr.accounts.rules.callpro_orders import (
    AlreadyOrdered,
    Order,
    OrderState,
    OrderTerms,
    Services,
    apply,
    begin_month,
    finish,
    place,
    refill,
    services_on,
    state,
)
from ivr.accounts.rules.callpro_replies import reply, reply_when_finished
from ivr.accounts.rules.callpro_sms import read

PRAGUE = ZoneInfo("Europe/Prague")
TERMS = OrderTerms()
NOON = datetime(2026, 11, 22, 12, tzinfo=PRAGUE)
HAS_150 = Services(Tariff.TWO_HUNDRED, data_mb=150, volume_mb=150)

FORMS = [
    *(
        "ZMENA CALLPRO;-) BEZ DAT",
        "ZMENA CALLPRO;-) DATA150 V SITI ZDARMA",
        "ZMENA DATA600",
        "ZMENA BEZ V SITI",
    ),
    *(
        "UP 150",
        "UP 600",
        "UP LTE",
        "UP BEZ LTE",
        "UP 100 SMS",
        "UP BEZ 100 SMS",
        "OBNOV DATA",
        "OBNOV DATA 300",
    ),
]
moments = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def command(text: str) -> Command:
    read_as = read(text)
    assert not isinstance(read_as, Refusal)
    return read_as


def placed(text: str, services: Services = HAS_150, at: datetime = NOON) -> Order:
    order = place(command(text), services, (), at, TERMS)
    assert isinstance(order, Order)
    return order


def done(text: str, services: Services = HAS_150, at: datetime = NOON) -> Order:
    return finish(placed(text, services, at), at + timedelta(hours=1), done=True)


def test_CP_52_an_order_not_carried_out_within_24_hours_has_failed() -> None:
    order = placed("UP 600")
    last_moment = order.due_at - timedelta(microseconds=1)
    assert order.due_at - order.received_at == timedelta(hours=24)
    assert state(order, last_moment) is OrderState.OPEN
    assert state(order, order.due_at) is OrderState.FAILED
    assert state(finish(order, last_moment, done=True), order.due_at) is OrderState.DONE


def test_CP_52_an_order_carried_out_too_late_has_failed_and_stays_so() -> None:
    late = finish(placed("UP 600"), NOON + timedelta(hours=25), done=True)
    assert state(late, NOON + timedelta(days=9)) is OrderState.FAILED
    assert finish(late, NOON, done=True) == late


def test_CP_52_there_are_24_hours_as_well_when_the_clocks_change() -> None:
    order = placed("UP 600", at=datetime(2026, 3, 28, 12, tzinfo=PRAGUE))
    assert order.due_at == datetime(2026, 3, 29, 13, tzinfo=PRAGUE)


def test_CP_53_the_month_is_that_of_the_sms_and_not_of_the_work() -> None:
    order = placed("ZMENA DATA600", at=datetime(2026, 12, 31, 23, 59, tzinfo=PRAGUE))
    assert order.effective_on == date(2027, 1, 1)
    worked = finish(order, datetime(2027, 1, 1, 8, tzinfo=PRAGUE), done=True)
    assert worked.effective_on == date(2027, 1, 1)


def test_CP_53_the_month_is_counted_in_prague() -> None:
    before_utc_midnight = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert placed("ZMENA DATA600", at=before_utc_midnight).effective_on == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("text", "effective_on"),
    [
        pytest.param("ZMENA CALLPRO;-) BEZ DAT", "2026-12-01", id="CP-S1"),
        pytest.param("ZMENA CallPro;-) DATA150 V SITI ZDARMA", "2026-12-01", id="CP-S2"),
        pytest.param("ZMENA DATA600", "2026-12-01", id="CP-S3"),
        pytest.param("UP 150", "2026-11-22", id="CP-S4a"),
        pytest.param("UP LTE", "2026-11-22", id="CP-S4e"),
        pytest.param("UP 100 SMS", "2026-12-01", id="CP-S5a"),
        pytest.param("UP BEZ 100 SMS", "2026-12-01", id="CP-S5b"),
        pytest.param("OBNOV DATA", "2026-11-22", id="CP-S6"),
        pytest.param("UP BEZ LTE", "2026-12-01", id="CP-60"),
    ],
)
def test_CP_54_each_form_takes_effect_when_the_page_says(text: str, effective_on: str) -> None:
    assert placed(text).effective_on == date.fromisoformat(effective_on)


def test_CP_S7_another_size_is_renewed_once_and_the_bundle_is_back_next_month() -> None:
    order = done("OBNOV DATA 600", at=datetime(2016, 4, 10, 12, tzinfo=PRAGUE))
    assert refill(order.command, HAS_150) == 600
    assert apply(order, HAS_150) == replace(HAS_150, volume_mb=600)
    assert services_on(HAS_150, date(2016, 4, 1), [order], date(2016, 4, 30)).volume_mb == 600
    assert services_on(HAS_150, date(2016, 4, 1), [order], date(2016, 5, 1)) == HAS_150


def test_CP_55_from_may_2016_data_is_renewed_in_its_original_size() -> None:
    order = placed("OBNOV DATA")
    assert refill(order.command, HAS_150) == 150
    assert place(command("OBNOV DATA 150"), HAS_150, (), NOON, TERMS) == order


def test_CP_56_the_last_second_of_april_2016_in_prague_decides() -> None:
    first_of_may = datetime(2016, 4, 30, 22, tzinfo=UTC)
    before = place(command("OBNOV DATA 600"), HAS_150, (), first_of_may - timedelta(seconds=1), TERMS)
    assert isinstance(before, Order)
    after = place(command("OBNOV DATA 600"), HAS_150, (), first_of_may, TERMS)
    assert after == Refusal(Fault.ONLY_ORIGINAL_SIZE, ("OBNOV DATA",))


def test_without_a_data_bundle_there_is_nothing_to_renew() -> None:
    """CP-S6."""
    nothing = Services(Tariff.SMILEY)
    assert place(command("OBNOV DATA"), nothing, (), NOON, TERMS) == Refusal(
        Fault.NO_DATA_BUNDLE, ("UP 150",)
    )
    assert place(command("OBNOV DATA 600"), nothing, (), NOON, TERMS) == Refusal(
        Fault.NO_DATA_BUNDLE, ("UP 600",)
    )


def test_CP_59_what_a_change_does_not_name_stays() -> None:
    full = Services(Tariff.TWO_HUNDRED, 600, 600, lte=True, sms_100=True, in_network=True)
    assert apply(placed("ZMENA CALLPRO;-)"), full) == replace(full, tariff=Tariff.SMILEY)
    assert apply(placed("ZMENA DATA150"), full) == replace(full, data_mb=150, volume_mb=150)
    assert apply(placed("ZMENA BEZ DAT"), full) == replace(full, data_mb=0, volume_mb=0)
    assert apply(placed("ZMENA BEZ V SITI"), full) == replace(full, in_network=False)
    assert apply(placed("UP BEZ 100 SMS"), full) == replace(full, sms_100=False)
    assert apply(placed("UP BEZ LTE"), full) == replace(full, lte=False)


def test_CP_60_our_own_forms_can_be_switched_off() -> None:
    published_only = OrderTerms(our_forms=False)
    answer = place(command("UP BEZ LTE"), HAS_150, (), NOON, published_only)
    assert answer == Refusal(Fault.NOT_OFFERED, ())
    assert isinstance(place(command("UP LTE"), HAS_150, (), NOON, published_only), Order)


def test_CP_65_the_same_command_while_the_first_is_open_is_not_booked_again() -> None:
    first = placed("ZMENA DATA600")
    again = place(command("změna data 600"), HAS_150, [first.command], NOON, TERMS)
    assert again == AlreadyOrdered(first.command)
    assert isinstance(place(command("ZMENA DATA150"), HAS_150, [first.command], NOON, TERMS), Order)


def test_CP_65_a_renewal_in_its_own_size_is_the_same_command_as_one_without_a_size() -> None:
    first = placed("OBNOV DATA")
    assert isinstance(place(command("OBNOV DATA 150"), HAS_150, [first.command], NOON, TERMS), AlreadyOrdered)


def test_CP_65_up_puts_its_bundle_in_place_of_the_active_one() -> None:
    order = placed("UP 600")
    assert apply(order, HAS_150) == replace(HAS_150, data_mb=600, volume_mb=600)
    assert refill(order.command, HAS_150) == 600


def test_CP_65_up_with_an_active_bundle_can_be_refused_instead() -> None:
    answer = place(command("UP 600"), HAS_150, (), NOON, OrderTerms(up_replaces=False))
    assert answer == Refusal(Fault.BUNDLE_ACTIVE, ("ZMENA DATA600",))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        place(command("UP LTE"), HAS_150, (), datetime(2026, 1, 1), TERMS)


def test_orders_hold_in_the_order_of_their_days_and_only_when_they_are_done() -> None:
    orders = [
        done("ZMENA CALLPRO;-) DATA2000", at=datetime(2026, 11, 10, 9, tzinfo=PRAGUE)),
        done("ZMENA DATA1000", at=datetime(2026, 11, 11, 9, tzinfo=PRAGUE)),
        done("UP 600", at=datetime(2026, 11, 15, 9, tzinfo=PRAGUE)),
        placed("UP LTE"),
    ]
    had_on = date(2026, 11, 1)
    assert services_on(HAS_150, had_on, orders, date(2026, 11, 14)) == HAS_150
    assert services_on(HAS_150, had_on, orders, date(2026, 11, 30)).data_mb == 600
    december = services_on(HAS_150, had_on, orders, date(2026, 12, 1))
    assert december == Services(Tariff.SMILEY, 1000, 1000)


@given(
    st.dictionaries(moments, st.sampled_from(FORMS), max_size=8), moments, st.randoms(use_true_random=False)
)
def test_CP_53_in_which_order_the_work_is_done_changes_nothing(
    sent: dict[datetime, str], now: datetime, chance: Random
) -> None:
    placed_orders = [place(command(text), HAS_150, (), at, TERMS) for at, text in sent.items()]
    orders = [
        finish(order, order.received_at + timedelta(hours=3), done=True)
        for order in placed_orders
        if isinstance(order, Order)
    ]
    shuffled = chance.sample(orders, len(orders))
    start, day = date(2014, 12, 1), now.date()
    assert services_on(HAS_150, start, orders, day) == services_on(HAS_150, start, shuffled, day)


@given(st.sampled_from(FORMS), moments, moments)
def test_CP_52_every_order_is_done_or_failed_once_its_time_is_up(
    text: str, at: datetime, now: datetime
) -> None:
    order = place(command(text), HAS_150, (), at, TERMS)
    if isinstance(order, Order):
        assert (state(order, now) is OrderState.OPEN) == (now < order.due_at)


@given(st.sampled_from(FORMS))
def test_CP_59_an_order_carried_out_twice_changes_nothing_more(text: str) -> None:
    order = placed(text, at=datetime(2016, 1, 1, tzinfo=UTC))
    once = apply(order, HAS_150)
    assert apply(order, once) == once
    assert begin_month(begin_month(once)) == begin_month(once)


@given(st.text() | st.sampled_from(FORMS), st.sampled_from([HAS_150, Services(None)]), moments)
def test_CP_62_every_sms_has_an_answer_that_fits_one_sms(text: str, services: Services, at: datetime) -> None:
    answer = read(text)
    if not isinstance(answer, Refusal):
        placed_order = place(answer, services, (), at, TERMS)
        assert reply(AlreadyOrdered(answer))
        if isinstance(placed_order, Order):
            for how in OrderState:
                ended = reply_when_finished(placed_order, how)
                assert (ended is None) == (how is OrderState.OPEN)
                assert len(ended or "") <= 160
        words = reply(placed_order)
    else:
        words = reply(answer)
    assert 0 < len(words) <= 160
    assert words.isascii()


@pytest.mark.parametrize("fault", Fault)
def test_CP_62_every_fault_has_words_and_names_a_form_where_there_is_one(fault: Fault) -> None:
    words = reply(Refusal(fault, ("ZMENA CALLPRO;-) DATA2000 V SITI ZDARMA",) * 4))
    assert "ZMENA CALLPRO;-) DATA2000 V SITI ZDARMA" in words
    assert len(words) <= 160
