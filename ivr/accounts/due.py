"""An account and a moment come in; all that its calendar asks for by then is done, each thing once.

What ends or begins by date and not with the billing period: credit (CP-18), bundles renewed by their day
(VP-24), orders whose day has come (CP-53) or whose time is over (CP-52), due dates that were missed (GM-39).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings import book_expiry
from ivr.accounts.bookings_effects import book_effects
from ivr.accounts.limits import GomobilLimit, bills_of, customer_of, keep_period, limit_of
from ivr.accounts.model import Account, Charging, Operator
from ivr.accounts.orders import carry_out, fail_overdue
from ivr.accounts.packs import PackTerms
from ivr.accounts.renewals import renew_by_date
from ivr.accounts.rules import callpro, callshop_fr, gomobil, gomobil_base
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.schema.tables import (
    bills,
    bundles,
    held_bundles,
    ledger,
    limit_states,
    numbers,
    operators,
    sms_orders,
    subscribers,
)
from ivr.accounts.service import Accounts

__all__ = ["account_of", "do_due", "subscribers_due"]


async def subscribers_due(accounts: Accounts, now: datetime, terms: PackTerms) -> tuple[int, ...]:
    """The operator's subscribers with anything to do by now."""
    operator = accounts.operator
    today = local_day(now, operator.time_zone)
    wanted: list[Select[tuple[int]]] = [
        select(sms_orders.c.subscriber_id).where(
            or_(
                (sms_orders.c.status == "open") & (sms_orders.c.due_at <= now),
                (sms_orders.c.status == "done")
                & sms_orders.c.applied_at.is_(None)
                & (sms_orders.c.effective_on <= today),
            )
        ),
        select(held_bundles.c.subscriber_id)
        .join(bundles, bundles.c.id == held_bundles.c.bundle_id)
        .where(
            held_bundles.c.ended_at.is_(None),
            held_bundles.c.valid_until < today,
            bundles.c.renewal != "billing_period",
        ),
    ]
    if operator.code != callshop_fr.OPERATOR.code:
        wanted.append(_with_ended_credit(now, operator, terms))
    if operator.code == gomobil.OPERATOR.code:
        unpaid = bills.c.paid_on.is_(None) | (bills.c.paid_on > bills.c.due_on)
        lost = select(limit_states.c.subscriber_id).where(limit_states.c.base_limit_lost_on.is_not(None))
        wanted.append(
            select(bills.c.subscriber_id).where(
                bills.c.due_on < today, unpaid, bills.c.subscriber_id.not_in(lost)
            )
        )
    found = union(*wanted).subquery()
    chosen = (
        select(subscribers.c.id)
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .where(operators.c.code == operator.code, subscribers.c.id.in_(select(found.c[0])))
        .order_by(subscribers.c.id)
    )
    async with accounts.store.reading() as connection:
        return tuple((await connection.scalars(chosen)).all())


async def do_due(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime, terms: PackTerms
) -> None:
    """Everything that is due for one account, in the caller's transaction."""
    today = local_day(now, operator.time_zone)
    if account.charging is Charging.PREPAID and operator.code != callshop_fr.OPERATOR.code:
        lapsed = callpro.lapsing(account, today, terms.callpro)
        await book_expiry(connection, account.subscriber_id, lapsed, now)
    await fail_overdue(connection, account, now)
    await carry_out(connection, operator, account, now)
    await renew_by_date(connection, operator, account, today, terms)
    limit = await limit_of(connection, operator, account, now)
    if isinstance(limit, GomobilLimit):
        customer = await customer_of(connection, account)
        told = await bills_of(connection, account)
        _, more = gomobil_base.after_bills(limit.account, customer, told, now)
        if more:
            await keep_period(connection, operator, account, now)
            cause = f"missed-due-date:{account.subscriber_id}"
            await book_effects(connection, operator, account, limit.effects + more, cause=cause, now=now)


async def account_of(
    connection: AsyncConnection, operator: Operator, subscriber_id: int, now: datetime
) -> Account | None:
    """The account of a subscriber, by its oldest number; None where it has none any more."""
    number = await connection.scalar(
        select(numbers.c.e164)
        .where(numbers.c.subscriber_id == subscriber_id, numbers.c.released_at.is_(None))
        .order_by(numbers.c.id)
        .limit(1)
    )
    if number is None:
        return None
    return await queries.account(connection, operator, number, local_day(now, operator.time_zone))


def _with_ended_credit(now: datetime, operator: Operator, terms: PackTerms) -> Select[tuple[int]]:
    """Who may have credit that has ended: by the newest top-up, or by any of them (CP-19)."""
    today = local_day(now, operator.time_zone)
    whole = terms.callpro.expiry is callpro.ExpiryBase.WHOLE_BALANCE
    last = func.max(ledger.c.valid_until) if whole else func.min(ledger.c.valid_until)
    ended: ColumnElement[bool] = last < today
    topped_up = (
        select(ledger.c.subscriber_id)
        .where(ledger.c.valid_until.is_not(None), ledger.c.kind != "expiry")
        .group_by(ledger.c.subscriber_id)
        .having(ended)
    )
    return (
        select(ledger.c.subscriber_id)
        .where(ledger.c.book == "credit", ledger.c.subscriber_id.in_(topped_up))
        .group_by(ledger.c.subscriber_id)
        .having(func.sum(ledger.c.amount_minor) > 0)
    )
