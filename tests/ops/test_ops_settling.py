"""``[cards]``: the line charges and books automatic top-ups by itself, and outlives every trouble with it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.packs import PackTerms
from ivr.accounts.rules import callshop_fr
from ivr.accounts.service import Accounts
from ivr.accounts.standing_orders import order_top_up
from ivr.accounts.store import Store
from ivr.call.events import CardsSettled, CardsUnsettled, LineEvent
from ivr.errors import ConfigurationError
from ivr.money import Money
from ivr.ops.settings import load_settings
from ivr.ops.settings_cards import CardsSettings
from ivr.ops.settling import settle_in_background

SHOP = "+33140000001"
PATIENCE = 10  # seconds


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[Accounts]:
    """One shop with 60 EUR, whose card is due at once."""
    store = await Store.open(str(tmp_path / "accounts.db"))
    accounts = Accounts(store, operator=callshop_fr.OPERATOR)
    now = datetime.now(UTC)
    await accounts.add(NewAccount(SHOP, Charging.PREPAID, credit=Money(6000, "EUR"), language="fr"), now)
    level, amount = Money(8000, "EUR"), Money(50000, "EUR")
    await order_top_up(accounts, SHOP, level, amount, now, card=SecretStr("sandbox-settles"))
    yield accounts
    await store.close()


async def balance(shops: Accounts) -> Money:
    account = await shops.account(SHOP, datetime.now(UTC))
    assert account is not None
    return account.balance


async def test_CS_20_the_line_pays_in_what_is_due_by_itself(shops: Accounts, tmp_path: Path) -> None:
    told: asyncio.Queue[LineEvent] = asyncio.Queue()
    settings = CardsSettings(sandbox=tmp_path / "cards.db")
    async with (
        asyncio.timeout(PATIENCE),
        settle_in_background(settings, shops.store, PackTerms(), told.put_nowait),
    ):
        assert await told.get() == CardsSettled(settled=1, failed=0, waiting=0)
        assert await balance(shops) == Money(56000, "EUR")


async def test_trouble_is_told_once_and_over_when_it_is_over(shops: Accounts, tmp_path: Path) -> None:
    told: asyncio.Queue[LineEvent] = asyncio.Queue()
    sandbox = tmp_path / "cards.db"
    sandbox.write_text("no database at all, but long enough to be taken for one\n" * 40)
    settings = CardsSettings(sandbox=sandbox, every="100 ms")
    async with (
        asyncio.timeout(PATIENCE),
        settle_in_background(settings, shops.store, PackTerms(), told.put_nowait),
    ):
        assert isinstance(await told.get(), CardsUnsettled)
        sandbox.unlink()
        assert await told.get() == CardsSettled(settled=1, failed=0, waiting=0)


async def test_without_a_sandbox_no_card_is_charged(shops: Accounts) -> None:
    told: list[LineEvent] = []
    before = asyncio.all_tasks()
    async with settle_in_background(CardsSettings(), shops.store, PackTerms(), told.append):
        assert asyncio.all_tasks() == before
    assert await balance(shops) == Money(6000, "EUR")


def test_the_sandbox_stands_beside_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "infoline.toml"
    file.write_text('[cards]\nsandbox = "cards.db"\nevery = "2 s"\n', "utf-8")
    cards = load_settings(file).cards
    assert (cards.sandbox, cards.every) == (tmp_path / "cards.db", 2.0)
    file.write_text('[cards]\nevery = "0 s"\n', "utf-8")
    with pytest.raises(ConfigurationError, match=r"cards\.every"):
        load_settings(file)
