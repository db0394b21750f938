"""A seed in, callers out: each with a credit and a day that it ends, and how the line says them."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ivr.money import Money
from ivr.speech.catalogue import Catalogue

__all__ = ["Customer", "csv_of", "draw"]

PROMPTS = Path(__file__).with_name("prompts")
_FIRST_DAY = date(2030, 1, 1)
_DAYS = 3650
_NUMBERS = {"cs": "+420606{:06}", "en": "+420607{:06}", "fr": "+3317080{:04}"}
_CURRENCY = {"cs": "CZK", "en": "CZK", "fr": "EUR"}


@dataclass(frozen=True, slots=True)
class Customer:
    """Who calls: the number in E.164, and what the line has to say."""

    number: str
    language: str
    credit: Money
    valid_until: date

    def sentence(self, what: str) -> str:
        """What the line says to this caller: the "amount" or the "day"."""
        return _catalogue().sentence(
            self.language, what, {"credit": self.credit, "valid_until": self.valid_until}
        )


def draw(language: str, count: int, seed: int = 4488) -> tuple[Customer, ...]:
    """So many customers: a quarter below 100, a half to 999, a quarter to 9,999; a fifth of them whole."""
    chance = random.Random(f"{seed} {language}")
    return tuple(
        Customer(
            number=_NUMBERS[language].format(turn),
            language=language,
            credit=_amount(chance, _CURRENCY[language]),
            valid_until=_FIRST_DAY + timedelta(days=chance.randrange(_DAYS)),
        )
        for turn in range(count)
    )


def csv_of(customers: Sequence[Customer]) -> str:
    """All of them, as ``ivr accounts import`` reads them."""
    rows = [f"{one.number},prepaid,{_decimal(one.credit)},{one.valid_until}" for one in customers]
    return "\n".join(["number,charging,credit,valid_until", *rows, ""])


def _decimal(amount: Money) -> str:
    _, whole, part = amount.parts
    return f"{whole}.{part:02}"


def _amount(chance: random.Random, currency: str) -> Money:
    below = chance.choice([100, 1000, 1000, 10_000])
    whole = chance.randrange(below // 10, below)
    part = 0 if chance.random() < 0.2 else chance.randrange(1, 100)
    return Money(whole * 100 + part, currency)


@functools.cache
def _catalogue() -> Catalogue:
    return Catalogue.load(PROMPTS)
