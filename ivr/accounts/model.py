"""What the store holds, as values: operators, accounts, credit, what is booked, and what is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from ivr.money import Money
from ivr.units import Units

__all__ = [
    "Account",
    "BankTransfer",
    "Booked",
    "Charging",
    "Entry",
    "Fact",
    "Finding",
    "IssuedBill",
    "Item",
    "Lot",
    "NewAccount",
    "NewDeposit",
    "NewOrder",
    "Operator",
    "Receipt",
    "UsageRecord",
]

Item = Money | Units | date | int | str
Fact = Item | tuple[Mapping[str, Item], ...]  # what is told; a datetime is a date, a bool an int


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
    billing_day: int = 1


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
    """What a top-up did: the credit after it, its last valid day; ``repeated`` when it was there already.

    ``valid_until`` is None where credit has no end (CS-10).
    """

    number: str
    amount: Money
    credit: Money
    valid_until: date | None
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


@dataclass(frozen=True, slots=True)
class Booked:
    """The row that stands for something now; ``repeated`` when it had been booked before, with the same."""

    row_id: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """Rated usage as its source gives it; ``source`` and ``record`` together name it for ever.

    ``kind`` is one of ``usage_records.kind``; ``quantity`` counts seconds, messages or kilobytes, and
    ``from_free_units`` how many of them cost nothing. ``price`` is what it adds to the spend, below zero for
    a correction. ``ended_at`` is None while a call is running; the same record with its end settles it.
    """

    source: str
    record: str
    kind: str
    started_at: datetime
    ended_at: datetime | None
    quantity: int
    price: Money
    from_free_units: int = 0
    other_party: str | None = None
    outgoing: bool = True
    roaming: bool = False


@dataclass(frozen=True, slots=True)
class BankTransfer:
    """Money that came in, as the bank reports it; ``reference`` is the bank's own name for it."""

    reference: str
    to_account: str
    received_at: datetime
    amount: Money
    variable_symbol: str | None = None
    specific_symbol: str | None = None


@dataclass(frozen=True, slots=True)
class NewDeposit:
    """A deposit towards the limit; ``kind`` is one of ``deposits.kind``.

    ``effective_at`` is the moment from which it counts at the latest (VL-15).
    """

    kind: str
    amount: Money
    paid_on: date
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedBill:
    """A bill as it was issued, and paid if it was."""

    invoice_number: str
    period: int
    amount: Money
    issued_on: date
    due_on: date
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An SMS as it came from the number to be changed (CP-51), and what was made of it.

    ``command`` is its canonical text, None where it could not be read; then ``status`` is "refused".
    ``due_at`` is when it has to be done or failed at the latest (CP-52), ``effective_on`` the day on which
    it changes the services (CP-53), None for at once.
    """

    message_id: str
    text: str
    command: str | None
    status: str
    received_at: datetime
    due_at: datetime
    effective_on: date | None
    reply: str | None = None
