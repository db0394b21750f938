"""``ivr accounts``: what is typed comes in; accounts are listed, shown, added, topped up and imported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ivr.accounts.intake import Report, import_rows, read_rows
from ivr.accounts.model import Account, Charging, NewAccount
from ivr.accounts.packs import OPERATORS, PackTerms
from ivr.accounts.rules import callpro
from ivr.accounts.service import Accounts
from ivr.ops import accounts_cards_cli, accounts_feeding_cli, accounts_identity_cli, accounts_limits_cli
from ivr.ops.accounts_desk import Desk, Number, found_at, print_entries, run
from ivr.ops.accounts_progress import bar_of
from ivr.ops.accounts_screens import (
    ACCOUNT_COLUMNS,
    account_row,
    amount_of,
    day_of,
    e164,
    moment_of,
    print_table,
    told,
)

__all__ = ["accounts", "build"]

DEFAULT_STORE = "accounts.db"
_PAGE = 500


def build(default_store: Callable[[], str], terms: Callable[[], PackTerms] = PackTerms) -> typer.Typer:
    """The commands as an app to mount.

    ``default_store`` gives the store where ``--store`` does not, ``terms`` what is set of the rules.
    """
    app = typer.Typer(
        help="List, show, add, top up and feed accounts, close their periods, set their PINs.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def choose(
        context: typer.Context,
        store: Annotated[str, typer.Option(help="The account store: a file or a database.")] = "",
        operator: Annotated[
            str, typer.Option(help=f"Whose accounts: {', '.join(OPERATORS)}.")
        ] = callpro.OPERATOR.code,
    ) -> None:
        context.obj = Desk(lambda: store or default_store(), terms, operator)

    app.command("list")(list_accounts)
    app.command("show")(show_account)
    app.command("add")(add_account)
    app.command("top-up")(top_up)
    app.command("import")(import_file)
    accounts_limits_cli.add_to(app)
    accounts_feeding_cli.add_to(app)
    accounts_cards_cli.add_to(app)
    accounts_identity_cli.add_to(app)
    return app


def list_accounts(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, help="How many to show.")] = 1000,
) -> None:
    """List accounts in the order of their numbers."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        found: list[Account] = []
        while len(found) < most:
            after = found[-1].number if found else ""
            page = await accounts.page(now, after=after, size=min(_PAGE, most - len(found)))
            found.extend(page)
            if len(page) < _PAGE:
                break
        total = await accounts.count()
        print_table(ACCOUNT_COLUMNS, [account_row(accounts, account, now) for account in found])
        if total > len(found):
            typer.echo(f"{len(found)} of {total} accounts; see more with --most {total}", err=True)

    run(context, work)


def show_account(
    context: typer.Context,
    number: Number,
    newest: Annotated[int, typer.Option(min=1, help="How many rows of the ledger to show.")] = 20,
) -> None:
    """Show one account, what its owner is told, and its newest ledger rows."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        account = await found_at(accounts, number, now, accounts.account)
        print_table(ACCOUNT_COLUMNS, [account_row(accounts, account, now)])
        await print_entries(accounts, account, newest)

    run(context, work)


def add_account(
    context: typer.Context,
    number: Number,
    prepaid: Annotated[bool, typer.Option("--prepaid/--postpaid", help="How it is charged.")],
    credit: Annotated[str, typer.Option(help="Prepaid: what is left, such as 234.50.")] = "",
    valid_until: Annotated[
        str,
        typer.Option(help="Prepaid: the credit's last day, such as 2027-03-14; by the rule if not given."),
    ] = "",
    spend: Annotated[str, typer.Option(help="Postpaid: used in this billing period.")] = "",
    limit: Annotated[str, typer.Option(help="Postpaid: the calling limit.")] = "",
    language: Annotated[
        str, typer.Option(help="What the line speaks to this number; the operator's own if not given.")
    ] = "",
) -> None:
    """Add one account."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        currency = accounts.operator.currency
        new = NewAccount(
            number=e164(number, accounts),
            charging=Charging.PREPAID if prepaid else Charging.POSTPAID,
            credit=amount_of("credit", credit, currency) if credit else None,
            valid_until=day_of("valid-until", valid_until) if valid_until else None,
            spend=amount_of("spend", spend, currency) if spend else None,
            limit=amount_of("limit", limit, currency) if limit else None,
            language=language or ("fr" if accounts.operator.country == "FR" else "cs"),
        )
        account = await accounts.add(new, now)
        typer.echo(f"added {account.number}: {told(accounts, account, now)}")

    run(context, work)


def top_up(
    context: typer.Context,
    number: Number,
    amount: Annotated[str, typer.Argument(help="How much, such as 200 or 200.50.")],
    key: Annotated[str, typer.Option(help="A name for this top-up; the same name books it once.")] = "",
    at: Annotated[str, typer.Option(help="When it was paid, such as 2026-11-22 or 2026-11-22T10:15.")] = "",
) -> None:
    """Add credit to a prepaid number."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        receipt = await accounts.top_up(
            e164(number, accounts),
            amount_of("amount", amount, accounts.operator.currency),
            now=now,
            at=moment_of("at", at, accounts) if at else None,
            key=key or None,
        )
        done = "was there already" if receipt.repeated else "booked"
        typer.echo(
            f"{receipt.number}: {receipt.amount} {done}; credit {receipt.credit}, "
            f"valid until {receipt.valid_until}"
        )

    run(context, work)


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV; the columns are below.")],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Take the good lines of a file with bad ones.")
    ] = False,
) -> None:
    """Import accounts from CSV, all or nothing; a file may be imported again.

    Columns: number, charging (prepaid or postpaid), and if wanted credit, valid_until, spend, limit,
    language. Ends with 1 when a line was bad, also where --skip-bad took the others.
    """
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> Report:
        rows, faults = read_rows(file, accounts.operator)
        with bar_of("importing", len(rows)) as bar:
            return await import_rows(accounts, rows, faults, now=now, skip_bad=skip_bad, progress=bar)

    _tell_report(file, run(context, work), skip_bad)


def _tell_report(file: Path, report: Report, skip_bad: bool) -> None:
    """What was imported, and each bad line by file, line and field; exit code 1 if there was one."""
    for fault in report.faults:
        typer.echo(f"{file}:{fault}", err=True)
    if report.faults and not skip_bad:
        typer.echo(f"nothing imported: {len(report.faults)} bad lines; --skip-bad takes the others", err=True)
    else:
        skipped = f", {len(report.faults)} bad lines left out" if report.faults else ""
        typer.echo(f"{report.entered} imported, {report.present} there already{skipped}")
    if report.faults:
        raise typer.Exit(1)


accounts = build(lambda: DEFAULT_STORE)
