"""What a walk may ask for beside speech and credit: who calls, the clock, a language, what was dialled."""

import gc

import pytest
from caller_phone import Phone
from house import House, line_test
from test_call_trouble import FailingVoice, busy_store
from verbs_line import ACCOUNT, CREDIT, PIN, WRONG, take_verbs

from ivr.call.events import CallBegan, CallEnded, Identified, LanguageChanged, LookUpFailed

STRANGER = "601999888"


async def keyed(house: House, phone: Phone, keys: str) -> None:
    """Press these and let the line answer."""
    phone.press(keys)
    await house.advance(0.1)
    await house.advance(0.6)


@line_test()
async def test_CP_03_account_and_pin_let_an_unknown_caller_hear_the_credit(house: House):
    await take_verbs(house)
    phone = Phone(house, STRANGER).call()
    await house.advance(0.1)
    await keyed(house, phone, f"1{ACCOUNT}#")
    assert phone.heard[-1] == "Tajný kód."
    await keyed(house, phone, PIN)
    assert phone.heard[-2:] == [f"Máte {CREDIT}.", "Nabídka."]
    assert house.told(Identified) == [Identified(house.told(CallBegan)[0].call, "proven")]
    await keyed(house, phone, "2")  # what was proven stays so
    assert phone.heard[-2:] == [f"Máte {CREDIT}.", "Nabídka."]


@line_test()
async def test_keys_typed_ahead_reach_account_and_pin(house: House):
    await take_verbs(house)
    phone = Phone(house, "anonymous").call()
    await keyed(house, phone, f"1{ACCOUNT}#{PIN}")
    await house.advance(0.5)
    assert phone.heard[-2:] == [f"Máte {CREDIT}.", "Nabídka."]


@line_test()
async def test_a_step_that_wants_a_pin_asks_a_caller_known_by_number_for_it(house: House):
    await take_verbs(house)
    phone = Phone(house).call()
    await keyed(house, phone, "2")
    assert phone.heard[-1] == "Číslo účtu."
    await keyed(house, phone, f"{ACCOUNT}#{PIN}")
    assert phone.heard[-2:] == [f"Máte {CREDIT}.", "Nabídka."]


@line_test()
async def test_three_wrong_pins_end_the_call_and_nothing_keyed_is_told(house: House):
    await take_verbs(house)
    phone = Phone(house, STRANGER).call()
    await keyed(house, phone, "1")
    for _ in range(3):
        await keyed(house, phone, f"{ACCOUNT}#{WRONG}")
    assert [event.outcome for event in house.told(Identified)] == ["refused"] * 3
    assert phone.heard[-1] == "Už ani jednou."
    assert phone.hung_up_on
    everything = "".join(map(repr, house.events))
    for secret in (ACCOUNT, WRONG, PIN, STRANGER):
        assert secret not in everything


@line_test()
async def test_a_store_that_fails_while_a_pin_is_checked_is_told_and_the_call_goes_on(house: House):
    await take_verbs(house)
    phone = Phone(house, STRANGER).call()
    await keyed(house, phone, f"1{ACCOUNT}#")
    (house.folder / "accounts.db").unlink()
    await keyed(house, phone, PIN)
    assert phone.heard[-2:] == ["Zkuste to později.", "Nabídka."]
    assert house.told(LookUpFailed)[-1].look_up == "identify"
    assert not phone.hung_up_on


@line_test()
async def test_a_caller_who_hangs_up_while_the_pin_is_checked_leaves_nothing(house: House):
    await take_verbs(house)
    phone = Phone(house, STRANGER).call()
    await keyed(house, phone, f"1{ACCOUNT}#")
    phone.press(PIN)
    await house.advance(0.02, settle=False)
    phone.hang_up()
    await house.settle()
    assert house.timers() == []
    assert house.told(CallEnded)[0].last_step == "compare"


@line_test()
async def test_a_language_holds_for_all_that_is_said_from_then_on(house: House):
    await take_verbs(house)
    phone = Phone(house).call()
    await keyed(house, phone, "4")
    assert phone.heard[-1] == "The menu."
    await keyed(house, phone, "1")
    await house.advance(0.5)
    assert phone.heard[-2].startswith("You have two hundred and thirty-four crowns")
    assert [event.language for event in house.told(LanguageChanged)] == ["en"]


@line_test()
async def test_waiting_and_trouble_are_told_in_the_language_of_the_call(house: House):
    await take_verbs(house)
    phone = Phone(house).call()
    await keyed(house, phone, "4")
    async with busy_store(house):
        phone.press("1")
        await house.advance(0.8, settle=False)
        assert phone.heard[-1] == "One moment please."
        house.voice.engine = FailingVoice("You have")
    await house.advance(1)
    assert phone.heard[-2:] == ["Our voice fails.", "The menu."]


@line_test()
async def test_the_last_answer_is_said_again_and_slower(house: House):
    await take_verbs(house)
    phone = Phone(house).call()
    await keyed(house, phone, "1")
    await house.advance(1)
    await keyed(house, phone, "8")
    await house.advance(1)
    assert phone.heard[-3:] == ["Nabídka.", f"Máte {CREDIT}. (slow)", "Nabídka."]


@line_test()
async def test_a_number_has_a_language_of_its_own(house: House):
    await take_verbs(house)
    phone = Phone(house).call("4489")
    await house.advance(0.3)
    assert phone.heard == ["The menu."]
    assert house.told(LanguageChanged) == []


@pytest.mark.parametrize("dialled", ["3111*0", "3111%2A0"])
@line_test()
async def test_CS_05_star_zero_dialled_with_the_number_leads_to_the_credit(house: House, dialled: str):
    await take_verbs(house)
    phone = Phone(house).call(dialled)
    await house.advance(1)
    assert phone.heard == [f"Máte {CREDIT}.", "Nabídka."]
    assert house.told(CallBegan)[0].called == "3111*0"


@line_test()
async def test_CS_05_star_and_zero_pressed_after_the_number_lead_there_too(house: House):
    await take_verbs(house)
    phone = Phone(house).call("3111")
    await keyed(house, phone, "*0")
    await house.advance(0.5)
    assert f"Máte {CREDIT}." in phone.heard
    assert house.told(CallBegan)[0].called == "3111"


@line_test()
async def test_the_clock_decides_whether_the_desk_is_open(house: House):
    await take_verbs(house)  # a Sunday
    phone = Phone(house).call()
    await keyed(house, phone, "6")
    await house.advance(0.5)
    assert phone.heard[-2:] == ["Zavřeno, otvíráme dvacátého třetího listopadu.", "Nabídka."]


@line_test()
async def test_a_number_named_by_the_settings_is_transferred_to(house: House):
    await take_verbs(house, on_call_number="777 000 999")
    phone = Phone(house).call()
    await keyed(house, phone, "7")
    assert phone.requests[-1].method == "REFER"
    assert "sip:777000999@" in phone.requests[-1].headers["refer-to"]


@line_test()
async def test_a_number_that_the_settings_leave_empty_fails_at_once(house: House):
    await take_verbs(house, on_call_number="")
    phone = Phone(house).call()
    await keyed(house, phone, "7")
    assert phone.requests == []
    assert "Zkuste to později." in phone.heard


@line_test()
async def test_a_caller_who_hangs_up_in_the_very_moment_of_a_question_leaves_nothing(house: House):
    await take_verbs(house)
    phone = Phone(house).call("3111*0")  # a look-up first of all
    phone.hang_up()
    await house.settle()
    gc.collect()  # what was never begun complains when it goes
    assert house.timers() == []
    assert house.told(CallEnded)[0].last_step == "own"
