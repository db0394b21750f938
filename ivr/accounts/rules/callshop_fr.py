"""A called number, the caller and a balance come in; whose account may be read, and what is told, goes out.

Three numbers lead to the balance, and each knows its callers by something else (CS-01 to CS-07):

    3111*0, 3111     a line of the shop, which names the account and not the person
    0 805 123 200    the same; from any other line the caller says account number and PIN
    01 70 22 98 48   a mobile made known in advance; from any other the same

A caller's number is proof only where the network that handed over the call may be believed. The called
numbers arrive over different networks, so the settings say it for each trunk and each of the numbers (CS-09).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote

from ivr.accounts.model import Fact, Finding, Operator
from ivr.money import Money
from ivr.phone import same_number

__all__ = [
    "ACCESS_NUMBERS",
    "COMPANY_NAMES",
    "CONTACT_EMAIL",
    "OPERATOR",
    "OUTCOMES",
    "WEEKLY_CEILING",
    "Access",
    "AccessNumber",
    "AccessPoint",
    "Identity",
    "KnownNumber",
    "NumberKind",
    "Opening",
    "PriceSaid",
    "Terms",
    "access",
    "is_in_service",
    "opening_after",
    "tell",
]

OPERATOR = Operator("callshop_fr", "Callshop France", "FR", "EUR", "Europe/Paris")
COMPANY_NAMES = ("Callshop France", "Budget Télécom")  # CS-38: one company under both
CONTACT_EMAIL = "contact@callshop-france.com"  # CS-38

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


class AccessPoint(StrEnum):
    """Which of the operator's numbers was called."""

    BOOTH_CODE = "booth_code"
    FREE_NUMBER = "free_number"
    MOBILE_NUMBER = "mobile_number"


class NumberKind(StrEnum):
    """What a number is to its account, as in ``numbers.kind``."""

    LINE = "line"
    BOOTH = "booth"
    KNOWN_MOBILE = "known_mobile"


class Identity(StrEnum):
    """How the account is found: by who calls, or by what the caller keys in (CS-06, CS-07)."""

    BY_LINE = "by_line"
    BY_KNOWN_MOBILE = "by_known_mobile"
    ACCOUNT_AND_PIN = "account_and_pin"


class Opening(StrEnum):
    """What comes first: the balance, the general menu, or keys that decide between them (CS-05)."""

    BALANCE = "balance"
    MENU = "menu"
    LISTEN_FOR_STAR_ZERO = "listen_for_star_zero"


class PriceSaid(StrEnum):
    """What is said of the call's price before anything else (CS-08)."""

    NOTHING = "nothing"
    FREE = "free"
    FROM_YOUR_PLAN = "from_your_plan"


@dataclass(frozen=True, slots=True)
class AccessNumber:
    """A number that callers dial: as it is dialled, whom it knows, and whether the call is free."""

    point: AccessPoint
    number: str
    knows: frozenset[NumberKind]
    free: bool


_LINES = frozenset({NumberKind.LINE, NumberKind.BOOTH})
ACCESS_NUMBERS = (
    AccessNumber(AccessPoint.BOOTH_CODE, "3111", _LINES, free=True),  # CS-01
    AccessNumber(AccessPoint.FREE_NUMBER, "0805123200", _LINES, free=True),  # CS-02
    AccessNumber(AccessPoint.MOBILE_NUMBER, "0170229848", frozenset({NumberKind.KNOWN_MOBILE}), free=False),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What of Callshop France's rules can be set.

    ``say_free`` has free calls begin with the words "appel
    gratuit" (CS-08). ``on_call_number`` is the emergency line of CS-32, which no page names.
    ``weekly_ceiling`` is what an account may pay by card in 7 x 24 hours (CS-24). ``prefix_8`` says that
    the line has asked for the 8 that leads to France Télécom (CS-40). ``markup_percent`` makes the selling
    price proposed to a shop out of the list price.
    """

    say_free: bool = False
    on_call_number: str | None = None
    weekly_ceiling: Money = WEEKLY_CEILING
    prefix_8: bool = False
    markup_percent: int = 0

    def __post_init__(self) -> None:
        if self.weekly_ceiling.currency != OPERATOR.currency or self.weekly_ceiling.minor <= 0:
            raise ValueError(f"the weekly ceiling is a positive amount in EUR, not {self.weekly_ceiling}")
        if self.markup_percent < 0:
            raise ValueError(f"a markup is zero or more percent, not {self.markup_percent}")


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number in E.164 that an account has entered, and what it is to the account."""

    e164: str
    subscriber_id: int
    kind: NumberKind


@dataclass(frozen=True, slots=True)
class Access:
    """What a call to one of the numbers gets; ``subscriber_id`` only where the caller is identified."""

    point: AccessPoint
    identity: Identity
    subscriber_id: int | None
    opening: Opening
    price: PriceSaid


def access(dialled: str, caller: str | None, known: Iterable[KnownNumber], terms: Terms) -> Access | None:
    """Who may hear what on this call; None when the number called is not one of the operator's.

    ``dialled`` is the user part of the URI or the digits (``3111*0``, ``3111%2A0``, ``+33805123200``);
    ``caller`` the number in E.164, None when withheld or not trusted for this call (CS-09); ``known`` the
    numbers the store has for the caller. A withheld, untrusted or unknown caller is asked for account number
    and PIN (CS-06, CS-07), and so is one whose number is known for something else: a mobile number is not a
    booth.
    """
    called, suffix = _number_called(dialled)
    if called is None:
        return None
    owner = next((one for one in known if one.e164 == caller and one.kind in called.knows), None)
    if owner is None:
        identity = Identity.ACCOUNT_AND_PIN
    elif owner.kind is NumberKind.KNOWN_MOBILE:
        identity = Identity.BY_KNOWN_MOBILE
    else:
        identity = Identity.BY_LINE
    listens = called.point is AccessPoint.BOOTH_CODE and not suffix
    price = PriceSaid.FROM_YOUR_PLAN
    if called.free:
        price = PriceSaid.FREE if terms.say_free else PriceSaid.NOTHING
    return Access(
        called.point,
        identity,
        None if owner is None else owner.subscriber_id,
        Opening.LISTEN_FOR_STAR_ZERO if listens else Opening.BALANCE,
        price,
    )


def opening_after(keys: str) -> Opening:
    """Where the keys pressed after a bare 3111 lead: ``*0`` to the balance, others to the menu (CS-05).

    While the keys may still become ``*0``, it is LISTEN_FOR_STAR_ZERO: wait for the next one, and go to the
    menu when none comes.
    """
    if keys.startswith(_STAR_ZERO):
        return Opening.BALANCE
    return Opening.LISTEN_FOR_STAR_ZERO if _STAR_ZERO.startswith(keys) else Opening.MENU


def is_in_service(balance: Money) -> bool:
    """Whether the shop can call: only with a positive balance, which 0.00 is not (CS-10)."""
    return balance.minor > 0


def tell(balance: Money, as_of: datetime, calls_running: int, skipped: Money | None = None) -> Finding:
    """What the caller hears about the balance, with the outcomes of ``OUTCOMES``.

    ``balance`` has every ended call in it (CS-11); ``calls_running`` counts the others (CS-12). ``skipped``
    is the automatic top-up that the weekly ceiling held back, None when the last one was not (CS-24).
    """
    outcome = "in_service" if is_in_service(balance) else "out_of_service"
    facts: dict[str, Fact] = {"credit": balance, "as_of": as_of, "calls_running": calls_running}
    if skipped is None:
        return Finding(outcome, facts)
    return Finding(f"{outcome}_top_up_skipped", facts | {"amount": skipped})


def _number_called(dialled: str) -> tuple[AccessNumber | None, str]:
    """Which number was called, and the ``*0`` that was dialled behind 3111 in one go."""
    digits, suffix = re.sub(r"[\s.]", "", unquote(dialled)), ""
    if digits.endswith(_STAR_ZERO):
        digits, suffix = digits.removesuffix(_STAR_ZERO), _STAR_ZERO
    for number in ACCESS_NUMBERS:
        if same_number(digits, number.number, OPERATOR.country):
            return (None, "") if suffix and number.point is not AccessPoint.BOOTH_CODE else (number, suffix)
    return None, ""
