"""How a customer is charged comes in; whom to turn to, and with what, goes out: CallPro's contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ivr.accounts.model import Charging
from ivr.accounts.rules.bank import is_sound_account

__all__ = [
    "COMPLAINTS",
    "E_MAIL",
    "INFOLINE",
    "PHONES",
    "SMS_NUMBER",
    "Admission",
    "Complaints",
    "Instruction",
    "Named",
    "admit",
    "change_of_charging",
    "debit_request",
    "direct_debit",
    "postpaid_request",
]

INFOLINE = "4488"  # CP-01
PHONES = ("+420474770601", "+420772722222")  # CP-02
SMS_NUMBER = "+420772722222"  # CP-02, CP-50
E_MAIL = "info@callpro.cz"  # CP-02


class Admission(StrEnum):
    """What the infoline does with a caller; nobody is refused (CP-03)."""

    SERVE = "serve"
    ASK_NUMBER_AND_PIN = "ask_number_and_pin"
    OFFER_CONTACTS = "offer_contacts"


class Named(StrEnum):
    """What a letter to CallPro has to name."""

    CUSTOMER = "customer"
    PHONE_NUMBER = "phone_number"
    MONTH = "month"
    BANK_ACCOUNT = "bank_account"
    DATE_OR_SPAN = "date_or_span"
    INVOICE_NUMBER = "invoice_number"
    WRONG_AMOUNT = "wrong_amount"


@dataclass(frozen=True, slots=True)
class Instruction:
    """A change that is asked for by e-mail.

    ``permit_account`` is whom the customer's bank has to permit first and ``set_in_bank`` all that is set
    there: a variable or constant symbol is not among it (CP-32).
    """

    e_mail: str
    names: tuple[Named, ...]
    permit_account: str | None = None
    set_in_bank: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Complaints:
    """Where and how a bill is complained about; no time for an answer is promised."""

    e_mail: str
    in_writing: bool
    by_phone: bool
    names: tuple[Named, ...]
    credited_on_next_bill: bool
    answered_within_days: int | None


COMPLAINTS = Complaints(
    e_mail="reklamace@callpro.cz",
    in_writing=True,
    by_phone=False,
    names=(Named.DATE_OR_SPAN, Named.INVOICE_NUMBER, Named.WRONG_AMOUNT),
    credited_on_next_bill=True,
    answered_within_days=None,
)  # CP-70 to CP-72

_DIRECT_DEBIT = Instruction(
    e_mail=E_MAIL,
    names=(Named.MONTH, Named.BANK_ACCOUNT, Named.CUSTOMER, Named.PHONE_NUMBER),
    permit_account="2401343628/2010",
    set_in_bank=("limit",),
)
_TO_POSTPAID = Instruction(e_mail=E_MAIL, names=(Named.MONTH, Named.CUSTOMER, Named.PHONE_NUMBER))


def admit(*, caller_known: bool, gave_number_and_pin: bool | None) -> Admission:
    """CP-03; ``gave_number_and_pin`` is None before the caller was asked, False when there were none."""
    if caller_known or gave_number_and_pin:
        return Admission.SERVE
    return Admission.ASK_NUMBER_AND_PIN if gave_number_and_pin is None else Admission.OFFER_CONTACTS


def direct_debit(charging: Charging) -> Instruction | None:
    """How to pay bills by direct debit (CP-30 to CP-32), None for prepaid credit, which has no bills."""
    return _DIRECT_DEBIT if charging is Charging.POSTPAID else None


def change_of_charging(now: Charging, wanted: Charging) -> Instruction | None:
    """How to become postpaid (CP-40); the way back is not described, so it is not offered (CP-41)."""
    return _TO_POSTPAID if (now, wanted) == (Charging.PREPAID, Charging.POSTPAID) else None


def debit_request(from_month: date, account: str) -> str:
    """The sentence to send for direct debit (CP-31); ValueError on an account that cannot exist (CP-22)."""
    if "/" not in account or not is_sound_account(account):
        raise ValueError("this is no Czech bank account")
    return (
        "Žádám o inkaso plateb od vyúčtování vystaveného v měsíci "
        f"{from_month.month}/{from_month.year} z účtu {account}"
    )


def postpaid_request(from_month: date) -> str:
    """The sentence to send for the change to postpaid (CP-40)."""
    return (
        "Žádám o změnu způsobu účtování z pre-paidu na post-paid a to od zúčtovacího období "
        f"{from_month.month}/{from_month.year}"
    )
