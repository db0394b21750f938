"""A batch is booked as its records one by one would be."""

import asyncio
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ivr.accounts.model import Operator
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money
from tests.accounts.feeding import (
    NUMBER,
    SHOP,
    account,
    bills_in_time,
    customer,
    feed,
    prepaid,
    put,
    rows,
    usage,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TABLES = {
    "ledger": ("book", "kind", "amount_minor", "key", "period", "valid_until", "note", "occurred_at"),
    "usage_records": ("record", "ended_at", "quantity", "from_free_units", "price_minor", "ledger_id"),
    "notices": ("percent", "limit_minor", "period"),
    "limit_states": ("state", "roaming_blocked", "period"),
    "deposits": ("kind", "amount_minor"),
    "card_payments": ("status", "amount_minor", "key"),
    "auto_top_ups": ("armed",),
    "free_units": ("used",),
    "subscribers": ("figures_at",),
}
RECORD = st.fixed_dictionaries(
    {
        "record": st.integers(0, 12),
        "minor": st.one_of(st.integers(-20_00, 40_00), st.just(0)),
        "free": st.sampled_from([0, 0, 0, 25]),
        "running": st.booleans(),
        "minutes": st.integers(0, 3),
        "number": st.sampled_from([0, 0, 0, 1]),
    }
)


def _item(drawn: dict[str, Any], operator: Operator) -> dict[str, Any]:
    ours = SHOP if operator is callshop_fr.OPERATOR else NUMBER
    begun = NOW - timedelta(minutes=10)
    running = drawn["running"]
    more = {"from_free_units": drawn["free"], "number": (ours, "+420777999999")[drawn["number"]]}
    item = usage(f"r{drawn['record']}", "0", begun, **more)
    item["price"] = (
        f"{'-' * (drawn['minor'] < 0)}{abs(drawn['minor']) // 100}.{abs(drawn['minor']) % 100:02d}"
    )
    item["ended_at"] = None if running else (begun + timedelta(minutes=drawn["minutes"])).isoformat()
    return item


async def _fed(operator: Operator, items: list[dict[str, Any]], folder: Path, *, together: bool) -> Any:
    store = await Store.open(str(folder / f"{together}.db"))
    number = SHOP if operator is callshop_fr.OPERATOR else NUMBER
    if operator in (callpro.OPERATOR, callshop_fr.OPERATOR):
        accounts = await prepaid(store, operator, NOW, "60", number=number)
    else:
        accounts = await customer(store, operator, NOW, limit="100")
        await bills_in_time(accounts, NOW)
    await put(
        store, "free_units", subscriber_id=1, unit="seconds", source="tariff", granted=100, used=0,
        from_on=date(2026, 11, 1), resets_on=date(2026, 12, 1),
    )  # fmt: skip
    if operator is callshop_fr.OPERATOR:
        await put(
            store, "auto_top_ups", subscriber_id=1, level_minor=5000, amount_minor=50000,
            weekly_ceiling_minor=200000, currency="EUR", card_token="card", switched_on_at=NOW,
        )  # fmt: skip
    counts = [0, 0, 0]
    for batch in [items] if together else [[item] for item in items]:
        taken = await feed(accounts, NOW, *batch)
        faults = len(taken.faults)
        counts = [a + b for a, b in zip(counts, (taken.booked, taken.repeated, faults), strict=True)]
    held = {table: await rows(store, table, *columns) for table, columns in TABLES.items()}
    assert await accounts.check() == ()
    await store.close()
    return counts, held


@settings(max_examples=10, deadline=None)
@given(
    st.lists(RECORD, min_size=2, max_size=15),
    st.sampled_from([callpro.OPERATOR, callshop_fr.OPERATOR, gomobil.OPERATOR, vodafone_cz_limit.OPERATOR]),
)
def test_a_batch_leaves_what_its_records_one_by_one_leave(
    drawn: list[dict[str, Any]], operator: Operator
) -> None:
    items = [_item(one, operator) for one in drawn]
    with tempfile.TemporaryDirectory() as folder:
        one_by_one = asyncio.run(_fed(operator, items, Path(folder), together=False))
        together = asyncio.run(_fed(operator, items, Path(folder), together=True))
    assert together == one_by_one


async def test_a_record_that_the_store_refuses_is_named_and_the_others_go_in(
    store: Store, now: datetime
) -> None:
    accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    await put(
        store, "free_units", subscriber_id=1, unit="seconds", source="tariff", granted=100, used=0,
        from_on=date(2026, 11, 1), resets_on=date(2026, 12, 1),
    )  # fmt: skip
    async with store.writing() as connection:
        await connection.execute(text("CREATE UNIQUE INDEX one_call ON usage_records (other_party)"))
    free = {"from_free_units": 10}
    items = [usage(f"r{n}", "1", now, other_party=str(n), **free) for n in range(8)]
    items[5]["other_party"] = "2"
    taken = await feed(accounts, now, *items)
    assert taken.booked == 7
    assert [(fault.place, fault.record) for fault in taken.faults] == [(6, "r5")]
    assert (await account(accounts, now)).balance == Money(9300)
    assert await rows(store, "free_units", "used") == [(70,)]
    assert (await feed(accounts, now, *items[:5])).repeated == 5


async def test_names_that_make_one_key_are_told_apart(store: Store, now: datetime) -> None:
    accounts: Accounts = await prepaid(store, callpro.OPERATOR, now, "100")
    taken = await feed(accounts, now, usage("b:c", "1", now, source="a"), usage("c", "2", now, source="a:b"))
    assert (taken.booked, [fault.record for fault in taken.faults]) == (1, ["c"])
