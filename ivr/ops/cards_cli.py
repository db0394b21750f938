"""``ivr cards``: what is typed comes in; test cards are charged in the sandbox and their charges shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import uuid4

import typer
from pydantic import SecretStr

from ivr.accounts.card_sandbox import TEST_CARDS, CardSandbox
from ivr.accounts.card_settling import Settling, settle_cards
from ivr.accounts.cards import Charge
from ivr.accounts.rules import callshop_fr
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.errors import AccountError, CardsUnavailable, InfolineError
from ivr.ops.accounts_screens import amount_of, print_table
from ivr.ops.settings import load_settings

__all__ = ["CHARGE_COLUMNS", "cards"]

CHARGE_COLUMNS = ("key", "amount", "status", "reason", "started", "finished")

T = TypeVar("T")
cards = typer.Typer(help="Charge test cards in a sandbox; no money moves.", no_args_is_help=True)


@cards.callback()
def choose(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Option(help="The sandbox's file, made when needed; else that of the settings, or cards.db."),
    ] = None,
    late_by: Annotated[int, typer.Option(min=0, help="How many seconds late cards take.")] = 30,
) -> None:
    chosen = file or load_settings().cards.sandbox or Path("cards.db")
    context.obj = CardSandbox(chosen, lambda: datetime.now(UTC), timedelta(seconds=late_by))


@cards.command(epilog=f"Test cards: {', '.join(TEST_CARDS)}. Any other is an unknown card.")
def charge(
    context: typer.Context,
    card: Annotated[str, typer.Argument(help="A test card, such as sandbox-settles.")],
    amount: Annotated[str, typer.Argument(help="How much, such as 500 or 500.50.")],
    currency: Annotated[str, typer.Option(help="Of the amount, three letters.")] = "EUR",
    key: Annotated[str, typer.Option(help="A name for this charge; the same name charges once.")] = "",
) -> None:
    """Charge a test card; ends with 1 when there was no answer, and then ``status`` knows."""
    named = key or f"by-hand:{uuid4()}"

    async def work(sandbox: CardSandbox) -> Charge:
        if not re.fullmatch("[A-Z]{3}", currency):
            raise AccountError(f"currency: expected three letters such as EUR, not {currency!r}")
        try:
            return await sandbox.charge(SecretStr(card), amount_of("amount", amount, currency), named)
        except CardsUnavailable as error:
            raise CardsUnavailable(f"{error}; ask: ivr cards status {named}") from error

    print_table(CHARGE_COLUMNS, [_row(_run(context, work))])


@cards.command()
def status(context: typer.Context, key: Annotated[str, typer.Argument(help="The name of a charge.")]) -> None:
    """Show how a charge stands now."""

    async def work(sandbox: CardSandbox) -> Charge:
        found = await sandbox.status(key)
        if found is None:
            raise AccountError(f"key: no charge {key!r} has arrived; it is safe to charge with it again")
        return found

    print_table(CHARGE_COLUMNS, [_row(_run(context, work))])


@cards.command("list")
def newest(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
) -> None:
    """List the newest charges."""
    print_table(CHARGE_COLUMNS, [_row(one) for one in _run(context, lambda sandbox: sandbox.charges(most))])


@cards.command()
def settle(
    context: typer.Context,
    store: Annotated[
        str, typer.Option(help="The account store: a file or a database; else that of the settings.")
    ] = "",
) -> None:
    """Charge the call shops' payments that wait, and book what has come of them."""

    async def work(sandbox: CardSandbox) -> Settling:
        opened = await Store.open(store or load_settings().store.url.get_secret_value())
        try:
            shops = Accounts(opened, operator=callshop_fr.OPERATOR)
            return await settle_cards(shops, sandbox, lambda: datetime.now(UTC))
        finally:
            await opened.close()

    done = _run(context, work)
    if done.trouble:
        typer.echo(done.trouble, err=True)
    typer.echo(f"{done.settled} settled, {done.failed} failed, {done.waiting} still waiting")


def _row(one: Charge) -> tuple[str, ...]:
    """A charge under ``CHARGE_COLUMNS``, its times in UTC."""
    moments = (f"{at:%Y-%m-%d %H:%M:%S}" if at else "" for at in (one.started_at, one.finished_at))
    return (one.key, str(one.amount), one.status, one.reason or "", *moments)


def _run(context: typer.Context, work: Callable[[CardSandbox], Awaitable[T]]) -> T:
    """Do the work; what cannot be done is one line and exit code 1."""

    async def done() -> T:
        return await work(context.obj)

    try:
        return asyncio.run(done())
    except InfolineError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error
