"""The calls in the folders beside this file, word for word, and what they leave untried.

A file's first line carries the rules that it proves, as ``CP-10``; so does its case here.
"""

from collections.abc import Callable, Iterator

import pytest

from ivr.flow import Plan
from ivr.flow.paths import reachable
from ivr.flow.plan import Place, ways_out
from ivr.flow.steps import in_language

from .stage import Stage, Transcript, transcripts
from .walked import ways_walked

FILES = transcripts()
LINES = ("callpro", "callshop", "gomobil", "vodafone")

# Ways that no caller of `ivr try` can go, and why.
KNOWN = "the look-up just before it has found who calls"
LOST = "the store is there at one step and gone at the next: tests/call"
SYMBOL = "every Czech number makes a variable symbol (VL-24)"
UNTRIED: dict[str, dict[Place, str]] = {
    "callpro": {
        ("step", "prove", "unavailable"): LOST,
        ("step", "units-of-tariff", "outcomes", "anonymous"): KNOWN,
        ("step", "units-of-tariff", "outcomes", "unavailable"): LOST,
        ("step", "units-of-tariff", "outcomes", "unknown"): KNOWN,
    },
    "callshop": {("step", "prove", "unavailable"): LOST},
    "gomobil": {("step", "prove", "unavailable"): LOST},
    "vodafone": {
        ("step", "pay", "outcomes", "none"): SYMBOL,
        ("step", "prove", "unavailable"): LOST,
        ("step", "say-no-pay", "then"): SYMBOL,
    },
}
OF_THE_HALL = {
    "one-moment": "an answer that is slow: tests/call",
    "trouble": "a voice that fails: tests/call",
}
UNHEARD = {
    **dict.fromkeys(LINES, OF_THE_HALL),
    "vodafone": OF_THE_HALL | {"vodafone-no-pay": SYMBOL},
}


@pytest.fixture(scope="session")
def stage(tmp_path_factory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="session")
def played(stage) -> Callable[[Transcript], str]:
    """What is printed today, each file played once."""
    kept: dict[str, str] = {}

    def play(transcript: Transcript) -> str:
        if transcript.name not in kept:
            kept[transcript.name] = stage.play(transcript)
        return kept[transcript.name]

    return play


@pytest.mark.parametrize("transcript", FILES, ids=lambda one: " ".join([*one.rules, one.name]))
def test_what_is_printed_is_what_stands_in(transcript, played):
    assert played(transcript) == transcript.text, "make transcripts writes it anew: read the diff"


def calls_of(line: str) -> Iterator[Transcript]:
    return (one for one in FILES if one.line == line)


def plan_of(stage: Stage, line: str) -> Plan:
    return next(plan for plan in stage.files.plans if plan.file.endswith(f"{line}.toml"))


@pytest.mark.parametrize("line", LINES)
def test_every_way_out_of_every_step_is_walked(line, stage):
    plan = plan_of(stage, line)
    walked = {
        way
        for one in calls_of(line)
        for call in one.calls
        for way in ways_walked(plan, call, {**stage.files.facts, **one.facts})
    }
    there = {way.place for name in reachable(plan) for way in ways_out(plan.steps[name])}
    assert sorted(there - walked) == sorted(UNTRIED[line])


@pytest.mark.parametrize("line", LINES)
def test_every_sentence_is_heard(line, stage, played):
    for one in calls_of(line):
        played(one)
    plan = plan_of(stage, line)
    written = {in_language(text, own) for text in sentences_of(plan) for own in plan.line.languages}
    there = [(own, text) for text in UNHEARD[line] for own in plan.line.languages]
    assert sorted(written - stage.said[line]) == sorted(there)


def sentences_of(plan: Plan) -> set[str]:
    """The names of all sentences of the line's steps, and those that the hall says."""
    found = {one for one in (plan.line.one_moment, plan.line.trouble) if one}
    for name in reachable(plan):
        step = plan.steps[name]
        for kind in ("texts", "short", "silence", "wrong_key", "too_short"):
            found |= {sentence.text for sentence in getattr(step, kind, ())}
    return found
