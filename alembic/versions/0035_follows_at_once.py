"""What a notice follows is in its index at once.

Revision 0035, after 0034.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each batch of an import asks for it: what waits to be filed would be read whole each time."""
    op.execute("ALTER INDEX ix_notice_follows SET (fastupdate = off)")


def downgrade() -> None:
    """Filed later, by the thousand."""
    op.execute("ALTER INDEX ix_notice_follows RESET (fastupdate)")
