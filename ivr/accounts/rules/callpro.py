"""A CallPro account and a day come in; what its owner is told about the credit goes out.

Credit ends after 12 calendar months (CP-18, CP-20). A last valid day that the operator has promised (an
import from another system carries it) stands beside the rule: a top-up can only extend what is promised,
so the whole balance is valid until the latest of all the days its top-ups were given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ivr.accounts.model import Account, Charging, Fact, Finding, Lot, Operator
from ivr.accounts.rules.calendar import add_months, local_day
from ivr.money import Money

__all__ = [
    "OPERATOR",
    "OUTCOMES",
    "TOP_UP_ACCOUNT",
    "ExpiryBase",
    "Terms",
    "lapsing",
    "last_valid_day",
    "tell",
]

OPERATOR = Operator("callpro", "CallPro", "CZ", "CZK", "Europe/Prague")
TOP_UP_ACCOUNT = "222852292/0600"  # CP-15

# What a look-up of the credit can find, and the facts each outcome brings.
OUTCOMES: dict[str, frozenset[str]] = {
    "prepaid": frozenset({"credit", "valid_until"}),
    "expiring": frozenset({"credit", "valid_until", "days_left"}),
    "expired": frozenset({"valid_until", "lapsed"}),
    "empty": frozenset({"credit"}),
    "postpaid": frozenset({"spend"}),
    "postpaid_with_limit": frozenset({"spend", "limit", "left"}),
}


class ExpiryBase(StrEnum):
    """The two readings of CP-19."""

    WHOLE_BALANCE = "whole_balance_from_last_topup"
    PER_LOT = "per_topup_lot"


@dataclass(frozen=True, slots=True)
class Terms:
    """What of CallPro's rules can be set: CP-18, CP-19, and the warning of CP-21 in days."""

    months: int = 12
    expiry: ExpiryBase = ExpiryBase.WHOLE_BALANCE
    warn_days: int = 30


def last_valid_day(topped_up_at: datetime, terms: Terms) -> date:
    """The day through whose 23:59:59 in Prague credit topped up at this moment is valid (CP-20)."""
    return add_months(local_day(topped_up_at, OPERATOR.time_zone), terms.months)


def lapsing(account: Account, today: date, terms: Terms) -> tuple[Lot, ...]:
    """Credit whose last valid day has passed and that no expiry row has taken away yet."""
    remains = _remains(account, terms)
    return tuple(lot for lot in remains if lot.valid_until < today)


def tell(account: Account, today: date, terms: Terms) -> Finding:
    """What the caller hears about credit or spend; ValueError where credit has no last valid day.

    ``days_left`` is 0 on the last valid day. ``left`` is never below zero. With ``PER_LOT``, ``valid_until``
    is the day on which the first part of the credit ends.
    """
    if account.charging is Charging.POSTPAID:
        return _tell_spend(account)
    remains = _remains(account, terms)
    valid = [lot for lot in remains if lot.valid_until >= today]
    if valid:
        credit = _total(valid, account.balance.currency)
        until = min(lot.valid_until for lot in valid)
        days_left = (until - today).days
        facts: dict[str, Fact] = {"credit": credit, "valid_until": until}
        if days_left < terms.warn_days:
            return Finding("expiring", facts | {"days_left": days_left})
        return Finding("prepaid", facts)
    lapsed = remains or _booked_since_last_top_up(account)
    if lapsed:
        last = max(lot.valid_until for lot in lapsed)
        return Finding("expired", {"valid_until": last, "lapsed": _total(lapsed, account.balance.currency)})
    return Finding("empty", {"credit": account.balance})


def _tell_spend(account: Account) -> Finding:
    """CP-13: a tariff number has no credit, so none is named."""
    if account.limit is None:
        return Finding("postpaid", {"spend": account.spend})
    left = max(account.limit - account.spend, Money(0, account.limit.currency))
    return Finding("postpaid_with_limit", {"spend": account.spend, "limit": account.limit, "left": left})


def _remains(account: Account, terms: Terms) -> tuple[Lot, ...]:
    """The balance as lots that still hold something: one lot for the whole, or each top-up's own rest.

    With ``PER_LOT`` the oldest lot is spent first, so what remains lies in the newest ones.
    """
    if account.balance.minor <= 0:
        return ()
    if not account.lots:
        raise ValueError("credit without a last valid day")
    newest_first = sorted(account.lots, key=lambda lot: lot.valid_until, reverse=True)
    if terms.expiry is ExpiryBase.WHOLE_BALANCE:
        return (Lot(account.balance, newest_first[0].valid_until),)
    parts: list[Money] = []
    rest = account.balance
    for lot in newest_first:
        parts.append(min(lot.amount, rest))
        rest = rest - parts[-1]
    parts[0] = parts[0] + rest  # a refund beyond the top-ups is valid as long as the newest of them
    return tuple(
        Lot(part, lot.valid_until) for part, lot in zip(parts, newest_first, strict=True) if part.minor > 0
    )


def _booked_since_last_top_up(account: Account) -> tuple[Lot, ...]:
    newest = max((lot.valid_until for lot in account.lots), default=date.min)
    return tuple(lapse for lapse in account.lapses if lapse.valid_until >= newest)


def _total(lots: Sequence[Lot], currency: str) -> Money:
    return sum((lot.amount for lot in lots), Money(0, currency))
