"""Price rows and calls come in; what a call costs the shop, what it is sold for, and the margin go out.

A minute costs parts of a cent, so prices are whole millionths of a euro. Each call is rounded once, half up
to whole cents, after its price has been worked out exactly; sums are sums of rounded calls, so that a bill
adds up to its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from ivr.accounts.rules.callshop_fr import OPERATOR, Terms
from ivr.money import Money

__all__ = [
    "Margin",
    "Price",
    "PriceTable",
    "PricedCall",
    "Running",
    "RunningCall",
    "cost",
    "margins",
    "price_call",
    "proposed",
    "running",
    "seconds_of",
]

_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
_PER_CENT = 10_000  # millionths of a unit in a hundredth of it
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Price:
    """One row of a price list: numbers that begin with ``prefix`` (``+336``), from ``from_on`` on.

    Amounts are millionths of a euro. At least ``first_seconds`` are charged, and after them
    every ``step_seconds`` begun: 60/1 is a whole minute and then by the second. ``to_on`` is the first day on
    which the row no longer holds, None while no end is known.
    """

    prefix: str
    destination: str
    minute_millionths: int
    connection_millionths: int = 0
    first_seconds: int = 1
    step_seconds: int = 1
    from_on: date = date.min
    to_on: date | None = None
    currency: str = OPERATOR.currency

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise ValueError(f"a prefix is written like +336, not {self.prefix!r}")
        if min(self.minute_millionths, self.connection_millionths) < 0:
            raise ValueError(f"{self.prefix}: a price is not negative")
        if min(self.first_seconds, self.step_seconds) < 1:
            raise ValueError(f"{self.prefix}: seconds are charged in steps of one or more")
        if self.currency != OPERATOR.currency:
            raise ValueError(f"{self.prefix}: prices are in {OPERATOR.currency}, not {self.currency}")

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force that day."""
        return self.from_on <= day and (self.to_on is None or day < self.to_on)


@dataclass(frozen=True)
class PriceTable:
    """The prices in force on one day, found by the longest prefix.

    Of several rows for one prefix the one that began last holds.
    """

    rows: tuple[Price, ...]

    @classmethod
    def on(cls, day: date, rows: Iterable[Price]) -> PriceTable:
        """The rows that hold on a day in Paris."""
        in_force = (row for row in rows if row.holds_on(day))
        return cls(tuple(sorted(in_force, key=lambda row: (row.from_on, row.prefix))))

    def find(self, e164: str) -> Price | None:
        """The row for a number; None when none begins it, and then the call has no price."""
        ends = range(len(e164), 1, -1)
        return next((self._by_prefix[e164[:end]] for end in ends if e164[:end] in self._by_prefix), None)

    def over(self, default: PriceTable) -> PriceTable:
        """These rows with the default behind them: at the same prefix these win, a longer one beats both.

        So a shop that has set its price for +33 still sells +336 at the price proposed for mobiles.
        """
        return PriceTable(tuple((default._by_prefix | self._by_prefix).values()))

    @cached_property
    def _by_prefix(self) -> dict[str, Price]:
        return {row.prefix: row for row in self.rows}


@dataclass(frozen=True, slots=True)
class PricedCall:
    """A call to one destination: what it costs the shop, and what the shop asks for it (None: no price)."""

    destination: str
    seconds: int
    cost: Money
    sold: Money | None


@dataclass(frozen=True, slots=True)
class Margin:
    """What the calls to one destination brought; calls without a selling price are counted apart.

    ``percent`` is the margin of the sales, whole and rounded half up, None when nothing was sold.
    """

    destination: str
    calls: int
    seconds: int
    cost: Money
    sold: Money
    margin: Money
    percent: int | None
    not_sold: int


@dataclass(frozen=True, slots=True)
class RunningCall:
    """A call that has been answered and goes on."""

    e164: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Running:
    """Calls that go on: how many, what they have cost up to ``as_of``, how many of them have no price."""

    calls: int
    cost: Money
    as_of: datetime
    without_price: int


def seconds_of(answered_at: datetime, ended_at: datetime) -> int:
    """Seconds begun between two moments, 0 when the call was not answered before it ended.

    Both moments carry a zone; the clock change of a zone they share does not count.
    """
    length = ended_at.astimezone(UTC) - answered_at.astimezone(UTC)
    return max(0, -(-length // timedelta(seconds=1)))


def cost(price: Price, seconds: int) -> Money:
    """What a call of so many seconds begun costs, half up to whole cents; 0 seconds cost nothing (CS-11)."""
    if seconds <= 0:
        return Money(0, price.currency)
    steps = -(-max(0, seconds - price.first_seconds) // price.step_seconds)
    charged = price.first_seconds + steps * price.step_seconds
    sixtieths = price.connection_millionths * _MINUTE + price.minute_millionths * charged
    cent = _PER_CENT * _MINUTE
    return Money((2 * sixtieths + cent) // (2 * cent), price.currency)


def price_call(e164: str, seconds: int, costs: PriceTable, selling: PriceTable) -> PricedCall | None:
    """What a call costs and is sold for; None where the price list has no such destination."""
    row, sale = costs.find(e164), selling.find(e164)
    if row is None:
        return None
    return PricedCall(
        row.destination, seconds, cost(row, seconds), None if sale is None else cost(sale, seconds)
    )


def proposed(costs: PriceTable, terms: Terms) -> PriceTable:
    """The selling prices a shop has until it sets its own: the list prices and the markup, rounded up."""
    percent = 100 + terms.markup_percent

    def marked_up(millionths: int) -> int:
        return -(-millionths * percent // 100)

    return PriceTable(
        tuple(
            replace(
                row,
                minute_millionths=marked_up(row.minute_millionths),
                connection_millionths=marked_up(row.connection_millionths),
            )
            for row in costs.rows
        )
    )


def margins(calls: Iterable[PricedCall]) -> tuple[Margin, ...]:
    """The margin of each destination, in the order of their names."""
    by_destination: dict[str, list[PricedCall]] = {}
    for call in calls:
        by_destination.setdefault(call.destination, []).append(call)
    return tuple(_margin(name, of_it) for name, of_it in sorted(by_destination.items()))


def running(calls: Iterable[RunningCall], costs: PriceTable, as_of: datetime) -> Running:
    """What calls in progress would cost if they ended now: not in the balance yet (CS-12)."""
    known = tuple(calls)
    total, without_price = Money(0, OPERATOR.currency), 0
    for call in known:
        row = costs.find(call.e164)
        if row is None:
            without_price += 1
        else:
            total += cost(row, seconds_of(call.answered_at, as_of))
    return Running(len(known), total, as_of, without_price)


def _margin(destination: str, calls: list[PricedCall]) -> Margin:
    zero = Money(0, OPERATOR.currency)
    both = [(call.cost, call.sold) for call in calls if call.sold is not None]
    paid = sum((one for one, _ in both), zero)
    sold = sum((one for _, one in both), zero)
    margin = sold - paid
    percent = (200 * margin.minor + sold.minor) // (2 * sold.minor) if sold.minor else None
    return Margin(
        destination,
        len(calls),
        sum(call.seconds for call in calls),
        sum((call.cost for call in calls), zero),
        sold,
        margin,
        percent,
        len(calls) - len(both),
    )
