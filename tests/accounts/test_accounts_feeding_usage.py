from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ivr.accounts.records import UsageIn, read_batch, read_file
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.accounts.usage import take_usage
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
    prepaid,
    put,
    rows,
    usage,
)


async def test_a_record_is_booked_once_however_often_it_is_sent(store: Store, now: datetime) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    for _ in range(3):
        await feed(accounts, now, usage("a", "1.50", now), usage("a", "1.50", now), usage("b", "2", now))
    assert (await account(accounts, now)).balance == Money(9650)
    again = await feed(accounts, now, usage("a", "1.50", now))
    assert (again.booked, again.repeated, again.faults) == (0, 1, [])


async def test_the_same_name_with_other_contents_is_a_fault_and_changes_nothing(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    await feed(accounts, now, usage("a", "1.50", now))
    taken = await feed(accounts, now, usage("a", "1.51", now), usage("b", "1", now))
    assert [(fault.place, fault.record, fault.field) for fault in taken.faults] == [(1, "a", "record")]
    assert (await account(accounts, now)).balance == Money(9750)


FAULTS = [
    ({"number": "12"}, "number"),
    ({"number": "+420777999999"}, "number"),
    ({"number": 777}, "number"),
    ({"kind": "fax"}, "kind"),
    ({"started_at": "yesterday"}, "started_at"),
    ({"started_at": "2999-01-01", "ended_at": "2999-01-02"}, "started_at"),
    ({"started_at": 1}, "started_at"),
    ({"started_at": "0001-01-01T00:00:00+23:00", "ended_at": None}, "moment"),
    ({"ended_at": "2020-01-01T00:00:00+00:00"}, "ended_at"),
    ({"quantity": -1}, "quantity"),
    ({"quantity": 1.5}, "quantity"),
    ({"quantity": 10**18}, "quantity"),
    ({"price": 1.5}, "price"),
    ({"price": "1.234"}, "price"),
    ({"price": "much"}, "price"),
    ({"price": None}, "price"),
    ({"from_free_units": 61}, "from_free_units"),
    ({"from_free_units": 60}, "from_free_units"),
    ({"roaming": "perhaps"}, "roaming"),
    ({"colour": "red"}, "colour"),
    ({"record": ""}, "record"),
    ({"record": "a b"}, "record"),
    ({"source": "x" * 101}, "source"),
]


@pytest.mark.parametrize(("wrong", "field"), FAULTS)
async def test_a_fault_names_record_and_field_and_the_others_go_in(
    store: Store, now: datetime, wrong: dict[str, object], field: str
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    bad = {**usage("bad", "1", now), **wrong}
    taken = await feed(accounts, now, usage("first", "1", now), bad, usage("last", "1", now))
    (fault,) = taken.faults
    assert (fault.place, fault.field) == (2, field)
    assert fault.record == wrong.get("record", "bad")
    assert "\n" not in str(fault)
    assert taken.booked == 2
    assert (await account(accounts, now)).balance == Money(9800)


@pytest.mark.parametrize("item", [None, 1, "x", [], {}, {"record": {}}])
def test_what_is_no_record_is_one_plain_answer(item: object) -> None:
    given, (fault,) = read_batch([item], UsageIn)
    assert not given
    assert fault.expected


async def test_a_file_is_read_line_by_line(store: Store, now: datetime, tmp_path: Path) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    file = tmp_path / "usage.csv"
    file.write_text(
        "record;number;kind;started_at;ended_at;quantity;price\n"
        "1;601234567;call;2026-11-22T10:00;2026-11-22T10:01;60;1,50\n"
        "2;601234567;call;2026-11-22T10:00;2026-11-22T10:01;sixty;1,50\n"
        "3;601234567;sms\n"
        "4;601 234 567;sms;2026-11-22T10:05;;1;2\n",
        encoding="utf-8",
    )
    given, faults = read_file(file, UsageIn)
    assert [str(fault) for fault in faults] == [
        "3: record 2: quantity: expected a whole number, not 'sixty'",
        "4: line: expected 7 fields, not 3",
    ]
    taken = await take_usage(accounts, given, now)
    assert (taken.booked, taken.faults) == (2, [])
    assert (await account(accounts, now)).balance == Money(9650)
    ((moment,), _) = await rows(store, "usage_records", "started_at")
    assert moment == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_file_without_its_columns_is_refused_whole(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text("record,number,knid\n", encoding="utf-8")
    with pytest.raises(AccountError, match="did you mean 'kind'"):
        read_file(file, UsageIn)


async def test_CS_12_a_running_call_costs_nothing_until_the_same_record_ends_it(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callshop_fr.OPERATOR, now, "100", number=SHOP)
    running = usage("a", "0", now, number=SHOP, quantity=0)
    running["ended_at"] = None
    assert (await feed(accounts, now, running)).booked == 1
    assert (await account(accounts, now, SHOP)).balance == Money(10000, "EUR")
    ended = usage("a", "0.35", now, number=SHOP, quantity=61)
    assert (await feed(accounts, now, ended, ended)).booked == 1
    assert (await account(accounts, now, SHOP)).balance == Money(9965, "EUR")


async def test_CS_11_a_call_without_a_price_is_priced_by_the_longest_prefix(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callshop_fr.OPERATOR, now, "100", number=SHOP)
    for prefix, millionths in (("+420", 60_000), ("+420601", 120_000)):
        await put(
            store, "call_prices", operator_id=1, prefix=prefix, destination=prefix,
            minute_millionths=millionths, currency="EUR", from_on=date(2026, 1, 1),
        )  # fmt: skip
    call = usage("a", None, now, number=SHOP, quantity=90, other_party="00420601234567")
    nowhere = usage("b", None, now, number=SHOP, other_party="0033140000002")
    special = usage("c", None, now, number=SHOP, other_party="0805123200")  # France Télécom's (CS-09)
    taken = await feed(accounts, now, call, nowhere, special, call)
    faults = [(fault.record, fault.field) for fault in taken.faults]
    assert faults == [("b", "price"), ("c", "other_party")]
    assert (await account(accounts, now, SHOP)).balance == Money(9982, "EUR")


async def test_free_units_are_used_where_there_are_enough(store: Store, now: datetime) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now)
    await put(
        store, "free_units", subscriber_id=1, unit="seconds", source="tariff", granted=100, used=0,
        from_on=date(2026, 11, 1), resets_on=date(2026, 12, 1),
    )  # fmt: skip
    free = {"from_free_units": 60}
    taken = await feed(accounts, now, usage("a", "0", now, **free), usage("b", "0", now, **free))
    assert [(fault.record, fault.field) for fault in taken.faults] == [("b", "from_free_units")]
    assert "only 40 of 60 seconds were left" in taken.faults[0].expected
    assert await rows(store, "free_units", "used") == [(60,)]
    assert await rows(store, "usage_records", "record") == [("a",)]


async def test_VL_34_the_raise_at_75_percent_is_booked_with_the_usage_that_caused_it(
    store: Store, now: datetime
) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now, limit=None)
    await deposit(accounts, now, "1500")
    await bills_in_time(accounts, now)
    await feed(accounts, now, usage("a", "1124.99", now))
    assert (await account(accounts, now)).limit == Money(150_000)
    assert await rows(store, "notices", "percent", "limit_minor") == [(50, 150_000)]
    await feed(accounts, now, usage("b", "0.01", now), usage("c", "1125", now))
    assert (await account(accounts, now)).limit == Money(300_000)
    assert await rows(store, "notices", "percent", "limit_minor") == [
        (50, 150_000),
        (75, 150_000),
        (75, 300_000),
    ]
    assert await rows(store, "deposits", "kind") == [("limit",), ("automatic_raise",)]
    assert len(await rows(store, "limit_states", "state")) == 1


async def test_VL_13_home_and_abroad_are_blocked_at_100_and_90_percent(store: Store, now: datetime) -> None:
    accounts = await customer(store, vodafone_cz_limit.OPERATOR, now)
    await feed(accounts, now, usage("a", "1349.99", now))
    assert await rows(store, "limit_states", "state", "roaming_blocked") == []
    await feed(accounts, now, usage("b", "0.01", now))
    assert await rows(store, "limit_states", "state", "roaming_blocked") == [("open", True)]
    await feed(accounts, now, usage("c", "150", now))
    assert await rows(store, "limit_states", "state", "roaming_blocked") == [("units_only", True)]


async def test_GM_15_the_states_follow_the_usage(store: Store, now: datetime) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now, limit="300")
    await feed(accounts, now, usage("a", "239.99", now))
    assert await rows(store, "notices", "percent") == []
    await feed(accounts, now, usage("b", "0.01", now))
    assert await rows(store, "notices", "percent") == [(80,)]
    await feed(accounts, now, usage("c", "60", now))
    assert await rows(store, "notices", "percent") == [(80,), (100,)]
    assert await rows(store, "limit_states", "state") == [("units_only",)]
    await feed(accounts, now, usage("d", "1", now), usage("d", "1", now))
    assert await rows(store, "limit_states", "state") == [("blocked",)]


async def test_GM_03_usage_of_a_new_month_finds_the_limit_open_before_the_old_one_was_closed(
    store: Store, now: datetime
) -> None:
    accounts = await customer(store, gomobil.OPERATOR, now, limit="300")
    await feed(accounts, now, usage("a", "300", now), usage("b", "10", now))
    assert await rows(store, "limit_states", "state", "period") == [("blocked", 202611)]
    later = now + timedelta(days=10)
    await feed(accounts, later, usage("c", "200", later))
    await feed(accounts, later, usage("d", "50", later))
    assert await rows(store, "limit_states", "state", "period") == [("open", 202612)]
    assert (await account(accounts, later)).spend == Money(25_000)
    assert await rows(store, "notices", "percent", "period") == [(100, 202611), (80, 202612)]


async def test_CP_18_credit_that_had_ended_does_not_pay_for_what_came_after(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    later = now + timedelta(days=400)
    await feed(accounts, later, usage("in-time", "1", now))
    assert (await account(accounts, later)).balance == Money(9900)
    await feed(accounts, later, usage("late", "1", later))
    assert (await account(accounts, later)).balance == Money(-100)


async def test_CS_22_the_card_is_charged_once_when_the_balance_falls_to_the_level(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callshop_fr.OPERATOR, now, "60", number=SHOP)
    await put(
        store, "auto_top_ups", subscriber_id=1, level_minor=5000, amount_minor=50000,
        weekly_ceiling_minor=200000, currency="EUR", card_token="card", switched_on_at=now,
    )  # fmt: skip
    await feed(accounts, now, usage("a", "9.99", now, number=SHOP))
    assert await rows(store, "card_payments", "status") == []
    one = usage("b", "0.01", now, number=SHOP)
    await feed(accounts, now, one, one, usage("c", "1", now, number=SHOP))
    assert await rows(store, "card_payments", "status", "amount_minor") == [("pending", 50000)]
    assert await rows(store, "auto_top_ups", "armed") == [(False,)]


async def test_operators_in_one_store_do_not_see_each_other_s_numbers(store: Store, now: datetime) -> None:
    czech = await customer(store, gomobil.OPERATOR, now)
    other = await customer(store, vodafone_cz_limit.OPERATOR, now)
    assert (await feed(czech, now, usage("a", "5", now))).booked == 1
    assert (await account(czech, now)).spend == Money(500)
    assert (await account(other, now)).spend == Money(0)
    assert await Accounts(store, operator=callpro.OPERATOR).account(NUMBER, now) is None


@pytest.mark.parametrize("price", ["10", "1200", "0"])
async def test_two_operators_may_name_their_records_alike(store: Store, now: datetime, price: str) -> None:
    """By the batch, by themselves where a limit reaches its threshold, and without any charge."""
    ours = await customer(store, vodafone_cz_limit.OPERATOR, now)
    theirs = await customer(store, gomobil.OPERATOR, now)
    records = [usage("1", price, now), usage("2", "1", now)]
    for accounts in (ours, theirs, ours, theirs):
        taken = await feed(accounts, now, *records)
        assert (taken.booked + taken.repeated, taken.faults) == (2, [])
        assert (await account(accounts, now)).spend == Money.parse(price) + Money(100)
        assert await accounts.check() == ()
    assert len(await rows(store, "usage_records", "id")) == 4
