"""Usage records of 0002 come in; the same go out, each under a source that is its operator's own.

Two operators in one store may both have a source named "rating" that counts from 1. A record is kept under
the operator's code and its source, ``callpro:rating``, and its rows of the ledger are named alike, so that a
record which is sent again is still known.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename what there is; nothing else of it changes."""
    op.execute(
        "UPDATE usage_records SET source = (SELECT operators.code FROM subscribers"
        " JOIN operators ON operators.id = subscribers.operator_id"
        " WHERE subscribers.id = usage_records.subscriber_id) || ':' || source"
    )
    op.execute(
        "UPDATE ledger SET key = 'usage:' || (SELECT operators.code FROM subscribers"
        " JOIN operators ON operators.id = subscribers.operator_id"
        " WHERE subscribers.id = ledger.subscriber_id) || substr(key, 6) WHERE key LIKE 'usage:%'"
    )
