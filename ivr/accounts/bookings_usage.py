"""A writing transaction and rated usage or an SMS order come in; their rows go out, each record once.

Nothing here commits. What follows from usage (notices, blocks, raises) are effects, booked beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import book_entry, book_row, entry_row
from ivr.accounts.bookings_effects import charged_to
from ivr.accounts.model import Account, Booked, NewOrder, Operator, UsageRecord
from ivr.accounts.schema.tables import numbers, sms_orders, subscribers, usage_records
from ivr.errors import AccountError
from ivr.money import Money

__all__ = [
    "apply_order",
    "book_order",
    "book_usage",
    "charge_row",
    "ends_call",
    "finish_order",
    "usage_key",
    "usage_row",
]


def usage_key(source: str, record: str) -> str:
    """The ledger key of a record's charge, and the cause of its effects."""
    return f"usage:{source}:{record}"


async def book_usage(
    connection: AsyncConnection, operator: Operator, account: Account, usage: UsageRecord, now: datetime
) -> Booked:
    """A record of usage and what it costs, once however often it is sent; the row of ``usage_records``.

    A running call is kept without a charge; the same record with its end settles it (CS-12), and is not
    ``repeated`` then. AccountError where the same record was sent before with other contents.
    """
    there = select(usage_records).where(
        usage_records.c.source == usage.source, usage_records.c.record == usage.record
    )
    found = (await connection.execute(there)).one_or_none()
    if found is not None:
        return await _sent_again(connection, operator, account, usage, dict(found._mapping), now)
    row = usage_row(account, usage)
    row["number_id"] = await _number_id(connection, account)
    row["ledger_id"] = await _charge(connection, operator, account, usage, now)
    made = await connection.execute(
        insert(usage_records).values(**row, received_at=now).returning(usage_records.c.id)
    )
    await _figures_from(connection, account, usage.ended_at or usage.started_at)
    return Booked(int(made.scalar_one()), repeated=False)


async def book_order(connection: AsyncConnection, account: Account, order: NewOrder, now: datetime) -> Booked:
    """An SMS order with its row of the ledger, once for its message id.

    AccountError where the id was used for another text, or while the same command is open (CP-65).
    """
    there = select(sms_orders).where(sms_orders.c.message_id == order.message_id)
    found = (await connection.execute(there)).one_or_none()
    if found is not None:
        if (found.subscriber_id, found.text) != (account.subscriber_id, order.text):
            raise AccountError(f"message_id: {order.message_id!r} was used for another message")
        return Booked(found.id, repeated=True)
    made = await connection.execute(
        insert(sms_orders)
        .values(
            subscriber_id=account.subscriber_id,
            number_id=await _number_id(connection, account),
            message_id=order.message_id,
            text=order.text,
            command=order.command,
            status=order.status,
            received_at=order.received_at,
            due_at=order.due_at,
            effective_on=order.effective_on,
            finished_at=None if order.status == "open" else now,
            reply=order.reply,
        )
        .returning(sms_orders.c.id)
    )
    booked = Booked(int(made.scalar_one()), repeated=False)
    await book_entry(
        connection,
        account.subscriber_id,
        "none",
        "order",
        Money(0, account.balance.currency),
        key=f"order:{order.message_id}",
        at=order.received_at,
        now=now,
        note=f"{order.status}: {order.command or 'not understood'}",
    )
    return booked


async def finish_order(
    connection: AsyncConnection, order_id: int, status: str, now: datetime, *, reply: str | None = None
) -> None:
    """An open order is "done" or "failed"; AccountError if it is not open."""
    done = await connection.execute(
        update(sms_orders)
        .where(sms_orders.c.id == order_id, sms_orders.c.status == "open")
        .values(status=status, finished_at=now, reply=func.coalesce(reply, sms_orders.c.reply))
    )
    if done.rowcount != 1:
        raise AccountError(f"order: {order_id} is not open")


async def apply_order(connection: AsyncConnection, order_id: int, now: datetime) -> bool:
    """A done order has changed the services; False when it had before."""
    done = await connection.execute(
        update(sms_orders)
        .where(sms_orders.c.id == order_id, sms_orders.c.status == "done", sms_orders.c.applied_at.is_(None))
        .values(applied_at=now)
    )
    return done.rowcount == 1


def usage_row(account: Account, usage: UsageRecord) -> dict[str, Any]:
    """A row of ``usage_records`` as the record gives it, without number, charge and time of arrival."""
    return {
        "subscriber_id": account.subscriber_id,
        "source": usage.source,
        "record": usage.record,
        "kind": usage.kind,
        "other_party": usage.other_party,
        "roaming": usage.roaming,
        "outgoing": usage.outgoing,
        "started_at": usage.started_at,
        "ended_at": usage.ended_at,
        "quantity": usage.quantity,
        "from_free_units": usage.from_free_units,
        "price_minor": usage.price.minor,
        "currency": usage.price.currency,
    }


def ends_call(found: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether a record that was sent before now ends its call; False where it is the same once more.

    AccountError where its contents are others.
    """
    ends = row["kind"] == "call" and found["ended_at"] is None and row["ended_at"] is not None
    grown = {"ended_at", "quantity", "from_free_units", "price_minor"} if ends else set[str]()
    if any(found[name] != value for name, value in row.items() if name not in grown):
        raise AccountError(
            f"record: {row['record']!r} of {row['source']!r} was sent before with other contents"
        )
    return ends


def charge_row(
    operator: Operator, account: Account, usage: UsageRecord, now: datetime
) -> dict[str, Any] | None:
    """What the record costs as a row of the ledger; None where it costs nothing, or nothing yet."""
    running = usage.kind == "call" and usage.ended_at is None
    if running or usage.price.minor == 0:
        return None
    book, period = charged_to(operator, account, now)
    return entry_row(
        account.subscriber_id,
        book,
        "charge" if usage.price.minor > 0 else "correction",
        -usage.price,
        key=usage_key(usage.source, usage.record),
        at=usage.started_at,
        now=now,
        period=period,
    )


async def _sent_again(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    usage: UsageRecord,
    found: Mapping[str, Any],
    now: datetime,
) -> Booked:
    row = usage_row(account, usage)
    if not ends_call(found, row):
        return Booked(found["id"], repeated=True)
    row["ledger_id"] = await _charge(connection, operator, account, usage, now)
    await connection.execute(update(usage_records).where(usage_records.c.id == found["id"]).values(**row))
    assert usage.ended_at is not None, "a call that ends"
    await _figures_from(connection, account, usage.ended_at)
    return Booked(found["id"], repeated=False)


async def _charge(
    connection: AsyncConnection, operator: Operator, account: Account, usage: UsageRecord, now: datetime
) -> int | None:
    row = charge_row(operator, account, usage, now)
    return None if row is None else (await book_row(connection, row)).row_id


async def _number_id(connection: AsyncConnection, account: Account) -> int:
    """The row of the number the account was asked for by; one subscriber may have several (CS-04)."""
    found = await connection.scalar(
        select(numbers.c.id).where(
            numbers.c.subscriber_id == account.subscriber_id,
            numbers.c.e164 == account.number,
            numbers.c.released_at.is_(None),
        )
    )
    if found is None:
        raise AccountError(f"number: {account.number} is not in the store")
    return int(found)


async def _figures_from(connection: AsyncConnection, account: Account, moment: datetime) -> None:
    """The account's figures hold up to the newest usage that was booked."""
    await connection.execute(
        update(subscribers)
        .where(
            subscribers.c.id == account.subscriber_id,
            subscribers.c.figures_at.is_(None) | (subscribers.c.figures_at < moment),
        )
        .values(figures_at=moment)
    )
