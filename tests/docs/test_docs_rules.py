"""docs/rules.md says what the tests say, and every rule of the operators is accounted for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from rule_table import Pack, Proof, Rule, faults, proof_of, read_packs, table

PROJECT = Path(__file__).parents[2]
FIRST, SECOND = "GM-01", "GM-02"  # ids of the packs below; the names of these tests carry none


def pack(**rules: Rule) -> dict[str, Pack]:
    return {
        "one": Pack(title="One", page="a page", rules={key.replace("_", "-"): rules[key] for key in rules})
    }


def rule(why: str = "") -> Rule:
    return Rule(says="Says [so] | more.", kind="rule", why=why)


def proof(*proves: str, mentions: tuple[str, ...] = ()) -> Proof:
    return Proof("tests/test_it.py", "it holds", proves, mentions)


def test_every_rule_has_a_test_or_a_reason_and_the_table_is_up_to_date() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(
        [sys.executable, "-m", "tests.rule_table", "--check"],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert (run.stdout + run.stderr, run.returncode) == ("", 0)


@pytest.mark.parametrize(
    ("name", "doc", "case", "proves", "sentence"),
    [
        ("test_GM_01_it_holds", "", "", (FIRST,), "it holds"),
        ("test_it_holds_GM_01", "", "30-x", (FIRST,), "it holds"),
        ("test_GM_01_GM_02_it_holds", "", "", (FIRST, SECOND), "it holds"),
        ("test_it_holds", "GM-01, GM-02: and so on.", "", (FIRST, SECOND), "it holds"),
        ("test_it_holds", "GM-01 GM-02 and GM-03: so it is.", "", (FIRST, SECOND, "GM-03"), "it holds"),
        ("test_it_holds", "GM-01, RFC 3515 section 2.", "", (FIRST,), "it holds"),
        ("test_it_holds", "Unlike GM-01.", "", (), "it holds"),
        ("test_the_line", "", "An answer (GM_01)", (FIRST,), "the line: An answer"),
        ("test_the_line", "", "GM_01", (FIRST,), "the line"),
        ("test_300_GMT_01_and_RFC_01", "", "", (), "300 GMT 01 and RFC 01"),
    ],
    ids=[
        *("before", "behind", "two", "at the head of the docstring", "without commas", "with more behind it"),
        *("a mention", "a case with a title", "a case without", "no ids"),
    ],
)
def test_a_test_carries_ids_in_its_name_at_the_head_of_its_docstring_and_in_its_cases(
    name: str, doc: str, case: str, proves: tuple[str, ...], sentence: str
) -> None:
    found = proof_of("tests/test_it.py", name, doc, case)
    assert (found.proves, found.sentence) == (proves, sentence)


def test_an_id_without_test_and_reason_is_a_fault_and_so_is_one_with_both() -> None:
    packs = pack(GM_01=rule(), GM_02=rule(why="nothing to do"))
    assert faults(packs, [proof(FIRST)]) == []
    assert faults(packs, []) == [f"{FIRST} has no test, and docs/rules.toml does not say why"]
    assert faults(packs, [proof(FIRST, SECOND)]) == [
        f"{SECOND} says why it has no test, and has one: tests/test_it.py"
    ]


@pytest.mark.parametrize("wrong", [proof(FIRST, SECOND), proof(FIRST, mentions=(SECOND,))])
def test_an_id_that_does_not_exist_is_a_fault_proved_or_mentioned(wrong: Proof) -> None:
    assert faults(pack(GM_01=rule()), [wrong]) == [f"tests/test_it.py: it holds: there is no rule {SECOND}"]


def test_an_id_without_its_letter_is_all_that_have_one() -> None:
    packs = pack(CP_S4a=rule(), CP_S4b=rule())
    assert faults(packs, [proof("CP-S4")]) == []
    assert table(packs, [proof("CP-S4")]).count("[it holds](../tests/test_it.py)") == 2


def test_an_id_in_two_packs_is_a_fault() -> None:
    packs = pack(GM_01=rule())
    assert faults(packs | {"two": packs["one"]}, [proof(FIRST)]) == [f"{FIRST} stands in two packs"]


def test_a_row_links_its_tests_or_says_why_there_are_none() -> None:
    rows = table(pack(GM_01=rule(), GM_02=rule(why="nothing to do")), [proof(FIRST)]).splitlines()
    said = r"Says \[so\] \| more."
    assert f"| {FIRST} | {said} | rule | [it holds](../tests/test_it.py) |" in rows
    assert f"| {SECOND} | {said} | rule | no test: nothing to do |" in rows
    assert "2 rules, 1 of them proved by 1 tests." in rows


def test_what_the_owner_is_asked_stands_at_the_end() -> None:
    packs = pack(GM_01=Rule(says="Half up.", kind="question", asks="Half up?"))
    assert table(packs, [proof(FIRST)]).endswith("\n- GM-01: Half up? Until then: Half up.\n")


@pytest.mark.parametrize(
    "entry",
    [
        '{ says = "x", kind = "guess" }',
        '{ says = "x", kind = "question" }',
        '{ says = "x", kind = "rule", asks = "why?" }',
        '{ says = "x", kind = "rule", text = "y" }',
        '{ kind = "rule" }',
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_with_its_place(entry: str) -> None:
    with pytest.raises(ValidationError, match=r"rules\.GM-01"):
        read_packs(f'[one]\ntitle = "One"\npage = "a page"\n[one.rules]\nGM-01 = {entry}\n')
