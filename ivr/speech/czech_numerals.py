"""A whole number, a gender and a case in; the Czech numeral out, and the counted noun after it.

num2words gives the bare cardinals under a hundred. Ours are the hundreds (num2words writes "dvěstě"), the
genders of one and two, the cases, and the forms of counted nouns. A compound number is followed by the
genitive plural and keeps "jedna" and "dva" whatever the gender: "dvacet jedna korun", "sto dva korun". That
is one of the two ways in the Internetová jazyková příručka (prirucka.ujc.cas.cz/?id=792), and CLDR's plural
class for it. The accusative differs in "jednu" alone. In the genitive every part declines ("tisíce pěti set
třiceti dvou"), but "sto" only where nothing stands beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from babel import Locale
from num2words import num2words

from ivr.speech.numbers import Case, Gender

__all__ = ["LOCALE", "Noun", "counted", "numeral"]

LOCALE = Locale("cs")

_ONE: dict[Case, dict[Gender, str]] = {
    "nominative": {"masculine": "jeden", "feminine": "jedna", "neuter": "jedno"},
    "accusative": {"masculine": "jeden", "feminine": "jednu", "neuter": "jedno"},
    "genitive": {"masculine": "jednoho", "feminine": "jedné", "neuter": "jednoho"},
}
_TWO: dict[Gender, str] = {"masculine": "dva", "feminine": "dvě", "neuter": "dvě"}
_GENITIVE = {
    "jedna": "jedna",
    "dva": "dvou",
    "tři": "tří",
    "čtyři": "čtyř",
    "devět": "devíti",
    "deset": "deseti",
}
_HUNDREDS = (
    "",
    "sto",
    "dvě stě",
    "tři sta",
    "čtyři sta",
    *(f"{five} set" for five in ("pět", "šest", "sedm", "osm", "devět")),
)


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted noun: one in three cases, two to four, and the genitive plural after anything else."""

    one: str
    accusative: str
    genitive: str
    few: str
    other: str
    gender: Gender

    def after(self, number: int, case: Case = "nominative") -> str:
        """The noun's form after that whole number."""
        form: str = LOCALE.plural_form(number)
        if form == "one":
            return {"nominative": self.one, "accusative": self.accusative, "genitive": self.genitive}[case]
        return self.few if form == "few" and case != "genitive" else self.other


_SCALES = (
    (10**9, Noun("miliarda", "miliardu", "miliardy", "miliardy", "miliard", "feminine")),
    (10**6, Noun("milion", "milion", "milionu", "miliony", "milionů", "masculine")),
    (10**3, Noun("tisíc", "tisíc", "tisíce", "tisíce", "tisíc", "masculine")),
)


def numeral(number: int, gender: Gender = "masculine", case: Case = "nominative") -> str:
    """A whole number of up to twelve digits before a noun; ValueError beyond that."""
    if abs(number) >= 10**12:
        raise ValueError("a number of more than twelve digits cannot be said")
    if number < 0:
        return f"mínus {numeral(-number, gender, case)}"
    if number == 0:
        return "nuly" if case == "genitive" else "nula"
    words: list[str] = []
    rest = number
    for size, noun in _SCALES:
        many, rest = divmod(rest, size)
        if many > 1:
            words.append(_under_thousand(many, noun.gender, case))
        if many:
            words.append(noun.after(many, case))
    if rest:
        words.append(_under_thousand(rest, gender, case, alone=rest == number))
    return " ".join(words)


def counted(number: int, noun: Noun, case: Case = "nominative") -> str:
    """The numeral with its noun: 2 crowns are "dvě koruny"."""
    return f"{numeral(number, noun.gender, case)} {noun.after(number, case)}"


def _under_thousand(number: int, gender: Gender, case: Case, alone: bool = True) -> str:
    """1 to 999; one and two agree with the noun, and "sto" declines, only where nothing stands before."""
    if alone and number == 1:
        return _ONE[case][gender]
    if alone and number == 2 and case != "genitive":
        return _TWO[gender]
    hundreds, rest = divmod(number, 100)
    words = [_HUNDREDS[hundreds], num2words(rest, lang="cs") if rest else ""]
    if case == "genitive":
        words = [_hundreds_in_genitive(hundreds, ends=not rest and alone), _in_genitive(words[1])]
    return " ".join(word for word in words if word)


def _hundreds_in_genitive(hundreds: int, ends: bool) -> str:
    if hundreds < 2:
        return ("", "sta" if ends else "sto")[hundreds]
    return f"{_in_genitive(num2words(hundreds, lang='cs'))} set"


def _in_genitive(words: str) -> str:
    return re.sub(r"\w+", lambda word: _GENITIVE.get(word[0]) or f"{word[0]}i", words)
