"""Periods are closed in time, late, twice and after being broken off: the books are the same."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from ivr.accounts import closing
from ivr.accounts.bookings_payments import book_bill
from ivr.accounts.callers import Caller
from ivr.accounts.closing import close_periods
from ivr.accounts.model import Charging, IssuedBill, NewAccount
from ivr.accounts.packs import PackTerms
from ivr.accounts.rules import callpro, gomobil, vodafone_cz_limit
from ivr.accounts.schema.tables import limit_states, subscribers, tariff_units
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money
from tests.accounts.feeding import (
    NUMBER,
    account,
    bundle,
    customer,
    feed,
    hold,
    prepaid,
    put,
    rows,
    usage,
)

DECEMBER = datetime(2026, 12, 1, 2, tzinfo=UTC)
LEDGER = ("subscriber_id", "book", "kind", "amount_minor", "occurred_at", "period", "key")


async def test_GM_15_VL_10_a_limit_is_open_again_in_the_new_period(store: Store, now: datetime) -> None:
    """GM-15, VL-10: what was blocked is open when the period has been closed, once."""
    for operator in (gomobil.OPERATOR, vodafone_cz_limit.OPERATOR):
        accounts = await customer(store, operator, now, limit="300")
        await feed(accounts, now, usage(operator.code, "300", now), usage(f"{operator.code}2", "1", now))
    assert await rows(store, "limit_states", "state") == [("blocked",), ("units_only",)]
    for operator in (gomobil.OPERATOR, vodafone_cz_limit.OPERATOR):
        accounts = Accounts(store, operator=operator)
        first = await close_periods(accounts, DECEMBER)
        assert (first.periods, first.subscribers) == (1, 1)
        again = await close_periods(accounts, DECEMBER)
        assert (again.periods, again.subscribers, again.due) == (0, 0, 0)
        assert (await account(accounts, DECEMBER)).spend == Money(0)
    assert await rows(store, "limit_states", "state", "roaming_blocked", "period") == [
        ("open", False, 202612),
        ("open", False, 202612),
    ]


async def test_nothing_is_closed_before_the_period_has_ended_in_prague(store: Store, now: datetime) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now)
    last_second = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    assert (await close_periods(accounts, last_second)).subscribers == 1  # October, in which nothing was
    assert (await close_periods(accounts, last_second + timedelta(seconds=1))).periods == 1


async def test_CP_55_bundles_of_the_period_are_renewed_in_their_own_size_once(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    await hold(store, await bundle(store, "data_600", "40"), now, date(2026, 11, 30), size=150)
    for _ in range(3):
        await close_periods(accounts, DECEMBER)
    assert await rows(store, "held_bundles", "size", "remaining", "valid_until") == [
        (1000, 1000, date(2026, 12, 31))
    ]
    assert (await account(accounts, DECEMBER)).balance == Money(6000)


async def test_a_prepaid_bundle_that_the_credit_does_not_cover_ends(store: Store, now: datetime) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "39.99")
    await hold(store, await bundle(store, "data_600", "40"), now, date(2026, 11, 30))
    await close_periods(accounts, DECEMBER)
    assert await rows(store, "held_bundles", "ended_at") == [(datetime(2026, 11, 30, 23, tzinfo=UTC),)]
    assert (await account(accounts, DECEMBER)).balance == Money(3999)


async def test_VP_24_a_bundle_renewed_by_date_keeps_its_anchor_day(store: Store) -> None:
    january = datetime(2026, 1, 31, 12, tzinfo=UTC)
    accounts = await prepaid(store, callpro.OPERATOR, january, "1000")
    month = await bundle(store, "month", "10", "activation_date")
    await hold(store, month, january, date(2026, 2, 27))
    until = []
    for day in (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)):
        await close_periods(accounts, datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12))
        until += [row[0] for row in await rows(store, "held_bundles", "valid_until")]
    assert until == [date(2026, 2, 27), date(2026, 3, 30), date(2026, 4, 29), date(2026, 5, 30)]
    renewals = [row for row in await rows(store, "ledger", "kind") if row == ("renewal",)]
    assert len(renewals) == 3


async def test_a_bundle_for_once_ends_and_is_not_paid_again(store: Store, now: datetime) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    await hold(store, await bundle(store, "gift", "40", "once"), now, date(2026, 11, 25))
    await close_periods(accounts, DECEMBER)
    assert await rows(store, "held_bundles", "ended_at") == [(datetime(2026, 11, 25, 23, tzinfo=UTC),)]
    assert (await account(accounts, DECEMBER)).balance == Money(10_000)


async def test_free_units_begin_anew_and_those_left_are_not_kept(store: Store, now: datetime) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now)
    tariff = await put(
        store, "tariffs", operator_id=1, code="t", name="T", charging="postpaid", monthly_fee_minor=0,
        currency="CZK",
    )  # fmt: skip
    await put(store, "tariff_uses", subscriber_id=1, tariff_id=tariff, from_on=now.date())
    async with store.writing() as connection:
        await connection.execute(insert(tariff_units).values(tariff_id=tariff, unit="sms", granted=50))
    for _ in range(2):
        await close_periods(accounts, DECEMBER + timedelta(days=31))
    assert await rows(store, "free_units", "granted", "used", "from_on", "resets_on") == [
        (50, 0, date(2026, 12, 1), date(2027, 1, 1)),
        (50, 0, date(2027, 1, 1), date(2027, 2, 1)),
    ]


@pytest.mark.parametrize("expiry", callpro.ExpiryBase)
async def test_CP_19_credit_that_has_ended_is_booked_as_expired_once_by_both_readings(
    store: Store, now: datetime, expiry: callpro.ExpiryBase
) -> None:
    terms = callpro.Terms(expiry=expiry)
    accounts = Accounts(store, terms=PackTerms(terms))
    await accounts.add(
        NewAccount(NUMBER, Charging.PREPAID, credit=Money(10_000), valid_until=date(2026, 11, 30)), now
    )
    await accounts.top_up(NUMBER, Money(5_000), now=now, at=now - timedelta(days=30))
    for _ in range(2):
        await close_periods(accounts, DECEMBER)
    left = {callpro.ExpiryBase.WHOLE_BALANCE: 15_000, callpro.ExpiryBase.PER_LOT: 5_000}
    assert (await account(accounts, DECEMBER)).balance == Money(left[expiry])
    for _ in range(2):
        await close_periods(accounts, DECEMBER + timedelta(days=365))
    assert (await account(accounts, DECEMBER)).balance == Money(0)
    told = await accounts.look_up("credit", Caller(NUMBER), DECEMBER + timedelta(days=365))
    assert told.outcome == "expired"


async def test_GM_37_the_base_of_2000_falls_the_day_after_a_missed_due_date_and_once(
    store: Store, now: datetime
) -> None:
    """GM-37, GM-39: it falls to 1500 on the day after."""
    accounts = await customer(store, gomobil.OPERATOR, now, limit="2000")
    async with store.writing() as connection:
        await connection.execute(update(subscribers).values(customer_since=date(2016, 2, 29)))
    found = await account(accounts, now)
    async with store.writing() as connection:
        bill = IssuedBill("1", 202610, Money(100), date(2026, 11, 1), date(2026, 11, 22))
        await book_bill(connection, found, bill)
    await close_periods(accounts, now)
    assert (await account(accounts, now)).limit == Money(200_000)
    for _ in range(2):
        await close_periods(accounts, now + timedelta(days=1))
    assert (await account(accounts, now)).limit == Money(150_000)
    assert await rows(store, "limit_states", "base_limit_lost_on") == [(date(2026, 11, 23),)]


async def test_VL_01_a_renewal_counts_towards_the_limit_of_its_own_period(
    store: Store, now: datetime
) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now, limit="100")
    await feed(accounts, now, usage("a", "90", now))
    await hold(store, await bundle(store, "roaming", "95", family="roaming"), now, date(2026, 11, 30))
    await close_periods(accounts, DECEMBER)
    assert (await account(accounts, DECEMBER)).spend == Money(9_500)
    assert await rows(store, "limit_states", "state", "roaming_blocked") == [("open", True)]
    assert (90, 202612) in await rows(store, "notices", "percent", "period")


async def _books(store: Store) -> list[tuple[Any, ...]]:
    return sorted(await rows(store, "ledger", *LEDGER), key=lambda row: row[-1])


async def _prepared(store: Store, now: datetime, count: int = 5) -> Accounts:
    """Accounts with bundles, limits and spend."""
    accounts = Accounts(store, operator=vodafone_cz_limit.OPERATOR)
    for number in range(count):
        new = NewAccount(f"+42060123456{number}", Charging.POSTPAID, limit=Money(30_000))
        await accounts.add(new, now)
        await feed(accounts, now, usage(f"u{number}", "280", now, number=new.number))
    held = await bundle(store, "data", "40")
    for subscriber in range(1, count + 1):
        await put(
            store, "held_bundles", subscriber_id=subscriber, bundle_id=held, size=1000, remaining=5,
            activated_at=now, valid_until=date(2026, 11, 30), anchor_day=1,
        )  # fmt: skip
    return accounts


async def test_a_close_that_runs_months_late_books_what_it_would_have_booked_in_time(
    tmp_path: Path, now: datetime
) -> None:
    in_time = await Store.open(str(tmp_path / "in_time.db"))
    late = await Store.open(str(tmp_path / "late.db"))
    accounts = await _prepared(in_time, now)
    for month in (DECEMBER, datetime(2027, 1, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, 1, tzinfo=UTC)):
        await close_periods(accounts, month)
    await close_periods(await _prepared(late, now), datetime(2027, 2, 1, 1, tzinfo=UTC))
    assert await _books(in_time) == await _books(late)
    same = ("state", "roaming_blocked", "period")
    assert await rows(in_time, "limit_states", *same) == await rows(late, "limit_states", *same)
    for store in (in_time, late):
        await store.close()


async def test_a_close_whose_batches_end_early_books_the_same(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no time at all, each account has a transaction to itself, and no others wait behind it."""
    books = []
    for seconds in (60.0, 0.0):
        monkeypatch.setattr(closing, "_LONGEST", seconds)
        store = await Store.open(str(tmp_path / f"{seconds}.db"))
        accounts = await _prepared(store, now)
        done: list[int] = []
        closed = await close_periods(accounts, DECEMBER, progress=done.append)
        assert sum(done) == closed.subscribers
        assert seconds or max(done) == 1
        books.append((closed, await rows(store, "ledger", *LEDGER)))
        await store.close()
    assert books[0] == books[1]


async def test_a_close_that_is_broken_off_goes_on_where_it_was(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await Store.open(str(tmp_path / "whole.db"))
    broken = await Store.open(str(tmp_path / "broken.db"))
    await close_periods(await _prepared(whole, now), DECEMBER)
    accounts = await _prepared(broken, now)
    monkeypatch.setattr(closing, "_BATCH", 1)

    class BrokenOff(Exception):
        pass

    for most in range(1, 12):
        done = 0

        def after(count: int, most: int = most) -> None:
            nonlocal done
            done += count
            if done >= most % 3 + 1:
                raise BrokenOff

        try:
            await close_periods(accounts, DECEMBER, progress=after)
        except BrokenOff:
            continue
        break
    assert await _books(whole) == await _books(broken)
    for store in (whole, broken):
        await store.close()


async def test_two_closes_at_the_same_time_do_each_thing_once(store: Store, now: datetime) -> None:
    accounts = await _prepared(store, now)
    async with asyncio.timeout(60):
        both = await asyncio.gather(close_periods(accounts, DECEMBER), close_periods(accounts, DECEMBER))
    assert sum(closed.subscribers for closed in both) == 5
    renewals = [row for row in await rows(store, "ledger", "kind") if row == ("renewal",)]
    assert len(renewals) == 5
    assert await accounts.check() == ()


async def test_usage_of_the_new_period_that_comes_before_a_late_close_is_not_lost(
    store: Store, now: datetime
) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now, limit="300")
    await feed(accounts, now, usage("a", "300", now))
    january = datetime(2027, 1, 5, tzinfo=UTC)
    await feed(accounts, january, usage("b", "290", january))
    before = await rows(store, "limit_states", "state", "period")
    await close_periods(accounts, january)
    assert await rows(store, "limit_states", "state", "period") == before == [("open", 202701)]
    assert (await account(accounts, january)).spend == Money(29_000)
    async with store.reading() as connection:
        kept = (await connection.execute(limit_states.select())).one()
    assert kept.roaming_blocked is False
