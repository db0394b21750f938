"""Lines of a CSV file or items of JSON come in; checked records go out, and faults by record and field.

What a record may hold stands here once: the columns of the files, the bodies of the HTTP API and their
description are all made from these models. Amounts are text such as ``12.50``, so that no float ever comes
near money; moments are ISO 8601, at the operator's place where they name no zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictStr, ValidationError
from pydantic_core import ErrorDetails

from ivr.accounts.csv_file import read_lines
from ivr.accounts.model import BankTransfer, Operator, UsageRecord
from ivr.accounts.rules.spend import UsageKind
from ivr.errors import AccountError
from ivr.money import Money
from ivr.phone import to_e164

__all__ = [
    "Amount",
    "Fault",
    "Given",
    "Name",
    "PaymentIn",
    "Record",
    "SmsIn",
    "Taken",
    "UsageIn",
    "Whole",
    "read_batch",
    "read_file",
]

_MOST_QUANTITY = 10**12


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a record: its place (a line, or its place in the batch from 1), its own name, the
    field, and what was expected there.
    """

    place: int
    record: str
    field: str
    expected: str

    def __str__(self) -> str:
        named = f"record {self.record}: " if self.record else ""
        return f"{self.place}: {named}{self.field}: {self.expected}"


@dataclass(slots=True)
class Taken:
    """What became of the records: booked now, there already, and what was wrong with the others.

    ``parked`` counts those of the booked payments that wait for a person.
    """

    booked: int = 0
    repeated: int = 0
    parked: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, other: Taken) -> None:
        """Count another batch in."""
        self.booked += other.booked
        self.repeated += other.repeated
        self.parked += other.parked
        self.faults += other.faults

    def refuse(self, place: int, record: str, error: AccountError) -> None:
        """Note what the store or a rule had against a record, told as ``field: what was expected``."""
        name, parted, expected = str(error).partition(": ")
        self.faults.append(Fault(place, record, name if parted else "record", expected or name))


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else _refuse()
    except ValueError:
        raise ValueError("expected a moment such as 2026-11-22T10:15:00+01:00") from None


def _refuse() -> datetime:
    raise ValueError


def _whole(value: object) -> object:
    if type(value) is int:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        return int(value)
    raise ValueError(f"expected a whole number, not {_shown(value)}")


def _yes_or_no(value: object) -> object:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    found = value if isinstance(value, bool) else words.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"expected true or false, not {_shown(value)}")
    return found


def _amount(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError('expected an amount as text, such as "12.50"')
    try:
        Money.parse(value)
    except ValueError:
        raise ValueError(f"expected an amount such as 12.50, not {_shown(value)}") from None
    return value.strip()


def _shown(value: object) -> str:
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:37]}..."


Name = Annotated[StrictStr, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=_MOST_QUANTITY)]
YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]
Amount = Annotated[str, BeforeValidator(_amount), Field(examples=["12.50"])]
Symbol = Annotated[StrictStr, Field(pattern=r"^[0-9]{1,10}$")]


class Record(BaseModel):
    """What may come in: nothing in it may be unknown; its first field is its name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class UsageIn(Record):
    """Rated usage of one number. ``source`` and ``record`` together name it for ever, for each operator."""

    record: Name = Field(description="the record's own name at its source")
    source: Name = Field("rating", description="who rated it; names are told apart by source")
    number: StrictStr = Field(description="the number that used it: 777123456 or +420777123456")
    kind: UsageKind = Field(description="what was used")
    started_at: Moment = Field(description="when it began")
    ended_at: Moment | None = Field(None, description="when it ended; a call without it is still running")
    quantity: Whole = Field(description="seconds of a call, messages, or kilobytes of data")
    from_free_units: Whole = Field(0, description="how many of them free units have paid for")
    price: Amount | None = Field(
        None,
        description="what it costs, below zero for a correction; may be left out where calls are priced here",
    )
    other_party: Annotated[StrictStr, Field(max_length=100)] | None = Field(
        None, description="the number called"
    )
    outgoing: YesOrNo = Field(True, description="false: the number was called")
    roaming: YesOrNo = Field(False, description="true: used abroad")

    def e164(self, operator: Operator) -> str:
        """The number, as the operator's country writes numbers; AccountError where it is none."""
        return _e164("number", self.number, operator)

    def name(self, operator: Operator) -> tuple[str, str]:
        """Source and record under which it is kept: each operator has its sources to itself."""
        return f"{operator.code}:{self.source}", self.record

    def as_usage(self, operator: Operator, price: Money) -> UsageRecord:
        """The record as it is booked; AccountError naming the field that contradicts another."""
        ended_at = None if self.ended_at is None else _at(self.ended_at, operator)
        started_at = _at(self.started_at, operator)
        if ended_at is not None and ended_at < started_at:
            raise AccountError("ended_at: it ended before it began")
        if self.from_free_units > self.quantity:
            raise AccountError("from_free_units: more than the quantity")
        source, record = self.name(operator)
        return UsageRecord(
            source=source,
            record=record,
            kind=self.kind.value,
            started_at=started_at,
            ended_at=ended_at,
            quantity=self.quantity,
            price=price,
            from_free_units=self.from_free_units,
            other_party=self.other_party,
            outgoing=self.outgoing,
            roaming=self.roaming,
        )


class PaymentIn(Record):
    """A bank transfer as the bank reports it."""

    reference: Name = Field(description="the bank's own name for the transfer")
    to_account: Name = Field(description="the account it came to, such as 222852292/0600")
    received_at: Moment = Field(description="when it came in")
    amount: Amount = Field(description="how much, more than zero")
    variable_symbol: Symbol | None = None
    specific_symbol: Symbol | None = None

    def as_transfer(self, operator: Operator) -> BankTransfer:
        """The transfer as it is booked; AccountError where nothing was paid."""
        amount = Money.parse(self.amount, operator.currency)
        if amount.minor <= 0:
            raise AccountError("amount: expected more than zero")
        return BankTransfer(
            reference=self.reference,
            to_account=self.to_account,
            received_at=_at(self.received_at, operator),
            amount=amount,
            variable_symbol=self.variable_symbol,
            specific_symbol=self.specific_symbol,
        )


class SmsIn(Record):
    """An SMS to the operator's command number, as the message centre hands it over."""

    message_id: Name = Field(description="the message centre's own name for the SMS")
    sender: StrictStr = Field(description="the number it came from, which is the number it changes (CP-51)")
    text: Annotated[StrictStr, Field(max_length=1600)] = Field(description="what was written")
    received_at: Moment = Field(description="when the message centre received it")

    def e164(self, operator: Operator) -> str:
        """The sender, as the operator's country writes numbers; AccountError where it is no number."""
        return _e164("sender", self.sender, operator)

    def moment(self, operator: Operator) -> datetime:
        """When it was received, with its zone."""
        return _at(self.received_at, operator)


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Given(Generic[R]):
    """A good record and its place."""

    place: int
    record: R


def read_file(path: Path, model: type[R]) -> tuple[list[Given[R]], list[Fault]]:
    """The good lines of a CSV file and the faults of the others; an empty field is one that is not given.

    AccountError when the file as a whole is unusable.
    """
    needed = [name for name, about in model.model_fields.items() if about.is_required()]
    lines = read_lines(path, list(model.model_fields), needed)
    faults = [Fault(line.number, "", "line", line.expected) for line in lines if line.expected]
    given, more = _read(
        (
            (line.number, {name: value for name, value in line.values.items() if value})
            for line in lines
            if not line.expected
        ),
        model,
    )
    return given, sorted(faults + more, key=lambda fault: fault.place)


def read_batch(items: Sequence[object], model: type[R]) -> tuple[list[Given[R]], list[Fault]]:
    """The good items and the faults of the others, places counted from 1."""
    return _read(enumerate(items, start=1), model)


def _read(items: Iterable[tuple[int, object]], model: type[R]) -> tuple[list[Given[R]], list[Fault]]:
    given: list[Given[R]] = []
    faults: list[Fault] = []
    for place, item in items:
        try:
            given.append(Given(place, model.model_validate(item)))
        except ValidationError as error:
            faults.append(_fault(place, item, error, model))
    return given, faults


def _fault(place: int, item: object, error: ValidationError, model: type[Record]) -> Fault:
    """The first thing wrong with an item; one answer is enough to mend it."""
    detail = error.errors(include_url=False, include_input=False)[0]
    own = item.get(next(iter(model.model_fields))) if isinstance(item, Mapping) else None
    record = own if isinstance(own, str) and own.isprintable() and len(own) <= 100 else ""
    name = str(detail["loc"][0]) if detail["loc"] else "record"
    return Fault(place, record, name if name.isprintable() else "record", _say(detail, model))


def _say(detail: ErrorDetails, model: type[Record]) -> str:
    """One problem in plain words, the value itself left out."""
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"there is no such field; the fields are {', '.join(model.model_fields)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"expected an object with {', '.join(model.model_fields)}"
        case "value_error":
            return str(context["error"])
        case "enum":
            return f"expected {context['expected']}"
        case "string_type":
            return "expected text"
        case "string_too_short":
            return "may not be empty"
        case "string_too_long":
            return f"expected at most {context['max_length']} characters"
        case "string_pattern_mismatch" if context["pattern"].startswith("^[0-9]"):
            return "expected 1 to 10 digits"
        case "string_pattern_mismatch":
            return "expected visible ASCII characters, no blanks"
        case "less_than_equal":
            return f"expected at most {context['le']}"
        case "greater_than_equal":
            return f"expected at least {context['ge']}"
        case _:
            return str(detail["msg"])


def _e164(name: str, text: str, operator: Operator) -> str:
    number = to_e164(text, operator.country)
    if number is None:
        raise AccountError(f"{name}: expected a telephone number such as 777123456, not {_shown(text)}")
    return number


def _at(moment: datetime, operator: Operator) -> datetime:
    placed = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(operator.time_zone))
    try:
        return placed.astimezone(UTC)
    except OverflowError:
        raise AccountError("moment: out of range") from None
