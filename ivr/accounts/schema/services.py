"""Tables of what is sold and used: tariffs, bundles, free units, SMS orders, usage, call prices."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from ivr.accounts.schema.columns import (
    Instant,
    amount,
    currency,
    identity,
    metadata,
    one_of,
    only_one,
    owner,
    some_of,
    word,
)

__all__ = [
    "bundles",
    "call_prices",
    "free_units",
    "held_bundles",
    "sms_orders",
    "tariff_units",
    "tariff_uses",
    "tariffs",
    "usage_records",
]

_UNITS = ("seconds", "sms", "mms", "kilobytes")

# `proration_group` is P (proportional on cancellation) or F (full fee), found by code and never by the
# beginning of a name (VP-12 to VP-17); empty means that no cancellation price may be quoted.
tariffs = Table(
    "tariffs",
    metadata,
    identity(),
    owner("operator_id", "operators.id"),
    word("code"),
    word("name"),
    word("charging"),
    word("proration_group", optional=True),
    amount("monthly_fee_minor"),
    amount("base_limit_minor", optional=True),  # GM-31
    currency(),
    UniqueConstraint("operator_id", "code"),
    one_of("charging", "prepaid", "postpaid"),
    one_of("proration_group", "P", "F"),
    CheckConstraint("monthly_fee_minor >= 0", name="monthly_fee"),
)

tariff_units = Table(
    "tariff_units",
    metadata,
    owner("tariff_id", "tariffs.id", primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("granted", BigInteger, nullable=False),
    one_of("unit", *_UNITS),
    CheckConstraint("granted > 0", name="granted"),
)

# Which tariff a subscriber has had from when (included) to when (not included, VP-18).
tariff_uses = Table(
    "tariff_uses",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    owner("tariff_id", "tariffs.id"),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=True),
    CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
    UniqueConstraint("subscriber_id", "from_on"),
    only_one("only_one_current_tariff", "subscriber_id", where="to_on IS NULL"),
)

# How a bundle renews and what its first and last month cost are fields, not lists of names (VP-20 to VP-33).
bundles = Table(
    "bundles",
    metadata,
    identity(),
    owner("operator_id", "operators.id"),
    word("code"),
    word("name"),
    word("family"),
    word("unit"),
    Column("size", BigInteger, nullable=False),
    amount("monthly_fee_minor"),
    currency(),
    word("renewal"),
    word("activation_charge"),
    word("cancellation_charge"),
    UniqueConstraint("operator_id", "code"),
    one_of("family", "data", "data_enlargement", "roaming", "calls_abroad", "mms", "card", "lte", "other"),
    one_of("unit", *_UNITS),
    one_of("renewal", "billing_period", "activation_date", "once"),
    one_of("activation_charge", "proportional", "whole"),
    one_of("cancellation_charge", "proportional", "whole"),
    CheckConstraint("size >= 0 AND monthly_fee_minor >= 0", name="amounts"),
)

# A bundle in somebody's hands. `anchor_day` keeps the 31 through shorter months (VP-24); `size` differs
# from the catalogue's where it was prorated or renewed once with another volume (CP-S7).
held_bundles = Table(
    "held_bundles",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    owner("bundle_id", "bundles.id"),
    Column("size", BigInteger, nullable=False),
    Column("remaining", BigInteger, nullable=False),
    Column("activated_at", Instant, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("anchor_day", SmallInteger, nullable=False),
    Column("ended_at", Instant, nullable=True),
    CheckConstraint("remaining BETWEEN 0 AND size", name="remaining"),
    CheckConstraint("anchor_day BETWEEN 1 AND 31", name="anchor_day"),
    only_one("only_one_held_bundle", "subscriber_id", "bundle_id", where="ended_at IS NULL"),
)

free_units = Table(
    "free_units",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    word("unit"),
    word("source"),
    Column("granted", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False, server_default="0"),
    Column("from_on", Date, nullable=False),
    Column("resets_on", Date, nullable=False),
    UniqueConstraint("subscriber_id", "unit", "source", "from_on"),
    one_of("unit", *_UNITS),
    one_of("source", "tariff", "bundle", "gift"),
    CheckConstraint("granted >= 0 AND used BETWEEN 0 AND granted", name="used"),
    CheckConstraint("resets_on > from_on", name="span"),
)

# `effective_on` follows from `received_at` and not from when it was done (CP-53). An order is done when it
# has been accepted and booked, within 24 h; `applied_at` is when the services were changed by it.
sms_orders = Table(
    "sms_orders",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    owner("number_id", "numbers.id"),
    word("message_id"),
    word("text"),
    word("command", optional=True),
    word("status"),
    Column("received_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("effective_on", Date, nullable=True),
    Column("finished_at", Instant, nullable=True),
    Column("applied_at", Instant, nullable=True),
    word("reply", optional=True),
    UniqueConstraint("message_id"),
    one_of("status", "open", "done", "failed", "refused"),
    CheckConstraint("(status = 'open') = (finished_at IS NULL)", name="finished"),
    CheckConstraint("status = 'refused' OR command IS NOT NULL", name="command"),
    only_one("only_one_open_order", "subscriber_id", "command", where="status = 'open'"),
    Index("orders_due", "status", "due_at"),
    some_of("orders_to_come", "subscriber_id", where="applied_at IS NULL AND status IN ('open', 'done')"),
)

# Rated usage as it arrives, each record of a source once. A call still running has no end (CS-12).
usage_records = Table(
    "usage_records",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    owner("number_id", "numbers.id", optional=True),
    word("source"),
    word("record"),
    word("kind"),
    word("other_party", optional=True),
    Column("roaming", Boolean, nullable=False, server_default=false()),
    Column("outgoing", Boolean, nullable=False, server_default=true()),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    Column("quantity", BigInteger, nullable=False),
    Column("from_free_units", BigInteger, nullable=False, server_default="0"),
    amount("price_minor"),
    currency(),
    owner("ledger_id", "ledger.id", optional=True),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("source", "record"),
    one_of("kind", "call", "sms", "mms", "data", "premium", "third_party", "fee"),
    CheckConstraint("quantity >= 0 AND from_free_units BETWEEN 0 AND quantity", name="quantity"),
    Index("usage_in_time", "subscriber_id", "started_at"),
    some_of("calls_running", "subscriber_id", where="ended_at IS NULL AND kind = 'call'"),
)

# Prices by the longest prefix; millionths of the currency's unit, since a minute costs parts of a cent.
# A row with a subscriber is the shop's own selling price.
call_prices = Table(
    "call_prices",
    metadata,
    identity(),
    owner("operator_id", "operators.id"),
    owner("subscriber_id", "subscribers.id", optional=True),
    word("prefix"),
    word("destination"),
    Column("minute_millionths", BigInteger, nullable=False),
    Column("connection_millionths", BigInteger, nullable=False, server_default="0"),
    Column("first_seconds", Integer, nullable=False, server_default="1"),
    Column("step_seconds", Integer, nullable=False, server_default="1"),
    currency(),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=True),
    CheckConstraint("minute_millionths >= 0 AND connection_millionths >= 0", name="price"),
    CheckConstraint("first_seconds > 0 AND step_seconds > 0", name="steps"),
    UniqueConstraint("operator_id", "subscriber_id", "prefix", "from_on"),
    only_one("only_one_list_price", "operator_id", "prefix", "from_on", where="subscriber_id IS NULL"),
)
