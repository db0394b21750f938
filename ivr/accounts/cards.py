"""A card token, an amount and a key come in; whether the card was charged goes out, once a key.

What takes cards is somebody else's service behind ``CardPayments``; ``card_sandbox`` is one that moves no
money. How a caller of it stays right whatever happens:

    1. write down the key and that the payment is pending, and commit;
    2. charge(); on CardsUnavailable nobody knows yet whether money has moved, so the payment stays pending;
    3. settled: book the top-up under the key; failed: book nothing; pending: ask status() later;
    4. after a crash or no answer: status(key). None means that it never arrived: charge() again, same key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from pydantic import SecretStr

from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["CardPayments", "CardStatus", "Charge", "FailedWhy", "charge_key", "check_request"]

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class CardStatus(StrEnum):
    """How a charge stands; settled and failed are final."""

    PENDING = "pending"
    SETTLED = "settled"
    FAILED = "failed"


class FailedWhy(StrEnum):
    """Why a charge failed, as far as the caller may be told."""

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    UNKNOWN_CARD = "unknown_card"


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge as the card service knows it.

    ``started_at`` is when the service took it; ``finished_at`` when it became final, None while it is
    pending; ``reason`` is there exactly when it failed.
    """

    key: str
    amount: Money
    status: CardStatus
    reason: FailedWhy | None
    started_at: datetime
    finished_at: datetime | None


class CardPayments(Protocol):
    """What takes payments by card. Both methods raise CardsUnavailable when no answer came in time."""

    async def charge(self, token: SecretStr, amount: Money, key: str) -> Charge:
        """Charge a card; with a key that is known already, give that charge as it stands and charge nothing.

        A card that is refused is a Charge that failed, no error. AccountError on an amount that is not
        positive, a key that is not 1 to 200 visible ASCII characters, and a key that was used for another
        amount or card. After CardsUnavailable the card may have been charged: ask ``status``.
        """
        ...

    async def status(self, key: str) -> Charge | None:
        """The charge with this key as it stands now; None when it never arrived."""
        ...


def charge_key(name: str) -> str:
    """A key that a card service takes: the name itself, or its SHA-256 where that is not one."""
    return name if _KEY.fullmatch(name) else sha256(name.encode()).hexdigest()


def check_request(amount: Money, key: str) -> None:
    """Refuse with AccountError what no implementation may take."""
    if amount.minor <= 0:
        raise AccountError(f"a card is charged with a positive amount, not {amount}")
    if not _KEY.fullmatch(key):
        raise AccountError("the key of a card payment is 1 to 200 visible ASCII characters")
