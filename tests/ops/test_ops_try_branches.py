"""``ivr try`` shows numbers and PINs, proofs, the clock, languages and what is said again."""

import io
import sys

import pytest
from operator_desk import Desk, open_desk, type_in

CREDIT = "dvě koruny"
ACCOUNT, PIN = "777000002", "2580"


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    opened = open_desk(tmp_path, "small/verbs")
    opened.demo()
    opened.settings.write_text(opened.settings.read_text() + "\n[dialplan.facts]\ncredit_first = true\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PIN}\n"))
    assert type_in(capsys, "accounts", "set-pin", ACCOUNT).status == 0
    return opened


@pytest.fixture
def call(desk, capsys):
    def run(*arguments: str) -> list[str]:
        printed = type_in(capsys, "try", *arguments)
        assert (printed.status, printed.err) == (0, "")
        return [line.strip() for line in printed.out.splitlines()]

    return run


def test_the_line_with_every_verb_is_sound(desk, capsys):
    assert type_in(capsys, "check").status == 0


def test_account_and_pin_are_keyed_in_as_stars_and_the_look_up_goes_on(call):
    said = call("4488", "--keys", f"2 {ACCOUNT}# 0000 {ACCOUNT}# {PIN} 8")
    assert said[: said.index("line  (slowly) Kredit říkáme hned.") + 1] == [
        "line  Nabídka.",
        "caller  presses 2",
        "system  looks up credit: not_proven",
        "line  Číslo účtu.",
        "caller  keys in *********",
        "caller  presses #",
        "line  Tajný kód.",
        "caller  keys in ****",
        "system  compares account and PIN: refused",
        "line  To nesouhlasí.",
        "line  Číslo účtu.",
        "caller  keys in *********",
        "caller  presses #",
        "line  Tajný kód.",
        "caller  keys in ****",
        "system  compares account and PIN: proven",
        "system  looks up credit: prepaid",
        f"line  Máte {CREDIT}.",
        "line  Kredit říkáme hned.",
        "line  Nabídka.",
        "caller  presses 8",
        f"line  (slowly) Máte {CREDIT}.",
        "line  (slowly) Kredit říkáme hned.",
    ]
    assert not any(number in line for line in said for number in (ACCOUNT, PIN))


@pytest.mark.parametrize("dialled", ["3112*0", "3112%2A0", "+4203112*0"])
def test_CS_08_a_number_with_a_star_may_have_its_price_said_and_begin_with_what_is_wanted(call, dialled):
    assert call(dialled)[:4] == [
        "line  Hovor je placený.",
        "system  answers",
        "system  looks up credit: not_proven",
        "line  Číslo účtu.",
    ]


def test_a_comma_lets_a_wait_pass(call):
    assert call("4488", "--keys", ",4")[:7] == [
        "line  Nabídka.",
        "caller  is silent for 5 s",
        "line  Nic neslyším.",
        "line  Nabídka.",
        "caller  presses 4",
        "system  goes on in en",
        "line  The menu.",
    ]


def test_the_language_may_be_chosen_and_a_language_that_is_not_spoken_is_refused(call, capsys):
    assert call("4488", "--language", "en")[0] == "line  The menu."
    refused = type_in(capsys, "try", "4488", "--language", "fr")
    assert refused.status == 1
    assert refused.err.strip().endswith("line.languages: fr is not spoken here, only cs, en")


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-11-23T10:00", ["system  transfers to 474770601: connected", "system  hangs up"]),
        ("2026-11-23T18:00", ["line  Zavřeno, otvíráme dvacátého čtvrtého listopadu.", "line  Nabídka."]),
        ("2026-12-24T10:00", ["line  Zavřeno, otvíráme dvacátého osmého prosince.", "line  Nabídka."]),
        ("2026-11-23T17:30+02:00", ["system  transfers to 474770601: connected", "system  hangs up"]),
    ],
)
def test_the_clock_says_what_it_is_told_to(call, at, then):
    said = call("4488", "--keys", "6", "--at", at)
    assert said[2].startswith("system  reads the clock: ") and said[3:5] == then


def test_a_time_that_is_none_is_refused(desk, capsys):
    printed = type_in(capsys, "try", "4488", "--at", "noon")
    assert printed.status == 2 and "2026-12-24T18:30" in printed.err


@pytest.mark.parametrize(("trust", "outcome"), [("--trusted", "prepaid"), ("--untrusted", "anonymous")])
def test_a_number_that_is_not_believed_is_nobodys(call, trust, outcome):
    said = call("4488", "--from", "777000002", trust, "--keys", "1")
    assert any(line.endswith(f"credit: {outcome}") for line in said)


def test_without_a_store_no_pin_can_be_proven(call, desk):
    (desk.folder / "accounts.db").write_text("no database at all, but a letter\n" * 40)
    said = call("4488", "--keys", f"2 {ACCOUNT}# {PIN}")
    compared = said.index("system  compares account and PIN: unavailable")
    assert said[compared + 1] == "line  Zkuste to později."
