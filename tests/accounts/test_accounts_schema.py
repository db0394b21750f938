from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from ivr.accounts.bookings import operator_id
from ivr.accounts.rules.callpro import OPERATOR
from ivr.accounts.schema import tables
from ivr.accounts.schema.migrate import newest_revision
from ivr.accounts.store import Store
from ivr.errors import AccountError, StoreUnavailable


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))


def _checks(connection: Connection) -> dict[str, set[str | None]]:
    inspector = inspect(connection)
    return {
        name: {c["name"] for c in inspector.get_check_constraints(name)} for name in tables.metadata.tables
    }


async def test_migrations_from_nothing_end_in_the_tables_of_the_code(store: Store) -> None:
    async with store.reading() as connection:
        assert await connection.run_sync(_differences) == []
        written = await connection.run_sync(_checks)
    for name, table in tables.metadata.tables.items():
        wanted = {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert written[name] == wanted, name


async def test_a_store_opened_again_keeps_what_is_in_it(address: str) -> None:
    for turn in range(2):
        store = await Store.open(address)
        async with store.writing() as connection:
            await connection.execute(
                tables.operators.insert().values(
                    code=f"o{turn}", name="", country="CZ", currency="CZK", time_zone="Europe/Prague"
                )
            )
            kept = await connection.scalar(text("SELECT count(*) FROM operators"))
        await store.close()
        assert kept == turn + 1


async def test_a_store_of_a_newer_version_is_refused_and_left_alone(address: str) -> None:
    store = await Store.open(address)
    async with store.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(StoreUnavailable, match="9999"):
        await Store.open(address)


async def test_a_reading_connection_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match=r"read-?only"):
        async with store.reading() as connection:
            await connection.execute(text("DELETE FROM ledger"))


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "top_up", "book": "credit", "amount_minor": -1},
        {"kind": "expiry", "book": "credit", "amount_minor": -1},
        {"kind": "charge", "book": "spend", "amount_minor": -1},
        {"kind": "charge", "book": "spend", "amount_minor": -1, "period": 202613},
        {"kind": "notice", "book": "none", "amount_minor": 1},
        {"kind": "gift", "book": "credit", "amount_minor": 1},
        {"kind": "charge", "book": "credit", "amount_minor": -1, "subscriber_id": 4711},
    ],
)
async def test_the_ledger_refuses_rows_that_mean_nothing(
    store: Store, now: datetime, row: dict[str, object]
) -> None:
    with pytest.raises(AccountError, match="constraint"):
        async with store.writing() as connection:
            owner = await operator_id(connection, OPERATOR)
            await connection.execute(
                tables.subscribers.insert().values(
                    id=1, operator_id=owner, language="cs", charging="prepaid", customer_since=now.date()
                )
            )
            given = {
                "subscriber_id": 1,
                "currency": "CZK",
                "occurred_at": now,
                "recorded_at": now,
                "key": "k",
            }
            await connection.execute(tables.ledger.insert().values(given | row))


def test_every_table_can_be_written_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in tables.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert "INDEX" in str(CreateIndex(index).compile(dialect=dialect))


def test_there_is_one_newest_revision() -> None:
    assert newest_revision() == "0003"
