"""Numbers, conditions, languages, hours and shared files are read, and their mistakes are plain lines."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_line import SHOP

from ivr.flow.hours import Span
from ivr.flow.reader import parse, read, read_folder
from ivr.flow.steps import (
    HoursStep,
    IdentifyStep,
    LanguageStep,
    LookUpStep,
    ReadStep,
    RepeatStep,
    SayStep,
    Sentence,
    TransferStep,
    WhenStep,
    sentences,
)


def problems(text: str) -> list[str]:
    plan, wrong = parse(text, "line.toml")
    assert plan is None and wrong
    return [re.sub(r"^line\.toml(:\d+)?: ", "", str(problem)) for problem in wrong]


def test_every_verb_becomes_its_step():
    plan, wrong = parse(SHOP)
    assert wrong == []
    steps = plan.steps
    assert steps["ask-account"] == ReadStep(
        "ask-account",
        sentences("which-account"),
        "account",
        4,
        10,
        6.0,
        3.0,
        3,
        "ask-pin",
        "end",
        silence=sentences("again", "again"),
        too_short=sentences("again", "again"),
        back="menu",
    )
    assert (steps["ask-pin"].least, steps["ask-pin"].most, steps["ask-pin"].back) == (4, 4, None)
    assert steps["compare"] == IdentifyStep(
        "compare", "account", "pin", "own-language", "say-refused", "say-no-tries", "say-unavailable", 3
    )
    assert steps["balance"] == LookUpStep(
        "balance", "credit", {"some": "say-some", "not_proven": "ask-account"}, "pin"
    )
    some = (Sentence("some"), Sentence("item", "left", "gone", "items"))
    assert steps["say-some"] == SayStep("say-some", some, "menu")
    assert steps["own-language"] == LanguageStep("own-language", "account", "resume")
    assert steps["slower"] == RepeatStep("slower", "slower", "menu")
    assert steps["desk"] == HoursStep("desk", "desk", {"service": "person"}, "is-it-urgent")
    assert steps["is-it-urgent"] == WhenStep("is-it-urgent", "on_call_number", "person", "end")
    assert steps["person"] == TransferStep("person", "on_call_number", "end", "menu")
    assert steps["person"].by_fact
    assert steps["menu"].short == sentences("menu-short") and steps["menu"].keys["any"] == "end"


def test_CS_02_a_number_with_a_star_has_its_own_start_and_language():
    priced = 'before_answer_for."3111*0" = "price"'
    line = parse(SHOP.replace("[line]", f"[line]\n{priced}"))[0].line
    assert line.languages == ("fr", "en") and line.starts == ("menu", "balance")
    assert (line.number_called("3111*0"), line.number_called("+333111")) == ("3111*0", "3111")
    assert line.number_called("3111*1") is None and not line.answers("3111*1")
    for dialled, start, language, first in (
        ("00333111*0", "balance", "en", "price"),
        ("3111*0", "balance", "en", "price"),
        ("3111", "menu", "fr", None),
        ("", "menu", "fr", None),
    ):
        called = line.called(dialled)
        assert (called.start, called.language, called.before_answer) == (start, language, first)


def test_opening_hours_become_spans():
    hours = parse(SHOP)[0].hours["desk"]
    assert hours.working_day == (Span(840, 1080, "service"), Span(540, 720, "service"))
    assert (hours.working_days, hours.holidays) == (frozenset(range(5)), "FR")
    assert hours.closed_on == {date(2026, 12, 24)} and hours.states == ("service",)


# What stands in the line, what is written in its place (" / " is a new line), and what is said of it.
MISTAKES = """\
digits = "4-10"  ->  digits = 4
    step.ask-account.digits: how many digits stands in double quotes: "4"
digits = "4-10"  ->  digits = "10-4"
    step.ask-account.digits: a number has 1 to 20 digits, the fewer first, not "10-4"
digits = "4-10"  ->  digits = "four"
    step.ask-account.digits: how many digits is written "4" or "4-10", not "four"
{ account = "account", pin = "pin" }  ->  "pin"
    step.compare.identify: this names what was read, as { account = "account", pin = "pin" }
trust = "pin"  ->  trust = "PIN"
    step.balance.trust: this is "none", "number" or "pin", not "PIN"; did you mean "pin"?
repeat = "slower"  ->  repeat = "slow"
    step.slower.repeat: this is "same" or "slower", not "slow"; did you mean "slower"?
if = "left"  ->  when = "left"
    step.say-some.say: a sentence has "say" and may have "if", "unless", "each", not "when"
{ say = "item", each  ->  { each
    step.say-some.say: this sentence has no name: it is written { say = "credit-valid", if = "stale" }
if = "left"  ->  if = "Left!"
    step.say-some.say: a fact's name is small letters, digits and low lines, not "Left!"
languages = ["fr", "en"]  ->  languages = ["en"]
    line.language: "fr" is none of the line's languages, "en"
languages = ["fr", "en"]  ->  languages = ["fr", "fr"]
    line.languages: a language stands here twice
languages = ["fr", "en"]  ->  languages = "fr"
    line.languages: languages stand in a list, such as ["cs", "en"], not "fr"
start_for."3111*0"  ->  start_for."3111*1"
    line.start_for.3111*1: "3111*1" is none of the line's numbers; did you mean "3111*0"?
start_for."3111*0" = "balance"  ->  start_for."3111*0" = "credit"
    line.start_for.3111*0: there is no step "credit"
language_for."3111*0" = "en"  ->  before_answer_for."3112" = "price"
    line.before_answer_for.3112: "3112" is none of the line's numbers; did you mean "3111"?
language_for."3111*0" = "en"  ->  language_for."3111*0" = "de"
    line.language_for.3111*0: "de" is none of the line's languages, "fr" and "en"
start = "menu"  ->  start = "resume"
    line.start: there is no step "resume"
[step.slower]  ->  [step.resume]
    step.resume: "resume" leads back to the look-up before: call this step otherwise
hours = "desk"  ->  hours = "desks"
    step.desk.hours: there is no table [hours.desks]; did you mean "desk"?
time_zone = "Europe/Paris"  ->  time_zone = "Paris"
    hours.desk.time_zone: a time zone is named as in the tz database, such as "Europe/Paris"
holidays = "FR"  ->  holidays = "fr"
    hours.desk.holidays: public holidays are those of a country, two capital letters, such as "FR"; \
did you mean "FR"?
working_days = "mon-fri"  ->  working_days = "Monday"
    hours.desk.working_days: days are written "mon-fri" or "mon-thu, sat"
working_days = "mon-fri"  ->  working_days = "sat-mon"
    hours.desk.working_days: a week begins with mon and ends with sun
["14:00-18:00", "09:00-12:00"]  ->  ["9-12"]
    hours.desk.working_day.service: a span of time is written "09:00-12:00", not "9-12"
["14:00-18:00", "09:00-12:00"]  ->  ["18:00-14:00"]
    hours.desk.working_day.service: a span lies within one day and ends after it begins, \
"18:00-14:00" does not
["14:00-18:00", "09:00-12:00"]  ->  ["09:00-12:00", "11:00-18:00"]
    hours.desk.working_day.service: "service" and "service" overlap at 11:00
["14:00-18:00", "09:00-12:00"]  ->  []
    hours.desk.working_day.service: spans of time stand in a list, such as ["09:00-12:00", "14:00-18:00"]
[2026-12-24]  ->  ["2026-12-24"]
    hours.desk.closed_on: days stand in a list and without quotes, such as [2026-12-24, 2027-01-02]
[2026-12-24]  ->  [2026-12-24] / open_on = [2026-12-24]
    hours.desk.open_on: 2026-12-24 is closed as well: a day is one or the other
[2026-12-24]  ->  [] / day_off.night = ["22:00-24:00"] / open_at = "9"
    hours.desk.open_at: there is no "open_at" here; did you mean "open_on"?
holidays = "FR" / working_days = "mon-fri"  ->  working_days = "mon-sun" / day_off.night = ["22:00-24:00"]
    hours.desk.day_off.night: "night" never begins: it is open always, or no day has it
country = "FR"  ->  country = "FR" / use = "shared/a.toml"
    line.use: files stand in a list, such as ["shared/identify.toml"], not "shared/a.toml" alone
country = "FR"  ->  country = "FR" / use = ["../a.toml"]
    line.use: a shared file lies below the dialplan's folder and ends in .toml, not "../a.toml"
country = "FR"  ->  country = "FR" / use = ["shared/a.toml"]
    line.use.0: shared/a.toml: there is no such file
"""


def mistakes() -> list[tuple[str, str, str]]:
    found = []
    for block in re.split(r"\n(?=\S)", MISTAKES.rstrip("\n")):
        change, said = block.split("\n", 1)
        old, new = change.replace(" / ", "\n").split("  ->  ")
        found.append((old, new, said.strip()))
    return found


@pytest.mark.parametrize(("old", "new", "said"), mistakes())
def test_each_mistake_is_one_plain_line(old, new, said):
    assert old in SHOP
    assert said in problems(SHOP.replace(old, new, 1))


SHARED = """\
[step.ask-pin]
read = "which-pin"
into = "pin"
digits = "4"
wait = "6 s"
next_wait = "3 s"
tries = 1
then = "compare"
give_up = "goodbye"

[hours.desk]
time_zone = "Europe/Paris"
working_days = "mon-fri"
working_day.service = ["09:00-12:00"]
"""
USING = """\
[line]
name = "Using"
numbers = ["1234"]
country = "FR"
language = "fr"
start = "ask-pin"
longest_call = "10 min"
use = ["shared/pin.toml"]

[step.compare]
hours = "desk"
open.service = "goodbye"
closed = "goodbye"

[step.goodbye]
hang_up = true
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "pin.toml").write_text(SHARED)
    (tmp_path / "one.toml").write_text(USING)
    (tmp_path / "two.toml").write_text(USING.replace("1234", "5678"))
    return tmp_path


def said(folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in read_folder(folder)[1]]


def test_lines_share_the_steps_and_hours_of_a_file_and_each_place_keeps_its_own(folder):
    plans, wrong = read_folder(folder)
    assert wrong == [] and [plan.line.name for plan in plans] == ["Using", "Using"]
    plan = plans[0]
    assert plan.steps["ask-pin"].then == "compare" and plan.hours["desk"].states == ("service",)
    assert plan.file_of(("step", "ask-pin", "then")) == str(folder / "shared" / "pin.toml")
    assert plan.line_of(("step", "ask-pin", "then")) == 8
    assert plan.file_of(("step", "compare")) == str(folder / "one.toml")
    assert plan.line_of(("hours", "desk", "working_days")) == 13


def test_a_step_that_the_using_line_lacks_is_named_where_the_shared_file_leads_to_it(folder):
    (folder / "one.toml").write_text(USING.replace("goodbye", "ciao"))
    assert said(folder) == ['shared/pin.toml:9: step.ask-pin.give_up: there is no step "goodbye"']


def test_what_is_wrong_in_a_shared_file_is_said_once_for_all_lines(folder):
    (folder / "shared" / "pin.toml").write_text(SHARED.replace('digits = "4"', "digits = 4"))
    assert said(folder) == [
        'shared/pin.toml:4: step.ask-pin.digits: how many digits stands in double quotes: "4"'
    ]
    (folder / "shared" / "pin.toml").write_text("[step.")
    assert sorted(line.partition(":")[0] for line in said(folder)) == [
        "one.toml", "shared/pin.toml", "two.toml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "more", "expected"),
    [
        (
            "shared/pin.toml",
            "[line]\nname = 1\n",
            'shared/pin.toml:15: line: a shared file holds [step.NAME] and [hours.NAME] tables, not "line"',
        ),
        (
            "shared/pin.toml",
            "[step.goodbye]\nhang_up = true\n",
            'shared/pin.toml:15: step.goodbye: "goodbye" stands in one.toml too: call one otherwise',
        ),
    ],
)
def test_a_shared_file_holds_steps_of_its_own(folder, file, more, expected):
    (folder / file).write_text(SHARED + more)
    (folder / "two.toml").unlink()
    assert expected in said(folder)


def test_a_used_file_that_is_not_there_is_said_at_its_place_in_the_line(folder):
    (folder / "shared" / "pin.toml").unlink()
    assert said(folder)[0] == "one.toml:8: line.use.0: shared/pin.toml: there is no such file"
    assert len(said(folder)) == 2
    assert read(folder / "one.toml")[0] is None


@given(st.integers(0, len(SHOP)), st.integers(0, 30), st.text(max_size=12))
def test_a_damaged_file_is_read_or_refused_and_never_raises(at, length, put):
    plan, wrong = parse(SHOP[:at] + put + SHOP[at + length :])
    assert (plan is None) == bool(wrong)
    assert all("\n" not in str(problem) for problem in wrong)


@given(st.integers(0, len(SHARED)), st.integers(0, 30), st.text(max_size=12))
def test_a_damaged_shared_file_is_read_or_refused_and_never_raises(at, length, put):
    plan, wrong = parse(USING, "a.toml", lambda name: (SHARED[:at] + put + SHARED[at + length :], []))
    assert (plan is None) == bool(wrong)
