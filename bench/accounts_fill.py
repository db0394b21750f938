"""A store and a number of subscribers come in; rows of all that a statement is made of go out, fast.

Each subscriber has free units, a data bundle, two top-ups and two charges, every tenth an order to come and
every fiftieth a call in progress. PostgreSQL takes them by COPY, SQLite in a few long transactions.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy import make_url

__all__ = ["NOW", "ROWS_EACH", "fill", "number"]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROWS_EACH = 8
_UNTIL = date(2027, 9, 1)
_BATCH = 20_000

Rows = tuple[str, Sequence[str], Callable[[int], Iterator[tuple[Any, ...]]]]


def number(turn: int) -> str:
    """The telephone number of a subscriber, counted from 0; they lie scattered."""
    return f"+420{600_000_000 + turn * 97 % 400_000_000}"


def _subscribers(turn: int) -> Iterator[tuple[Any, ...]]:
    yield turn + 1, 1, "cs", "prepaid", _UNTIL, NOW


def _numbers(turn: int) -> Iterator[tuple[Any, ...]]:
    e164 = number(turn)
    yield turn + 1, 1, turn + 1, e164, "line", e164[-8:], NOW


def _ledger(turn: int) -> Iterator[tuple[Any, ...]]:
    owner = turn + 1
    for place, (kind, amount) in enumerate(
        (("top_up", 20_000), ("charge", -150), ("top_up", 10_000), ("charge", -275))
    ):
        at = NOW - timedelta(days=90 - 20 * place, seconds=turn % 86_400)
        until = _UNTIL if kind == "top_up" else None
        yield owner, "credit", kind, amount, "CZK", at, at, f"bench:{owner}:{place}", until


def _units(turn: int) -> Iterator[tuple[Any, ...]]:
    yield turn + 1, "seconds", "tariff", 6000, turn % 6000, date(2026, 11, 1), date(2026, 12, 1)


def _bundles(turn: int) -> Iterator[tuple[Any, ...]]:
    yield turn + 1, 1, 614_400, turn % 614_400, NOW, date(2026, 11, 30), 1


def _orders(turn: int) -> Iterator[tuple[Any, ...]]:
    if turn % 10 == 0:
        due = NOW + timedelta(hours=20)
        text = "ZMENA DATA600"
        yield turn + 1, turn + 1, f"m{turn}", text, text, "open", NOW, due, date(2026, 12, 1)


def _calls(turn: int) -> Iterator[tuple[Any, ...]]:
    if turn % 50 == 0:
        yield turn + 1, "bench", f"r{turn}", "call", NOW, 0, 0, "CZK", NOW


_TABLES: tuple[Rows, ...] = (
    (
        "subscribers",
        ("id", "operator_id", "language", "charging", "customer_since", "figures_at"),
        _subscribers,
    ),
    (
        "numbers",
        ("id", "operator_id", "subscriber_id", "e164", "kind", "last_digits", "added_at"),
        _numbers,
    ),
    (
        "ledger",
        (
            *("subscriber_id", "book", "kind", "amount_minor", "currency"),
            *("occurred_at", "recorded_at", "key", "valid_until"),
        ),
        _ledger,
    ),
    ("free_units", ("subscriber_id", "unit", "source", "granted", "used", "from_on", "resets_on"), _units),
    (
        "held_bundles",
        ("subscriber_id", "bundle_id", "size", "remaining", "activated_at", "valid_until", "anchor_day"),
        _bundles,
    ),
    (
        "sms_orders",
        (
            *("subscriber_id", "number_id", "message_id", "text", "command", "status"),
            *("received_at", "due_at", "effective_on"),
        ),
        _orders,
    ),
    (
        "usage_records",
        (
            *("subscriber_id", "source", "record", "kind", "started_at"),
            *("quantity", "price_minor", "currency", "received_at"),
        ),
        _calls,
    ),
)
_BUNDLE = (
    "INSERT INTO bundles (id, operator_id, code, name, family, unit, size, monthly_fee_minor, currency,"
    " renewal, activation_charge, cancellation_charge) VALUES (1, 1, 'DATA600', 'DATA 600', 'data',"
    " 'kilobytes', 614400, 9900, 'CZK', 'billing_period', 'proportional', 'whole')"
)
_OPERATOR = (
    "INSERT INTO operators (id, code, name, country, currency, time_zone)"
    " VALUES (1, 'callpro', 'CallPro', 'CZ', 'CZK', 'Europe/Prague')"
)


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


async def fill(address: str, many: int, progress: Callable[[int], None]) -> None:
    """Fill the empty tables; ``progress`` is told how many rows were just written."""
    if address.startswith("postgres"):
        await _fill_postgresql(address, many, progress)
    else:
        await asyncio.to_thread(_fill_sqlite, address, many, progress)


async def _fill_postgresql(address: str, many: int, progress: Callable[[int], None]) -> None:
    url = make_url(address).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        await connection.execute(_OPERATOR)
        await connection.execute(_BUNDLE)
        for table, columns, rows_of in _TABLES:
            rows = (row for turn in range(many) for row in rows_of(turn))
            for batch in _batches(rows):
                await connection.copy_records_to_table(table, records=batch, columns=columns)
                progress(len(batch))
        for table in ("operators", "bundles", "subscribers", "numbers"):
            sequence = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            await connection.execute(sequence)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


def _fill_sqlite(file: str, many: int, progress: Callable[[int], None]) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("BEGIN")
        connection.execute(_OPERATOR)
        connection.execute(_BUNDLE)
        for table, columns, rows_of in _TABLES:
            places = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
            rows = (tuple(map(_as_text, row)) for turn in range(many) for row in rows_of(turn))
            for batch in _batches(rows):
                connection.executemany(statement, batch)
                progress(len(batch))
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _as_text(value: object) -> object:
    """Moments and days as the store writes them."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    return value.isoformat() if isinstance(value, date) else value
