"""A statement comes in; what is told of a calling limit goes out: use, state, and how it is raised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ivr.accounts.look_ups_age import AGE, age_of, moment_here
from ivr.accounts.model import Charging, Fact, Finding
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.rules.spend import LimitReading, RaiseBy, Use
from ivr.accounts.statement import Statement

__all__ = [
    "CALLPRO_LIMIT",
    "GOMOBIL_LIMIT",
    "GOMOBIL_RAISE",
    "VODAFONE_LIMIT",
    "VODAFONE_RAISE",
    "tell_callpro_limit",
    "tell_gomobil_raise",
    "tell_limit",
    "tell_vodafone_raise",
]

Outcomes = Mapping[str, frozenset[str]]

_SPEND = frozenset({"spend", "resets_on"}) | AGE
_USE = _SPEND | {"limit", "left", "percent"}
_STATE = _USE | {
    *("next_percent?", "next_at?", "roaming_blocked?", "restored_by?", "automatic_raise?"),
    *("raised_this_period?", "own_limit?", "units_left?"),
}
VODAFONE_LIMIT: Outcomes = MappingProxyType({"open": _STATE, "units_only": _STATE, "none": _SPEND})
GOMOBIL_LIMIT: Outcomes = MappingProxyType({**VODAFONE_LIMIT, "blocked": _STATE})
CALLPRO_LIMIT: Outcomes = MappingProxyType(
    {"postpaid": _SPEND, "postpaid_with_limit": _USE, "prepaid": frozenset()}
)
GOMOBIL_RAISE: Outcomes = MappingProxyType(
    {
        "on_request": frozenset({"highest"}),
        "deposit": frozenset({"highest"}),
        "not_yet": frozenset({"bills_missing", "highest"}),
    }
)
VODAFONE_RAISE: Outcomes = MappingProxyType({"on_request": frozenset(), "pay": frozenset()})


def tell_callpro_limit(statement: Statement, now: datetime) -> Finding:
    """What a tariff number has spent, against its limit if it has one; prepaid credit has neither (CP-13)."""
    if statement.account.charging is Charging.PREPAID:
        return Finding("prepaid")
    if statement.limit is None:
        return Finding("postpaid", _spend(statement))
    return Finding("postpaid_with_limit", _used(statement, statement.limit.use))


def tell_limit(statement: Statement, now: datetime) -> Finding:
    """A limit by its state: open, units_only, or blocked (GM-15, VL-13); "none" where the number has none.

    Vodafone's never ends as blocked: what is paid already stays usable (VL-11).

    ``percent`` is rounded down, so that no threshold is told before it is reached. ``units_left`` says that
    free units or a bundle hold something, which "blocked" leaves unusable (GM-16). Flags are given
    only where they hold.
    """
    limit = statement.limit
    if limit is None:
        return Finding("none", _spend(statement))
    facts = _used(statement, limit.use) | _ahead(statement, limit)
    for name, holds in (
        ("roaming_blocked", limit.roaming_blocked),
        ("automatic_raise", limit.automatic_raise),
        ("raised_this_period", limit.raised_this_period),
        ("units_left", _units_left(statement, now)),
    ):
        if holds:
            facts[name] = True
    return Finding(limit.state.value, facts)


def tell_gomobil_raise(statement: Statement, now: datetime) -> Finding:
    """How a GoMobil limit grows (GM-33 to GM-38).

    ``highest`` is what it reaches without another deposit, ``bills_missing`` how many more bills in a row
    have to be paid in time first.
    """
    raising = statement.raising
    if raising is None or raising.highest is None:
        return Finding("unavailable", reason="an account without figures for a raise")
    facts: dict[str, Fact] = {"highest": raising.highest}
    match raising.by:
        case RaiseBy.REQUEST:
            return Finding("on_request", facts)
        case RaiseBy.DEPOSIT:
            return Finding("deposit", facts)
        case RaiseBy.BILLS:
            return Finding("not_yet", facts | {"bills_missing": raising.bills_missing})


def tell_vodafone_raise(statement: Statement, now: datetime) -> Finding:
    """Who paid the last three bills in time need only ask (VL-20), others pay the sum in advance (VL-21)."""
    raising = statement.raising
    by_asking = raising is not None and raising.by is RaiseBy.REQUEST
    return Finding("on_request" if by_asking else "pay")


def _spend(statement: Statement) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"spend": statement.account.spend, "resets_on": statement.resets_on}
    return facts | age_of(statement)


def _used(statement: Statement, use: Use) -> dict[str, Fact]:
    return _spend(statement) | {"limit": use.limit, "left": use.left, "percent": _percent(use)}


def _units_left(statement: Statement, now: datetime) -> bool:
    today = local_day(now, statement.operator.time_zone)
    held = (one.left for one in statement.bundles if one.valid_until >= today)
    return any(one.left for one in statement.units) or any(held)


def _percent(use: Use) -> int:
    """Whole percent, rounded down and never below zero; a limit of zero is used up."""
    return 100 if use.basis_points is None else max(0, use.basis_points // 100)


def _ahead(statement: Statement, limit: LimitReading) -> dict[str, Fact]:
    """What is to come: the next threshold, and services on their way back; and the customer's own height."""
    facts: dict[str, Fact] = {}
    if limit.next_percent is not None and limit.next_at is not None:
        facts |= {"next_percent": limit.next_percent, "next_at": limit.next_at}
    if limit.restored_by is not None:
        facts["restored_by"] = moment_here(limit.restored_by, statement)
    if limit.own_limit is not None:
        facts["own_limit"] = limit.own_limit
    return facts
