"""Spend, limits and rated usage come in; what share is used and which threshold was crossed goes out.

Shares are compared by cross-multiplication of whole minor units, so that 1124.99 of 1500 is below 75 % and
1125.00 is not. Every threshold fires at ``>=``. What a pack makes of it stands in the pack.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.accounts.rules.effects import LimitState
from ivr.money import Money

__all__ = [
    "Attempt",
    "Cost",
    "LimitReading",
    "RaiseBy",
    "RaiseReading",
    "RatedEvent",
    "Told",
    "UsageKind",
    "Use",
    "crossed",
    "next_threshold",
]


class UsageKind(StrEnum):
    """What was used or charged, as in ``usage_records.kind``."""

    CALL = "call"
    SMS = "sms"
    MMS = "mms"
    DATA = "data"
    PREMIUM = "premium"
    THIRD_PARTY = "third_party"
    FEE = "fee"


class Cost(StrEnum):
    """What a use would cost: money, nothing but free units, or nothing at all."""

    MONEY = "money"
    UNITS = "units"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RatedEvent:
    """Something rated: ``price`` is what it adds to the spend, below zero for a correction.

    ``at`` is when it was used, which may be long before it was rated (GM-04, VL-05).
    """

    at: datetime
    price: Money
    kind: UsageKind = UsageKind.CALL
    outgoing: bool = True
    roaming: bool = False

    @property
    def is_charged_use(self) -> bool:
        """Whether it is an outgoing use that cost money; a fee is not used, it falls due."""
        return self.outgoing and self.kind is not UsageKind.FEE and self.price.minor > 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A use somebody is about to make: may they?

    ``cost`` is MONEY as soon as any part of it is not covered by free units. ``always_open`` marks calls to
    emergency numbers and to the infoline itself (GM-17).
    """

    kind: UsageKind
    cost: Cost
    outgoing: bool = True
    abroad: bool = False
    always_open: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a limit is used."""

    spend: Money
    limit: Money

    def reached(self, percent: int) -> bool:
        """Whether this share is used up; of a limit of zero every share is."""
        if self.spend.currency != self.limit.currency:
            raise ValueError(f"{self.spend.currency} is not measured against {self.limit.currency}")
        return self.spend.minor * 100 >= percent * self.limit.minor

    @property
    def basis_points(self) -> int | None:
        """Hundredths of a percent, rounded down: 3750 is 37.5 %. None of a limit of zero."""
        return self.spend.minor * 10_000 // self.limit.minor if self.limit.minor > 0 else None

    @property
    def left(self) -> Money:
        """What may still be spent, never below zero."""
        return max(self.limit - self.spend, Money(0, self.limit.currency))


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that was sent in this period: the threshold, and the limit it was measured against."""

    percent: int
    limit: Money


@dataclass(frozen=True, slots=True)
class LimitReading:
    """What a caller may hear of a limit now.

    ``next_percent`` and ``next_at`` are the next threshold and the spend at which it fires, None past the
    last. ``restored_by`` is set while services may still be on their way back. ``units_usable`` is False
    where free units that remain cannot be used, which has to be said with them (GM-16). ``own_limit`` is what
    the customer has set where that is the limit now (GM-20).
    """

    use: Use
    state: LimitState
    roaming_blocked: bool
    units_usable: bool
    next_percent: int | None
    next_at: Money | None
    may_be_late: bool
    restored_by: datetime | None = None
    automatic_raise: bool = False
    raised_this_period: bool = False
    own_limit: Money | None = None


class RaiseBy(StrEnum):
    """What raises a limit: a word, a deposit, or more bills paid in time first."""

    REQUEST = "request"
    DEPOSIT = "deposit"
    BILLS = "bills"


@dataclass(frozen=True, slots=True)
class RaiseReading:
    """What a caller may hear of raising a limit.

    ``highest`` is what it reaches without another deposit, None where no page says. ``bills_missing`` counts
    the bills in a row that have to be paid in time before a word is enough.
    """

    by: RaiseBy
    highest: Money | None = None
    bills_missing: int = 0


def crossed(before: Use, after: Use, thresholds: Collection[int], told: Collection[Told]) -> int | None:
    """The highest threshold the share has just risen to, None where there is none to tell (VL-04, GM-23).

    A raise lets the share fall, and it may rise through the same threshold again: then the limit is another
    one. Against the same limit a threshold, or one below it, is told once.
    """
    done = max((one.percent for one in told if one.limit == after.limit), default=0)
    fresh = [t for t in thresholds if t > done and after.reached(t) and not before.reached(t)]
    return max(fresh, default=None)


def next_threshold(use: Use, thresholds: Collection[int]) -> tuple[int, Money] | None:
    """The lowest threshold that is still ahead, and the spend at which it fires."""
    ahead = [percent for percent in thresholds if not use.reached(percent)]
    if not ahead:
        return None
    percent = min(ahead)
    return percent, Money(-(-percent * use.limit.minor // 100), use.limit.currency)
