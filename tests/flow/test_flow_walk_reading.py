"""Numbers and PINs keyed in, and what they prove, as transcripts and property by property."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transcript import happen, transcripts

from ivr.flow.instructions import HangUp, Identify, Listen, LookUp, Speak, StopListening, StopSpeaking
from ivr.flow.plan import Line, Plan
from ivr.flow.steps import (
    AskStep,
    HangUpStep,
    IdentifyStep,
    LookUpStep,
    ReadStep,
    SayStep,
    Step,
    sentences,
)
from ivr.flow.walk import Walk

ACCOUNT = ReadStep(
    "account", sentences("which-account"), "account", 4, 10, 6.0, 3.0, 3, "pin", "bye",
    sentences("silence-1", "silence-2"), sentences("short-1", "short-2"), back="menu",
)  # fmt: skip
PIN = ReadStep(
    "pin", sentences("which-pin"), "pin", 4, 4, 6.0, 3.0, 2, "compare", "bye",
    sentences("silence-1"), sentences("short-1"),
)  # fmt: skip
STEPS: tuple[Step, ...] = (
    AskStep("menu", sentences("menu"), {"2": "credit", "#": "bye"}, 5.0, 1, "bye"),
    LookUpStep("credit", "credit", {"some": "say", "unknown": "who", "not_proven": "account"}, "pin"),
    SayStep("who", sentences("who-are-you"), "account"),
    ACCOUNT,
    PIN,
    IdentifyStep("compare", "account", "pin", "resume", "wrong", "locked", "later"),
    SayStep("wrong", sentences("not-right"), "account"),
    SayStep("locked", sentences("no-tries-left"), "bye"),
    SayStep("later", sentences("later"), "bye"),
    SayStep("say", sentences("credit"), "menu"),
    SayStep("bye", sentences("bye"), "end"),
    HangUpStep("end"),
)


def walk(*others: Step, start: str = "menu") -> Walk:
    steps = {step.name: step for step in (*STEPS, *others)}
    return Walk(Plan(Line("T", ("1",), "CZ", "cs", start, 600.0), steps))


TRANSCRIPTS = """\
An unknown caller proves who calls, and hears what was asked for before (CP_03)
    start               menu
    spoken              listen 5
    2                   stop, look up credit
    found unknown       who-are-you
    spoken              which-account
    spoken              listen 6
    1                   stop, listen 3
    2345                stop, listen 3
    #                   stop, which-pin
    spoken              listen 6
    432                 stop, listen 3
    1                   stop, identify 12345 4321
    identified proven   look up credit
    found some          credit

A number may end by a pause, and the first digit may come during the question
    start               menu
    2                   hush, look up credit
    found not_proven    which-account
    12345               hush, listen 3
    waited              which-pin
    4321                hush, listen 3, stop, identify 12345 4321

A number with all its digits ends itself, and a # behind it is part of it
    start               menu
    2                   hush, look up credit
    found not_proven    which-account
    123456789           hush, listen 3
    0                   stop, which-pin
    #                   .
    #                   hush, short-1 + which-pin

Digits typed ahead flow through both questions, also with a # behind each
    start               menu
    2                   hush, look up credit
    12345#4321#         .
    found not_proven    identify 12345 4321
    identified proven   look up credit

Digits typed ahead in part are not asked for again
    start               menu
    2                   hush, look up credit
    12                  .
    found not_proven    listen 3
    34#                 stop, listen 3, stop, which-pin

Silences and numbers that are too short are counted apart
    start               menu
    2                   hush, look up credit
    found not_proven    which-account
    spoken              listen 6
    waited              silence-1 + which-account
    spoken              listen 6
    12#                 stop, listen 3, stop, short-1 + which-account
    spoken              listen 6
    waited              silence-2 + which-account
    1                   hush, listen 3
    waited              short-2 + which-account
    spoken              listen 6
    waited              bye

The star leads back where a way back is given
    start               menu
    2                   hush, look up credit
    found not_proven    which-account
    12*                 hush, listen 3, stop, menu

Elsewhere it begins the number anew
    start               menu
    2                   hush, look up credit
    1234#12*4321        .
    found not_proven    identify 1234 4321

A number too short throws away the keys behind it
    start               menu
    2                   hush, look up credit
    12#4321             .
    found not_proven    short-1 + which-account
    1234#               hush, listen 3, stop, which-pin

Letters mean nothing in a number
    start               menu
    2                   hush, look up credit
    found not_proven    which-account
    A                   .
    1B                  hush, listen 3
    2                   stop, listen 3

Refusals are counted for the whole call, whatever the account (CP_03)
    start               menu
    2                   hush, look up credit
    1234#0000           .
    found not_proven    identify 1234 0000
    identified refused  not-right
    spoken              which-account
    5678#0000           hush, listen 3, stop, which-pin, hush, listen 3, stop, identify 5678 0000
    identified refused  not-right
    1234#0000           hush, listen 3, stop, which-pin, hush, listen 3, stop, identify 1234 0000
    identified refused  no-tries-left

Keys pressed while it is compared wait for what comes behind a proof, and are lost behind a refusal
    start               menu
    2                   hush, look up credit
    1234#0000           .
    found not_proven    identify 1234 0000
    99                  .
    identified refused  not-right
    spoken              which-account

Accounts out of reach have their own words
    start               menu
    2                   hush, look up credit
    1234#0000           .
    found not_proven    identify 1234 0000
    identified surprise  later
"""


@pytest.mark.parametrize("title", transcripts(TRANSCRIPTS))
def test_reading(title):
    call = walk()
    for event, told in transcripts(TRANSCRIPTS)[title]:
        assert (event, digits_as_one(happen(call, event)) or ".") == (event, told)


def digits_as_one(told: str) -> str:
    """One wait between digits for a row of them."""
    return re.sub(r"listen 3(, stop, listen 3)+", "listen 3", told)


def proven(call: Walk, outcome: str, keys: str = "1234#4321") -> list:
    for key in keys:
        call.key_pressed(key)
    return call.identified(outcome, {"language": "en"})


def test_CP_03_the_third_refusal_of_a_call_leaves_no_tries():
    call = walk()
    call.start()
    call.key_pressed("2")
    call.looked_up("not_proven", {})
    ends = []
    for _ in range(3):
        proven(call, "refused")
        ends.append(call.at)
        call.spoken()
    assert ends == ["wrong", "wrong", "locked"]


def test_CP_03_a_call_without_tries_left_has_nothing_compared_any_more():
    call = walk(SayStep("locked", sentences("no-tries-left"), "menu"))
    call.start()
    call.key_pressed("2")
    call.looked_up("not_proven", {})
    for _ in range(3):
        proven(call, "refused")
        call.spoken()
    assert call.at == "menu"
    call.key_pressed("2")
    call.looked_up("not_proven", {})
    told = [call.key_pressed(key) for key in "1234#4321"][-1]
    assert isinstance(told[-1], Speak) and told[-1].text_ids == ("no-tries-left",)


def test_what_look_ups_told_before_a_proof_is_forgotten_and_the_proof_and_the_settings_stay():
    call = walk(LookUpStep("credit", "credit", {"some": "say", "not_proven": "account"}))
    call.start(facts={"credit_first": True})
    call.key_pressed("2")
    (told,) = call.looked_up("some", {"credit": 5, "language": "cs"})
    assert told.texts[0][1] == {"credit_first": True, "credit": 5, "language": "cs"}
    call.key_pressed("2")
    call.looked_up("not_proven", {})
    proven(call, "proven")
    (told,) = call.looked_up("some", {"left": 1})
    assert told.texts[0][1] == {"credit_first": True, "language": "en", "left": 1}


def test_digits_are_forgotten_when_they_have_been_compared():
    call = walk(IdentifyStep("compare", "account", "pin", "compare", "compare", "bye", "bye"))
    call.start()
    call.key_pressed("2")
    call.looked_up("not_proven", {})
    (again,) = proven(call, "refused")
    assert (again.account, again.pin) == ("", "")


def test_resuming_before_any_look_up_hangs_up():
    call = walk(SayStep("menu", sentences("hello"), "resume"))
    call.start()
    assert call.spoken() == [HangUp()]


def test_a_question_that_is_all_conditions_is_listened_for_at_once():
    silent = replace(PIN, texts=())
    call = walk(silent, start="pin")
    assert call.start() == [Listen(6.0, 1)]
    assert call.key_pressed("4") == [StopListening(), Listen(3.0, 2)]


def test_the_first_digit_ends_the_first_timer():
    call = walk(start="pin")
    call.start()
    (first,) = call.spoken()
    stop, between = call.key_pressed("4")
    assert (first.seconds, between.seconds, stop) == (6.0, 3.0, StopListening())
    assert call.waited(first.turn) == []


DIGITS = st.text("0123456789", min_size=4, max_size=10)


@given(DIGITS, st.text("0123456789", min_size=4, max_size=4), st.data())
def test_whatever_is_keyed_in_is_compared_and_shows_in_no_repr(account, pin, data):
    """Keys come while words are spoken or while they are waited for; nothing that is shown has them."""
    call = walk(start="account")
    shown: list[str] = []
    told = call.start()
    keys = [*account, *("#" if len(account) < 10 or data.draw(st.booleans()) else ""), *pin]
    while keys:
        shown.append(repr((told, call.state)))
        if isinstance(told[-1], Speak) and data.draw(st.booleans()):
            told = call.spoken()
            continue
        told = call.key_pressed(keys.pop(0)) or told
    assert isinstance(told[-1], Identify)
    assert (told[-1].account, told[-1].pin) == (account, pin)
    shown.append(repr((told, call.state, call)))
    assert account not in "".join(shown) and pin not in "".join(shown)


def test_a_look_up_says_how_the_caller_must_be_known():
    call = walk()
    call.start()
    assert call.key_pressed("2") == [StopSpeaking(), LookUp("credit", 2, "pin")]
