"""A moment comes in; who answers at Callshop France, until when, and when they next do goes out.

CS-30 and CS-31 contradict each other about noon; the exact hours win (CS-33). By the clock on the wall in
Paris, each span up to and without its end (CS-34, CS-36):

                 00   09        12      14        18        22   24
    Mon-Fri      |     service   pause   service   on call       |
    Sat, Sun     |                       on call   on call       |
    and public holidays (CS-35)

Moments that go out are in Paris time. The balance is read at any hour (CS-37).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ivr.accounts.rules.calendar import end_of_day, is_working_day, local_day
from ivr.accounts.rules.callshop_fr import OPERATOR, Terms

__all__ = ["SERVICE_NUMBER", "Desk", "Hours", "Transfer", "hours", "transfer"]

SERVICE_NUMBER = "0805020022"  # CS-30, free


class Desk(StrEnum):
    """Who answers now: the pause is the closed time at noon, whose end is told (CS-34)."""

    SERVICE = "service"
    PAUSE = "pause"
    ON_CALL = "on_call"
    CLOSED = "closed"


class Transfer(StrEnum):
    """What a caller who wants to speak to somebody gets."""

    CONNECT = "connect"
    ASK_WHETHER_URGENT = "ask_whether_urgent"
    TELL_WHEN_OPEN = "tell_when_open"


@dataclass(frozen=True, slots=True)
class Hours:
    """Who answers now, when that ends, and the next beginnings of service and of the on-call line.

    ``until`` is the first moment that no longer belongs; the next beginnings lie after now.
    """

    desk: Desk
    until: datetime
    next_service: datetime
    next_on_call: datetime


_PARIS = ZoneInfo(OPERATOR.time_zone)
_WORKING_DAY = (
    (time(0), Desk.CLOSED),
    (time(9), Desk.SERVICE),
    (time(12), Desk.PAUSE),
    (time(14), Desk.SERVICE),
    (time(18), Desk.ON_CALL),
    (time(22), Desk.CLOSED),
)
_DAY_OFF = ((time(0), Desk.CLOSED), (time(14), Desk.ON_CALL), (time(22), Desk.CLOSED))


def hours(moment: datetime) -> Hours:
    """Who answers at this moment; ValueError on one without a zone."""
    day = local_day(moment, OPERATOR.time_zone)
    clock = moment.astimezone(_PARIS).time()
    desk = next(desk for begins, desk in reversed(_plan(day)) if begins <= clock)
    changes = (datetime.combine(day, begins, _PARIS) for begins, _ in _plan(day) if begins > clock)
    until = next(changes, None) or _end_of_night(day)
    return Hours(desk, until, _next(Desk.SERVICE, day, clock), _next(Desk.ON_CALL, day, clock))


def transfer(moment: datetime, urgent: bool, terms: Terms) -> tuple[Transfer, str | None]:
    """What to do for a caller who wants to speak to somebody, and the number to connect to, if any.

    The on-call line is for emergencies: the caller says so first (CS-37). Where its number has not been
    set (CS-32), and while nobody answers, the caller hears when the service opens.
    """
    desk = hours(moment).desk
    if desk is Desk.SERVICE:
        return Transfer.CONNECT, SERVICE_NUMBER
    if desk is Desk.ON_CALL and terms.on_call_number:
        return (Transfer.CONNECT, terms.on_call_number) if urgent else (Transfer.ASK_WHETHER_URGENT, None)
    return Transfer.TELL_WHEN_OPEN, None


def _plan(day: date) -> tuple[tuple[time, Desk], ...]:
    return _WORKING_DAY if is_working_day(day, OPERATOR.country) else _DAY_OFF


def _end_of_night(day: date) -> datetime:
    """The first opening of the day after: it is closed from 22:00 over midnight."""
    midnight = end_of_day(day, OPERATOR.time_zone)
    return datetime.combine(midnight.date(), _plan(midnight.date())[1][0], _PARIS)


def _next(desk: Desk, day: date, clock: time) -> datetime:
    """The next beginning of a span of this kind after a moment; no French week is without either."""
    while True:
        for begins, kind in _plan(day):
            if kind is desk and begins > clock:
                return datetime.combine(day, begins, _PARIS)
        day, clock = day + timedelta(days=1), time.min
