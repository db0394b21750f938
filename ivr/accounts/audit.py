"""A connection comes in; what does not add up in an operator's books goes out, nothing where all is well.

Balances are sums of ledger rows and are stored nowhere, so they are checked from outside: against the sums
noted when periods were closed, and against every payment, deposit and usage record that a row stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.model import Operator
from ivr.accounts.schema.tables import (
    card_payments,
    closing_balances,
    deposits,
    ledger,
    operators,
    payments,
    subscribers,
    usage_records,
)
from ivr.money import Money

__all__ = ["Discrepancy", "audit"]


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Two things that should be equal: ``what`` names the record, ``expected`` what the ledger should hold.

    ``found`` is None where the ledger has no row for it.
    """

    subscriber_id: int
    what: str
    expected: Money
    found: Money | None

    def __str__(self) -> str:
        found = "nothing" if self.found is None else str(self.found)
        return f"subscriber {self.subscriber_id}: {self.what}: expected {self.expected}, found {found}"


async def audit(connection: AsyncConnection, operator: Operator) -> tuple[Discrepancy, ...]:
    """All that does not add up, by subscriber."""
    found: list[Discrepancy] = []
    for what, question in _QUESTIONS:
        rows = await connection.execute(question.where(operators.c.code == operator.code))
        found += (
            Discrepancy(
                row[0],
                f"{what} {row[1]}",
                Money(row[2], operator.currency),
                None if row[3] is None else Money(row[3], operator.currency),
            )
            for row in rows
        )
    return tuple(sorted(found, key=lambda one: (one.subscriber_id, one.what)))


def _standing_for(
    record: Any, name: ColumnElement[Any], wanted: ColumnElement[int], claims: ColumnElement[bool]
) -> Select[Any]:
    """Records that claim a row of the ledger, where that row is missing or says something else."""
    same = (ledger.c.amount_minor == wanted) & (ledger.c.subscriber_id == record.c.subscriber_id)
    return (
        select(record.c.subscriber_id, name, wanted, ledger.c.amount_minor)
        .select_from(record)
        .join(subscribers, subscribers.c.id == record.c.subscriber_id)
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .outerjoin(ledger, ledger.c.id == record.c.ledger_id)
        .where(claims, or_(ledger.c.id.is_(None), ~same))
    )


def _closings() -> Select[Any]:
    """Sums noted at a close that the same rows do not give any more."""
    noted = closing_balances.c
    counted = and_(
        ledger.c.subscriber_id == noted.subscriber_id,
        ledger.c.book == noted.book,
        ledger.c.id <= noted.last_ledger_id,
        (ledger.c.book != "spend") | (ledger.c.period == noted.period),
    )
    now = cast(
        select(func.coalesce(func.sum(ledger.c.amount_minor), 0))
        .where(counted)
        .correlate(closing_balances)
        .scalar_subquery(),
        BigInteger,
    )
    return (
        select(noted.subscriber_id, noted.book, noted.amount_minor, now)
        .select_from(closing_balances)
        .join(subscribers, subscribers.c.id == noted.subscriber_id)
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .where(noted.amount_minor != now)
    )


def _overdrawn() -> Select[Any]:
    """Books that cannot be below zero: more given back than was paid, more lowered than granted."""
    total = cast(func.sum(ledger.c.amount_minor), BigInteger)
    return (
        select(ledger.c.subscriber_id, ledger.c.book, total - total, total)
        .join(subscribers, subscribers.c.id == ledger.c.subscriber_id)
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .where(ledger.c.book.in_(("limit", "security")))
        .group_by(ledger.c.subscriber_id, ledger.c.book)
        .having(total < 0)
    )


_settled_use = and_(
    usage_records.c.price_minor != 0,
    or_(usage_records.c.kind != "call", usage_records.c.ended_at.is_not(None)),
)
_QUESTIONS: tuple[tuple[str, Select[Any]], ...] = (
    ("closing balance of", _closings()),
    ("book below zero:", _overdrawn()),
    (
        "payment",
        _standing_for(
            payments, payments.c.bank_reference, payments.c.amount_minor, payments.c.status == "matched"
        ),
    ),
    ("deposit", _standing_for(deposits, deposits.c.id, deposits.c.amount_minor, deposits.c.id.is_not(None))),
    (
        "card payment",
        _standing_for(
            card_payments,
            card_payments.c.key,
            card_payments.c.amount_minor,
            card_payments.c.status == "settled",
        ),
    ),
    (
        "usage",
        _standing_for(usage_records, usage_records.c.record, -usage_records.c.price_minor, _settled_use),
    ),
)
