"""A bundle, the days it is used and its period come in; what it costs, brings and when it renews goes out.

How a bundle renews is a field of it and no list of names (VP-25). A plain data bundle costs a part when it
is activated and the whole when it is cancelled (VP-33).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ivr.accounts.rules.calendar import add_months
from ivr.accounts.rules.vodafone_cz_proration import (
    Activation,
    Cancellation,
    NoPrice,
    Period,
    Unquoted,
    fee_share,
    unit_share,
)
from ivr.money import Money

__all__ = [
    "Bundle",
    "Family",
    "Renewal",
    "Share",
    "activate_bundle",
    "activation_share",
    "cancel_bundle",
    "cancellation_share",
    "month_from",
    "renewal_after",
    "renewals",
]


class Family(StrEnum):
    """What a bundle is for, as in ``bundles.family``; ``CARD`` are the bundles to a prepaid card."""

    DATA = "data"
    DATA_ENLARGEMENT = "data_enlargement"
    ROAMING = "roaming"
    CALLS_ABROAD = "calls_abroad"
    MMS = "mms"
    CARD = "card"
    LTE = "lte"
    OTHER = "other"


class Renewal(StrEnum):
    """When a bundle begins anew, as in ``bundles.renewal``."""

    BILLING_PERIOD = "billing_period"
    ACTIVATION_DATE = "activation_date"
    ONCE = "once"


class Share(StrEnum):
    """How a bundle is charged for a part of a period, as in ``bundles.activation_charge``."""

    PROPORTIONAL = "proportional"
    WHOLE = "whole"


# VP-31. An enlargement of a data bundle is read as a data bundle here.
_WHOLE_WHEN_CANCELLED = frozenset(
    {Family.DATA, Family.DATA_ENLARGEMENT, Family.ROAMING, Family.CALLS_ABROAD, Family.MMS, Family.CARD}
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle with its monthly fee and units (seconds, messages, kilobytes)."""

    code: str
    family: Family
    renewal: Renewal
    fee: Money
    units: Mapping[str, int]


def activation_share(family: Family, renewal: Renewal) -> Share:
    """Whole for what renews by its activation date and for data enlargements (VP-21, VP-22), else a part."""
    whole = renewal is Renewal.ACTIVATION_DATE or family in (Family.CARD, Family.DATA_ENLARGEMENT)
    return Share.WHOLE if whole else Share.PROPORTIONAL


def cancellation_share(family: Family) -> Share:
    """Whole for data, roaming, minutes abroad, MMS and card bundles (VP-31), else a part (VP-30)."""
    return Share.WHOLE if family in _WHOLE_WHEN_CANCELLED else Share.PROPORTIONAL


def activate_bundle(bundle: Bundle, on: date, period: Period) -> Activation | Unquoted:
    """Fee and units from this day on (VP-20 to VP-23); ``period`` is the billing period it is in.

    ValueError on a day outside the period. The page knows no bundle that does not renew.
    """
    if bundle.renewal is Renewal.ONCE:
        return Unquoted(NoPrice.ONE_TIME_BUNDLE)
    if not period.from_on <= on < period.to_on:
        raise ValueError("the day is not in the period")
    days, of_days = period.days_used(on, period.to_on), period.days
    if activation_share(bundle.family, bundle.renewal) is Share.WHOLE:
        return Activation(bundle.fee, bundle.units, days, of_days, whole=True)
    units = {unit: unit_share(count, days, of_days) for unit, count in bundle.units.items()}
    return Activation(fee_share(bundle.fee, days, of_days), units, days, of_days)


def cancel_bundle(
    bundle: Bundle, used_from: date, cancelled_on: date, period: Period, left: Mapping[str, int]
) -> Cancellation | Unquoted:
    """What a bundle costs in the period in which it ends (VP-30, VP-31); units left are lost (VP-32).

    ``cancelled_on`` is the first day without it; ``period`` is the billing period, or for one renewed by its
    activation date the month that ``month_from`` gives. A bundle in use on no day of it costs nothing in it.
    """
    if bundle.renewal is Renewal.ONCE:
        return Unquoted(NoPrice.ONE_TIME_BUNDLE)
    if not period.from_on <= cancelled_on <= period.to_on:
        raise ValueError("the day is not in the period")
    days, of_days = period.days_used(used_from, cancelled_on), period.days
    if days > 0 and cancellation_share(bundle.family) is Share.WHOLE:
        return Cancellation(bundle.fee, left, days, of_days, whole=True)
    return Cancellation(fee_share(bundle.fee, days, of_days), left, days, of_days)


def renewals(activated_on: date, count: int) -> tuple[date, ...]:
    """The first days on which a bundle renewed by its activation date begins anew (VP-24).

    The 31st is kept through shorter months: 31 January, 28 February, 31 March, 30 April.
    """
    return tuple(add_months(activated_on, months) for months in range(1, count + 1))


def renewal_after(day: date, anchor_day: int) -> date:
    """The next renewal after this day of a bundle activated on ``anchor_day`` of a month (VP-24)."""
    in_this_month = _anchored(day, anchor_day)
    return in_this_month if in_this_month > day else _anchored(add_months(day.replace(day=1), 1), anchor_day)


def month_from(day: date, anchor_day: int) -> Period:
    """The month between two renewals in which this day is (VP-24)."""
    to_on = renewal_after(day, anchor_day)
    return Period(_anchored(add_months(to_on.replace(day=1), -1), anchor_day), to_on)


def _anchored(day: date, anchor_day: int) -> date:
    """The anchor day in the month of ``day``, or that month's last day."""
    return add_months(date(day.year, 1, anchor_day), day.month - 1)
