"""A statement comes in; what is told of free units, bundles and orders to come goes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ivr.accounts.look_ups_age import AGE, age_of, moment_here
from ivr.accounts.model import Fact, Finding, Item
from ivr.accounts.rules.calendar import local_day
from ivr.accounts.statement import OrderToCome, Statement
from ivr.units import Units

__all__ = ["ORDERS", "UNITS", "tell_orders", "tell_units"]

Outcomes = Mapping[str, frozenset[str]]

_OF_UNITS = frozenset({"units[]", "units[].left", "units[].granted", "units[].resets_on"})
_OF_BUNDLES = frozenset(
    {
        *("bundles[]", "bundles[].name", "bundles[].left", "bundles[].size", "bundles[].valid_until"),
        "bundles[].renewal",
    }
)
UNITS: Outcomes = MappingProxyType(
    {"some": _OF_UNITS | _OF_BUNDLES | AGE | {"not_usable?"}, "none": frozenset()}
)
ORDERS: Outcomes = MappingProxyType(
    {
        "some": frozenset({"orders[]", "orders[].command", "orders[].effective_on?", "orders[].due_at"}),
        "none": frozenset(),
    }
)


def tell_units(statement: Statement, now: datetime) -> Finding:
    """Free units until they begin anew, and bundles until their last valid day (CP-12, RULES section 6).

    ``renewal`` of a bundle is billing_period, activation_date or once. A bundle past its last day is left
    out. ``not_usable`` says that none of it can be used while the limit blocks all (GM-16).
    """
    today = local_day(now, statement.operator.time_zone)
    units: tuple[Mapping[str, Item], ...] = tuple(
        {
            "left": Units(one.left, one.unit),
            "granted": Units(one.granted, one.unit),
            "resets_on": one.resets_on,
        }
        for one in statement.units
    )
    bundles: tuple[Mapping[str, Item], ...] = tuple(
        {
            "name": one.name,
            "left": Units(one.left, one.unit),
            "size": Units(one.size, one.unit),
            "valid_until": one.valid_until,
            "renewal": one.renewal,
        }
        for one in statement.bundles
        if one.valid_until >= today
    )
    if not units and not bundles:
        return Finding("none")
    facts: dict[str, Fact] = {"units": units, "bundles": bundles}
    if statement.limit is not None and not statement.limit.units_usable:
        facts["not_usable"] = True
    return Finding("some", facts | age_of(statement))


def tell_orders(statement: Statement, now: datetime) -> Finding:
    """SMS orders that have not changed the services yet (CP-52, CP-53), in the order in which they came.

    ``command`` is the order's canonical text, ``effective_on`` the day on which it changes the services,
    missing for at once, and ``due_at`` the moment by which it is done or has failed.
    """
    if not statement.orders:
        return Finding("none")
    return Finding("some", {"orders": tuple(_order(statement, order) for order in statement.orders)})


def _order(statement: Statement, order: OrderToCome) -> Mapping[str, Item]:
    item: dict[str, Item] = {"command": order.command, "due_at": moment_here(order.due_at, statement)}
    return item | {"effective_on": order.effective_on} if order.effective_on is not None else item
