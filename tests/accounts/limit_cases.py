"""Short names that the tests of both calling limits share: amounts, moments, bills, rated events."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from ivr.accounts.rules.bills import Bill
from ivr.accounts.rules.spend import RatedEvent, UsageKind
from ivr.money import Money

PRAGUE = ZoneInfo("Europe/Prague")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=PRAGUE)


def kc(text: str) -> Money:
    return Money.parse(text)


def at(day: str, clock: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=PRAGUE)


def charge(text: str, kind: UsageKind = UsageKind.CALL, *, outgoing: bool = True) -> RatedEvent:
    return RatedEvent(NOON, kc(text), kind, outgoing)


def bill(month: int, paid: str | None) -> Bill:
    """Issued on the 1st of a month of 2026, due on the 15th, paid on a day like ``08-15``."""
    paid_on = date.fromisoformat(f"2026-{paid}") if paid is not None else None
    return Bill(date(2026, month, 1), date(2026, month, 15), paid_on)


GOOD_BILLS = (bill(9, "09-15"), bill(10, "10-02"), bill(11, "11-15"))
