"""An account and something rated come in; its rows and all that the operator's rules make of it go out.

    limit before -> row of the ledger -> rules -> notices, raises, blocks, card payments

One transaction, the caller's: what follows from a charge is booked with it or not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import book_expiry
from ivr.accounts.bookings_effects import book_effects
from ivr.accounts.bookings_payments import start_card_payment
from ivr.accounts.limits import GomobilLimit, VodafoneLimit, keep_period, limit_of
from ivr.accounts.model import Account, Charging, Lot, Operator
from ivr.accounts.packs import PackTerms
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.callshop_card import (
    AutoTopUp,
    CardPayment,
    PaymentStatus,
    Skip,
    TopUpNow,
    due,
    paid_in_week,
)
from ivr.accounts.rules.effects import Effect
from ivr.accounts.rules.spend import RatedEvent
from ivr.accounts.schema.tables import auto_top_ups, card_payments
from ivr.money import Money

__all__ = [
    "Standing",
    "auto_top_up_of",
    "auto_top_ups_of",
    "charged",
    "needs_rating",
    "rate",
    "top_up_by_card",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """An account with all that decides whether something follows from a charge."""

    account: Account
    limit: VodafoneLimit | GomobilLimit | None = None
    auto: AutoTopUp | None = None


def needs_rating(
    operator: Operator, standing: Standing, event: RatedEvent, now: datetime, terms: PackTerms
) -> bool:
    """Whether ``rate`` would do more than book the charge: then it has to."""
    account = standing.account
    if _lapsing(operator, account, event, terms):
        return True
    more: tuple[Effect, ...] = ()
    match standing.limit:
        case VodafoneLimit(before, effects, stale):
            _, more = vodafone_cz_limit.after_spend(before, event, terms.vodafone, now)
        case GomobilLimit(month, effects, stale):
            _, more = gomobil.after_spend(month, event, now)
        case None:
            effects, stale = (), False
    if stale or effects or more:
        return True
    if standing.auto is None or operator.code != callshop_fr.OPERATOR.code:
        return False
    after, nothing = account.balance - event.price, Money(0, operator.currency)
    return due(account.balance, after, standing.auto, nothing, pending=False) is not None


def charged(standing: Standing, price: Money) -> Standing:
    """The account after a charge from which nothing else follows."""
    account, limit = standing.account, standing.limit
    if account.charging is Charging.PREPAID:
        account = replace(account, balance=account.balance - price)
    else:
        account = replace(account, spend=account.spend + price)
    match limit:
        case VodafoneLimit(before):
            limit = replace(limit, account=replace(before, spend=before.spend + price))
        case GomobilLimit(month):
            limit = replace(limit, account=replace(month, spend=month.spend + price))
    return replace(standing, account=account, limit=limit)


async def rate(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    event: RatedEvent,
    book: Callable[[], Awaitable[bool]],
    *,
    cause: str,
    now: datetime,
    terms: PackTerms,
) -> bool:
    """Book a rated event with ``book``, and what follows from it; whether it was new.

    ``book`` books the charge and says False where that had been done before: then nothing follows. ``cause``
    is the key of the charge.
    """
    limit = await limit_of(connection, operator, account, now)
    if not await book():
        return False
    lapsed = _lapsing(operator, account, event, terms)
    await book_expiry(connection, account.subscriber_id, lapsed, now)
    effects: tuple[Effect, ...] = ()
    match limit:
        case VodafoneLimit(before, effects):
            _, more = vodafone_cz_limit.after_spend(before, event, terms.vodafone, now)
            effects += more
        case GomobilLimit(month, effects):
            _, more = gomobil.after_spend(month, event, now)
            effects += more
    if limit is not None:
        await keep_period(connection, operator, account, now)
    await book_effects(connection, operator, account, effects, cause=cause, now=now)
    if operator.code == callshop_fr.OPERATOR.code:
        after = account.balance - event.price
        await top_up_by_card(connection, account, account.balance, after, cause=cause, now=now)
    return True


async def auto_top_up_of(connection: AsyncConnection, account: Account) -> AutoTopUp | None:
    """The standing order of a shop, None where it has none or has switched it off."""
    return (await auto_top_ups_of(connection, [account.subscriber_id])).get(account.subscriber_id)


async def auto_top_ups_of(
    connection: AsyncConnection, subscriber_ids: Collection[int]
) -> dict[int, AutoTopUp]:
    """The standing orders of some shops, by subscriber."""
    chosen = select(auto_top_ups).where(
        auto_top_ups.c.subscriber_id.in_(subscriber_ids), auto_top_ups.c.switched_off_at.is_(None)
    )
    return {row.subscriber_id: _auto_top_up(row) for row in await connection.execute(chosen)}


def _auto_top_up(row: Row[Any]) -> AutoTopUp:
    return AutoTopUp(
        Money(row.level_minor, row.currency),
        Money(row.amount_minor, row.currency),
        Money(row.weekly_ceiling_minor, row.currency),
        row.armed,
    )


def _lapsing(operator: Operator, account: Account, event: RatedEvent, terms: PackTerms) -> tuple[Lot, ...]:
    """Credit that had ended before the use is no longer there to pay for it (CP-18)."""
    if operator.code != callpro.OPERATOR.code or account.charging is not Charging.PREPAID:
        return ()
    return callpro.lapsing(account, local_day(event.at, operator.time_zone), terms.callpro)


async def top_up_by_card(
    connection: AsyncConnection,
    account: Account,
    before: Money | None,
    after: Money,
    *,
    cause: str,
    now: datetime,
) -> None:
    """Start the automatic top-up where a balance has set it off (CS-22), or note why it was left out.

    ``before`` and ``after`` are as ``callshop_card.due`` takes them.
    """
    auto = await auto_top_up_of(connection, account)
    if auto is None:
        return
    rows = await connection.execute(
        select(card_payments).where(card_payments.c.subscriber_id == account.subscriber_id)
    )
    made = [
        CardPayment(row.started_at, Money(row.amount_minor, row.currency), PaymentStatus(row.status))
        for row in rows
    ]
    pending = any(one.status is PaymentStatus.PENDING for one in made)
    key = f"auto:{cause}"
    match due(before, after, auto, paid_in_week(made, now), pending):
        case TopUpNow(amount):
            await start_card_payment(connection, account, amount, started_by="automatic", key=key, now=now)
            mine = auto_top_ups.c.subscriber_id == account.subscriber_id
            await connection.execute(update(auto_top_ups).where(mine).values(armed=False))
        case Skip(amount, why):
            await start_card_payment(
                connection,
                account,
                amount,
                started_by="automatic",
                key=key,
                now=now,
                skipped=why.value,
            )
