"""Units that were paid for before: so many seconds, SMS, MMS or kilobytes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["UNITS", "Units"]

UNITS = ("seconds", "sms", "mms", "kilobytes")


@dataclass(frozen=True, slots=True)
class Units:
    """An amount, zero or more, of one of ``UNITS``; a megabyte is 1024 kilobytes. ValueError otherwise."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise ValueError(f"units are a whole number, not {self.amount!r}")
        if self.amount < 0:
            raise ValueError(f"units are zero or more, not {self.amount}")
        if self.unit not in UNITS:
            raise ValueError(f"units are {', '.join(UNITS)}, not {self.unit!r}")
