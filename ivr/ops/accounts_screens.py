"""What is typed comes in as values, accounts and ledger rows go out as tables people and pipes can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ivr.accounts.model import Account, Charging, Entry
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money
from ivr.phone import to_e164

__all__ = [
    "ACCOUNT_COLUMNS",
    "ENTRY_COLUMNS",
    "account_row",
    "amount_of",
    "day_of",
    "e164",
    "entry_row",
    "moment_of",
    "moment_shown",
    "print_table",
    "told",
]

ACCOUNT_COLUMNS = ("number", "state", "credit", "valid until", "spend", "limit", "language")
ENTRY_COLUMNS = ("time", "book", "kind", "amount", "valid until", "key")


def entry_row(accounts: Accounts, entry: Entry) -> tuple[str, ...]:
    """A ledger row under ``ENTRY_COLUMNS``, in the operator's own time."""
    return (
        moment_shown(accounts, entry.occurred_at),
        entry.book,
        entry.kind,
        str(entry.amount),
        str(entry.valid_until or ""),
        entry.key,
    )


def account_row(accounts: Accounts, account: Account, now: datetime) -> tuple[str, ...]:
    """An account under ``ACCOUNT_COLUMNS``."""
    finding = accounts.told(account, now)
    prepaid = account.charging is Charging.PREPAID
    return (
        account.number,
        account.status if account.status != "active" else finding.outcome.removesuffix("_with_limit"),
        str(finding.facts.get("credit", "")),
        str(finding.facts.get("valid_until", "")),
        "" if prepaid else str(account.spend),
        str(account.limit or ""),
        account.language,
    )


def moment_shown(accounts: Accounts, moment: datetime) -> str:
    """A moment in the operator's own time."""
    return f"{moment.astimezone(ZoneInfo(accounts.operator.time_zone)):%Y-%m-%d %H:%M:%S}"


def told(accounts: Accounts, account: Account, now: datetime) -> str:
    """What the line would say about the account, in short."""
    finding = accounts.told(account, now)
    facts = ", ".join(
        f"{name.replace('_', ' ')} {moment_shown(accounts, value) if isinstance(value, datetime) else value}"
        for name, value in finding.facts.items()
    )
    return f"{finding.outcome.replace('_', ' ')}, {facts}"


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; in a pipe one line a row, the fields parted by tabs."""
    console = Console()
    if not console.is_terminal:
        for row in (columns, *rows):
            typer.echo("\t".join(row))
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0, overflow="fold")  # a number or a time is never broken
    for row in rows:
        table.add_row(*(escape(field) for field in row))
    console.print(table)


def e164(text: str, accounts: Accounts) -> str:
    """A typed number in E.164; AccountError if it is none."""
    number = to_e164(text, accounts.operator.country)
    if number is None:
        raise AccountError(f"number: expected a telephone number such as 777123456, not {text!r}")
    return number


def amount_of(name: str, text: str, currency: str) -> Money:
    """A typed amount; AccountError naming the field."""
    try:
        return Money.parse(text, currency)
    except ValueError as error:
        raise AccountError(f"{name}: expected an amount such as 234.50, not {text!r}") from error


def day_of(name: str, text: str) -> date:
    """A typed day; AccountError naming the field."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AccountError(f"{name}: expected a day such as 2027-03-14, not {text!r}") from error


def moment_of(name: str, text: str, accounts: Accounts) -> datetime:
    """A moment at the operator's place, unless the text names its own zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        expected = "expected a moment such as 2026-11-22 or 2026-11-22T10:15"
        raise AccountError(f"{name}: {expected}, not {text!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(accounts.operator.time_zone))
