"""A called number, what the caller's number is to an account, and a balance come in; what is told goes out.

Three numbers lead to the balance, and each knows its callers by something else (CS-01 to CS-07):

    3111*0, 3111     a line of the shop, which names the account and not the person
    0 805 123 200    the same; from any other line the caller says account number and PIN
    01 70 22 98 48   a mobile made known in advance; from any other the same

A caller's number is proof only where the network that handed over the call may be believed. The called
numbers arrive over different networks, so the settings say it for each trunk and each of the numbers (CS-09).
What such a call hears first, and who answers when, stands in dialplan/callshop.toml (CS-05, CS-08, CS-30 to
CS-37).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import unquote

from ivr.accounts.model import Fact, Finding, Operator
from ivr.money import Money
from ivr.phone import same_number

__all__ = [
    "OPERATOR",
    "OUTCOMES",
    "WEEKLY_CEILING",
    "NumberKind",
    "Terms",
    "opens",
    "tell",
]

OPERATOR = Operator("callshop_fr", "Callshop France", "FR", "EUR", "Europe/Paris")

WEEKLY_CEILING = Money(200_000, OPERATOR.currency)  # ours: no page names one (CS-24)

_STAR_ZERO = "*0"

# What a look-up of the balance can find, and the facts each outcome brings. `as_of` is the moment of the
# figure and `calls_running` how many calls it does not contain yet (CS-12); `amount` is the automatic
# top-up that would have passed the weekly ceiling and was left out (CS-24).
_BALANCE = frozenset({"credit", "as_of", "calls_running"})
OUTCOMES: dict[str, frozenset[str]] = {
    "in_service": _BALANCE,
    "out_of_service": _BALANCE,
    "in_service_top_up_skipped": _BALANCE | {"amount"},
    "out_of_service_top_up_skipped": _BALANCE | {"amount"},
}


class NumberKind(StrEnum):
    """What a number is to its account, as in ``numbers.kind``."""

    LINE = "line"
    BOOTH = "booth"
    KNOWN_MOBILE = "known_mobile"


_LINES = frozenset({NumberKind.LINE, NumberKind.BOOTH})
_KNOWS: Mapping[str, frozenset[NumberKind]] = MappingProxyType(
    {
        "3111": _LINES,  # CS-01
        "0805123200": _LINES,  # CS-02
        "0170229848": frozenset({NumberKind.KNOWN_MOBILE}),  # CS-03
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What of Callshop France's rules can be set.

    ``weekly_ceiling`` is what an account may pay by card in 7 x 24 hours (CS-24). ``prefix_8`` says that
    the line has asked for the 8 that leads to France Télécom (CS-40). ``markup_percent`` makes the selling
    price proposed to a shop out of the list price.
    """

    weekly_ceiling: Money = WEEKLY_CEILING
    prefix_8: bool = False
    markup_percent: int = 0

    def __post_init__(self) -> None:
        if self.weekly_ceiling.currency != OPERATOR.currency or self.weekly_ceiling.minor <= 0:
            raise ValueError(f"the weekly ceiling is a positive amount in EUR, not {self.weekly_ceiling}")
        if self.markup_percent < 0:
            raise ValueError(f"a markup is zero or more percent, not {self.markup_percent}")


def opens(dialled: str, kind: NumberKind) -> bool:
    """Whether a number of this kind opens its account to who calls from it (CS-04, CS-06, CS-07).

    ``dialled`` is the user part of the URI or the digits (``3111*0``, ``3111%2A0``, ``+33805123200``). A
    number that is known for something else does not: a mobile is no booth.
    """
    digits = re.sub(r"[\s.]", "", unquote(dialled))
    if digits.endswith(_STAR_ZERO) and same_number(digits.removesuffix(_STAR_ZERO), "3111", OPERATOR.country):
        digits = "3111"
    return any(
        kind in known and same_number(digits, number, OPERATOR.country) for number, known in _KNOWS.items()
    )


def tell(balance: Money, as_of: datetime, calls_running: int, skipped: Money | None = None) -> Finding:
    """What the caller hears about the balance, with the outcomes of ``OUTCOMES``.

    Only a positive balance lets the shop call, which 0.00 is not (CS-10). ``balance`` has every ended call
    in it (CS-11); ``calls_running`` counts the others (CS-12). ``skipped`` is the automatic top-up that the
    weekly ceiling held back, None when the last one was not (CS-24).
    """
    outcome = "in_service" if balance.minor > 0 else "out_of_service"
    facts: dict[str, Fact] = {"credit": balance, "as_of": as_of, "calls_running": calls_running}
    if skipped is None:
        return Finding(outcome, facts)
    return Finding(f"{outcome}_top_up_skipped", facts | {"amount": skipped})
