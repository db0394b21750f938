"""Nothing comes in; the effects go out that a rule may want: what the store books with what caused them.

A rule returns effects in the order in which they happen, and the store books them in that order, in the
transaction of the row that caused them. Each says which rows it stands for. The cause itself (the usage, the
deposit paid in, the limit the customer has set) is booked by who brings it and is no effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ivr.money import Money

__all__ = [
    "Effect",
    "LimitState",
    "LoseBase",
    "Lower",
    "LowerWhy",
    "MoveTo",
    "Notify",
    "NotifyKind",
    "Raise",
    "RaiseWhy",
    "Renew",
    "ReturnDeposit",
    "Scope",
]


class LimitState(StrEnum):
    """What a calling limit leaves usable: everything, what is paid already, or nothing outgoing."""

    OPEN = "open"
    UNITS_ONLY = "units_only"
    BLOCKED = "blocked"


class Scope(StrEnum):
    """Where a limit's state holds: ``home`` for the Czech network and all in general, ``roaming`` abroad."""

    HOME = "home"
    ROAMING = "roaming"


class NotifyKind(StrEnum):
    """What a notice is about, as in ``notices.kind``."""

    LIMIT = "limit"
    ROAMING = "roaming"
    UNITS = "units"


class RaiseWhy(StrEnum):
    """Why a limit grows without money: the customer asked (VL-20, GM-34), or the operator did it (VL-30)."""

    REQUEST = "request"
    AUTOMATIC = "automatic"


class LowerWhy(StrEnum):
    """Why a limit shrinks other than by a returned deposit: a bill was not paid in time (GM-37)."""

    MISSED_DUE_DATE = "missed_due_date"


@dataclass(frozen=True, slots=True)
class Notify:
    """Send a notice: one row of ``notices``, once for (kind, period, percent, limit).

    ``period`` is YYYYMM of the month in which the billing period begins.
    """

    kind: NotifyKind
    percent: int
    limit: Money
    period: int


@dataclass(frozen=True, slots=True)
class MoveTo:
    """Change the state of the limit: ``limit_states`` and a ledger row ``block`` or ``unblock`` of zero.

    With ``Scope.ROAMING`` the state is OPEN or BLOCKED and stands in ``roaming_blocked``. ``by`` is when
    services that were given back are there at the latest (VL-15: ``restored_by``), None when nothing is
    awaited.
    """

    state: LimitState
    scope: Scope = Scope.HOME
    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """The limit grows: a ledger row ``raise`` in the book ``limit``.

    At Vodafone it is a row of ``deposits`` as well (VL-38), of kind ``automatic_raise`` or, on request,
    ``requested_raise``: no money was paid, so none can be claimed back. An automatic one sets
    ``raised_automatically_at``.
    """

    amount: Money
    why: RaiseWhy


@dataclass(frozen=True, slots=True)
class Lower:
    """The limit shrinks by this positive amount: a negative ledger row ``lowering`` in the book ``limit``."""

    amount: Money
    why: LowerWhy


@dataclass(frozen=True, slots=True)
class LoseBase:
    """The base limit is lost for good from this day on: ``base_limit_lost_on`` (GM-37, GM-38)."""

    on: date


@dataclass(frozen=True, slots=True)
class ReturnDeposit:
    """A deposit goes back to who paid it: ``returned_on``, and a negative ledger row ``deposit_return``."""

    deposit_id: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Renew:
    """A held bundle starts anew, valid through a day, for this price: a ledger row ``renewal``."""

    held_bundle_id: int
    size: int
    valid_until: date
    price: Money


Effect = Notify | MoveTo | Raise | Lower | LoseBase | ReturnDeposit | Renew
