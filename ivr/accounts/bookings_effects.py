"""Effects of the rules come in; rows of ledger, notices, limit states, deposits and bundles go out.

They are booked in the transaction of what caused them, in the order in which they happened, and their keys
come from the key of the cause, so that a cause booked once has its effects once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import book_entry
from ivr.accounts.bookings_payments import book_deposit
from ivr.accounts.model import Account, Charging, NewDeposit, Operator
from ivr.accounts.rules.calendar import local_day, period_of
from ivr.accounts.rules.effects import (
    Effect,
    LimitState,
    LoseBase,
    Lower,
    MoveTo,
    Notify,
    Raise,
    RaiseWhy,
    Renew,
    ReturnDeposit,
    Scope,
)
from ivr.accounts.schema.tables import deposits, held_bundles, limit_states, notices
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["book_effects", "book_notice", "charged_to"]

_DEPOSIT_OF = {
    RaiseWhy.REQUEST: "requested_raise",
    RaiseWhy.AUTOMATIC: "automatic_raise",
}


async def book_effects(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    effects: Iterable[Effect],
    *,
    cause: str,
    now: datetime,
) -> None:
    """Book what a rule wants done. ``cause`` is the key of what caused it, such as ``usage:billing:4711``.

    AccountError when an effect names a deposit or a bundle that is not the account's.
    """
    for position, effect in enumerate(effects):
        key = f"{cause}:{position}"
        match effect:
            case Notify():
                await book_notice(connection, account, effect, key=key, now=now)
            case MoveTo():
                await _move(connection, operator, account, effect, key, now)
            case Raise():
                await _raise(connection, operator, account, effect, key, now)
            case Lower():
                lower = -effect.amount
                await _limit_row(connection, account, "lowering", lower, key, now, note=effect.why.value)
            case LoseBase():
                await _set_state(connection, operator, account, now, base_limit_lost_on=effect.on)
            case ReturnDeposit():
                await _return_deposit(connection, operator, account, effect, key, now)
            case Renew():
                await _renew(connection, operator, account, effect, key, now)
            case _:
                assert_never(effect)


async def book_notice(
    connection: AsyncConnection, account: Account, notice: Notify, *, key: str, now: datetime
) -> bool:
    """A notice to be sent, once for its kind, period, percent and limit; whether it was a new one."""
    row = {
        "subscriber_id": account.subscriber_id,
        "kind": notice.kind.value,
        "period": notice.period,
        "percent": notice.percent,
        "limit_minor": notice.limit.minor,
    }
    there = select(notices.c.id).where(*(notices.c[name] == value for name, value in row.items()))
    if await connection.scalar(there) is not None:
        return False
    await connection.execute(insert(notices).values(**row, due_at=now))
    nothing = Money(0, notice.limit.currency)
    note = f"{notice.kind} {notice.percent} % of {notice.limit}"
    await book_entry(
        connection, account.subscriber_id, "none", "notice", nothing, key=key, at=now, now=now, note=note
    )
    return True


async def _move(
    connection: AsyncConnection, operator: Operator, account: Account, effect: MoveTo, key: str, now: datetime
) -> None:
    values: dict[str, Any] = {"restored_by": effect.by}
    if effect.scope is Scope.ROAMING:
        values["roaming_blocked"] = effect.state is LimitState.BLOCKED
    else:
        values["state"] = effect.state.value
    await _set_state(connection, operator, account, now, **values)
    kind = "unblock" if effect.state is LimitState.OPEN else "block"
    nothing = Money(0, operator.currency)
    note = f"{effect.scope} {effect.state}"
    await book_entry(
        connection, account.subscriber_id, "none", kind, nothing, key=key, at=now, now=now, note=note
    )


async def _raise(
    connection: AsyncConnection, operator: Operator, account: Account, effect: Raise, key: str, now: datetime
) -> None:
    paid_on = local_day(now, operator.time_zone)
    deposit = NewDeposit(_DEPOSIT_OF[effect.why], effect.amount, paid_on, effective_at=now)
    await book_deposit(connection, account, deposit, key=key, now=now)
    if effect.why is RaiseWhy.AUTOMATIC:
        await _set_state(connection, operator, account, now, raised_automatically_at=now)


async def _return_deposit(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    effect: ReturnDeposit,
    key: str,
    now: datetime,
) -> None:
    given_back = await connection.execute(
        update(deposits)
        .where(
            deposits.c.id == effect.deposit_id,
            deposits.c.subscriber_id == account.subscriber_id,
            deposits.c.amount_minor == effect.amount.minor,
            deposits.c.returned_on.is_(None),
        )
        .values(returned_on=local_day(now, operator.time_zone))
        .returning(deposits.c.kind)
    )
    kind = given_back.scalar_one_or_none()
    if kind is None:
        raise AccountError(f"deposit: {effect.deposit_id} of {effect.amount} is not held for this number")
    book = "security" if kind == "security" else "limit"
    await book_entry(
        connection,
        account.subscriber_id,
        book,
        "deposit_return",
        -effect.amount,
        key=key,
        at=now,
        now=now,
        note=f"deposit {effect.deposit_id}",
    )


async def _renew(
    connection: AsyncConnection, operator: Operator, account: Account, effect: Renew, key: str, now: datetime
) -> None:
    renewed = await connection.execute(
        update(held_bundles)
        .where(
            held_bundles.c.id == effect.held_bundle_id,
            held_bundles.c.subscriber_id == account.subscriber_id,
            held_bundles.c.ended_at.is_(None),
        )
        .values(size=effect.size, remaining=effect.size, valid_until=effect.valid_until)
    )
    if renewed.rowcount != 1:
        raise AccountError(f"bundle: {effect.held_bundle_id} is not held by this number")
    book, period = charged_to(operator, account, now)
    if effect.price.minor == 0:
        book, period = "none", None
    await book_entry(
        connection,
        account.subscriber_id,
        book,
        "renewal",
        -effect.price,
        key=key,
        at=now,
        now=now,
        period=period,
        note=f"bundle {effect.held_bundle_id}",
    )


def charged_to(operator: Operator, account: Account, now: datetime) -> tuple[str, int | None]:
    """The book that pays, and the billing period in which spend counts (the one of ``now``, VL-05)."""
    if account.charging is Charging.PREPAID:
        return "credit", None
    return "spend", period_of(local_day(now, operator.time_zone), account.billing_day)


async def _limit_row(
    connection: AsyncConnection,
    account: Account,
    kind: str,
    amount: Money,
    key: str,
    now: datetime,
    note: str,
) -> None:
    await book_entry(
        connection, account.subscriber_id, "limit", kind, amount, key=key, at=now, now=now, note=note
    )


async def _set_state(
    connection: AsyncConnection, operator: Operator, account: Account, now: datetime, **values: Any
) -> None:
    """Change the row of the limit's state, made where there is none."""
    period = period_of(local_day(now, operator.time_zone), account.billing_day)
    row = {**values, "period": period, "changed_at": now}
    mine = limit_states.c.subscriber_id == account.subscriber_id
    changed = await connection.execute(update(limit_states).where(mine).values(**row))
    if changed.rowcount == 0:
        await connection.execute(insert(limit_states).values(subscriber_id=account.subscriber_id, **row))
