"""Statements read an account in the order of writing.

Revision 0057, after 0056.
"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

WRITTEN = {"charge": "charged_at", "call": "issued_at", "payment": "recorded_at"}


def upgrade() -> None:
    """One index for each kind of line."""
    for table, at in WRITTEN.items():
        op.execute(
            f"CREATE INDEX ix_{table}_statement ON {table} (cluster_id, member_id, {at}, id)"
        )


def downgrade() -> None:
    """None."""
    for table in WRITTEN:
        op.execute(f"DROP INDEX ix_{table}_statement")
