"""An operator's code comes in; its look-ups go out: what each can end as, and what tells it of a statement.

Each look-up is a pure function over one statement and the moment of the call. ``name?`` in a table is a fact
that may be missing, ``orders[]`` a list, ``orders[].command`` a fact of each of its items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from ivr.accounts.look_ups_credit import (
    CALLER,
    CREDIT,
    SHOP_CREDIT,
    SHOP_TOP_UP,
    tell_automatic_top_up,
    tell_caller,
    tell_credit,
    tell_shop_credit,
)
from ivr.accounts.look_ups_limit import (
    CALLPRO_LIMIT,
    GOMOBIL_LIMIT,
    GOMOBIL_RAISE,
    VODAFONE_LIMIT,
    VODAFONE_RAISE,
    tell_callpro_limit,
    tell_gomobil_raise,
    tell_limit,
    tell_vodafone_raise,
)
from ivr.accounts.look_ups_paying import NO_PAY, PAY, TOP_UP, tell_pay, tell_top_up
from ivr.accounts.look_ups_services import ORDERS, UNITS, tell_orders, tell_units
from ivr.accounts.model import Finding
from ivr.accounts.rules import callpro, callshop_fr, gomobil, vodafone_cz_limit
from ivr.accounts.statement import Statement

__all__ = ["LookUp", "look_ups_of"]

_NOBODY = {name: frozenset[str]() for name in ("unknown", "anonymous", "unavailable")}


@dataclass(frozen=True, slots=True)
class LookUp:
    """``outcomes``: outcome -> its facts, as ``tell`` gives them, and how it ends where nobody is found."""

    tell: Callable[[Statement, datetime], Finding]
    outcomes: Mapping[str, frozenset[str]]


def _look_up(
    tell: Callable[[Statement, datetime], Finding], outcomes: Mapping[str, frozenset[str]]
) -> LookUp:
    return LookUp(tell, MappingProxyType({**outcomes, **_NOBODY}))


_EVERYWHERE = {"caller": _look_up(tell_caller, CALLER)}
_CZECH = _EVERYWHERE | {"credit": _look_up(tell_credit, CREDIT), "units": _look_up(tell_units, UNITS)}
_CALLPRO = _CZECH | {
    "limit": _look_up(tell_callpro_limit, CALLPRO_LIMIT),
    "top_up": _look_up(tell_top_up, TOP_UP),
    "orders": _look_up(tell_orders, ORDERS),
}
_LOOK_UPS: Mapping[str, Mapping[str, LookUp]] = {
    callpro.OPERATOR.code: _CALLPRO,
    gomobil.OPERATOR.code: _CZECH
    | {
        "limit": _look_up(tell_limit, GOMOBIL_LIMIT),
        "raise": _look_up(tell_gomobil_raise, GOMOBIL_RAISE),
        "pay": _look_up(tell_pay, NO_PAY),
    },
    vodafone_cz_limit.OPERATOR.code: _CZECH
    | {
        "limit": _look_up(tell_limit, VODAFONE_LIMIT),
        "raise": _look_up(tell_vodafone_raise, VODAFONE_RAISE),
        "pay": _look_up(tell_pay, PAY),
    },
    callshop_fr.OPERATOR.code: _EVERYWHERE
    | {
        "credit": _look_up(tell_shop_credit, SHOP_CREDIT),
        "automatic_top_up": _look_up(tell_automatic_top_up, SHOP_TOP_UP),
    },
}


def look_ups_of(code: str) -> Mapping[str, LookUp]:
    """Name -> look-up; CallPro's for a code of nobody."""
    return _LOOK_UPS.get(code, _CALLPRO)
