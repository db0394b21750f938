from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from ivr.accounts import payments
from ivr.accounts.callers import Caller
from ivr.accounts.deposits import ask_raise, claim_back, put_deposit, set_own_limit
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.payments import give_back, match_by_hand, parked
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.schema.tables import subscribers
from ivr.accounts.store import Store
from ivr.errors import AccountError
from ivr.money import Money
from tests.accounts.feeding import (
    NUMBER,
    SHOP,
    account,
    bills_in_time,
    customer,
    deposit,
    feed,
    pay_in,
    prepaid,
    rows,
    transfer,
    usage,
)

VODAFONE = "117292/0300"


async def test_CP_15_a_transfer_tops_up_the_number_in_its_variable_symbol_once(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    paid = transfer("bank-1", "200", now, "0601234567")
    first = await pay_in(accounts, now, paid, paid)
    assert (first.booked, first.repeated, first.parked) == (1, 1, 0)
    assert (await account(accounts, now)).balance == Money(30000)
    assert await rows(store, "payments", "status", "subscriber_id") == [("matched", 1)]


@pytest.mark.parametrize(
    ("symbol", "reason"),
    [
        (None, "no_symbol"),
        ("0000000000", "no_symbol"),
        ("123", "not_a_number"),
        ("777999999", "unknown_number"),
    ],
)
async def test_CP_16_what_fits_no_number_is_parked_and_matched_by_hand(
    store: Store, now: datetime, symbol: str | None, reason: str
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    taken = await pay_in(accounts, now, transfer("bank-1", "200", now, symbol))
    assert (taken.booked, taken.parked, taken.faults) == (1, 1, [])
    (waiting,) = await parked(accounts)
    assert (waiting.transfer.reference, waiting.reason) == ("bank-1", reason)
    matched = await match_by_hand(accounts, "bank-1", NUMBER, now)
    assert matched.balance == Money(30000)
    assert await parked(accounts) == ()
    again = await pay_in(accounts, now, transfer("bank-1", "200", now, symbol))
    assert (again.booked, again.repeated) == (0, 1)
    with pytest.raises(AccountError, match="is parked"):
        await match_by_hand(accounts, "bank-1", NUMBER, now)


async def test_a_parked_payment_can_be_sent_back_and_then_tops_up_nobody(store: Store, now: datetime) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    await pay_in(accounts, now, transfer("bank-1", "200", now, None))
    await give_back(accounts, "bank-1", "sender unknown", now)
    with pytest.raises(AccountError, match="is parked"):
        await match_by_hand(accounts, "bank-1", NUMBER, now)
    assert (await account(accounts, now)).balance == Money(10000)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": 1.0}, "amount"),
        ({"received_at": "2999-01-01"}, "received_at"),
        ({"variable_symbol": "12345678901"}, "variable_symbol"),
        ({"variable_symbol": "12-34"}, "variable_symbol"),
        ({"to_account": ""}, "to_account"),
        ({"reference": None}, "reference"),
    ],
)
async def test_a_wrong_payment_names_its_field_and_the_others_go_in(
    store: Store, now: datetime, wrong: dict[str, object], field: str
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "0")
    good = transfer("good", "1", now, "601234567")
    taken = await pay_in(accounts, now, transfer("bad", "1", now, "601234567") | wrong, good)
    assert [(fault.place, fault.field) for fault in taken.faults] == [(1, field)]
    assert (await account(accounts, now)).balance == Money(100)


async def test_a_reference_that_comes_back_with_another_amount_is_a_fault(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "0")
    await pay_in(accounts, now, transfer("bank-1", "1", now, "601234567"))
    taken = await pay_in(accounts, now, transfer("bank-1", "2", now, "601234567"))
    assert [fault.field for fault in taken.faults] == ["reference"]
    assert (await account(accounts, now)).balance == Money(100)


async def test_VL_24_a_transfer_is_a_deposit_and_opens_what_was_blocked(store: Store, now: datetime) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now)
    await feed(accounts, now, usage("a", "1500", now))
    assert await rows(store, "limit_states", "state", "roaming_blocked") == [("units_only", True)]
    paid = transfer("bank-1", "500", now, "5701234567", to_account=VODAFONE)
    assert (await pay_in(accounts, now, paid, paid)).booked == 1
    assert (await account(accounts, now)).limit == Money(200_000)
    assert await rows(store, "deposits", "kind", "amount_minor") == [("limit", 50_000)]
    ((state, abroad, by),) = await rows(store, "limit_states", "state", "roaming_blocked", "restored_by")
    assert (state, abroad, by) == ("open", False, now + timedelta(hours=24))


async def test_VL_26_two_numbers_with_one_symbol_need_the_payer_number(store: Store, now: datetime) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now)
    await accounts.add(NewAccount("+420701234567", Charging.POSTPAID, limit=Money(1)), now)
    async with store.writing() as connection:
        await connection.execute(update(subscribers).where(subscribers.c.id == 2).values(payer_number="42"))
    await pay_in(accounts, now, transfer("bank-1", "500", now, "5701234567", to_account=VODAFONE))
    assert [one.reason for one in await parked(accounts)] == ["several_numbers"]
    named = transfer("bank-2", "500", now, "5701234567", to_account=VODAFONE, specific_symbol="0042")
    assert (await pay_in(accounts, now, named)).parked == 0
    assert (await account(accounts, now, "+420701234567")).limit == Money(50_001)


async def test_VL_02_a_security_deposit_raises_no_limit(store: Store, now: datetime) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now, limit=None)
    for amount, security in (("500", False), ("1000", False), ("2000", True)):
        await put_deposit(accounts, NUMBER, Money.parse(amount), now, key=amount, security=security)
        found = await put_deposit(accounts, NUMBER, Money.parse(amount), now, key=amount, security=security)
    assert found.limit == Money(150_000)


async def test_VL_20_a_raise_on_request_takes_three_bills_paid_in_time(store: Store, now: datetime) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now)
    with pytest.raises(AccountError, match="bills not in time"):
        await ask_raise(accounts, NUMBER, Money(50_000), now)
    await bills_in_time(accounts, now)
    assert (await ask_raise(accounts, NUMBER, Money(50_000), now)).limit == Money(200_000)
    assert await rows(store, "deposits", "kind") == [("requested_raise",)]


async def test_VL_22_a_deposit_comes_back_after_three_months_and_once(store: Store, now: datetime) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now)
    await deposit(accounts, now, "500")
    with pytest.raises(AccountError, match="before 2027-02-22"):
        await claim_back(accounts, NUMBER, 1, now)
    later = now + timedelta(days=120)
    await bills_in_time(accounts, later)
    assert (await claim_back(accounts, NUMBER, 1, later)).limit == Money(150_000)
    with pytest.raises(AccountError, match="returned already"):
        await claim_back(accounts, NUMBER, 1, later)


async def test_GM_23_an_own_limit_below_the_spend_closes_and_above_it_opens_again(
    store: Store, now: datetime
) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now, limit="300")
    await feed(accounts, now, usage("a", "200", now))
    assert (await set_own_limit(accounts, NUMBER, Money(10_000), now)).limit == Money(10_000)
    assert await rows(store, "limit_states", "state") == [("units_only",)]
    assert await rows(store, "notices", "percent", "limit_minor") == [(100, 10_000)]
    assert (await set_own_limit(accounts, NUMBER, None, now)).limit == Money(30_000)
    assert await rows(store, "limit_states", "state") == [("open",)]
    with pytest.raises(AccountError, match="needs deposit"):
        await set_own_limit(accounts, NUMBER, Money(30_001), now)


async def test_GM_34_the_raise_to_1500_needs_bills_and_the_wish(store: Store, now: datetime) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now, limit="300")
    with pytest.raises(AccountError, match="bills not in time"):
        await ask_raise(accounts, NUMBER, None, now)
    await bills_in_time(accounts, now)
    assert (await account(accounts, now)).limit == Money(30_000)
    assert (await ask_raise(accounts, NUMBER, None, now)).limit == Money(150_000)


async def test_GM_32_a_deposit_raises_the_limit_on_top_of_the_base(store: Store, now: datetime) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now, limit="300")
    assert (await put_deposit(accounts, NUMBER, Money(20_000), now)).limit == Money(50_000)


async def test_a_shop_s_transfer_is_matched_by_hand_and_its_credit_has_no_end(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callshop_fr.OPERATOR, now, "10", number=SHOP)
    await pay_in(accounts, now, transfer("bank-1", "90", now, None))
    assert (await match_by_hand(accounts, "bank-1", SHOP, now)).balance == Money(10_000, "EUR")
    assert await rows(store, "ledger", "valid_until") == [(None,), (None,)]
    told = await accounts.look_up("credit", Caller(SHOP, "3111"), now)
    assert told.outcome == "in_service"


async def test_a_prepaid_number_has_no_limit_to_raise(store: Store, now: datetime) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "10")
    with pytest.raises(AccountError, match="no calling limit"):
        await put_deposit(accounts, NUMBER, Money(1), now)
    with pytest.raises(AccountError, match="not in the store"):
        await put_deposit(accounts, "+420777999999", Money(1), now)


async def test_a_batch_of_transfers_that_ends_early_goes_on_with_the_next(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payments, "_LONGEST", 0.0)
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    paid = [transfer(f"bank-{turn}", "200", now, "0601234567") for turn in range(3)]
    taken = await pay_in(accounts, now, *paid, transfer("wrong", "0", now, "1"), *paid)
    assert (taken.booked, taken.repeated) == (3, 3)
    assert [(fault.place, fault.record) for fault in taken.faults] == [(4, "wrong")]
    assert (await account(accounts, now)).balance == Money(70_000)
