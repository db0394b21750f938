"""Whom a call shop's line knows, from the store: by the number that calls, its kind, and what was dialled."""

from datetime import datetime

import pytest

from ivr.accounts.callers import Caller
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.numbering import NumberDesk
from ivr.accounts.packs import PackTerms
from ivr.accounts.pins import PinTerms
from ivr.accounts.rules import callshop_fr
from ivr.accounts.rules.callshop_fr import NumberKind
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money

LINE, BOOTH, MOBILE, NOBODY = "+33140000001", "+33140000002", "+33612345678", "+33699999999"
CREDIT = Money(6000, "EUR")
LIGHT = PinTerms(time_cost=1, memory_kib=8)
EVERY_NUMBER = ("3111", "3111*0", "0805123200", "+33805123200", "0170229848", "4488", "")


@pytest.fixture
async def shop(store: Store, now: datetime) -> Accounts:
    shop = Accounts(store, operator=callshop_fr.OPERATOR, terms=PackTerms(pins=LIGHT))
    await shop.add(NewAccount(LINE, Charging.PREPAID, credit=CREDIT, language="fr"), now)
    desk = NumberDesk(store, shop.operator, shop.pins)
    await desk.add_number(LINE, BOOTH, NumberKind.BOOTH, now)
    await desk.add_number(LINE, MOBILE, NumberKind.KNOWN_MOBILE, now)
    await desk.set_account_number(LINE, "500100")
    await desk.set_pin(LINE, "2580")
    return shop


async def heard(shop: Accounts, caller: Caller, now: datetime) -> str:
    found = await shop.look_up("credit", caller, now)
    assert (found.outcome == "in_service") == (found.facts.get("credit") == CREDIT)
    return found.outcome


@pytest.mark.parametrize("dialled", ["3111", "3111*0", "0805123200", "+33805123200", "0033805123200"])
@pytest.mark.parametrize("caller", [LINE, BOOTH])
async def test_CS_04_a_line_of_the_shop_opens_its_account(
    shop: Accounts, now: datetime, dialled: str, caller: str
) -> None:
    assert await heard(shop, Caller(caller, dialled), now) == "in_service"


async def test_CS_03_a_mobile_made_known_opens_it_on_the_mobiles_number(
    shop: Accounts, now: datetime
) -> None:
    assert await heard(shop, Caller(MOBILE, "0170229848"), now) == "in_service"


@pytest.mark.parametrize("caller", [LINE, BOOTH, NOBODY])
async def test_CS_06_on_the_mobiles_number_other_callers_open_nothing(
    shop: Accounts, now: datetime, caller: str
) -> None:
    assert await heard(shop, Caller(caller, "0170229848"), now) == "unknown"


@pytest.mark.parametrize("dialled", ["3111", "3111*0", "0805123200"])
@pytest.mark.parametrize("caller", [MOBILE, NOBODY])
async def test_CS_07_on_the_booths_numbers_other_lines_open_nothing(
    shop: Accounts, now: datetime, dialled: str, caller: str
) -> None:
    assert await heard(shop, Caller(caller, dialled), now) == "unknown"


@pytest.mark.parametrize("dialled", EVERY_NUMBER)
async def test_CS_06_a_withheld_or_untrusted_number_opens_nothing(
    shop: Accounts, now: datetime, dialled: str
) -> None:
    assert await heard(shop, Caller(None, dialled), now) == "anonymous"


@pytest.mark.parametrize("dialled", ["4488", "", "31110", "0805020022"])
@pytest.mark.parametrize("caller", [LINE, BOOTH, MOBILE])
async def test_CS_06_a_number_that_the_rules_do_not_name_opens_nothing(
    shop: Accounts, now: datetime, dialled: str, caller: str
) -> None:
    assert await heard(shop, Caller(caller, dialled), now) == "unknown"


@pytest.mark.parametrize("dialled", EVERY_NUMBER)
@pytest.mark.parametrize("account", ["500100", "0140000001", "0612345678"])
async def test_CS_07_account_number_and_pin_open_it_from_anywhere(
    shop: Accounts, now: datetime, dialled: str, account: str
) -> None:
    proof = await shop.identify(account, "2580", None, now)
    assert (proof.outcome, proof.facts["language"]) == ("proven", "fr")
    assert await heard(shop, Caller(None, dialled, proof.subscriber_id), now) == "in_service"


async def test_CS_03_a_mobile_taken_from_the_account_opens_it_no_more(shop: Accounts, now: datetime) -> None:
    await NumberDesk(shop.store, shop.operator, shop.pins).release_number(MOBILE, now)
    assert await heard(shop, Caller(MOBILE, "0170229848"), now) == "unknown"
