"""Money, dates, counts and digits in, Czech words out.

num2words gives the bare cardinals under a thousand, Babel the plural class and the months. Ours are the
splits (num2words writes "dvěstě"), the genders of one and two, the three forms of counted nouns and the
ordinals of days. A compound number is followed by the genitive plural and keeps "jedna" and "dva" whatever
the gender: "dvacet jedna korun", "sto jedna dalmatinů". That is also CLDR's plural class for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from babel import Locale
from num2words import num2words

from ivr.money import Money
from ivr.speech.numbers import Case, Gender, digit_groups

__all__ = ["CzechSpeller"]

_LOCALE = Locale("cs")
_MONTHS = _LOCALE.months["format"]["wide"]  # the genitive: "března"
_ONE: dict[Gender, str] = {"masculine": "jeden", "feminine": "jedna", "neuter": "jedno"}
_TWO: dict[Gender, str] = {"masculine": "dva", "feminine": "dvě", "neuter": "dvě"}
_HUNDRED = re.compile(r"\b(dvě|tři|čtyři|pět|šest|sedm|osm|devět)(stě|sta|set)\b")
_HOME = re.compile(r"(?:\+|00)420(?=[2-9][0-9]{8}$)")
_DIGITS = ("nula", "jedna", "dva", "tři", "čtyři", "pět", "šest", "sedm", "osm", "devět")
_DAYS = [
    "prvního",
    "druhého",
    "třetího",
    "čtvrtého",
    "pátého",
    "šestého",
    "sedmého",
    "osmého",
    "devátého",
    "desátého",
    "jedenáctého",
    "dvanáctého",
    "třináctého",
    "čtrnáctého",
    "patnáctého",
    "šestnáctého",
    "sedmnáctého",
    "osmnáctého",
    "devatenáctého",
    "dvacátého",
]


@dataclass(frozen=True, slots=True)
class _Noun:
    """A counted noun after one, after two to four, and after anything else."""

    one: str
    few: str
    other: str
    gender: Gender

    def after(self, number: int) -> str:
        form: str = _LOCALE.plural_form(number)
        return {"one": self.one, "few": self.few}.get(form, self.other)


_CROWN = _Noun("koruna", "koruny", "korun", "feminine")
_HELLER = _Noun("haléř", "haléře", "haléřů", "masculine")
_SCALES = (
    (10**9, _Noun("miliarda", "miliardy", "miliard", "feminine")),
    (10**6, _Noun("milion", "miliony", "milionů", "masculine")),
    (10**3, _Noun("tisíc", "tisíce", "tisíc", "masculine")),
)


def _under_thousand(number: int) -> str:
    """1 to 999 as num2words spells them, hundreds in two words."""
    return _HUNDRED.sub(r"\1 \2", num2words(number, lang="cs"))


def _count(number: int, gender: Gender) -> str:
    """1 to 999 before a noun: one and two agree with it, compounds do not."""
    agreeing = {1: _ONE, 2: _TWO}.get(number)
    return agreeing[gender] if agreeing else _under_thousand(number)


class CzechSpeller:
    """Czech; follows `ivr.speech.numbers.Speller`."""

    def cardinal(self, number: int, gender: Gender = "masculine") -> str:
        """A whole number below a billion (10**12) before a noun: 1 feminine is "jedna", 2 is "dvě"."""
        if abs(number) >= 10**12:
            raise ValueError("a number of more than twelve digits cannot be said")
        if number < 0:
            return f"mínus {self.cardinal(-number, gender)}"
        if number == 0:
            return "nula"
        words: list[str] = []
        rest = number
        for size, noun in _SCALES:
            many, rest = divmod(rest, size)
            if many > 1:
                words.append(_count(many, noun.gender))
            if many:
                words.append(noun.after(many))
        if rest:
            words.append(_count(rest, gender) if number < 100 else _under_thousand(rest))
        return " ".join(words)

    def money(self, amount: Money) -> str:
        """Crowns and hellers as two whole numbers; under one crown only the hellers; zero is "nula korun"."""
        if amount.currency != "CZK":
            raise ValueError(f"{amount.currency} cannot be said in Czech, only CZK")
        negative, crowns, hellers = amount.parts
        said = []
        if crowns or not hellers:
            said.append(f"{self.cardinal(crowns, _CROWN.gender)} {_CROWN.after(crowns)}")
        if hellers:
            said.append(f"{self.cardinal(hellers, _HELLER.gender)} {_HELLER.after(hellers)}")
        return ("mínus " if negative else "") + " ".join(said)

    def date(self, day: date, case: Case = "genitive") -> str:
        """14 March 2027 is "čtrnáctého března dva tisíce dvacet sedm"; the genitive is the only case yet."""
        tens, ones = divmod(day.day, 10)
        if day.day <= 20:
            ordinal = _DAYS[day.day - 1]
        else:
            ordinal = ("dvacátého", "třicátého")[tens - 2] + (f" {_DAYS[ones - 1]}" if ones else "")
        return f"{ordinal} {_MONTHS[day.month]} {_year(day.year)}"

    def digits(self, text: str) -> str:
        """Digit by digit in groups of three: "dva dva dva, osm pět dva, dva devět dva"; ``/`` is "lomeno"."""
        parts = [", ".join(_read(group) for group in digit_groups(part)) for part in text.split("/")]
        return ", lomeno ".join(parts)

    def phone(self, number: str) -> str:
        """``+420777123456`` is read as nine digits, another country's number with "plus" before it."""
        bare = _HOME.sub("", re.sub(r"\s", "", number))
        if bare.startswith("+"):
            return f"plus {self.digits(bare[1:])}"
        return self.digits(bare)


def _read(group: str) -> str:
    return " ".join(_DIGITS[int(digit)] for digit in group)


def _year(year: int) -> str:
    return CzechSpeller().cardinal(year)
