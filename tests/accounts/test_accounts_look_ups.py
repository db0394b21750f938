"""Every look-up of every operator, from a store: one question each, and only the operator's own figures."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from ivr.accounts.callers import Caller
from ivr.accounts.deposits import put_deposit, set_own_limit
from ivr.accounts.model import Charging, NewAccount, Operator
from ivr.accounts.orders import take_sms
from ivr.accounts.packs import OPERATORS
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.service import Accounts
from ivr.accounts.standing_orders import order_top_up
from ivr.accounts.store import Store
from ivr.errors import AccountError
from ivr.money import Money
from tests.accounts import feeding
from tests.accounts.feeding import NUMBER, SHOP
from tests.accounts.telling import told

LOOK_UPS = [(code, name) for code in OPERATORS for name in Accounts(None, operator=OPERATORS[code]).outcomes]  # type: ignore[arg-type]


async def some_account(store: Store, operator: Operator, now: datetime) -> Accounts:
    if operator.code == callshop_fr.OPERATOR.code:
        return await feeding.prepaid(store, operator, now, "60")
    return await feeding.customer(store, operator, now)


@pytest.mark.parametrize(("code", "name"), LOOK_UPS)
async def test_each_look_up_is_one_question_and_keeps_to_its_table(
    store: Store, now: datetime, code: str, name: str
) -> None:
    accounts = await some_account(store, OPERATORS[code], now)
    asked: list[str] = []
    engine = store._readers.sync_engine
    await told(accounts, name, NUMBER, now)
    event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *rest: asked.append(statement))
    finding = await told(accounts, name, NUMBER, now)
    assert len(asked) == 1
    assert finding.outcome not in ("unknown", "anonymous", "unavailable")


@pytest.mark.parametrize(("code", "name"), LOOK_UPS)
async def test_nobody_is_told_anything_by_any_look_up(
    store: Store, now: datetime, code: str, name: str
) -> None:
    accounts = Accounts(store, operator=OPERATORS[code])
    assert (await told(accounts, name, "+420799999999", now)).outcome == "unknown"
    assert (await accounts.look_up(name, Caller(None), now)).outcome == "anonymous"
    assert (await accounts.look_up(name, Caller(None, proven=17), now)).outcome == "unknown"


async def test_a_look_up_of_another_operator_is_a_fault_of_the_dialplan(store: Store, now: datetime) -> None:
    with pytest.raises(AccountError, match="orders"):
        await Accounts(store, operator=gomobil.OPERATOR).look_up("orders", Caller(NUMBER), now)


async def test_a_number_that_two_operators_know_hears_each_operator_s_own_figures(
    store: Store, now: datetime
) -> None:
    vodafone = await feeding.customer(store, vodafone_cz_limit.OPERATOR, now, limit="3000")
    mobil = await feeding.customer(store, gomobil.OPERATOR, now, limit="300")
    assert (await told(vodafone, "limit", NUMBER, now)).facts["limit"] == Money(300_000)
    assert (await told(mobil, "limit", NUMBER, now)).facts["limit"] == Money(30_000)


async def test_GM_12_usage_moves_a_limit_through_its_states(store: Store, now: datetime) -> None:
    mobil = await feeding.customer(store, gomobil.OPERATOR, now, limit="300")
    heard = []
    for record, price in (("a", "239.99"), ("b", "0.01"), ("c", "60"), ("d", "1")):
        await feeding.feed(mobil, now, feeding.usage(record, price, now))
        finding = await told(mobil, "limit", NUMBER, now)
        heard.append((finding.outcome, finding.facts["percent"]))
    assert heard == [("open", 79), ("open", 80), ("units_only", 100), ("blocked", 100)]
    later = await told(mobil, "limit", NUMBER, datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    assert (later.outcome, later.facts["percent"]) == ("open", 0)


async def test_GM_20_an_own_limit_is_told_from_the_store(store: Store, now: datetime) -> None:
    mobil = await feeding.customer(store, gomobil.OPERATOR, now, limit="700")
    await set_own_limit(mobil, NUMBER, Money(20_000), now)
    facts = (await told(mobil, "limit", NUMBER, now)).facts
    assert (facts["own_limit"], facts["limit"]) == (Money(20_000), Money(20_000))


async def test_GM_32_and_GM_34_bills_and_deposits_of_the_store_decide_how_a_limit_is_raised(
    store: Store, now: datetime
) -> None:
    mobil = await feeding.customer(store, gomobil.OPERATOR, now, limit="300")
    await put_deposit(mobil, NUMBER, Money(50_000), now, key="d")
    finding = await told(mobil, "raise", NUMBER, now)
    assert (finding.outcome, finding.facts["highest"]) == ("not_yet", Money(200_000))
    assert finding.facts["bills_missing"] == 3
    await feeding.bills_in_time(mobil, now)
    assert (await told(mobil, "raise", NUMBER, now)).outcome == "on_request"


async def test_VL_20_the_newest_of_many_bills_decide(store: Store, now: datetime) -> None:
    vodafone = await feeding.customer(store, vodafone_cz_limit.OPERATOR, now)
    assert (await told(vodafone, "raise", NUMBER, now)).outcome == "pay"
    mine = (await feeding.account(vodafone, now)).subscriber_id
    for day in range(1, 21):
        await feeding.put(
            store, "bills", subscriber_id=mine, invoice_number=f"old-{day}", period=202001, amount_minor=100,
            currency="CZK", issued_on=date(2020, 1, day), due_on=date(2020, 2, 1), paid_on=date(2020, 3, 1),
        )  # fmt: skip
    assert (await told(vodafone, "raise", NUMBER, now)).outcome == "pay"
    await feeding.bills_in_time(vodafone, now)
    assert (await told(vodafone, "raise", NUMBER, now)).outcome == "on_request"


async def test_VL_12_and_VL_15_a_block_abroad_and_its_end_after_a_deposit_are_told(
    store: Store, now: datetime
) -> None:
    vodafone = await feeding.customer(store, vodafone_cz_limit.OPERATOR, now)
    await feeding.feed(vodafone, now, feeding.usage("a", "1400", now))
    assert (await told(vodafone, "limit", NUMBER, now)).facts["roaming_blocked"] is True
    await put_deposit(vodafone, NUMBER, Money(100_000), now, key="d")
    facts = (await told(vodafone, "limit", NUMBER, now)).facts
    assert (facts["percent"], "roaming_blocked" in facts) == (56, False)
    assert facts["restored_by"] == now + timedelta(hours=24)


async def test_CP_53_an_order_by_sms_is_told_until_its_day(store: Store, now: datetime) -> None:
    card = await feeding.prepaid(store, callpro.OPERATOR, now, "100")
    assert (await told(card, "orders", NUMBER, now)).outcome == "none"
    await feeding.bundle(store, "data_600", "99")
    answer = await take_sms(card, feeding.sms("m", "ZMENA DATA600", now), now)
    finding = await told(card, "orders", NUMBER, now)
    assert (finding.outcome, answer.status) == ("some", "done")
    orders = finding.facts["orders"]
    assert isinstance(orders, tuple)
    assert (orders[0]["command"], str(orders[0]["effective_on"])) == ("ZMENA DATA600", "2026-12-01")


async def test_CS_22_a_payment_by_hand_does_not_hide_the_last_automatic_one(
    store: Store, now: datetime
) -> None:
    shop = await feeding.prepaid(store, callshop_fr.OPERATOR, now, "60", number=SHOP)
    level, amount = Money(5000, "EUR"), Money(50_000, "EUR")
    card = SecretStr("sandbox-settles")
    await order_top_up(shop, SHOP, level, amount, now, card=card, ceiling=Money(49_999, "EUR"))
    await feeding.feed(shop, now, feeding.usage("a", "10", now, number=SHOP))
    owner = await feeding.account(shop, now, SHOP)
    later = now + timedelta(minutes=1)
    await feeding.put(
        store, "card_payments", subscriber_id=owner.subscriber_id, key="by-hand", started_by="by_hand",
        amount_minor=100, currency="EUR", status="failed", started_at=later, finished_at=later,
    )  # fmt: skip
    facts = (await told(shop, "automatic_top_up", SHOP, later)).facts
    assert (facts["last_status"], facts["last_reason"], facts["last_amount"]) == (
        "skipped",
        "ceiling",
        amount,
    )


async def test_who_has_proven_an_account_hears_it_from_any_telephone(store: Store, now: datetime) -> None:
    card = await feeding.prepaid(store, callpro.OPERATOR, now, "100")
    mine = (await feeding.account(card, now)).subscriber_id
    await card.add(NewAccount("+420777000001", Charging.PREPAID, credit=Money(500)), now)
    for number in (None, "+420777000001"):
        finding = await card.look_up("caller", Caller(number, proven=mine), now)
        assert finding.facts["number"] == NUMBER
