"""Notices are found by one index, whatever is asked of them together.

Revision 0033, after 0032.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Words, codes and places each had one: for each filter PostgreSQL gathered tens of thousands of
# notices, and intersected them. In one index a filter skips to where the one before it has come.
# The columns stand in the order in which they are looked at: few notices and cheap to tell first,
# words last, whose stems of two languages are weighed for each notice that the others let through.
FORMER = {
    "ix_notice_departments": "departments",
    "ix_notice_nuts_branches": "nuts_branches",
    "ix_notice_cpv_branches": "cpv_branches",
    "ix_notice_search": "search",
}


def upgrade() -> None:
    """One for four; it is no larger than they were."""
    op.execute(f"CREATE INDEX ix_notice_found ON notice USING gin ({', '.join(FORMER.values())})")
    for name in FORMER:
        op.execute(f"DROP INDEX {name}")


def downgrade() -> None:
    """Four again."""
    for name, column in FORMER.items():
        op.execute(f"CREATE INDEX {name} ON notice USING gin ({column})")
    op.execute("DROP INDEX ix_notice_found")
