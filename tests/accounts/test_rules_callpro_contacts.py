from dataclasses import fields
from datetime import date

import pytest

from ivr.accounts.model import Charging
from ivr.accounts.rules.callpro import TOP_UP_ACCOUNT
from ivr.accounts.rules.callpro_contacts import (
    COMPLAINTS,
    E_MAIL,
    INFOLINE,
    PHONES,
    SMS_NUMBER,
    Admission,
    Complaints,
    Named,
    admit,
    change_of_charging,
    debit_request,
    direct_debit,
    postpaid_request,
)
from ivr.phone import to_e164

PREPAID, POSTPAID = Charging.PREPAID, Charging.POSTPAID


def test_CP_01_the_infoline_is_4488() -> None:
    assert INFOLINE == "4488"


def test_CP_02_the_other_contacts_are_the_published_ones() -> None:
    assert (to_e164("474 770 601", "CZ"), to_e164("772 722 222", "CZ")) == PHONES
    assert E_MAIL == "info@callpro.cz"


def test_CP_50_commands_go_to_the_mobile_number() -> None:
    assert to_e164("772 722 222", "CZ") == SMS_NUMBER
    assert SMS_NUMBER in PHONES


@pytest.mark.parametrize(
    ("known", "gave", "admission"),
    [
        (True, None, Admission.SERVE),
        (False, None, Admission.ASK_NUMBER_AND_PIN),
        (False, True, Admission.SERVE),
        (False, False, Admission.OFFER_CONTACTS),
    ],
)
def test_CP_03_an_unknown_caller_is_asked_and_never_refused(
    known: bool, gave: bool | None, admission: Admission
) -> None:
    assert admit(caller_known=known, gave_number_and_pin=gave) is admission


def test_CP_30_direct_debit_is_for_tariffs_and_has_an_account_of_its_own() -> None:
    instruction = direct_debit(POSTPAID)
    assert instruction is not None
    assert instruction.permit_account == "2401343628/2010"
    assert instruction.permit_account != TOP_UP_ACCOUNT
    assert direct_debit(PREPAID) is None


def test_CP_31_the_letter_for_direct_debit_names_month_account_customer_and_number() -> None:
    instruction = direct_debit(POSTPAID)
    assert instruction is not None
    assert instruction.e_mail == "info@callpro.cz"
    assert set(instruction.names) == {Named.MONTH, Named.BANK_ACCOUNT, Named.CUSTOMER, Named.PHONE_NUMBER}
    letter = debit_request(date(2026, 12, 1), "19-2000145399/0800")
    assert letter.startswith(
        "Žádám o inkaso plateb od vyúčtování vystaveného v měsíci 12/2026 z účtu 19-2000145399/0800"
    )


@pytest.mark.parametrize("account", ["", "2000145399", "2000145398/0800", "CZ65 0800 0000 1920 0014 5399"])
def test_CP_31_an_account_that_cannot_exist_is_not_written_into_the_letter(account: str) -> None:
    with pytest.raises(ValueError, match="no Czech bank account"):
        debit_request(date(2026, 12, 1), account)


def test_CP_32_nothing_but_a_limit_is_set_in_the_bank() -> None:
    instruction = direct_debit(POSTPAID)
    assert instruction is not None
    assert instruction.set_in_bank == ("limit",)
    assert not [field.name for field in fields(instruction) if "symbol" in field.name]


def test_CP_40_to_become_postpaid_is_asked_for_by_e_mail() -> None:
    instruction = change_of_charging(PREPAID, POSTPAID)
    assert instruction is not None
    assert instruction.e_mail == "info@callpro.cz"
    assert {Named.CUSTOMER, Named.PHONE_NUMBER} <= set(instruction.names)
    assert postpaid_request(date(2026, 12, 1)).endswith(
        "z pre-paidu na post-paid a to od zúčtovacího období 12/2026"
    )


@pytest.mark.parametrize(("now", "wanted"), [(POSTPAID, PREPAID), (PREPAID, PREPAID), (POSTPAID, POSTPAID)])
def test_CP_41_no_other_change_of_charging_is_offered(now: Charging, wanted: Charging) -> None:
    assert change_of_charging(now, wanted) is None


def test_CP_70_complaints_are_taken_in_writing_and_not_by_telephone() -> None:
    assert COMPLAINTS.e_mail == "reklamace@callpro.cz"
    assert COMPLAINTS.in_writing
    assert not COMPLAINTS.by_phone


def test_CP_71_a_complaint_names_time_invoice_and_amount() -> None:
    assert COMPLAINTS.names == (Named.DATE_OR_SPAN, Named.INVOICE_NUMBER, Named.WRONG_AMOUNT)


def test_CP_72_a_granted_complaint_is_on_the_next_bill_and_no_time_is_promised() -> None:
    assert isinstance(COMPLAINTS, Complaints)
    assert COMPLAINTS.credited_on_next_bill
    assert COMPLAINTS.answered_within_days is None
