"""``ivr accounts``: a number comes in; its statement and ledger go out, its limit is raised and lowered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ivr.accounts.deposits import ask_raise, claim_back, deposits_of, put_deposit, set_own_limit
from ivr.accounts.model import Account
from ivr.accounts.notices_due import mark_sent, notices_to_send
from ivr.accounts.service import Accounts
from ivr.ops.accounts_desk import Number, found_at, print_entries, run
from ivr.ops.accounts_screens import (
    amount_of,
    e164,
    moment_shown,
    print_table,
)
from ivr.ops.accounts_statement import STATEMENT_COLUMNS, statement_rows

__all__ = ["DEPOSIT_COLUMNS", "NOTICE_COLUMNS", "add_to"]

DEPOSIT_COLUMNS = ("id", "kind", "amount", "paid", "given back")
NOTICE_COLUMNS = ("id", "number", "kind", "percent", "limit", "due")

Amount = Annotated[str, typer.Argument(help="How much, such as 500 or 500.50.")]


def add_to(app: typer.Typer) -> None:
    """The commands, added to ``ivr accounts``."""
    app.command("statement")(statement)
    app.command("ledger")(ledger)
    app.command("deposit")(deposit)
    app.command("deposits")(show_deposits)
    app.command("raise")(raise_limit)
    app.command("claim-back")(claim)
    app.command("limit")(own_limit)
    app.command("notices")(notices)


def statement(context: typer.Context, number: Number) -> None:
    """Show all that a caller from this number may hear."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        found = await found_at(accounts, number, now, accounts.statement)
        print_table(STATEMENT_COLUMNS, statement_rows(accounts, found))

    run(context, work)


def ledger(
    context: typer.Context,
    number: Number,
    newest: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = 100,
) -> None:
    """Show the newest rows of a number's ledger, newest first."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        account = await found_at(accounts, number, now, accounts.account)
        await print_entries(accounts, account, newest)

    run(context, work)


def deposit(
    context: typer.Context,
    number: Number,
    amount: Amount,
    security: Annotated[bool, typer.Option("--security", help="One that raises no limit.")] = False,
    key: Annotated[str, typer.Option(help="A name for it; the same name books it once.")] = "",
) -> None:
    """Book a deposit that was paid; it raises the limit."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        paid = amount_of("amount", amount, accounts.operator.currency)
        named = f"deposit:{key}" if key else ""
        wanted = e164(number, accounts)
        _tell(await put_deposit(accounts, wanted, paid, now, key=named, security=security))

    run(context, work)


def show_deposits(context: typer.Context, number: Number) -> None:
    """Show a number's deposits and raises, by the ids that claim-back takes."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        account = await found_at(accounts, number, now, accounts.account)
        rows = [
            (
                str(one.deposit_id),
                one.kind.replace("_", " "),
                str(one.amount),
                str(one.paid_on),
                str(one.returned_on or ""),
            )
            for one in await deposits_of(accounts, account)
        ]
        print_table(DEPOSIT_COLUMNS, rows)

    run(context, work)


def raise_limit(
    context: typer.Context,
    number: Number,
    amount: Annotated[str, typer.Argument(help="By how much; GoMobil's raise leads to 1500.")] = "",
) -> None:
    """Raise a limit on request, without money, where the operator's rules grant it."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        by = amount_of("amount", amount, accounts.operator.currency) if amount else None
        _tell(await ask_raise(accounts, e164(number, accounts), by, now))

    run(context, work)


def claim(
    context: typer.Context,
    number: Number,
    deposit_id: Annotated[int, typer.Argument(help="The deposit's id, as `deposits` shows it.")],
) -> None:
    """Give a paid deposit back where the operator's rules grant it."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        _tell(await claim_back(accounts, e164(number, accounts), deposit_id, now))

    run(context, work)


def own_limit(
    context: typer.Context,
    number: Number,
    height: Annotated[str, typer.Argument(help='The customer\'s own limit, or "none".')],
) -> None:
    """Set the limit that a customer has chosen, or take it away."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        chosen = None if height == "none" else amount_of("limit", height, accounts.operator.currency)
        _tell(await set_own_limit(accounts, e164(number, accounts), chosen, now))

    run(context, work)


def notices(
    context: typer.Context,
    sent: Annotated[list[int] | None, typer.Option(help="Note that this one was sent.")] = None,
) -> None:
    """Show the notices that wait to be sent, or note which were."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        if sent:
            await mark_sent(accounts, sent, now)
        rows = [
            (
                str(one.notice_id),
                one.number,
                one.kind,
                f"{one.percent} %",
                str(one.limit),
                moment_shown(accounts, one.due_at),
            )
            for one in await notices_to_send(accounts)
        ]
        print_table(NOTICE_COLUMNS, rows)

    run(context, work)


def _tell(account: Account) -> None:
    typer.echo(f"{account.number}: limit {account.limit}, spend {account.spend}")
