"""Moments and days come in, days and billing periods go out, as an operator's own clock and calendar say."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

__all__ = [
    "add_months",
    "add_working_days",
    "end_of_day",
    "is_working_day",
    "local_day",
    "period_before",
    "period_of",
]


def local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day at the operator's place; ValueError on a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(ZoneInfo(time_zone)).date()


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_of(day: date, billing_day: int) -> int:
    """The billing period a day is in, as YYYYMM of the month in which the period begins."""
    this = day.year * 100 + day.month
    return this if day.day >= billing_day else period_before(this)


def period_before(period: int) -> int:
    """202601 gives 202512."""
    return period - 1 if period % 100 > 1 else period - 89


def is_working_day(day: date, country: str) -> bool:
    """Neither a Saturday, a Sunday nor a public holiday of the country (ISO 3166)."""
    return day.weekday() < 5 and day not in _public_holidays(country)


def add_working_days(day: date, count: int, country: str) -> date:
    """The ``count``-th working day after a day, which itself is not counted (VL-28)."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, country)
    return day


def end_of_day(day: date, time_zone: str) -> datetime:
    """The midnight that ends a day at the operator's place: the first moment that is no longer in it."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone))


@cache
def _public_holidays(country: str) -> HolidayBase:
    return country_holidays(country)
