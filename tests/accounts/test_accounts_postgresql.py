"""What is PostgreSQL's own: a server that goes away, locks of one subscriber and of all, addresses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import text

from bench.postgresql_cluster import Cluster
from ivr.accounts.callers import Caller
from ivr.accounts.model import Account, Charging, NewAccount
from ivr.accounts.postgresql_server import PostgresqlServer
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import ConfigurationError, StoreUnavailable
from ivr.money import Money

FIRST, SECOND = "+420777123456", "+420777000001"


@pytest.fixture
def address(postgresql: Cluster) -> str:
    postgresql.empty()
    return postgresql.address()


@pytest.fixture
async def two(accounts: Accounts, now: datetime) -> tuple[Account, Account]:
    first = await accounts.add(NewAccount(FIRST, Charging.PREPAID, Money(100)), now)
    second = await accounts.add(NewAccount(SECOND, Charging.PREPAID, Money(100)), now)
    return first, second


@pytest.fixture
async def hasty(address: str, two: tuple[Account, Account]) -> AsyncIterator[Accounts]:
    """Another node, that waits for locks no longer than 0.3 s."""
    store = await Store.open(address, patience=0.3)
    yield Accounts(store)
    await store.close()


@pytest.mark.interop
async def test_writers_of_two_subscribers_do_not_wait_for_each_other(
    accounts: Accounts, hasty: Accounts, two: tuple[Account, Account], now: datetime
) -> None:
    async with accounts.store.writing(two[0].subscriber_id):
        assert (await hasty.top_up(SECOND, Money(50), now=now)).credit == Money(150)
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await hasty.top_up(FIRST, Money(50), now=now)
    assert (await hasty.top_up(FIRST, Money(50), now=now)).credit == Money(150)


@pytest.mark.interop
async def test_a_writer_of_the_whole_store_is_alone_and_keeps_no_caller_waiting(
    accounts: Accounts, hasty: Accounts, two: tuple[Account, Account], now: datetime
) -> None:
    async with accounts.store.writing() as connection:
        await connection.execute(text("DELETE FROM ledger"))
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await hasty.top_up(SECOND, Money(50), now=now)
        assert (await hasty.look_up("credit", Caller(FIRST), now)).outcome == "prepaid"
        await connection.rollback()


@pytest.mark.interop
async def test_nodes_that_top_up_one_number_at_once_lose_nothing(
    accounts: Accounts, address: str, two: tuple[Account, Account], now: datetime
) -> None:
    other = Accounts(await Store.open(address))
    await asyncio.gather(
        *(
            who.top_up(FIRST, Money(1), now=now, key=f"k{turn}")
            for turn in range(15)
            for who in (accounts, other)
        )
    )
    account = await other.account(FIRST, now)
    assert account is not None
    assert account.balance == Money(115), "each key once, whoever came first"
    await other.store.close()


@pytest.mark.interop
async def test_a_server_that_has_gone_is_unavailable_and_one_that_comes_back_is_used(
    postgresql: Cluster, accounts: Accounts, two: tuple[Account, Account], now: datetime
) -> None:
    assert (await accounts.look_up("credit", Caller(FIRST), now)).outcome == "prepaid"
    await asyncio.to_thread(postgresql.kill)
    try:
        finding = await accounts.look_up("credit", Caller(FIRST), now)
        assert finding.outcome == "unavailable"
        assert FIRST not in finding.reason
        with pytest.raises(StoreUnavailable):
            await accounts.top_up(FIRST, Money(1), now=now)
    finally:
        await asyncio.to_thread(postgresql.start)
    for _ in range(3):
        assert (await accounts.look_up("credit", Caller(FIRST), now)).outcome == "prepaid"
    assert (await accounts.top_up(FIRST, Money(1), now=now)).credit == Money(101)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg2://root:secret@db/line",
        "postgresql+asyncpg://root:secret@db",
        "postgresql+asyncpg://root:secret@db:port/line",
        "postgresql://root:secret@db/line?options=-c",
    ],
)
async def test_an_address_that_is_no_database_is_said_without_its_password(address: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        await Store.open(address)
    assert "secret" not in str(refused.value)


async def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open("postgresql+asyncpg://root:secret@127.0.0.1:1/line")
    assert "127.0.0.1/line" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_the_name_of_a_database_is_its_host_and_its_own() -> None:
    server = PostgresqlServer.at("postgres://root:secret@db.example.com/line?ssl=require")
    assert server.name == "db.example.com/line"
    assert "secret" not in repr(server)
