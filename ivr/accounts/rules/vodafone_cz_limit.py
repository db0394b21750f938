"""A Vodafone calling limit and what was spent come in; the limit after it, notices, raises and blocks go out.

The limit is the sum of the deposits (VL-02). At 75 % it may be raised before anything else is decided, so
that one event can pass 75 and 100 % of the old limit and block nothing (VL-34, VL-36):

    spend grows -> 75 % notice -> automatic raise -> use against the new limit -> notice -> blocks

Blocks are a function of the use alone (VL-13): abroad from 90 %, at home from 100 %. They end when the use
falls: with the new billing period, with a raise (then within 24 hours, VL-15), or with a correction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from ivr.accounts.model import Operator
from ivr.accounts.rules.bills import Bill, paid_in_time
from ivr.accounts.rules.calendar import local_day, period_of
from ivr.accounts.rules.effects import (
    Effect,
    LimitState,
    MoveTo,
    Notify,
    NotifyKind,
    Raise,
    RaiseWhy,
    Scope,
)
from ivr.accounts.rules.spend import (
    Attempt,
    Cost,
    LimitReading,
    RatedEvent,
    Told,
    UsageKind,
    Use,
    crossed,
    next_threshold,
)
from ivr.money import Money

__all__ = [
    "BILLS_IN_TIME",
    "BLOCK_ABROAD_AT",
    "OPERATOR",
    "RAISE_AMOUNT",
    "THRESHOLDS",
    "Deposit",
    "DepositKind",
    "LimitAccount",
    "Terms",
    "after_change",
    "after_spend",
    "allowed",
    "begin_period",
    "read",
]

OPERATOR = Operator("vodafone_cz", "Vodafone", "CZ", "CZK", "Europe/Prague")
THRESHOLDS = (50, 75, 90, 100)  # VL-04
RAISE_AT = 75  # VL-30
BLOCK_ABROAD_AT = 90  # VL-12
BLOCK_AT_HOME_AT = 100  # VL-10
RAISE_AMOUNT = Money(150_000)  # VL-30
BILLS_IN_TIME = 3  # VL-20, VL-22, VL-31
RESTORED_WITHIN = timedelta(hours=24)  # VL-15


class DepositKind(StrEnum):
    """What a deposit is for, as in ``deposits.kind``; nothing was paid for the two raises."""

    LIMIT = "limit"
    SECURITY = "security"
    AUTOMATIC_RAISE = "automatic_raise"
    REQUESTED_RAISE = "requested_raise"


@dataclass(frozen=True, slots=True)
class Deposit:
    """One deposit recorded for the number; ``deposit_id`` is None until the store has booked it."""

    kind: DepositKind
    amount: Money
    paid_on: date
    returned_on: date | None = None
    deposit_id: int | None = None


@dataclass(frozen=True, slots=True)
class LimitAccount:
    """A number with its limit in one billing period.

    ``period`` is YYYYMM of the month in which the period begins, ``spend`` what was used in it, ``told`` the
    notices sent in it. ``automatic_raise`` is the customer's consent (VL-31, VL-33), ``restored_by`` the
    moment by which services are back after a raise.
    """

    period: int
    billing_day: int
    spend: Money
    deposits: tuple[Deposit, ...]
    bills: tuple[Bill, ...] = ()
    automatic_raise: bool = True
    raised_this_period: bool = False
    told: frozenset[Told] = frozenset()
    home: LimitState = LimitState.OPEN
    roaming_blocked: bool = False
    restored_by: datetime | None = None

    @property
    def limit(self) -> Money:
        """The sum of the deposits that are held, the security one left out (VL-02)."""
        held = (
            one.amount
            for one in self.deposits
            if one.kind is not DepositKind.SECURITY and one.returned_on is None
        )
        return sum(held, Money(0, self.spend.currency))

    @property
    def use(self) -> Use:
        """How much of the limit is used."""
        return Use(self.spend, self.limit)


def _always(account: LimitAccount, now: datetime) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Terms:
    """What the page leaves open: whether a raise that may happen does happen (VL-34)."""

    raises: Callable[[LimitAccount, datetime], bool] = _always


def begin_period(account: LimitAccount, now: datetime) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """The account in the billing period of ``now``: a new one begins at zero and without blocks (VL-10)."""
    period = period_of(local_day(now, OPERATOR.time_zone), account.billing_day)
    if period <= account.period:
        return account, ()
    fresh = replace(
        account,
        period=period,
        spend=Money(0, account.spend.currency),
        raised_this_period=False,
        told=frozenset(),
        restored_by=None,
    )
    return _settle(fresh, None)


def after_spend(
    account: LimitAccount, event: RatedEvent, terms: Terms, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """Count a rated event in the period of ``now``, whenever it was used (VL-05), and what follows from it.

    ValueError when the event is priced in another currency.
    """
    before, effects = begin_period(account, now)
    after = replace(before, spend=before.spend + event.price, restored_by=_pending(before, now))
    by = None
    if event.price.minor > 0 and _may_be_raised(after, terms, now):
        after, raised = _raise_automatically(before, after, now)
        effects += raised
        by = now + RESTORED_WITHIN
    after, notices = _tell(before.use, after, THRESHOLDS)
    after, moves = _settle(after, by)
    return after, effects + notices + moves


def after_change(
    before: LimitAccount, after: LimitAccount, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """What follows when only the deposits differ: notices where the limit shrank, blocks set or lifted.

    Both must be in the period of ``now``.
    """
    after, notices = _tell(before.use, replace(after, restored_by=_pending(after, now)), THRESHOLDS)
    after, moves = _settle(after, now + RESTORED_WITHIN)
    return after, notices + moves


def allowed(account: LimitAccount, attempt: Attempt) -> bool:
    """Whether a use is open now (VL-10 to VL-14); emergency calls are, always."""
    if attempt.always_open:
        return True
    if attempt.abroad and account.roaming_blocked:
        # "All outgoing services" abroad takes free units in (VL-14); data is what the tariff already holds.
        if attempt.kind is UsageKind.DATA:
            return attempt.cost is not Cost.MONEY
        if attempt.outgoing:
            return False
        return attempt.kind is not UsageKind.CALL or attempt.cost is Cost.NOTHING
    if account.home is LimitState.OPEN:
        return True
    return attempt.cost is not Cost.MONEY or not (attempt.outgoing or attempt.abroad)


def read(account: LimitAccount, *, roaming: bool, now: datetime) -> LimitReading:
    """What a caller may hear at ``now``; ``roaming`` says that use abroad may come in late (VL-05)."""
    account, _ = begin_period(account, now)
    ahead = next_threshold(account.use, THRESHOLDS)
    return LimitReading(
        use=account.use,
        state=account.home,
        roaming_blocked=account.roaming_blocked,
        units_usable=True,
        next_percent=ahead[0] if ahead else None,
        next_at=ahead[1] if ahead else None,
        may_be_late=roaming,
        restored_by=_pending(account, now),
        automatic_raise=account.automatic_raise,
        raised_this_period=account.raised_this_period,
    )


def _pending(account: LimitAccount, now: datetime) -> datetime | None:
    """The moment by which services are back, while it lies ahead (VL-15)."""
    return account.restored_by if account.restored_by is not None and account.restored_by > now else None


def _may_be_raised(account: LimitAccount, terms: Terms, now: datetime) -> bool:
    """VL-30 to VL-32, VL-35: at 75 % of what limit there is, once a period, who agrees and pays in time."""
    return (
        account.automatic_raise
        and not account.raised_this_period
        and account.limit.minor > 0
        and account.use.reached(RAISE_AT)
        and paid_in_time(account.bills, BILLS_IN_TIME, local_day(now, OPERATOR.time_zone))
        and terms.raises(account, now)
    )


def _raise_automatically(
    before: LimitAccount, after: LimitAccount, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """The 75 % notice, then the raise as a deposit (VL-34, VL-38)."""
    after, notices = _tell(before.use, after, (RAISE_AT,))
    day = local_day(now, OPERATOR.time_zone)
    deposit = Deposit(DepositKind.AUTOMATIC_RAISE, RAISE_AMOUNT, day)
    raised = replace(after, deposits=(*after.deposits, deposit), raised_this_period=True)
    return raised, (*notices, Raise(RAISE_AMOUNT, RaiseWhy.AUTOMATIC))


def _tell(
    before: Use, account: LimitAccount, thresholds: tuple[int, ...]
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    percent = crossed(before, account.use, thresholds, account.told)
    if percent is None:
        return account, ()
    notice = Notify(NotifyKind.LIMIT, percent, account.limit, account.period)
    return replace(account, told=account.told | {Told(percent, account.limit)}), (notice,)


def _settle(account: LimitAccount, by: datetime | None) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """Blocks as the use has them (VL-13); what is lifted is back by ``by``, at once where that is None."""
    home = LimitState.UNITS_ONLY if account.use.reached(BLOCK_AT_HOME_AT) else LimitState.OPEN
    abroad = account.use.reached(BLOCK_ABROAD_AT)
    moves: list[Effect] = []
    restored_by = account.restored_by
    if home is not account.home:
        restored_by = by if home is LimitState.OPEN else None
        moves.append(MoveTo(home, Scope.HOME, restored_by))
    if abroad is not account.roaming_blocked:
        # A block abroad takes back nothing of what is promised at home.
        restored_by = restored_by if abroad else by or restored_by
        moves.append(MoveTo(LimitState.BLOCKED if abroad else LimitState.OPEN, Scope.ROAMING, restored_by))
    return replace(account, home=home, roaming_blocked=abroad, restored_by=restored_by), tuple(moves)
