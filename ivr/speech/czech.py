"""Money, units, dates, times, counts and digits in, Czech words out.

Data with a decimal: a half is "a půl" ("jeden a půl gigabajtu"), as speakers say it; any other tenth is
"celá" and the bare digit ("dvě celé tři gigabajtu"), the noun in the genitive singular either way. The word
"desetiny" is left out, as it is in speech. Text messages are "esemesky", which declines and is one word for
any voice; picture messages are "multimediální zprávy", since "ememesky" would differ in one nasal that a
narrow band does not carry.
"""

from __future__ import annotations

import re
from datetime import date, time

from ivr.money import Money
from ivr.speech.czech_numerals import LOCALE, Noun, counted, numeral
from ivr.speech.names import spoken_name
from ivr.speech.numbers import Case, Gender, Grouping, data_size, phone_parts, spelled
from ivr.units import Units

__all__ = ["CzechSpeller"]

_MONTHS = LOCALE.months["format"]["wide"]  # the genitive: "března"
_HOME = 420
_DIGITS = ("nula", "jedna", "dva", "tři", "čtyři", "pět", "šest", "sedm", "osm", "devět")
_SIGNS = {"/": "lomeno", "-": "pomlčka", "*": "hvězdička", "#": "křížek"}
_IN_NAMES = {"/": "lomeno", "+": "plus", "&": "a", "%": "procent", ";-)": "smajlík"}
_IN_NAMES |= {"ZMENA": "změna", "SITI": "síti", "LTE": "el té e"}  # as SMS commands write them (CP-54)
_DAYS = (
    *("prvního", "druhého", "třetího", "čtvrtého", "pátého", "šestého", "sedmého", "osmého", "devátého"),
    *("desátého", "jedenáctého", "dvanáctého", "třináctého", "čtrnáctého", "patnáctého", "šestnáctého"),
    *("sedmnáctého", "osmnáctého", "devatenáctého", "dvacátého"),
)
_WEEKDAYS = ("v pondělí", "v úterý", "ve středu", "ve čtvrtek", "v pátek", "v sobotu", "v neděli")

_CURRENCIES = {
    "CZK": (
        Noun("koruna", "korunu", "koruny", "koruny", "korun", "feminine"),
        Noun("haléř", "haléř", "haléře", "haléře", "haléřů", "masculine"),
    ),
    "EUR": (
        Noun("euro", "euro", "eura", "eura", "eur", "neuter"),
        Noun("cent", "cent", "centu", "centy", "centů", "masculine"),
    ),
}
_MINUTE = Noun("minuta", "minutu", "minuty", "minuty", "minut", "feminine")
_SECOND = Noun("sekunda", "sekundu", "sekundy", "sekundy", "sekund", "feminine")
_HOUR = Noun("hodina", "hodinu", "hodiny", "hodiny", "hodin", "feminine")
_PERCENT = Noun("procento", "procento", "procenta", "procenta", "procent", "neuter")
_MESSAGES = {
    "sms": Noun("esemeska", "esemesku", "esemesky", "esemesky", "esemesek", "feminine"),
    "mms": Noun(
        "multimediální zpráva",
        "multimediální zprávu",
        "multimediální zprávy",
        "multimediální zprávy",
        "multimediálních zpráv",
        "feminine",
    ),
}
_DATA = {
    f"{size}bytes": Noun(
        f"{size}bajt", f"{size}bajt", f"{size}bajtu", f"{size}bajty", f"{size}bajtů", "masculine"
    )
    for size in ("kilo", "mega", "giga")
}
_OUT_OF = re.compile(
    r"\b([zZ])e? (?=(jed|dv|tř|čt|pět|patn|pades|šest|šed|sedm|osm|dev|des|sta?\b|sto\b|tisíc|mili|nul)\w*)"
)
_POINT: dict[Case, tuple[str, str]] = {
    "nominative": ("celá", "celé"),
    "accusative": ("celou", "celé"),
    "genitive": ("celé", "celých"),
}


class CzechSpeller:
    """Czech; follows `ivr.speech.numbers.Speller`."""

    def cardinal(self, number: int, gender: Gender = "masculine", case: Case = "nominative") -> str:
        """A whole number of up to twelve digits before a noun: 1 feminine is "jedna", 2 is "dvě"."""
        return numeral(number, gender, case)

    def money(self, amount: Money, case: Case = "nominative") -> str:
        """Crowns and hellers, euros and cents; under one crown only the hellers; zero is "nula korun"."""
        if amount.currency not in _CURRENCIES:
            known = " and ".join(_CURRENCIES)
            raise ValueError(f"{amount.currency} cannot be said in Czech, only {known}")
        whole, part = _CURRENCIES[amount.currency]
        negative, wholes, parts = amount.parts
        said = [counted(wholes, whole, case)] if wholes or not parts else []
        if parts:
            said.append(counted(parts, part, case))
        return ("mínus " if negative else "") + " ".join(said)

    def units(self, amount: Units, case: Case = "nominative") -> str:
        """Minutes and seconds ("nula minut" when there are none), "esemesek", or data with one decimal."""
        if amount.unit == "kilobytes":
            return _data(amount.amount, case)
        if amount.unit != "seconds":
            return counted(amount.amount, _MESSAGES[amount.unit], case)
        minutes, seconds = divmod(amount.amount, 60)
        said = [counted(minutes, _MINUTE, case)] if minutes or not seconds else []
        if seconds:
            said.append(counted(seconds, _SECOND, case))
        return " ".join(said)

    def percent(self, number: int, case: Case = "nominative") -> str:
        """53 is "padesát tři procent", 2 is "dvě procenta"."""
        return counted(number, _PERCENT, case)

    def date(self, day: date, year: bool = True, weekday: bool = False) -> str:
        """14 March 2027 is "čtrnáctého března dva tisíce dvacet sedm": the genitive, as after "do".

        With `weekday` it is "v neděli čtrnáctého března …".
        """
        tens, ones = divmod(day.day, 10)
        if day.day <= 20:
            ordinal = _DAYS[day.day - 1]
        else:
            ordinal = ("dvacátého", "třicátého")[tens - 2] + (f" {_DAYS[ones - 1]}" if ones else "")
        said = f"{_WEEKDAYS[day.weekday()]} {ordinal}" if weekday else ordinal
        return f"{said} {_MONTHS[day.month]}" + (f" {numeral(day.year)}" if year else "")

    def time(self, moment: time, case: Case = "nominative", at: bool = False) -> str:
        """14:30 is "čtrnáct hodin třicet minut", with `at` "ve čtrnáct hodin třicet minut"."""
        case = "accusative" if at else case
        said = counted(moment.hour, _HOUR, case)
        if moment.minute:
            said += f" {counted(moment.minute, _MINUTE, case)}"
        if at:
            return f"{'ve' if re.match('dv|tř|čt', said) else 'v'} {said}"
        return said

    def digits(self, text: str, groups: Grouping = "threes") -> str:
        """Digit by digit: "dva dva dva, osm pět dva, dva devět dva"; ``/`` is "lomeno", ``*`` "hvězdička"."""
        return spelled(text, groups, _SIGNS, _DIGITS)

    def phone(self, number: str) -> str:
        """``+420777123456`` is read as nine digits, another country's number with "plus" before it."""
        country, national = phone_parts(number, _HOME)
        return f"plus {self.digits(country)}, {self.digits(national)}" if country else self.digits(national)

    def name(self, text: str) -> str:
        """A product: "DATA sto padesát" for DATA 150, "CallPro smajlík" for CallPro ;-), "sto esemesek"."""
        return spoken_name(text, self, _IN_NAMES)

    def in_sentence(self, words: str) -> str:
        """A number's "z" is "ze" where it wants so: "z pěti", "ze dvou"; the text cannot know which."""
        return _OUT_OF.sub(
            lambda out: f"{out[1]}e " if out[2].startswith(("dv", "tř", "čt", "s", "š")) else f"{out[1]} ",
            words,
        )


def _data(kilobytes: int, case: Case) -> str:
    size = data_size(kilobytes)
    noun = _DATA[size.unit]
    if not size.tenth:
        return counted(size.whole, noun, case)
    if size.tenth == 5:
        return f"{numeral(size.whole, noun.gender, case)} a půl {noun.genitive}"
    one, few = _POINT[case]
    point = one if size.whole == 1 else few if size.whole < 5 else "celých"
    tenth = numeral(size.tenth, "feminine", "genitive" if case == "genitive" else "nominative")
    return f"{numeral(size.whole, 'feminine', case)} {point} {tenth} {noun.genitive}"
