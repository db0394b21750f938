"""A column's meaning comes in, an SQLAlchemy column or constraint goes out: the words the tables share."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator

__all__ = [
    "Instant",
    "amount",
    "currency",
    "identity",
    "metadata",
    "one_of",
    "only_one",
    "owner",
    "reference",
    "some_of",
    "word",
]

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite gives out keys itself only for a column of exactly the type INTEGER.
_KEY = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Naive datetimes are refused; what is read back is aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps it as sortable text without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def identity() -> Column[int]:
    """The row's own number, given by the store."""
    return Column("id", _KEY, primary_key=True)


def owner(name: str, target: str, *, optional: bool = False, primary_key: bool = False) -> Column[int]:
    """The row this one belongs to: ``target`` is ``table.column``."""
    return Column(name, _KEY, ForeignKey(target), nullable=optional, primary_key=primary_key)


def reference(name: str) -> Column[int]:
    """A row number whose foreign key spans several columns and is declared by the table."""
    return Column(name, _KEY, nullable=False)


def amount(name: str, *, optional: bool = False) -> Column[int]:
    """Whole minor units: haléře or cents."""
    return Column(name, BigInteger, nullable=optional)


def currency() -> Column[str]:
    """ISO 4217, three letters."""
    return Column("currency", Text, nullable=False)


def word(name: str, *, optional: bool = False, default: str | None = None) -> Column[str]:
    """A short text; ``default`` is what the store writes when nothing is given."""
    return Column(name, Text, nullable=optional, server_default=default)


def one_of(column: str, *values: str) -> CheckConstraint:
    """The column holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def only_one(name: str, *columns: str, where: str) -> Index:
    """At most one row for these columns among those that meet the condition."""
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def some_of(name: str, *columns: str, where: str) -> Index:
    """An index of those rows only that meet the condition, since few of many do."""
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)
