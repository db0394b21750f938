"""A variable symbol and known numbers come in; whose credit a payment tops up, or why not, goes out.

Who pays does not matter: anybody may top up anybody's number (CP-17). What fits no number is parked with its
reason for a person to match, so that no payment is lost (CP-16).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.accounts.model import Charging
from ivr.accounts.rules.bank import number_of_symbol, symbol_of_number
from ivr.accounts.rules.callpro import TOP_UP_ACCOUNT, Terms

__all__ = ["Matched", "ParkReason", "Parked", "TopUpGuide", "match_payment", "top_up_guide"]


class ParkReason(StrEnum):
    """Why a person has to look at a payment."""

    OTHER_ACCOUNT = "other_account"
    OTHER_CURRENCY = "other_currency"
    NO_SYMBOL = "no_symbol"
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_NUMBER = "unknown_number"
    NOT_PREPAID = "not_prepaid"


@dataclass(frozen=True, slots=True)
class Matched:
    """The payment tops up the credit of this number (E.164)."""

    number: str


@dataclass(frozen=True, slots=True)
class Parked:
    """The payment waits for a person."""

    reason: ParkReason


@dataclass(frozen=True, slots=True)
class TopUpGuide:
    """What to write on a transfer: account, variable symbol, and how many months the credit then lasts."""

    account: str
    variable_symbol: str
    months: int


def match_payment(
    symbol: str | None,
    known: Mapping[str, Charging],
    *,
    to_account: str = TOP_UP_ACCOUNT,
    currency: str = "CZK",
) -> Matched | Parked:
    """Whose credit the payment tops up (CP-15); ``known`` holds E.164 numbers with how each is charged.

    Only prepaid numbers have credit (CP-11), so the payment of a tariff number is parked.
    """
    if to_account != TOP_UP_ACCOUNT:
        return Parked(ParkReason.OTHER_ACCOUNT)
    if currency != "CZK":
        return Parked(ParkReason.OTHER_CURRENCY)
    if not (symbol or "").strip().strip("0"):
        return Parked(ParkReason.NO_SYMBOL)
    number = number_of_symbol(symbol or "")
    if number is None:
        return Parked(ParkReason.NOT_A_NUMBER)
    if number not in known:
        return Parked(ParkReason.UNKNOWN_NUMBER)
    if known[number] is not Charging.PREPAID:
        return Parked(ParkReason.NOT_PREPAID)
    return Matched(number)


def top_up_guide(number: str, terms: Terms) -> TopUpGuide | None:
    """How to top up this number (E.164), None where it has no variable symbol."""
    symbol = symbol_of_number(number)
    return TopUpGuide(TOP_UP_ACCOUNT, symbol, terms.months) if symbol else None
