"""``Accounts.check``: what is true is silent, and every row that was changed behind the rules is named."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from ivr.accounts.bookings import book_entry, note_closing
from ivr.accounts.bookings_effects import book_effects
from ivr.accounts.bookings_payments import book_deposit, match_transfer, park_transfer
from ivr.accounts.bookings_usage import book_usage
from ivr.accounts.model import Account, BankTransfer, Charging, NewAccount, NewDeposit, UsageRecord
from ivr.accounts.rules.effects import Raise, RaiseWhy, ReturnDeposit
from ivr.accounts.schema.tables import closing_balances, deposits, ledger, payments, usage_records
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money

NUMBER = "+420601234567"


@pytest.fixture
async def account(accounts: Accounts, now: datetime) -> Account:
    """A postpaid number with a base limit, a deposit, a raise, a matched payment and a charged call."""
    added = await accounts.add(NewAccount(NUMBER, Charging.POSTPAID, limit=Money(50_000)), now)
    operator = accounts.operator
    async with accounts.store.writing() as connection:
        deposit = NewDeposit("limit", Money(100_000), now.date(), now)
        await book_deposit(connection, added, deposit, key="d", now=now)
        raised = Raise(Money(150_000), RaiseWhy.AUTOMATIC)
        await book_effects(connection, operator, added, [raised], cause="x", now=now)
        transfer = BankTransfer("ref", "117292/0300", now, Money(700))
        parked = await park_transfer(connection, operator, transfer, reason="new")
        paid = await book_entry(
            connection, added.subscriber_id, "security", "deposit", Money(700), key="p", at=now, now=now
        )
        await match_transfer(connection, parked.row_id, added, paid.row_id, now)
        call = UsageRecord("cdr", "1", "call", now, now + timedelta(minutes=1), 60, Money(250))
        await book_usage(connection, operator, added, call, now)
        await note_closing(connection, [added.subscriber_id], 202611, now)
    return added


async def test_books_that_add_up_are_silent(accounts: Accounts, account: Account, now: datetime) -> None:
    assert await accounts.check() == ()
    told = await accounts.account(NUMBER, now)
    assert told is not None
    assert told.limit == Money(300_000)
    assert told.spend == Money(250)


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        (closing_balances, {"amount_minor": 1}, "closing balance of"),
        (payments, {"amount_minor": 701}, "payment ref: expected 7.01 CZK, found 7.00 CZK"),
        (deposits, {"amount_minor": 1}, "deposit 1: expected 0.01 CZK"),
        (usage_records, {"price_minor": 1}, "usage 1: expected -0.01 CZK, found -2.50 CZK"),
        (usage_records, {"ledger_id": None}, "found nothing"),
        (ledger, {"amount_minor": 1}, "closing balance of spend"),
    ],
)
async def test_a_row_that_was_changed_is_named(
    accounts: Accounts, account: Account, table: object, values: dict[str, object], said: str
) -> None:
    async with accounts.store.writing() as connection:
        await connection.execute(update(table).values(**values))  # type: ignore[arg-type]
    assert any(said in str(one) for one in await accounts.check())


async def test_VL_02_a_deposit_goes_back_once(accounts: Accounts, account: Account, now: datetime) -> None:
    back = ReturnDeposit(1, Money(100_000))
    async with accounts.store.writing() as connection:
        await book_effects(connection, accounts.operator, account, [back], cause="back", now=now)
    told = await accounts.account(NUMBER, now)
    assert told is not None
    assert told.limit == Money(200_000)
    assert await accounts.check() == ()
    with pytest.raises(AccountError, match="not held"):
        async with accounts.store.writing() as connection:
            await book_effects(connection, accounts.operator, account, [back], cause="again", now=now)
