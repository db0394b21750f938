"""Payments towards a Vodafone limit, wishes and claims come in; whose they are, what is granted goes out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from ivr.accounts.rules.bills import Bill, bills_missing, paid_in_time
from ivr.accounts.rules.calendar import add_months, add_working_days, end_of_day, local_day
from ivr.accounts.rules.effects import Effect, Raise, RaiseWhy, ReturnDeposit
from ivr.accounts.rules.spend import RaiseBy, RaiseReading
from ivr.accounts.rules.vodafone_cz_limit import (
    BILLS_IN_TIME,
    OPERATOR,
    Deposit,
    DepositKind,
    LimitAccount,
    after_change,
    begin_period,
)
from ivr.money import Money

__all__ = [
    "ACCOUNT",
    "Candidate",
    "Channel",
    "Matched",
    "ParkReason",
    "Parked",
    "RefuseReason",
    "Refused",
    "WayToPay",
    "add_deposit",
    "arrives_by",
    "ask_raise",
    "claim_back",
    "match_payment",
    "read_raise",
    "symbol_of_number",
    "way_to_pay",
]

ACCOUNT = "117292/0300"  # VL-24
TRANSFER_DAYS = 3  # working days, VL-24 and VL-28
CASH_MACHINE_WITHIN = timedelta(hours=24)  # VL-23
CLAIM_AFTER_MONTHS = 3  # VL-22


class Channel(StrEnum):
    """How a deposit is paid (VL-23, VL-24, VL-27)."""

    CASH_MACHINE = "cash_machine"
    TRANSFER = "transfer"
    SHOP = "shop"


class ParkReason(StrEnum):
    """Why a payment waits for a person."""

    NO_SYMBOL = "no_symbol"
    UNKNOWN_NUMBER = "unknown_number"
    OTHER_PAYER = "other_payer"
    SEVERAL_NUMBERS = "several_numbers"


class RefuseReason(StrEnum):
    """Why a wish is not granted."""

    BILLS_NOT_IN_TIME = "bills_not_in_time"
    TOO_EARLY = "too_early"
    NOT_CLAIMABLE = "not_claimable"
    RETURNED_ALREADY = "returned_already"
    NO_SUCH_DEPOSIT = "no_such_deposit"
    NO_AMOUNT = "no_amount"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that could be meant; ``payer_number`` is None where the store has none."""

    subscriber_id: int
    number: str
    payer_number: str | None


@dataclass(frozen=True, slots=True)
class Matched:
    """The payment is this subscriber's."""

    subscriber_id: int


@dataclass(frozen=True, slots=True)
class Parked:
    """Nobody's yet: a person has to look."""

    reason: ParkReason


@dataclass(frozen=True, slots=True)
class Refused:
    """Not granted; ``not_before`` is the first day on which it can be, where that is the reason."""

    reason: RefuseReason
    not_before: date | None = None


@dataclass(frozen=True, slots=True)
class WayToPay:
    """What to write on a transfer for one number (VL-24); the payer number is None where it is not known."""

    account: str
    variable_symbol: str
    specific_symbol: str | None


def symbol_of_number(e164: str) -> str | None:
    """``57`` and the last eight digits of a Czech number (VL-24), None for a number of another country."""
    match = re.fullmatch(r"\+420[2-9]([0-9]{8})", e164)
    return f"57{match[1]}" if match else None


def way_to_pay(e164: str, payer_number: str | None) -> WayToPay | None:
    """How this number's limit is raised by transfer, None for a number of another country."""
    symbol = symbol_of_number(e164)
    return WayToPay(ACCOUNT, symbol, payer_number) if symbol else None


def match_payment(
    variable_symbol: str | None, specific_symbol: str | None, candidates: Iterable[Candidate]
) -> Matched | Parked:
    """Whose a transfer is: two numbers may share a variable symbol, the payer number decides (VL-26).

    A payer number that contradicts parks the payment, also where only one number fits the symbol.
    """
    symbol = (variable_symbol or "").strip()
    if not re.fullmatch(r"57[0-9]{8}", symbol):
        return Parked(ParkReason.NO_SYMBOL)
    fitting = {one.subscriber_id: one for one in candidates if symbol_of_number(one.number) == symbol}
    if not fitting:
        return Parked(ParkReason.UNKNOWN_NUMBER)
    payer = _bare(specific_symbol)
    if payer:
        named = [one for one in fitting.values() if _bare(one.payer_number) == payer]
        unknown = [one for one in fitting.values() if not _bare(one.payer_number)]
        meant = named or (unknown if len(fitting) == 1 else [])
        if not meant:
            return Parked(ParkReason.OTHER_PAYER)
    else:
        meant = list(fitting.values())
    return Matched(meant[0].subscriber_id) if len(meant) == 1 else Parked(ParkReason.SEVERAL_NUMBERS)


def arrives_by(channel: Channel, paid_at: datetime) -> datetime:
    """The moment by which a payment has arrived: at once, within 24 hours, or after three working days."""
    match channel:
        case Channel.SHOP:
            return paid_at
        case Channel.CASH_MACHINE:
            return paid_at + CASH_MACHINE_WITHIN
        case Channel.TRANSFER:
            paid_on = local_day(paid_at, OPERATOR.time_zone)
            return end_of_day(add_working_days(paid_on, TRANSFER_DAYS, OPERATOR.country), OPERATOR.time_zone)


def add_deposit(
    account: LimitAccount, deposit: Deposit, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]]:
    """A deposit that has arrived: the limit grows by it (VL-21), and blocks are lifted within 24 hours.

    ValueError when nothing was paid.
    """
    if deposit.amount.minor <= 0:
        raise ValueError(f"a deposit is more than nothing, not {deposit.amount}")
    before, effects = begin_period(account, now)
    after, more = after_change(before, replace(before, deposits=(*before.deposits, deposit)), now)
    return after, effects + more


def ask_raise(
    account: LimitAccount, amount: Money, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]] | Refused:
    """A raise asked for on the care line or in a shop, free for who paid three bills in time (VL-20)."""
    today = local_day(now, OPERATOR.time_zone)
    if amount.minor <= 0:
        return Refused(RefuseReason.NO_AMOUNT)
    if not paid_in_time(account.bills, BILLS_IN_TIME, today):
        return Refused(RefuseReason.BILLS_NOT_IN_TIME)
    before, effects = begin_period(account, now)
    after, more = add_deposit(before, Deposit(DepositKind.REQUESTED_RAISE, amount, today), now)
    return after, (*effects, Raise(amount, RaiseWhy.REQUEST), *more)


def read_raise(bills: Iterable[Bill], today: date) -> RaiseReading:
    """What a caller may hear of raising the limit: a word is enough (VL-20), or the sum is paid (VL-21)."""
    missing = bills_missing(bills, BILLS_IN_TIME, today)
    return RaiseReading(RaiseBy.DEPOSIT if missing else RaiseBy.REQUEST, bills_missing=missing)


def claim_back(
    account: LimitAccount, deposit_id: int, now: datetime
) -> tuple[LimitAccount, tuple[Effect, ...]] | Refused:
    """A paid deposit claimed back: after three months, and only with the last three bills in time (VL-22).

    A raise for which nothing was paid cannot be claimed, and the page promises no return of a security
    deposit.
    """
    today = local_day(now, OPERATOR.time_zone)
    deposit = next((one for one in account.deposits if one.deposit_id == deposit_id), None)
    if deposit is None:
        return Refused(RefuseReason.NO_SUCH_DEPOSIT)
    if deposit.kind is not DepositKind.LIMIT:
        return Refused(RefuseReason.NOT_CLAIMABLE)
    if deposit.returned_on is not None:
        return Refused(RefuseReason.RETURNED_ALREADY)
    earliest = add_months(deposit.paid_on, CLAIM_AFTER_MONTHS)
    if today < earliest:
        return Refused(RefuseReason.TOO_EARLY, earliest)
    if not paid_in_time(account.bills, BILLS_IN_TIME, today):
        return Refused(RefuseReason.BILLS_NOT_IN_TIME)
    before, effects = begin_period(account, now)
    kept = tuple(
        replace(one, returned_on=today) if one.deposit_id == deposit_id else one for one in before.deposits
    )
    after, more = after_change(before, replace(before, deposits=kept), now)
    return after, (*effects, ReturnDeposit(deposit_id, deposit.amount), *more)


def _bare(symbol: str | None) -> str:
    """A symbol without the zeros that banks put in front of it."""
    return (symbol or "").strip().lstrip("0")
