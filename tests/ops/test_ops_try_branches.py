"""``ivr try`` shows numbers and PINs, proofs, the clock, languages and what is said again."""

import io
import sys

import pytest
from operator_desk import Desk, open_desk, type_in

LINE = """\
[line]
name = "Shop"
numbers = ["3999", "3999*0"]
country = "CZ"
language = "cs"
languages = ["cs", "en"]
start_for."3999*0" = "balance"
before_answer_for."3999*0" = "shop-price"
start = "menu"
longest_call = "10 min"

[step.menu]
ask = "shop-menu"
keys.1 = "desk"
keys.2 = "balance"
keys.7 = "english"
keys.8 = "slower"
wait = "5 s"
tries = 2
silence = "shop-silence"
wrong_key = "shop-silence"
give_up = "end"

[step.balance]
look_up = "credit"
trust = "pin"

[step.balance.outcomes]
prepaid = "say-credit"
expiring = "say-credit"
expired = "menu"
empty = "menu"
postpaid = "menu"
postpaid_with_limit = "menu"
unknown = "menu"
anonymous = "menu"
unavailable = "menu"
not_proven = "ask-account"

[step.say-credit]
say = ["shop-credit", { say = "shop-first", if = "credit_first" }]
then = "menu"

[step.ask-account]
read = "shop-account"
into = "account"
digits = "4-12"
wait = "6 s"
next_wait = "3 s"
tries = 1
then = "ask-pin"
give_up = "end"

[step.ask-pin]
read = "shop-pin"
into = "pin"
digits = "4"
wait = "6 s"
next_wait = "3 s"
tries = 1
then = "compare"
give_up = "end"

[step.compare]
identify = { account = "account", pin = "pin" }
proven = "own-language"
refused = "say-wrong"
no_tries_left = "end"
unavailable = "end"

[step.say-wrong]
say = "shop-wrong"
then = "ask-account"

[step.own-language]
language = "account"
then = "resume"

[step.english]
language = "en"
then = "menu"

[step.slower]
repeat = "slower"
then = "menu"

[step.desk]
hours = "desk"
open.service = "person"
closed = "say-closed"

[step.say-closed]
say = "shop-closed"
then = "menu"

[step.person]
transfer = "474 770 601"
connected = "end"
failed = "menu"

[step.end]
hang_up = true

[hours.desk]
time_zone = "Europe/Prague"
holidays = "CZ"
working_days = "mon-fri"
working_day.service = ["09:00-17:00"]
"""
WORDS = ("price", "menu", "silence", "credit", "first", "account", "pin", "wrong", "closed")
ACCOUNT, PIN = "777000002", "2580"


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    opened = open_desk(tmp_path)
    opened.demo()
    (tmp_path / "dialplan" / "try-shop.toml").write_text(LINE)
    for language in ("cs", "en"):
        (tmp_path / "prompts" / language).mkdir(exist_ok=True)
        texts = "".join(f"shop-{word} = {language} {word}.\n" for word in WORDS)
        (tmp_path / "prompts" / language / "try-shop.ftl").write_text(texts)
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


def test_account_and_pin_are_keyed_in_as_stars_and_the_look_up_goes_on(call):
    said = call("3999", "--keys", f"2 {ACCOUNT}# 0000 {ACCOUNT}# {PIN} 8")
    assert said[: said.index("line  (slowly) cs first.") + 1] == [
        "line  cs menu.",
        "caller  presses 2",
        "system  looks up credit: not_proven",
        "line  cs account.",
        "caller  keys in *********",
        "caller  presses #",
        "line  cs pin.",
        "caller  keys in ****",
        "system  compares account and PIN: refused",
        "line  cs wrong.",
        "line  cs account.",
        "caller  keys in *********",
        "caller  presses #",
        "line  cs pin.",
        "caller  keys in ****",
        "system  compares account and PIN: proven",
        "system  looks up credit: prepaid",
        "line  cs credit.",
        "line  cs first.",
        "line  cs menu.",
        "caller  presses 8",
        "line  (slowly) cs credit.",
        "line  (slowly) cs first.",
    ]
    assert not any(number in line for line in said for number in (ACCOUNT, PIN))


@pytest.mark.parametrize("dialled", ["3999*0", "3999%2A0", "+4203999*0"])
def test_CS_08_a_number_with_a_star_may_have_its_price_said_and_begin_with_what_is_wanted(call, dialled):
    assert call(dialled)[:4] == [
        "line  cs price.",
        "system  answers",
        "system  looks up credit: not_proven",
        "line  cs account.",
    ]


def test_a_comma_lets_a_wait_pass(call):
    assert call("3999", "--keys", ",7")[:7] == [
        "line  cs menu.",
        "caller  is silent for 5 s",
        "line  cs silence.",
        "line  cs menu.",
        "caller  presses 7",
        "system  goes on in en",
        "line  en menu.",
    ]


def test_the_language_may_be_chosen_and_a_language_that_is_not_spoken_is_refused(call, capsys):
    assert call("3999", "--language", "en")[0] == "line  en menu."
    refused = type_in(capsys, "try", "3999", "--language", "fr")
    assert refused.status == 1
    assert refused.err.strip().endswith("line.languages: fr is not spoken here, only cs, en")


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-11-23T10:00", ["system  transfers to 474770601: connected", "system  hangs up"]),
        ("2026-11-23T18:00", ["line  cs closed.", "line  cs menu."]),
        ("2026-12-24T10:00", ["line  cs closed.", "line  cs menu."]),
        ("2026-11-23T17:30+02:00", ["system  transfers to 474770601: connected", "system  hangs up"]),
    ],
)
def test_the_clock_says_what_it_is_told_to(call, at, then):
    said = call("3999", "--keys", "1", "--at", at)
    assert said[2].startswith("system  reads the clock: ") and said[3:5] == then


def test_a_time_that_is_none_is_refused(desk, capsys):
    printed = type_in(capsys, "try", "3999", "--at", "noon")
    assert printed.status == 2 and "2026-12-24T18:30" in printed.err


@pytest.mark.parametrize(("trust", "outcome"), [("--trusted", "prepaid"), ("--untrusted", "anonymous")])
def test_a_number_that_is_not_believed_is_nobodys(call, trust, outcome):
    said = call("4488", "--from", "777000002", trust, "--keys", "2")
    assert any(line.endswith(f"credit: {outcome}") for line in said)


def test_without_a_store_no_pin_can_be_proven(call, desk):
    (desk.folder / "accounts.db").write_text("no database at all, but a letter\n" * 40)
    said = call("3999", "--keys", f"2 {ACCOUNT}# {PIN}")
    assert said[-2:] == ["system  compares account and PIN: unavailable", "system  hangs up"]
