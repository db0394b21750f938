"""Money, dates, times, counts and digits in, French words out.

num2words gives the bare cardinals, in the spelling before 1990 ("vingt et un", not "vingt-et-un"). Ours are
"une" before a feminine noun, the number of the noun (plural from two on, so "zéro euro" and "un virgule cinq
gigaoctet"; CLDR says the same), the "de" after a round million, "premier" for the first of a month, and how
telephone numbers are told: in pairs, those that begin with 08 in threes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

import phonenumbers
from babel import Locale
from num2words import num2words

from ivr.money import Money
from ivr.speech.names import spoken_name
from ivr.speech.numbers import Case, Gender, Grouping, data_size, digit_groups, spelled
from ivr.units import Units

__all__ = ["FrenchSpeller"]

_MONTHS = Locale("fr").months["format"]["wide"]
_WEEKDAYS = Locale("fr").days["format"]["wide"]
_DIGITS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
_ELIDED = re.compile(r"\b(de|que|jusque|lorsque|puisque)\s(une?)\b", re.IGNORECASE)
_LAST_ONE = re.compile(r"\bun$")
_PHONE = re.compile(r"(?=.{1,18}$)(\+?[0-9]+)?([*#][0-9]*)*", re.ASCII)
_KEY = {"*": "étoile", "#": "dièse"}


@dataclass(frozen=True, slots=True)
class _Noun:
    """A counted noun, singular and plural."""

    one: str
    many: str
    gender: Gender = "masculine"
    elides: bool = False

    def counted(self, number: int) -> str:
        """``number`` of it, zero or more: "un million d'euros", "vingt et une minutes"."""
        between = " "
        if number >= 10**6 and not number % 10**6:
            between = " d'" if self.elides else " de "
        return f"{_cardinal(number, self.gender)}{between}{self.one if number < 2 else self.many}"


_CURRENCIES = {
    "EUR": (_Noun("euro", "euros", elides=True), _Noun("centime", "centimes")),
    "CZK": (
        _Noun("couronne tchèque", "couronnes tchèques", "feminine"),
        _Noun("haléř", "haléřs"),
    ),
}
_HOUR = _Noun("heure", "heures", "feminine")
_MINUTE = _Noun("minute", "minutes", "feminine")
_SECOND = _Noun("seconde", "secondes", "feminine")
_MESSAGES = {"sms": _Noun("SMS", "SMS", elides=True), "mms": _Noun("MMS", "MMS", elides=True)}
_DATA = {
    "kilobytes": _Noun("kilooctet", "kilooctets"),
    "megabytes": _Noun("mégaoctet", "mégaoctets"),
    "gigabytes": _Noun("gigaoctet", "gigaoctets"),
}
_SIGNS = {"/": "barre oblique", "-": "tiret", **_KEY}
_IN_NAMES = {"+": "plus", "&": "et", "%": "pour cent", "€": "euros", "@": "arobase", ";-)": "smiley"}


class FrenchSpeller:
    """French as in France; follows `ivr.speech.numbers.Speller`. Case changes nothing."""

    def cardinal(self, number: int, gender: Gender = "masculine", case: Case = "nominative") -> str:
        """A whole number of up to twelve digits; 21 feminine is "vingt et une"."""
        if abs(number) >= 10**12:
            raise ValueError("a number of more than twelve digits cannot be said")
        return f"moins {_cardinal(-number, gender)}" if number < 0 else _cardinal(number, gender)

    def money(self, amount: Money, case: Case = "nominative") -> str:
        """As "douze euros et dix centimes"; under one unit only the minor ones; zero is "zéro euro"."""
        if amount.currency not in _CURRENCIES:
            known = " and ".join(_CURRENCIES)
            raise ValueError(f"{amount.currency} cannot be said in French, only {known}")
        negative, whole, part = amount.parts
        if whole >= 10**12:
            raise ValueError("a number of more than twelve digits cannot be said")
        unit, minor = _CURRENCIES[amount.currency]
        said = [unit.counted(whole)] if whole or not part else []
        if part:
            said.append(minor.counted(part))
        return ("moins " if negative else "") + " et ".join(said)

    def units(self, amount: Units, case: Case = "nominative") -> str:
        """Minutes and seconds, messages, or data with one decimal: "un virgule cinq gigaoctet"."""
        if amount.unit in _MESSAGES:
            return _MESSAGES[amount.unit].counted(amount.amount)
        if amount.unit == "kilobytes":
            size = data_size(amount.amount)
            noun = _DATA[size.unit]
            if not size.tenth:
                return noun.counted(size.whole)
            number = f"{_cardinal(size.whole)} virgule {_cardinal(size.tenth)}"
            return f"{number} {noun.one if size.whole < 2 else noun.many}"
        minutes, seconds = divmod(amount.amount, 60)
        said = [_MINUTE.counted(minutes)] if minutes or not seconds else []
        if seconds:
            said.append(_SECOND.counted(seconds))
        return " et ".join(said)

    def percent(self, number: int, case: Case = "nominative") -> str:
        """80 is "quatre-vingts pour cent"."""
        return f"{self.cardinal(number)} pour cent"

    def date(self, day: date, year: bool = True, weekday: bool = False) -> str:
        """As "premier mars deux mille vingt-sept", without its article: the text says "le", "au" or "du".

        With `weekday` it is "lundi premier mars …".
        """
        number = "premier" if day.day == 1 else _cardinal(day.day)
        said = f"{_WEEKDAYS[day.weekday()]} {number}" if weekday else number
        said += f" {_MONTHS[day.month]}"
        return f"{said} {_cardinal(day.year)}" if year else said

    def time(self, moment: time, case: Case = "nominative", at: bool = False) -> str:
        """As "quatorze heures trente", with `at` "à quatorze heures trente"; noon is "douze heures"."""
        said = _HOUR.counted(moment.hour)
        if moment.minute:
            said += f" {_cardinal(moment.minute, 'feminine')}"
        return f"à {said}" if at else said

    def digits(self, text: str, groups: Grouping = "threes") -> str:
        """Digit by digit: "deux deux deux, huit cinq deux"; ``/`` is "barre oblique"."""
        return spelled(text, groups, _SIGNS, _DIGITS)

    def phone(self, number: str) -> str:
        """``+33170229848`` is "zéro un, soixante-dix, vingt-deux, quatre-vingt-dix-huit, quarante-huit".

        Numbers that begin with 08 go in threes, as they are printed; short ones in pairs; another country's
        as that country groups them, behind "plus". ``*`` and ``#`` are said as the keys are called.
        """
        bare = re.sub(r"[\s\-.()]", "", number)
        if not _PHONE.fullmatch(bare):
            raise ValueError("digits are expected, up to 17 of them")
        pieces = [piece for piece in re.split(r"([*#])", bare) if piece]
        return ", ".join(_KEY.get(piece) or _phone(piece) for piece in pieces)

    def name(self, text: str) -> str:
        """A product: "DATA cent cinquante" for DATA 150, "CallPro smiley" for CallPro ;-)."""
        return spoken_name(text, self, _IN_NAMES)

    def in_sentence(self, words: str) -> str:
        """Elision before one: "de un euro" is "d'un euro", "que une minute" is "qu'une minute"."""
        return _ELIDED.sub(lambda match: f"{match[1][:-1]}'{match[2]}", words)


@lru_cache(maxsize=4096)
def _cardinal(number: int, gender: Gender = "masculine") -> str:
    words: str = num2words(number, lang="fr")
    return _LAST_ONE.sub("une", words) if gender == "feminine" else words


def _phone(number: str) -> str:
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if number.startswith("+33"):
        number = f"0{number[3:]}"
    if number.startswith("+"):
        return f"plus {_said(_groups_abroad(number))}"
    if re.fullmatch("08[0-9]{8}", number):
        return f"zéro {_said([number[1:4], number[4:7], number[7:]])}"
    if len(number) == 10 or len(number) < 5:
        return _said(_pairs(number))
    return _said(digit_groups(number))


def _groups_abroad(number: str) -> list[str]:
    """The country's prefix and the groups that people there write; long groups in pairs."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return digit_groups(number[1:])
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    groups = re.findall("[0-9]+", written)
    return [part for group in groups for part in ([group] if len(group) < 4 else _pairs(group))]


def _pairs(digits: str) -> list[str]:
    """Two and two, an odd one at the front: 112 stays whole."""
    if len(digits) < 4:
        return [digits]
    first = 2 + len(digits) % 2
    return [digits[:first], *(digits[start : start + 2] for start in range(first, len(digits), 2))]


def _said(groups: list[str]) -> str:
    return ", ".join(_group(group) for group in groups)


def _group(group: str) -> str:
    """Leading zeros are told: 01 is "zéro un", 00 is "zéro zéro"; four digits or more go one by one."""
    value = group.lstrip("0")
    if len(group) > 3 or not value:
        return " ".join(_DIGITS[int(digit)] for digit in group)
    zeros = ["zéro"] * (len(group) - len(value))
    return " ".join([*zeros, _cardinal(int(value))])
