"""The walk, as transcripts: what happens to the call on the left, what the line does on the right."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from transcript import happen, transcripts

from ivr.flow.instructions import (
    HangUp,
    StopSpeaking,
)
from ivr.flow.plan import Line, Plan
from ivr.flow.reader import read
from ivr.flow.steps import AskStep, HangUpStep, LookUpStep, SayStep, sentences
from ivr.flow.walk import LONGEST_RUN, MOST_KEPT, Walk
from ivr.money import Money

CALLPRO = read(Path(__file__).parents[1] / "small" / "dialplan" / "callpro.toml")[0]


TRANSCRIPTS = """\
The caller hears the welcome and the menu, presses 2, hears the credit and says nothing more (CP_10)
    start               welcome
    spoken              menu
    spoken              listen 5
    2                   stop, look up credit
    found prepaid       credit-prepaid + credit-valid
    spoken              menu-short
    spoken              listen 5
    waited              silence-1 + menu-short
    spoken              listen 5
    waited              silence-2 + menu-short
    spoken              listen 5
    waited              goodbye
    spoken              hang up

A key during the welcome goes straight to the credit
    start               welcome
    2                   hush, look up credit
    found prepaid       credit-prepaid + credit-valid

A key during the question ends it
    start               welcome
    spoken              menu
    2                   hush, look up credit

A postpaid caller hears of no credit (CP_13)
    start               welcome
    2                   hush, look up credit
    found postpaid      postpaid + postpaid-spend
    spoken              menu-short

An expired credit is told as expired (CP_21)
    start               welcome
    2                   hush, look up credit
    found expired       credit-expired
    spoken              menu-short

Each other outcome has its own words and comes back to the short menu
    start               welcome
    2                   hush, look up credit
    found expiring      credit-prepaid + credit-expiring
    2                   hush, look up credit
    found empty         credit-empty
    2                   hush, look up credit
    found unknown       unknown-caller
    2                   hush, look up credit
    found anonymous     anonymous-caller
    2                   hush, look up credit
    found unavailable   try-later
    2                   hush, look up credit
    found postpaid_with_limit  postpaid + postpaid-spend + postpaid-limit
    spoken              menu-short

An outcome that the plan does not know is answered as if the accounts were away
    start               welcome
    2                   hush, look up credit
    found surprise      try-later

Three wrong keys end the call, each with its own words
    start               welcome
    5                   hush, wrong-key-1 + menu
    5                   hush, wrong-key-2 + menu
    5                   hush, goodbye
    spoken              hang up

Silence and wrong keys are counted apart
    start               welcome
    spoken              menu
    spoken              listen 5
    waited              silence-1 + menu
    7                   hush, wrong-key-1 + menu
    spoken              listen 5
    waited              silence-2 + menu
    #                   hush, wrong-key-2 + menu
    spoken              listen 5
    waited              goodbye

Coming to a question anew begins its counts anew
    start               welcome
    5                   hush, wrong-key-1 + menu
    5                   hush, wrong-key-2 + menu
    9                   hush, menu
    5                   hush, wrong-key-1 + menu

Back and again from the short menu give the whole menu
    start               welcome
    2                   hush, look up credit
    found prepaid       credit-prepaid + credit-valid
    *                   hush, menu
    2                   hush, look up credit
    found prepaid       credit-prepaid + credit-valid
    9                   hush, menu

Keys pressed during the look-up are kept, the answer is spoken all the same, the next question is not
    start               welcome
    2                   hush, look up credit
    *                   .
    found prepaid       credit-prepaid + credit-valid
    spoken              menu
    spoken              listen 5

A key that leads nowhere throws away the keys behind it
    start               welcome
    2                   hush, look up credit
    5220                .
    found empty         credit-empty
    spoken              wrong-key-1 + menu-short
    spoken              listen 5

The operator is reached (CP_02)
    start               welcome
    0                   hush, transferring
    spoken              transfer 474770601
    connected           hang up

The operator is not reached, and keys pressed at the other side are not ours
    start               welcome
    0                   hush, transferring
    22                  hush, transfer 474770601
    2                   .
    failed              transfer-failed
    spoken              menu-short
    spoken              listen 5

A key cuts the goodbye short
    start               welcome
    555                 hush, wrong-key-1 + menu, hush, wrong-key-2 + menu, hush, goodbye
    1                   hush, hang up

What comes late, twice, too early or after the end is absorbed
    spoken              .
    waited              .
    2                   .
    found prepaid       .
    connected           .
    start               welcome
    start               .
    waited              .
    found prepaid       .
    failed              .
    spoken              menu
    spoken              listen 5
    spoken              .
    0                   stop, transferring
    waited              .
    spoken              transfer 474770601
    spoken              .
    waited              .
    start               .
    connected           hang up
    connected           .
    spoken              .
    waited              .
    found prepaid       .
    2                   .
    start               .
"""


@pytest.mark.parametrize("title", transcripts(TRANSCRIPTS))
def test_the_callpro_line(title):
    walk = Walk(CALLPRO)
    for event, told in transcripts(TRANSCRIPTS)[title]:
        assert (event, happen(walk, event) or ".") == (event, told)


def plan(*steps, start: str = "a") -> Plan:
    return Plan(Line("Test", ("1",), "CZ", "cs", start, 600.0), {step.name: step for step in steps})


def ask(name: str = "q", **changes) -> AskStep:
    step = AskStep(
        name,
        sentences("q"),
        {"1": "end"},
        5.0,
        3,
        "end",
        sentences("silence-1", "silence-2"),
        sentences("wrong-1", "wrong-2"),
    )
    return replace(step, **changes)


END = HangUpStep("end")


def test_speech_that_must_be_heard_goes_on_and_the_key_answers_the_question_behind_it():
    walk = Walk(plan(SayStep("a", sentences("price"), "q", must_hear=True), ask(), END))
    assert happen(walk, "start") == "price !"
    assert happen(walk, "1") == ""
    assert happen(walk, "spoken") == "hang up"


def test_a_question_that_must_be_heard_is_answered_by_a_key_when_it_ends():
    walk = Walk(
        plan(ask(must_hear=True, keys={"1": "b"}), SayStep("b", sentences("b"), "end"), END, start="q")
    )
    assert happen(walk, "start") == "q !"
    assert happen(walk, "1") == ""
    assert happen(walk, "spoken") == "b"


def test_a_key_during_one_of_several_sayings_ends_them_all_but_what_must_be_heard():
    steps = [
        SayStep("a", sentences("a"), "b"),
        SayStep("b", sentences("b"), "c"),
        SayStep("c", sentences("c"), "d", must_hear=True),
        SayStep("d", sentences("d"), "q"),
    ]
    walk = Walk(plan(*steps, ask(), END))
    assert [happen(walk, event) for event in ("start", "1", "spoken")] == ["a", "hush, c !", "hang up"]


def test_at_most_so_many_keys_are_kept_and_the_earliest_of_them():
    steps = [
        SayStep("a", sentences("a"), "q", must_hear=True),
        ask(keys={"1": "q", "2": "end"}),
        END,
    ]
    walk = Walk(plan(*steps))
    happen(walk, "start")
    happen(walk, "1" * MOST_KEPT + "2")
    assert happen(walk, "spoken") == "q"


def test_an_answer_of_an_older_turn_is_late_and_changes_nothing():
    walk = Walk(CALLPRO)
    (welcome,) = walk.start()
    (menu,) = walk.spoken(welcome.turn)
    assert walk.spoken(welcome.turn) == []
    (listen,) = walk.spoken(menu.turn)
    _, look_up = walk.key_pressed("2")
    assert walk.waited(listen.turn) == []
    assert walk.looked_up("prepaid", {}, look_up.turn - 1) == []
    (credit,) = walk.looked_up("prepaid", {}, look_up.turn)
    assert walk.looked_up("empty", {}, look_up.turn) == []
    assert walk.spoken(menu.turn) == [] and walk.at == "say-credit"
    assert walk.spoken(credit.turn)


def test_facts_go_with_the_sentences_and_stay_out_of_the_repr():
    walk = Walk(CALLPRO)
    walk.start()
    walk.key_pressed("2")
    facts = {"credit": Money(23450), "valid_until": date(2027, 3, 14)}
    (credit,) = walk.looked_up("prepaid", facts)
    assert credit.texts == (("credit-prepaid", facts), ("credit-valid", facts))
    assert credit.language == "cs"
    assert "234" not in repr(credit)


def test_a_look_up_asked_again_takes_back_what_it_gave_and_others_keep_theirs():
    steps = [
        LookUpStep("a", "units", {"found": "b"}),
        LookUpStep("b", "credit", {"found": "c", "empty": "c"}),
        SayStep("c", sentences("c"), "q"),
        ask(keys={"1": "b"}),
        END,
    ]
    walk = Walk(plan(*steps))
    walk.start()
    walk.looked_up("found", {"minutes": 12})
    (first,) = walk.looked_up("found", {"credit": 5})
    assert first.texts[0][1] == {"minutes": 12, "credit": 5}
    walk.key_pressed("1")
    (second,) = walk.looked_up("empty", {})
    assert second.texts[0][1] == {"minutes": 12}


def test_a_round_of_sayings_is_ended_by_the_line():
    walk = Walk(plan(SayStep("a", sentences("a"), "b"), SayStep("b", sentences("b"), "a")))
    walk.start()
    for _ in range(LONGEST_RUN):
        assert not walk.ended
        told = walk.spoken()
    assert told == [HangUp()] and walk.ended


def test_a_round_that_a_key_hurries_through_ends_at_once():
    walk = Walk(plan(SayStep("a", sentences("a"), "b"), SayStep("b", sentences("b"), "a")))
    walk.start()
    assert walk.key_pressed("1") == [StopSpeaking(), HangUp()]


def test_a_silent_caller_is_let_go_even_where_giving_up_leads_back():
    walk = Walk(plan(ask(give_up="q"), start="q"))
    walk.start()
    rounds = 0
    while not walk.ended:
        walk.spoken()
        walk.waited()
        rounds += 1
    assert rounds == 3 * LONGEST_RUN


def test_an_outcome_without_any_way_on_hangs_up():
    walk = Walk(plan(LookUpStep("a", "credit", {"found": "end"}), END))
    walk.start()
    assert walk.looked_up("unavailable", {}) == [HangUp()]


@pytest.mark.parametrize("digit", ["", "22", "x", "+", " ", "２", "\n"])
def test_what_is_no_key_is_absorbed(digit):
    walk = Walk(CALLPRO)
    walk.start()
    assert walk.key_pressed(digit) == [] and walk.at == "welcome"


def test_small_letters_are_the_same_keys():
    walk = Walk(plan(ask(keys={"A": "end"}), END, start="q"))
    walk.start()
    assert walk.key_pressed("a") == [StopSpeaking(), HangUp()]
