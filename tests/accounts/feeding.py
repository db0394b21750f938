"""Accounts of several operators to feed, and what they hold afterwards."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from ivr.accounts.bookings_payments import book_bill, book_deposit
from ivr.accounts.model import Account, Charging, IssuedBill, NewAccount, NewDeposit, Operator
from ivr.accounts.payments import take_payments
from ivr.accounts.records import PaymentIn, SmsIn, Taken, UsageIn, read_batch
from ivr.accounts.rules.calendar import add_months, local_day
from ivr.accounts.schema import tables
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.accounts.usage import take_usage
from ivr.money import Money

NUMBER = "+420601234567"
SHOP = "+33140000001"


async def customer(
    store: Store, operator: Operator, now: datetime, *, limit: str | None = "1500", number: str = NUMBER
) -> Accounts:
    """A postpaid number of an operator; ``limit`` is what it was entered with."""
    accounts = Accounts(store, operator=operator)
    height = Money.parse(limit, operator.currency) if limit else None
    await accounts.add(NewAccount(number, Charging.POSTPAID, limit=height), now)
    return accounts


async def prepaid(
    store: Store, operator: Operator, now: datetime, credit: str, *, number: str = NUMBER
) -> Accounts:
    """A prepaid number of an operator with this credit."""
    accounts = Accounts(store, operator=operator)
    amount = Money.parse(credit, operator.currency)
    await accounts.add(NewAccount(number, Charging.PREPAID, credit=amount, language="cs"), now)
    return accounts


def usage(record: str, price: str | None, at: datetime, **more: Any) -> dict[str, Any]:
    """A minute's call, as an item of a batch."""
    return {
        "record": record,
        "number": NUMBER,
        "kind": "call",
        "started_at": at.isoformat(),
        "ended_at": at.isoformat(),
        "quantity": 60,
        **({} if price is None else {"price": price}),
        **more,
    }


def transfer(reference: str, amount: str, at: datetime, symbol: str | None, **more: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "to_account": "222852292/0600",
        "received_at": at.isoformat(),
        "amount": amount,
        **({} if symbol is None else {"variable_symbol": symbol}),
        **more,
    }


def sms(message_id: str, text: str, at: datetime, sender: str = NUMBER) -> SmsIn:
    return SmsIn.model_validate(
        {"message_id": message_id, "sender": sender, "text": text, "received_at": at.isoformat()}
    )


async def feed(accounts: Accounts, now: datetime, *items: dict[str, Any]) -> Taken:
    """Take usage as the HTTP API does."""
    given, faults = read_batch(items, UsageIn)
    taken = await take_usage(accounts, given, now)
    taken.faults += faults
    return taken


async def pay_in(accounts: Accounts, now: datetime, *items: dict[str, Any]) -> Taken:
    """Take transfers as the HTTP API does."""
    given, faults = read_batch(items, PaymentIn)
    taken = await take_payments(accounts, given, now)
    taken.faults += faults
    return taken


async def account(accounts: Accounts, now: datetime, number: str = NUMBER) -> Account:
    found = await accounts.account(number, now)
    assert found is not None
    return found


async def rows(store: Store, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of all rows of a table, in the order in which they were made."""
    chosen = tables.metadata.tables[table]
    order = chosen.c.id if "id" in chosen.c else next(iter(chosen.primary_key.columns))
    async with store.reading() as connection:
        found = await connection.execute(select(*(chosen.c[name] for name in columns)).order_by(order))
        return [tuple(row) for row in found]


async def put(store: Store, table: str, **values: Any) -> int:
    """One row of a table, as an operator's own system would have put it there."""
    chosen = tables.metadata.tables[table]
    async with store.writing() as connection:
        made = await connection.execute(insert(chosen).values(**values))
        return int(made.inserted_primary_key[0])


async def bills_in_time(accounts: Accounts, now: datetime, count: int = 3, *, late: bool = False) -> None:
    """The last bills before ``now``, each paid on its due date, or a day after it."""
    today = local_day(now, accounts.operator.time_zone)
    found = await account(accounts, now)
    async with accounts.store.writing() as connection:
        for number in range(count, 0, -1):
            issued = add_months(today, -number)
            due = add_months(issued, 0).replace(day=min(issued.day + 1, 28))
            paid = due.replace(day=due.day + 1) if late else due
            bill = IssuedBill(
                f"bill-{number}", 202601, Money(100), issued, max(due, issued), max(paid, issued)
            )
            await book_bill(connection, found, bill)


async def deposit(accounts: Accounts, now: datetime, amount: str, kind: str = "limit") -> None:
    """A deposit that has been there for long."""
    found = await account(accounts, now)
    new = NewDeposit(kind, Money.parse(amount), local_day(now, accounts.operator.time_zone), now)
    async with accounts.store.writing() as connection:
        await book_deposit(connection, found, new, key=f"deposit:{kind}:{amount}", now=now)


async def bundle(store: Store, code: str, fee: str, renewal: str = "billing_period", **more: Any) -> int:
    """A bundle in the catalogue of the first operator."""
    values = {"family": "data", "unit": "kilobytes", "size": 1000, **more}
    return await put(
        store,
        "bundles",
        operator_id=1,
        code=code,
        name=code,
        monthly_fee_minor=Money.parse(fee).minor,
        currency="CZK",
        renewal=renewal,
        activation_charge="whole",
        cancellation_charge="whole",
        **values,
    )


async def hold(store: Store, bundle_id: int, since: datetime, until: date, size: int = 1000) -> None:
    """The first subscriber has a bundle."""
    await put(
        store,
        "held_bundles",
        subscriber_id=1,
        bundle_id=bundle_id,
        size=size,
        remaining=0,
        activated_at=since,
        valid_until=until,
        anchor_day=since.day,
    )
