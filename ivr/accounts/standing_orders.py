"""A shop's level, amount and card come in; its automatic top-up stands in the store, or is switched off.

A new order counts a level that is reached already as reached now (CS-22): then the card payment is started in
the same transaction, for ``settle_cards`` to charge.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.model import Account, Charging
from ivr.accounts.rating import top_up_by_card
from ivr.accounts.rules import callshop_fr
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.callshop_card import AutoTopUp
from ivr.accounts.schema.tables import auto_top_ups, card_payments
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["order_top_up", "stop_top_up"]


async def order_top_up(
    accounts: Accounts,
    number: str,
    level: Money,
    amount: Money,
    now: datetime,
    *,
    card: SecretStr | None = None,
    ceiling: Money | None = None,
) -> AutoTopUp:
    """Give or change the automatic top-up of a prepaid number in E.164 (CS-21 to CS-24).

    ``card`` is the token that the card service has given; None keeps the one that is known. ``ceiling`` is
    what the account may pay in a week, by default that of the terms. AccountError for another level or amount
    than CS-21 names, an order without a card, a number that cannot have one; StoreUnavailable.
    """
    try:
        order = AutoTopUp(level, amount, ceiling or accounts.terms.callshop.weekly_ceiling)
    except ValueError as error:
        raise AccountError(f"automatic top-up: {error}") from error
    if card is not None and not card.get_secret_value().strip():
        raise AccountError("card: expected the token of a card, not an empty one")
    async with accounts.store.writing() as connection:
        account = await _shop(connection, accounts, number, now)
        mine = auto_top_ups.c.subscriber_id == account.subscriber_id
        known = (await connection.execute(select(auto_top_ups.c.card_token).where(mine))).scalar_one_or_none()
        if card is None and known is None:
            raise AccountError("card: a first automatic top-up needs the token of a card")
        pending = await _is_pending(connection, account)
        values = {
            "level_minor": level.minor,
            "amount_minor": amount.minor,
            "weekly_ceiling_minor": order.ceiling.minor,
            "currency": amount.currency,
            "card_token": known if card is None else card.get_secret_value(),
            "armed": not pending,
            "switched_on_at": now,
            "switched_off_at": None,
        }
        if known is None:
            await connection.execute(
                insert(auto_top_ups).values(subscriber_id=account.subscriber_id, **values)
            )
        else:
            await connection.execute(update(auto_top_ups).where(mine).values(**values))
        if not pending:
            cause = f"ordered:{uuid4()}"
            await top_up_by_card(connection, account, None, account.balance, cause=cause, now=now)
    return order


async def stop_top_up(accounts: Accounts, number: str, now: datetime) -> None:
    """Switch the automatic top-up of a number off; a payment that was started is still settled.

    AccountError where there is none that is on; StoreUnavailable.
    """
    async with accounts.store.writing() as connection:
        account = await _shop(connection, accounts, number, now)
        on = (auto_top_ups.c.subscriber_id == account.subscriber_id) & auto_top_ups.c.switched_off_at.is_(
            None
        )
        changed = await connection.execute(update(auto_top_ups).where(on).values(switched_off_at=now))
        if changed.rowcount == 0:
            raise AccountError(f"number: {number} has no automatic top-up to switch off")


async def _shop(connection: AsyncConnection, accounts: Accounts, number: str, now: datetime) -> Account:
    operator = accounts.operator
    if operator.code != callshop_fr.OPERATOR.code:
        raise AccountError(f"operator: {operator.code} has no automatic top-ups by card, only callshop_fr")
    account = await queries.account(connection, operator, number, local_day(now, operator.time_zone))
    if account is None:
        raise AccountError(f"number: {number} is not in the store")
    if account.charging is Charging.POSTPAID:
        raise AccountError(f"number: {number} is postpaid and has no credit to top up")
    return account


async def _is_pending(connection: AsyncConnection, account: Account) -> bool:
    open_payment = select(card_payments.c.id).where(
        card_payments.c.subscriber_id == account.subscriber_id, card_payments.c.status == "pending"
    )
    return await connection.scalar(open_payment) is not None
