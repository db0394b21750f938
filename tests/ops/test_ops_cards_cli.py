from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ivr.accounts.card_sandbox import TEST_CARDS
from ivr.ops.cards_cli import cards

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    file = tmp_path / "cards.db"
    return lambda *words: CliRunner().invoke(cards, ["--file", str(file), *words])


def test_CS_20_a_card_is_charged_once_a_key_and_listed(run: Run) -> None:
    charged = run("charge", "sandbox-settles", "500", "--key", "k1")
    assert charged.exit_code == 0
    assert charged.stdout.splitlines()[1].split("\t")[:4] == ["k1", "500.00 EUR", "settled", ""]
    assert run("charge", "sandbox-settles", "500", "--key", "k1").stdout == charged.stdout
    assert run("status", "k1").stdout == charged.stdout
    assert run("list").stdout == charged.stdout


def test_a_charge_without_a_key_gets_one_of_its_own(run: Run) -> None:
    for _ in range(2):
        assert "by-hand:" in run("charge", "sandbox-declined", "500").stdout
    assert run("list").stdout.count("declined") == 2


def test_a_lost_answer_names_the_way_to_the_outcome(run: Run) -> None:
    lost = run("charge", "sandbox-no-answer", "500", "--key", "k1")
    assert lost.exit_code == 1
    assert "ivr cards status k1" in lost.stderr
    assert "settled" in run("status", "k1").stdout


def test_late_cards_take_as_long_as_is_said(run: Run) -> None:
    run("charge", "sandbox-late", "500", "--key", "k1")
    assert "pending" in run("status", "k1").stdout
    run("--late-by", "0", "charge", "sandbox-late", "500", "--key", "k2")
    assert "settled" in run("status", "k2").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("charge", "sandbox-settles", "0"), "a positive amount, not 0.00 EUR"),
        (("charge", "sandbox-settles", "much"), "amount: expected an amount such as 234.50, not 'much'"),
        (("charge", "sandbox-settles", "5", "--currency", "euro"), "currency: expected three letters"),
        (("charge", "sandbox-settles", "5", "--key", "two words"), "visible ASCII characters"),
        (("status", "never"), "no charge 'never' has arrived"),
    ],
)
def test_a_mistake_is_one_plain_line(run: Run, words: tuple[str, ...], said: str) -> None:
    found = run(*words)
    assert found.exit_code == 1
    assert said in found.stderr
    assert found.stderr.count("\n") == 1


def test_payments_that_wait_are_settled_with_the_store_s_accounts(run: Run, tmp_path: Path) -> None:
    store = str(tmp_path / "accounts.db")
    assert run("settle", "--store", store).stdout == "0 settled, 0 failed, 0 still waiting\n"
    assert run("settle", "--store", "mysql://somewhere").exit_code == 1


def test_the_help_names_every_test_card(run: Run) -> None:
    said = run("charge", "--help").stdout
    assert all(card in said for card in TEST_CARDS)
