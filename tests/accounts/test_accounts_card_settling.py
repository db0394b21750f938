import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from ivr.accounts.card_sandbox import CardSandbox
from ivr.accounts.card_settling import Settling, settle_cards
from ivr.accounts.rules import callshop_fr
from ivr.accounts.schema.tables import auto_top_ups, subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import StoreUnavailable
from ivr.money import Money
from tests.accounts.feeding import SHOP, account, feed, prepaid, put, rows, usage


class Shop:
    """A shop with 60 EUR whose card pays 500 at a level of 50, and a clock that is moved by hand."""

    def __init__(self, accounts: Accounts, cards: CardSandbox, now: datetime) -> None:
        self.accounts, self.cards, self.now = accounts, cards, now

    async def call(self, record: str, price: str) -> None:
        await feed(self.accounts, self.now, usage(record, price, self.now, number=SHOP))

    async def settle(self) -> Settling:
        return await settle_cards(self.accounts, self.cards, lambda: self.now)

    async def balance(self) -> Money:
        return (await account(self.accounts, self.now, SHOP)).balance

    async def change_card(self, token: str) -> None:
        async with self.accounts.store.writing() as connection:
            await connection.execute(update(auto_top_ups).values(card_token=token))

    async def armed(self) -> bool:
        return bool((await rows(self.accounts.store, "auto_top_ups", "armed"))[0][0])

    async def payments(self) -> list[str]:
        return [status for (status,) in await rows(self.accounts.store, "card_payments", "status")]


@pytest.fixture
async def shop(store: Store, tmp_path: Path, now: datetime) -> Shop:
    accounts = await prepaid(store, callshop_fr.OPERATOR, now, "60", number=SHOP)
    await put(
        store, "auto_top_ups", subscriber_id=1, level_minor=5000, amount_minor=50000,
        weekly_ceiling_minor=200000, currency="EUR", card_token="sandbox-settles", switched_on_at=now,
    )  # fmt: skip
    made = Shop(accounts, CardSandbox(tmp_path / "cards.db", lambda: made.now), now)
    return made


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


async def test_CS_20_a_settled_card_is_credit_at_once_and_booked_once(shop: Shop) -> None:
    await shop.call("a", "10")
    assert await shop.settle() == Settling(settled=1)
    assert await shop.settle() == Settling()
    assert await shop.balance() == eur("550")
    assert await shop.payments() == ["settled"]


async def test_CS_22_after_a_settled_payment_the_next_fall_charges_again(shop: Shop) -> None:
    for record, price in (("a", "10"), ("b", "500"), ("c", "1")):
        await shop.call(record, price)
        await shop.settle()
    assert await shop.payments() == ["settled", "settled"]
    assert await shop.balance() == eur("549")


@pytest.mark.parametrize(("card", "reason"), [("declined", "declined"), ("expired-card", "expired_card")])
async def test_CS_22_a_failed_payment_books_nothing_and_arms_again(
    shop: Shop, card: str, reason: str
) -> None:
    await shop.change_card(f"sandbox-{card}")
    await shop.call("a", "10")
    assert not await shop.armed()
    assert await shop.settle() == Settling(failed=1)
    assert await shop.armed()
    assert await shop.balance() == eur("50")
    assert await rows(shop.accounts.store, "card_payments", "status", "reason") == [("failed", reason)]
    await shop.call("b", "1")  # below the level already: the card is not asked at every call
    assert await shop.settle() == Settling()


async def test_a_late_card_waits_and_is_then_booked(shop: Shop) -> None:
    await shop.change_card("sandbox-late")
    await shop.call("a", "10")
    assert await shop.settle() == Settling(waiting=1)
    assert await shop.balance() == eur("50")
    shop.now += timedelta(seconds=30)
    assert await shop.settle() == Settling(settled=1)
    assert await shop.balance() == eur("550")


@pytest.mark.parametrize("card", ["no-answer", "never-arrives"])
async def test_no_answer_charges_once_whatever_was_lost(shop: Shop, card: str) -> None:
    await shop.change_card(f"sandbox-{card}")
    await shop.call("a", "10")
    assert await shop.settle() == Settling(waiting=1)
    assert await shop.settle() == Settling(settled=1)
    assert await shop.balance() == eur("550")
    assert len(await shop.cards.charges()) == 1


async def test_a_card_changed_in_between_is_not_charged_for_the_old_one(shop: Shop) -> None:
    await shop.change_card("sandbox-no-answer")
    await shop.call("a", "10")
    await shop.settle()
    await shop.change_card("sandbox-declined")
    assert await shop.settle() == Settling(settled=1)
    assert await shop.balance() == eur("550")


async def test_a_crash_between_charge_and_booking_loses_and_repeats_nothing(shop: Shop) -> None:
    await shop.call("a", "10")
    # The charge was made, and then nothing more was written.
    ((key,),) = await rows(shop.accounts.store, "card_payments", "key")
    await shop.cards.charge(SecretStr("sandbox-settles"), eur("500"), key)
    assert await shop.settle() == Settling(settled=1)
    assert await shop.balance() == eur("550")
    assert len(await shop.cards.charges()) == 1


async def test_two_at_a_time_book_once(shop: Shop) -> None:
    await shop.call("a", "10")
    with_busy_store = await asyncio.gather(shop.settle(), shop.settle(), return_exceptions=True)
    assert all(isinstance(one, Settling | StoreUnavailable) for one in with_busy_store)
    await shop.settle()
    assert await shop.balance() == eur("550")
    assert len(await shop.cards.charges()) == 1


@pytest.mark.parametrize("record", ["two words", "é" * 200])
async def test_a_key_that_no_card_service_takes_is_sent_as_its_digest(shop: Shop, record: str) -> None:
    await put(
        shop.accounts.store, "card_payments", subscriber_id=1, key=record, started_by="by_hand",
        amount_minor=50000, currency="EUR", status="pending", started_at=shop.now,
    )  # fmt: skip
    assert await shop.settle() == Settling(settled=1)
    assert [len(charge.key) for charge in await shop.cards.charges()] == [64]


async def test_an_account_that_takes_no_credit_keeps_its_payment_waiting(shop: Shop) -> None:
    await shop.call("a", "10")
    async with shop.accounts.store.writing() as connection:
        await connection.execute(update(subscribers).values(charging="postpaid"))
    done = await shop.settle()
    assert done == Settling(waiting=1)
    assert done.trouble.startswith("charged, but not booked: number: ")
    assert await shop.payments() == ["pending"]
    async with shop.accounts.store.writing() as connection:
        await connection.execute(update(subscribers).values(charging="prepaid"))
    assert await shop.settle() == Settling(settled=1)
    assert len(await shop.cards.charges()) == 1


async def test_another_operator_s_payments_are_left_alone(shop: Shop) -> None:
    await shop.call("a", "10")
    assert await settle_cards(Accounts(shop.accounts.store), shop.cards, lambda: shop.now) == Settling()
    assert await shop.payments() == ["pending"]
