"""Conditions, lists, short questions, repeating, languages, opening hours, branches, transfers by a fact."""

from datetime import UTC, datetime

import pytest
from transcript import happen, transcripts

from ivr.flow.hours import OpeningHours, Span
from ivr.flow.instructions import HangUp, Speak, TellTime, Transfer
from ivr.flow.known import chosen, holds, is_known
from ivr.flow.plan import Line, Plan
from ivr.flow.steps import (
    AskStep,
    HangUpStep,
    HoursStep,
    LanguageStep,
    LookUpStep,
    RepeatStep,
    SayStep,
    Sentence,
    TransferStep,
    WhenStep,
    sentences,
)
from ivr.flow.walk import Walk
from ivr.money import Money
from ivr.units import Units

SHOP = Line(
    "Shop", ("3111", "3111*0"), "FR", "fr", "menu", 600.0, languages=("fr", "en"),
    start_for={"3111*0": "credit"}, language_for={"3111*0": "en"},
)  # fmt: skip
KEYS = {"0": "credit", "1": "desk", "6": "other", "7": "english", "8": "slower", "9": "same", "*": "end"}
PARIS = OpeningHours(
    "desk", "Europe/Paris", frozenset(range(5)),
    (Span(540, 720, "service"), Span(840, 1080, "service"), Span(1080, 1320, "on_call")),
    (Span(840, 1320, "on_call"),), "FR",
)  # fmt: skip
STEPS = (
    AskStep(
        "menu", sentences("menu"), KEYS, 5.0, 2, "end", sentences("silence"), sentences("wrong"),
        short=sentences("menu-short"),
    ),
    LookUpStep("credit", "credit", {"some": "say", "none": "other"}),
    SayStep("say", (Sentence("credit"), Sentence("late", only_if="may_be_late")), "say-more"),
    SayStep("say-more", (Sentence("item", each="items"),), "menu"),
    SayStep("other", sentences("other"), "menu"),
    LanguageStep("english", "en", "menu"),
    RepeatStep("same", "same", "menu"),
    RepeatStep("slower", "slower", "menu"),
    HoursStep("desk", "desk", {"service": "service", "on_call": "urgent"}, "closed"),
    TransferStep("service", "0805020022", "end", "closed"),
    WhenStep("urgent", "on_call_number", "on-call", "closed"),
    TransferStep("on-call", "on_call_number", "end", "closed"),
    SayStep("closed", sentences("closed"), "menu"),
    HangUpStep("end"),
)  # fmt: skip


def walk(line: Line = SHOP) -> Walk:
    return Walk(Plan(line, {step.name: step for step in STEPS}, hours={"desk": PARIS}))


TRANSCRIPTS = """\
A caller who comes back is asked in fewer words, but not after a silence or a wrong key
    start               menu
    6                   hush, other
    spoken              menu-short
    spoken              listen 5
    waited              silence + menu
    5                   hush, wrong + menu
    6                   hush, other
    spoken              menu-short

A question that typed-ahead keys have answered has not been heard
    start               menu
    0                   hush, look up credit
    6                   .
    found none          other
    spoken              other
    spoken              menu-short

The last answer is all that was said between two questions, and may come slower
    start               menu
    0                   hush, look up credit
    found some          credit
    spoken              menu-short
    8                   hush, credit slowly
    spoken              menu-short
    9                   hush, credit
    spoken              menu-short
    6                   hush, other
    spoken              menu-short
    9                   hush, other

Where nothing has been answered yet there is nothing to repeat
    start               menu
    9                   hush, menu-short
    8                   hush, menu-short
"""


@pytest.mark.parametrize("title", transcripts(TRANSCRIPTS))
def test_telling(title):
    call = walk()
    for event, told in transcripts(TRANSCRIPTS)[title]:
        assert (event, happen(call, event) or ".") == (event, told)


def texts(told: list) -> list[tuple[str, object]]:
    (speak,) = [instruction for instruction in told if isinstance(instruction, Speak)]
    return [(text, facts.get("name")) for text, facts in speak.texts]


def test_a_condition_and_a_list_decide_what_is_said():
    call = walk()
    call.start()
    call.key_pressed("0")
    items = ({"name": "DATA 150"}, {"name": "DATA 500"})
    told = call.looked_up("some", {"credit": 5, "may_be_late": True, "items": items})
    assert texts(told) == [("credit", None), ("late", None)]
    assert texts(call.spoken()) == [("item", "DATA 150"), ("item", "DATA 500")]
    assert texts(call.spoken()) == [("menu-short", None)]
    assert texts(call.key_pressed("9")) == [
        ("credit", None), ("late", None), ("item", "DATA 150"), ("item", "DATA 500"),
    ]  # fmt: skip


def test_a_fact_that_another_look_up_gives_as_none_is_forgotten():
    call = Walk(
        Plan(
            Line("T", ("1",), "CZ", "cs", "a", 60.0),
            {
                "a": LookUpStep("a", "credit", {"some": "b"}),
                "b": LookUpStep("b", "units", {"some": "c"}),
                "c": SayStep("c", (Sentence("units"), Sentence("stale", only_if="stale")), "end"),
                "end": HangUpStep("end"),
            },
        )
    )
    call.start()
    call.looked_up("some", {"stale": True})
    (told,) = call.looked_up("some", {"left": 3, "stale": None})
    assert told.texts == (("units", {"left": 3}),)


FACTS = {"yes": True, "no": False, "zero": 0, "empty": "", "none": (), "word": "x", "items": ({"n": 1}, {})}


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (Sentence("s", only_if="yes"), 1),
        (Sentence("s", only_if="no"), 0),
        (Sentence("s", only_if="zero"), 1),
        (Sentence("s", only_if="empty"), 0),
        (Sentence("s", only_if="none"), 0),
        (Sentence("s", only_if="word"), 1),
        (Sentence("s", only_if="missing"), 0),
        (Sentence("s", unless="yes"), 0),
        (Sentence("s", unless="missing"), 1),
        (Sentence("s", only_if="yes", unless="word"), 0),
        (Sentence("s", each="items"), 2),
        (Sentence("s", each="items", only_if="n"), 1),
        (Sentence("s", each="items", unless="n"), 1),
        (Sentence("s", each="none"), 0),
        (Sentence("s", each="word"), 0),
        (Sentence("s", each="missing"), 0),
    ],
)
def test_a_sentence_is_said_as_its_conditions_hold(sentence, said):
    assert len(chosen([sentence], FACTS)) == said


def test_an_item_lays_its_facts_over_those_of_the_call():
    ((_, facts),) = chosen([Sentence("s", each="items")], {"name": "A", "left": 1, "items": [{"name": "B"}]})
    assert (facts["name"], facts["left"]) == ("B", 1)


@pytest.mark.parametrize("zero", [0, Money(0), Units(0, "sms"), 0.0])
def test_zero_is_a_fact_to_speak_of_but_leads_to_no(zero):
    assert is_known(zero) and not holds(zero)


@pytest.mark.parametrize("fact", [1, -1, Money(-5), Units(1, "seconds"), "0", datetime.now(UTC), ({},)])
def test_what_is_there_and_not_zero_leads_to_yes(fact):
    assert is_known(fact) and holds(fact)


def test_CS_02_a_number_may_begin_elsewhere_and_in_another_language():
    call = walk()
    assert happen(call, "start") == "menu" and call.language == "fr"
    for dialled in ("3111*0", "+333111*0"):
        call = walk()
        assert [type(told).__name__ for told in call.start(dialled)] == ["LookUp"]
        assert call.language == "en"


def test_a_key_changes_the_language_from_then_on():
    call = walk()
    (menu,) = call.start()
    (_, again) = call.key_pressed("7")
    assert (menu.language, again.language) == ("fr", "en")


@pytest.mark.parametrize(("key", "end"), [("7", "yes"), ("1", "no")])
def test_a_branch_may_ask_which_language_the_call_is_in(key, end):
    steps = {
        "a": AskStep("a", sentences("a"), {"7": "b", "1": "c"}, 5.0, 1, "yes"),
        "b": LanguageStep("b", "en", "c"),
        "c": WhenStep("c", "in_en", "yes", "no"),
        "yes": SayStep("yes", sentences("yes"), "end"),
        "no": SayStep("no", sentences("no"), "end"),
        "end": HangUpStep("end"),
    }
    call = Walk(Plan(Line("T", ("1",), "FR", "fr", "a", 60.0, languages=("fr", "en")), steps))
    call.start()
    assert happen(call, key) == f"hush, {end}"


@pytest.mark.parametrize(
    ("known", "spoken"),
    [({"language": "en"}, "en"), ({"language": "de"}, "fr"), ({}, "fr"), ({"language": 3}, "fr")],
)
def test_the_language_of_the_account_is_spoken_where_the_line_speaks_it(known, spoken):
    steps = {
        "a": LookUpStep("a", "caller", {"known": "b"}),
        "b": LanguageStep("b", "account", "c"),
        "c": SayStep("c", sentences("c"), "end"),
        "end": HangUpStep("end"),
    }
    line = Line("T", ("1",), "FR", "fr", "a", 60.0, languages=("fr", "en"))
    call = Walk(Plan(line, steps))
    call.start()
    (told,) = call.looked_up("known", known)
    assert told.language == spoken == call.language


def ask_the_clock(call: Walk, when: str) -> list:
    call.start(facts={"on_call_number": "01 42 99 99 99"})
    (_, clock) = call.key_pressed("1")
    assert isinstance(clock, TellTime)
    return call.time_is(datetime.fromisoformat(when), clock.turn)


def test_CS_30_CS_32_service_and_on_call_are_reached_in_their_hours():
    assert ask_the_clock(walk(), "2026-11-23T10:00+01:00") == [Transfer("0805020022", 3)]
    assert ask_the_clock(walk(), "2026-11-23T19:00+01:00") == [Transfer("0142999999", 3)]


def test_CS_34_in_a_pause_the_next_opening_is_known():
    (told,) = ask_the_clock(walk(), "2026-11-23T11:30+00:00")
    facts = told.texts[0][1]
    assert told.text_ids == ("closed",)
    assert facts["until"] == facts["next_service"] == datetime.fromisoformat("2026-11-23T14:00+01:00")
    assert (facts["days_to_service"], facts["days_to_on_call"]) == (0, 0)


@pytest.mark.parametrize("number", ["", None, True, 12])
def test_a_transfer_to_a_number_that_is_not_set_fails_at_once(number):
    steps = {
        "a": TransferStep("a", "on_call_number", "end", "b"),
        "b": SayStep("b", sentences("b"), "end"),
        "end": HangUpStep("end"),
    }
    call = Walk(Plan(Line("T", ("1",), "FR", "fr", "a", 60.0), steps))
    assert happen_with(call, {"on_call_number": number}) == ("b",)


def happen_with(call: Walk, facts: dict) -> tuple[str, ...]:
    (told,) = call.start(facts=facts)
    return told.text_ids


def test_every_other_key_may_lead_somewhere():
    ask = AskStep("a", sentences("a"), {"1": "b", "any": "end"}, 5.0, 2, "end")
    for key, told in (("1", "b"), ("7", "hang up")):
        call = Walk(
            Plan(
                Line("T", ("1",), "FR", "fr", "a", 60.0),
                {"a": ask, "b": SayStep("b", sentences("b"), "end"), "end": HangUpStep("end")},
            )
        )
        call.start()
        assert happen(call, key) == f"hush, {told}"


def test_a_saying_without_anything_to_say_is_passed_over():
    steps = {"a": SayStep("a", (Sentence("x", only_if="missing"),), "end"), "end": HangUpStep("end")}
    assert Walk(Plan(Line("T", ("1",), "FR", "fr", "a", 60.0), steps)).start() == [HangUp()]
