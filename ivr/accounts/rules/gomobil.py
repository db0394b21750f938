"""A GoMobil number's limit and what was spent come in; its state after it, notices and moves go out.

The limit caps what one number may spend in a calendar month in Prague (GM-01, GM-03). At 100 % it leaves the
free units; the next charged use takes those too (GM-15):

             spend >= limit            charged outgoing use
    OPEN ------------------> UNITS_ONLY ------------------> BLOCKED
      ^                          |                             |
      +--------------------------+-----------------------------+
             the 1st of the month, or the limit above the spend

All traffic abroad stops with the first step (GM-14). How high the limit is stands in ``gomobil_base``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum, StrEnum, auto

from ivr.accounts.model import Operator
from ivr.accounts.rules.calendar import local_day, period_of
from ivr.accounts.rules.effects import Effect, LimitState, MoveTo, Notify, NotifyKind, Scope
from ivr.accounts.rules.spend import (
    Attempt,
    Cost,
    LimitReading,
    RatedEvent,
    Told,
    Use,
    crossed,
    next_threshold,
)
from ivr.money import Money

__all__ = [
    "OPERATOR",
    "TABLE",
    "THRESHOLDS",
    "Input",
    "LimitAccount",
    "OwnLimitRefused",
    "RefuseReason",
    "after_change",
    "after_spend",
    "allowed",
    "begin_month",
    "read",
    "set_own_limit",
]

OPERATOR = Operator("gomobil", "GoMobil", "CZ", "CZK", "Europe/Prague")
THRESHOLDS = (80, 100)  # GM-21
FULL = 100  # GM-10


class Input(Enum):
    """What can happen to a limit, as far as its state is concerned."""

    SPENT_BELOW = auto()  # counted, and the limit is not reached
    CHARGED_USE = auto()  # an outgoing use cost money, and the limit is reached
    OTHER_CHARGE = auto()  # a fee or an incoming call abroad, and the limit is reached
    UNITS_USED = auto()  # nothing but free units, or a correction that leaves the limit reached
    LIMIT_ABOVE = auto()  # the limit was changed and is above the spend
    LIMIT_NOT_ABOVE = auto()  # the limit was changed and is not
    MONTH_BEGAN = auto()


_CLOSE = (MoveTo(LimitState.UNITS_ONLY), MoveTo(LimitState.BLOCKED, Scope.ROAMING))
_BLOCK = (MoveTo(LimitState.BLOCKED),)
_REOPEN = (MoveTo(LimitState.OPEN), MoveTo(LimitState.OPEN, Scope.ROAMING))

_Row = tuple[LimitState, tuple[MoveTo, ...]]
_STAYS_OPEN: _Row = (LimitState.OPEN, ())
_STAYS_UNITS_ONLY: _Row = (LimitState.UNITS_ONLY, ())
_STAYS_BLOCKED: _Row = (LimitState.BLOCKED, ())
_OPENS: _Row = (LimitState.OPEN, _REOPEN)
_CLOSES: _Row = (LimitState.UNITS_ONLY, _CLOSE)
_BLOCKS: _Row = (LimitState.BLOCKED, _BLOCK)

TABLE: dict[tuple[LimitState, Input], _Row] = {
    (LimitState.OPEN, Input.SPENT_BELOW): _STAYS_OPEN,
    (LimitState.OPEN, Input.CHARGED_USE): _CLOSES,  # what reaches the limit is not used after it
    (LimitState.OPEN, Input.OTHER_CHARGE): _CLOSES,
    (LimitState.OPEN, Input.UNITS_USED): _STAYS_OPEN,
    (LimitState.OPEN, Input.LIMIT_ABOVE): _STAYS_OPEN,
    (LimitState.OPEN, Input.LIMIT_NOT_ABOVE): _CLOSES,  # GM-23
    (LimitState.OPEN, Input.MONTH_BEGAN): _STAYS_OPEN,
    (LimitState.UNITS_ONLY, Input.SPENT_BELOW): _OPENS,  # a correction: UNITS_ONLY means 100 % and more
    (LimitState.UNITS_ONLY, Input.CHARGED_USE): _BLOCKS,  # GM-12
    (LimitState.UNITS_ONLY, Input.OTHER_CHARGE): _STAYS_UNITS_ONLY,
    (LimitState.UNITS_ONLY, Input.UNITS_USED): _STAYS_UNITS_ONLY,  # GM-11
    (LimitState.UNITS_ONLY, Input.LIMIT_ABOVE): _OPENS,
    (LimitState.UNITS_ONLY, Input.LIMIT_NOT_ABOVE): _STAYS_UNITS_ONLY,
    (LimitState.UNITS_ONLY, Input.MONTH_BEGAN): _OPENS,
    (LimitState.BLOCKED, Input.SPENT_BELOW): _OPENS,  # a correction
    (LimitState.BLOCKED, Input.CHARGED_USE): _STAYS_BLOCKED,  # rated late
    (LimitState.BLOCKED, Input.OTHER_CHARGE): _STAYS_BLOCKED,
    (LimitState.BLOCKED, Input.UNITS_USED): _STAYS_BLOCKED,
    (LimitState.BLOCKED, Input.LIMIT_ABOVE): _OPENS,
    (LimitState.BLOCKED, Input.LIMIT_NOT_ABOVE): _STAYS_BLOCKED,
    (LimitState.BLOCKED, Input.MONTH_BEGAN): _OPENS,
}


class RefuseReason(StrEnum):
    """Why a limit of one's own is not set."""

    NEGATIVE = "negative"
    NEEDS_DEPOSIT = "needs_deposit"


@dataclass(frozen=True, slots=True)
class OwnLimitRefused:
    """Not set; ``highest`` is what may be chosen without another deposit (GM-35)."""

    reason: RefuseReason
    highest: Money


@dataclass(frozen=True, slots=True)
class LimitAccount:
    """A number with its limit in one month.

    ``month`` is YYYYMM in Prague. ``base`` is the base limit with what was raised and lowered since,
    ``deposits`` the refundable ones held on top, ``own_limit`` what the customer has set (GM-20).
    ``base_lost_on`` is the day on which a base of 2000 was lost for good (GM-38).
    """

    month: int
    spend: Money
    base: Money
    deposits: Money
    own_limit: Money | None = None
    base_lost_on: date | None = None
    state: LimitState = LimitState.OPEN
    told: frozenset[Told] = frozenset()

    @property
    def granted(self) -> Money:
        """The highest limit the operator allows: base and deposits."""
        return self.base + self.deposits

    @property
    def limit(self) -> Money:
        """What holds: the customer's own limit, never above what is granted."""
        return self.granted if self.own_limit is None else min(self.own_limit, self.granted)

    @property
    def use(self) -> Use:
        """How much of the limit is used."""
        return Use(self.spend, self.limit)


def begin_month(account: LimitAccount, now: datetime) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """The account in the month of ``now``: in a new one the counter is zero and all is open (GM-03)."""
    month = period_of(local_day(now, OPERATOR.time_zone), billing_day=1)
    if month <= account.month:
        return account, ()
    fresh = replace(account, month=month, spend=Money(0, account.spend.currency), told=frozenset())
    return _move(fresh, Input.MONTH_BEGAN)


def after_spend(
    account: LimitAccount, event: RatedEvent, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """Count a rated event in the month of ``now``, whenever it was used (GM-04), and what follows from it.

    It counts whatever its kind: fees, bundles, roaming, services of others (GM-02). ValueError when it is
    priced in another currency.
    """
    before, effects = begin_month(account, now)
    after = replace(before, spend=before.spend + event.price)
    after, notices = _tell(before.use, after)
    after, moves = _move(after, _input_of(event, after.use))
    return after, effects + notices + moves


def set_own_limit(
    account: LimitAccount, own_limit: Money | None, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]] | OwnLimitRefused:
    """The customer's own limit from now on, this month included (GM-22); None takes it away.

    One above what is granted needs a deposit first (GM-35).
    """
    if own_limit is not None and own_limit.minor < 0:
        return OwnLimitRefused(RefuseReason.NEGATIVE, account.granted)
    if own_limit is not None and own_limit > account.granted:
        return OwnLimitRefused(RefuseReason.NEEDS_DEPOSIT, account.granted)
    before, effects = begin_month(account, now)
    after, more = after_change(before, replace(before, own_limit=own_limit))
    return after, effects + more


def after_change(before: LimitAccount, after: LimitAccount) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """What follows when only the limit differs: a share that rose is told, the state follows (GM-23)."""
    if after.limit == before.limit:
        return after, ()
    after, notices = _tell(before.use, after)
    after, moves = _move(after, Input.LIMIT_NOT_ABOVE if after.use.reached(FULL) else Input.LIMIT_ABOVE)
    return after, notices + moves


def allowed(state: LimitState, attempt: Attempt) -> bool:
    """Whether a use is open in a state (GM-10 to GM-14); emergency calls and the infoline are (GM-17)."""
    if attempt.always_open or state is LimitState.OPEN:
        return True
    if attempt.abroad:
        return False
    if not attempt.outgoing:
        return True
    return state is LimitState.UNITS_ONLY and attempt.cost is not Cost.MONEY


def read(account: LimitAccount, *, roaming: bool, premium: bool, now: datetime) -> LimitReading:
    """What a caller may hear at ``now``; with roaming or premium services the figure may be late (GM-04)."""
    account, _ = begin_month(account, now)
    ahead = next_threshold(account.use, THRESHOLDS)
    return LimitReading(
        use=account.use,
        state=account.state,
        roaming_blocked=account.state is not LimitState.OPEN,
        units_usable=account.state is not LimitState.BLOCKED,
        next_percent=ahead[0] if ahead else None,
        next_at=ahead[1] if ahead else None,
        may_be_late=roaming or premium,
    )


def _input_of(event: RatedEvent, use: Use) -> Input:
    if not use.reached(FULL):
        return Input.SPENT_BELOW
    if event.is_charged_use:
        return Input.CHARGED_USE  # rated, not merely tried: GM-16
    return Input.OTHER_CHARGE if event.price.minor > 0 else Input.UNITS_USED


def _move(account: LimitAccount, happened: Input) -> tuple[LimitAccount, tuple[Effect, ...]]:
    state, moves = TABLE[account.state, happened]
    return replace(account, state=state), moves


def _tell(before: Use, account: LimitAccount) -> tuple[LimitAccount, tuple[Effect, ...]]:
    percent = crossed(before, account.use, THRESHOLDS, account.told)
    if percent is None:
        return account, ()
    notice = Notify(NotifyKind.LIMIT, percent, account.limit, account.month)
    return replace(account, told=account.told | {Told(percent, account.limit)}), (notice,)
