"""``ivr accounts``: PINs, numbers, account numbers and locks are entered and lifted by hand.

A PIN is typed without being shown, or comes as a line of standard input; it is never an argument, since those
are seen by every process and kept by the shell.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from ivr.accounts.numbering import NumberDesk
from ivr.accounts.rules.callshop_fr import NumberKind
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.ops.accounts_desk import Number, run
from ivr.ops.accounts_screens import moment_shown, print_table

__all__ = ["ADMISSION_COLUMNS", "NUMBER_COLUMNS", "add_to"]

NUMBER_COLUMNS = ("number", "kind", "since")
ADMISSION_COLUMNS = ("account number", "PIN", "failures", "locked until")

Account = Annotated[str, typer.Argument(help="A telephone number of the account, or its account number.")]


def add_to(app: typer.Typer) -> None:
    """The commands, added to ``ivr accounts``."""
    app.command("set-pin")(set_pin)
    app.command("remove-pin")(remove_pin)
    app.command("unlock")(unlock)
    app.command("admission")(show_admission)
    app.command("numbers")(show_numbers)
    app.command("add-number")(add_number)
    app.command("release-number")(release_number)
    app.command("account-number")(account_number)


def set_pin(context: typer.Context, account: Account) -> None:
    """Set the PIN of an account, typed twice, or the first line of standard input; lifts its lock."""

    async def work(accounts: Accounts) -> None:
        desk = _desk(accounts)
        await desk.numbers(account)  # an account that is not there is told before a PIN is typed
        await desk.set_pin(account, _read_pin())
        typer.echo(f"{account}: the PIN is set")

    run(context, work)


def remove_pin(context: typer.Context, account: Account) -> None:
    """Take an account its PIN: only trusted numbers then prove its callers."""

    async def work(accounts: Accounts) -> None:
        await _desk(accounts).remove_pin(account)
        typer.echo(f"{account}: there is no PIN now")

    run(context, work)


def unlock(context: typer.Context, account: Account) -> None:
    """Lift the lock of an account, and of the number as a caller."""

    async def work(accounts: Accounts) -> None:
        had = await _desk(accounts).unlock(account)
        typer.echo(f"{account}: {' and '.join(had)} unlocked" if had else f"{account}: nothing was locked")

    run(context, work)


def show_admission(context: typer.Context, account: Account) -> None:
    """Show whether an account has a PIN and an account number, and whether it is locked."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        found = await _desk(accounts).admission(account, now)
        until = "" if found.locked_until is None else moment_shown(accounts, found.locked_until)
        pin = "set" if found.has_pin else "none"
        print_table(ADMISSION_COLUMNS, [(found.account_number or "", pin, str(found.failures), until)])

    run(context, work)


def show_numbers(context: typer.Context, account: Account) -> None:
    """List the numbers of an account and what they are to it."""

    async def work(accounts: Accounts) -> None:
        held = await _desk(accounts).numbers(account)
        rows = [(one.e164, one.kind.value, moment_shown(accounts, one.added_at)) for one in held]
        print_table(NUMBER_COLUMNS, rows)

    run(context, work)


def add_number(
    context: typer.Context,
    account: Account,
    number: Number,
    kind: Annotated[
        NumberKind,
        typer.Option(help="What it is to the account: one of its lines, a booth, a mobile made known."),
    ] = NumberKind.LINE,
) -> None:
    """Make another number known to an account."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        added = await _desk(accounts).add_number(account, number, kind, now)
        typer.echo(f"{added}: {kind.value} of {account}")

    run(context, work)


def release_number(context: typer.Context, number: Number) -> None:
    """Take a number from its account; it may be given to another."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        typer.echo(f"{await _desk(accounts).release_number(number, now)}: released")

    run(context, work)


def account_number(
    context: typer.Context,
    account: Account,
    new: Annotated[str, typer.Argument(help="What callers key in before the PIN: 1 to 20 digits.")],
) -> None:
    """Give an account its account number."""

    async def work(accounts: Accounts) -> None:
        await _desk(accounts).set_account_number(account, new)
        typer.echo(f"{account}: account number {new}")

    run(context, work)


def _desk(accounts: Accounts) -> NumberDesk:
    return NumberDesk(accounts.store, accounts.operator, accounts.pins)


def _read_pin() -> str:
    """The PIN from the person at the terminal, or from what is piped in."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("PIN", hide_input=True, confirmation_prompt=True)
        return typed.strip()
    line = sys.stdin.readline().strip()
    if not line:
        raise AccountError("PIN: expected it as the first line of standard input")
    return line
