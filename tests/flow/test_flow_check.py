"""The checker names every dead end, gap and missing fact of a plan, in plain words, and passes CallPro."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.check import check, check_together
from ivr.flow.paths import way_without
from ivr.flow.plan import Line, Plan, ways_out
from ivr.flow.reader import parse, read
from ivr.flow.steps import HangUpStep, LookUpStep, SayStep, sentences
from ivr.flow.walk import Walk

ROOT = Path(__file__).parents[2]
LOOK_UPS = {
    "credit": {
        "prepaid": {"credit", "valid_until"},
        "expiring": {"credit", "valid_until", "days_left"},
        "expired": {"valid_until"},
        "empty": set(),
        "postpaid": {"spend"},
        "postpaid_with_limit": {"spend", "limit"},
        "unknown": set(),
        "anonymous": set(),
        "unavailable": set(),
    }
}
PLAIN = [
    "welcome", "menu", "menu-short", "silence-1", "silence-2", "wrong-key-1",
    "wrong-key-2", "goodbye", "credit-empty", "postpaid", "unknown-caller", "anonymous-caller",
    "try-later", "transferring", "transfer-failed", "one-moment", "trouble",
]  # fmt: skip
TEXTS = {
    "cs": dict.fromkeys(PLAIN, frozenset())
    | {
        "credit-prepaid": {"credit"},
        "credit-valid": {"valid_until"},
        "credit-expiring": {"valid_until", "days_left"},
        "credit-expired": {"valid_until"},
        "postpaid-spend": {"spend"},
        "postpaid-limit": {"limit"},
    }
}
CALLPRO = (Path(__file__).parents[1] / "small" / "dialplan" / "callpro.toml").read_text("utf-8")


def said(text: str, look_ups=LOOK_UPS, texts=TEXTS) -> list[str]:
    plan, wrong = parse(text, "x.toml")
    assert wrong == []
    return [str(problem) for problem in check(plan, look_ups, texts)]


def changed(*changes: tuple[str, str]) -> list[str]:
    text = CALLPRO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [problem.split(" ", 1)[1] for problem in said(text)]


def test_the_callpro_line_is_sound():
    assert said(CALLPRO) == []


def test_a_step_that_nobody_reaches_is_named_with_its_line():
    text = CALLPRO + '\n[step.lost]\nsay = "menu"\nthen = "end"\n'
    line = text[: text.index("[step.lost]")].count("\n") + 1
    assert said(text) == [f"x.toml:{line}: step.lost: no caller ever comes here: no step leads to it"]


def test_an_island_of_steps_that_lead_to_each_other_is_unreachable():
    found = said(CALLPRO + '\n[step.p]\nsay = "menu"\nthen = "r"\n[step.r]\nsay = "menu"\nthen = "p"\n')
    assert sum("no caller ever comes here" in line for line in found) == 2


@pytest.mark.parametrize(
    ("old", "new", "around"),
    [
        ('say  = "goodbye"\nthen = "end"', 'say  = "goodbye"\nthen = "menu"', "menu, goodbye, menu"),
        ('give_up   = "goodbye"', 'give_up   = "menu"', "menu, menu"),
        ('unavailable         = "say-try-later"', 'unavailable         = "credit"', "credit, credit"),
        ('say  = "welcome"\nthen = "menu"', 'say  = "welcome"\nthen = "welcome"', "welcome, welcome"),
    ],
    ids=["goodbye to menu", "giving up to itself", "look-up again", "saying for ever"],
)
def test_a_round_that_a_silent_caller_never_leaves_is_shown(old, new, around):
    found = [line for line in changed((old, new)) if "presses nothing" in line]
    assert any(f"goes round without end: {around};" in line for line in found)


def test_missing_and_unknown_outcomes_are_named_with_the_nearest_right_one():
    found = changed(("expired             =", "expird              ="))
    assert found == [
        'step.credit.outcomes: the look-up "credit" can also end as "expired": say where that leads',
        'step.credit.outcomes.expird: the look-up "credit" never ends as "expird"; did you mean "expired"?',
    ]


def test_an_unknown_look_up_is_named_and_its_facts_are_not_complained_of():
    assert changed(('look_up = "credit"', 'look_up = "credits"')) == [
        'step.credit.look_up: there is no look-up "credits"; did you mean "credit"?'
    ]


def test_a_missing_sentence_is_named_at_its_place_in_the_list():
    assert changed(('"credit-valid"]', '"credit-vaild"]')) == [
        'step.say-credit.say.1: there is no sentence "credit-vaild" in prompts/cs; '
        'did you mean "credit-valid"?'
    ]


def test_a_missing_language_is_named():
    assert changed(('"cs"', '"cz"')) == ['line.language: there are no sentences in "cz"; there is "cs"']


def test_a_sentence_with_a_fact_that_one_way_does_not_give_is_shown_with_that_way():
    assert changed(('empty               = "say-credit-empty"', 'empty               = "say-credit"')) == [
        'step.say-credit.say.0: "credit-prepaid" speaks of "credit", which is not known to a call that '
        "comes by welcome, menu, credit (empty)",
        'step.say-credit.say.1: "credit-valid" speaks of "valid_until", which is not known to a call that '
        "comes by welcome, menu, credit (empty)",
        "step.say-credit-empty: no caller ever comes here: no step leads to it",
    ]


def test_a_look_up_asked_again_takes_back_the_facts_it_gave():
    steps = {
        "a": LookUpStep("a", "credit", {"prepaid": "b"}),
        "b": LookUpStep("b", "credit", {"prepaid": "s", "empty": "s"}),
        "s": SayStep("s", sentences("credit-prepaid"), "end"),
        "end": HangUpStep("end"),
    }
    plan = Plan(Line("T", ("1",), "CZ", "cs", "a", 60.0), steps)
    look_ups = {"credit": {"prepaid": {"credit"}, "empty": set()}}
    found = [problem.expected for problem in check(plan, look_ups, TEXTS)]
    assert any('"credit", which is not known' in line and "a (prepaid), b (empty)" in line for line in found)
    del steps["b"].outcomes["empty"]
    assert not any("not known" in problem.expected for problem in check(plan, look_ups, TEXTS))


def test_CP_13_a_postpaid_caller_cannot_be_read_a_credit():
    found = changed(('postpaid            = "say-spend"', 'postpaid            = "say-credit"'))
    assert any('speaks of "credit"' in line and "credit (postpaid)" in line for line in found)


def test_the_bridging_sentence_exists_and_speaks_of_no_facts():
    assert changed(('"one-moment"', '"one-moments"')) == [
        'line.one_moment: there is no sentence "one-moments" in prompts/cs; did you mean "one-moment"?'
    ]
    assert changed(('"one-moment"', '"credit-valid"')) == [
        'line.one_moment: "credit-valid" may be said at any time, so it can speak of no facts'
    ]


def test_the_sentence_before_the_answer_exists_and_speaks_of_no_facts():
    assert changed(('"trouble"', '"trouble"\nbefore_answer = "welcomes"')) == [
        'line.before_answer: there is no sentence "welcomes" in prompts/cs; did you mean "welcome"?'
    ]
    assert changed(('"trouble"', '"trouble"\nbefore_answer = "credit-valid"')) == [
        'line.before_answer: "credit-valid" may be said at any time, so it can speak of no facts'
    ]
    assert changed(('"trouble"', '"trouble"\nbefore_answer = "welcome"')) == []


def test_the_words_for_an_answer_that_cannot_be_spoken_exist_and_speak_of_no_facts():
    assert changed(('"trouble"', '"troubles"')) == [
        'line.trouble: there is no sentence "troubles" in prompts/cs; did you mean "trouble"?'
    ]
    assert changed(('"trouble"', '"credit-valid"')) == [
        'line.trouble: "credit-valid" may be said at any time, so it can speak of no facts'
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '["silence-1", "silence-2"]',
            '["silence-1"]',
            "step.menu.silence: tries = 3 needs 2 sentences here, there is 1: "
            "one for each time that the question is put again",
        ),
        (
            'wrong_key = ["wrong-key-1", "wrong-key-2"]\n',
            "",
            "step.menu.wrong_key: tries = 3 needs 2 sentences here, there is none: "
            "one for each time that the question is put again",
        ),
        (
            '["silence-1", "silence-2"]',
            '["silence-1", "silence-2", "silence-2"]',
            "step.menu.silence: tries = 3 needs 2 sentences here, there are 3: "
            "after the last try the line gives up and says no more",
        ),
    ],
)
def test_words_for_retries_are_as_many_as_there_are_retries(old, new, problem):
    assert changed((old, new)) == [problem]


def test_after_a_transfer_there_is_nobody_to_speak_to():
    assert changed(('connected = "end"', 'connected = "goodbye"')) == [
        "step.transfer.connected: after a transfer the caller has left: this leads to a step that hangs up"
    ]


def test_a_line_that_calls_itself_is_found():
    assert changed(('"474 770 601"', '"+420 4488"')) == [
        'step.transfer.transfer: "+4204488" is this line\'s own number: it would call itself'
    ]


def test_a_number_that_two_lines_answer_is_found_in_any_of_its_forms():
    one, _ = parse(CALLPRO, "one.toml")
    two, _ = parse(
        CALLPRO.replace('["4488"]', '["4489", "+4204488"]').replace('"CallPro"', '"Two"'), "two.toml"
    )
    three, _ = parse(CALLPRO.replace('["4488"]', '["4490"]'), "three.toml")
    assert [str(problem) for problem in check_together([one, two, three])] == [
        'two.toml:5: line.numbers.1: the number "+4204488" is also answered by "CallPro" in one.toml'
    ]


def test_problems_come_in_the_order_of_the_file():
    plan = read(Path(__file__).parents[1] / "small" / "dialplan" / "callpro.toml")[0]
    lines = [problem.line for problem in check(plan, {}, {"cs": {}})]
    assert lines == sorted(lines) and len(lines) > 20


NAMES = ["a", "b", "c", "d", "e", "f"]
FACTS = {"x": True, "y": False, "z": None}  # what each outcome does to the one fact


@given(
    st.fixed_dictionaries(
        {
            name: st.one_of(
                st.builds(SayStep, st.just(name), st.just(sentences("s")), st.sampled_from(NAMES)),
                st.builds(
                    LookUpStep,
                    st.just(name),
                    st.just("l"),
                    st.dictionaries(st.sampled_from("xyz"), st.sampled_from(NAMES), min_size=1),
                ),
                st.builds(HangUpStep, st.just(name)),
            )
            for name in NAMES
        }
    )
)
def test_a_fact_is_sure_where_the_meet_over_all_ways_in_says_so(steps):
    """The search for a way without the fact agrees with the textbook fixed point over intersections."""
    plan = Plan(Line("T", ("1",), "CZ", "cs", "a", 60.0), steps)
    sure = dict.fromkeys(NAMES, True) | {"a": False}
    reached = {"a"}
    for _ in range(2 * len(NAMES)):
        for name in NAMES:
            for way in ways_out(steps[name]) if name in reached else ():
                does = FACTS.get(way.place[-1])
                sure[way.to] &= sure[name] if does is None else does
                reached.add(way.to)
    for name in NAMES:
        found = way_without(plan, name, lambda way: FACTS.get(way.place[-1]))
        assert (found is not None) == (name in reached and not sure[name])


def test_a_sentence_of_another_language_exists_in_that_one_and_the_line_speaks_it():
    plan = parsed('["menu", { say = "en:offer", unless = "in_en" }]')
    both = {"cs": {"menu": ()}, "en": {"menu": (), "offer": ()}}
    assert check(plan, {}, both) == []
    (missing,) = check(plan, {}, both | {"en": {"menu": (), "offers": ()}})
    assert 'no sentence "offer" in prompts/en; did you mean "offers"' in str(missing)
    (foreign,) = check(parsed('["menu", "fr:offer"]'), {}, both)
    assert 'the line does not speak "fr", only "cs" and "en"' in str(foreign)


def parsed(ask: str):
    text = f"""
    [line]
    name = "Two"
    numbers = ["11"]
    country = "CZ"
    language = "cs"
    languages = ["cs", "en"]
    start = "menu"
    longest_call = "1 min"

    [step.menu]
    ask = {ask}
    keys.1 = "end"
    wait = "1 s"
    tries = 1
    give_up = "end"

    [step.end]
    hang_up = true
    """
    plan, problems = parse(text)
    assert plan is not None, problems
    return plan


def test_a_sentence_of_another_language_is_spoken_in_it_and_only_where_it_helps():
    plan = parsed('["menu", { say = "en:offer", unless = "in_en" }, { say = "cs:offer", unless = "in_cs" }]')
    (speak,) = Walk(plan).start()
    assert [(language, text) for language, text, _ in speak.said] == [("cs", "menu"), ("en", "offer")]
