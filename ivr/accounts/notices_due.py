"""The operator's accounts come in; notices that are to be sent go out, and what was sent comes back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from ivr.accounts.schema.tables import notices, numbers, operators, subscribers
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["DueNotice", "mark_sent", "notices_to_send"]


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A notice that waits to be sent: to whom, and that this share of the limit is used (VL-04, GM-21)."""

    notice_id: int
    number: str
    kind: str
    percent: int
    limit: Money
    due_at: datetime


async def notices_to_send(accounts: Accounts, most: int = 1000) -> tuple[DueNotice, ...]:
    """The operator's notices that were not sent yet, oldest first. StoreUnavailable."""
    first_number = (
        select(func.min(numbers.c.e164))
        .where(numbers.c.subscriber_id == notices.c.subscriber_id, numbers.c.released_at.is_(None))
        .correlate(notices)
        .scalar_subquery()
    )
    chosen = (
        select(notices, first_number.label("number"))
        .join(subscribers, subscribers.c.id == notices.c.subscriber_id)
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .where(operators.c.code == accounts.operator.code, notices.c.sent_at.is_(None))
        .order_by(notices.c.id)
        .limit(most)
    )
    async with accounts.store.reading() as connection:
        rows = (await connection.execute(chosen)).all()
    currency = accounts.operator.currency
    return tuple(
        DueNotice(
            row.id, row.number or "", row.kind, row.percent, Money(row.limit_minor, currency), row.due_at
        )
        for row in rows
    )


async def mark_sent(accounts: Accounts, notice_ids: Collection[int], now: datetime) -> None:
    """Note that these were sent; AccountError, and nothing noted, where one is not waiting."""
    mine = (
        select(subscribers.c.id)
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .where(operators.c.code == accounts.operator.code)
    )
    async with accounts.store.writing() as connection:
        done = await connection.execute(
            update(notices)
            .where(
                notices.c.id.in_(notice_ids),
                notices.c.sent_at.is_(None),
                notices.c.subscriber_id.in_(mine),
            )
            .values(sent_at=now)
        )
        if done.rowcount != len(set(notice_ids)):
            raise AccountError("notice: one of these is not waiting to be sent")
