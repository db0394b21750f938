"""A call without a price comes in; what the operator's price list says it costs goes out (CS-11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Account, Operator
from ivr.accounts.records import UsageIn
from ivr.accounts.rules import callshop_fr
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.callshop_dialling import number_carried
from ivr.accounts.rules.callshop_prices import Price, PriceTable, cost
from ivr.accounts.schema.tables import call_prices, operators
from ivr.errors import AccountError
from ivr.money import Money
from ivr.phone import to_e164

__all__ = ["price_of"]


async def price_of(
    connection: AsyncConnection, operator: Operator, account: Account, record: UsageIn
) -> Money:
    """What a call costs by the operator's own list on the day it began.

    AccountError naming the field that is missing: a price, where nothing here could tell it.
    """
    if record.kind.value != "call" or not record.outgoing or record.other_party is None:
        raise AccountError("price: is missing")
    if operator.code == callshop_fr.OPERATOR.code:
        called = number_carried(record.other_party)  # special numbers are another carrier's (CS-09)
    else:
        called = to_e164(record.other_party, operator.country)
    if called is None:
        raise AccountError(
            "other_party: expected a number the operator carries, since the price follows from it"
        )
    started_at = record.as_usage(operator, Money(0, operator.currency)).started_at
    day = local_day(started_at, operator.time_zone)
    table = PriceTable.on(day, await _list(connection, operator, called, day))
    price = table.find(called)
    if price is None:
        raise AccountError("price: is missing, and the price list has none for this destination")
    return cost(price, record.quantity)


async def _list(connection: AsyncConnection, operator: Operator, called: str, day: date) -> tuple[Price, ...]:
    """The rows that could hold for a number: one prefix each."""
    rows = await connection.execute(
        select(call_prices)
        .join(operators, operators.c.id == call_prices.c.operator_id)
        .where(
            operators.c.code == operator.code,
            call_prices.c.subscriber_id.is_(None),
            call_prices.c.prefix.in_([called[:end] for end in range(2, len(called) + 1)]),
            call_prices.c.from_on <= day,
        )
    )
    return tuple(_prices(rows.all()))


def _prices(rows: Iterable[Row[Any]]) -> Iterable[Price]:
    for row in rows:
        yield Price(
            row.prefix,
            row.destination,
            row.minute_millionths,
            row.connection_millionths,
            row.first_seconds,
            row.step_seconds,
            row.from_on,
            row.to_on,
            row.currency,
        )
