"""The statement: all of section 6 of the rules, in one question to the store, at one time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, event, insert

from ivr.accounts.bookings import operator_id
from ivr.accounts.model import Account, Charging, NewAccount, Operator
from ivr.accounts.packs import PackTerms
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.rules.effects import LimitState
from ivr.accounts.schema import tables
from ivr.accounts.service import Accounts
from ivr.accounts.statement import (
    AutomaticTopUp,
    CardResult,
    Credit,
    FreeUnits,
    HeldBundle,
    HeldTariff,
    OrderToCome,
    PayIn,
    Statement,
    StatementTerms,
)
from ivr.accounts.store import Store
from ivr.errors import StoreUnavailable
from ivr.money import Money

NUMBER = "+420772722222"


async def put(accounts: Accounts, table: Table, **values: Any) -> None:
    async with accounts.store.writing() as connection:
        await connection.execute(insert(table).values(**values))


async def change(accounts: Accounts, table: Table, **values: Any) -> None:
    async with accounts.store.writing() as connection:
        await connection.execute(table.update().values(**values))


async def postpaid(store: Store, operator: Operator, now: datetime, spend: int) -> tuple[Accounts, Account]:
    accounts = Accounts(store, operator=operator)
    new = NewAccount(NUMBER, Charging.POSTPAID, spend=Money(spend), limit=Money(150_000))
    return accounts, await accounts.add(new, now)


async def stated(accounts: Accounts, now: datetime, number: str = NUMBER) -> Statement:
    statement = await accounts.statement(number, now)
    assert statement is not None
    return statement


@pytest.fixture
async def account(accounts: Accounts, now: datetime) -> Account:
    until = date(2026, 12, 1)
    return await accounts.add(NewAccount(NUMBER, Charging.PREPAID, Money(23_450), until), now)


async def test_CP_15_credit_is_told_with_its_end_and_with_how_to_top_up(
    accounts: Accounts, account: Account, now: datetime
) -> None:
    statement = await stated(accounts, now)
    assert statement.account == account
    assert statement.credit == Credit(Money(23_450), date(2026, 12, 1), days_left=9)
    assert statement.pay_in == PayIn("222852292/0600", "772722222")
    assert statement.resets_on == date(2026, 12, 1)
    assert statement.limit is None


async def test_CP_21_expired_credit_is_told_with_its_day_and_amount(
    accounts: Accounts, account: Account, now: datetime
) -> None:
    statement = await stated(accounts, now + timedelta(days=20))
    assert statement.credit == Credit(Money(0), date(2026, 12, 1), lapsed=Money(23_450))


async def test_CP_12_free_units_and_bundles_of_today_are_told(
    accounts: Accounts, account: Account, now: datetime
) -> None:
    mine = {"subscriber_id": account.subscriber_id}
    async with accounts.store.writing() as connection:
        owner = await operator_id(connection, callpro.OPERATOR)
    of_month = {"unit": "seconds", "source": "tariff", "granted": 6000}
    for begins, ends, used in ((10, 11, 6000), (11, 12, 600)):
        span = {"from_on": date(2026, begins, 1), "resets_on": date(2026, ends, 1), "used": used}
        await put(accounts, tables.free_units, **mine, **of_month, **span)
    sold = {"operator_id": owner, "currency": "CZK"}
    await put(
        accounts, tables.tariffs, id=1, **sold, code="200", name="CallPro 200", charging="prepaid",
        monthly_fee_minor=20_000,
    )  # fmt: skip
    await put(accounts, tables.tariff_uses, **mine, tariff_id=1, from_on=date(2026, 1, 1))
    await put(
        accounts, tables.bundles, id=1, **sold, code="data_600", name="DATA 600", family="data",
        unit="kilobytes", size=614_400, monthly_fee_minor=9_900, renewal="billing_period",
        activation_charge="proportional", cancellation_charge="whole",
    )  # fmt: skip
    held = {"bundle_id": 1, "size": 614_400, "activated_at": now, "anchor_day": 1}
    ended = {"remaining": 0, "valid_until": date(2026, 10, 31), "ended_at": now}
    await put(accounts, tables.held_bundles, id=1, **mine, **held, **ended)
    valid = {"remaining": 100_000, "valid_until": date(2026, 11, 30)}
    await put(accounts, tables.held_bundles, id=2, **mine, **held, **valid)
    statement = await stated(accounts, now)
    assert statement.units == (FreeUnits("seconds", "tariff", 6000, 600, date(2026, 12, 1)),)
    assert statement.units[0].left == 5400
    bundle = ("data_600", "DATA 600", "data", "kilobytes", 614_400, 100_000, date(2026, 11, 30))
    assert statement.bundles == (HeldBundle(2, *bundle, "billing_period"),)
    assert statement.tariff == HeldTariff("200", "CallPro 200", Money(20_000))


async def test_CP_53_orders_are_told_until_they_have_changed_the_services(
    accounts: Accounts, account: Account, now: datetime
) -> None:
    due, first = now + timedelta(hours=24), date(2026, 12, 1)
    common = {"subscriber_id": account.subscriber_id, "number_id": 1, "received_at": now, "due_at": due}
    for place, (status, applied) in enumerate(
        (("open", None), ("done", None), ("done", now), ("failed", None), ("refused", None))
    ):
        await put(
            accounts, tables.sms_orders, **common, message_id=f"m{place}", text="x", command=f"c{place}",
            status=status, effective_on=first, finished_at=None if status == "open" else now,
            applied_at=applied,
        )  # fmt: skip
    statement = await stated(accounts, now)
    assert statement.orders == (
        OrderToCome("c0", "open", now, due, first),
        OrderToCome("c1", "done", now, due, first),
    )


async def test_VL_34_the_limit_is_told_with_its_state_and_the_next_threshold(
    store: Store, now: datetime
) -> None:
    accounts, account = await postpaid(store, vodafone_cz_limit.OPERATOR, now, 112_499)
    await change(accounts, tables.subscribers, payer_number="4711", roaming=True)
    statement = await stated(accounts, now)
    assert statement.credit is None
    assert statement.pay_in == PayIn("117292/0300", "5772722222", "4711")
    limit = statement.limit
    assert limit is not None
    assert (limit.use.spend, limit.use.limit) == (Money(112_499), Money(150_000))
    assert (limit.next_percent, limit.next_at) == (75, Money(112_500))
    assert limit.state is LimitState.OPEN
    assert (limit.automatic_raise, limit.raised_this_period, limit.may_be_late) == (True, False, True)
    await put(
        accounts, tables.limit_states, subscriber_id=account.subscriber_id, period=202611, changed_at=now,
        state="units_only", roaming_blocked=True, raised_automatically_at=now,
        restored_by=now + timedelta(hours=3),
    )  # fmt: skip
    limit = (await stated(accounts, now)).limit
    assert limit is not None
    assert (limit.state, limit.roaming_blocked) == (LimitState.UNITS_ONLY, True)
    assert (limit.raised_this_period, limit.restored_by) == (True, now + timedelta(hours=3))
    later = (await stated(accounts, datetime(2026, 12, 1, tzinfo=UTC))).limit
    assert later is not None
    assert (later.state, later.roaming_blocked, later.raised_this_period) == (LimitState.OPEN, False, False)
    assert later.use.spend == Money(0)


async def test_GM_16_units_that_cannot_be_used_are_told_as_such(store: Store, now: datetime) -> None:
    accounts, account = await postpaid(store, gomobil.OPERATOR, now, 160_000)
    row = {"subscriber_id": account.subscriber_id, "period": 202611, "state": "blocked", "changed_at": now}
    await put(accounts, tables.limit_states, **row)
    limit = (await stated(accounts, now)).limit
    assert limit is not None
    assert not limit.units_usable
    assert (limit.next_percent, limit.automatic_raise) == (None, False)


async def test_CS_24_the_automatic_top_up_is_told_with_its_last_result(store: Store, now: datetime) -> None:
    accounts = Accounts(store, operator=callshop_fr.OPERATOR)
    shop = "+33140000001"
    account = await accounts.add(NewAccount(shop, Charging.PREPAID, Money(12_000, "EUR"), None), now)
    await change(accounts, tables.subscribers, account_number="990017")
    mine = {"subscriber_id": account.subscriber_id, "currency": "EUR"}
    await put(
        accounts, tables.auto_top_ups, **mine, level_minor=5_000, amount_minor=50_000,
        weekly_ceiling_minor=200_000, card_token="t", switched_on_at=now,
    )  # fmt: skip
    for place, status in enumerate(("settled", "skipped")):
        at = now - timedelta(hours=5 - place)
        await put(
            accounts, tables.card_payments, **mine, key=f"k{place}", started_by="automatic",
            amount_minor=50_000, status=status, reason="ceiling", started_at=at, finished_at=at,
        )  # fmt: skip
    call = {"kind": "call", "quantity": 0, "price_minor": 0, "started_at": now, "received_at": now}
    await put(accounts, tables.usage_records, **mine, **call, source="s", record="r")
    statement = await stated(accounts, now, shop)
    last = CardResult("skipped", Money(50_000, "EUR"), "automatic", now - timedelta(hours=4), "ceiling")
    levels = (Money(5_000, "EUR"), Money(50_000, "EUR"), Money(200_000, "EUR"))
    assert statement.automatic_top_up == AutomaticTopUp(*levels, armed=True, last=last)
    assert statement.credit is not None
    assert statement.credit.amount == Money(12_000, "EUR")
    assert statement.calls_in_progress == 1
    assert statement.pay_in is None
    assert await accounts.statement_of_account("990017", now) == statement
    assert await accounts.statement_of_account("99' OR 1=1", now) is None
    assert await Accounts(store).statement(shop, now) is None, "another operator's number"


async def test_figures_are_stale_when_usage_was_booked_too_long_ago(
    store: Store, accounts: Accounts, account: Account, now: datetime
) -> None:
    assert not (await stated(accounts, now)).stale
    await change(accounts, tables.subscribers, figures_at=now - timedelta(hours=24, seconds=1))
    statement = await stated(accounts, now)
    assert (statement.stale, statement.figures_at) == (True, now - timedelta(hours=24, seconds=1))
    patient = Accounts(store, terms=PackTerms(statement=StatementTerms(stale_after=timedelta(days=2))))
    assert not (await stated(patient, now)).stale


async def test_a_statement_is_one_question_to_the_store(
    accounts: Accounts, account: Account, now: datetime
) -> None:
    await stated(accounts, now)
    asked: list[str] = []
    engine = accounts.store._readers.sync_engine
    event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *rest: asked.append(statement))
    await stated(accounts, now)
    assert len(asked) == 1


@pytest.mark.parametrize("number", ["+420777000000", "' OR 1=1 --", "\x00", "%", "", "+4207727222221"])
async def test_who_is_no_customer_has_no_statement(
    accounts: Accounts, account: Account, now: datetime, number: str
) -> None:
    assert await accounts.statement(number, now) is None


async def test_a_subscriber_that_makes_no_sense_is_told_as_such(
    accounts: Accounts, account: Account, now: datetime
) -> None:
    await change(accounts, tables.ledger, valid_until=None)
    with pytest.raises(StoreUnavailable, match="makes no sense"):
        await accounts.statement(NUMBER, now)
