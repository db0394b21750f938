"""Drawn tries at PINs, at drawn moments, held against the rules as a person would tell them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.numbering import NumberDesk
from ivr.accounts.packs import PackTerms
from ivr.accounts.pins import PinTerms
from ivr.accounts.schema.tables import lockouts
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store

LIGHT = PackTerms(pins=PinTerms(time_cost=1, memory_kib=8))
ACCOUNTS = ("+420777000001", "+420777000002", "+420777000003")  # the last is nobody's
CALLERS = ("+420601000001", None, "+420601000002")
PIN = "2580"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY, HALF_AN_HOUR = timedelta(days=1), timedelta(minutes=30)


@dataclass
class Row:
    """Failures in a row of one account or caller."""

    failures: int = 0
    first: datetime = START
    until: datetime | None = None

    def settle(self, now: datetime) -> None:
        """What has passed by ``now`` is forgotten."""
        over = now - self.first > DAY if self.until is None else self.until <= now
        if over:
            self.failures, self.until = 0, None

    def fail(self, now: datetime) -> None:
        if self.failures == 0:
            self.first = now
        self.failures += 1
        if self.failures == 5:
            self.until = now + HALF_AN_HOUR


class Rules:
    """Five in a row lock for half an hour; a right PIN clears the account, and the caller of its failures."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def row(self, name: str, now: datetime) -> Row:
        row = self.rows.setdefault(name, Row())
        row.settle(now)
        return row

    def proven(self, account: str, caller: str | None, right: bool, now: datetime) -> bool:
        calls = None if caller is None else self.row(caller, now)
        if calls is not None and calls.until is not None:
            return False
        mine = self.row(account, now)
        locked = mine.until is not None
        tries = mine.failures
        if not right or locked or account == ACCOUNTS[-1]:
            for row in (calls, *(() if locked else (mine,))):
                if row is not None:
                    row.fail(now)
            return False
        mine.failures = 0
        if calls is not None:
            calls.failures = max(calls.failures - tries, 0)
        return True


def mostly(*values: object) -> st.SearchStrategy:
    """The first of them as often as all the others together."""
    return st.sampled_from([*(values[:1] * (len(values) - 1)), *values[1:]])


tries = st.lists(
    st.tuples(
        mostly(*ACCOUNTS),
        mostly(*CALLERS),
        mostly(False, True),
        mostly(0, 1, 29, 30, 31, 24 * 60 - 30, 24 * 60, 24 * 60 + 1),
    ),
    min_size=8,
    max_size=50,
)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="module")
def nodes(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Accounts]]:
    """Two nodes on one store, where all but the last of the accounts have the same PIN."""
    store = runner.run(Store.open(str(tmp_path_factory.mktemp("tries") / "accounts.db")))
    both = [Accounts(store, terms=LIGHT, time_limit=20) for _ in range(2)]
    desk = NumberDesk(store, both[0].operator, both[0].pins)
    for number in ACCOUNTS[:-1]:
        runner.run(both[0].add(NewAccount(number, Charging.PREPAID), START))
        runner.run(desk.set_pin(number, PIN))
    yield both
    runner.run(store.close())


@settings(max_examples=60, deadline=None)
@given(tries=tries)
def test_drawn_tries_are_proven_and_refused_as_the_rules_say(
    runner: asyncio.Runner, nodes: list[Accounts], tries: list[tuple[str, str | None, bool, int]]
) -> None:
    async def check() -> None:
        now, rules = START, Rules()
        async with nodes[0].store.writing() as connection:
            await connection.execute(delete(lockouts))
        for turn, (account, caller, right, minutes) in enumerate(tries):
            now += timedelta(minutes=minutes)
            proof = await nodes[turn % 2].identify(account, PIN if right else "0000", caller, now)
            assert (proof.outcome == "proven") == rules.proven(account, caller, right, now), turn

    runner.run(check())
