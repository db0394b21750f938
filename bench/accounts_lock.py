"""How long a batch of payments or of a period close keeps others from writing; aim: under 100 ms.

    python -m bench.accounts_lock --store sqlite

Each operator has ``--subscribers`` numbers in a new store. ``payments`` tops each up, or raises its limit and
lifts its blocks; ``close`` ends a period in which each has a bundle to renew, and a limit that was reached at
those operators which have one. Told are the times from the moment a transaction has the store until it is on
the disk: how many, the median and the longest.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any

import typer
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.accounts_fill import NOW, number
from bench.accounts_statement import Kind, empty_store
from bench.figures import rank
from ivr.accounts import bookings
from ivr.accounts.closing import close_periods
from ivr.accounts.model import Charging, NewAccount, Operator
from ivr.accounts.payments import take_payments
from ivr.accounts.records import PaymentIn, read_batch
from ivr.accounts.rules import callpro, gomobil, vodafone_cz_limit
from ivr.accounts.rules.vodafone_cz_payments import ACCOUNT, symbol_of_number
from ivr.accounts.schema import tables
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money

_OPERATORS = (callpro.OPERATOR, vodafone_cz_limit.OPERATOR, gomobil.OPERATOR)
_AIM = 100  # milliseconds
_NEXT_MONTH = NOW + timedelta(days=15)


class _Timed(Store):
    """A store that keeps how many milliseconds each writing transaction held it."""

    def __init__(self, *place: Any) -> None:
        super().__init__(*place)
        self.held = list[float]()

    @asynccontextmanager
    async def writing(self, subscriber_id: int | None = None) -> AsyncIterator[AsyncConnection]:
        async with super().writing(subscriber_id) as connection:
            began = time.perf_counter()
            yield connection
        self.held.append((time.perf_counter() - began) * 1000)


async def _enter(accounts: Accounts, subscribers: int) -> None:
    """Subscribers with a bundle that ends with the month, and where limits block, one that has."""
    operator = accounts.operator
    prepaid = operator is callpro.OPERATOR
    until = (NOW + timedelta(days=300)).date()
    new = [
        NewAccount(number(turn), Charging.PREPAID, Money(100_000), until)
        if prepaid
        else NewAccount(number(turn), Charging.POSTPAID, spend=Money(150_000), limit=Money(150_000))
        for turn in range(subscribers)
    ]
    async with accounts.store.writing() as connection:
        await bookings.enter(connection, operator, new, NOW)
        owner = await bookings.operator_id(connection, operator)
        ids = (await connection.scalars(select(tables.subscribers.c.id))).all()
        sold: dict[str, Any] = {
            "operator_id": owner,
            "code": "data_600",
            "name": "DATA 600",
            "currency": "CZK",
        }
        sold |= {"family": "data", "unit": "kilobytes", "size": 614_400, "monthly_fee_minor": 9_900}
        sold |= {"renewal": "billing_period", "activation_charge": "whole", "cancellation_charge": "whole"}
        bundle = await connection.scalar(insert(tables.bundles).values(sold).returning(tables.bundles.c.id))
        held = {"bundle_id": bundle, "size": 614_400, "remaining": 0, "activated_at": NOW, "anchor_day": 1}
        last_day = NOW.date().replace(day=30)
        await connection.execute(
            insert(tables.held_bundles),
            [{"subscriber_id": one, "valid_until": last_day, **held} for one in ids],
        )
        if not prepaid:
            state = {"period": NOW.year * 100 + NOW.month, "state": "units_only", "changed_at": NOW}
            state["roaming_blocked"] = True
            await connection.execute(
                insert(tables.limit_states), [{"subscriber_id": one, **state} for one in ids]
            )


def _transfers(operator: Operator, subscribers: int) -> list[dict[str, Any]]:
    vodafone = operator is vodafone_cz_limit.OPERATOR
    return [
        {
            "reference": f"bench-{turn}",
            "to_account": ACCOUNT if vodafone else callpro.TOP_UP_ACCOUNT,
            "received_at": NOW.isoformat(),
            "amount": "500",
            "variable_symbol": symbol_of_number(number(turn)) if vodafone else number(turn)[-9:],
        }
        for turn in range(subscribers)
    ]


def _figure(kind: Kind, operator: Operator, what: str, held: list[float], rate: float) -> str:
    ordered = sorted(held)
    missed = "" if ordered[-1] <= _AIM else " MISSED"
    return (
        f"lock_ms store={kind} operator={operator.code} {what} median={rank(ordered, 0.5):.0f}"
        f" longest={ordered[-1]:.0f} aim={_AIM} transactions={len(ordered)} records_per_s={rate:.0f}{missed}"
    )


async def _measured(kind: Kind, subscribers: int) -> list[str]:
    lines = []
    for operator in _OPERATORS:
        with empty_store(kind) as address:
            store = await _Timed.open(address)
            assert isinstance(store, _Timed)
            accounts = Accounts(store, operator=operator)
            store.held = []
            await _enter(accounts, subscribers)
            given, faults = read_batch(_transfers(operator, subscribers), PaymentIn)
            assert not faults
            store.held, began = [], time.perf_counter()
            taken = await take_payments(accounts, given, NOW)
            assert taken.booked == subscribers, taken
            rate = subscribers / (time.perf_counter() - began)
            lines.append(_figure(kind, operator, "payments", store.held, rate))
            store.held, began = [], time.perf_counter()
            closed = await close_periods(accounts, _NEXT_MONTH)
            rate = closed.subscribers / (time.perf_counter() - began)
            lines.append(_figure(kind, operator, "close", store.held, rate))
            await store.close()
    return lines


def main(
    store: Annotated[list[Kind] | None, typer.Option(help="where to measure; both when left out")] = None,
    subscribers: Annotated[int, typer.Option(min=1)] = 500,
) -> None:
    """Measure and print one line a figure."""
    for kind in store or list(Kind):
        for line in asyncio.run(_measured(kind, subscribers)):
            typer.echo(line)


if __name__ == "__main__":
    typer.run(main)
