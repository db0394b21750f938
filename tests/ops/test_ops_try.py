"""``ivr try``: calls as text, for every kind of caller."""

from datetime import date

import pytest
from operator_desk import Desk, open_desk, type_in

from ivr.accounts.demo import demo_accounts


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INFOLINE_SETTINGS", raising=False)
    opened = open_desk(tmp_path)
    opened.demo()
    return opened


@pytest.fixture
def call(desk, capsys):
    """The transcript of a call to 4488."""

    def run(*arguments: str) -> list[str]:
        printed = type_in(capsys, "try", "4488", *arguments)
        assert (printed.status, printed.err) == (0, "")
        return printed.out.splitlines()

    return run


def test_a_call_line_by_line(call, capsys):
    account = ["777333444", "--prepaid", "--credit", "234.50", "--valid-until", "2099-03-14"]
    assert type_in(capsys, "accounts", "add", *account).status == 0
    assert call("--from", "777333444", "--keys", "2")[:6] == [
        "  line  Dobrý den, vítá vás infolinka CallPro.",
        "  line  Pro zjištění stavu kreditu stiskněte dvojku. Pro spojení s operátorem stiskněte nulu. "
        "Pro zopakování nabídky stiskněte devítku.",
        "caller  presses 2",
        "system  looks up credit: prepaid",
        "  line  Váš kredit je dvě stě třicet čtyři korun padesát haléřů.",
        "  line  Platí do čtrnáctého března dva tisíce devadesát devět.",
    ]


@pytest.mark.parametrize(
    ("number", "outcome", "words"),
    [
        ("+420777000001", "prepaid", "je jedna koruna."),
        ("+420777000002", "prepaid", "dvě koruny"),
        ("+420777000005", "prepaid", "pět korun"),
        ("+420777000021", "prepaid", "dvacet jedna korun dvacet jedna haléřů"),
        ("+420777000050", "prepaid", "je padesát haléřů"),
        ("+420777001234", "prepaid", "tisíc dvě stě třicet čtyři korun jeden haléř"),
        ("+420777000009", "expiring", "Pozor, platí už jen do"),
        ("+420777000010", "expiring", "čtyřicet korun"),
        ("+420777000011", "expired", "Platnost vašeho kreditu skončila"),
        ("+420777000000", "empty", "Váš kredit je vyčerpaný"),
        ("+420777000150", "prepaid", "sto padesát korun"),
        ("+420772000412", "postpaid_with_limit", "čtyři sta dvanáct korun třicet haléřů"),
        ("+420772000099", "postpaid", "devadesát devět korun"),
        ("+420772000600", "postpaid_with_limit", "sto osmdesát devět korun"),
    ],
)
def test_every_demo_caller_hears_an_own_answer(call, number, outcome, words):
    said = call("--from", number, "--keys", "2")
    assert f"system  looks up credit: {outcome}" in said
    assert any(words in line for line in said)


def test_no_demo_caller_is_left_out_above():
    """But the first, whose credit has a day in the calendar and so another answer one day."""
    tried = test_every_demo_caller_hears_an_own_answer.pytestmark[0].args[1]
    assert [row[0] for row in tried] == [account.number for account, _ in demo_accounts(date.today())[1:]]


def test_a_withheld_and_an_unknown_number(call):
    assert "system  looks up credit: anonymous" in call("--keys", "2")
    assert "system  looks up credit: unknown" in call("--from", "601999888", "--keys", "2")
    assert "system  looks up credit: unknown" in call("--from", "101", "--keys", "2")


def test_a_silent_caller_is_asked_three_times(call):
    said = call("--from", "777123456")
    assert said.count("caller  is silent for 5 s") == 3
    assert said[-2:] == ["  line  Děkujeme za zavolání. Na shledanou.", "system  hangs up"]


def test_a_transfer_that_gets_through_and_one_that_does_not(call):
    through = call("--keys", "0")
    assert through[-2:] == ["system  transfers to 474770601: connected", "system  hangs up"]
    failed = call("--keys", "0", "--no-connect")
    assert "system  transfers to 474770601: failed" in failed
    assert any("nepodařilo zastihnout" in line for line in failed)


def test_without_a_store_the_caller_is_told_to_try_later(call, desk):
    (desk.folder / "accounts.db").write_text("no database at all, but a letter\n" * 40)
    said = call("--from", "777123456", "--keys", "2")
    assert "system  looks up credit: unavailable" in said
    assert any("Zkuste to prosím později" in line for line in said)


def test_what_is_said_before_the_answer_comes_first(call, desk):
    for file in desk.folder.rglob("callpro.toml"):
        text = file.read_text("utf-8").replace("[line]", '[line]\nbefore_answer = "one-moment"')
        file.write_text(text, "utf-8")
    assert call()[:3] == [
        "  line  Okamžik, prosím.",
        "system  answers",
        "  line  Dobrý den, vítá vás infolinka CallPro.",
    ]
