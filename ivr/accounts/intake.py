"""A CSV file of accounts comes in; checked accounts go into the store, and faults go out by line and field.

The file is UTF-8, its fields parted by commas or semicolons, its first line the names of the columns:

============  ========  ===============================================================================
column        needed    what is in it
============  ========  ===============================================================================
number        yes       the telephone number, international or as the operator's country writes it
charging      yes       ``prepaid`` or ``postpaid``
credit        no        prepaid only: what is left, ``234.50`` or ``234,50``
valid_until   no        the last day of the credit, ``2027-03-14``; empty: the operator's rule from today
spend         no        postpaid only: what was used in this billing period
limit         no        postpaid only: the calling limit; empty: none
language      no        two letters, ``cs`` when empty
============  ========  ===============================================================================

A number that is in the store with the same opening state is left alone, so a file may be imported again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from ivr.accounts import bookings, queries
from ivr.accounts.csv_file import Line, read_lines
from ivr.accounts.model import Charging, NewAccount, Operator
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money
from ivr.phone import to_e164

__all__ = ["COLUMNS", "Fault", "Report", "Row", "import_rows", "read_rows"]

COLUMNS = ("number", "charging", "credit", "valid_until", "spend", "limit", "language")
_NEEDED = ("number", "charging")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """An account as one line of the file gives it, lines counted from 1."""

    line: int
    account: NewAccount


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line: the field, and what was expected there."""

    line: int
    field: str
    expected: str

    def __str__(self) -> str:
        return f"{self.line}: {self.field}: {self.expected}"


@dataclass(slots=True)
class Report:
    """What became of a file: how many accounts were entered, how many were there, and what was wrong."""

    entered: int = 0
    present: int = 0
    faults: list[Fault] = field(default_factory=list)


def read_rows(path: Path, operator: Operator) -> tuple[list[Row], list[Fault]]:
    """The good lines and the faults of the others. AccountError when the file as a whole is unusable."""
    rows: list[Row] = []
    faults: list[Fault] = []
    for line in read_lines(path, COLUMNS, _NEEDED):
        read = Fault(line.number, "line", line.expected) if line.expected else _row(line, operator)
        rows.append(read) if isinstance(read, Row) else faults.append(read)
    return _each_once(rows, faults)


async def import_rows(
    accounts: Accounts,
    rows: Sequence[Row],
    faults: Sequence[Fault],
    *,
    now: datetime,
    skip_bad: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Enter what ``read_rows`` gave, in one transaction: all lines, or with ``skip_bad`` all good ones.

    With a fault and without ``skip_bad`` nothing is entered. ``progress`` is told how many rows of the
    batch were just done. StoreUnavailable, and then nothing has been entered.
    """
    report = Report(faults=list(faults))
    async with accounts.store.writing() as connection:
        wanted = [row.account.number for row in rows]
        present = await queries.openings(connection, accounts.operator, wanted)
        fresh: list[NewAccount] = []
        for row in rows:
            try:
                checked = accounts.checked(row.account, now)
            except AccountError as error:
                name, _, expected = str(error).partition(": ")
                report.faults.append(Fault(row.line, name, expected))
                continue
            opening = present.get(checked.number)
            if opening is None:
                fresh.append(checked)
            elif (column := _differs(row.account, opening)) is not None:
                expected = f"{checked.number} is in the store, entered with another value; change it there"
                report.faults.append(Fault(row.line, column, expected))
            else:
                report.present += 1
                progress(1)
        report.faults.sort(key=lambda fault: fault.line)
        if report.faults and not skip_bad:
            return report
        for start in range(0, len(fresh), _BATCH):
            batch = fresh[start : start + _BATCH]
            await bookings.enter(connection, accounts.operator, batch, now)
            progress(len(batch))
        report.entered = len(fresh)
    return report


def _row(csv_line: Line, operator: Operator) -> Row | Fault:
    line, given = csv_line.number, csv_line.values
    number = to_e164(given["number"], operator.country)
    if number is None:
        expected = f"expected a telephone number such as 777123456, not {given['number']!r}"
        return Fault(line, "number", expected)
    if given["charging"].lower() not in ("prepaid", "postpaid"):
        return Fault(line, "charging", f"expected prepaid or postpaid, not {given['charging']!r}")
    amounts: dict[str, Money | None] = {}
    for name in ("credit", "spend", "limit"):
        try:
            amounts[name] = Money.parse(given[name], operator.currency) if given.get(name) else None
        except ValueError:
            return Fault(line, name, f"expected an amount such as 234.50, not {given[name]!r}")
    try:
        valid_until = date.fromisoformat(given["valid_until"]) if given.get("valid_until") else None
    except ValueError:
        return Fault(line, "valid_until", f"expected a day such as 2027-03-14, not {given['valid_until']!r}")
    account = NewAccount(
        number=number,
        charging=Charging(given["charging"].lower()),
        credit=amounts["credit"],
        valid_until=valid_until,
        spend=amounts["spend"],
        limit=amounts["limit"],
        language=given.get("language", "").lower() or "cs",
    )
    return Row(line, account)


def _differs(given: NewAccount, opening: NewAccount) -> str | None:
    """The first column in which a line contradicts the account as it was entered; empty says nothing."""
    nothing = Money(0, opening.credit.currency) if opening.credit else None
    pairs = {
        "charging": (given.charging, opening.charging),
        "credit": (given.credit or nothing, opening.credit),
        "valid_until": (given.valid_until or opening.valid_until, opening.valid_until),
        "spend": (given.spend or nothing, opening.spend),
        "limit": (given.limit, opening.limit),
        "language": (given.language, opening.language),
    }
    return next((name for name, (new, old) in pairs.items() if new != old), None)


def _each_once(rows: Iterable[Row], faults: list[Fault]) -> tuple[list[Row], list[Fault]]:
    """A line that repeats another says nothing new; one that contradicts it is a fault."""
    first: dict[str, Row] = {}
    for row in rows:
        before = first.setdefault(row.account.number, row)
        if before.account != row.account:
            faults.append(Fault(row.line, "number", f"is also on line {before.line}, with other values"))
    return list(first.values()), faults
