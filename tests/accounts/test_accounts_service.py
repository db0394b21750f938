import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from ivr.accounts.callers import Caller
from ivr.accounts.demo import seed_demo
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.packs import PackTerms
from ivr.accounts.rules.callpro import ExpiryBase, Terms
from ivr.accounts.schema.tables import ledger, numbers
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import AccountError
from ivr.money import Money

NUMBER = "+420777123456"


def new(number: str = NUMBER, credit: str = "234.50", until: str | None = "2027-03-14") -> NewAccount:
    day = date.fromisoformat(until) if until else None
    return NewAccount(number, Charging.PREPAID, credit=Money.parse(credit), valid_until=day)


async def test_the_credit_of_the_demo_is_told_exactly(
    store: Store, accounts: Accounts, now: datetime
) -> None:
    await seed_demo(store, now.date())
    found = await accounts.look_up("credit", Caller(NUMBER), now)
    assert found.outcome == "prepaid"
    assert found.facts == {"credit": Money(23450), "valid_until": date(2027, 3, 14)}


@pytest.mark.parametrize(
    "caller",
    [
        "+420777000000",
        "' OR 1=1 --",
        "+420777123456'; DROP TABLE ledger; --",
        '"; DELETE FROM numbers; --',
        "%",
        "+42077712345_",
        "\x00",
        "+" * 10_000,
        "č",
        "anonymous",
    ],
)
async def test_CP_03_a_caller_who_is_no_customer_is_unknown_whatever_is_sent(
    accounts: Accounts, now: datetime, caller: str
) -> None:
    await accounts.add(new(), now)
    assert (await accounts.look_up("credit", Caller(caller), now)).outcome == "unknown"
    assert (await accounts.look_up("credit", Caller(NUMBER), now)).outcome == "prepaid"


@pytest.mark.parametrize("caller", [None, ""])
async def test_a_withheld_number_is_anonymous(accounts: Accounts, now: datetime, caller: str | None) -> None:
    assert (await accounts.look_up("credit", Caller(caller), now)).outcome == "anonymous"


async def test_a_look_up_that_does_not_exist_is_a_fault_of_the_dialplan(
    accounts: Accounts, now: datetime
) -> None:
    with pytest.raises(AccountError, match="credti"):
        await accounts.look_up("credti", Caller(NUMBER), now)


async def test_the_credit_is_one_round_trip(store: Store, accounts: Accounts, now: datetime) -> None:
    await accounts.add(new(), now)
    await accounts.look_up("credit", Caller(NUMBER), now)
    asked: list[str] = []
    event.listen(
        store._readers.sync_engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, *rest: asked.append(statement),
    )
    await accounts.look_up("credit", Caller(NUMBER), now)
    assert len(asked) == 1


async def test_a_released_number_never_shows_its_former_owner(
    store: Store, accounts: Accounts, now: datetime
) -> None:
    await accounts.add(new(), now)
    async with store.writing() as connection:
        await connection.execute(numbers.update().values(released_at=now))
    assert (await accounts.look_up("credit", Caller(NUMBER), now)).outcome == "unknown"
    await accounts.add(new(credit="1.00"), now)
    assert (await accounts.look_up("credit", Caller(NUMBER), now)).facts["credit"] == Money(100)


async def test_a_top_up_is_booked_once_for_its_key(accounts: Accounts, now: datetime) -> None:
    await accounts.add(new(), now)
    first = await accounts.top_up(NUMBER, Money(20000), now=now, key="bank:1")
    again = await accounts.top_up(NUMBER, Money(20000), now=now, key="bank:1")
    assert not first.repeated
    assert again == replace(first, repeated=True)
    assert first.credit == Money(43450)
    assert first.valid_until == date(2027, 11, 22)


async def test_a_key_is_not_taken_for_another_top_up(accounts: Accounts, now: datetime) -> None:
    await accounts.add(new(), now)
    await accounts.add(new("+420777000001"), now)
    await accounts.top_up(NUMBER, Money(20000), now=now, key="bank:1")
    for number, amount in ((NUMBER, 20001), ("+420777000001", 20000)):
        with pytest.raises(AccountError, match="bank:1"):
            await accounts.top_up(number, Money(amount), now=now, key="bank:1")


async def test_CP_21_a_top_up_does_not_bring_lapsed_credit_back(accounts: Accounts, now: datetime) -> None:
    await accounts.add(new(until="2026-11-21"), now)
    assert (await accounts.look_up("credit", Caller(NUMBER), now)).outcome == "expired"
    receipt = await accounts.top_up(NUMBER, Money(5000), now=now)
    assert receipt.credit == Money(5000)
    account = await accounts.account(NUMBER, now)
    assert account is not None
    kinds = [(entry.kind, entry.amount.minor) for entry in await accounts.entries(account)]
    assert kinds == [("top_up", 5000), ("expiry", -23450), ("top_up", 23450)]


async def test_a_top_up_paid_before_the_last_day_saves_the_credit(accounts: Accounts, now: datetime) -> None:
    await accounts.add(new(until="2026-11-21"), now)
    receipt = await accounts.top_up(NUMBER, Money(5000), now=now, at=now - timedelta(days=1))
    assert receipt.credit == Money(28450)
    assert receipt.valid_until == date(2027, 11, 21)


async def test_CP_19_the_other_reading_is_a_setting(store: Store, now: datetime) -> None:
    accounts = Accounts(store, terms=PackTerms(Terms(expiry=ExpiryBase.PER_LOT)))
    await accounts.add(new(until="2026-12-01"), now)
    await accounts.top_up(NUMBER, Money(5000), now=now)
    found = await accounts.look_up("credit", Caller(NUMBER), now)
    assert found.facts == {"credit": Money(28450), "valid_until": date(2026, 12, 1), "days_left": 9}
    later = await accounts.look_up("credit", Caller(NUMBER), now + timedelta(days=30))
    assert later.facts == {"credit": Money(5000), "valid_until": date(2027, 11, 22)}


@pytest.mark.parametrize(
    ("number", "amount", "at", "said"),
    [
        ("+420777000009", Money(100), None, "not in the store"),
        ("+420772000111", Money(100), None, "postpaid"),
        (NUMBER, Money(0), None, "more than zero"),
        (NUMBER, Money(-100), None, "more than zero"),
        (NUMBER, Money(10**15), None, "below"),
        (NUMBER, Money(100, "EUR"), None, "CZK"),
        (NUMBER, Money(100), datetime(2026, 11, 23, tzinfo=UTC), "future"),
    ],
)
async def test_a_top_up_that_cannot_be_is_refused_in_one_line(
    accounts: Accounts, now: datetime, number: str, amount: Money, at: datetime | None, said: str
) -> None:
    await accounts.add(new(), now)
    await accounts.add(NewAccount("+420772000111", Charging.POSTPAID), now)
    with pytest.raises(AccountError, match=said) as refused:
        await accounts.top_up(number, amount, now=now, at=at)
    assert "\n" not in str(refused.value)
    assert (await accounts.look_up("credit", Caller(NUMBER), now)).facts["credit"] == Money(23450)


async def test_top_ups_at_the_same_time_lose_nothing(accounts: Accounts, now: datetime) -> None:
    await accounts.add(new(credit="0", until=None), now)
    await asyncio.gather(
        *(accounts.top_up(NUMBER, Money(100 + turn), now=now, key=f"k{turn % 20}") for turn in range(20)),
        *(accounts.top_up(NUMBER, Money(100 + turn), now=now, key=f"k{turn % 20}") for turn in range(20)),
    )
    found = await accounts.look_up("credit", Caller(NUMBER), now)
    assert found.facts["credit"] == Money(sum(100 + turn for turn in range(20)))


async def test_spend_counts_from_the_first_day_of_the_billing_period(accounts: Accounts) -> None:
    november = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)  # still the 30th in Prague
    await accounts.add(NewAccount(NUMBER, Charging.POSTPAID, spend=Money(9900)), november)
    assert (await accounts.look_up("credit", Caller(NUMBER), november)).facts == {"spend": Money(9900)}
    december = await accounts.look_up("credit", Caller(NUMBER), november + timedelta(minutes=1))
    assert december.facts == {"spend": Money(0)}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": "777123456"}, "number"),
        ({"language": "česky"}, "language"),
        ({"credit": Money(-1)}, "credit"),
        ({"limit": Money(1)}, "limit"),
        ({"credit": None}, "valid_until"),
        ({"charging": Charging.POSTPAID}, "credit"),
    ],
)
async def test_an_account_that_makes_no_sense_is_not_entered(
    accounts: Accounts, now: datetime, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(AccountError, match=said):
        await accounts.add(replace(new(), **wrong), now)  # type: ignore[arg-type]
    assert await accounts.count() == 0


moves = st.lists(
    st.tuples(st.integers(1, 10**6), st.integers(0, 900), st.integers(0, 8)), min_size=1, max_size=8
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves)
def test_a_balance_is_the_sum_of_the_ledger_whatever_happened(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, int, int]]
) -> None:
    """Top-ups at drawn times, some sent twice: what is there is what was paid in and has not lapsed."""

    async def check(folder: Path) -> None:
        store = await Store.open(str(folder / "accounts.db"))
        accounts, now = Accounts(store), datetime(2020, 1, 1, tzinfo=UTC)
        await accounts.add(new(credit="0", until=None), now)
        paid: dict[str, int] = {}
        for minor, wait, key in moves:
            now += timedelta(days=wait)
            amount = Money(paid.setdefault(str(key), minor))
            await accounts.top_up(NUMBER, amount, now=now, key=str(key))
        account = await accounts.account(NUMBER, now)
        assert account is not None
        async with store.reading() as connection:
            total = await connection.scalar(select(func.sum(ledger.c.amount_minor)))
        await store.close()
        assert account.balance == Money(total or 0)
        lapsed = sum(lapse.amount.minor for lapse in account.lapses)
        assert account.balance.minor == sum(paid.values()) - lapsed >= 0

    asyncio.run(check(tmp_path_factory.mktemp("ledger")))
