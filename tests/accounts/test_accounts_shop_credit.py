"""What a call shop hears about its credit, from the store."""

from datetime import datetime

import pytest
from pydantic import SecretStr

from ivr.accounts.callers import Caller
from ivr.accounts.model import Finding
from ivr.accounts.rules import callshop_fr
from ivr.accounts.service import Accounts
from ivr.accounts.standing_orders import order_top_up
from ivr.accounts.store import Store
from ivr.money import Money
from tests.accounts.feeding import SHOP, feed, prepaid, usage
from tests.accounts.telling import told

CARD = SecretStr("sandbox-settles")


@pytest.fixture
async def shop(store: Store, now: datetime) -> Accounts:
    return await prepaid(store, callshop_fr.OPERATOR, now, "60", number=SHOP)


async def heard(shop: Accounts, now: datetime) -> Finding:
    return await told(shop, "credit", SHOP, now, "3111")


async def test_CS_12_calls_that_still_run_are_told_and_not_in_the_balance(
    shop: Accounts, now: datetime
) -> None:
    await feed(shop, now, usage("a", "10", now, number=SHOP))
    assert (await heard(shop, now)).facts["calls_running"] == 0
    running = {**usage("b", "0", now, number=SHOP, quantity=0), "ended_at": None}
    assert (await feed(shop, now, running)).booked == 1
    heard_now = await heard(shop, now)
    assert (heard_now.facts["calls_running"], heard_now.facts["credit"]) == (1, Money(5000, "EUR"))
    statement = await shop.statement(SHOP, now)
    assert statement is not None
    assert statement.calls_in_progress == 1


async def test_CS_24_a_top_up_that_the_ceiling_held_back_is_heard(shop: Accounts, now: datetime) -> None:
    level, amount = Money(5000, "EUR"), Money(50_000, "EUR")
    await order_top_up(shop, SHOP, level, amount, now, card=CARD, ceiling=Money(49_999, "EUR"))
    assert (await heard(shop, now)).outcome == "in_service"
    await feed(shop, now, usage("a", "10", now, number=SHOP))
    heard_now = await heard(shop, now)
    assert (heard_now.outcome, heard_now.facts["amount"]) == ("in_service_top_up_skipped", amount)


async def test_nobody_s_number_is_unknown_to_a_shop_s_line(shop: Accounts, now: datetime) -> None:
    assert (await shop.look_up("credit", Caller("+33140000099", "3111"), now)).outcome == "unknown"
