from datetime import UTC, date, datetime, timedelta

import pytest

from ivr.accounts.closing import close_periods
from ivr.accounts.orders import take_sms
from ivr.accounts.rules import callpro, gomobil
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import AccountError
from ivr.money import Money
from tests.accounts.feeding import account, bundle, customer, hold, prepaid, put, rows, sms


async def shop(store: Store, now: datetime, credit: str = "1000") -> Accounts:
    """A prepaid number, and a catalogue to order from."""
    accounts = await prepaid(store, callpro.OPERATOR, now, credit)
    for size, fee in ((150, "50"), (600, "100"), (2000, "300")):
        await bundle(store, f"data_{size}", fee, size=size * 1000)
    await bundle(store, "lte", "0", family="lte", size=0)
    await bundle(store, "sms_100", "60", family="other", unit="sms", size=100)
    for code in ("callpro_smiley", "callpro_200"):
        await put(
            store, "tariffs", operator_id=1, code=code, name=code, charging="prepaid",
            monthly_fee_minor=0, currency="CZK",
        )  # fmt: skip
    return accounts


async def held(store: Store) -> list[tuple[object, ...]]:
    codes = dict(await rows(store, "bundles", "id", "code"))
    found = await rows(store, "held_bundles", "bundle_id", "remaining", "valid_until", "ended_at")
    return [(codes[row[0]], *row[1:3]) for row in found if row[3] is None]


async def test_CP_S4_data_is_switched_on_at_once_and_paid_for_once(store: Store, now: datetime) -> None:
    accounts = await shop(store, now)
    answer = await take_sms(accounts, sms("1", "UP 150", now), now)
    assert (answer.status, answer.repeated) == ("done", False)
    assert "provedeno" in answer.text
    again = await take_sms(accounts, sms("1", "UP 150", now), now)
    assert (again.status, again.text, again.repeated) == (answer.status, answer.text, True)
    assert (await account(accounts, now)).balance == Money(95_000)
    assert await held(store) == [("data_150", 150_000, date(2026, 11, 30))]


async def test_CP_51_the_sender_is_the_number_that_is_changed(store: Store, now: datetime) -> None:
    accounts = await shop(store, now)
    with pytest.raises(AccountError, match="sender"):
        await take_sms(accounts, sms("1", "UP 150", now, sender="+420777999999"), now)
    assert await rows(store, "sms_orders", "id") == []


async def test_CP_53_a_change_waits_for_its_month_and_is_made_by_the_period_close(
    store: Store, now: datetime
) -> None:
    accounts = await shop(store, now)
    await take_sms(accounts, sms("1", "UP 150", now), now)
    answer = await take_sms(accounts, sms("2", "ZMENA DATA600 CALLPRO;-)", now), now)
    assert answer.status == "done"
    assert "1. 12. 2026" in answer.text
    assert [row[0] for row in await held(store)] == ["data_150"]
    december = datetime(2026, 12, 1, 3, tzinfo=UTC)
    await close_periods(accounts, december)
    await close_periods(accounts, december)
    assert await held(store) == [("data_600", 600_000, date(2026, 12, 31))]
    assert await rows(store, "tariff_uses", "from_on", "to_on") == [(date(2026, 12, 1), None)]
    assert (await account(accounts, december)).balance == Money(85_000)


async def test_CP_53_an_order_of_the_last_minute_of_a_month_counts_from_when_it_was_received(
    store: Store, now: datetime
) -> None:
    accounts = await shop(store, now)
    received = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    await take_sms(accounts, sms("1", "ZMENA DATA600", received), received + timedelta(minutes=5))
    assert [row[0] for row in await held(store)] == ["data_600"]


async def test_CP_65_the_same_command_is_taken_once_while_it_is_open(store: Store, now: datetime) -> None:
    accounts = await shop(store, now)
    await take_sms(accounts, sms("1", "ZMENA DATA600", now), now)
    again = await take_sms(accounts, sms("2", "zmena data 600", now), now)
    assert again.status == "refused"
    assert "podruhe nic neuctujeme" in again.text
    assert await rows(store, "sms_orders", "status") == [("done",), ("refused",)]


async def test_CP_62_what_cannot_be_read_is_answered_with_the_nearest_form(
    store: Store, now: datetime
) -> None:
    accounts = await shop(store, now)
    answer = await take_sms(accounts, sms("1", "UP 100", now), now)
    assert answer.status == "refused"
    assert "UP 100 SMS" in answer.text
    assert (await account(accounts, now)).balance == Money(100_000)


async def test_CP_S6_data_is_renewed_in_its_own_size_at_its_full_price(store: Store, now: datetime) -> None:
    accounts = await shop(store, now)
    refused = await take_sms(accounts, sms("0", "OBNOV DATA", now), now)
    assert refused.status == "refused"
    await take_sms(accounts, sms("1", "UP 600", now), now)
    await take_sms(accounts, sms("2", "OBNOV DATA", now), now)
    assert (await account(accounts, now)).balance == Money(80_000)
    assert len(await held(store)) == 1


async def test_CP_S7_before_may_2016_data_was_renewed_once_in_another_size(store: Store) -> None:
    then = datetime(2016, 4, 10, 12, tzinfo=UTC)
    accounts = await shop(store, then)
    await take_sms(accounts, sms("1", "UP 600", then), then)
    await take_sms(accounts, sms("2", "OBNOV DATA 150", then), then)
    assert await held(store) == [("data_600", 150_000, date(2016, 4, 30))]
    await close_periods(accounts, datetime(2016, 5, 2, tzinfo=UTC))
    assert await held(store) == [("data_600", 600_000, date(2016, 5, 31))]


@pytest.mark.parametrize(("credit", "text"), [("49.99", "UP 150"), ("1000", "UP 1000")])
async def test_what_cannot_be_paid_or_is_not_in_the_catalogue_fails_and_costs_nothing(
    store: Store, now: datetime, credit: str, text: str
) -> None:
    accounts = await shop(store, now, credit)
    answer = await take_sms(accounts, sms("1", text, now), now)
    assert answer.status == "failed"
    assert "nic neuctujeme" in answer.text
    assert await held(store) == []
    assert (await account(accounts, now)).balance == Money.parse(credit)


async def test_CP_52_an_order_that_was_not_carried_out_within_24_hours_has_failed(
    store: Store, now: datetime
) -> None:
    accounts = await shop(store, now)
    late = await take_sms(accounts, sms("1", "UP 150", now), now + timedelta(hours=24))
    assert late.status == "failed"
    await put(
        store, "sms_orders", subscriber_id=1, number_id=1, message_id="old", text="UP 600", command="UP 600",
        status="open", received_at=now, due_at=now + timedelta(hours=24), effective_on=now.date(),
    )  # fmt: skip
    await close_periods(accounts, now + timedelta(hours=23))
    assert await rows(store, "sms_orders", "status") == [("failed",), ("open",)]
    await close_periods(accounts, now + timedelta(hours=24))
    assert await rows(store, "sms_orders", "status") == [("failed",), ("failed",)]
    assert await held(store) == []


async def test_a_message_id_that_comes_back_with_another_text_is_a_fault(store: Store, now: datetime) -> None:
    accounts = await shop(store, now)
    await take_sms(accounts, sms("1", "UP 150", now), now)
    with pytest.raises(AccountError, match="message_id"):
        await take_sms(accounts, sms("1", "UP 600", now), now)
    with pytest.raises(AccountError, match="received_at"):
        await take_sms(accounts, sms("2", "UP 600", now + timedelta(hours=1)), now)


async def test_only_callpro_takes_orders_by_sms(store: Store, now: datetime) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now)
    with pytest.raises(AccountError, match="GoMobil takes no orders"):
        await take_sms(accounts, sms("1", "UP 150", now), now)


async def test_a_new_bundle_takes_the_place_of_the_old_one(store: Store, now: datetime) -> None:
    accounts = await shop(store, now)
    await hold(store, 1, now, date(2026, 11, 30))
    await take_sms(accounts, sms("1", "UP 600", now), now)
    assert [row[0] for row in await held(store)] == ["data_600"]
    await take_sms(accounts, sms("2", "UP 100 SMS", now), now)
    await take_sms(accounts, sms("3", "ZMENA BEZ DAT", now), now)
    await close_periods(accounts, datetime(2026, 12, 2, tzinfo=UTC))
    assert [row[0] for row in await held(store)] == ["sms_100"]
