"""A fact in, its words out: what the speller of any language can say, and how digits and data are cut up.

A language is one module with one class that follows `Speller`, named in `ivr.speech.functions`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

import phonenumbers

from ivr.money import Money
from ivr.units import Units

__all__ = [
    "CASES",
    "GENDERS",
    "GROUPINGS",
    "Case",
    "DataSize",
    "Gender",
    "Grouping",
    "Speller",
    "data_size",
    "digit_groups",
    "phone_parts",
    "spelled",
    "symbol_groups",
]

Gender = Literal["masculine", "feminine", "neuter"]
Case = Literal["nominative", "accusative", "genitive"]
Grouping = Literal["pairs", "threes", "fours"]
GENDERS: frozenset[str] = frozenset({"masculine", "feminine", "neuter"})
CASES: frozenset[str] = frozenset({"nominative", "accusative", "genitive"})
GROUPINGS: frozenset[str] = frozenset({"pairs", "threes", "fours"})

_SIZES: dict[Grouping, int] = {"pairs": 2, "threes": 3, "fours": 4}
_SEPARATORS = re.compile(r"[\s\-.()]")
_KILOBYTES_IN_MEGABYTE = 1024
_MEGABYTES_IN_GIGABYTE = 1024
_SOLD_IN_MEGABYTES = 10_000


class Speller(Protocol):
    """Facts to words in one language; ValueError where a fact cannot be said, without repeating it.

    `case` is what the sentence around the words asks for; a language without cases takes no notice of it.
    """

    def cardinal(self, number: int, gender: Gender = "masculine", case: Case = "nominative") -> str:
        """A whole number as it stands before a noun of that gender."""

    def money(self, amount: Money, case: Case = "nominative") -> str:
        """Whole units and minor units, each with its own noun; the minor ones only when there are any."""

    def units(self, amount: Units, case: Case = "nominative") -> str:
        """Minutes and seconds, messages, or data as `data_size` cuts it, each with its noun."""

    def percent(self, number: int, case: Case = "nominative") -> str:
        """A whole number and the word for percent."""

    def date(self, day: date, year: bool = True, weekday: bool = False) -> str:
        """Day, month and year, as after "until"; `weekday` names it first, as when something happens."""

    def time(self, moment: time, case: Case = "nominative", at: bool = False) -> str:
        """Hours and minutes of the clock; `at` puts the word before it that says when something happens."""

    def digits(self, text: str, groups: Grouping = "threes") -> str:
        """A symbol or an account, digit by digit, a comma between groups; ``/`` has its word."""

    def phone(self, number: str) -> str:
        """A telephone number in groups; the country's own prefix is left out."""

    def name(self, text: str) -> str:
        """A product's name as it is written, such as "DATA 150", without digits and signs."""

    def in_sentence(self, words: str) -> str:
        """A whole sentence with what neighbouring words do to each other: French "de un" is "d'un"."""


@dataclass(frozen=True, slots=True)
class DataSize:
    """Data as it is said: `whole` and, unless zero, one decimal `tenth`, of `unit`."""

    whole: int
    tenth: int
    unit: Literal["kilobytes", "megabytes", "gigabytes"]


def data_size(kilobytes: int) -> DataSize:
    """Cut an amount of data to what the ear takes in: the largest unit that it fills, with one decimal.

    The rest is cut off, never rounded up: nobody hears of more than there is. From a hundred on there is no
    decimal. A megabyte is 1024 kilobytes, as the accounts count, and a gigabyte 1024 megabytes; but whole
    hundreds of megabytes below ten thousand are how bundles are sold ("2000 MB", CP-54), so they stay
    megabytes. Nothing at all is zero megabytes.
    """
    megabyte, gigabyte = _KILOBYTES_IN_MEGABYTE, _KILOBYTES_IN_MEGABYTE * _MEGABYTES_IN_GIGABYTE
    if 0 < kilobytes < megabyte:
        return DataSize(kilobytes, 0, "kilobytes")
    megabytes, rest = divmod(kilobytes, megabyte)
    as_sold = not rest and not megabytes % 100 and megabytes < _SOLD_IN_MEGABYTES
    if kilobytes < gigabyte or (as_sold and kilobytes % gigabyte):
        return _with_tenth(kilobytes, megabyte, "megabytes")
    return _with_tenth(kilobytes, gigabyte, "gigabytes")


def _with_tenth(kilobytes: int, one: int, unit: Literal["megabytes", "gigabytes"]) -> DataSize:
    whole, tenth = divmod(kilobytes * 10 // one, 10)
    return DataSize(whole, tenth if whole < 100 else 0, unit)


def digit_groups(text: str, groups: Grouping = "threes") -> list[str]:
    """Split a run of digits into groups from the left; up to four stay whole and no digit is left alone.

    In threes ``777123456`` gives 777 123 456, ``4488`` stays 4488, ten digits end in a group of four. Spaces,
    dots, dashes and brackets are dropped; ValueError on anything else.
    """
    bare = _SEPARATORS.sub("", text)
    if not re.fullmatch(r"[0-9]{1,34}", bare):
        raise ValueError("digits are expected, up to 34 of them")
    size = _SIZES[groups]
    if len(bare) <= max(4, size) and groups != "pairs":
        return [bare]
    cut = [bare[start : start + size] for start in range(0, len(bare), size)]
    if len(cut[-1]) == 1 and len(cut) > 1:
        cut[-2:] = [cut[-2] + cut[-1]]
    return cut


def phone_parts(number: str, home: int) -> tuple[str, str]:
    """The country's calling code and the rest of an E.164 number; no code for `home` and for local numbers.

    ``+420777123456`` gives ("", "777123456") at home in 420 and ("420", "777123456") elsewhere; ``4488`` and
    what begins with ``+`` but is no number come back as they are. At home ``00420`` is taken off as well.
    """
    bare = re.sub(r"[\s().\-/]", "", number)
    if bare.startswith(f"00{home}"):
        bare = f"+{bare[2:]}"
    if not bare.startswith("+"):
        return "", number
    try:
        parsed = phonenumbers.parse(bare)
    except phonenumbers.NumberParseException:
        return "", number
    national = phonenumbers.national_significant_number(parsed)
    return "" if parsed.country_code == home else str(parsed.country_code), national


def symbol_groups(text: str, groups: Grouping = "threes") -> list[str]:
    """The groups of a symbol, an account or a code, and the signs between them.

    ``19-2000145399/0800`` gives 19 - 200 014 5399 / 0800, ``3111*0`` gives 3111 * 0. Only an account, which
    has a slash, has a dash that means something; elsewhere it is dropped.
    """
    marks = r"([/*#-])" if "/" in text else r"([*#])"
    cut: list[str] = []
    for part in re.split(marks, text):
        if part in ("/", "-", "*", "#"):
            cut.append(part)
        elif part or not set("*#").intersection(text):
            cut.extend(digit_groups(part, groups))
    return cut


def spelled(text: str, groups: Grouping, signs: Mapping[str, str], digits: Sequence[str]) -> str:
    """A symbol digit by digit with a pause behind each group, but none behind a sign's word."""
    said = ""
    for group in symbol_groups(text, groups):
        word = signs.get(group) or " ".join(digits[int(digit)] for digit in group)
        said += (" " if said.endswith(tuple(signs.values())) else ", ") + word
    return said.removeprefix(", ")
