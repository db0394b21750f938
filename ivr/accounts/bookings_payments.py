"""A writing transaction and money that came in come in; payments, deposits, bills and card payments go out.

Nothing here commits. A transfer is parked first and then matched, so that none is lost between the two.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import book_entry, operator_id
from ivr.accounts.model import Account, BankTransfer, Booked, IssuedBill, NewDeposit, Operator
from ivr.accounts.schema.tables import bills, card_payments, deposits, payments
from ivr.errors import AccountError
from ivr.money import Money

__all__ = [
    "book_bill",
    "book_deposit",
    "finish_card_payment",
    "match_transfer",
    "park_transfer",
    "pay_bill",
    "return_transfer",
    "start_card_payment",
]


async def park_transfer(
    connection: AsyncConnection, operator: Operator, transfer: BankTransfer, *, reason: str
) -> Booked:
    """A transfer as it came in, once for its reference, waiting to be matched; ``reason`` says what for.

    AccountError when the reference was used for another transfer.
    """
    owner = await operator_id(connection, operator)
    row: dict[str, Any] = {
        "operator_id": owner,
        "bank_reference": transfer.reference,
        "to_account": transfer.to_account,
        "received_at": transfer.received_at,
        "amount_minor": transfer.amount.minor,
        "currency": transfer.amount.currency,
        "variable_symbol": transfer.variable_symbol,
        "specific_symbol": transfer.specific_symbol,
    }
    mine = (payments.c.operator_id == owner) & (payments.c.bank_reference == transfer.reference)
    found = (await connection.execute(select(payments).where(mine))).one_or_none()
    if found is not None:
        if any(getattr(found, name) != value for name, value in row.items()):
            raise AccountError(f"reference: {transfer.reference!r} was used for another transfer")
        return Booked(found.id, repeated=True)
    made = await connection.execute(
        insert(payments).values(**row, status="parked", reason=reason).returning(payments.c.id)
    )
    return Booked(int(made.scalar_one()), repeated=False)


async def match_transfer(
    connection: AsyncConnection, payment_id: int, account: Account, ledger_id: int, now: datetime
) -> None:
    """The transfer is this account's, and the ledger row is what it did; AccountError if it is not parked."""
    done = await connection.execute(
        update(payments)
        .where(payments.c.id == payment_id, payments.c.status == "parked")
        .values(
            status="matched",
            reason=None,
            subscriber_id=account.subscriber_id,
            ledger_id=ledger_id,
            settled_at=now,
        )
    )
    if done.rowcount != 1:
        raise AccountError(f"payment: {payment_id} is not parked")


async def return_transfer(connection: AsyncConnection, payment_id: int, reason: str, now: datetime) -> None:
    """The transfer goes back to who sent it; AccountError if it is not parked."""
    done = await connection.execute(
        update(payments)
        .where(payments.c.id == payment_id, payments.c.status == "parked")
        .values(status="returned", reason=reason, settled_at=now)
    )
    if done.rowcount != 1:
        raise AccountError(f"payment: {payment_id} is not parked")


async def book_deposit(
    connection: AsyncConnection, account: Account, deposit: NewDeposit, *, key: str, now: datetime
) -> Booked:
    """A deposit and its ledger row, once for its key (VL-02); gives the row of ``deposits``."""
    paid = deposit.kind in ("limit", "security")
    entry = await book_entry(
        connection,
        account.subscriber_id,
        "security" if deposit.kind == "security" else "limit",
        "deposit" if paid else "raise",
        deposit.amount,
        key=key,
        at=deposit.effective_at,
        now=now,
        note=deposit.kind,
    )
    if entry.repeated:
        there = select(deposits.c.id).where(deposits.c.ledger_id == entry.row_id)
        found = (await connection.execute(there)).scalar_one_or_none()
        if found is None:
            raise AccountError(f"key: {key!r} was used for something else")
        return Booked(int(found), repeated=True)
    made = await connection.execute(
        insert(deposits)
        .values(
            subscriber_id=account.subscriber_id,
            kind=deposit.kind,
            amount_minor=deposit.amount.minor,
            currency=deposit.amount.currency,
            paid_on=deposit.paid_on,
            effective_at=deposit.effective_at,
            ledger_id=entry.row_id,
        )
        .returning(deposits.c.id)
    )
    return Booked(int(made.scalar_one()), repeated=False)


async def book_bill(connection: AsyncConnection, account: Account, bill: IssuedBill) -> Booked:
    """A bill, once for its invoice number; AccountError where the number was used for another bill."""
    row: dict[str, Any] = {
        "subscriber_id": account.subscriber_id,
        "invoice_number": bill.invoice_number,
        "period": bill.period,
        "amount_minor": bill.amount.minor,
        "currency": bill.amount.currency,
        "issued_on": bill.issued_on,
        "due_on": bill.due_on,
    }
    mine = (bills.c.subscriber_id == account.subscriber_id) & (bills.c.invoice_number == bill.invoice_number)
    found = (await connection.execute(select(bills).where(mine))).one_or_none()
    if found is not None:
        if any(getattr(found, name) != value for name, value in row.items()):
            raise AccountError(f"invoice_number: {bill.invoice_number!r} was used for another bill")
        return Booked(found.id, repeated=True)
    made = await connection.execute(insert(bills).values(**row, paid_on=bill.paid_on).returning(bills.c.id))
    return Booked(int(made.scalar_one()), repeated=False)


async def pay_bill(connection: AsyncConnection, account: Account, invoice_number: str, paid_on: date) -> None:
    """The day on which a bill was paid, told once; AccountError for an unknown or an already paid bill."""
    done = await connection.execute(
        update(bills)
        .where(
            bills.c.subscriber_id == account.subscriber_id,
            bills.c.invoice_number == invoice_number,
            bills.c.paid_on.is_(None) | (bills.c.paid_on == paid_on),
        )
        .values(paid_on=paid_on)
    )
    if done.rowcount != 1:
        raise AccountError(f"invoice_number: there is no unpaid bill {invoice_number!r} of this number")


async def start_card_payment(
    connection: AsyncConnection,
    account: Account,
    amount: Money,
    *,
    started_by: str,
    key: str,
    now: datetime,
    skipped: str | None = None,
) -> Booked:
    """A card payment about to be made, once for its key; ``skipped`` says why none is made (CS-24).

    AccountError while another one of the account is pending (CS-22), or when the key was used otherwise.
    """
    there = select(card_payments).where(card_payments.c.key == key)
    found = (await connection.execute(there)).one_or_none()
    if found is not None:
        if (found.subscriber_id, found.amount_minor) != (account.subscriber_id, amount.minor):
            raise AccountError(f"key: {key!r} was used for something else")
        return Booked(found.id, repeated=True)
    pending = select(card_payments.c.id).where(
        card_payments.c.subscriber_id == account.subscriber_id, card_payments.c.status == "pending"
    )
    if skipped is None and await connection.scalar(pending) is not None:
        raise AccountError("card payment: another one is pending")
    made = await connection.execute(
        insert(card_payments)
        .values(
            subscriber_id=account.subscriber_id,
            key=key,
            started_by=started_by,
            amount_minor=amount.minor,
            currency=amount.currency,
            status="pending" if skipped is None else "skipped",
            reason=skipped,
            started_at=now,
            finished_at=None if skipped is None else now,
        )
        .returning(card_payments.c.id)
    )
    return Booked(int(made.scalar_one()), repeated=False)


async def finish_card_payment(
    connection: AsyncConnection, key: str, now: datetime, *, ledger_id: int | None = None, failed: str = ""
) -> None:
    """A pending card payment settled with its row of the ledger, or failed with a reason.

    AccountError when none is pending under the key.
    """
    done = await connection.execute(
        update(card_payments)
        .where(card_payments.c.key == key, card_payments.c.status == "pending")
        .values(
            status="failed" if ledger_id is None else "settled",
            reason=failed or None,
            ledger_id=ledger_id,
            finished_at=now,
        )
    )
    if done.rowcount != 1:
        raise AccountError(f"card payment: none is pending under {key!r}")
