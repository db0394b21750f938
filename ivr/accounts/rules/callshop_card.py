"""A balance before and after, a standing order and payments come in; whether to charge the card goes out.

An automatic top-up fires when the balance falls to its level or through it, once (CS-22):

    armed --- balance falls to the level ---> fired --- payment settled or failed ---> armed
      '------ and would pass the ceiling ---> armed (left out whole, the caller is told; CS-24)

After a failure or a skipped top-up the balance lies below the level already, so the next call does not
charge again: a card that is refused is not asked at every call. Credit from elsewhere that lifts the
balance above the level makes the next fall count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ivr.accounts.rules.callshop_fr import OPERATOR, WEEKLY_CEILING
from ivr.money import Money

__all__ = [
    "AMOUNTS",
    "LEVELS",
    "WEEK",
    "AutoTopUp",
    "CardPayment",
    "PaymentStatus",
    "Skip",
    "SkipWhy",
    "TopUpNow",
    "ceiling_free_at",
    "due",
    "fired",
    "paid_in_week",
    "payment_ended",
]

LEVELS = tuple(Money(euros * 100, OPERATOR.currency) for euros in (50, 80, 150))  # CS-21
AMOUNTS = tuple(Money(euros * 100, OPERATOR.currency) for euros in (500, 1000, 2000))  # CS-21
WEEK = timedelta(days=7)  # 7 x 24 hours, by the clock that knows no summer time (CS-24)


class PaymentStatus(StrEnum):
    """How a card payment stands, as in ``card_payments.status``."""

    PENDING = "pending"
    SETTLED = "settled"
    FAILED = "failed"
    SKIPPED = "skipped"


class SkipWhy(StrEnum):
    """Why a top-up that was due is left out."""

    CEILING = "ceiling"
    STILL_PENDING = "still_pending"


@dataclass(frozen=True, slots=True)
class AutoTopUp:
    """A shop's standing order: level and amount are chosen apart, out of three each (CS-21).

    ``ceiling`` is what the account may pay by card in a week. ValueError on any other level or amount, in
    words for the person who chose it.
    """

    level: Money
    amount: Money
    ceiling: Money = WEEKLY_CEILING
    armed: bool = True

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"a level is {_any_of(LEVELS)}, not {self.level}")
        if self.amount not in AMOUNTS:
            raise ValueError(f"an amount is {_any_of(AMOUNTS)}, not {self.amount}")
        if self.ceiling.currency != OPERATOR.currency or self.ceiling.minor <= 0:
            raise ValueError(f"a ceiling is a positive amount in {OPERATOR.currency}, not {self.ceiling}")


@dataclass(frozen=True, slots=True)
class CardPayment:
    """A payment by card, automatic or not, and when it was started."""

    started_at: datetime
    amount: Money
    status: PaymentStatus


@dataclass(frozen=True, slots=True)
class TopUpNow:
    """Charge the card with this amount: one pending row of ``card_payments``, and ``armed`` is off."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Skip:
    """A top-up was due and is left out: a row ``skipped`` with the reason; ``armed`` stays as it is."""

    amount: Money
    why: SkipWhy


def due(
    balance_before: Money | None, balance_after: Money, auto: AutoTopUp, paid_in_week: Money, pending: bool
) -> TopUpNow | Skip | None:
    """Whether the change of a balance sets off the automatic top-up (CS-22 to CS-25).

    ``balance_before`` is None when the standing order has just been given: a level reached already counts
    as reached then. ``paid_in_week`` is that of ``paid_in_week()``; ``pending`` whether a card payment of the
    account is open.
    """
    was_above = balance_before is None or balance_before > auto.level
    if not was_above or balance_after > auto.level:
        return None
    if pending or not auto.armed:
        return Skip(auto.amount, SkipWhy.STILL_PENDING)
    if paid_in_week + auto.amount > auto.ceiling:
        return Skip(auto.amount, SkipWhy.CEILING)
    return TopUpNow(auto.amount)


def fired(auto: AutoTopUp) -> AutoTopUp:
    """The standing order after it has charged the card: not again before the payment has ended."""
    return replace(auto, armed=False)


def payment_ended(auto: AutoTopUp, status: PaymentStatus) -> AutoTopUp:
    """The standing order after news of its payment: armed again once that is settled or failed."""
    return replace(auto, armed=True) if status in (PaymentStatus.SETTLED, PaymentStatus.FAILED) else auto


def paid_in_week(payments: Iterable[CardPayment], now: datetime) -> Money:
    """What weighs on the ceiling: payments settled or still open, each for 7 x 24 hours from its start.

    One started exactly a week ago no longer weighs; one that a clock running ahead has put later does.
    """
    amounts = (payment.amount for payment in _weighing(payments, now))
    return sum(amounts, Money(0, OPERATOR.currency))


def ceiling_free_at(payments: Iterable[CardPayment], auto: AutoTopUp, now: datetime) -> datetime | None:
    """When the next top-up fits under the ceiling, in UTC: ``now`` if it does, None if it never will."""
    moment = now.astimezone(UTC)
    if auto.amount > auto.ceiling:
        return None
    weighing = sorted(_weighing(payments, now), key=lambda payment: payment.started_at)
    paid = sum((payment.amount for payment in weighing), Money(0, OPERATOR.currency))
    for payment in weighing:
        if paid + auto.amount <= auto.ceiling:
            break
        paid -= payment.amount
        moment = payment.started_at.astimezone(UTC) + WEEK
    return moment


def _weighing(payments: Iterable[CardPayment], now: datetime) -> list[CardPayment]:
    weighs = (PaymentStatus.PENDING, PaymentStatus.SETTLED)
    return [
        payment
        for payment in payments
        if payment.status in weighs and now.astimezone(UTC) - payment.started_at.astimezone(UTC) < WEEK
    ]


def _any_of(choices: tuple[Money, ...]) -> str:
    *first, last = (str(choice) for choice in choices)
    return f"{', '.join(first)} or {last}"
