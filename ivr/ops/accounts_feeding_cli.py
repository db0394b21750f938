"""``ivr accounts``: files of usage and payments, SMS orders and the period close come in and are booked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import uuid4

import typer

from ivr.accounts.catalogue import BundleIn, TariffIn, check_tariffs, take_catalogue
from ivr.accounts.closing import Closed, close_periods
from ivr.accounts.orders import take_sms
from ivr.accounts.payments import give_back, match_by_hand, parked, take_payments
from ivr.accounts.records import Fault, Given, PaymentIn, Record, SmsIn, Taken, UsageIn, read_batch, read_file
from ivr.accounts.service import Accounts
from ivr.accounts.usage import take_usage
from ivr.errors import AccountError
from ivr.ops.accounts_desk import Number, run
from ivr.ops.accounts_progress import bar_of
from ivr.ops.accounts_screens import e164, moment_of, moment_shown, print_table, told

__all__ = ["PARKED_COLUMNS", "add_to"]

PARKED_COLUMNS = ("reference", "received", "amount", "variable", "specific", "reason")

R = TypeVar("R", bound=Record)
Reference = Annotated[str, typer.Argument(help="The bank's name for the payment.")]


def add_to(app: typer.Typer) -> None:
    """The commands, added to ``ivr accounts``."""
    app.command("usage")(usage)
    app.command("payments")(payments)
    app.command("parked")(show_parked)
    app.command("match")(match)
    app.command("send-back")(send_back)
    app.command("order")(order)
    app.command("close-period")(close_period)
    app.command("check")(check)
    app.command("bundles")(bundles)
    app.command("tariffs")(tariffs)


def usage(context: typer.Context, file: Annotated[Path, typer.Argument(help="CSV, see below.")]) -> None:
    """Book rated usage from CSV; a file may be given again, each record is booked once.

    Columns: record, number, kind (call, sms, mms, data, premium, third_party, fee), started_at, quantity,
    and if wanted source, ended_at (a call without it is running), price, from_free_units, other_party,
    outgoing, roaming. Good lines are booked; ends with 1 when a line was bad.
    """
    now = datetime.now(UTC)

    async def take(accounts: Accounts, given: Sequence[Given[UsageIn]]) -> Taken:
        with bar_of("booking", len(given)) as bar:
            return await take_usage(accounts, given, now, progress=bar)

    _take_file(context, file, UsageIn, take)


def payments(context: typer.Context, file: Annotated[Path, typer.Argument(help="CSV, see below.")]) -> None:
    """Book bank transfers from CSV; what fits nobody is parked. A file may be given again.

    Columns: reference, to_account, received_at, amount, and if wanted variable_symbol, specific_symbol.
    Good lines are booked; ends with 1 when a line was bad.
    """
    now = datetime.now(UTC)

    async def take(accounts: Accounts, given: Sequence[Given[PaymentIn]]) -> Taken:
        return await take_payments(accounts, given, now)

    _take_file(context, file, PaymentIn, take)


def show_parked(context: typer.Context) -> None:
    """Show the payments that wait for a person."""

    async def work(accounts: Accounts) -> None:
        rows = [
            (
                one.transfer.reference,
                moment_shown(accounts, one.transfer.received_at),
                str(one.transfer.amount),
                one.transfer.variable_symbol or "",
                one.transfer.specific_symbol or "",
                one.reason.replace("_", " "),
            )
            for one in await parked(accounts)
        ]
        print_table(PARKED_COLUMNS, rows)

    run(context, work)


def match(context: typer.Context, reference: Reference, number: Number) -> None:
    """Give a parked payment to a number."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        account = await match_by_hand(accounts, reference, e164(number, accounts), now)
        typer.echo(f"{account.number}: {told(accounts, account, now)}")

    run(context, work)


def send_back(
    context: typer.Context,
    reference: Reference,
    reason: Annotated[str, typer.Argument(help="Why, in a few words.")],
) -> None:
    """Note that a parked payment was sent back to who paid it."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        transfer = await give_back(accounts, reference, reason, now)
        typer.echo(f"{reference}: {transfer.amount} sent back")

    run(context, work)


def order(
    context: typer.Context,
    number: Number,
    text: Annotated[str, typer.Argument(help='The SMS, such as "UP 150".')],
    at: Annotated[str, typer.Option(help="When it was received; now if not given.")] = "",
    message_id: Annotated[str, typer.Option(help="The SMS's own name; the same name orders once.")] = "",
) -> None:
    """Take an SMS from a number as the message centre would, and print the answer."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> None:
        received_at = moment_of("at", at, accounts) if at else now
        sms = {
            "message_id": message_id or f"by-hand:{uuid4()}",
            "sender": e164(number, accounts),
            "text": text,
            "received_at": received_at,
        }
        given, faults = read_batch([sms], SmsIn)
        for fault in faults:
            raise AccountError(f"{fault.field}: {fault.expected}")
        answer = await take_sms(accounts, given[0].record, now)
        typer.echo(f"{answer.status}: {answer.text}")

    run(context, work)


def close_period(
    context: typer.Context,
    at: Annotated[
        str, typer.Option(help="As of when, such as 2026-12-01, not in the future; now if not given.")
    ] = "",
) -> None:
    """Close the billing periods that have ended, and do what is due by date; safe to run at any time."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> Closed:
        moment = moment_of("at", at, accounts) if at else now
        if moment > now:
            raise AccountError("at: what has not ended yet cannot be closed")
        with bar_of("closing", None) as bar:
            return await close_periods(accounts, moment, progress=bar)

    closed = run(context, work)
    typer.echo(
        f"{closed.periods} periods closed, {closed.subscribers} accounts in them; {closed.due} were due"
    )


def bundles(context: typer.Context, file: Annotated[Path, typer.Argument(help="CSV, see below.")]) -> None:
    """Enter or change the bundles that can be had.

    Columns: code, name, family, unit, size, monthly_fee, and if wanted renewal, activation_charge,
    cancellation_charge. What SMS orders name: data_150 to data_2000, lte, sms_100, in_network.
    """
    _take_file(context, file, BundleIn, take_catalogue)


def tariffs(context: typer.Context, file: Annotated[Path, typer.Argument(help="CSV, see below.")]) -> None:
    """Enter or change the tariffs that can be had.

    Columns: code, name, charging, monthly_fee, and if wanted proration_group (P or F).
    """
    _take_file(context, file, TariffIn, take_catalogue)


def check(context: typer.Context) -> None:
    """Check that the books add up, and Vodafone's tariffs have their groups; ends with 1 where not."""

    async def work(accounts: Accounts) -> list[str]:
        return [str(found) for found in (*await accounts.check(), *await check_tariffs(accounts))]

    found = run(context, work)
    for line in found:
        typer.echo(line, err=True)
    if found:
        raise typer.Exit(1)
    typer.echo("the books add up")


def _take_file(
    context: typer.Context,
    file: Path,
    kind: type[R],
    take: Callable[[Accounts, Sequence[Given[R]]], Awaitable[Taken]],
) -> None:
    """Read a CSV of such records, take the good ones, and tell of all."""

    async def work(accounts: Accounts) -> Taken:
        given, faults = read_file(file, kind)
        taken = await take(accounts, given)
        taken.faults += faults
        return taken

    _tell(file, run(context, work))


def _tell(file: Path, taken: Taken) -> None:
    """What was booked, and each bad line by file, line, record and field; exit code 1 if there was one."""
    faults: Sequence[Fault] = sorted(taken.faults, key=lambda fault: fault.place)
    for fault in faults:
        typer.echo(f"{file}:{fault}", err=True)
    aside = f", {taken.parked} of them parked" if taken.parked else ""
    left_out = f", {len(faults)} bad lines left out" if faults else ""
    typer.echo(f"{taken.booked} booked{aside}, {taken.repeated} there already{left_out}")
    if faults:
        raise typer.Exit(1)
