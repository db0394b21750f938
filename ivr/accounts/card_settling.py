"""Card payments that wait come in; each card is charged once, and the top-up is booked or the payment fails.

    pending row --- charge(key) ---> settled: ledger row, row settled, armed     in one transaction
                                     failed:  row failed, armed                  in one transaction
                                     pending, or no answer: nothing; asked again the next time

The charge and the ledger row take their keys from the row's. So this may run late, twice at a time, or
again after a crash at any point: the card is charged once and the credit is booked once (CS-20, CS-22).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import ColumnElement, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import queries
from ivr.accounts.bookings_payments import finish_card_payment
from ivr.accounts.cards import CardPayments, CardStatus, Charge, charge_key
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.schema.tables import auto_top_ups, card_payments, numbers, operators, subscribers
from ivr.accounts.service import Accounts
from ivr.accounts.top_ups import add_credit
from ivr.errors import AccountError, CardsUnavailable
from ivr.money import Money

__all__ = ["Settling", "settle_cards"]


_WAITING: ColumnElement[str] = literal_column(
    "'pending'"
)  # written out, so that the index of what waits is used


@dataclass(frozen=True, slots=True)
class Settling:
    """What became of the payments that waited; ``waiting`` ones are asked about again the next time.

    ``trouble`` is what kept one of them waiting, empty where the card service only takes its time.
    """

    settled: int = 0
    failed: int = 0
    waiting: int = 0
    trouble: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class _Pending:
    key: str
    subscriber_id: int
    number: str
    amount: Money
    token: SecretStr


async def settle_cards(accounts: Accounts, cards: CardPayments, clock: Callable[[], datetime]) -> Settling:
    """Charge the cards of an operator's pending payments, and book what has come of it.

    A card service that does not answer, or an account that takes no credit, costs the others nothing.
    StoreUnavailable: what was charged by then is booked the next time.
    """
    settled = failed = waiting = 0
    trouble = ""
    for payment in await _pending(accounts):
        try:
            charge = await _charge(cards, payment)
            if charge is None or charge.status is CardStatus.PENDING:
                waiting += 1
                continue
            await _book(accounts, payment, charge, clock())
        except CardsUnavailable as error:
            waiting, trouble = waiting + 1, str(error)
            continue
        except AccountError as error:  # charged, but the account takes no credit: a person has to see to it
            waiting, trouble = waiting + 1, f"charged, but not booked: {error}"
            continue
        settled += charge.status is CardStatus.SETTLED
        failed += charge.status is CardStatus.FAILED
    return Settling(settled, failed, waiting, trouble)


async def _pending(accounts: Accounts) -> list[_Pending]:
    """The payments that wait, oldest first, each with the card of its account."""
    number = (
        select(func.min(numbers.c.e164))
        .where(numbers.c.subscriber_id == subscribers.c.id, numbers.c.released_at.is_(None))
        .scalar_subquery()
    )
    chosen = (
        select(card_payments, auto_top_ups.c.card_token, number.label("number"))
        .join(subscribers, subscribers.c.id == card_payments.c.subscriber_id)
        .join(operators, operators.c.id == subscribers.c.operator_id)
        .join(auto_top_ups, auto_top_ups.c.subscriber_id == subscribers.c.id)
        .where(
            operators.c.code == accounts.operator.code,
            card_payments.c.status == _WAITING,
            number.is_not(None),
        )
        .order_by(card_payments.c.id)
    )
    async with accounts.store.reading() as connection:
        rows = (await connection.execute(chosen)).all()
    return [
        _Pending(
            row.key,
            row.subscriber_id,
            row.number,
            Money(row.amount_minor, row.currency),
            SecretStr(row.card_token),
        )
        for row in rows
    ]


async def _charge(cards: CardPayments, payment: _Pending) -> Charge | None:
    """The charge of a payment; None where the service has never heard of it, CardsUnavailable without answer.

    Where the account has changed its card between a charge and its booking, the old card was charged and
    the service refuses the new one under that key: then the first charge is the one that counts.
    """
    key = charge_key(payment.key)
    try:
        return await cards.charge(payment.token, payment.amount, key)
    except AccountError:
        return await cards.status(key)


async def _book(accounts: Accounts, payment: _Pending, charge: Charge, now: datetime) -> None:
    """What has come of a charge, whole; nothing where somebody else has booked it in the meantime."""
    operator = accounts.operator
    async with accounts.store.writing() as connection:
        if not await _still_pending(connection, payment.key):
            return
        if charge.status is CardStatus.FAILED:
            reason = "failed" if charge.reason is None else charge.reason.value
            await finish_card_payment(connection, payment.key, now, failed=reason)
        else:
            today = local_day(now, operator.time_zone)
            account = await queries.account(connection, operator, payment.number, today)
            if account is None:
                raise AccountError(f"number: {payment.number} is no longer in the store")
            booked = await add_credit(
                connection,
                operator,
                account,
                charge.amount,
                key=f"card:{payment.key}",
                at=charge.finished_at or now,
                now=now,
                terms=accounts.terms.callpro,
            )
            await finish_card_payment(connection, payment.key, now, ledger_id=booked.row_id)
        mine = auto_top_ups.c.subscriber_id == payment.subscriber_id
        await connection.execute(update(auto_top_ups).where(mine).values(armed=True))


async def _still_pending(connection: AsyncConnection, key: str) -> bool:
    row = select(card_payments.c.id).where(card_payments.c.key == key, card_payments.c.status == "pending")
    return await connection.scalar(row) is not None
