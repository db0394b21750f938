from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.accounts.model import Account, Charging, Lot
from ivr.accounts.rules.calendar import add_months, local_day, period_before, period_of
from ivr.accounts.rules.callpro import OUTCOMES, ExpiryBase, Terms, lapsing, last_valid_day, tell
from ivr.money import Money

PRAGUE = ZoneInfo("Europe/Prague")
WHOLE, PER_LOT = Terms(), Terms(expiry=ExpiryBase.PER_LOT)
TODAY = date(2026, 11, 22)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
lots = st.lists(st.builds(Lot, st.builds(Money, st.integers(1, 10**7)), days), max_size=6).map(tuple)


def prepaid(balance: int, *lots: Lot, lapses: tuple[Lot, ...] = ()) -> Account:
    zero = Money(0)
    return Account(
        1, "+420777123456", Charging.PREPAID, "active", "cs", Money(balance), lots, lapses, zero, None
    )


def lot(amount: int, until: str) -> Lot:
    return Lot(Money(amount), date.fromisoformat(until))


@pytest.mark.parametrize(
    ("topped_up", "last_day"), [("2024-02-29", "2025-02-28"), ("2025-08-31", "2026-08-31")]
)
def test_CP_18_CP_20_credit_lasts_twelve_calendar_months_clamped(topped_up: str, last_day: str) -> None:
    at = datetime.fromisoformat(f"{topped_up}T12:00").replace(tzinfo=PRAGUE)
    assert last_valid_day(at, WHOLE) == date.fromisoformat(last_day)


def test_CP_20_credit_is_valid_through_the_last_second_in_prague() -> None:
    account = prepaid(23450, lot(23450, "2027-03-14"))
    last_second = datetime(2027, 3, 14, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Prague
    assert tell(account, local_day(last_second, "Europe/Prague"), WHOLE).outcome == "expiring"
    next_second = last_second + timedelta(seconds=1)
    assert tell(account, local_day(next_second, "Europe/Prague"), WHOLE).outcome == "expired"


def test_CP_20_the_day_of_a_top_up_is_prague_s_day() -> None:
    assert last_valid_day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), WHOLE) == date(2027, 7, 1)


def test_CP_19_a_top_up_extends_the_whole_balance() -> None:
    found = tell(prepaid(30000, lot(10000, "2026-12-31"), lot(20000, "2027-11-01")), TODAY, WHOLE)
    assert found.outcome == "prepaid"
    assert found.facts == {"credit": Money(30000), "valid_until": date(2027, 11, 1)}


def test_CP_19_a_top_up_never_shortens_what_was_promised() -> None:
    found = tell(prepaid(30000, lot(10000, "2029-12-31"), lot(20000, "2027-11-01")), TODAY, WHOLE)
    assert found.facts["valid_until"] == date(2029, 12, 31)


def test_CP_19_lots_end_on_their_own_and_the_oldest_is_spent_first() -> None:
    old, new = lot(10000, "2026-11-01"), lot(20000, "2027-11-01")
    assert lapsing(prepaid(25000, old, new), TODAY, PER_LOT) == (lot(5000, "2026-11-01"),)
    found = tell(prepaid(25000, old, new), TODAY, PER_LOT)
    assert found.facts == {"credit": Money(20000), "valid_until": date(2027, 11, 1)}
    assert lapsing(prepaid(15000, old, new), TODAY, PER_LOT) == ()


def test_CP_21_expired_credit_is_told_with_its_date_and_not_as_zero() -> None:
    found = tell(prepaid(12000, lot(12000, "2026-11-21")), TODAY, WHOLE)
    assert found.outcome == "expired"
    assert found.facts == {"valid_until": date(2026, 11, 21), "lapsed": Money(12000)}


def test_CP_21_it_is_still_told_after_the_expiry_was_booked() -> None:
    booked = prepaid(0, lot(12000, "2026-11-21"), lapses=(lot(12000, "2026-11-21"),))
    assert tell(booked, TODAY, WHOLE).outcome == "expired"


def test_an_account_topped_up_and_spent_since_an_expiry_is_empty_and_not_expired() -> None:
    spent = prepaid(0, lot(12000, "2025-11-21"), lot(5000, "2026-11-21"), lapses=(lot(12000, "2025-11-21"),))
    assert tell(spent, TODAY, WHOLE).outcome == "empty"


@pytest.mark.parametrize(("days_left", "outcome"), [(30, "prepaid"), (29, "expiring"), (0, "expiring")])
def test_CP_21_the_warning_begins_under_thirty_days(days_left: int, outcome: str) -> None:
    until = TODAY + timedelta(days=days_left)
    found = tell(prepaid(100, Lot(Money(100), until)), TODAY, WHOLE)
    assert found.outcome == outcome
    assert found.facts.get("days_left", days_left) == days_left


def test_CP_21_the_warning_can_be_set() -> None:
    account = prepaid(100, Lot(Money(100), TODAY + timedelta(days=29)))
    assert tell(account, TODAY, Terms(warn_days=10)).outcome == "prepaid"


def test_CP_13_a_tariff_number_is_never_told_zero_crowns_of_credit() -> None:
    tariff = Account(1, "+420777123456", Charging.POSTPAID, "active", "cs", Money(0), (), (), Money(0), None)
    found = tell(tariff, TODAY, WHOLE)
    assert found.outcome == "postpaid"
    assert "credit" not in found.facts


def test_CP_13_spend_over_the_limit_leaves_nothing_and_not_less() -> None:
    tariff = Account(
        1, "+420777123456", Charging.POSTPAID, "active", "cs", Money(0), (), (), Money(160000), Money(150000)
    )
    found = tell(tariff, TODAY, WHOLE)
    assert found.outcome == "postpaid_with_limit"
    assert found.facts == {"spend": Money(160000), "limit": Money(150000), "left": Money(0)}


@given(st.integers(-(10**6), 10**8), lots, lots, days, st.sampled_from([WHOLE, PER_LOT]))
def test_every_outcome_brings_exactly_its_facts(
    balance: int, tops: tuple[Lot, ...], lapses: tuple[Lot, ...], today: date, terms: Terms
) -> None:
    if balance > 0 and not tops:
        with pytest.raises(ValueError, match="without a last valid day"):
            tell(prepaid(balance), today, terms)
        return
    found = tell(prepaid(balance, *tops, lapses=lapses), today, terms)
    assert found.facts.keys() == OUTCOMES[found.outcome]


@given(st.integers(1, 10**8), lots.filter(bool), days, st.sampled_from([WHOLE, PER_LOT]))
def test_what_is_valid_and_what_has_lapsed_is_the_balance(
    balance: int, tops: tuple[Lot, ...], today: date, terms: Terms
) -> None:
    account = prepaid(balance, *tops)
    gone = sum(part.amount.minor for part in lapsing(account, today, terms))
    found = tell(account, today, terms)
    told = found.facts.get("credit") or found.facts["lapsed"]
    assert isinstance(told, Money)
    assert told.minor + (gone if "credit" in found.facts else 0) == balance


@given(days, st.integers(0, 60))
def test_adding_months_keeps_the_day_or_takes_the_month_s_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("day", "billing_day", "period"),
    [
        ("2026-11-22", 1, 202611),
        ("2026-11-22", 23, 202610),
        ("2026-01-05", 6, 202512),
        ("2026-01-06", 6, 202601),
    ],
)
def test_a_billing_period_is_named_by_the_month_it_begins_in(day: str, billing_day: int, period: int) -> None:
    assert period_of(date.fromisoformat(day), billing_day) == period
    assert period_before(202601) == 202512
