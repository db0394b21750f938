"""A writing transaction and money for a prepaid account come in; the top-up's row of the ledger goes out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import book_expiry, book_top_up
from ivr.accounts.model import Account, Booked, Charging, Operator
from ivr.accounts.rules import callpro, callshop_fr
from ivr.accounts.rules.calendar import local_day
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["add_credit"]


async def add_credit(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    amount: Money,
    *,
    key: str,
    at: datetime,
    now: datetime,
    terms: callpro.Terms,
) -> Booked:
    """Book credit paid ``at`` a moment, once for its key; AccountError for a postpaid account.

    Credit that had lapsed by then is booked as expired first, so that a top-up never brings it back. A call
    shop's credit has no end (CS-10).
    """
    if account.charging is Charging.POSTPAID:
        raise AccountError(f"number: {account.number} is postpaid and has no credit to top up")
    until = None
    if operator.code != callshop_fr.OPERATOR.code:
        lapsed = callpro.lapsing(account, local_day(at, operator.time_zone), terms)
        await book_expiry(connection, account.subscriber_id, lapsed, now)
        until = callpro.last_valid_day(at, terms)
    return await book_top_up(connection, account.subscriber_id, amount, until, key=key, at=at, now=now)
