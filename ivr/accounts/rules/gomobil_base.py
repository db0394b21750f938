"""Who a GoMobil customer is and how they pay come in; how high their limit may be goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from ivr.accounts.rules.bills import Bill, bills_missing, first_missed, paid_in_time
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.effects import (
    Effect,
    LoseBase,
    Lower,
    LowerWhy,
    Raise,
    RaiseWhy,
)
from ivr.accounts.rules.gomobil import OPERATOR, LimitAccount, after_change, begin_month
from ivr.accounts.rules.spend import RaiseBy, RaiseReading
from ivr.money import Money

__all__ = [
    "AFTER_THREE_BILLS",
    "Customer",
    "RaiseRefuseReason",
    "RaiseRefused",
    "Terms",
    "add_deposit",
    "after_bills",
    "ask_raise",
    "base_at_start",
    "deposit_for",
    "read_raise",
]

# GM-30: (number ported in, customer already) -> the limit at the start.
_AT_START = {
    (False, False): Money(30_000),
    (True, False): Money(30_000),
    (False, True): Money(70_000),
    (True, True): Money(100_000),
}
AFTER_THREE_BILLS = Money(150_000)  # GM-30, GM-33
BILLS_IN_TIME = 3
OLD_BASE = Money(200_000)  # GM-36
OLD_BASE_UNTIL = date(2016, 2, 29)


class RaiseRefuseReason(StrEnum):
    """Why a raise that was asked for is not given."""

    BILLS_NOT_IN_TIME = "bills_not_in_time"
    THERE_ALREADY = "there_already"


@dataclass(frozen=True, slots=True)
class RaiseRefused:
    """Not raised."""

    reason: RaiseRefuseReason


@dataclass(frozen=True, slots=True)
class Customer:
    """Who takes a number: ``since`` is its activation date, ``tariff`` the code of what it runs on."""

    since: date
    ported_in: bool = False
    was_customer: bool = False
    tariff: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the page gives no value for.

    ``base_by_tariff`` is the lowest starting limit of a tariff, by its code (GM-31). ``deposit_for`` computes
    the deposit for a chosen limit above 1500 (GM-35); without it none is quoted.
    """

    base_by_tariff: Mapping[str, Money] = field(default_factory=lambda: MappingProxyType({}))
    deposit_for: Callable[[Money], Money] | None = None


def base_at_start(customer: Customer, terms: Terms) -> Money:
    """The base limit of a new number (GM-30), 2000 of who came by 29 February 2016 (GM-36).

    A tariff's flat fees may ask for more (GM-31).
    """
    if customer.since <= OLD_BASE_UNTIL:
        start = OLD_BASE
    else:
        start = _AT_START[customer.ported_in, customer.was_customer]
    by_tariff = terms.base_by_tariff.get(customer.tariff) if customer.tariff is not None else None
    return start if by_tariff is None else max(start, by_tariff)


def deposit_for(limit: Money, terms: Terms) -> Money | None:
    """The deposit an own limit takes: none up to 1500, then as the terms compute it (GM-35).

    None where the terms say nothing: then no figure may be quoted.
    """
    if limit <= AFTER_THREE_BILLS:
        return Money(0, limit.currency)
    return terms.deposit_for(limit) if terms.deposit_for is not None else None


def add_deposit(
    account: LimitAccount, amount: Money, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """A refundable deposit that has arrived raises the limit by as much (GM-32), also back to 2000 (GM-38).

    ValueError when nothing was paid.
    """
    if amount.minor <= 0:
        raise ValueError(f"a deposit is more than nothing, not {amount}")
    before, effects = begin_month(account, now)
    after, more = after_change(before, replace(before, deposits=before.deposits + amount))
    return after, effects + more


def ask_raise(
    account: LimitAccount, bills: tuple[Bill, ...], now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]] | RaiseRefused:
    """The base limit to 1500, on request and with three bills in a row paid in time: both (GM-33, GM-34).

    Never to 2000: that base comes back by deposit only (GM-38).
    """
    if not account.base < AFTER_THREE_BILLS:
        return RaiseRefused(RaiseRefuseReason.THERE_ALREADY)
    if not paid_in_time(bills, BILLS_IN_TIME, local_day(now, OPERATOR.time_zone)):
        return RaiseRefused(RaiseRefuseReason.BILLS_NOT_IN_TIME)
    before, effects = begin_month(account, now)
    more_limit = AFTER_THREE_BILLS - before.base
    after, more = after_change(before, replace(before, base=AFTER_THREE_BILLS))
    return after, (*effects, Raise(more_limit, RaiseWhy.REQUEST), *more)


def read_raise(base: Money, deposits: Money, bills: Iterable[Bill], today: date) -> RaiseReading:
    """What a caller may hear of raising the limit: to 1500 on request, above it by deposit (GM-33 to GM-38).

    ``base`` is the base limit as it is now, ``deposits`` what is held on top of it.
    """
    if not base < AFTER_THREE_BILLS:
        return RaiseReading(RaiseBy.DEPOSIT, base + deposits)
    missing = bills_missing(bills, BILLS_IN_TIME, today)
    by = RaiseBy.BILLS if missing else RaiseBy.REQUEST
    return RaiseReading(by, AFTER_THREE_BILLS + deposits, missing)


def after_bills(
    account: LimitAccount, customer: Customer, bills: tuple[Bill, ...], now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """The base of 2000 falls to 1500 on the day after a due date that was missed, once (GM-37, GM-39).

    The limits of who came later do not fall. Deposits stay where they are.
    """
    if customer.since > OLD_BASE_UNTIL or account.base_lost_on is not None:
        return account, ()
    lost_on = first_missed(bills, local_day(now, OPERATOR.time_zone))
    if lost_on is None or not account.base > AFTER_THREE_BILLS:
        return account, ()
    before, effects = begin_month(account, now)
    drop = before.base - AFTER_THREE_BILLS
    lowered = replace(before, base=AFTER_THREE_BILLS, base_lost_on=lost_on)
    after, more = after_change(before, lowered)
    return after, (*effects, Lower(drop, LowerWhy.MISSED_DUE_DATE), LoseBase(lost_on), *more)
