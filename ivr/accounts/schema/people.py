"""Tables of who there is: operators, subscribers, their telephone numbers, and who is locked out."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
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
    reference,
    word,
)

__all__ = ["limit_states", "lockouts", "numbers", "operators", "subscribers"]

operators = Table(
    "operators",
    metadata,
    identity(),
    Column("code", Text, nullable=False, unique=True),
    word("name"),
    word("country"),
    currency(),
    word("time_zone"),
    CheckConstraint("length(currency) = 3", name="currency"),
)

# A subscriber is what is counted: one prepaid card, one postpaid number (GM-01, VL-03), one call shop
# account with its booths (CS-04). A customer whose numbers are counted apart is several subscribers under
# one payer number (VL-24).
subscribers = Table(
    "subscribers",
    metadata,
    identity(),
    owner("operator_id", "operators.id"),
    word("payer_number", optional=True),
    word("account_number", optional=True),  # what a caller keys in instead of a known number (CS-06)
    word("language"),
    word("charging"),
    word("status", default="active"),
    word("pin_hash", optional=True),
    Column("billing_day", SmallInteger, nullable=False, server_default="1"),
    amount("own_limit_minor", optional=True),  # set by the customer in self-care (GM-20)
    Column("customer_since", Date, nullable=False),
    Column("ported_in", Boolean, nullable=False, server_default=false()),  # GM-30
    Column("was_customer", Boolean, nullable=False, server_default=false()),  # GM-30
    Column("automatic_raise", Boolean, nullable=False, server_default=true()),  # VL-31, VL-33
    Column("roaming", Boolean, nullable=False, server_default=false()),  # GM-04
    Column("premium_services", Boolean, nullable=False, server_default=false()),  # GM-04
    Column("figures_at", Instant, nullable=True),  # the time up to which usage has been booked
    UniqueConstraint("id", "operator_id"),
    one_of("charging", "prepaid", "postpaid"),
    one_of("status", "active", "suspended", "closed"),
    CheckConstraint("billing_day BETWEEN 1 AND 28", name="billing_day"),
    only_one("only_one_account_number", "operator_id", "account_number", where="account_number IS NOT NULL"),
    Index("payer_numbers", "operator_id", "payer_number"),
)

# A number belongs to one subscriber of an operator at a time; a released number may be given out again,
# and then never shows its former owner's account. `last_digits` finds the two numbers that share a
# variable symbol (VL-26).
numbers = Table(
    "numbers",
    metadata,
    identity(),
    owner("operator_id", "operators.id"),
    reference("subscriber_id"),
    word("e164"),
    word("kind"),
    word("last_digits"),
    Column("added_at", Instant, nullable=False),
    Column("released_at", Instant, nullable=True),
    ForeignKeyConstraint(["subscriber_id", "operator_id"], ["subscribers.id", "subscribers.operator_id"]),
    one_of("kind", "line", "booth", "known_mobile"),
    CheckConstraint("e164 LIKE '+%' AND length(e164) BETWEEN 6 AND 16", name="e164"),
    CheckConstraint("length(last_digits) <= 8", name="last_digits"),
    only_one("only_one_number", "operator_id", "e164", where="released_at IS NULL"),
    Index("numbers_of_subscriber", "subscriber_id"),
    Index(
        "numbers_by_last_digits",
        "operator_id",
        "last_digits",
        sqlite_where=text("released_at IS NULL"),
        postgresql_where=text("released_at IS NULL"),
    ),
)

# Where a calling limit stands now (GM-15, VL-13) and what has happened in this billing period (VL-32).
limit_states = Table(
    "limit_states",
    metadata,
    owner("subscriber_id", "subscribers.id", primary_key=True),
    Column("period", Integer, nullable=False),
    word("state", default="open"),
    Column("roaming_blocked", Boolean, nullable=False, server_default=false()),
    Column("raised_automatically_at", Instant, nullable=True),
    Column("restored_by", Instant, nullable=True),  # "within 24 h" of a raise (VL-15)
    Column("base_limit_lost_on", Date, nullable=True),  # GM-37, GM-38
    Column("changed_at", Instant, nullable=False),
    one_of("state", "open", "units_only", "blocked"),
)

# Wrong PINs, counted in the store so that several nodes share one count.
lockouts = Table(
    "lockouts",
    metadata,
    Column("subject", Text, primary_key=True),  # "subscriber:17" or "caller:<digest>"
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    Column("first_failure_at", Instant, nullable=False),
    Column("locked_until", Instant, nullable=True),
    CheckConstraint("failures >= 0", name="failures"),
)
