"""An account and something rated come in; its rows and all that the operator's rules make of it go out.

    limit before -> row of the ledger -> rules -> notices, raises, blocks, card payments

One transaction, the caller's: what follows from a charge is booked with it or not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import book_expiry
from ivr.accounts.bookings_effects import book_effects
from ivr.accounts.bookings_payments import start_card_payment
from ivr.accounts.limits import GomobilLimit, VodafoneLimit, keep_period, limit_of
from ivr.accounts.model import Account, Charging, Operator
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

__all__ = ["auto_top_up_of", "rate", "top_up_by_card"]


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
    await _lapse(connection, operator, account, event, terms, now)
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
    chosen = select(auto_top_ups).where(
        auto_top_ups.c.subscriber_id == account.subscriber_id, auto_top_ups.c.switched_off_at.is_(None)
    )
    row = (await connection.execute(chosen)).one_or_none()
    if row is None:
        return None
    return AutoTopUp(
        Money(row.level_minor, row.currency),
        Money(row.amount_minor, row.currency),
        Money(row.weekly_ceiling_minor, row.currency),
        row.armed,
    )


async def _lapse(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    event: RatedEvent,
    terms: PackTerms,
    now: datetime,
) -> None:
    """Credit that had ended before the use is no longer there to pay for it (CP-18)."""
    if operator.code != callpro.OPERATOR.code or account.charging is not Charging.PREPAID:
        return
    lapsed = callpro.lapsing(account, local_day(event.at, operator.time_zone), terms.callpro)
    await book_expiry(connection, account.subscriber_id, lapsed, now)


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
