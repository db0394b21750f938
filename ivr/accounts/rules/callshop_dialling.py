"""Digits dialled on a preselected line come in; who carries the call, and to which number, goes out.

The shop's operator carries what is dialled with 10 digits in France or as 00, country and number (CS-40,
CS-41). France Télécom carries and bills numbers that begin with 08, 36 or 30, all short ones (CS-09), and
what is dialled with 8 in place of the first 0, where that has been asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ivr.accounts.rules.callshop_fr import OPERATOR, Terms
from ivr.phone import to_e164

__all__ = ["Carrier", "Dialled", "Refusal", "dialled", "number_carried"]

_VISUAL = re.compile(r"[\s().\-/]")
_FRENCH = re.compile(r"0[1-9][0-9]{8}")
_ABROAD = re.compile(r"00[1-9][0-9]{4,14}")
_SPECIAL = re.compile(r"\+338[0-9]{8}")
# Emergency and social numbers (15, 112, 116 000), operators' own (10 14), directories (118 218), 3xxx.
_SHORT = re.compile(r"1[0-9]{1,3}|11[68][0-9]{3}|3[0-9]{3}")
_BALANCE_CODE = re.compile(r"3111(?:\*0)?")
# Numbers of overseas France are dialled like those of France and have countries of their own in E.164
# (the numbering plan of ARCEP). What is dialled, without its 0, begins with this.
_OVERSEAS = {
    "+262": ("262", "263", "269", "639", "692", "693"),
    "+590": ("590", "690", "691"),
    "+594": ("594", "694"),
    "+596": ("596", "696", "697"),
}
_COUNTRY_OF = {lead: country for country, leads in _OVERSEAS.items() for lead in leads}


class Carrier(StrEnum):
    """Who carries a call and bills it; ``line`` is the operator's own balance line."""

    OPERATOR = "operator"
    FRANCE_TELECOM = "france_telecom"
    LINE = "line"


class Refusal(StrEnum):
    """Why nobody carries it."""

    NOT_A_NUMBER = "not_a_number"
    PREFIX_8_NOT_ASKED_FOR = "prefix_8_not_asked_for"


@dataclass(frozen=True, slots=True)
class Dialled:
    """Where a call goes: ``e164`` is None for short numbers, which have none."""

    carrier: Carrier
    e164: str | None


def dialled(digits: str, terms: Terms) -> Dialled | Refusal:
    """Read what was dialled, with spaces, dots, dashes or brackets between the digits or without.

    Only calls of ``Carrier.OPERATOR`` have a price of ours; their number is always there.
    """
    bare = _VISUAL.sub("", digits)
    if _BALANCE_CODE.fullmatch(bare):
        return Dialled(Carrier.LINE, None)
    if _SHORT.fullmatch(bare):
        return Dialled(Carrier.FRANCE_TELECOM, None)
    if re.fullmatch(r"8(?:[1-9][0-9]{8}|0[1-9][0-9]{4,14})", bare):
        number = _number(f"0{bare[1:]}")
        if number is None:
            return Refusal.NOT_A_NUMBER
        return Dialled(Carrier.FRANCE_TELECOM, number) if terms.prefix_8 else Refusal.PREFIX_8_NOT_ASKED_FOR
    number = _number(bare)
    if number is None:
        return Refusal.NOT_A_NUMBER
    return Dialled(Carrier.FRANCE_TELECOM if _SPECIAL.fullmatch(number) else Carrier.OPERATOR, number)


def number_carried(called: str) -> str | None:
    """The number in E.164 of a call that this operator carries and prices; None for all others.

    ``called`` is what was dialled, or the number in E.164 as usage records have it.
    """
    bare = _VISUAL.sub("", called)
    found = dialled(f"00{bare[1:]}" if bare.startswith("+") else bare, Terms())
    return found.e164 if isinstance(found, Dialled) and found.carrier is Carrier.OPERATOR else None


def _number(bare: str) -> str | None:
    """Ten digits, or 00 and the rest, as E.164; None when it is neither, or too long or short for it."""
    if _FRENCH.fullmatch(bare):
        return f"{_COUNTRY_OF.get(bare[1:4], '+33')}{bare[1:]}"
    return to_e164(bare, OPERATOR.country) if _ABROAD.fullmatch(bare) else None
