"""The store of the transcripts: the demo's cast, and callers whom the demo has no need of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.demo import enter_roles, seed_demo
from ivr.accounts.demo_cast import Role, StandingOrder
from ivr.accounts.demo_keys import give_keys
from ivr.accounts.model import Charging, NewAccount
from ivr.accounts.packs import OPERATORS
from ivr.accounts.schema import tables
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.money import Money
from ivr.units import Units

DAY = date(2026, 11, 22)
MORNING = datetime(2026, 11, 22, 6, tzinfo=UTC)
MINUTES, MESSAGES = Units(200 * 60, "seconds"), Units(100, "sms")


async def make_store(file: Path) -> None:
    """A new store in this file with everybody in it."""
    store = await Store.open(str(file))
    try:
        assert await seed_demo(store, DAY)
        async with store.writing() as connection:
            for code, roles in more().items():
                await enter_roles(connection, Accounts(store, operator=OPERATORS[code]), roles, DAY)
                await give_keys(connection, OPERATORS[code], roles, MORNING)
            await _finish(connection)
    finally:
        await store.close()


def more() -> dict[str, tuple[Role, ...]]:
    """By operator; ``shows`` says what for."""
    return {
        "callpro": _callpro(),
        "gomobil": (
            Role(_tariff("+420603000900", "42.00", None), "no limit", roaming=True),
            Role(
                _tariff("+420603000901", "80.00", "300"),
                "units and a bundle, and figures that grow old",
                units=((MINUTES, 61 * 60), (MESSAGES, 1)),
                bundle=("DATA 1000", Units(1000 * 1024, "kilobytes"), 512 * 1024),
                roaming=True,
            ),
        ),
        "vodafone_cz": (
            Role(_tariff("+420608000900", "42.00", None), "no limit, no number on a bill"),
            Role(
                _tariff("+420608000901", "1000.00", "1500"),
                "automatic raise switched off; units that grow old",
                units=((MINUTES, 2 * 60), (MESSAGES, 99)),
                bundle=("DATA 1000", Units(1000 * 1024, "kilobytes"), 1),
                roaming=True,
                payer="10004715",
            ),
        ),
        "callshop_fr": _callshop(),
    }


def _callpro() -> tuple[Role, ...]:
    megabytes = Units(300 * 1024, "kilobytes")
    english = replace(_tariff("+420772000700", "321.00", "1500"), language="en")
    card = NewAccount(
        "+420777000700", Charging.PREPAID, Money.parse("87.50"), DAY + timedelta(days=200), language="en"
    )
    return (
        Role(card, "speaks English; an order for next month", order="UP 100 SMS"),
        Role(
            english,
            "speaks English; units and a bundle that is not renewed",
            units=((MINUTES, 83 * 60 + 20), (MESSAGES, 37)),
            bundle=("DATA 300", megabytes, 250 * 1024 + 512),
            roaming=True,
        ),
        Role(
            NewAccount("+420777000701", Charging.PREPAID, Money.parse("60.00"), DAY + timedelta(days=90)),
            "an order that is being carried out",
        ),
        Role(_tariff("+420772000702", "99.00", None), "no limit; figures that grow old", roaming=True),
    )


def _callshop() -> tuple[Role, ...]:
    def shop(number: str, credit: str, last: str, account: str) -> Role:
        new = NewAccount(number, Charging.PREPAID, _euros(credit), language="fr")
        order = StandingOrder(_euros("150"), _euros("1000"), _euros("2000"), last)
        return Role(new, f"the last top-up: {last}", top_up=order, account_number=account)

    return (
        shop("+33140000005", "151.00", "failed", "990005"),
        shop("+33140000006", "0", "skipped", "990006"),
        shop("+33140000007", "80.01", "failed", "990007"),
        shop("+33140000008", "1.00", "pending", "990008"),
    )


async def _finish(connection: AsyncConnection) -> None:
    """What a role cannot say: a bundle without renewal, an open order, no raise, no top-up so far."""
    await connection.execute(
        update(tables.bundles).where(tables.bundles.c.code == "data_300").values(renewal="once")
    )
    await connection.execute(
        insert(tables.sms_orders).values(
            **await _number(connection, "+420777000701"),
            message_id="transcripts:1",
            text="OBNOV DATA",
            command="OBNOV DATA",
            status="open",
            received_at=MORNING,
            due_at=MORNING + timedelta(hours=24),
        )
    )
    declined = (await _number(connection, "+420608000901"))["subscriber_id"]
    await connection.execute(
        update(tables.subscribers).where(tables.subscribers.c.id == declined).values(automatic_raise=False)
    )
    payments = tables.card_payments
    unused = (await _number(connection, "+33140000005"))["subscriber_id"]
    await connection.execute(delete(payments).where(payments.c.subscriber_id == unused))


async def _number(connection: AsyncConnection, e164: str) -> dict[str, int]:
    columns = select(tables.numbers.c.id, tables.numbers.c.subscriber_id)
    found = (await connection.execute(columns.where(tables.numbers.c.e164 == e164))).one()
    return {"number_id": found.id, "subscriber_id": found.subscriber_id}


def _tariff(number: str, spend: str, limit: str | None) -> NewAccount:
    height = Money.parse(limit) if limit else None
    return NewAccount(number, Charging.POSTPAID, spend=Money.parse(spend), limit=height)


def _euros(text: str) -> Money:
    return Money.parse(text, "EUR")
