"""A tariff, the days it is used and the billing period come in; fee and free units of that part go out.

All spans of days are half-open: the day of a change is the first day of the new tariff and no day of the
old one (VP-18). What the page does not say is no price but a reason (VP-17, VP-34).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ivr.accounts.rules.calendar import add_months
from ivr.accounts.rules.vodafone_cz_limit import OPERATOR
from ivr.accounts.rules.vodafone_cz_tariffs import Group
from ivr.money import Money

__all__ = [
    "NUMBER_CANCELLATION",
    "OPERATOR",
    "Activation",
    "Cancellation",
    "DatedBy",
    "NoPrice",
    "Period",
    "Tariff",
    "TariffChange",
    "Terms",
    "Unquoted",
    "activate_tariff",
    "billing_period",
    "cancel_tariff",
    "change_tariff",
    "day_that_counts",
    "fee_share",
    "unit_share",
]


class DatedBy(StrEnum):
    """Which day of a change its days of use are counted to."""

    EFFECT = "effect"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the page leaves open: it only asks by which date the parts are counted (VP-34)."""

    dated_by: DatedBy = DatedBy.EFFECT


class NoPrice(StrEnum):
    """Why the line quotes no price."""

    TARIFF_WITHOUT_GROUP = "tariff_without_group"
    ONE_TIME_BUNDLE = "one_time_bundle"
    NUMBER_CANCELLATION = "number_cancellation"


@dataclass(frozen=True, slots=True)
class Unquoted:
    """No price is known, so none is said: an operator answers."""

    reason: NoPrice


NUMBER_CANCELLATION = Unquoted(NoPrice.NUMBER_CANCELLATION)  # VP-34


@dataclass(frozen=True, slots=True)
class Period:
    """A billing period or month from a day up to, and without, another."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        if self.to_on <= self.from_on:
            raise ValueError("a period has days")

    @property
    def days(self) -> int:
        """N: how many days the period has."""
        return (self.to_on - self.from_on).days

    def days_used(self, from_on: date, to_on: date) -> int:
        """d: days of the period in ``[from_on, to_on)``; what lies outside the period is not counted."""
        return max(0, (min(to_on, self.to_on) - max(from_on, self.from_on)).days)


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff with its monthly fee and monthly units; unlimited ones are not among ``units``."""

    code: str
    fee: Money
    units: Mapping[str, int]
    group: Group | None


@dataclass(frozen=True, slots=True)
class Activation:
    """What the first part of a period costs and brings: ``days`` of ``of_days``, or ``whole``."""

    fee: Money
    units: Mapping[str, int]
    days: int
    of_days: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What the last part of a period costs; ``lost`` are units left, not carried over (VP-10, VP-32)."""

    fee: Money
    lost: Mapping[str, int]
    days: int
    of_days: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class TariffChange:
    """Both sides of a change; their days add up to the days of the period in which either was held."""

    old: Cancellation | Unquoted
    new: Activation


def billing_period(day: date, billing_day: int) -> Period:
    """The period a day is in, with periods that begin on ``billing_day`` (1 to 28)."""
    this = day.replace(day=billing_day)
    from_on = this if day >= this else add_months(this, -1)
    return Period(from_on, add_months(from_on, 1))


def fee_share(fee: Money, days: int, of_days: int) -> Money:
    """The part of a fee, rounded half up to a haléř once (VP-04); ValueError unless 0 <= d <= N."""
    return Money(unit_share(fee.minor, days, of_days), fee.currency)


def unit_share(units: int, days: int, of_days: int) -> int:
    """The part of whole units, seconds or kilobytes, rounded half up (VP-04)."""
    if not 0 <= days <= of_days or of_days == 0 or units < 0:
        raise ValueError("a part is of something, and not more than all of it")
    return (2 * units * days + of_days) // (2 * of_days)


def day_that_counts(ordered_on: date, effective_on: date, terms: Terms) -> date:
    """The day of a change for all that is counted by days (VP-34)."""
    return effective_on if terms.dated_by is DatedBy.EFFECT else ordered_on


def activate_tariff(tariff: Tariff, on: date, period: Period) -> Activation:
    """Fee and units from this day to the end of the period (VP-01 to VP-05); ValueError outside it."""
    _inside(on, period)
    days = period.days_used(on, period.to_on)
    units = {unit: unit_share(count, days, period.days) for unit, count in tariff.units.items()}
    return Activation(fee_share(tariff.fee, days, period.days), units, days, period.days)


def cancel_tariff(
    tariff: Tariff, used_from: date, changed_on: date, period: Period, left: Mapping[str, int]
) -> Cancellation | Unquoted:
    """What a tariff costs in the period in which another takes its place (VP-10, VP-11, VP-18).

    ``used_from`` is its first day, in this period or before; ``left`` its free units not used. A tariff of
    group F that was in use on no day of the period costs nothing in it.
    """
    _inside(changed_on, period)
    if tariff.group is None:
        return Unquoted(NoPrice.TARIFF_WITHOUT_GROUP)
    days = period.days_used(used_from, changed_on)
    if tariff.group is Group.FULL and days > 0:
        return Cancellation(tariff.fee, left, days, period.days, whole=True)
    return Cancellation(fee_share(tariff.fee, days, period.days), left, days, period.days)


def change_tariff(
    old: Tariff, new: Tariff, used_from: date, changed_on: date, period: Period, left: Mapping[str, int]
) -> TariffChange:
    """Both sides of a change on this day, which is charged once, to the new tariff (VP-18)."""
    return TariffChange(
        cancel_tariff(old, used_from, changed_on, period, left), activate_tariff(new, changed_on, period)
    )


def _inside(day: date, period: Period) -> None:
    if not period.from_on <= day < period.to_on:
        raise ValueError("the day is not in the period")
