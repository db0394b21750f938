"""Accounts with light PINs, and the three owners in them."""

from datetime import datetime

import pytest
from pin_owners import ANNA, BORIS, LIGHT, NO_PIN, PIN

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.numbering import NumberDesk
from ivr.accounts.packs import PackTerms
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store, terms=PackTerms(pins=LIGHT), time_limit=20)


@pytest.fixture
def desk(accounts: Accounts) -> NumberDesk:
    return NumberDesk(accounts.store, accounts.operator, accounts.pins)


@pytest.fixture(autouse=True)
async def people(accounts: Accounts, desk: NumberDesk, now: datetime) -> None:
    for number, credit in ((ANNA, 23450), (BORIS, 500), (NO_PIN, 900)):
        await accounts.add(NewAccount(number, Charging.PREPAID, credit=Money(credit)), now)
    await desk.set_account_number(ANNA, "100234")
    await desk.set_pin(ANNA, PIN)
    await desk.set_pin(BORIS, "1379")
