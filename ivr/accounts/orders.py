"""An SMS from a number comes in; the order it places is booked once and carried out, the answer goes out.

The sender is the number that is changed (CP-51). An order whose day has come is carried out at once; one for
the next month is accepted at once and changes the services on its day (``carry_out``, run by the period
close). Whatever stands open when its 24 hours are over has failed (CP-52).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings import book_entry
from ivr.accounts.bookings_usage import apply_order, book_order, finish_order
from ivr.accounts.callpro_services import change_services, services_of
from ivr.accounts.model import Account, NewOrder, Operator
from ivr.accounts.records import SmsIn
from ivr.accounts.rules import callpro
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.callpro_commands import Command, Refusal, write
from ivr.accounts.rules.callpro_orders import AlreadyOrdered, Order, OrderState, OrderTerms, apply, place
from ivr.accounts.rules.callpro_replies import reply, reply_when_finished
from ivr.accounts.rules.callpro_sms import read
from ivr.accounts.schema.tables import sms_orders
from ivr.accounts.service import Accounts
from ivr.errors import AccountError, StoreUnavailable
from ivr.money import Money

__all__ = ["Answer", "carry_out", "fail_overdue", "take_sms"]

_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an SMS: done, failed or refused, and the SMS to answer with.

    ``repeated`` where the same SMS had come before: it gets the same answer, and nothing happens again.
    """

    status: str
    text: str
    repeated: bool = False


async def take_sms(accounts: Accounts, sms: SmsIn, now: datetime) -> Answer:
    """Read an SMS, book and carry out what it orders, in one transaction.

    AccountError naming the field for a sender who is no customer, a moment to come, and a message id that
    was used for another message; StoreUnavailable, and then nothing has happened.
    """
    operator, orders = accounts.operator, accounts.terms.orders
    if operator.code != callpro.OPERATOR.code:
        raise AccountError(f"operator: {operator.name} takes no orders by SMS")
    sender, received_at = sms.e164(operator), sms.moment(operator)
    if received_at > now + _CLOCKS_DIFFER:
        raise AccountError("received_at: an SMS cannot come from the future")
    async with accounts.store.writing() as connection:
        account = await queries.account(connection, operator, sender, local_day(now, operator.time_zone))
        if account is None:
            raise AccountError(f"sender: {sender} is not in the store")
        before = await _answered(connection, account, sms)
        if before is not None:
            return before
        return await _take(connection, operator, account, sms, received_at, orders, now)


async def carry_out(connection: AsyncConnection, operator: Operator, account: Account, now: datetime) -> int:
    """Change the services by the accepted orders whose day has come, oldest first; how many there were."""
    today = local_day(now, operator.time_zone)
    chosen = (
        select(sms_orders)
        .where(
            sms_orders.c.subscriber_id == account.subscriber_id,
            sms_orders.c.status == "done",
            sms_orders.c.applied_at.is_(None),
            sms_orders.c.effective_on <= today,
        )
        .order_by(sms_orders.c.effective_on, sms_orders.c.received_at, sms_orders.c.id)
    )
    rows = (await connection.execute(chosen)).all()
    for row in rows:
        try:
            async with connection.begin_nested():
                await _change(connection, operator, account, row.id, _order(row), now)
        except AccountError as error:
            await _note(connection, account, f"order:{row.id}:not-changed", str(error), now)
        await apply_order(connection, row.id, now)
    return len(rows)


async def fail_overdue(connection: AsyncConnection, account: Account, now: datetime) -> int:
    """Fail the orders of an account whose time is up (CP-52); how many there were."""
    chosen = select(sms_orders).where(
        sms_orders.c.subscriber_id == account.subscriber_id,
        sms_orders.c.status == "open",
        sms_orders.c.due_at <= now,
    )
    rows = (await connection.execute(chosen)).all()
    for row in rows:
        text = reply_when_finished(_order(row), OrderState.FAILED)
        await finish_order(connection, row.id, OrderState.FAILED.value, now, reply=text)
    return len(rows)


async def _take(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    sms: SmsIn,
    received_at: datetime,
    terms: OrderTerms,
    now: datetime,
) -> Answer:
    command = read(sms.text)
    placed: Order | AlreadyOrdered | Refusal = command if isinstance(command, Refusal) else place(
        command,
        await services_of(connection, account),
        await _open_commands(connection, account),
        received_at,
        terms,
    )  # fmt: skip
    text = reply(placed)
    if not isinstance(placed, Order):
        refused = NewOrder(
            sms.message_id, sms.text, None, "refused", received_at, received_at, None, reply=text
        )
        await book_order(connection, account, refused, now)
        return Answer("refused", text)
    new = NewOrder(
        sms.message_id,
        sms.text,
        write(placed.command),
        "open",
        received_at,
        placed.due_at,
        placed.effective_on,
        reply=text,
    )
    booked = await book_order(connection, account, new, now)
    return await _carry_out_now(connection, operator, account, booked.row_id, placed, text, now)


async def _carry_out_now(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    order_id: int,
    order: Order,
    accepted: str,
    now: datetime,
) -> Answer:
    """Done at once where its day has come; else accepted, which is all that can be done today (CP-53)."""
    if now >= order.due_at:
        return await _fail(connection, order_id, order, now)
    if order.effective_on > local_day(now, operator.time_zone):
        await finish_order(connection, order_id, OrderState.DONE.value, now)
        return Answer("done", accepted)
    try:
        async with connection.begin_nested():
            await _change(connection, operator, account, order_id, order, now)
    except AccountError as error:
        await _note(connection, account, f"order:{order_id}:not-changed", str(error), now)
        return await _fail(connection, order_id, order, now)
    text = reply_when_finished(order, OrderState.DONE) or accepted
    await finish_order(connection, order_id, OrderState.DONE.value, now, reply=text)
    await apply_order(connection, order_id, now)
    return Answer("done", text)


async def _fail(connection: AsyncConnection, order_id: int, order: Order, now: datetime) -> Answer:
    text = reply_when_finished(order, OrderState.FAILED) or ""
    await finish_order(connection, order_id, OrderState.FAILED.value, now, reply=text)
    return Answer("failed", text)


async def _change(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    order_id: int,
    order: Order,
    now: datetime,
) -> None:
    before = await services_of(connection, account)
    await change_services(
        connection,
        operator,
        account,
        order.command,
        before,
        apply(order, before),
        day=order.effective_on,
        key=f"order:{order_id}",
        now=now,
    )


async def _answered(connection: AsyncConnection, account: Account, sms: SmsIn) -> Answer | None:
    """The answer that this very SMS has had; AccountError where the id was another's."""
    chosen = select(sms_orders).where(sms_orders.c.message_id == sms.message_id)
    row = (await connection.execute(chosen)).one_or_none()
    if row is None:
        return None
    if (row.subscriber_id, row.text) != (account.subscriber_id, sms.text):
        raise AccountError(f"message_id: {sms.message_id!r} was used for another message")
    return Answer(row.status, row.reply or "", repeated=True)


async def _open_commands(connection: AsyncConnection, account: Account) -> tuple[Command, ...]:
    """What is ordered and has not changed the services yet (CP-65)."""
    rows = await connection.execute(
        select(sms_orders.c.command).where(
            sms_orders.c.subscriber_id == account.subscriber_id,
            sms_orders.c.status.in_(("open", "done")),
            sms_orders.c.applied_at.is_(None),
        )
    )
    commands = [read(row.command) for row in rows if row.command]
    return tuple(command for command in commands if not isinstance(command, Refusal))


async def _note(connection: AsyncConnection, account: Account, key: str, note: str, now: datetime) -> None:
    nothing = Money(0, account.balance.currency)
    await book_entry(
        connection, account.subscriber_id, "none", "order", nothing, key=key, at=now, now=now, note=note
    )


def _order(row: Row[Any]) -> Order:
    """The order that a row stands for."""
    command = read(row.command)
    if isinstance(command, Refusal):
        raise StoreUnavailable("a record in the account store cannot be read: an order without a command")
    return Order(
        command,
        row.received_at,
        row.due_at,
        row.effective_on,
        row.finished_at,
        done=row.status == OrderState.DONE.value,
    )
