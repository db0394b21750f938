"""Tables of 0001 come in; what closes, raises, orders to come and calls in progress need goes out."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New table and columns, and indices of the few rows that a statement asks for.

    What 0001 had as done had changed the services already, unless its day was still to come.
    """
    op.create_table(
        "closing_balances",
        sa.Column("subscriber_id", KEY, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("last_ledger_id", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "book IN ('credit', 'spend', 'limit', 'security')", name=op.f("ck_closing_balances_book")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_closing_balances_subscriber_id_subscribers")
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "book", "period", name=op.f("pk_closing_balances")),
    )
    with op.batch_alter_table("deposits") as deposits:
        deposits.drop_constraint(op.f("ck_deposits_kind"), type_="check")
        deposits.create_check_constraint(
            op.f("ck_deposits_kind"), "kind IN ('limit', 'security', 'automatic_raise', 'requested_raise')"
        )
    op.add_column(
        "usage_records", sa.Column("outgoing", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column("sms_orders", sa.Column("applied_at", INSTANT, nullable=True))
    op.execute(
        "UPDATE sms_orders SET applied_at = finished_at"
        " WHERE status = 'done' AND (effective_on IS NULL OR effective_on <= CURRENT_DATE)"
    )
    _some(
        "orders_to_come", "sms_orders", "subscriber_id", "applied_at IS NULL AND status IN ('open', 'done')"
    )
    _some("calls_running", "usage_records", "subscriber_id", "ended_at IS NULL AND kind = 'call'")
    _some("bills_unpaid", "bills", "due_on", "paid_on IS NULL")


def _some(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)
