"""A call without a price comes in; what the operator's price list says it costs goes out (CS-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Operator
from ivr.accounts.records import UsageIn
from ivr.accounts.rules import callshop_fr
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.callshop_dialling import number_carried
from ivr.accounts.rules.callshop_prices import Price, PriceTable, cost
from ivr.accounts.schema.tables import call_prices, operators
from ivr.errors import AccountError
from ivr.money import Money
from ivr.phone import to_e164

__all__ = ["called_by", "price_of", "prices_for"]

_AT_ONCE = 500  # prefixes in one question: SQLite of before 2020 takes 999 values in a statement


def called_by(operator: Operator, record: UsageIn) -> str:
    """The number in E.164 that decides what a call costs by the operator's own list.

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
    return called


def price_of(
    operator: Operator, called: str, record: UsageIn, prices: Mapping[str, Sequence[Price]]
) -> Money:
    """What a call to this number costs by the list on the day it began; ``prices`` as of ``prices_for``.

    AccountError naming ``price`` where the list has none.
    """
    started_at = record.as_usage(operator, Money(0, operator.currency)).started_at
    day = local_day(started_at, operator.time_zone)
    rows = (row for prefix in _prefixes(called) for row in prices.get(prefix, ()))
    price = PriceTable.on(day, rows).find(called)
    if price is None:
        raise AccountError("price: is missing, and the price list has none for this destination")
    return cost(price, record.quantity)


async def prices_for(
    connection: AsyncConnection, operator: Operator, called: Iterable[str]
) -> dict[str, list[Price]]:
    """The rows of the operator's list that could hold for these numbers, by prefix."""
    prefixes = sorted({prefix for number in called for prefix in _prefixes(number)})
    found: dict[str, list[Price]] = {}
    for start in range(0, len(prefixes), _AT_ONCE):
        rows = await connection.execute(
            select(call_prices)
            .join(operators, operators.c.id == call_prices.c.operator_id)
            .where(
                operators.c.code == operator.code,
                call_prices.c.subscriber_id.is_(None),
                call_prices.c.prefix.in_(prefixes[start : start + _AT_ONCE]),
            )
        )
        for price in _prices(rows.all()):
            found.setdefault(price.prefix, []).append(price)
    return found


def _prefixes(called: str) -> list[str]:
    return [called[:end] for end in range(2, len(called) + 1)]


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
