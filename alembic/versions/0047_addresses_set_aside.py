"""Where an item that was set aside came from, so that one that never arrived can be asked again.

Revision 0047, after 0046.
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What never arrived had its address in place of its body."""
    op.execute("ALTER TABLE set_aside ADD COLUMN address text CHECK (address <> '')")
    op.execute("""
        UPDATE set_aside s SET address = s.raw, raw = '' FROM import_run r JOIN source o
          ON o.id = r.source
        WHERE r.id = s.run_id AND o.kind IN ('ted', 'boamp_xml') AND NOT s.whole
          AND s.raw LIKE 'http%'
    """)
    op.execute(
        "CREATE INDEX ix_set_aside_address ON set_aside (address)"
        " WHERE address IS NOT NULL AND retried_at IS NULL"
    )


def downgrade() -> None:
    """The address stands for the body again."""
    op.execute("UPDATE set_aside SET raw = address WHERE address IS NOT NULL AND NOT whole")
    op.execute("ALTER TABLE set_aside DROP COLUMN address")
