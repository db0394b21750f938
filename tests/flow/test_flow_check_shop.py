"""The checker on trust, identity, hours, conditions, lists, languages and shared files."""

import re

import pytest
from shop_line import SHOP

from ivr.flow.check import check
from ivr.flow.reader import parse

NOBODY = {"unknown": (), "anonymous": (), "unavailable": ()}
LOOK_UPS = {
    "credit": {
        "some": {"some", "stale?", "items[]", "items[].left", "items[].gone?"},
        "none": {"spend"},
    }
}
SAYS = {
    "which-account": (), "which-pin": (), "again": (), "refused": (), "no-tries": (), "unavailable": (),
    "menu": (), "menu-short": (), "some": {"some"}, "item": {"left"},
    "stale": {"stale"}, "spend": {"spend"}, "opens": {"next_service", "until"}, "gone": {"gone"},
    "hello": {"language"}, "s": (), "number": {"on_call_number"}, "known-number": {"number"},
}  # fmt: skip
TEXTS = {"fr": SAYS, "en": SAYS}
SETTINGS = {"on_call_number": ""}
SOUND = SHOP.replace('outcomes.some = "say-some"\n', 'outcomes.some = "say-some"\noutcomes.none = "menu"\n')


def said(text: str, look_ups=LOOK_UPS, texts=TEXTS) -> list[str]:
    plan, wrong = parse(text, "x.toml")
    assert wrong == []
    return [
        re.sub(r"^x\.toml(:\d+)?: ", "", str(problem)) for problem in check(plan, look_ups, texts, SETTINGS)
    ]


def changed(*changes: tuple[str, str]) -> list[str]:
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return said(text)


def test_the_shop_is_sound():
    assert said(SOUND) == []


def test_with_trust_pin_a_look_up_may_end_as_not_proven_and_otherwise_not():
    assert changed(
        ('outcomes.not_proven = "ask-account"\n', ""), ('refused = "say-refused"', 'refused = "menu"')
    )[0] == ('step.balance.outcomes: the look-up "credit" can also end as "not_proven": say where that leads')
    found = changed(('trust = "pin"\n', ""))
    assert 'step.balance.outcomes.not_proven: the look-up "credit" never ends as "not_proven"' in found


def test_with_trust_none_nobody_is_unknown():
    look_ups = {"credit": LOOK_UPS["credit"] | NOBODY}
    open_to_all = SOUND.replace('trust = "pin"', 'trust = "none"').replace("not_proven", "unavailable")
    assert said(open_to_all, look_ups) == []
    by_number = said(SOUND.replace('trust = "pin"\n', "").replace("not_proven", "unavailable"), look_ups)
    assert by_number == [
        'step.balance.outcomes: the look-up "credit" can also end as "unknown" and "anonymous": say where '
        "that leads"
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            [('say = ["some", { say', 'say = ["some", "stale", { say')],
            'step.say-some.say.1: "stale" speaks of "stale", which is not known to a call that comes by '
            'balance (some); it is not always given: say it under if = "stale"',
        ),
        (
            [('if = "left", unless = "gone"', 'if = "lift"')],
            'step.say-some.say.1: nobody gives the fact "lift"; did you mean "left"?',
        ),
        (
            [('each = "items", if = "left"', 'each = "item", if = "left"')],
            'step.say-some.say.1: no look-up gives a list "item"; did you mean "items"?',
        ),
        (
            [('say = "item", each', 'say = "gone", each'), ('if = "left", unless = "gone"', 'if = "left"')],
            'step.say-some.say.1: "gone" speaks of "gone", which only some of "items" have: say it under '
            'if = "gone"',
        ),
        (
            [('outcomes.none = "menu"', 'outcomes.none = "say-some"')],
            'step.say-some.say.1: the list "items" is not known to a call that comes by balance (none)',
        ),
        (
            [('when = "on_call_number"', 'when = "on_call"')],
            'step.is-it-urgent.when: nobody gives the fact "on_call"; did you mean "on_call_number"?',
        ),
        (
            [('transfer = "on_call_number"', 'transfer = "on_call_nmber"')],
            'step.person.transfer: nobody gives the fact "on_call_nmber"; did you mean "on_call_number"?; a '
            "number stands here, or a fact that the settings give",
        ),
        (
            [('open.service = "person"', 'open.servise = "person"')],
            'step.desk.open.servise: the hours "desk" know no "servise"; did you mean "service"?',
        ),
        (
            [('working_day.service', 'working_day.pause = ["12:00-13:00"]\nworking_day.service')],
            'step.desk.open: the hours "desk" can also be "pause": say where that leads',
        ),
        (
            [('language = "en"\nthen', 'language = "cs"\nthen')],
            'step.english.language: the line does not speak "cs": its languages are "fr" and "en"',
        ),
        (
            [('keys.9 = "desk"', 'keys.9 = "compare"'), ('keys.0 = "balance"', 'keys.0 = "desk"')],
            'step.compare.identify.account: nothing has been read into "account" on a call that comes by '
            "menu",
        ),
        (
            [('into = "pin"', 'into = "pen"')],
            'step.compare.identify.pin: nothing has been read into "pin" on a call that comes by balance '
            "(not_proven), ask-account, ask-pin",
        ),
        (
            [('keys.9 = "desk"', 'keys.9 = "desk"\nkeys.1 = "own-language"')],
            "step.own-language.then: there is no look-up to resume on a call that comes by menu, "
            "own-language",
        ),
        (
            [('refused = "say-refused"', 'refused = "compare"')],
            'step.compare.identify.account: nothing has been read into "account" on a call that comes by '
            "balance (not_proven), ask-account, ask-pin, compare",
        ),
        (
            [('too_short = ["again", "again"]', 'too_short = "s"')],
            "step.ask-account.too_short: tries = 3 needs 2 sentences here, there is 1: one for each time "
            "that the question is put again",
        ),
        (
            [("[line]", '[line]\nbefore_answer_for."3111" = "some"')],
            'line.before_answer_for.3111: "some" may be said at any time, so it can speak of no facts',
        ),
        (
            [("[line]", '[line]\none_moment = "en:s"')],
            'line.one_moment: this is said in the language of the call: write "s"',
        ),
        (
            [('read = "which-pin"', 'read = "which-pine"')],
            'step.ask-pin.read: there is no sentence "which-pine" in prompts/fr; did you mean "which-pin"?',
        ),
        (
            [('short = "menu-short"', 'short = "some"')],
            'step.menu.short: "some" speaks of "some", which is not known to a call that comes by the start',
        ),
        (
            [('read = "which-pin"', 'read = ["which-pin", "number"]')],
            'step.ask-pin.read.1: "number" speaks of "on_call_number", which is not known to a call that '
            'comes by balance (not_proven), ask-account; it is not always given: say it under '
            'if = "on_call_number"',
        ),
    ],
)  # fmt: skip
def test_each_trouble_is_one_plain_line(changes, expected):
    assert expected in changed(*changes)


def test_a_language_that_no_look_up_gives_is_not_asked_for():
    plain = SOUND.replace('identify = { account = "account", pin = "pin" }', 'look_up = "credit"')
    for entry in ("proven", "refused", "no_tries_left", "unavailable"):
        plain = re.sub(rf"\n{entry} = (.*)", r"", plain)
    plain = plain.replace('look_up = "credit"\n\n[step.own', 'say = "s"\nthen = "own-language"\n\n[step.own')
    expected = 'step.own-language.language: nobody gives the fact "language"'
    assert expected in said(plain.replace('then = "resume"', 'then = "menu"'))


def test_digits_that_are_read_in_between_are_no_round():
    assert not any(
        "without end" in line for line in changed(('refused = "say-refused"', 'refused = "resume"'))
    )


def test_a_sentence_must_stand_in_every_language_of_the_line():
    english = {name: facts for name, facts in SAYS.items() if name != "which-pin"}
    assert said(SOUND, texts={"fr": SAYS, "en": english}) == [
        'step.ask-pin.read: there is no sentence "which-pin" in prompts/en; did you mean "which-account"?'
    ]
    assert said(SOUND, texts={"fr": SAYS})[0] == (
        'line.languages.1: there are no sentences in "en"; there is "fr"'
    )


def test_a_sentence_that_speaks_of_more_in_another_language_is_checked_for_that_too():
    english = SAYS | {"which-pin": {"account_number"}}
    (found,) = said(SOUND, texts={"fr": SAYS, "en": english})
    assert found.startswith('step.ask-pin.read: "which-pin" speaks of "account_number", which is not known')


def test_hours_give_their_facts_and_a_branch_its_own():
    opens = ('closed = "is-it-urgent"', 'closed = "opens"')
    step = ("[step.end]", '[step.opens]\nsay = "opens"\nthen = "is-it-urgent"\n\n[step.end]')
    assert changed(opens, step) == []
    spoken = ("[step.end]", '[step.tell]\nsay = "number"\nthen = "person"\n\n[step.end]')
    assert changed(('yes = "person"', 'yes = "tell"'), spoken) == []
    (found,) = changed(('no = "end"', 'no = "tell"'), spoken)
    assert found.startswith('step.tell.say: "number" speaks of "on_call_number", which is not known')


def test_a_proof_gives_the_language_and_takes_back_what_look_ups_told():
    hello = ("[step.end]", '[step.hello]\nsay = "hello"\nthen = "own-language"\n\n[step.end]')
    assert changed(('proven = "own-language"', 'proven = "hello"'), hello) == []
    credit = ("[step.end]", '[step.hello]\nsay = "some"\nthen = "own-language"\n\n[step.end]')
    again = (
        ('say = ["some", {', "say = [{"),
        ('"item", each', '"s", each'),
        ('then = "menu"', 'then = "ask-account"'),
    )
    found = changed(('proven = "own-language"', 'proven = "hello"'), credit, *again)
    assert [line for line in found if line.startswith("step.hello.say")]


def test_a_round_by_the_clock_or_a_fact_is_found():
    found = changed(('closed = "is-it-urgent"', 'closed = "desk"'))
    assert any("goes round without end: desk, desk;" in line for line in found)
    found = changed(('no = "end"', 'no = "desk"'))
    assert any("goes round without end: desk, is-it-urgent, desk;" in line for line in found)
    found = changed(('unavailable = "say-unavailable"', 'unavailable = "compare"'))
    assert any("goes round without end: compare, compare;" in line for line in found)


SHARED = """\
[step.lonely]
say = "nothing-of-the-kind"
then = "end"

[step.spare]
say = "s"
then = "lonely"
"""


def test_what_is_wrong_in_a_shared_file_is_said_of_that_file_and_unused_steps_do_no_harm():
    using = SOUND.replace("[line]", '[line]\nuse = ["shared/a.toml"]')
    plan, wrong = parse(using, "dialplan/x.toml", lambda name: (SHARED, []))
    assert wrong == []
    missing = 'dialplan/shared/a.toml:2: step.lonely.say: there is no sentence "nothing-of-the-kind"'
    assert [str(problem) for problem in check(plan, LOOK_UPS, TEXTS, SETTINGS)] == [
        f"{missing} in prompts/fr",
        f"{missing} in prompts/en",
    ]
