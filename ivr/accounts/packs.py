"""An operator's code comes in; the operator whose rules hold goes out, and the terms of every pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ivr.accounts.look_ups import look_ups_of
from ivr.accounts.model import Operator
from ivr.accounts.pins import PinTerms
from ivr.accounts.rules import callpro, callshop_fr, gomobil, gomobil_base, vodafone_cz_limit
from ivr.accounts.rules.callpro_orders import OrderTerms
from ivr.accounts.statement import StatementTerms
from ivr.errors import AccountError

__all__ = ["OPERATORS", "PackTerms", "operator_of", "outcomes_of"]

OPERATORS: dict[str, Operator] = {
    operator.code: operator
    for operator in (
        callpro.OPERATOR,
        vodafone_cz_limit.OPERATOR,
        gomobil.OPERATOR,
        callshop_fr.OPERATOR,
    )
}


@dataclass(frozen=True, slots=True)
class PackTerms:
    """What the operators' pages leave open, each as its pack proposes it, and how PINs are kept."""

    callpro: callpro.Terms = field(default_factory=callpro.Terms)
    orders: OrderTerms = field(default_factory=OrderTerms)
    vodafone: vodafone_cz_limit.Terms = field(default_factory=vodafone_cz_limit.Terms)
    gomobil: gomobil_base.Terms = field(default_factory=gomobil_base.Terms)
    callshop: callshop_fr.Terms = field(default_factory=callshop_fr.Terms)
    statement: StatementTerms = field(default_factory=StatementTerms)
    pins: PinTerms = field(default_factory=PinTerms)


def outcomes_of(code: str) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Look-up -> outcome -> its facts, as the operator's rules tell them; CallPro's for a code of nobody.

    ``name?`` is a fact that may be missing, ``units[]`` a list, ``units[].left`` a fact of its items.
    """
    return MappingProxyType({name: one.outcomes for name, one in look_ups_of(code).items()})


def operator_of(code: str) -> Operator:
    """The operator with this code; AccountError naming those there are."""
    if code not in OPERATORS:
        raise AccountError(f"operator: there is no {code!r}, only {', '.join(sorted(OPERATORS))}")
    return OPERATORS[code]
