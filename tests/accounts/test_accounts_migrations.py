"""A store that an earlier version made, with rows in it, moves forward and keeps what it holds."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select

from bench.postgresql_cluster import Cluster
from ivr.accounts.bookings_payments import book_deposit
from ivr.accounts.callers import Caller
from ivr.accounts.model import NewDeposit
from ivr.accounts.records import UsageIn, read_batch
from ivr.accounts.schema import tables
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.accounts.usage import take_usage
from ivr.errors import StoreUnavailable
from ivr.money import Money

STORES = Path(__file__).with_name("stores")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def made_by_0001(request: pytest.FixtureRequest, address: str) -> str:
    """A store as revision 0001 left it: two accounts, a deposit, a call, three orders and a bill."""
    if address.startswith("postgres"):
        cluster: Cluster = request.getfixturevalue("postgresql")
        cluster.ask((STORES / "r0001.postgresql.sql").read_text())
    else:
        with closing(sqlite3.connect(address)) as connection:
            connection.executescript((STORES / "r0001.sqlite.sql").read_text())
    return address


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))


async def test_a_store_made_by_0001_moves_forward_with_what_is_in_it(made_by_0001: str) -> None:
    store = await Store.open(made_by_0001)
    accounts = Accounts(store)
    async with store.reading() as connection:
        assert await connection.run_sync(_differences) == []
    found = await accounts.look_up("credit", Caller("+420777123456"), NOW)
    assert found.facts == {
        "credit": Money(18_450),
        "valid_until": date(2027, 3, 14),
        "as_of": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "stale": True,
    }
    statement = await accounts.statement("+420777123456", NOW)
    assert statement is not None
    assert [(one.status, one.effective_on) for one in statement.orders] == [
        ("done", date(2099, 12, 1)),
        ("open", date(2026, 12, 1)),
    ]
    tariff = await accounts.account("+420772000412", NOW)
    assert tariff is not None
    assert (tariff.spend, tariff.limit) == (Money(41_230), Money(150_000))
    assert await accounts.check() == ()
    await store.close()


async def test_usage_booked_before_0003_is_known_when_it_is_sent_again(made_by_0001: str) -> None:
    store = await Store.open(made_by_0001)
    accounts = Accounts(store)
    sent = {
        "source": "cdr",
        "record": "7",
        "number": "+420777123456",
        "kind": "call",
        "quantity": 300,
        "started_at": "2026-11-20T09:30:00+00:00",
        "ended_at": "2026-11-20T09:35:00+00:00",
    }
    given, _ = read_batch([sent | {"price": "15.50"}], UsageIn)
    taken = await take_usage(accounts, given, NOW)
    assert (taken.booked, taken.repeated, taken.faults) == (0, 1, [])
    account = await accounts.account("+420777123456", NOW)
    assert account is not None
    keys = [entry.key for entry in await accounts.entries(account)]
    assert "usage:callpro:cdr:7" in keys
    assert await accounts.check() == ()
    await store.close()


async def test_what_0001_refused_may_be_booked_behind_it(made_by_0001: str) -> None:
    store = await Store.open(made_by_0001)
    accounts = Accounts(store)
    account = await accounts.account("+420772000412", NOW)
    assert account is not None
    async with store.writing() as connection:
        wish = NewDeposit("requested_raise", Money(100), NOW.date(), NOW)
        await book_deposit(connection, account, wish, key="wish", now=NOW)
        kinds = (
            await connection.scalars(select(tables.deposits.c.kind).order_by(tables.deposits.c.id))
        ).all()
    assert sorted(kinds) == ["limit", "requested_raise"]
    await store.close()


async def test_two_nodes_may_move_a_store_forward_at_once(made_by_0001: str) -> None:
    stores = await asyncio.gather(*(Store.open(made_by_0001) for _ in range(3)))
    for store in stores:
        assert await Accounts(store).count() == 2
        await store.close()


async def test_a_step_that_fails_leaves_the_store_as_it_was(
    made_by_0001: str, request: pytest.FixtureRequest
) -> None:
    """The last index of 0002 is in the way, so it cannot be finished, and nothing before it is done."""

    def ask(statement: str) -> None:
        if made_by_0001.startswith("postgres"):
            cluster: Cluster = request.getfixturevalue("postgresql")
            cluster.ask(statement)
        else:
            with closing(sqlite3.connect(made_by_0001, isolation_level=None)) as connection:
                connection.execute(statement)

    ask("CREATE INDEX bills_unpaid ON bills (due_on)")
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="bills_unpaid"):
            await Store.open(made_by_0001)
    ask("DROP INDEX bills_unpaid")
    store = await Store.open(made_by_0001)
    assert await Accounts(store).count() == 2
    await store.close()
