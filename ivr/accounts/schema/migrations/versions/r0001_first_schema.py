"""An empty store comes in, all tables go out: the first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table, owners before what they own."""
    _lockouts()
    _operators()
    _bundles()
    _period_closes()
    _subscribers()
    _tariffs()
    _auto_top_ups()
    _bills()
    _call_prices()
    _free_units()
    _held_bundles()
    _ledger()
    _limit_states()
    _notices()
    _numbers()
    _tariff_units()
    _tariff_uses()
    _card_payments()
    _deposits()
    _payments()
    _sms_orders()
    _usage_records()


def _lockouts() -> None:
    op.create_table(
        "lockouts",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("first_failure_at", INSTANT, nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_lockouts_failures")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_lockouts")),
    )


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_operators_currency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("code", name=op.f("uq_operators_code")),
    )


def _bundles() -> None:
    op.create_table(
        "bundles",
        sa.Column("id", KEY, nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("monthly_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("renewal", sa.Text(), nullable=False),
        sa.Column("activation_charge", sa.Text(), nullable=False),
        sa.Column("cancellation_charge", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "activation_charge IN ('proportional', 'whole')", name=op.f("ck_bundles_activation_charge")
        ),
        sa.CheckConstraint(
            "cancellation_charge IN ('proportional', 'whole')", name=op.f("ck_bundles_cancellation_charge")
        ),
        sa.CheckConstraint(
            "family IN ('data', 'data_enlargement', 'roaming', 'calls_abroad', 'mms', "
            "'card', 'lte', 'other')",
            name=op.f("ck_bundles_family"),
        ),
        sa.CheckConstraint(
            "renewal IN ('billing_period', 'activation_date', 'once')", name=op.f("ck_bundles_renewal")
        ),
        sa.CheckConstraint("unit IN ('seconds', 'sms', 'mms', 'kilobytes')", name=op.f("ck_bundles_unit")),
        sa.CheckConstraint("size >= 0 AND monthly_fee_minor >= 0", name=op.f("ck_bundles_amounts")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_bundles_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundles")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_bundles_operator_id_code")),
    )


def _period_closes() -> None:
    op.create_table(
        "period_closes",
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("billing_day", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("done_up_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_period_closes_operator_id")),
        sa.PrimaryKeyConstraint("operator_id", "period", "billing_day", name=op.f("pk_period_closes")),
    )


def _subscribers() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("payer_number", sa.Text(), nullable=True),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("charging", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("billing_day", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("own_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("customer_since", sa.Date(), nullable=False),
        sa.Column("ported_in", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("was_customer", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("automatic_raise", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("roaming", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("premium_services", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("figures_at", INSTANT, nullable=True),
        sa.CheckConstraint("charging IN ('prepaid', 'postpaid')", name=op.f("ck_subscribers_charging")),
        sa.CheckConstraint("status IN ('active', 'suspended', 'closed')", name=op.f("ck_subscribers_status")),
        sa.CheckConstraint("billing_day BETWEEN 1 AND 28", name=op.f("ck_subscribers_billing_day")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_subscribers_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("id", "operator_id", name=op.f("uq_subscribers_id_operator_id")),
    )
    op.create_index(
        "only_one_account_number",
        "subscribers",
        ["operator_id", "account_number"],
        unique=True,
        sqlite_where=sa.text("account_number IS NOT NULL"),
        postgresql_where=sa.text("account_number IS NOT NULL"),
    )
    op.create_index("payer_numbers", "subscribers", ["operator_id", "payer_number"], unique=False)


def _tariffs() -> None:
    op.create_table(
        "tariffs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("charging", sa.Text(), nullable=False),
        sa.Column("proration_group", sa.Text(), nullable=True),
        sa.Column("monthly_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("base_limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("charging IN ('prepaid', 'postpaid')", name=op.f("ck_tariffs_charging")),
        sa.CheckConstraint("proration_group IN ('P', 'F')", name=op.f("ck_tariffs_proration_group")),
        sa.CheckConstraint("monthly_fee_minor >= 0", name=op.f("ck_tariffs_monthly_fee")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_tariffs_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariffs")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_tariffs_operator_id_code")),
    )


def _auto_top_ups() -> None:
    op.create_table(
        "auto_top_ups",
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("level_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("weekly_ceiling_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("card_token", sa.Text(), nullable=False),
        sa.Column("armed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("switched_on_at", INSTANT, nullable=False),
        sa.Column("switched_off_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "level_minor > 0 AND amount_minor > 0 AND weekly_ceiling_minor > 0",
            name=op.f("ck_auto_top_ups_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_auto_top_ups_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_auto_top_ups")),
    )


def _bills() -> None:
    op.create_table(
        "bills",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint("due_on >= issued_on", name=op.f("ck_bills_due_after_issue")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f("fk_bills_subscriber_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint(
            "subscriber_id", "invoice_number", name=op.f("uq_bills_subscriber_id_invoice_number")
        ),
    )
    op.create_index("bills_newest", "bills", ["subscriber_id", "issued_on"], unique=False)


def _call_prices() -> None:
    op.create_table(
        "call_prices",
        sa.Column("id", KEY, nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=True),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("minute_millionths", sa.BigInteger(), nullable=False),
        sa.Column("connection_millionths", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_seconds", sa.Integer(), server_default="1", nullable=False),
        sa.Column("step_seconds", sa.Integer(), server_default="1", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint("first_seconds > 0 AND step_seconds > 0", name=op.f("ck_call_prices_steps")),
        sa.CheckConstraint(
            "minute_millionths >= 0 AND connection_millionths >= 0", name=op.f("ck_call_prices_price")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_call_prices_operator_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_call_prices_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_prices")),
        sa.UniqueConstraint(
            "operator_id",
            "subscriber_id",
            "prefix",
            "from_on",
            name=op.f("uq_call_prices_operator_id_subscriber_id_prefix_from_on"),
        ),
    )
    op.create_index(
        "only_one_list_price",
        "call_prices",
        ["operator_id", "prefix", "from_on"],
        unique=True,
        sqlite_where=sa.text("subscriber_id IS NULL"),
        postgresql_where=sa.text("subscriber_id IS NULL"),
    )


def _free_units() -> None:
    op.create_table(
        "free_units",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("resets_on", sa.Date(), nullable=False),
        sa.CheckConstraint("source IN ('tariff', 'bundle', 'gift')", name=op.f("ck_free_units_source")),
        sa.CheckConstraint("unit IN ('seconds', 'sms', 'mms', 'kilobytes')", name=op.f("ck_free_units_unit")),
        sa.CheckConstraint("granted >= 0 AND used BETWEEN 0 AND granted", name=op.f("ck_free_units_used")),
        sa.CheckConstraint("resets_on > from_on", name=op.f("ck_free_units_span")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_free_units_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_free_units")),
        sa.UniqueConstraint(
            "subscriber_id",
            "unit",
            "source",
            "from_on",
            name=op.f("uq_free_units_subscriber_id_unit_source_from_on"),
        ),
    )


def _held_bundles() -> None:
    op.create_table(
        "held_bundles",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("bundle_id", KEY, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("activated_at", INSTANT, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("anchor_day", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("anchor_day BETWEEN 1 AND 31", name=op.f("ck_held_bundles_anchor_day")),
        sa.CheckConstraint("remaining BETWEEN 0 AND size", name=op.f("ck_held_bundles_remaining")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundles.id"], name=op.f("fk_held_bundles_bundle_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_held_bundles_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_bundles")),
    )
    op.create_index(
        "only_one_held_bundle",
        "held_bundles",
        ["subscriber_id", "bundle_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("period", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("(book = 'spend') = (period IS NOT NULL)", name=op.f("ck_ledger_period_of_spend")),
        sa.CheckConstraint(
            "book <> 'none' OR amount_minor = 0", name=op.f("ck_ledger_no_amount_without_book")
        ),
        sa.CheckConstraint(
            "book IN ('credit', 'spend', 'limit', 'security', 'none')", name=op.f("ck_ledger_book")
        ),
        sa.CheckConstraint(
            "kind <> 'expiry' OR (amount_minor < 0 AND valid_until IS NOT NULL)",
            name=op.f("ck_ledger_expiry"),
        ),
        sa.CheckConstraint("kind <> 'top_up' OR amount_minor > 0", name=op.f("ck_ledger_top_up")),
        sa.CheckConstraint(
            "kind IN ('top_up', 'charge', 'refund', 'correction', 'expiry', 'extension', "
            "'base_limit', 'raise', 'lowering', 'deposit', 'deposit_return', 'notice', "
            "'order', 'tariff_change', 'renewal', 'block', 'unblock')",
            name=op.f("ck_ledger_kind"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR (book = 'credit' AND kind IN ('top_up', 'expiry', 'extension'))",
            name=op.f("ck_ledger_valid_until"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_ledger_currency")),
        sa.CheckConstraint("period % 100 BETWEEN 1 AND 12", name=op.f("ck_ledger_period")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f("fk_ledger_subscriber_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_key")),
    )
    op.create_index("ledger_in_time", "ledger", ["subscriber_id", "occurred_at"], unique=False)
    op.create_index(
        "ledger_sums", "ledger", ["subscriber_id", "book", "period", "amount_minor"], unique=False
    )
    op.create_index(
        "ledger_validity",
        "ledger",
        ["subscriber_id", "id", "kind", "amount_minor", "valid_until"],
        unique=False,
        sqlite_where=sa.text("valid_until IS NOT NULL"),
        postgresql_where=sa.text("valid_until IS NOT NULL"),
    )


def _limit_states() -> None:
    op.create_table(
        "limit_states",
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("roaming_blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("raised_automatically_at", INSTANT, nullable=True),
        sa.Column("restored_by", INSTANT, nullable=True),
        sa.Column("base_limit_lost_on", sa.Date(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('open', 'units_only', 'blocked')", name=op.f("ck_limit_states_state")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_limit_states_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_limit_states")),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("channel", sa.Text(), server_default="sms", nullable=False),
        sa.CheckConstraint("channel IN ('sms', 'call', 'email')", name=op.f("ck_notices_channel")),
        sa.CheckConstraint("kind IN ('limit', 'roaming', 'units')", name=op.f("ck_notices_kind")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_notices_percent")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name=op.f("fk_notices_subscriber_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "subscriber_id",
            "kind",
            "period",
            "percent",
            "limit_minor",
            name=op.f("uq_notices_subscriber_id_kind_period_percent_limit_minor"),
        ),
    )


def _numbers() -> None:
    op.create_table(
        "numbers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last_digits", sa.Text(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.CheckConstraint("e164 LIKE '+%' AND length(e164) BETWEEN 6 AND 16", name=op.f("ck_numbers_e164")),
        sa.CheckConstraint("kind IN ('line', 'booth', 'known_mobile')", name=op.f("ck_numbers_kind")),
        sa.CheckConstraint("length(last_digits) <= 8", name=op.f("ck_numbers_last_digits")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_numbers_operator_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id", "operator_id"],
            ["subscribers.id", "subscribers.operator_id"],
            name=op.f("fk_numbers_subscriber_id_operator_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_numbers")),
    )
    op.create_index(
        "numbers_by_last_digits",
        "numbers",
        ["operator_id", "last_digits"],
        unique=False,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_index("numbers_of_subscriber", "numbers", ["subscriber_id"], unique=False)
    op.create_index(
        "only_one_number",
        "numbers",
        ["operator_id", "e164"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )


def _tariff_units() -> None:
    op.create_table(
        "tariff_units",
        sa.Column("tariff_id", KEY, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "unit IN ('seconds', 'sms', 'mms', 'kilobytes')", name=op.f("ck_tariff_units_unit")
        ),
        sa.CheckConstraint("granted > 0", name=op.f("ck_tariff_units_granted")),
        sa.ForeignKeyConstraint(["tariff_id"], ["tariffs.id"], name=op.f("fk_tariff_units_tariff_id")),
        sa.PrimaryKeyConstraint("tariff_id", "unit", name=op.f("pk_tariff_units")),
    )


def _tariff_uses() -> None:
    op.create_table(
        "tariff_uses",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("tariff_id", KEY, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_tariff_uses_span")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_tariff_uses_subscriber_id")
        ),
        sa.ForeignKeyConstraint(["tariff_id"], ["tariffs.id"], name=op.f("fk_tariff_uses_tariff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_uses")),
        sa.UniqueConstraint("subscriber_id", "from_on", name=op.f("uq_tariff_uses_subscriber_id_from_on")),
    )
    op.create_index(
        "only_one_current_tariff",
        "tariff_uses",
        ["subscriber_id"],
        unique=True,
        sqlite_where=sa.text("to_on IS NULL"),
        postgresql_where=sa.text("to_on IS NULL"),
    )


def _card_payments() -> None:
    op.create_table(
        "card_payments",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("ledger_id", KEY, nullable=True),
        sa.CheckConstraint(
            "started_by IN ('automatic', 'caller', 'by_hand')", name=op.f("ck_card_payments_started_by")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'settled', 'failed', 'skipped')", name=op.f("ck_card_payments_status")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_card_payments_amount")),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name=op.f("fk_card_payments_ledger_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_card_payments_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_payments")),
        sa.UniqueConstraint("key", name=op.f("uq_card_payments_key")),
    )
    op.create_index("card_payments_in_time", "card_payments", ["subscriber_id", "started_at"], unique=False)
    op.create_index(
        "only_one_pending_card_payment",
        "card_payments",
        ["subscriber_id"],
        unique=True,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )


def _deposits() -> None:
    op.create_table(
        "deposits",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("effective_at", INSTANT, nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("ledger_id", KEY, nullable=False),
        sa.CheckConstraint("kind IN ('limit', 'security', 'automatic_raise')", name=op.f("ck_deposits_kind")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_deposits_amount")),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name=op.f("fk_deposits_ledger_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_deposits_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
        sa.UniqueConstraint("ledger_id", name=op.f("uq_deposits_ledger_id")),
    )
    op.create_index("deposits_of_subscriber", "deposits", ["subscriber_id"], unique=False)


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", KEY, nullable=False),
        sa.Column("operator_id", KEY, nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column("to_account", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("variable_symbol", sa.Text(), nullable=True),
        sa.Column("specific_symbol", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("subscriber_id", KEY, nullable=True),
        sa.Column("ledger_id", KEY, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(status = 'matched') = (ledger_id IS NOT NULL)", name=op.f("ck_payments_matched")
        ),
        sa.CheckConstraint("status IN ('parked', 'matched', 'returned')", name=op.f("ck_payments_status")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name=op.f("fk_payments_ledger_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_payments_operator_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_payments_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "operator_id", "bank_reference", name=op.f("uq_payments_operator_id_bank_reference")
        ),
    )
    op.create_index("payments_parked", "payments", ["operator_id", "status", "received_at"], unique=False)


def _sms_orders() -> None:
    op.create_table(
        "sms_orders",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("number_id", KEY, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (finished_at IS NULL)", name=op.f("ck_sms_orders_finished")),
        sa.CheckConstraint("status = 'refused' OR command IS NOT NULL", name=op.f("ck_sms_orders_command")),
        sa.CheckConstraint(
            "status IN ('open', 'done', 'failed', 'refused')", name=op.f("ck_sms_orders_status")
        ),
        sa.ForeignKeyConstraint(["number_id"], ["numbers.id"], name=op.f("fk_sms_orders_number_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_sms_orders_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_orders")),
        sa.UniqueConstraint("message_id", name=op.f("uq_sms_orders_message_id")),
    )
    op.create_index(
        "only_one_open_order",
        "sms_orders",
        ["subscriber_id", "command"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("orders_due", "sms_orders", ["status", "due_at"], unique=False)


def _usage_records() -> None:
    op.create_table(
        "usage_records",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("number_id", KEY, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("other_party", sa.Text(), nullable=True),
        sa.Column("roaming", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("from_free_units", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("ledger_id", KEY, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('call', 'sms', 'mms', 'data', 'premium', 'third_party', 'fee')",
            name=op.f("ck_usage_records_kind"),
        ),
        sa.CheckConstraint(
            "quantity >= 0 AND from_free_units BETWEEN 0 AND quantity", name=op.f("ck_usage_records_quantity")
        ),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledger.id"], name=op.f("fk_usage_records_ledger_id")),
        sa.ForeignKeyConstraint(["number_id"], ["numbers.id"], name=op.f("fk_usage_records_number_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_usage_records_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_records")),
        sa.UniqueConstraint("source", "record", name=op.f("uq_usage_records_source_record")),
    )
    op.create_index("usage_in_time", "usage_records", ["subscriber_id", "started_at"], unique=False)
