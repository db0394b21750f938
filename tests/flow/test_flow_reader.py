"""A dialplan file is read whole, and everything wrong with it is said at once, by line, in plain words."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.reader import parse, read, read_folder
from ivr.flow.steps import AskStep, HangUpStep, LookUpStep, SayStep, TransferStep, sentences

CALLPRO = Path(__file__).parents[1] / "small" / "dialplan" / "callpro.toml"
SOUND = """\
[line]
name = "Test"
numbers = ["4488"]
country = "CZ"
language = "cs"
start = "menu"
longest_call = "10 min"

[step.menu]
ask = "menu"
keys.2 = "credit"
keys."*" = "bye"
wait = "5 s"
tries = 1
give_up = "bye"

[step.credit]
look_up = "credit"
outcomes.found = "say-credit"
outcomes.unavailable = "operator"

[step.say-credit]
say = ["credit-prepaid", "credit-valid"]
then = "menu"
must_hear = true

[step.operator]
transfer = "474 770 601"
connected = "bye"
failed = "bye"

[step.bye]
hang_up = true
"""


def problems(text: str) -> list[str]:
    plan, wrong = parse(text, "line.toml")
    assert plan is None and wrong
    return [str(problem) for problem in wrong]


def changed(old: str, new: str) -> list[str]:
    assert SOUND.count(old) == 1
    return problems(SOUND.replace(old, new))


def test_a_sound_file_becomes_a_plan():
    plan, wrong = parse(SOUND, "line.toml")
    assert wrong == []
    assert plan.line.longest_call == 600.0 and plan.line.numbers == ("4488",)
    assert plan.steps["menu"] == AskStep(
        "menu", sentences("menu"), {"2": "credit", "*": "bye"}, wait=5.0, tries=1, give_up="bye"
    )
    assert plan.steps["credit"] == LookUpStep(
        "credit", "credit", {"found": "say-credit", "unavailable": "operator"}
    )
    assert plan.steps["say-credit"] == SayStep(
        "say-credit", sentences("credit-prepaid", "credit-valid"), "menu", True
    )
    assert plan.steps["operator"] == TransferStep("operator", "474770601", "bye", "bye")
    assert plan.steps["bye"] == HangUpStep("bye")
    assert plan.line_of(("step", "menu", "keys", "2")) == 11


def test_CP_01_CP_02_CP_10_the_callpro_line_answers_4488_and_key_2_is_credit():
    plan, wrong = read(CALLPRO)
    assert wrong == []
    assert plan.line.answers("4488") and plan.line.answers("+4204488") and not plan.line.answers("4489")
    assert plan.steps["menu"].keys["2"] == "credit" == plan.steps["short-menu"].keys["2"]
    assert plan.steps["credit"].look_up == "credit"
    assert plan.steps["transfer"].target == "474770601"


def test_a_plan_cannot_be_written_to():
    plan, _ = parse(SOUND)
    with pytest.raises(TypeError):
        plan.steps["more"] = HangUpStep("more")
    with pytest.raises(TypeError):
        plan.steps["menu"].keys["3"] = "bye"


def test_the_order_of_steps_and_the_form_of_tables_do_not_matter():
    head, *steps = SOUND.split("\n[step.")
    turned = head + "\n" + "\n[step.".join(["", *reversed(steps)])
    inline = SOUND.replace('keys.2 = "credit"\nkeys."*" = "bye"', 'keys = { 2 = "credit", "*" = "bye" }')
    windows = "\ufeff" + SOUND.replace("\n", "\r\n")
    for text in (turned, inline, windows.removeprefix("\ufeff")):
        plan, wrong = parse(text)
        assert wrong == [] and plan == parse(SOUND)[0]


# What stands in the sound file, what is written in its place (" / " is a new line), and what is said of it.
MISTAKES = """\
keys.2 = "credit"  ->  keys.2 = "credti"
    line.toml:11: step.menu.keys.2: there is no step "credti"; did you mean "credit"?
start = "menu"  ->  start = "Menu"
    line.toml:6: line.start: there is no step "Menu"; did you mean "menu"?
tries = 1  ->  trys = 1
    line.toml:9: step.menu: "tries" is missing: how often to ask in all, such as 3
tries = 1  ->  trys = 1
    line.toml:14: step.menu.trys: there is no "trys" here; did you mean "tries"?
tries = 1  ->  tries = "1"
    line.toml:14: step.menu.tries: this is a whole number from 1 to 9, without quotes, not "1"
tries = 1  ->  tries = true
    line.toml:14: step.menu.tries: this is a whole number from 1 to 9, without quotes, not true
wait = "5 s"  ->  wait = 5
    line.toml:13: step.menu.wait: a length of time has its unit: "5 s", "500 ms" or "1 min"
wait = "5 s"  ->  wait = "5 sec"
    line.toml:13: step.menu.wait: a length of time is written "5 s", "500 ms" or "1 min", not "5
        sec"
wait = "5 s"  ->  wait = "2 h"
    line.toml:13: step.menu.wait: this length of time lies between 500 ms and 1 min, "2 h" does not
keys."*"  ->  keys.22
    line.toml:12: step.menu.keys.22: "22" is no telephone key: they are 0 to 9, *, # and A to D
keys."*"  ->  keys.a
    line.toml:12: step.menu.keys.a: "a" is no telephone key: they are 0 to 9, *, # and A to D
ask = "menu"  ->  ask = []
    line.toml:10: step.menu.ask: this list is empty: name at least one sentence, or leave the whole
        entry out
ask = "menu"  ->  ask = "menu" / say = "menu"
    line.toml:9: step.menu: a step does one thing: this one has "say" and "ask"; make a step of each
hang_up = true  ->  hangup = true
    line.toml:32: step.bye: a step has one of "say", "ask", "read", "identify", "look_up", "when",
        "hours", "language", "repeat", "transfer" or "hang_up"; this one has none; did you mean "hang_up"?
hang_up = true  ->  hang_up = false
    line.toml:33: step.bye.hang_up: this is always true, without quotes, not false
hang_up = true  ->  hang_up = true / then = "menu"
    line.toml:34: step.bye.then: "then" belongs to a step that has "say", "read", "language" or
        "repeat"
must_hear = true  ->  must_hear = "yes"
    line.toml:25: step.say-credit.must_hear: this is true or false, without quotes, not "yes"
numbers = ["4488"]  ->  numbers = ["4488", "+420 4488"]
    line.toml:3: line.numbers.1: the number "+4204488" stands here twice
numbers = ["4488"]  ->  numbers = [4488]
    line.toml:3: line.numbers: a telephone number stands in double quotes: "4488"
numbers = ["4488"]  ->  numbers = []
    line.toml:3: line.numbers: this list is empty: a line answers at least one number
country = "CZ"  ->  country = "cz"
    line.toml:4: line.country: a country is two capital letters, such as "CZ", not "cz"
language = "cs"  ->  language = "czech"
    line.toml:5: line.language: a language is written as in BCP 47, such as "cs" or "fr-CA", not
        "czech"
[line]  ->  [lnie]
    line.toml:1: lnie: a dialplan holds [line], [step.NAME] and [hours.NAME] tables, not "lnie";
        did you mean "line"?
[step.bye]  ->  [step.Bye]
    line.toml:32: step.Bye: a step's name is small letters, digits and hyphens, not "Bye"
"474 770 601"  ->  "the operator"
    line.toml:28: step.operator.transfer: a telephone number is digits, such as "474 770 601" or
        "+420474770601", not "theoperator"
then = "menu"  ->  then = menu
    line.toml:24: there is no value here: texts, names and lengths of time stand in double quotes,
        as in "menu"
[step.bye]  ->  [step.menu]
    line.toml:32: this is written a second time: each table and each entry stands once
"""


def mistakes() -> list[tuple[str, str, str]]:
    found = []
    for block in re.split(r"\n(?=\S)", MISTAKES.rstrip()):
        change, *said = block.split("\n")
        old, new = change.replace(" / ", "\n").split("  ->  ")
        found.append((old, new, " ".join(line.strip() for line in said)))
    return found


@pytest.mark.parametrize(("old", "new", "said"), mistakes())
def test_each_mistake_is_one_plain_line(old, new, said):
    assert said in changed(old, new)


def test_all_problems_of_a_file_are_said_at_once_in_its_order():
    text = SOUND.replace('"credit"\nkeys', '"nowhere"\nkeys').replace("tries = 1", "tries = 0")
    said = problems(text.replace('then = "menu"', 'than = "menu"').replace("hang_up = true", "hang_up = 1"))
    assert [int(line.split(":")[1]) for line in said] == [11, 14, 22, 24, 33]


def test_a_mistake_in_a_step_does_not_hide_that_others_lead_to_it():
    assert len(changed("tries = 1", "tries = 0")) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'[line]\nname = "\xe1"\n', "x.toml:2: this is not UTF-8 text: save the file as UTF-8"),
        (b"a = \n", "x.toml:1: there is no value here"),
        (b'[line]\nname = "Call', "x.toml:2: this is not TOML: unterminated string"),
        (b"a = " + b"[" * 3000, "x.toml: lists and tables stand too deep inside each other"),
        (b"a = " + b"9" * 6000, "x.toml:1: a number here has thousands of digits"),
        (b"#" * 1_000_001, "x.toml: this is no dialplan: it is over a megabyte long"),
        (b"", "x.toml: line: the file needs a [line] table"),
        (b"line = 3\nstep = []", "x.toml:1: line: the file needs a [line] table"),
    ],
    ids=[
        "not UTF-8",
        "no value",
        "open string",
        "too deep",
        "huge number",
        "huge file",
        "empty",
        "no tables",
    ],
)
def test_a_file_that_is_no_dialplan_is_one_plain_line(tmp_path, data, said):
    file = tmp_path / "x.toml"
    file.write_bytes(data)
    plan, wrong = read(file)
    assert plan is None
    assert str(wrong[0]).removeprefix(f"{tmp_path}/").startswith(said)


def test_a_missing_file_and_a_folder_in_its_place_are_said(tmp_path):
    assert "there is no such file" in str(read(tmp_path / "none.toml")[1][0])
    assert "cannot be read" in str(read(tmp_path)[1][0])


def test_a_folder_gives_its_sound_plans_and_the_problems_of_the_others(tmp_path):
    (tmp_path / "a.toml").write_text(SOUND)
    (tmp_path / "b.toml").write_text("x")
    plans, wrong = read_folder(tmp_path)
    assert [plan.line.name for plan in plans] == ["Test"] and len(wrong) == 1
    (tmp_path / "empty").mkdir()
    assert "no .toml file" in str(read_folder(tmp_path / "empty")[1][0])
    assert "no such folder" in str(read_folder(tmp_path / "none")[1][0])


@given(st.integers(0, len(SOUND)), st.integers(0, 30), st.text(max_size=12))
def test_a_damaged_file_is_read_or_refused_and_never_raises(at, length, put):
    plan, wrong = parse(SOUND[:at] + put + SOUND[at + length :])
    assert (plan is None) == bool(wrong)
    assert all("\n" not in str(problem) for problem in wrong)


VALUES = st.recursive(
    st.sampled_from(['"menu"', '"5 s"', "3", "true", "1.5", "1979-05-27", '""', "inf"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=5,
)
ENTRY = st.sampled_from(
    ["say", "ask", "then", "keys", "keys.2", "tries", "wait", "outcomes", "outcomes.x", "hang_up"]
)


@given(st.dictionaries(ENTRY, VALUES, max_size=6))
def test_a_step_of_any_entries_and_types_is_read_or_refused_and_never_raises(entries):
    table = "\n".join(f"{entry} = {value}" for entry, value in entries.items())
    plan, wrong = parse(f"{SOUND}\n[step.drawn]\n{table}\n")
    assert (plan is None) == bool(wrong)
