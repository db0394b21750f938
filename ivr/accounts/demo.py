"""A store comes in; callers that show every answer of the lines stand in it, and what each shows goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ivr.accounts import bookings
from ivr.accounts.demo_cast import Role, StandingOrder, cast, of_callpro
from ivr.accounts.demo_keys import give_keys
from ivr.accounts.model import NewAccount, Operator
from ivr.accounts.packs import OPERATORS
from ivr.accounts.rules.calendar import add_months, period_of
from ivr.accounts.rules.effects import LimitState
from ivr.accounts.schema import tables
from ivr.accounts.service import Accounts
from ivr.accounts.store import Store

__all__ = ["DemoAccount", "demo_accounts", "enter_roles", "seed_demo"]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A number to call from, the code of its operator, and what it lets one hear.

    ``account_number`` may be keyed in where the number is not believed; ``others`` are the account's further
    numbers. The PIN is ``demo_cast.PIN``.
    """

    number: str
    shows: str
    operator: str
    account_number: str | None = None
    others: tuple[str, ...] = ()


def demo_accounts(today: date) -> tuple[tuple[NewAccount, str], ...]:
    """CallPro's accounts as they would be entered today, each with what it shows."""
    return tuple((role.account, role.shows) for role in of_callpro(today))


async def seed_demo(store: Store, today: date) -> tuple[DemoAccount, ...]:
    """Enter who of the demo's cast is missing, whole or not at all; gives the cast.

    A store that holds anybody else is left alone, and () is returned. StoreUnavailable when it cannot be
    written.
    """
    roles = cast(today)
    ours = {
        (code, number)
        for code, some in roles.items()
        for role in some
        for number in (role.account.number, *role.booths, *role.mobiles)
    }
    async with store.writing() as connection:
        there = await _numbers(connection, len(ours) + 1)
        if not there <= ours:
            return ()
        for code, some in roles.items():
            missing = [role for role in some if (code, role.account.number) not in there]
            operator = OPERATORS[code]
            await enter_roles(connection, Accounts(store, operator=operator), missing, today)
            await give_keys(connection, operator, some, _morning(operator, today))
    return tuple(
        DemoAccount(role.account.number, role.shows, code, role.account_number, (*role.booths, *role.mobiles))
        for code, some in roles.items()
        for role in some
    )


def _morning(operator: Operator, day: date) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(operator.time_zone))


async def _numbers(connection: AsyncConnection, most: int) -> set[tuple[str, str]]:
    """The operators' codes and the numbers of whom the store holds, up to so many."""
    chosen = (
        select(tables.operators.c.code, tables.numbers.c.e164)
        .join(tables.operators, tables.operators.c.id == tables.numbers.c.operator_id)
        .limit(most)
    )
    return {(row.code, row.e164) for row in await connection.execute(chosen)}


async def enter_roles(
    connection: AsyncConnection, accounts: Accounts, roles: Sequence[Role], today: date
) -> None:
    """Enter accounts of one operator with all that their roles have but PINs and further numbers."""
    operator = accounts.operator
    now = _morning(operator, today)
    new = [accounts.checked(role.account, now) for role in roles]
    await bookings.enter(connection, operator, new, now)
    for role in roles:
        await _Entrance(connection, operator, role, today, now).furnish()


class _Entrance:
    """One member of the cast, entered, who gets what else the role has."""

    def __init__(
        self, connection: AsyncConnection, operator: Operator, role: Role, today: date, now: datetime
    ) -> None:
        self._connection, self._operator, self._role = connection, operator, role
        self._today, self._now = today, now
        self._owner = self._number = 0

    async def furnish(self) -> None:
        """All rows beside the account itself."""
        role = self._role
        found = (
            await self._connection.execute(
                select(tables.numbers.c.id, tables.numbers.c.subscriber_id)
                .join(tables.operators, tables.operators.c.id == tables.numbers.c.operator_id)
                .where(
                    tables.operators.c.code == self._operator.code,
                    tables.numbers.c.e164 == role.account.number,
                )
            )
        ).one()
        self._number, self._owner = found.id, found.subscriber_id
        await self._describe()
        await self._services()
        await self._limit()
        if role.top_up is not None:
            await self._standing_order(role.top_up)
        for call in range(role.calls_running):
            await self._put(
                tables.usage_records,
                number_id=self._number,
                source=f"{self._operator.code}:demo",
                record=f"{role.account.number}:{call}",
                kind="call",
                quantity=0,
                price_minor=0,
                currency=self._operator.currency,
                started_at=self._now,
                received_at=self._now,
            )

    async def _describe(self) -> None:
        role = self._role
        values = {
            "roaming": role.roaming,
            "payer_number": role.payer,
            "account_number": role.account_number,
            "own_limit_minor": None if role.own_limit is None else role.own_limit.minor,
            "figures_at": self._now if role.roaming else None,
        }
        mine = tables.subscribers.c.id == self._owner
        await self._connection.execute(update(tables.subscribers).where(mine).values(**values))

    async def _services(self) -> None:
        first = self._today.replace(day=1)
        resets_on = add_months(first, 1)
        for granted, left in self._role.units:
            amounts = {"unit": granted.unit, "granted": granted.amount, "used": granted.amount - left}
            span = {"from_on": first, "resets_on": resets_on}
            await self._put(tables.free_units, source="tariff", **amounts, **span)
        if self._role.bundle is not None:
            name, size, left = self._role.bundle
            await self._put(
                tables.held_bundles,
                bundle_id=await self._bundle(name, size.unit, size.amount),
                size=size.amount,
                remaining=left,
                activated_at=self._now,
                anchor_day=1,
                valid_until=resets_on - timedelta(days=1),
            )
        if self._role.order is not None:
            named = f"demo:{self._role.account.number}"
            due = self._now + timedelta(hours=24)
            moments = {"received_at": self._now, "finished_at": self._now, "due_at": due}
            words = {"text": self._role.order, "command": self._role.order, "status": "done"}
            await self._put(
                tables.sms_orders,
                number_id=self._number,
                message_id=named,
                effective_on=resets_on,
                **words,
                **moments,
            )

    async def _bundle(self, name: str, unit: str, size: int) -> int:
        """The bundle in the catalogue; entered where it is not sold yet."""
        code = name.lower().replace(" ", "_")
        owner = await bookings.operator_id(self._connection, self._operator)
        sold = (tables.bundles.c.operator_id == owner) & (tables.bundles.c.code == code)
        found = await self._connection.scalar(select(tables.bundles.c.id).where(sold))
        if found is not None:
            return int(found)
        made = await self._connection.scalar(
            insert(tables.bundles)
            .values(
                operator_id=owner,
                code=code,
                name=name,
                family="data",
                unit=unit,
                size=size,
                monthly_fee_minor=9900,
                currency=self._operator.currency,
                renewal="billing_period",
                activation_charge="whole",
                cancellation_charge="whole",
            )
            .returning(tables.bundles.c.id)
        )
        assert made is not None, "a bundle that was just entered"
        return int(made)

    async def _limit(self) -> None:
        role, first = self._role, self._today.replace(day=1)
        for back in range(role.bills_in_time, 0, -1):
            issued = add_months(first, -back)
            due = issued + timedelta(days=14)
            await self._put(
                tables.bills,
                invoice_number=f"demo-{issued:%Y%m}",
                period=period_of(issued, 1),
                amount_minor=20_000,
                currency=self._operator.currency,
                issued_on=issued,
                due_on=due,
                paid_on=due,
            )
        if role.state is not None or role.raised:
            await self._put(
                tables.limit_states,
                period=period_of(self._today, billing_day=1),
                state=(role.state or LimitState.OPEN).value,
                roaming_blocked=role.abroad_blocked,
                raised_automatically_at=self._now if role.raised else None,
                restored_by=self._now + timedelta(hours=24) if role.raised else None,
                changed_at=self._now,
            )

    async def _standing_order(self, order: StandingOrder) -> None:
        currency = {"currency": self._operator.currency}
        await self._put(
            tables.auto_top_ups,
            level_minor=order.level.minor,
            amount_minor=order.amount.minor,
            **{"weekly_ceiling_minor": order.ceiling.minor, "card_token": "demo", **currency},
            switched_on_at=self._now,
        )
        if order.last is None:
            return
        booked = None
        if order.last == "settled":
            booked = await bookings.book_top_up(
                self._connection,
                self._owner,
                order.amount,
                None,
                key=f"demo:card:{self._role.account.number}",
                at=self._now,
                now=self._now,
            )
        await self._put(
            tables.card_payments,
            key=f"demo:{self._role.account.number}",
            started_by="automatic",
            status=order.last,
            **{"amount_minor": order.amount.minor, **currency},
            reason="ceiling" if order.last == "skipped" else None,
            started_at=self._now,
            finished_at=self._now,
            ledger_id=None if booked is None else booked.row_id,
        )

    async def _put(self, table: Table, **values: Any) -> None:
        await self._connection.execute(insert(table).values(subscriber_id=self._owner, **values))
