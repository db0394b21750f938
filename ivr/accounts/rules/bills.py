"""Bills and a day come in; whether they were paid in time goes out.

On time is paid on or before the due date (VL-35). A bill that is neither paid nor due yet says nothing about
its payer and is left out of the count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

__all__ = ["Bill", "bills_missing", "first_missed", "paid_in_time"]


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill with the day by whose end it has to be paid; ``paid_on`` is None while it is not."""

    issued_on: date
    due_on: date
    paid_on: date | None = None

    def is_paid(self, today: date) -> bool:
        """Whether the money is there by today."""
        return self.paid_on is not None and self.paid_on <= today

    def is_missed(self, today: date) -> bool:
        """Whether the due date has passed without the money, paid later or not (GM-39)."""
        return today > self.due_on and (self.paid_on is None or self.paid_on > self.due_on)


def paid_in_time(bills: Iterable[Bill], count: int, today: date) -> bool:
    """Whether the last ``count`` bills were all paid in time; False where fewer were issued (VL-35)."""
    return bills_missing(bills, count, today) == 0


def bills_missing(bills: Iterable[Bill], count: int, today: date) -> int:
    """How many more bills have to be paid in time until the last ``count`` in a row were."""
    told = [
        bill for bill in bills if bill.issued_on <= today and (bill.is_paid(today) or bill.due_on < today)
    ]
    newest_first = sorted(told, key=lambda bill: (bill.issued_on, bill.due_on, _late(bill)), reverse=True)
    in_time = takewhile(lambda bill: not _late(bill), newest_first)
    return max(0, count - sum(1 for _ in in_time))


def first_missed(bills: Iterable[Bill], today: date) -> date | None:
    """The day after the earliest due date on which nothing had been paid, None where all is well (GM-39)."""
    missed = [bill.due_on for bill in bills if bill.is_missed(today)]
    return min(missed) + timedelta(days=1) if missed else None


def _late(bill: Bill) -> bool:
    return bill.paid_on is None or bill.paid_on > bill.due_on
