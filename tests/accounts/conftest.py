from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.accounts.service import Accounts
from ivr.accounts.store import Store


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(str(tmp_path / "accounts.db"))
    yield opened
    await opened.close()


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store)
