"""Facts in, words out: the functions that a prompt file may call, and which speller serves a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from babel import Locale
from fluent.runtime.types import FluentType

from ivr.money import Money
from ivr.speech.czech import CzechSpeller
from ivr.speech.numbers import CASES, GENDERS, Speller

__all__ = ["FUNCTIONS", "Fact", "SpokenFunction", "bind", "speller_for", "spoken_languages"]

_SPELLERS: Mapping[str, type[Speller]] = {"cs": CzechSpeller}


class Fact(FluentType):
    """A value on its way through Fluent to one of our functions; it has no words of its own."""

    def __init__(self, value: Money | date) -> None:
        self.value = value

    def format(self, locale: Locale) -> str:
        """Refuse: an amount or a date is said by a function."""
        raise TypeError("an amount or a date is said by MONEY or DATE")


@dataclass(frozen=True, slots=True)
class SpokenFunction:
    """One function: the kind of fact that it takes, and each option with its allowed words."""

    name: str
    takes: type
    kind: str
    say: Callable[..., str]
    options: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _money(speller: Speller, amount: Money) -> str:
    return speller.money(amount)


def _date(speller: Speller, day: date, case: Any = "genitive") -> str:
    return speller.date(day, case)


def _phone(speller: Speller, number: str) -> str:
    return speller.phone(number)


def _digits(speller: Speller, symbol: str) -> str:
    return speller.digits(symbol)


def _count(speller: Speller, number: int, gender: Any = "masculine") -> str:
    return speller.cardinal(int(number), gender)


FUNCTIONS: Mapping[str, SpokenFunction] = {
    function.name: function
    for function in (
        SpokenFunction("MONEY", Money, "an amount of money", _money),
        SpokenFunction("DATE", date, "a date without a time", _date, {"case": CASES}),
        SpokenFunction("PHONE", str, "a telephone number", _phone),
        SpokenFunction("DIGITS", str, "a symbol or an account number", _digits),
        SpokenFunction("COUNT", int, "a whole number", _count, {"gender": GENDERS}),
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
        if not isinstance(value, function.takes) or isinstance(value, bool | datetime):
            raise TypeError(f"{function.name} says {function.kind}")
        return function.say(speller, value, **{name: str(word) for name, word in options.items()})

    return call
