"""A CallPro number's rows of tariff and bundles come in as services; changed services go out as rows.

What is sold stands in the catalogue (``tariffs``, ``bundles``) under these codes: ``callpro_smiley``,
``callpro_200``, ``data_150`` to ``data_2000``, ``lte``, ``sms_100``, ``in_network``. What the catalogue does
not have cannot be ordered: no price is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts.bookings import book_entry
from ivr.accounts.bookings_effects import charged_to
from ivr.accounts.model import Account, Charging, Operator
from ivr.accounts.rules.calendar import add_months
from ivr.accounts.rules.callpro_commands import DATA_SIZES, Command, Tariff
from ivr.accounts.rules.callpro_orders import Services, refill
from ivr.accounts.schema.tables import bundles, held_bundles, ledger, operators, tariff_uses, tariffs
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["change_services", "credit_of", "services_of", "valid_until"]

_DATA = {f"data_{size}": size for size in DATA_SIZES}


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of services: whose, since when, and the key that its rows of the ledger begin with."""

    connection: AsyncConnection
    operator: Operator
    account: Account
    day: date
    key: str
    now: datetime


async def services_of(connection: AsyncConnection, account: Account) -> Services:
    """What the number has now."""
    code = await connection.scalar(
        select(tariffs.c.code)
        .join(tariff_uses, tariff_uses.c.tariff_id == tariffs.c.id)
        .where(tariff_uses.c.subscriber_id == account.subscriber_id, tariff_uses.c.to_on.is_(None))
    )
    held = {row.code: row for row in await _held(connection, account)}
    data = next((row for code, row in held.items() if code in _DATA), None)
    size = 0 if data is None else _DATA[data.code]
    return Services(
        tariff=Tariff(code) if code in list(Tariff) else None,
        data_mb=size,
        volume_mb=0 if data is None else _megabytes(data, size),
        lte="lte" in held,
        sms_100="sms_100" in held,
        in_network="in_network" in held,
    )


async def change_services(
    connection: AsyncConnection,
    operator: Operator,
    account: Account,
    command: Command,
    before: Services,
    after: Services,
    *,
    day: date,
    key: str,
    now: datetime,
) -> None:
    """Make the rows say what the number has ``after`` a command, from ``day`` on, and charge what it costs.

    AccountError where the catalogue lacks something or a prepaid number has not credit enough: then nothing
    may be kept of it.
    """
    change = _Change(connection, operator, account, day, key, now)
    if after.tariff != before.tariff and after.tariff is not None:
        await _change_tariff(change, after.tariff.value)
    volume = refill(command, before)
    if after.data_mb != before.data_mb:
        await _end(change, f"data_{before.data_mb}")
        if after.data_mb:
            await _start(change, f"data_{after.data_mb}")
    elif volume is not None:
        await _refill(change, f"data_{after.data_mb}", volume, after.data_mb)
    for code, had, has in (
        ("lte", before.lte, after.lte),
        ("sms_100", before.sms_100, after.sms_100),
        ("in_network", before.in_network, after.in_network),
    ):
        if has and not had:
            await _start(change, code)
        elif had and not has:
            await _end(change, code)


def valid_until(renewal: str, day: date, billing_day: int) -> date:
    """The last day of a bundle that begins on this day: of its billing period, or of a month (VP-24)."""
    if renewal != "billing_period":
        return add_months(day, 1) - timedelta(days=1)
    first = day.replace(day=billing_day)
    return (first if first > day else add_months(first, 1)) - timedelta(days=1)


async def credit_of(connection: AsyncConnection, account: Account) -> Money:
    """The credit there is now, what this transaction has booked included."""
    total = await connection.scalar(
        select(func.sum(ledger.c.amount_minor)).where(
            ledger.c.subscriber_id == account.subscriber_id, ledger.c.book == "credit"
        )
    )
    return Money(int(total or 0), account.balance.currency)


async def _change_tariff(change: _Change, code: str) -> None:
    tariff = await _from_catalogue(change, tariffs, code)
    mine = tariff_uses.c.subscriber_id == change.account.subscriber_id
    current = tariff_uses.c.to_on.is_(None)
    await change.connection.execute(update(tariff_uses).where(mine, current).values(to_on=change.day))
    await change.connection.execute(
        insert(tariff_uses).values(
            subscriber_id=change.account.subscriber_id, tariff_id=tariff.id, from_on=change.day
        )
    )
    await book_entry(
        change.connection,
        change.account.subscriber_id,
        "none",
        "tariff_change",
        Money(0, change.operator.currency),
        key=f"{change.key}:tariff",
        at=change.now,
        now=change.now,
        note=f"{code} from {change.day}",
    )


async def _start(change: _Change, code: str) -> None:
    bundle = await _from_catalogue(change, bundles, code)
    await change.connection.execute(
        insert(held_bundles).values(
            subscriber_id=change.account.subscriber_id,
            bundle_id=bundle.id,
            size=bundle.size,
            remaining=bundle.size,
            activated_at=change.now,
            valid_until=valid_until(bundle.renewal, change.day, change.account.billing_day),
            anchor_day=change.day.day,
        )
    )
    await _charge(change, bundle)


async def _refill(change: _Change, code: str, volume_mb: int, size_mb: int) -> None:
    bundle = await _from_catalogue(change, bundles, code)
    size = bundle.size * volume_mb // size_mb
    await change.connection.execute(
        update(held_bundles)
        .where(*_mine(change, bundle.id))
        .values(
            size=size,
            remaining=size,
            valid_until=valid_until(bundle.renewal, change.day, change.account.billing_day),
        )
    )
    await _charge(change, bundle)


async def _end(change: _Change, code: str) -> None:
    bundle = (
        await change.connection.execute(
            select(bundles)
            .join(operators, operators.c.id == bundles.c.operator_id)
            .where(operators.c.code == change.operator.code, bundles.c.code == code)
        )
    ).one_or_none()
    if bundle is not None:
        await change.connection.execute(
            update(held_bundles).where(*_mine(change, bundle.id)).values(ended_at=change.now)
        )


async def _charge(change: _Change, bundle: Row[Any]) -> None:
    """The whole price of a bundle; a prepaid number must have it."""
    price = Money(bundle.monthly_fee_minor, bundle.currency)
    if price.minor == 0:
        return
    if change.account.charging is Charging.PREPAID:
        credit = await credit_of(change.connection, change.account)
        if credit < price:
            raise AccountError(f"credit: {bundle.code} costs {price}, and there are only {credit}")
    book, period = charged_to(change.operator, change.account, change.now)
    await book_entry(
        change.connection,
        change.account.subscriber_id,
        book,
        "charge",
        -price,
        key=f"{change.key}:{bundle.code}",
        at=change.now,
        now=change.now,
        period=period,
        note=bundle.code,
    )


async def _from_catalogue(change: _Change, table: Any, code: str) -> Row[Any]:
    chosen = (
        select(table)
        .join(operators, operators.c.id == table.c.operator_id)
        .where(operators.c.code == change.operator.code, table.c.code == code)
    )
    row = (await change.connection.execute(chosen)).one_or_none()
    if row is None:
        raise AccountError(f"{table.name}: the catalogue has no {code!r}")
    found: Row[Any] = row
    return found


async def _held(connection: AsyncConnection, account: Account) -> Sequence[Any]:
    rows = await connection.execute(
        select(held_bundles.c.size, bundles.c.code, bundles.c.size.label("whole"))
        .join(bundles, bundles.c.id == held_bundles.c.bundle_id)
        .where(held_bundles.c.subscriber_id == account.subscriber_id, held_bundles.c.ended_at.is_(None))
    )
    found: Sequence[Any] = rows.all()
    return found


def _mine(change: _Change, bundle_id: int) -> tuple[Any, ...]:
    return (
        held_bundles.c.subscriber_id == change.account.subscriber_id,
        held_bundles.c.bundle_id == bundle_id,
        held_bundles.c.ended_at.is_(None),
    )


def _megabytes(row: Row[Any], size: int) -> int:
    """The volume of this month; a renewal in another size differs from the bundle's own (CP-S7)."""
    return int(row.size * size // row.whole) if row.whole else size
