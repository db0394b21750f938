"""The probe follows a recorded call by the dialplan: what was said, cut short, left out or wrong."""

import zlib
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from ivr.flow.reader import parse
from ivr.ops.probe_call import RATE, ProbedCall
from ivr.ops.probe_follow import Begun, follow

PLAN, _ = parse("""
[line]
name = "Test"
numbers = ["4488"]
country = "CZ"
language = "cs"
start = "welcome"
longest_call = "10 min"

[step.welcome]
say = "welcome"
then = "menu"

[step.menu]
ask = "menu"
keys.2 = "credit"
wait = "3 s"
tries = 2
silence = ["silence"]
wrong_key = ["wrong"]
give_up = "bye"

[step.credit]
look_up = "credit"
outcomes.prepaid = "say-credit"
outcomes.unavailable = "bye"

[step.say-credit]
say = ["credit", "valid"]
then = "menu"

[step.bye]
say = "goodbye"
then = "end"

[step.end]
hang_up = true
""")
LENGTHS = {
    "welcome": 2.0,
    "menu": 4.0,
    "credit": 3.0,
    "valid": 2.5,
    "silence": 1.5,
    "wrong": 1.5,
    "goodbye": 2.0,
}


def voice(text, amount=234):
    """Its own sound for each text; the credit's middle second is the amount's."""
    rng = np.random.default_rng(zlib.crc32(text.encode()))
    sound = rng.normal(0, 3000, int(LENGTHS[text] * RATE))
    if text == "credit":
        sound[RATE : 2 * RATE] = np.random.default_rng(amount).normal(0, 3000, RATE)
    sound[-RATE // 5 :] = 0
    return sound.astype(np.int16)


async def says(language, text, facts, pace):
    return text, voice(text, facts.get("credit", 234))


async def looks_up(name):
    return "prepaid", {"credit": 234}


def recording(*parts):
    """Seconds of silence and texts, or (text, seconds) cut short, in a row."""
    sounds = []
    for part in parts:
        match part:
            case float() | int():
                sounds.append(np.zeros(int(part * RATE), np.int16))
            case (text, seconds):
                sounds.append(voice(text)[: int(seconds * RATE)])
            case _:
                sounds.append(voice(part))
    return np.concatenate(sounds)


def call(sound, keys=(), by="probe", began=0.05):
    return ProbedCall(
        answer_ms=20, sound=sound, began=began, keys=keys, ended_by=by, ended_at=began + len(sound) / RATE
    )


def told(followed):
    return [(sentence.words, sentence.whole, sentence.good) for sentence in followed.sentences]


WELL = call(recording(("welcome", 1.5), 0.2, "credit", 0.4, "valid", "menu", 2.5), keys=(1.55,))


async def test_a_call_with_one_key_is_heard_sentence_by_sentence():
    followed = await follow(PLAN, WELL, "2", says, looks_up)
    # The key during the welcome is kept for the menu, which then is not spoken.
    assert told(followed) == [
        ("welcome", False, True), ("credit", True, True), ("valid", True, True), ("menu", True, True),
    ]  # fmt: skip
    assert [sentence.at for sentence in followed.sentences] == pytest.approx(
        [0.05, 1.75, 5.15, 7.65], abs=0.02
    )
    assert min(sentence.alike for sentence in followed.sentences) > 0.99
    assert not followed.line_hangs_up


async def test_a_caller_who_presses_nothing_hears_the_menu_again_and_then_goodbye():
    sound = recording(0.3, "welcome", "menu", 3, "silence", "menu", 3, "goodbye", 0.3)
    followed = await follow(PLAN, call(sound, by="line"), "", says, looks_up)
    assert told(followed) == [
        (text, True, True) for text in ("welcome", "menu", "silence", "menu", "goodbye")
    ]
    assert followed.line_hangs_up


async def test_a_wrong_amount_is_a_sentence_not_heard():
    async def another(name):
        return "prepaid", {"credit": 777}

    followed = await follow(PLAN, WELL, "2", says, another)
    assert told(followed)[1] == ("credit", True, False)
    assert [sentence.good for sentence in followed.sentences] == [True, False, True, True]


async def test_a_sentence_left_out_does_not_hide_the_ones_after_it():
    sound = recording("welcome", ("menu", 1), 0.2, "valid", "menu", 2)
    followed = await follow(PLAN, call(sound, keys=(3.1,)), "2", says, looks_up)
    assert [(s.words, s.good) for s in followed.sentences] == [
        ("welcome", True), ("menu", True), ("credit", False), ("valid", True), ("menu", True),
    ]  # fmt: skip


async def test_a_line_that_says_nothing_is_not_heard():
    followed = await follow(PLAN, call(np.zeros(12 * RATE, np.int16)), "", says, looks_up)
    assert followed.sentences and not any(sentence.good for sentence in followed.sentences)


async def test_a_call_the_probe_ended_is_not_blamed_for_what_it_did_not_wait_for():
    sound = recording("welcome", ("menu", 1.0))
    followed = await follow(PLAN, call(sound), "", says, looks_up)
    assert told(followed) == [("welcome", True, True), ("menu", False, True)]
    at_once = await follow(PLAN, replace(WELL, sound=WELL.sound[:100], ended_at=0.06), "2", says, looks_up)
    assert at_once.sentences == ()


BRANCHES, _ = parse("""
[line]
name = "Branches"
numbers = ["3111", "3111*0"]
start_for."3111*0" = "clock"
country = "FR"
language = "fr"
start = "credit"
longest_call = "10 min"

[step.credit]
look_up = "credit"
trust = "pin"
outcomes.prepaid = "bye"
outcomes.not_proven = "say"

[step.say]
say = "menu"
then = "slower"

[step.slower]
repeat = "slower"
then = "ask"

[step.ask]
read = "welcome"
into = "pin"
digits = "2"
wait = "5 s"
next_wait = "3 s"
tries = 1
then = "compare"
give_up = "bye"

[step.compare]
identify = { account = "pin", pin = "pin" }
proven = "bye"
refused = "bye"
no_tries_left = "bye"
unavailable = "bye"

[step.clock]
hours = "desk"
open.service = "service"
closed = "bye"

[step.service]
say = [{ say = "credit", if = "on_call_number" }]
then = "end"

[step.bye]
say = "goodbye"
then = "end"

[step.end]
hang_up = true

[hours.desk]
time_zone = "Europe/Paris"
working_days = "mon-fri"
working_day.service = ["09:00-12:00"]
""")


async def test_a_call_is_followed_up_to_where_a_pin_is_compared_and_slow_sentences_are_slow():
    paces = []

    async def says_at(language, text, facts, pace):
        paces.append((text, pace))
        return text, voice(text)

    sound = recording("menu", "menu", "welcome", 3.0, "goodbye")
    followed = await follow(BRANCHES, call(sound, keys=(10.2, 10.9)), "12", says_at, looks_up, Begun("3111"))
    assert told(followed) == [("menu", True, True), ("menu", True, True), ("welcome", True, True)]
    assert paces == [("menu", "normal"), ("menu", "slow"), ("welcome", "normal")]


@pytest.mark.parametrize(("clock", "text"), [("10:00", "credit"), ("13:00", "goodbye")])
async def test_a_call_begins_where_its_number_does_with_the_facts_and_the_clock_of_its_time(clock, text):
    now = datetime.fromisoformat(f"2026-11-23T{clock}+01:00")
    begun = Begun("3111*0", {"on_call_number": "0142"}, now)
    followed = await follow(BRANCHES, call(recording(text, 0.3), by="line"), "", says, looks_up, begun)
    assert told(followed) == [(text, True, True)] and followed.line_hangs_up
