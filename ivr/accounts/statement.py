"""What the store has of one subscriber comes in; a statement goes out: all that a caller may hear.

``Figures`` is what was read in one question, ``draw_up`` makes the statement of it by the operator's rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from ivr.accounts.model import Account, Charging, Operator
from ivr.accounts.rules import (
    callpro,
    callpro_payments,
    callshop_fr,
    gomobil,
    gomobil_base,
    vodafone_cz_limit,
    vodafone_cz_payments,
)
from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.calendar import add_months, local_day, period_of
from ivr.accounts.rules.effects import LimitState
from ivr.accounts.rules.spend import LimitReading, RaiseReading, Use, next_threshold
from ivr.money import Money

__all__ = [
    "AutomaticTopUp",
    "CardResult",
    "Credit",
    "Figures",
    "FreeUnits",
    "HeldBundle",
    "HeldTariff",
    "LimitRow",
    "OrderToCome",
    "PayIn",
    "Statement",
    "StatementTerms",
    "draw_up",
]

_THRESHOLDS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        gomobil.OPERATOR.code: tuple(gomobil.THRESHOLDS),
        vodafone_cz_limit.OPERATOR.code: vodafone_cz_limit.THRESHOLDS,
    }
)


@dataclass(frozen=True, slots=True)
class HeldTariff:
    """The tariff a subscriber has now."""

    code: str
    name: str
    monthly_fee: Money


@dataclass(frozen=True, slots=True)
class FreeUnits:
    """Units that cost nothing: seconds, sms, mms or kilobytes, until the day on which they begin anew."""

    unit: str
    source: str
    granted: int
    used: int
    resets_on: date

    @property
    def left(self) -> int:
        """What has not been used."""
        return self.granted - self.used


@dataclass(frozen=True, slots=True)
class HeldBundle:
    """A bundle in the subscriber's hands; ``renewal`` is billing_period, activation_date or once."""

    held_bundle_id: int
    code: str
    name: str
    family: str
    unit: str
    size: int
    left: int
    valid_until: date
    renewal: str


@dataclass(frozen=True, slots=True)
class OrderToCome:
    """An SMS order that has not changed the services yet: still open, or done and waiting for its day."""

    command: str
    status: str
    received_at: datetime
    due_at: datetime
    effective_on: date | None


@dataclass(frozen=True, slots=True)
class CardResult:
    """What became of a card payment: pending, settled, failed, or skipped with a reason (CS-24)."""

    status: str
    amount: Money
    started_by: str
    started_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class AutomaticTopUp:
    """At which level how much is paid in by card (CS-21), and what became of the last card payment."""

    level: Money
    amount: Money
    weekly_ceiling: Money
    armed: bool
    last: CardResult | None


@dataclass(frozen=True, slots=True)
class PayIn:
    """Where to pay, and what to write on the transfer for this number (CP-15, VL-24)."""

    account: str
    variable_symbol: str
    specific_symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """What a prepaid subscriber has: ``valid_until`` is its last valid day, None where it has no end (CS-10).

    ``lapsed`` is what ended on that day where nothing else is left (CP-21); ``days_left`` is set while it
    is to be warned of, 0 on the last day.
    """

    amount: Money
    valid_until: date | None
    days_left: int | None = None
    lapsed: Money | None = None


@dataclass(frozen=True, slots=True)
class LimitRow:
    """Where the limit stands, as in ``limit_states``; what belongs to an earlier period holds no more."""

    period: int
    state: LimitState
    roaming_blocked: bool
    restored_by: datetime | None
    raised_automatically_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What one question to the store gives about one subscriber.

    ``number_kind`` is what the number asked for is to the account, None where it was found by something else;
    ``own_limit`` is what the customer has set (GM-20), ``deposits`` what is held towards the limit, ``bills``
    the newest ones.
    """

    account: Account
    payer_number: str | None
    may_be_late: bool
    automatic_raise: bool
    calls_in_progress: int
    figures_at: datetime | None
    limit_row: LimitRow | None
    tariff: HeldTariff | None
    units: tuple[FreeUnits, ...]
    bundles: tuple[HeldBundle, ...]
    orders: tuple[OrderToCome, ...]
    automatic_top_up: AutomaticTopUp | None
    own_limit: Money | None
    granted: Money | None
    deposits: Money
    bills: tuple[Bill, ...]
    number_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """All that a caller may hear.

    ``credit`` is None for a tariff number (CP-13), ``limit`` where there is none, ``raising`` where the
    operator's page says nothing of raising it. ``resets_on`` is the first
    day of the next billing period. The figures hold all usage up to ``figures_at``, None where none was ever
    booked; ``stale`` says that this is too long ago. ``may_be_late``: use abroad or premium services may
    be counted later (GM-04, VL-05). Calls in progress are not in the figures (CS-12).
    """

    operator: Operator
    account: Account
    credit: Credit | None
    limit: LimitReading | None
    raising: RaiseReading | None
    tariff: HeldTariff | None
    units: tuple[FreeUnits, ...]
    bundles: tuple[HeldBundle, ...]
    orders: tuple[OrderToCome, ...]
    automatic_top_up: AutomaticTopUp | None
    pay_in: PayIn | None
    resets_on: date
    calls_in_progress: int
    figures_at: datetime | None
    stale: bool
    may_be_late: bool


@dataclass(frozen=True, slots=True)
class StatementTerms:
    """From which age on figures count as stale."""

    stale_after: timedelta = timedelta(hours=24)


def draw_up(
    figures: Figures,
    operator: Operator,
    now: datetime,
    terms: StatementTerms,
    credit_terms: callpro.Terms,
) -> Statement:
    """The statement at ``now``; ValueError where the account makes no sense."""
    account = figures.account
    today = local_day(now, operator.time_zone)
    aged = figures.figures_at is not None and now - figures.figures_at > terms.stale_after
    return Statement(
        operator=operator,
        account=account,
        credit=_credit(account, operator, today, credit_terms),
        limit=_limit(figures, operator, today, now),
        raising=_raising(figures, operator, today),
        tariff=figures.tariff,
        units=figures.units,
        bundles=figures.bundles,
        orders=figures.orders,
        automatic_top_up=figures.automatic_top_up,
        pay_in=_pay_in(figures, operator, credit_terms),
        resets_on=_next_period_begins(today, account.billing_day),
        calls_in_progress=figures.calls_in_progress,
        figures_at=figures.figures_at,
        stale=aged,
        may_be_late=figures.may_be_late,
    )


def _credit(account: Account, operator: Operator, today: date, terms: callpro.Terms) -> Credit | None:
    if account.charging is Charging.POSTPAID:
        return None
    if operator.code == callshop_fr.OPERATOR.code:
        return Credit(account.balance, None)
    facts = callpro.tell(account, today, terms).facts
    amount, until = facts.get("credit", Money(0, operator.currency)), facts.get("valid_until")
    lapsed, days_left = facts.get("lapsed"), facts.get("days_left")
    assert isinstance(amount, Money), "credit is money"
    return Credit(
        amount,
        until if isinstance(until, date) else None,
        days_left if isinstance(days_left, int) else None,
        lapsed if isinstance(lapsed, Money) else None,
    )


def _limit(figures: Figures, operator: Operator, today: date, now: datetime) -> LimitReading | None:
    """The limit in the period of today; a row that an earlier period left behind blocks nothing (VL-10)."""
    account = figures.account
    if account.limit is None:
        return None
    period = period_of(today, account.billing_day)
    row = figures.limit_row
    if row is not None and row.period < period:
        row = None
    use = Use(account.spend, account.limit)
    ahead = next_threshold(use, _THRESHOLDS.get(operator.code, ()))
    raised_at = row.raised_automatically_at if row else None
    raised = raised_at is not None and period == period_of(
        local_day(raised_at, operator.time_zone), account.billing_day
    )
    restored_by = row.restored_by if row else None
    state, roaming_blocked = _state(row, use, operator)
    return LimitReading(
        use=use,
        state=state,
        roaming_blocked=roaming_blocked,
        units_usable=state is not LimitState.BLOCKED,
        next_percent=ahead[0] if ahead else None,
        next_at=ahead[1] if ahead else None,
        may_be_late=figures.may_be_late,
        restored_by=restored_by if restored_by is not None and restored_by > now else None,
        automatic_raise=figures.automatic_raise and operator.code == vodafone_cz_limit.OPERATOR.code,
        raised_this_period=raised,
        own_limit=figures.own_limit if figures.own_limit == account.limit else None,
    )


def _state(row: LimitRow | None, use: Use, operator: Operator) -> tuple[LimitState, bool]:
    """Where the limit stands, and whether use abroad is blocked.

    A limit that no use has been counted against yet, as one taken over from elsewhere, has no row: then its
    state is what the next use would find. ValueError for a state that the operator does not know (VL-11).
    """
    if row is not None:
        if row.state is LimitState.BLOCKED and operator.code != gomobil.OPERATOR.code:
            raise ValueError(f"{operator.name} has no limit that blocks what is paid already")
        return row.state, row.roaming_blocked
    full = use.spend.minor > 0 and use.reached(100)
    state = LimitState.UNITS_ONLY if full else LimitState.OPEN
    if operator.code == vodafone_cz_limit.OPERATOR.code:
        return state, use.spend.minor > 0 and use.reached(vodafone_cz_limit.BLOCK_ABROAD_AT)
    return (state, full) if operator.code == gomobil.OPERATOR.code else (LimitState.OPEN, False)


def _raising(figures: Figures, operator: Operator, today: date) -> RaiseReading | None:
    if operator.code == vodafone_cz_limit.OPERATOR.code:
        return vodafone_cz_payments.read_raise(figures.bills, today)
    if operator.code == gomobil.OPERATOR.code and figures.granted is not None:
        base = figures.granted - figures.deposits
        return gomobil_base.read_raise(base, figures.deposits, figures.bills, today)
    return None


def _pay_in(figures: Figures, operator: Operator, terms: callpro.Terms) -> PayIn | None:
    """A transfer tops up CallPro's prepaid numbers and raises Vodafone's limits; elsewhere there is none."""
    account = figures.account
    if operator.code == callpro.OPERATOR.code and account.charging is Charging.PREPAID:
        guide = callpro_payments.top_up_guide(account.number, terms)
        return PayIn(guide.account, guide.variable_symbol) if guide else None
    if operator.code == vodafone_cz_limit.OPERATOR.code:
        way = vodafone_cz_payments.way_to_pay(account.number, figures.payer_number)
        return PayIn(way.account, way.variable_symbol, way.specific_symbol) if way else None
    return None


def _next_period_begins(today: date, billing_day: int) -> date:
    period = period_of(today, billing_day)
    return add_months(date(period // 100, period % 100, billing_day), 1)
