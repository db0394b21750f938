"""Bank transfers come in; each is booked once to whom its symbols name, or parked for a person, never lost.

At CallPro a transfer tops up credit (CP-15); at Vodafone and GoMobil it is a deposit that raises the limit
(VL-21, GM-32). What no rule can place is parked with its reason, and matched or returned by hand.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings import operator_id
from ivr.accounts.bookings_payments import match_transfer, park_transfer, return_transfer
from ivr.accounts.deposits import pay_deposit
from ivr.accounts.model import Account, BankTransfer, Operator
from ivr.accounts.packs import PackTerms
from ivr.accounts.records import Given, PaymentIn, Taken
from ivr.accounts.rules import callpro, callpro_payments, callshop_fr, vodafone_cz_limit, vodafone_cz_payments
from ivr.accounts.rules.bank import number_of_symbol
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.schema.tables import numbers, operators, payments, subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.top_ups import add_credit
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["ParkedTransfer", "give_back", "match_by_hand", "parked", "take_payments"]

_BATCH = 100
_LONGEST = 0.05  # seconds after which a batch ends early: so long others wait to write
_CLOCKS_DIFFER = timedelta(minutes=5)
_BY_HAND = "by_hand"  # why a transfer is parked where no rule of the operator places it


@dataclass(frozen=True, slots=True)
class ParkedTransfer:
    """A transfer that waits for a person, and why."""

    transfer: BankTransfer
    reason: str


async def take_payments(accounts: Accounts, given: Sequence[Given[PaymentIn]], now: datetime) -> Taken:
    """Book or park each transfer, or say what is wrong with its record; the others go in.

    StoreUnavailable: sending all of it again books the rest once.
    """
    taken = Taken()
    start = 0
    while start < len(given):
        part, done = Taken(), 0
        async with accounts.store.writing() as connection:
            ends = time.monotonic() + _LONGEST
            for one in given[start : start + _BATCH]:
                await _take_one(connection, accounts, one, now, accounts.terms, part)
                done += 1
                if time.monotonic() >= ends:
                    break
        taken.add(part)
        start += done
    return taken


async def parked(accounts: Accounts) -> tuple[ParkedTransfer, ...]:
    """The operator's transfers that wait for a person, oldest first."""
    chosen = (
        select(payments)
        .join(operators, operators.c.id == payments.c.operator_id)
        .where(operators.c.code == accounts.operator.code, payments.c.status == "parked")
        .order_by(payments.c.received_at, payments.c.id)
    )
    async with accounts.store.reading() as connection:
        rows = (await connection.execute(chosen)).all()
    return tuple(ParkedTransfer(_transfer(row), row.reason or "") for row in rows)


async def match_by_hand(accounts: Accounts, reference: str, number: str, now: datetime) -> Account:
    """Give a parked transfer to a number; the account as it is then.

    AccountError for a reference that is not parked, and where the number cannot take the payment.
    """
    operator = accounts.operator
    today = local_day(now, operator.time_zone)
    async with accounts.store.writing() as connection:
        payment_id, transfer = await _parked(connection, operator, reference)
        account = await queries.account(connection, operator, number, today)
        if account is None:
            raise AccountError(f"number: {number} is not in the store")
        await _settle(connection, operator, payment_id, transfer, account, now, accounts.terms)
        account = await queries.account(connection, operator, number, today)
    assert account is not None, "an account that was just paid for"
    return account


async def give_back(accounts: Accounts, reference: str, reason: str, now: datetime) -> BankTransfer:
    """Note that a parked transfer was sent back; AccountError where it is not parked."""
    async with accounts.store.writing() as connection:
        payment_id, transfer = await _parked(connection, accounts.operator, reference)
        await return_transfer(connection, payment_id, reason, now)
    return transfer


async def _take_one(
    connection: AsyncConnection,
    accounts: Accounts,
    one: Given[PaymentIn],
    now: datetime,
    terms: PackTerms,
    taken: Taken,
) -> None:
    operator, reference = accounts.operator, one.record.reference
    try:
        transfer = one.record.as_transfer(operator)
        if transfer.received_at > now + _CLOCKS_DIFFER:
            raise AccountError("received_at: a payment cannot lie in the future")
        async with connection.begin_nested():
            found = await _whose(connection, operator, transfer, now)
            reason = found if isinstance(found, str) else "to be matched"
            booked = await park_transfer(connection, operator, transfer, reason=reason)
            if isinstance(found, Account) and not booked.repeated:
                await _settle(connection, operator, booked.row_id, transfer, found, now, terms)
    except AccountError as error:
        taken.refuse(one.place, reference, error)
    except IntegrityError:
        taken.refuse(one.place, reference, AccountError("reference: the store refuses it"))
    else:
        taken.booked += not booked.repeated
        taken.repeated += booked.repeated
        taken.parked += isinstance(found, str) and not booked.repeated


async def _whose(
    connection: AsyncConnection, operator: Operator, transfer: BankTransfer, now: datetime
) -> Account | str:
    """The account that a transfer is for by the operator's rules, or why a person has to look."""
    today = local_day(now, operator.time_zone)
    match operator.code:
        case callpro.OPERATOR.code:
            named = number_of_symbol(transfer.variable_symbol or "")
            account = await queries.account(connection, operator, named, today) if named else None
            known = {} if account is None else {account.number: account.charging}
            found = callpro_payments.match_payment(
                transfer.variable_symbol,
                known,
                to_account=transfer.to_account,
                currency=transfer.amount.currency,
            )
            if isinstance(found, callpro_payments.Parked):
                return found.reason.value
            return account or _BY_HAND
        case vodafone_cz_limit.OPERATOR.code:
            return await _whose_deposit(connection, operator, transfer, now)
        case _:
            return _BY_HAND


async def _whose_deposit(
    connection: AsyncConnection, operator: Operator, transfer: BankTransfer, now: datetime
) -> Account | str:
    """VL-24, VL-26: the last eight digits find the numbers, the payer number decides between them."""
    if transfer.to_account != vodafone_cz_payments.ACCOUNT:
        return "other_account"
    symbol = (transfer.variable_symbol or "").strip()
    rows = await connection.execute(
        select(numbers.c.subscriber_id, numbers.c.e164, subscribers.c.payer_number)
        .join(subscribers, subscribers.c.id == numbers.c.subscriber_id)
        .join(operators, operators.c.id == numbers.c.operator_id)
        .where(
            operators.c.code == operator.code,
            numbers.c.last_digits == symbol[-8:],
            numbers.c.released_at.is_(None),
            subscribers.c.status != "closed",
        )
    )
    candidates = {
        row.subscriber_id: vodafone_cz_payments.Candidate(row.subscriber_id, row.e164, row.payer_number)
        for row in rows
    }
    found = vodafone_cz_payments.match_payment(symbol, transfer.specific_symbol, candidates.values())
    if isinstance(found, vodafone_cz_payments.Parked):
        return found.reason.value
    number = candidates[found.subscriber_id].number
    account = await queries.account(connection, operator, number, local_day(now, operator.time_zone))
    return account or _BY_HAND


async def _settle(
    connection: AsyncConnection,
    operator: Operator,
    payment_id: int,
    transfer: BankTransfer,
    account: Account,
    now: datetime,
    terms: PackTerms,
) -> None:
    """What the payment does: credit for who has credit, a deposit for who has a limit."""
    key = f"payment:{operator.code}:{transfer.reference}"
    if operator.code in (callpro.OPERATOR.code, callshop_fr.OPERATOR.code):
        booked = await add_credit(
            connection,
            operator,
            account,
            transfer.amount,
            key=key,
            at=transfer.received_at,
            now=now,
            terms=terms.callpro,
        )
        ledger_id = booked.row_id
    else:
        ledger_id = await pay_deposit(connection, operator, account, transfer.amount, key=key, now=now)
    await match_transfer(connection, payment_id, account, ledger_id, now)


async def _parked(
    connection: AsyncConnection, operator: Operator, reference: str
) -> tuple[int, BankTransfer]:
    owner = await operator_id(connection, operator)
    chosen = select(payments).where(
        payments.c.operator_id == owner,
        payments.c.bank_reference == reference,
        payments.c.status == "parked",
    )
    row = (await connection.execute(chosen)).one_or_none()
    if row is None:
        raise AccountError(f"reference: no payment {reference!r} is parked")
    return int(row.id), _transfer(row)


def _transfer(row: Row[Any]) -> BankTransfer:
    return BankTransfer(
        row.bank_reference,
        row.to_account,
        row.received_at,
        Money(row.amount_minor, row.currency),
        row.variable_symbol,
        row.specific_symbol,
    )
