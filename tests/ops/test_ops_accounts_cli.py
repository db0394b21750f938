from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from ivr.errors import ConfigurationError
from ivr.ops.accounts_cli import build

Run = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "accounts.db"


@pytest.fixture
def run(store: Path) -> Run:
    app = build(lambda: str(store))
    return lambda *words: CliRunner().invoke(app, words)


def test_an_account_is_added_shown_and_listed(run: Run) -> None:
    added = run("add", "777123456", "--prepaid", "--credit", "234.50", "--valid-until", "2027-03-14")
    assert added.exit_code == 0
    assert "+420777123456" in added.stdout
    shown = run("show", "+420 777 123 456")
    assert shown.exit_code == 0
    assert "234.50 CZK\t2027-03-14" in shown.stdout
    listed = run("list").stdout.splitlines()
    assert listed[0].split("\t")[:3] == ["number", "state", "credit"]
    assert listed[1].split("\t")[:2] == ["+420777123456", "prepaid"]


def test_a_postpaid_account_has_spend_and_limit(run: Run) -> None:
    assert run("add", "772000111", "--postpaid", "--spend", "12,30", "--limit", "500").exit_code == 0
    assert "12.30 CZK\t500.00 CZK" in run("list").stdout


def test_a_top_up_with_a_key_is_booked_once(run: Run) -> None:
    run("add", "777123456", "--prepaid", "--credit", "34.50")
    assert "booked; credit 234.50 CZK" in run("top-up", "777123456", "200", "--key", "bank:7").stdout
    assert (
        "was there already; credit 234.50 CZK" in run("top-up", "777123456", "200", "--key", "bank:7").stdout
    )


def test_the_time_of_a_top_up_is_the_operator_s_own(run: Run) -> None:
    run("add", "777123456", "--prepaid")
    assert "valid until 2025-02-28" in run("top-up", "777123456", "1", "--at", "2024-02-29").stdout
    assert "2024-02-29 00:00:00" in run("show", "777123456").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("show", "777999999"),
        ("show", "'; DROP TABLE ledger; --"),
        ("add", "12", "--prepaid"),
        ("add", "777123456", "--prepaid", "--credit", "a lot"),
        ("add", "777123456", "--prepaid", "--credit", "1", "--valid-until", "tomorrow"),
        ("add", "777123456", "--prepaid", "--limit", "1"),
        ("add", "777123456", "--prepaid", "--language", "czech"),
        ("top-up", "777123456", "0"),
        ("top-up", "777123456", "1", "--at", "now"),
        ("top-up", "777123456", "1", "--at", "2999-01-01"),
        ("import", "/nowhere.csv"),
        ("--store", "mysql://x/y", "list"),
        ("--store", "/no/such/folder/accounts.db", "list"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_settings_that_cannot_be_read_are_one_line_too() -> None:
    def broken() -> str:
        raise ConfigurationError("infoline.toml", "store", "expected a file", 3)

    result = CliRunner().invoke(build(broken), ["list"])
    assert (result.exit_code, result.stderr) == (1, "Error: infoline.toml:3: store: expected a file\n")


def test_a_file_is_imported_all_or_nothing_unless_bad_lines_are_to_be_skipped(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("number,charging,credit\n777000001,prepaid,1\n777000002,prepaid,x\n", encoding="utf-8")
    refused = run("import", str(file))
    assert refused.exit_code == 1
    assert f"{file}:3: credit: expected an amount such as 234.50, not 'x'" in refused.stderr
    assert len(run("list").stdout.splitlines()) == 1
    skipped = run("import", str(file), "--skip-bad")
    assert (skipped.exit_code, skipped.stdout) == (1, "1 imported, 0 there already, 1 bad lines left out\n")
    file.write_text("number,charging,credit\n777000001,prepaid,1\n777000002,prepaid,2\n", encoding="utf-8")
    mended = run("import", str(file))
    assert (mended.exit_code, mended.stdout) == (0, "1 imported, 1 there already\n")


def test_long_lists_are_cut_and_say_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    lines = "".join(f"777{n:06},prepaid,1\n" for n in range(1200))
    file.write_text("number,charging,credit\n" + lines, encoding="utf-8")
    assert run("import", str(file)).exit_code == 0
    listed = run("list", "--most", "700")
    assert len(listed.stdout.splitlines()) == 701
    assert "700 of 1200" in listed.stderr
    numbers = [line.split("\t")[0] for line in run("list", "--most", "5000").stdout.splitlines()[1:]]
    assert numbers == [f"+420777{n:06}" for n in range(1200)]


def test_a_pin_hash_is_never_shown(run: Run, store: Path) -> None:
    run("add", "777123456", "--prepaid")
    engine = create_engine(f"sqlite:///{store}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE subscribers SET pin_hash = '$argon2id$secret'"))
    engine.dispose()
    for words in (("show", "777123456"), ("list",)):
        assert "argon2" not in run(*words).output


def test_on_a_terminal_it_is_a_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run("add", "777123456", "--prepaid", "--credit", "1")
    run("add", "772000111", "--postpaid", "--spend", "1234.50", "--limit", "1500")
    for columns in ("80", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        listed = run("list").stdout
        assert "─" in listed
        assert "+420777123456" in listed
        assert "1234.50" in listed
