"""A statement comes in; where to pay goes out, with the symbols made for this number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ivr.accounts.model import Charging, Fact, Finding
from ivr.accounts.rules.callpro_contacts import direct_debit
from ivr.accounts.statement import Statement

__all__ = ["NO_PAY", "PAY", "TOP_UP", "tell_pay", "tell_top_up"]

Outcomes = Mapping[str, frozenset[str]]

TOP_UP: Outcomes = MappingProxyType(
    {
        "prepaid": frozenset({"account", "variable_symbol", "number"}),
        "postpaid": frozenset({"direct_debit_account", "number"}),
    }
)
PAY: Outcomes = MappingProxyType(
    {"some": frozenset({"account", "variable_symbol", "specific_symbol?"}), "none": frozenset()}
)
NO_PAY: Outcomes = MappingProxyType({"none": frozenset()})


def tell_top_up(statement: Statement, now: datetime) -> Finding:
    """Where prepaid credit is paid in (CP-15, CP-16), or who may debit a tariff number's bills (CP-30).

    ``number`` is in E.164. A direct debit has no symbols (CP-32).
    """
    account = statement.account
    facts: dict[str, Fact] = {"number": account.number}
    if account.charging is Charging.POSTPAID:
        how = direct_debit(account.charging)
        if how is not None and how.permit_account is not None:
            return Finding("postpaid", facts | {"direct_debit_account": how.permit_account})
    elif statement.pay_in is not None:
        pay_in = statement.pay_in
        symbol = {"variable_symbol": pay_in.variable_symbol}
        return Finding("prepaid", facts | {"account": pay_in.account} | symbol)
    return Finding("unavailable", reason="a number that no variable symbol can be made of")


def tell_pay(statement: Statement, now: datetime) -> Finding:
    """Where a deposit is paid in, and the symbols by which it is found (VL-24); "none" where no page says."""
    pay_in = statement.pay_in
    if pay_in is None:
        return Finding("none")
    facts: dict[str, Fact] = {"account": pay_in.account, "variable_symbol": pay_in.variable_symbol}
    if pay_in.specific_symbol:
        facts["specific_symbol"] = pay_in.specific_symbol
    return Finding("some", facts)
