"""What the store holds, as values: operators, accounts, credit, bookings, and what a caller is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from ivr.money import Money

__all__ = [
    "Account",
    "Charging",
    "Entry",
    "Fact",
    "Finding",
    "Lot",
    "NewAccount",
    "Operator",
    "Receipt",
]

Fact = Money | date | int


class Charging(StrEnum):
    """Paid before use, or billed after it."""

    PREPAID = "prepaid"
    POSTPAID = "postpaid"


@dataclass(frozen=True, slots=True)
class Operator:
    """Whose rules hold: ``code`` names the rule pack, ``country`` (ISO 3166) how its numbers are written."""

    code: str
    name: str
    country: str
    currency: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Lot:
    """Credit of one top-up, or what one expiry took away, with its last valid day."""

    amount: Money
    valid_until: date


@dataclass(frozen=True, slots=True)
class Account:
    """One subscriber as the store has it now.

    ``balance`` is the sum of the credit book, lapsed credit not yet booked as expired included; ``lots`` are
    the top-ups and ``lapses`` the booked expiries, oldest first. ``spend`` counts from the first day of the
    current billing period; ``limit`` is None where there is none.
    """

    subscriber_id: int
    number: str
    charging: Charging
    status: str
    language: str
    balance: Money
    lots: tuple[Lot, ...]
    lapses: tuple[Lot, ...]
    spend: Money
    limit: Money | None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A subscriber to be entered: number in E.164; credit for prepaid, spend and limit for postpaid.

    ``valid_until`` is the last valid day another system has promised for the credit; None lets the
    operator's rule decide from the day of entry.
    """

    number: str
    charging: Charging
    credit: Money | None = None
    valid_until: date | None = None
    spend: Money | None = None
    limit: Money | None = None
    language: str = "cs"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a top-up did: the credit after it, its last valid day; ``repeated`` when it was there already."""

    number: str
    amount: Money
    credit: Money
    valid_until: date
    repeated: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, seen from the subscriber: a top-up is positive, a charge negative."""

    occurred_at: datetime
    book: str
    kind: str
    amount: Money
    valid_until: date | None
    key: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to a look-up: a named outcome and the facts that go with it.

    ``reason`` is for the log when the outcome is "unavailable"; it holds nothing private.
    """

    outcome: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""
