"""A CSV file of bundles or tariffs comes in; what an operator sells stands in the store afterwards.

A code that is there already gets what the file says now; who holds a bundle keeps it and pays its new price
from the next renewal on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr
from sqlalchemy import Table, insert, select, update

from ivr.accounts.bookings import operator_id
from ivr.accounts.records import Amount, Given, Name, Record, Taken, Whole
from ivr.accounts.rules import vodafone_cz_limit
from ivr.accounts.rules.vodafone_cz_tariffs import Group, GroupFault, group_faults
from ivr.accounts.schema.tables import bundles, operators, tariffs
from ivr.accounts.service import Accounts
from ivr.errors import AccountError
from ivr.money import Money

__all__ = ["BundleIn", "TariffIn", "check_tariffs", "take_catalogue"]

Title = Annotated[StrictStr, Field(min_length=1, max_length=100)]


class BundleIn(Record):
    """A bundle that can be had (VP-20 to VP-33)."""

    code: Name
    name: Title
    family: Literal["data", "data_enlargement", "roaming", "calls_abroad", "mms", "card", "lte", "other"]
    unit: Literal["seconds", "sms", "mms", "kilobytes"]
    size: Whole
    monthly_fee: Amount
    renewal: Literal["billing_period", "activation_date", "once"] = "billing_period"
    activation_charge: Literal["proportional", "whole"] = "whole"
    cancellation_charge: Literal["proportional", "whole"] = "whole"


class TariffIn(Record):
    """A tariff that can be had; without ``proration_group`` no cancellation price is quoted (VP-17)."""

    code: Name
    name: Title
    charging: Literal["prepaid", "postpaid"]
    monthly_fee: Amount
    proration_group: Literal["P", "F"] | None = None


async def take_catalogue(
    accounts: Accounts, given: Sequence[Given[BundleIn]] | Sequence[Given[TariffIn]]
) -> Taken:
    """Enter or change what the records name, in one transaction; a wrong one costs the others nothing."""
    taken = Taken()
    async with accounts.store.writing() as connection:
        owner = await operator_id(connection, accounts.operator)
        for one in given:
            table: Table = bundles if isinstance(one.record, BundleIn) else tariffs
            try:
                row = _row(one.record, owner, accounts.operator.currency)
            except AccountError as error:
                taken.refuse(one.place, one.record.code, error)
                continue
            mine = (table.c.operator_id == owner) & (table.c.code == one.record.code)
            found = (await connection.execute(select(table).where(mine))).one_or_none()
            if found is None:
                await connection.execute(insert(table).values(**row))
            elif any(getattr(found, name) != value for name, value in row.items()):
                await connection.execute(update(table).where(mine).values(**row))
            else:
                taken.repeated += 1
                continue
            taken.booked += 1
    return taken


async def check_tariffs(accounts: Accounts) -> tuple[GroupFault, ...]:
    """Vodafone's tariffs in the store without a proration group, or in another than its page says (VP-17).

    Nothing for the other operators. StoreUnavailable.
    """
    if accounts.operator.code != vodafone_cz_limit.OPERATOR.code:
        return ()
    chosen = (
        select(tariffs.c.code, tariffs.c.proration_group)
        .join(operators, operators.c.id == tariffs.c.operator_id)
        .where(operators.c.code == accounts.operator.code)
        .order_by(tariffs.c.code)
    )
    async with accounts.store.reading() as connection:
        rows = (await connection.execute(chosen)).all()
    return group_faults({code: None if group is None else Group(group) for code, group in rows})


def _row(record: BundleIn | TariffIn, owner: int, currency: str) -> dict[str, Any]:
    values = record.model_dump()
    fee = Money.parse(values.pop("monthly_fee"), currency)
    if fee.minor < 0:
        raise AccountError("monthly_fee: expected zero or more")
    return {**values, "operator_id": owner, "monthly_fee_minor": fee.minor, "currency": currency}
