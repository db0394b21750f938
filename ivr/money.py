"""Money as whole minor units with a currency: no float ever, no sum of two currencies."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Money"]

_DECIMAL = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d{1,12})(?:[.,](?P<part>\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole haléře or cents."""

    minor: int
    currency: str = "CZK"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is whole minor units, not {self.minor!r}")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"a currency is three letters (ISO 4217), not {self.currency!r}")

    @classmethod
    def parse(cls, text: str, currency: str = "CZK") -> Money:
        """Read ``234``, ``234.5``, ``234,50`` or ``-5.00``; ValueError on anything else."""
        match = _DECIMAL.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"an amount is written like 234.50, not {text!r}")
        minor = int(match["whole"]) * 100 + int((match["part"] or "0").ljust(2, "0"))
        return cls(-minor if match["sign"] == "-" else minor, currency)

    @property
    def parts(self) -> tuple[bool, int, int]:
        """Whether it is negative, whole units, minor units: -5.30 is (True, 5, 30)."""
        return self.minor < 0, *divmod(abs(self.minor), 100)

    def __str__(self) -> str:
        negative, whole, part = self.parts
        return f"{'-' if negative else ''}{whole}.{part:02d} {self.currency}"

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.minor <= other.minor

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
