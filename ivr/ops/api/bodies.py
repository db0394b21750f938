"""Bodies of requests come in, bodies of answers go out: the shapes of the HTTP API.

What a record holds stands in ``ivr.accounts.records``. Money in answers is whole minor units with a currency.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from ivr.accounts.model import Entry
from ivr.accounts.records import Fault, PaymentIn, UsageIn
from ivr.accounts.statement import Statement

__all__ = [
    "MOST_RECORDS",
    "AnswerOut",
    "ErrorOut",
    "LedgerOut",
    "Payments",
    "StatementOut",
    "TakenOut",
    "Usage",
]

MOST_RECORDS = 1000  # in one request: reading more at once would make calls wait


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Usage(_Body):
    """A batch of rated usage."""

    records: Annotated[tuple[UsageIn, ...], Field(max_length=MOST_RECORDS)]


class Payments(_Body):
    """A batch of bank transfers."""

    records: Annotated[tuple[PaymentIn, ...], Field(max_length=MOST_RECORDS)]


class TakenOut(_Body):
    """What became of a batch. A record with a fault was left out, all others are booked and on the disk."""

    booked: int = Field(description="booked now")
    repeated: int = Field(description="there already, with the same contents")
    parked: int = Field(description="booked payments that wait for a person")
    faults: tuple[Fault, ...] = Field(description="what was wrong, by place in the batch from 1")


class AnswerOut(_Body):
    """What became of an SMS, and the SMS to answer with."""

    status: str = Field(description="done, failed or refused")
    text: str = Field(description="the SMS to answer with")
    repeated: bool = Field(description="this very SMS had come before, and nothing happened again")


class StatementOut(RootModel[Statement]):
    """All that is known of a number now."""


class LedgerOut(_Body):
    """The newest rows of a ledger, newest first."""

    entries: tuple[Entry, ...]


class ErrorOut(_Body):
    """Why a request was not carried out."""

    error: str
    faults: tuple[Fault, ...] = ()
