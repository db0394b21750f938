"""A shop's automatic top-up is given, changed and switched off, and does what CS-20 to CS-25 say."""

from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from ivr.accounts.card_sandbox import CardSandbox
from ivr.accounts.card_settling import Settling, settle_cards
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.rules import callpro, callshop_fr
from ivr.accounts.service import Accounts
from ivr.accounts.standing_orders import order_top_up, stop_top_up
from ivr.accounts.store import Store
from ivr.errors import AccountError
from ivr.money import Money
from tests.accounts.feeding import SHOP, account, feed, prepaid, rows, usage

CARD = SecretStr("sandbox-settles")


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


@pytest.fixture
async def shop(store: Store, now: datetime) -> Accounts:
    return await prepaid(store, callshop_fr.OPERATOR, now, "60", number=SHOP)


async def order(shop: Accounts, now: datetime, level: str = "50", amount: str = "500") -> None:
    await order_top_up(shop, SHOP, eur(level), eur(amount), now, card=CARD)


async def payments(shop: Accounts) -> list[tuple[object, ...]]:
    return await rows(shop.store, "card_payments", "status", "amount_minor")


async def test_CS_20_use_down_to_the_level_is_paid_in_by_card_within_the_same_minute(
    shop: Accounts, now: datetime, tmp_path: Path
) -> None:
    cards = CardSandbox(tmp_path / "cards.db", lambda: now)
    await order(shop, now)
    await feed(shop, now, usage("a", "10", now, number=SHOP))
    assert await settle_cards(shop, cards, lambda: now) == Settling(settled=1)
    assert (await account(shop, now, SHOP)).balance == eur("550")
    newest = (await shop.entries(await account(shop, now, SHOP)))[0]
    assert (newest.kind, newest.amount, newest.occurred_at) == ("top_up", eur("500"), now)


@pytest.mark.parametrize(
    ("level", "amount", "said"),
    [("60", "500", "a level is 50.00 EUR, "), ("50", "501", "an amount is 500.00 EUR, ")],
)
async def test_CS_21_another_level_or_amount_is_refused_and_changes_nothing(
    shop: Accounts, now: datetime, level: str, amount: str, said: str
) -> None:
    await order(shop, now)
    with pytest.raises(AccountError, match=said):
        await order(shop, now, level, amount)
    stands = await rows(shop.store, "auto_top_ups", "level_minor", "amount_minor")
    assert stands == [(5000, 50000)]


async def test_CS_22_a_level_that_is_reached_when_the_order_is_given_counts(
    shop: Accounts, now: datetime
) -> None:
    await order(shop, now, level="80")
    assert await payments(shop) == [("pending", 50000)]
    assert await rows(shop.store, "auto_top_ups", "armed") == [(False,)]


async def test_CS_22_an_order_changed_while_a_payment_is_open_charges_once(
    shop: Accounts, now: datetime
) -> None:
    await order(shop, now, level="80")
    await order_top_up(shop, SHOP, eur("150"), eur("1000"), now)
    assert await payments(shop) == [("pending", 50000)]
    assert await rows(shop.store, "auto_top_ups", "armed", "card_token", "level_minor") == [
        (False, "sandbox-settles", 15000)
    ]


async def test_CS_24_an_order_that_would_pass_the_ceiling_is_left_out_and_told(
    shop: Accounts, now: datetime
) -> None:
    await order_top_up(shop, SHOP, eur("80"), eur("500"), now, card=CARD, ceiling=eur("499.99"))
    assert await payments(shop) == [("skipped", 50000)]
    statement = await shop.statement(SHOP, now)
    assert statement is not None
    assert statement.automatic_top_up is not None
    assert statement.automatic_top_up.last is not None
    assert statement.automatic_top_up.last.reason == "ceiling"


async def test_what_is_switched_off_charges_no_more_but_settles_what_it_began(
    shop: Accounts, now: datetime, tmp_path: Path
) -> None:
    cards = CardSandbox(tmp_path / "cards.db", lambda: now)
    await order(shop, now, level="80")
    await stop_top_up(shop, SHOP, now)
    assert await settle_cards(shop, cards, lambda: now) == Settling(settled=1)
    await feed(shop, now, usage("a", "500", now, number=SHOP))
    assert len(await payments(shop)) == 1
    with pytest.raises(AccountError, match="no automatic top-up to switch off"):
        await stop_top_up(shop, SHOP, now)
    await order_top_up(shop, SHOP, eur("80"), eur("500"), now)  # on again, with the card that is known
    assert len(await payments(shop)) == 2


async def test_who_cannot_have_one_is_told_why(store: Store, now: datetime) -> None:
    shops = Accounts(store, operator=callshop_fr.OPERATOR)
    with pytest.raises(AccountError, match="is not in the store"):
        await order(shops, now)
    await shops.add(NewAccount(SHOP, Charging.POSTPAID, language="fr"), now)
    with pytest.raises(AccountError, match="postpaid"):
        await order(shops, now)
    with pytest.raises(AccountError, match="only callshop_fr"):
        await order(Accounts(store, operator=callpro.OPERATOR), now)


@pytest.mark.parametrize("card", [None, SecretStr(" ")])
async def test_a_first_order_needs_a_card(shop: Accounts, now: datetime, card: SecretStr | None) -> None:
    with pytest.raises(AccountError, match="card: "):
        await order_top_up(shop, SHOP, eur("50"), eur("500"), now, card=card)
    assert await rows(shop.store, "auto_top_ups", "armed") == []
