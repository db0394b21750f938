"""Deposits, raises and limits of one's own come in; the limit's rows and what follows from them go out.

What a person at the care line does: ``put_deposit``, ``ask_raise``, ``claim_back``, ``set_own_limit``. Each
is one transaction; what is not granted is an AccountError with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings import book_entry
from ivr.accounts.bookings_effects import book_effects
from ivr.accounts.bookings_payments import book_deposit
from ivr.accounts.limits import GomobilLimit, VodafoneLimit, bills_of, keep_period, limit_of
from ivr.accounts.model import Account, NewDeposit, Operator
from ivr.accounts.rules import gomobil, gomobil_base, vodafone_cz_payments
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.effects import Effect
from ivr.accounts.rules.vodafone_cz_limit import Deposit, DepositKind
from ivr.accounts.schema.tables import deposits, subscribers
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money

__all__ = [
    "BookedDeposit",
    "ask_raise",
    "claim_back",
    "deposits_of",
    "pay_deposit",
    "put_deposit",
    "set_own_limit",
]


@dataclass(frozen=True, slots=True)
class BookedDeposit:
    """A deposit under the number that ``claim_back`` takes; ``returned_on`` is None while it is held."""

    deposit_id: int
    kind: DepositKind
    amount: Money
    paid_on: date
    returned_on: date | None


async def deposits_of(accounts: Accounts, account: Account) -> tuple[BookedDeposit, ...]:
    """All deposits and raises of an account, oldest first. StoreUnavailable."""
    mine = select(deposits).where(deposits.c.subscriber_id == account.subscriber_id).order_by(deposits.c.id)
    async with accounts.store.reading() as connection:
        rows = (await connection.execute(mine)).all()
    return tuple(
        BookedDeposit(
            row.id, DepositKind(row.kind), Money(row.amount_minor, row.currency), row.paid_on, row.returned_on
        )
        for row in rows
    )


async def pay_deposit(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    amount: Money,
    *,
    key: str,
    now: datetime,
    security: bool = False,
) -> int:
    """A deposit that has arrived, once for its key, with what it opens again; its row of the ledger.

    A security deposit raises no limit (VL-02). AccountError where the account has no limit to raise.
    """
    limit = await _limit(connection, operator, account, now)
    kind = DepositKind.SECURITY if security else DepositKind.LIMIT
    today = local_day(now, operator.time_zone)
    new = NewDeposit(kind.value, amount, today, effective_at=now)
    booked = await book_deposit(connection, account, new, key=key, now=now)
    entry = await connection.scalar(select(deposits.c.ledger_id).where(deposits.c.id == booked.row_id))
    assert entry is not None, "a deposit that was just booked"
    if booked.repeated:
        return int(entry)
    effects = limit.effects
    if not security:
        match limit:
            case VodafoneLimit(vodafone, effects):
                deposit = Deposit(kind, amount, today)
                _, more = vodafone_cz_payments.add_deposit(vodafone, deposit, now)
                effects += more
            case GomobilLimit(month, effects):
                _, more = gomobil_base.add_deposit(month, amount, now)
                effects += more
    await _follow(connection, operator, account, effects, key, now)
    return int(entry)


async def put_deposit(
    accounts: Accounts, number: str, amount: Money, now: datetime, *, key: str = "", security: bool = False
) -> Account:
    """A deposit paid at a counter; ``key`` books it once. The account as it is then."""
    if amount.minor <= 0:
        raise AccountError("amount: expected more than zero")
    async with accounts.store.writing() as connection:
        account = await _account(connection, accounts.operator, number, now)
        await pay_deposit(
            connection,
            accounts.operator,
            account,
            amount,
            key=key or f"by-hand:{uuid4()}",
            now=now,
            security=security,
        )
        return await _account(connection, accounts.operator, number, now)


async def ask_raise(accounts: Accounts, number: str, amount: Money | None, now: datetime) -> Account:
    """A raise asked for without money: by an amount at Vodafone (VL-20), to the base limit of 1500 at
    GoMobil (GM-34), where ``amount`` is None.
    """
    operator = accounts.operator
    async with accounts.store.writing() as connection:
        account = await _account(connection, operator, number, now)
        limit = await _limit(connection, operator, account, now)
        match limit:
            case VodafoneLimit(vodafone, effects):
                if amount is None:
                    raise AccountError("amount: say by how much the limit is to grow")
                asked = vodafone_cz_payments.ask_raise(vodafone, amount, now)
                if isinstance(asked, vodafone_cz_payments.Refused):
                    raise AccountError(f"raise: not granted, {_words(asked.reason)}")
                effects += asked[1]
            case GomobilLimit(month, effects):
                if amount is not None:
                    raise AccountError("amount: the raise leads to 1500, it is not chosen")
                granted = gomobil_base.ask_raise(month, await bills_of(connection, account), now)
                if isinstance(granted, gomobil_base.RaiseRefused):
                    raise AccountError(f"raise: not granted, {_words(granted.reason)}")
                effects += granted[1]
        key = f"raise:{uuid4()}"
        await _follow(connection, operator, account, effects, key, now)
        return await _account(connection, operator, number, now)


async def claim_back(accounts: Accounts, number: str, deposit_id: int, now: datetime) -> Account:
    """A paid deposit given back (VL-22)."""
    operator = accounts.operator
    async with accounts.store.writing() as connection:
        account = await _account(connection, operator, number, now)
        limit = await _limit(connection, operator, account, now)
        if not isinstance(limit, VodafoneLimit):
            raise AccountError(
                f"deposit: {operator.name} says nothing of giving deposits back; ask the owner"
            )
        claimed = vodafone_cz_payments.claim_back(limit.account, deposit_id, now)
        if isinstance(claimed, vodafone_cz_payments.Refused):
            before = f" before {claimed.not_before}" if claimed.not_before else ""
            raise AccountError(f"deposit: not given back{before}, {_words(claimed.reason)}")
        key = f"claim:{deposit_id}"
        await _follow(connection, operator, account, limit.effects + claimed[1], key, now)
        return await _account(connection, operator, number, now)


async def set_own_limit(accounts: Accounts, number: str, height: Money | None, now: datetime) -> Account:
    """The customer's own limit from now on (GM-22); None takes it away."""
    operator = accounts.operator
    async with accounts.store.writing() as connection:
        account = await _account(connection, operator, number, now)
        limit = await _limit(connection, operator, account, now)
        if not isinstance(limit, GomobilLimit):
            raise AccountError(f"limit: {operator.name} has no limits that customers set themselves")
        done = gomobil.set_own_limit(limit.account, height, now)
        if isinstance(done, gomobil.OwnLimitRefused):
            raise AccountError(
                f"limit: {_words(done.reason)}; without another deposit at most {done.highest}"
            )
        mine = subscribers.c.id == account.subscriber_id
        minor = None if height is None else height.minor
        await connection.execute(update(subscribers).where(mine).values(own_limit_minor=minor))
        key = f"own-limit:{uuid4()}"
        nothing = Money(0, operator.currency)
        note = f"own limit {height}" if height else "own limit taken away"
        await book_entry(
            connection, account.subscriber_id, "none", "order", nothing, key=key, at=now, now=now, note=note
        )
        await _follow(connection, operator, account, limit.effects + done[1], key, now)
        return await _account(connection, operator, number, now)


async def _follow(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    effects: tuple[Effect, ...],
    cause: str,
    now: datetime,
) -> None:
    await keep_period(connection, operator, account, now)
    await book_effects(connection, operator, account, effects, cause=cause, now=now)


async def _account(connection: AsyncConnection, operator: Operator, number: str, now: datetime) -> Account:
    account = await queries.account(connection, operator, number, local_day(now, operator.time_zone))
    if account is None:
        raise AccountError(f"number: {number} is not in the store")
    return account


async def _limit(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime
) -> VodafoneLimit | GomobilLimit:
    limit = await limit_of(connection, operator, account, now)
    if limit is None:
        raise AccountError(f"number: {account.number} has no calling limit that could be raised")
    return limit


def _words(reason: str) -> str:
    return reason.replace("_", " ")
