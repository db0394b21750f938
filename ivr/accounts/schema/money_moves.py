"""Tables of what moved money: ledger, payments, bills, deposits, notices, automatic top-up, closes."""

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
    text,
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
    "auto_top_ups",
    "bills",
    "card_payments",
    "closing_balances",
    "deposits",
    "ledger",
    "notices",
    "payments",
    "period_closes",
]

# Every change to an account is a row; a balance is the sum of `amount_minor` over its book, seen from the
# subscriber: a top-up is positive, a charge negative. The books are kept apart:
#   credit    what a prepaid subscriber still has
#   spend     what a postpaid subscriber has used, by billing period (as negative rows)
#   limit     the calling limit: base limit, deposits and raises (VL-02)
#   security  the security deposit, which counts in no limit (VL-02)
#   none      notices and orders: rows of zero that say what happened
# A top-up of credit is its own lot: `valid_until` is its last valid day (CP-18 to CP-20), empty where
# credit has no end (CS-10). An expiry row carries the last valid day of what it takes away.
# `key` makes a row happen once however often it is sent. `period` is YYYYMM, the month in which the
# billing period of the row begins.
ledger = Table(
    "ledger",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    word("book"),
    word("kind"),
    amount("amount_minor"),
    currency(),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("valid_until", Date, nullable=True),
    Column("period", Integer, nullable=True),
    word("note", optional=True),
    one_of("book", "credit", "spend", "limit", "security", "none"),
    one_of(
        "kind",
        *("top_up", "charge", "refund", "correction", "expiry", "extension", "base_limit", "raise"),
        *("lowering", "deposit", "deposit_return", "notice", "order", "tariff_change", "renewal"),
        *("block", "unblock"),
    ),
    CheckConstraint("(book = 'spend') = (period IS NOT NULL)", name="period_of_spend"),
    CheckConstraint("length(currency) = 3", name="currency"),
    CheckConstraint("period % 100 BETWEEN 1 AND 12", name="period"),
    CheckConstraint("book <> 'none' OR amount_minor = 0", name="no_amount_without_book"),
    CheckConstraint(
        "valid_until IS NULL OR (book = 'credit' AND kind IN ('top_up', 'expiry', 'extension'))",
        name="valid_until",
    ),
    CheckConstraint("kind <> 'top_up' OR amount_minor > 0", name="top_up"),
    CheckConstraint("kind <> 'expiry' OR (amount_minor < 0 AND valid_until IS NOT NULL)", name="expiry"),
    Index("ledger_sums", "subscriber_id", "book", "period", "amount_minor"),
    Index(
        "ledger_validity",
        *("subscriber_id", "id", "kind", "amount_minor", "valid_until"),
        sqlite_where=text("valid_until IS NOT NULL"),
        postgresql_where=text("valid_until IS NOT NULL"),
    ),
    Index("ledger_in_time", "subscriber_id", "occurred_at"),
)

# Bank transfers as the bank reports them; what fits nobody, or two, is parked for a person (CP-16, VL-26).
payments = Table(
    "payments",
    metadata,
    identity(),
    owner("operator_id", "operators.id"),
    word("bank_reference"),
    word("to_account"),
    Column("received_at", Instant, nullable=False),
    amount("amount_minor"),
    currency(),
    word("variable_symbol", optional=True),
    word("specific_symbol", optional=True),
    word("status"),
    word("reason", optional=True),
    owner("subscriber_id", "subscribers.id", optional=True),
    owner("ledger_id", "ledger.id", optional=True),
    Column("settled_at", Instant, nullable=True),
    UniqueConstraint("operator_id", "bank_reference"),
    one_of("status", "parked", "matched", "returned"),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("(status = 'matched') = (ledger_id IS NOT NULL)", name="matched"),
    Index("payments_parked", "operator_id", "status", "received_at"),
)

bills = Table(
    "bills",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    word("invoice_number"),
    Column("period", Integer, nullable=False),
    amount("amount_minor"),
    currency(),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("paid_on", Date, nullable=True),
    UniqueConstraint("subscriber_id", "invoice_number"),
    CheckConstraint("due_on >= issued_on", name="due_after_issue"),
    Index("bills_newest", "subscriber_id", "issued_on"),
    some_of("bills_unpaid", "due_on", where="paid_on IS NULL"),
)

deposits = Table(
    "deposits",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    word("kind"),
    amount("amount_minor"),
    currency(),
    Column("paid_on", Date, nullable=False),
    Column("effective_at", Instant, nullable=False),
    Column("returned_on", Date, nullable=True),
    owner("ledger_id", "ledger.id"),
    UniqueConstraint("ledger_id"),
    one_of("kind", "limit", "security", "automatic_raise", "requested_raise"),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("deposits_of_subscriber", "subscriber_id"),
)

# One notice a threshold, a period and a height of the limit (GM-23, VL-04).
notices = Table(
    "notices",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    word("kind"),
    Column("period", Integer, nullable=False),
    Column("percent", SmallInteger, nullable=False),
    amount("limit_minor"),
    Column("due_at", Instant, nullable=False),
    Column("sent_at", Instant, nullable=True),
    word("channel", default="sms"),
    UniqueConstraint("subscriber_id", "kind", "period", "percent", "limit_minor"),
    one_of("kind", "limit", "roaming", "units"),
    one_of("channel", "sms", "call", "email"),
    CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
)

auto_top_ups = Table(
    "auto_top_ups",
    metadata,
    owner("subscriber_id", "subscribers.id", primary_key=True),
    amount("level_minor"),
    amount("amount_minor"),
    amount("weekly_ceiling_minor"),
    currency(),
    word("card_token"),
    Column("armed", Boolean, nullable=False, server_default=true()),  # fires on the way down, once (CS-22)
    Column("switched_on_at", Instant, nullable=False),
    Column("switched_off_at", Instant, nullable=True),
    CheckConstraint("level_minor > 0 AND amount_minor > 0 AND weekly_ceiling_minor > 0", name="amounts"),
)

card_payments = Table(
    "card_payments",
    metadata,
    identity(),
    owner("subscriber_id", "subscribers.id"),
    Column("key", Text, nullable=False, unique=True),
    word("started_by"),
    amount("amount_minor"),
    currency(),
    word("status"),
    word("reason", optional=True),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=True),
    owner("ledger_id", "ledger.id", optional=True),
    one_of("started_by", "automatic", "caller", "by_hand"),
    one_of("status", "pending", "settled", "failed", "skipped"),
    CheckConstraint("amount_minor > 0", name="amount"),
    only_one("only_one_pending_card_payment", "subscriber_id", where="status = 'pending'"),
    Index("card_payments_in_time", "subscriber_id", "started_at"),
)

# What a period close has done, so that run late, twice or after a crash it does each thing once.
period_closes = Table(
    "period_closes",
    metadata,
    owner("operator_id", "operators.id", primary_key=True),
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("billing_day", SmallInteger, primary_key=True, autoincrement=False),
    Column("started_at", Instant, nullable=False),
    Column("done_up_to", BigInteger, nullable=False, server_default="0"),  # subscriber id
    Column("finished_at", Instant, nullable=True),
)

# What the books of a subscriber held when a period was closed: the sum of the ledger's rows up to and with
# `last_ledger_id`. Rows are never changed, so the sum taken again has to be the same.
closing_balances = Table(
    "closing_balances",
    metadata,
    owner("subscriber_id", "subscribers.id", primary_key=True),
    Column("book", Text, primary_key=True),
    Column("period", Integer, primary_key=True, autoincrement=False),
    amount("amount_minor"),
    Column("last_ledger_id", BigInteger, nullable=False),
    Column("closed_at", Instant, nullable=False),
    one_of("book", "credit", "spend", "limit", "security"),
)
