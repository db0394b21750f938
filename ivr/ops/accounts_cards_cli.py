"""``ivr accounts auto-top-up``: a level, an amount and a card come in; the standing order is set or ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import SecretStr

from ivr.accounts.service import Accounts
from ivr.accounts.standing_orders import order_top_up, stop_top_up
from ivr.errors import AccountError
from ivr.ops.accounts_desk import Number, run
from ivr.ops.accounts_screens import amount_of, e164

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """The command, added to ``ivr accounts``."""
    app.command("auto-top-up")(auto_top_up)


def auto_top_up(
    context: typer.Context,
    number: Number,
    level: Annotated[str, typer.Option(help="At which balance: 50, 80 or 150.")] = "",
    amount: Annotated[str, typer.Option(help="How much is paid in: 500, 1000 or 2000.")] = "",
    card: Annotated[str, typer.Option(help="The card's token; the one known is kept if not given.")] = "",
    ceiling: Annotated[str, typer.Option(help="At most so much in seven days; as set in [rules].")] = "",
    off: Annotated[bool, typer.Option("--off", help="Switch it off.")] = False,
) -> None:
    """Set a call shop's automatic top-up by card, or switch it off."""
    now = datetime.now(UTC)

    async def work(accounts: Accounts) -> str:
        wanted = e164(number, accounts)
        if off:
            if level or amount or card or ceiling:
                raise AccountError("--off: takes no level, amount, card or ceiling")
            await stop_top_up(accounts, wanted, now)
            return f"{wanted}: automatic top-up off"
        for name, given in (("level", level), ("amount", amount)):
            if not given:
                raise AccountError(f"{name}: missing; give --level and --amount, or --off")
        currency = accounts.operator.currency
        order = await order_top_up(
            accounts,
            wanted,
            amount_of("level", level, currency),
            amount_of("amount", amount, currency),
            now,
            card=SecretStr(card) if card else None,
            ceiling=amount_of("ceiling", ceiling, currency) if ceiling else None,
        )
        return f"{wanted}: {order.amount} by card at {order.level}, at most {order.ceiling} in seven days"

    typer.echo(run(context, work))
