"""A command's work comes in; it is done on the store and the operator's accounts that were asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

import typer

from ivr.accounts.model import Account
from ivr.accounts.packs import PackTerms, operator_of
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import AccountError, InfolineError
from ivr.ops.accounts_screens import ENTRY_COLUMNS, e164, entry_row, print_table

__all__ = ["Desk", "Number", "found_at", "print_entries", "run"]

T = TypeVar("T")

Number = Annotated[str, typer.Argument(help="A telephone number: 777123456 or +420777123456.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """Which store the command works on, by which terms, and whose accounts in it."""

    store: Callable[[], str]
    terms: Callable[[], PackTerms]
    operator: str = "callpro"


def run(context: typer.Context, work: Callable[[Accounts], Awaitable[T]]) -> T:
    """Open the store, do the work, close it; what cannot be done is one line and exit code 1."""
    desk: Desk = context.obj

    async def opened() -> T:
        operator = operator_of(desk.operator)
        store = await Store.open(desk.store())
        try:
            return await work(Accounts(store, operator=operator, terms=desk.terms()))
        finally:
            await store.close()

    try:
        return asyncio.run(opened())
    except InfolineError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error


async def found_at(
    accounts: Accounts, number: str, now: datetime, find: Callable[[str, datetime], Awaitable[T | None]]
) -> T:
    """What ``find`` has of a typed number, an account or a statement; AccountError where there is none."""
    wanted = e164(number, accounts)
    found = await find(wanted, now)
    if found is None:
        raise AccountError(f"number: {wanted} is not in the store")
    return found


async def print_entries(accounts: Accounts, account: Account, newest: int) -> None:
    """The newest rows of an account's ledger, newest first."""
    rows = await accounts.entries(account, newest=newest)
    print_table(ENTRY_COLUMNS, [entry_row(accounts, entry) for entry in rows])
