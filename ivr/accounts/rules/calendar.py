"""Moments and days come in, days and billing periods go out, as an operator's own clock and calendar say."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = ["add_months", "local_day", "period_before", "period_of"]


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
