"""PINs, numbers and locks at the operator's desk."""

import asyncio
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ivr.accounts.callers import Proof
from ivr.accounts.packs import PackTerms, operator_of
from ivr.accounts.pins import PinTerms
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.ops.accounts_cli import build

Run = Callable[..., Result]
LIGHT = PackTerms(pins=PinTerms(time_cost=1, memory_kib=8))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "accounts.db"


@pytest.fixture
def run(store: Path) -> Run:
    app = build(lambda: str(store), lambda: LIGHT)
    return lambda *words, typed="": CliRunner().invoke(app, words, input=typed)


def identify(store: Path, account: str, pin: str, operator: str = "callpro") -> Proof:
    async def asked() -> Proof:
        opened = await Store.open(str(store))
        try:
            accounts = Accounts(opened, operator=operator_of(operator), terms=LIGHT)
            return await accounts.identify(account, pin, None, datetime.now(UTC))
        finally:
            await opened.close()

    return asyncio.run(asked())


def test_a_pin_comes_by_standard_input_and_is_never_printed(run: Run, store: Path) -> None:
    run("add", "777123456", "--prepaid")
    done = run("set-pin", "777123456", typed="2580\n")
    assert (done.exit_code, done.output) == (0, "777123456: the PIN is set\n")
    assert identify(store, "777123456", "2580").outcome == "proven"
    assert run("remove-pin", "777123456").exit_code == 0
    assert identify(store, "777123456", "2580").outcome == "refused"


def test_a_pin_typed_at_a_terminal_is_asked_for_twice_and_not_shown(run: Run, store: Path) -> None:
    run("add", "777123456", "--prepaid")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from ivr.ops.accounts_cli import accounts; accounts()"]
    child = subprocess.Popen(
        [*command, "--store", str(store), "set-pin", "777123456"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    for _ in range(2):
        while not seen.endswith(b": "):
            seen += os.read(ours, 1000)
        os.write(ours, b"97531\n")
        seen += os.read(ours, 1000)
    while b"is set" not in seen:
        seen += os.read(ours, 1000)
    assert child.wait(timeout=30) == 0
    os.close(ours)
    assert b"97531" not in seen
    assert identify(store, "777123456", "97531").outcome == "proven"


@pytest.mark.parametrize("typed", ["", "\n", "123\n", "12345678901\n", "12a4\n", "١٢٣٤\n"])
def test_a_pin_that_is_none_is_refused_without_being_printed(run: Run, typed: str) -> None:
    run("add", "777123456", "--prepaid")
    refused = run("set-pin", "777123456", typed=typed)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: PIN: expected") and refused.stderr.count("\n") == 1
    assert not typed.strip() or typed.strip() not in refused.output


def test_an_account_number_leads_to_the_account(run: Run, store: Path) -> None:
    run("add", "777123456", "--prepaid")
    run("add", "777123457", "--prepaid")
    assert run("account-number", "777123456", "100234").exit_code == 0
    run("set-pin", "100234", typed="2580\n")
    assert identify(store, "100234", "2580").outcome == "proven"
    taken = run("account-number", "777123457", "100234")
    assert (taken.exit_code, taken.stderr) == (
        1,
        "Error: account number: 100234 already leads to another account\n",
    )
    phone = run("account-number", "777123457", "777123456")
    assert "already leads to another account" in phone.stderr


def test_CS_03_CS_04_booths_and_mobiles_are_made_known_and_released(run: Run) -> None:
    shop = ("--operator", "callshop_fr")
    run(*shop, "add", "0140000001", "--prepaid", "--credit", "50")
    assert run(*shop, "add-number", "0140000001", "0140000002", "--kind", "booth").exit_code == 0
    assert run(*shop, "add-number", "0140000001", "0612345678", "--kind", "known_mobile").exit_code == 0
    listed = [line.split("\t")[:2] for line in run(*shop, "numbers", "0140000001").stdout.splitlines()[1:]]
    assert listed == [["+33140000001", "line"], ["+33140000002", "booth"], ["+33612345678", "known_mobile"]]
    assert run(*shop, "release-number", "0612345678").exit_code == 0
    assert "known_mobile" not in run(*shop, "numbers", "0140000001").stdout
    assert run(*shop, "add-number", "0140000001", "0612345678", "--kind", "known_mobile").exit_code == 0


def test_the_last_way_to_an_account_is_not_taken(run: Run) -> None:
    run("add", "777123456", "--prepaid")
    assert "only one" in run("release-number", "777123456").stderr
    run("account-number", "777123456", "100234")
    assert run("release-number", "777123456").exit_code == 0
    assert run("numbers", "100234").stdout.splitlines()[1:] == []


@pytest.mark.parametrize(
    "words",
    [
        ("set-pin", "777999999"),
        ("remove-pin", "777999999"),
        ("admission", "777999999"),
        ("numbers", "777999999"),
        ("account-number", "777999999", "1"),
        ("account-number", "777123456", "12a"),
        ("account-number", "777123456", "1" * 21),
        ("add-number", "777123456", "777123456"),
        ("add-number", "777123456", "12"),
        ("add-number", "777123456", "777123499", "--kind", "booth"),
        ("release-number", "777999999"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Run, words: tuple[str, ...]) -> None:
    run("add", "777123456", "--prepaid")
    refused = run(*words, typed="2580\n")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Error: ") and refused.stderr.count("\n") == 1


def test_a_lock_is_lifted_by_hand(run: Run, store: Path) -> None:
    run("add", "777123456", "--prepaid")
    run("set-pin", "777123456", typed="2580\n")
    assert run("unlock", "777123456").stdout == "777123456: nothing was locked\n"
    assert run("admission", "777123456").stdout.splitlines()[1] == "\tset\t0\t"
    for _ in range(5):
        identify(store, "777123456", "0000")
    shown = run("admission", "777123456").stdout.splitlines()[1].split("\t")
    assert shown[:3] == ["", "set", "5"]
    locked_for = datetime.fromisoformat(shown[3]).replace(tzinfo=ZoneInfo("Europe/Prague")) - datetime.now(
        UTC
    )
    assert timedelta(minutes=29) < locked_for <= timedelta(minutes=30)
    assert identify(store, "777123456", "2580").outcome == "refused"
    assert run("unlock", "777123456").stdout == "777123456: account unlocked\n"
    assert identify(store, "777123456", "2580").outcome == "proven"
