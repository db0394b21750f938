"""How fast rated usage goes in, and how long a batch of it keeps others from writing; aim: under 300 ms.

    python -m bench.accounts_usage --records 2000 --store sqlite

Each operator has ``--subscribers`` numbers in a new store. ``plain`` records cost little, ``again`` sends the
same ones once more, ``limits`` costs so much that each number's first record crosses a threshold. The second
figure is the longest time between two batches that are told as booked.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import func, select

from bench.accounts_fill import NOW, number
from bench.accounts_statement import Kind, empty_store
from ivr.accounts import bookings
from ivr.accounts.model import Charging, NewAccount, Operator
from ivr.accounts.records import UsageIn, read_batch
from ivr.accounts.rules import callpro, gomobil, vodafone_cz_limit
from ivr.accounts.schema.tables import notices
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.accounts.usage import take_usage
from ivr.money import Money

_OPERATORS = (callpro.OPERATOR, vodafone_cz_limit.OPERATOR, gomobil.OPERATOR)
_AIM = 300  # milliseconds


def _item(turn: int, name: str, subscribers: int, price: str) -> dict[str, Any]:
    return {
        "record": f"{name}{turn}",
        "number": number(turn % subscribers),
        "kind": "call",
        "started_at": NOW.isoformat(),
        "ended_at": NOW.isoformat(),
        "quantity": 60,
        "price": price,
    }


async def _enter(accounts: Accounts, operator: Operator, subscribers: int) -> None:
    prepaid = operator is callpro.OPERATOR
    new = [
        NewAccount(number(turn), Charging.PREPAID, Money(100_000), NOW.date())
        if prepaid
        else NewAccount(number(turn), Charging.POSTPAID, limit=Money(10_000_00))
        for turn in range(subscribers)
    ]
    async with accounts.store.writing() as connection:
        await bookings.enter(connection, operator, new, NOW)


async def _fed(accounts: Accounts, items: list[dict[str, Any]], told: Progress) -> tuple[float, float]:
    """Records a second, and the longest batch in milliseconds."""
    given, faults = read_batch(items, UsageIn)
    assert not faults
    task = told.add_task(accounts.operator.code, total=len(given))
    began = last = time.perf_counter()
    longest = 0.0

    def done(count: int) -> None:
        nonlocal last, longest
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
        told.advance(task, count)

    taken = await take_usage(accounts, given, NOW, progress=done)
    assert not taken.faults, taken.faults[:3]
    told.remove_task(task)
    return len(given) / (time.perf_counter() - began), longest * 1000


async def _noticed(store: Store) -> int:
    """How many notices of a limit there are to send."""
    async with store.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(notices)) or 0)


async def _measured(kind: Kind, records: int, subscribers: int, told: Progress) -> list[str]:
    lines = []
    for operator in _OPERATORS:
        with empty_store(kind) as address:
            store = await Store.open(address)
            accounts = Accounts(store, operator=operator)
            await _enter(accounts, operator, subscribers)
            plain = [_item(turn, f"{operator.code}-p", subscribers, "1.50") for turn in range(records)]
            dear = [_item(turn, f"{operator.code}-d", subscribers, "9000") for turn in range(records // 4)]
            steps = [("plain", plain), ("again", plain)]
            steps += [] if operator is callpro.OPERATOR else [("limits", dear)]
            for name, items in steps:
                rate, longest = await _fed(accounts, items, told)
                if name == "limits":
                    assert await _noticed(store) >= min(len(items), subscribers), "no limit was reached"
                missed = "" if longest <= _AIM else " MISSED"
                lines.append(
                    f"usage store={kind} operator={operator.code} {name} records_per_s={rate:.0f}"
                    f" longest_batch_ms={longest:.0f} aim={_AIM} n={len(items)}{missed}"
                )
            await store.close()
    return lines


def main(
    store: Annotated[list[Kind] | None, typer.Option(help="where to measure; both when left out")] = None,
    records: Annotated[int, typer.Option(min=4)] = 2000,
    subscribers: Annotated[int, typer.Option(min=1)] = 500,
) -> None:
    """Measure and print one line a figure."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True)) as told:
        for kind in store or list(Kind):
            for line in asyncio.run(_measured(kind, records, subscribers, told)):
                typer.echo(line)


if __name__ == "__main__":
    typer.run(main)
