"""Facts in, words out: the functions that a prompt file may call, and which speller serves a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from babel import Locale
from fluent.runtime.types import FluentType

from ivr.money import Money
from ivr.speech.czech import CzechSpeller
from ivr.speech.english import EnglishSpeller
from ivr.speech.french import FrenchSpeller
from ivr.speech.numbers import CASES, GENDERS, GROUPINGS, Speller
from ivr.units import Units

__all__ = ["FUNCTIONS", "Fact", "SpokenFunction", "bind", "speller_for", "spoken_languages"]

_SPELLERS: Mapping[str, type[Speller]] = {
    "cs": CzechSpeller,
    "en": EnglishSpeller,
    "fr": FrenchSpeller,
}


class Fact(FluentType):
    """A value on its way through Fluent to one of our functions; it has no words of its own."""

    def __init__(self, value: object) -> None:
        self.value = value

    def format(self, locale: Locale) -> str:
        """Refuse: what is no text and no whole number is said by a function."""
        raise TypeError(f"a fact is said by one of {', '.join(FUNCTIONS)}")


@dataclass(frozen=True, slots=True)
class SpokenFunction:
    """One function: the kinds of fact that it takes, and each option with its allowed words."""

    name: str
    takes: tuple[type, ...]
    kind: str
    say: Callable[..., str]
    options: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _money(speller: Speller, amount: Money, **options: Any) -> str:
    return speller.money(amount, **options)


def _units(speller: Speller, amount: Units, **options: Any) -> str:
    return speller.units(amount, **options)


def _count(speller: Speller, number: int, **options: Any) -> str:
    return speller.cardinal(int(number), **options)


def _percent(speller: Speller, number: int, **options: Any) -> str:
    return speller.percent(int(number), **options)


def _date(speller: Speller, day: date, year: str = "yes", weekday: str = "no") -> str:
    return speller.date(day, year == "yes", weekday == "yes")


def _time(speller: Speller, moment: time | datetime, at: str = "no", **options: Any) -> str:
    clock = moment.time() if isinstance(moment, datetime) else moment
    return speller.time(clock, at=at == "yes", **options)


def _digits(speller: Speller, symbol: str, **options: Any) -> str:
    return speller.digits(symbol, **options)


def _phone(speller: Speller, number: str) -> str:
    return speller.phone(number)


def _name(speller: Speller, product: str) -> str:
    return speller.name(product)


_CASE = {"case": CASES}
_YES_NO = frozenset({"yes", "no"})

FUNCTIONS: Mapping[str, SpokenFunction] = {
    function.name: function
    for function in (
        SpokenFunction("MONEY", (Money,), "an amount of money", _money, _CASE),
        SpokenFunction("UNITS", (Units,), "units: time, messages or data", _units, _CASE),
        SpokenFunction("COUNT", (int,), "a whole number", _count, {"gender": GENDERS, **_CASE}),
        SpokenFunction("PERCENT", (int,), "a whole number of percent", _percent, _CASE),
        SpokenFunction("DATE", (date,), "a date", _date, {"year": _YES_NO, "weekday": _YES_NO}),
        SpokenFunction("TIME", (time, datetime), "a time of day", _time, {"at": _YES_NO, **_CASE}),
        SpokenFunction("DIGITS", (str,), "a symbol or an account number", _digits, {"groups": GROUPINGS}),
        SpokenFunction("PHONE", (str,), "a telephone number", _phone),
        SpokenFunction("NAME", (str,), "a product's name", _name),
    )
}


def spoken_languages() -> tuple[str, ...]:
    """The languages that numbers can be said in, two letters each."""
    return tuple(_SPELLERS)


def speller_for(language: str) -> Speller | None:
    """The speller of a language, None where there is none."""
    speller = _SPELLERS.get(language)
    return speller() if speller else None


def bind(speller: Speller) -> dict[str, Callable[..., Any]]:
    """The functions as Fluent calls them, in the words of one speller."""
    return {name: _bound(function, speller) for name, function in FUNCTIONS.items()}


def _bound(function: SpokenFunction, speller: Speller) -> Callable[..., str]:
    def call(fact: Any, **options: Any) -> str:
        value = fact.value if isinstance(fact, Fact) else fact
        if not isinstance(value, function.takes) or isinstance(value, bool):
            raise TypeError(f"{function.name} says {function.kind}")
        return function.say(speller, value, **{name: str(word) for name, word in options.items()})

    return call
