"""The cast of ``ivr run --demo``: it shows every answer of every line, and never mixes with real accounts."""

from datetime import datetime, timedelta

import pytest

from ivr.accounts.callers import Caller
from ivr.accounts.demo import demo_accounts, seed_demo
from ivr.accounts.demo_cast import PIN, cast
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.packs import OPERATORS
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money
from tests.accounts import feeding
from tests.accounts.telling import told

NOBODY = {"unknown", "anonymous", "unavailable"}
UNSHOWN = {  # what no caller of the demo can be shown beside the others
    ("gomobil", "credit"): {"prepaid", "expiring", "expired", "empty", "postpaid"},
    ("vodafone_cz", "credit"): {"prepaid", "expiring", "expired", "empty", "postpaid"},
    ("gomobil", "limit"): {"none"},
    ("vodafone_cz", "limit"): {"none"},
    ("vodafone_cz", "pay"): {"none"},
    ("callshop_fr", "credit"): {"out_of_service_top_up_skipped"},
}


@pytest.mark.parametrize("code", OPERATORS)
async def test_the_cast_of_an_operator_is_told_every_outcome_of_its_look_ups(
    store: Store, now: datetime, code: str
) -> None:
    accounts = Accounts(store, operator=OPERATORS[code])
    mine = [one for one in await seed_demo(store, now.date()) if one.operator == code]
    for name, outcomes in accounts.outcomes.items():
        heard = {(await told(accounts, name, one.number, now)).outcome for one in mine}
        assert heard == outcomes.keys() - NOBODY - UNSHOWN.get((code, name), set()), name


async def test_entering_the_demo_again_changes_nothing(store: Store, now: datetime) -> None:
    first = await seed_demo(store, now.date())
    before = await feeding.rows(store, "ledger", "id", "amount_minor")
    assert await seed_demo(store, now.date() + timedelta(days=40)) == first
    assert await feeding.rows(store, "ledger", "id", "amount_minor") == before
    assert len(await feeding.rows(store, "numbers", "id")) == sum(1 + len(one.others) for one in first)


async def test_the_books_of_the_demo_add_up(store: Store, now: datetime) -> None:
    await seed_demo(store, now.date())
    for operator in OPERATORS.values():
        assert await Accounts(store, operator=operator).check() == ()


async def test_a_store_of_an_older_demo_keeps_what_has_happened_in_it_and_gets_the_others(
    store: Store, now: datetime
) -> None:
    accounts = Accounts(store)
    older = [account for account, _ in demo_accounts(now.date())[:5]]
    await accounts.add_first(older, now)
    await accounts.top_up(older[0].number, Money(10_000), now=now)
    entered = await seed_demo(store, now.date())
    assert len(entered) == sum(len(roles) for roles in cast(now.date()).values())
    kept = await told(accounts, "credit", older[0].number, now)
    assert kept.facts["credit"] == Money(33_450)
    assert await seed_demo(store, now.date()) == entered


@pytest.mark.parametrize("code", OPERATORS)
async def test_a_store_that_holds_anybody_else_is_left_alone(store: Store, now: datetime, code: str) -> None:
    operator = OPERATORS[code]
    stranger = NewAccount("+420777999999", Charging.PREPAID, credit=Money(100, operator.currency))
    await Accounts(store, operator=operator).add(stranger, now)
    assert await seed_demo(store, now.date()) == ()
    assert len(await feeding.rows(store, "numbers", "id")) == 1


async def test_a_limit_of_the_demo_moves_on_with_use(store: Store, now: datetime) -> None:
    await seed_demo(store, now.date())
    mobil = Accounts(store, operator=OPERATORS["gomobil"])
    number = "+420603000300"
    await feeding.feed(mobil, now, feeding.usage("a", "1", now, number=number))
    assert (await told(mobil, "limit", number, now)).outcome == "blocked"


@pytest.mark.parametrize("code", OPERATORS)
async def test_every_caller_of_the_demo_is_proven_by_number_or_account_number_and_pin(
    store: Store, now: datetime, code: str
) -> None:
    accounts = Accounts(store, operator=OPERATORS[code])
    mine = [one for one in await seed_demo(store, now.date()) if one.operator == code]
    one = mine[0]
    for key in (one.number, *one.others, *([one.account_number] if one.account_number else [])):
        proof = await accounts.identify(key, PIN, None, now)
        assert proof.outcome == "proven"
        told_of = await accounts.look_up("caller", Caller(None, proven=proof.subscriber_id), now)
        assert told_of.facts["number"] == one.number


async def test_CS_03_the_demo_has_booths_and_a_mobile_made_known(store: Store, now: datetime) -> None:
    await seed_demo(store, now.date())
    shops = Accounts(store, operator=OPERATORS["callshop_fr"])
    for number, dialled in (("+33140000011", "3111*0"), ("+33612000001", "0170229848")):
        assert (await told(shops, "credit", number, now, dialled)).outcome == "in_service"


async def test_no_two_of_the_cast_share_a_number(now: datetime) -> None:
    numbers = [role.account.number for roles in cast(now.date()).values() for role in roles]
    assert len(set(numbers)) == len(numbers)
