"""Usage, payments, orders, limits and the period close, as they are typed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ivr.ops.accounts_cli import build

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    app = build(lambda: str(tmp_path / "accounts.db"))
    return lambda *words: CliRunner().invoke(app, words)


@pytest.fixture
def prepaid(run: Run) -> Run:
    assert run("add", "777123456", "--prepaid", "--credit", "100").exit_code == 0
    return run


@pytest.fixture
def vodafone(run: Run) -> Run:
    def of_vodafone(*words: str) -> Result:
        return run("--operator", "vodafone_cz", *words)

    assert of_vodafone("add", "601234567", "--postpaid", "--limit", "1500").exit_code == 0
    return of_vodafone


def test_usage_is_booked_once_and_bad_lines_are_named(prepaid: Run, tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text(
        "record,number,kind,started_at,quantity,price\n"
        "1,777123456,sms,2026-11-01T10:00,1,1.50\n"
        "2,777123456,sms,2026-11-01T10:00,1,free\n"
        "3,777999999,sms,2026-11-01T10:00,1,1\n",
        encoding="utf-8",
    )
    first = prepaid("usage", str(file))
    assert (first.exit_code, first.stdout) == (1, "1 booked, 0 there already, 2 bad lines left out\n")
    assert first.stderr.splitlines() == [
        f"{file}:3: record 2: price: expected an amount such as 12.50, not 'free'",
        f"{file}:4: record 3: number: +420777999999 is not in the store",
    ]
    assert prepaid("usage", str(file)).stdout == "0 booked, 1 there already, 2 bad lines left out\n"
    assert "credit\t98.50 CZK" in prepaid("statement", "777123456").stdout


def test_a_payment_that_fits_nobody_is_parked_matched_and_then_gone(prepaid: Run, tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(
        "reference,to_account,received_at,amount,variable_symbol\n"
        "b1,222852292/0600,2026-11-01,200,777123456\n"
        "b2,222852292/0600,2026-11-01,50,123\n"
        "b3,222852292/0600,2026-11-01,7,\n",
        encoding="utf-8",
    )
    booked = prepaid("payments", str(file))
    assert (booked.exit_code, booked.stdout) == (0, "3 booked, 2 of them parked, 0 there already\n")
    assert "b2\t2026-11-01 00:00:00\t50.00 CZK\t123\t\tnot a number" in prepaid("parked").stdout
    assert "credit 350.00 CZK" in prepaid("match", "b2", "777123456").stdout
    assert prepaid("send-back", "b3", "unknown sender").stdout == "b3: 7.00 CZK sent back\n"
    assert len(prepaid("parked").stdout.splitlines()) == 1
    again = prepaid("match", "b2", "777123456")
    assert (again.exit_code, again.stderr) == (1, "Error: reference: no payment 'b2' is parked\n")


def test_an_order_is_answered_as_its_sms_would_be(prepaid: Run) -> None:
    assert prepaid("order", "777123456", "UP 100").stdout.startswith("refused: ")
    failed = prepaid("order", "777123456", "UP 150", "--message-id", "1")
    assert failed.stdout.startswith("failed: UP 150: ")
    assert prepaid("order", "777123456", "UP 150", "--message-id", "1").stdout == failed.stdout
    assert prepaid("order", "777123456", "UP 600", "--message-id", "1").exit_code == 1


def test_a_limit_is_raised_blocked_and_told(vodafone: Run, tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    file.write_text(
        "record,number,kind,started_at,quantity,price\n1,601234567,fee,2026-11-01,1,1350\n", "utf-8"
    )
    assert vodafone("usage", str(file)).exit_code == 0
    statement = vodafone("statement", "601234567").stdout
    assert "limit\t1500.00 CZK, 150.00 CZK left, 90.00 % used" in statement
    assert "state\topen, blocked abroad" in statement
    (_, notice) = vodafone("notices").stdout.splitlines()
    assert notice.split("\t")[1:5] == ["+420601234567", "limit", "90 %", "1500.00 CZK"]
    assert len(vodafone("notices", "--sent", notice.split("\t")[0]).stdout.splitlines()) == 1
    assert vodafone("notices", "--sent", "1").exit_code == 1
    for _ in range(2):
        raised = vodafone("deposit", "601234567", "500", "--key", "shop-7")
        assert raised.stdout == "+420601234567: limit 2000.00 CZK, spend 1350.00 CZK\n"
    assert "deposit" in vodafone("ledger", "601234567", "--newest", "5").stdout
    assert vodafone("raise", "601234567", "500").exit_code == 1
    assert vodafone("claim-back", "601234567", "1").exit_code == 1
    assert vodafone("limit", "601234567", "100").exit_code == 1


def test_an_own_limit_is_set_and_taken_away(run: Run) -> None:
    def gomobil(*words: str) -> Result:
        return run("--operator", "gomobil", *words)

    gomobil("add", "601234567", "--postpaid", "--limit", "300")
    assert "limit 100.00 CZK" in gomobil("limit", "601234567", "100").stdout
    assert "limit 300.00 CZK" in gomobil("limit", "601234567", "none").stdout
    assert gomobil("raise", "601234567").exit_code == 1


def test_periods_are_closed_once_and_the_books_add_up(prepaid: Run) -> None:
    first = prepaid("close-period")
    assert (first.exit_code, first.stdout) == (0, "1 periods closed, 1 accounts in them; 0 were due\n")
    again = prepaid("close-period")
    assert again.stdout == "0 periods closed, 0 accounts in them; 0 were due\n"
    assert prepaid("check").stdout == "the books add up\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--operator", "t-mobile", "list"),
        ("statement", "777999999"),
        ("ledger", "777999999"),
        ("usage", "/nowhere.csv"),
        ("payments", "/nowhere.csv"),
        ("match", "b1", "777123456"),
        ("send-back", "b1", "why"),
        ("order", "777999999", "UP 150"),
        ("order", "777123456", "UP 150", "--at", "soon"),
        ("order", "777123456", "UP 150", "--message-id", "a b"),
        ("order", "777123456", "x" * 2000),
        ("deposit", "777123456", "1"),
        ("deposit", "777123456", "0"),
        ("raise", "777123456", "1"),
        ("claim-back", "777123456", "1"),
        ("limit", "777123456", "much"),
        ("notices", "--sent", "1"),
        ("close-period", "--at", "soon"),
        ("close-period", "--at", "2999-01-01"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(prepaid: Run, words: tuple[str, ...]) -> None:
    result = prepaid(*words)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_what_is_in_the_catalogue_can_be_ordered(prepaid: Run, tmp_path: Path) -> None:
    file = tmp_path / "bundles.csv"
    file.write_text(
        "code,name,family,unit,size,monthly_fee\n"
        "data_150,DATA 150,data,kilobytes,153600,50\n"
        "data_600,DATA 600,date,kilobytes,614400,100\n"
        "data_1000,DATA 1000,data,kilobytes,1024000,-1\n",
        encoding="utf-8",
    )
    taken = prepaid("bundles", str(file))
    assert taken.stdout == "1 booked, 0 there already, 2 bad lines left out\n"
    assert ":3: record data_600: family: " in taken.stderr
    assert ":4: record data_1000: monthly_fee: " in taken.stderr
    assert prepaid("bundles", str(file)).stdout.startswith("0 booked, 1 there already")
    assert prepaid("order", "777123456", "UP 150").stdout.startswith("done: ")
    assert "DATA 150\t153600 of 153600 kilobytes left" in prepaid("statement", "777123456").stdout
    file.write_text("code,name,charging,monthly_fee\ncallpro_200,CallPro 200,prepaid,0\n", "utf-8")
    assert prepaid("tariffs", str(file)).exit_code == 0


def test_CS_21_an_automatic_top_up_is_set_shown_and_switched_off(run: Run) -> None:
    def shop(*words: str) -> Result:
        return run("--operator", "callshop_fr", *words)

    assert shop("add", "+33140000001", "--prepaid", "--credit", "200").exit_code == 0
    words = ("auto-top-up", "+33140000001", "--level", "50", "--amount", "500")
    assert "needs the token of a card" in shop(*words).stderr
    done = shop(*words, "--card", "sandbox-settles")
    assert done.stdout == (
        "+33140000001: 500.00 EUR by card at 50.00 EUR, at most 2000.00 EUR in seven days\n"
    )
    assert "automatic top-up\t500.00 EUR at 50.00 EUR" in shop("statement", "+33140000001").stdout
    wrong = shop(*words[:-1], "600")
    assert (wrong.exit_code, wrong.stderr) == (
        1,
        "Error: automatic top-up: an amount is 500.00 EUR, 1000.00 EUR or 2000.00 EUR, not 600.00 EUR\n",
    )
    assert "give --level and --amount, or --off" in shop("auto-top-up", "+33140000001").stderr
    assert shop("auto-top-up", "+33140000001", "--off").exit_code == 0
    assert "automatic top-up" not in shop("statement", "+33140000001").stdout
    assert "to switch off" in shop("auto-top-up", "+33140000001", "--off").stderr


def test_VP_17_the_check_names_tariffs_without_a_group_or_in_another(vodafone: Run, tmp_path: Path) -> None:
    file = tmp_path / "tariffs.csv"
    file.write_text(
        "code,name,charging,monthly_fee,proration_group\n"
        "red_lte,RED LTE,postpaid,749,P\n"
        "ours,Ours,postpaid,100,F\n"
        "start_130,Start 130,postpaid,130,P\n"
        "new_one,New,postpaid,99,\n",
        encoding="utf-8",
    )
    assert vodafone("check").stdout == "the books add up\n"
    assert vodafone("tariffs", str(file)).exit_code == 0
    found = vodafone("check")
    assert (found.exit_code, found.stderr.splitlines()) == (
        1,
        [
            "tariff new_one: it has no proration group, so no cancellation price can be told",
            "tariff start_130: its proration group is F, the store has P",
        ],
    )


def test_deposits_are_shown_by_the_ids_that_claim_back_takes(vodafone: Run) -> None:
    assert vodafone("deposit", "601234567", "500").exit_code == 0
    shown = vodafone("deposits", "601234567").stdout.splitlines()
    assert shown[0] == "id\tkind\tamount\tpaid\tgiven back"
    number, kind, amount, *_ = shown[1].split("\t")
    assert (kind, amount) == ("limit", "500.00 CZK")
    assert "too early" in vodafone("claim-back", "601234567", number).stderr
    assert "is not in the store" in vodafone("deposits", "601234568").stderr
