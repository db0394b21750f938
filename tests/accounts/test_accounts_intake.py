from datetime import date, datetime
from pathlib import Path

import pytest

from ivr.accounts.callers import Caller
from ivr.accounts.intake import COLUMNS, Report, import_rows, read_rows
from ivr.accounts.rules.callpro import OPERATOR
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money

HEAD = "number,charging,credit,valid_until,spend,limit,language\n"


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def written(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "accounts.csv"
        path.write_text(text, encoding=encoding, newline="")
        return path

    return written


async def take(accounts: Accounts, path: Path, now: datetime, skip_bad: bool = False) -> Report:
    rows, faults = read_rows(path, OPERATOR)
    return await import_rows(accounts, rows, faults, now=now, skip_bad=skip_bad)


async def test_a_file_is_taken_whole_and_only_once(accounts: Accounts, write, now: datetime) -> None:  # type: ignore[no-untyped-def]
    path = write(
        HEAD
        + "777123456,prepaid,234.50,2027-03-14,,,\n"
        + "+420 772 000 111,POSTPAID,,,12.30,1500,en\n\n"
        + "777000003,prepaid,10,,,,cs\n"
    )
    assert await take(accounts, path, now) == Report(entered=3)
    assert await take(accounts, path, now) == Report(present=3)
    found = await accounts.look_up("credit", Caller("+420777123456"), now)
    assert found.facts == {"credit": Money(23450), "valid_until": date(2027, 3, 14)}
    ruled = await accounts.look_up("credit", Caller("+420777000003"), now)
    assert ruled.facts["valid_until"] == date(2027, 11, 22)
    tariff = await accounts.look_up("credit", Caller("+420772000111"), now)
    assert tariff.facts == {"spend": Money(1230), "limit": Money(150000), "left": Money(148770)}


async def test_an_imported_account_that_was_topped_up_is_still_the_same(
    accounts: Accounts,
    write,  # type: ignore[no-untyped-def]
    now: datetime,
) -> None:
    path = write(HEAD + "777123456,prepaid,234.50,2027-03-14,,,\n")
    await take(accounts, path, now)
    await accounts.top_up("+420777123456", Money(100), now=now)
    assert await take(accounts, path, now) == Report(present=1)
    assert (await accounts.look_up("credit", Caller("+420777123456"), now)).facts["credit"] == Money(23550)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("abc,prepaid,1,,,,", "number"),
        (",prepaid,1,,,,", "number"),
        ("777000001,cash,1,,,,", "charging"),
        ("777000001,prepaid,12.345,,,,", "credit"),
        ("777000001,prepaid,-1,,,,", "credit"),
        ("777000001,prepaid,1e3,,,,", "credit"),
        ("777000001,prepaid,1,14.3.2027,,,", "valid_until"),
        ("777000001,prepaid,1,2027-02-30,,,", "valid_until"),
        ("777000001,prepaid,0,2027-02-28,,,", "valid_until"),
        ("777000001,prepaid,1,,5,,", "spend"),
        ("777000001,postpaid,1,,,,", "credit"),
        ("777000001,postpaid,,,,x,", "limit"),
        ("777000001,prepaid,1,,,,český", "language"),
        ("777000001,prepaid,1", "line"),
        ("777123456,prepaid,9,,,,", "number"),
    ],
)
async def test_a_bad_line_is_named_by_line_and_field_and_the_others_go_in_only_if_wanted(
    accounts: Accounts,
    write,  # type: ignore[no-untyped-def]
    now: datetime,
    line: str,
    field: str,
) -> None:
    path = write(HEAD + f"777123456,prepaid,1,,,,\n{line}\n")
    report = await take(accounts, path, now)
    assert [(fault.line, fault.field) for fault in report.faults] == [(3, field)]
    assert await accounts.count() == 0
    report = await take(accounts, path, now, skip_bad=True)
    assert (report.entered, len(report.faults)) == (1, 1)
    assert await accounts.count() == 1


async def test_a_line_that_contradicts_the_store_is_a_fault(accounts: Accounts, write, now: datetime) -> None:  # type: ignore[no-untyped-def]
    await take(accounts, write(HEAD + "777123456,prepaid,1,2027-03-14,,,\n"), now)
    report = await take(accounts, write(HEAD + "777123456,prepaid,2,2027-03-14,,,\n"), now)
    assert [fault.field for fault in report.faults] == ["credit"]
    report = await take(accounts, write(HEAD + "777123456,prepaid,1,2027-03-15,,,\n"), now)
    assert [fault.field for fault in report.faults] == ["valid_until"]


async def test_semicolons_decimal_commas_and_a_byte_order_mark_are_read(
    accounts: Accounts,
    write,  # type: ignore[no-untyped-def]
    now: datetime,
) -> None:
    path = write("number;charging;credit\r\n777123456;prepaid;234,50\r\n", encoding="utf-8-sig")
    assert await take(accounts, path, now) == Report(entered=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("number,charging,credti\n", "did you mean 'credit'"),
        ("number,credit\n", "'charging' is missing"),
        ("number,number,charging\n", "twice"),
        (HEAD + '777000001,prepaid,"1\n', "not readable as CSV"),
    ],
)
def test_a_file_without_the_right_columns_is_refused_in_one_line(write, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AccountError, match=said) as refused:
        read_rows(write(text), OPERATOR)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_text_is_refused(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AccountError, match="UTF-8"):
        read_rows(write(HEAD + "český", encoding="cp1250"), OPERATOR)
    with pytest.raises(AccountError, match="directory"):
        read_rows(tmp_path, OPERATOR)


def test_the_columns_are_all_in_the_documentation() -> None:
    from ivr.accounts import intake

    for column in COLUMNS:
        assert f"\n{column} " in (intake.__doc__ or "")
