"""A fact in, its words out: what the speller of any language can say, and digits in groups.

A language is one module with one class that follows `Speller`, named in `ivr.speech.functions`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, Protocol

from ivr.money import Money

__all__ = ["CASES", "GENDERS", "Case", "Gender", "Speller", "digit_groups"]

Gender = Literal["masculine", "feminine", "neuter"]
Case = Literal["genitive"]
GENDERS: frozenset[str] = frozenset({"masculine", "feminine", "neuter"})
CASES: frozenset[str] = frozenset({"genitive"})

_SEPARATORS = re.compile(r"[\s\-.()]")


class Speller(Protocol):
    """Facts to words in one language; ValueError where a fact cannot be said, without repeating it."""

    def cardinal(self, number: int, gender: Gender = "masculine") -> str:
        """A whole number as it stands before a noun of that gender."""

    def money(self, amount: Money) -> str:
        """Whole units and minor units, each with its own noun; the minor ones only when there are any."""

    def date(self, day: date, case: Case = "genitive") -> str:
        """Day, month and year, as after "until"."""

    def digits(self, text: str) -> str:
        """A symbol or an account, digit by digit, a comma between groups; ``/`` has its word."""

    def phone(self, number: str) -> str:
        """A telephone number in groups; the country's own prefix is left out."""


def digit_groups(text: str) -> list[str]:
    """Split a run of digits into threes from the left; up to four stay whole and no digit is left alone.

    ``777123456`` gives 777 123 456, ``4488`` stays 4488, ten digits end in a group of four. Spaces, dots,
    dashes and brackets are dropped; ValueError on anything else.
    """
    bare = _SEPARATORS.sub("", text)
    if not re.fullmatch(r"[0-9]{1,34}", bare):
        raise ValueError("digits are expected, up to 34 of them")
    if len(bare) <= 4:
        return [bare]
    groups = [bare[start : start + 3] for start in range(0, len(bare), 3)]
    if len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups
