"""Who is on the telephone, as the accounts take it; and what became of an account number and a PIN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["Caller", "Proof"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: by the number that calls, and by what a PIN has proven on this call.

    ``number`` is in E.164 and has been trusted before; None when it is withheld or nobody vouches for it.
    ``dialled`` is which of the operator's numbers was called, as the dialplan writes it (``3111*0``).
    ``proven`` is the subscriber whose PIN was given, and then stands above the number.
    """

    number: str | None = field(repr=False)
    dialled: str = ""
    proven: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What account and PIN have proven: "proven", "refused" or "unavailable".

    "refused" is one answer to all that is wrong: no such account, another PIN, no PIN set, locked. Only
    "proven" has a subscriber, and the facts ``language`` and, where the account has a number, ``number``.
    ``reason`` says what is wrong with the store, for operations and never for the caller.
    """

    outcome: str
    subscriber_id: int | None = None
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    reason: str = ""
