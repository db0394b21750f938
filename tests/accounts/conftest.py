"""The store as the tests meet it: each contract test runs on an SQLite file and on PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.postgresql_cluster import Cluster, postgresql_is_here, running_cluster
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A server for all tests of a worker, started by the first that asks for it."""
    if not postgresql_is_here():
        reason = "PostgreSQL is not here (.ci/peers installs it)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with running_cluster("fsync=off") as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.interop)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind; a module that is about one kind has a fixture of its own."""
    if request.param == "sqlite":
        return str(tmp_path / "accounts.db")
    cluster: Cluster = request.getfixturevalue("postgresql")
    cluster.empty()
    return cluster.address()


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    opened = await Store.open(address, patience=20)  # a crowded machine is no reason to fail
    yield opened
    await opened.close()


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store)
