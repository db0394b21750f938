"""Drawn histories: usage, corrections, payments, deposits, days and closes, in any order and twice."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.accounts.closing import close_periods
from ivr.accounts.deposits import put_deposit
from ivr.accounts.model import Charging, Operator
from ivr.accounts.packs import PackTerms
from ivr.accounts.rules import callpro, gomobil, vodafone_cz_limit
from ivr.accounts.rules.calendar import local_day, period_of
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money
from tests.accounts.feeding import NUMBER, account, customer, feed, pay_in, prepaid, rows, transfer, usage

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIMIT = 100_00

STEP = st.one_of(
    st.tuples(st.just("usage"), st.integers(1, 60_00)),
    st.tuples(st.just("usage"), st.integers(1, 60_00)),
    st.tuples(st.just("correction"), st.integers(1, 5_00)),
    st.tuples(st.just("again"), st.integers(0, 30)),
    st.tuples(st.just("deposit"), st.integers(1, 100_00)),
    st.tuples(st.just("payment"), st.integers(1, 100_00)),
    st.tuples(st.just("days"), st.integers(1, 40)),
    st.tuples(st.just("close"), st.just(0)),
)
HISTORY = st.lists(STEP, min_size=5, max_size=25)


@dataclass
class History:
    """What was done so far, and what it has to come to."""

    accounts: Accounts
    now: datetime = BEGIN
    sent: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    spend: dict[int, int] = field(default_factory=dict)
    granted: int = 0
    paid: int = 0

    async def step(self, what: str, amount: int) -> None:
        price = f"{amount // 100}.{amount % 100:02d}"
        match what:
            case "usage" | "correction":
                sign = "-" if what == "correction" else ""
                item = usage(f"r{len(self.sent)}", sign + price, self.now)
                self.sent.append(item)
                assert (await feed(self.accounts, self.now, item)).booked == 1
                period = period_of(local_day(self.now, "Europe/Prague"), 1)
                self.spend[period] = self.spend.get(period, 0) + (-amount if sign else amount)
            case "again" if self.sent:
                item = self.sent[amount % len(self.sent)]
                assert (await feed(self.accounts, self.now, item)).repeated == 1
            case "deposit" if self.accounts.operator.code != callpro.OPERATOR.code:
                for _ in range(2):
                    key = f"deposit:{self.granted}"
                    await put_deposit(self.accounts, NUMBER, Money(amount), self.now, key=key)
                self.granted += amount
            case "payment" if self.accounts.operator.code == callpro.OPERATOR.code:
                item = transfer(f"bank-{len(self.transfers)}", price, self.now, "601234567")
                self.transfers.append(item)
                await pay_in(self.accounts, self.now, item, item)
                self.paid += amount
            case "days":
                self.now += timedelta(days=amount)
            case "close":
                for _ in range(2):
                    await close_periods(self.accounts, self.now)

    async def send_all_again(self) -> None:
        """Everything once more; nothing may come of it."""
        before = await rows(self.accounts.store, "ledger", "key", "amount_minor")
        await feed(self.accounts, self.now, *self.sent)
        await pay_in(self.accounts, self.now, *self.transfers)
        assert await rows(self.accounts.store, "ledger", "key", "amount_minor") == before


async def _limits(operator: Operator, steps: list[tuple[str, int]], folder: Path) -> None:
    store = await Store.open(str(folder / "accounts.db"))
    history = History(await customer(store, operator, BEGIN, limit="100"))
    for what, amount in steps:
        await history.step(what, amount)
        found = await account(history.accounts, history.now)
        period = period_of(local_day(history.now, "Europe/Prague"), 1)
        assert found.spend == Money(history.spend.get(period, 0))
        assert found.limit == Money(LIMIT + history.granted)
        ours = [row[0] for row in await rows(store, "limit_states", "period")]
        if ours in ([], [period]):
            await _state_agrees(store, operator, found.spend, found.limit)
    told = await rows(store, "notices", "period", "percent", "limit_minor")
    assert len(told) == len(set(told))
    await history.send_all_again()
    assert await history.accounts.check() == ()
    await store.close()


async def _state_agrees(store: Store, operator: Operator, spend: Money, limit: Money) -> None:
    """Below the limit all is open, at it nothing paid is (VL-13, GM-15)."""
    found = await rows(store, "limit_states", "state", "roaming_blocked")
    state, abroad = found[0] if found else ("open", False)
    assert (state == "open") == (spend < limit)
    percent = 90 if operator.code == vodafone_cz_limit.OPERATOR.code else 100
    assert abroad == (spend.minor * 100 >= percent * limit.minor)


@settings(max_examples=12, deadline=None)
@given(HISTORY)
def test_no_order_of_events_makes_a_limit_or_a_spend_from_nothing(steps: list[tuple[str, int]]) -> None:
    for operator in (vodafone_cz_limit.OPERATOR, gomobil.OPERATOR):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(_limits(operator, steps, Path(folder)))


async def _credit(steps: list[tuple[str, int]], folder: Path, terms: callpro.Terms) -> None:
    store = await Store.open(str(folder / "accounts.db"))
    await prepaid(store, callpro.OPERATOR, BEGIN, "100")
    history = History(Accounts(store, terms=PackTerms(terms)))
    for what, amount in steps:
        await history.step(what, amount)
    found = await account(history.accounts, history.now)
    assert found.charging is Charging.PREPAID
    booked = await rows(store, "ledger", "book", "kind", "amount_minor")
    credit = [row for row in booked if row[0] == "credit"]
    assert found.balance.minor == sum(row[2] for row in credit)
    expired = -sum(row[2] for row in credit if row[1] == "expiry")
    used = sum(history.spend.values())
    assert found.balance.minor == 100_00 + history.paid - used - expired
    corrected = sum(row[2] for row in credit if row[1] == "correction")
    assert 0 <= expired <= 100_00 + history.paid + corrected
    await history.send_all_again()
    assert await history.accounts.check() == ()
    await store.close()


@settings(max_examples=12, deadline=None)
@given(HISTORY, st.sampled_from(callpro.ExpiryBase))
def test_credit_is_what_was_paid_less_what_was_used_and_what_expired(
    steps: list[tuple[str, int]], expiry: callpro.ExpiryBase
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_credit(steps, Path(folder), callpro.Terms(months=1, expiry=expiry)))
