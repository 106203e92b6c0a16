"""Runs that go on at the item, back-fills, set-aside items that are tried again, what is forgotten.

Revision 0024, after 0023.
"""

from alembic import op

from app.infra.db.walls import IMPORTER

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Written once, read once in a while: the quick compression, where this server was built with it.
QUICK_RAW = """
DO $$ BEGIN
  ALTER TABLE notice_version ALTER raw SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN NULL;
END $$
"""


def upgrade() -> None:
    """What is under way at this moment begins anew: its cursor was a day."""
    op.execute("""
        UPDATE import_run SET state = 'failed', error = 'Import interrompu.', finished_at = now()
        WHERE state = 'running'
    """)
    op.execute("""
        ALTER TABLE import_run
          DROP COLUMN checkpoint,
          ADD COLUMN window_to date,
          ADD COLUMN cursor text,
          ADD COLUMN passed bigint NOT NULL DEFAULT 0,
          DROP CONSTRAINT ck_import_run_via,
          DROP CONSTRAINT ck_import_run_state,
          DROP CONSTRAINT ck_import_run_finished,
          ADD CONSTRAINT ck_import_run_via CHECK (via IN ('file', 'http', 'backfill', 'retry')),
          ADD CONSTRAINT ck_import_run_state
            CHECK (state IN ('running', 'paused', 'done', 'failed')),
          ADD CONSTRAINT ck_import_run_paused CHECK (state <> 'paused' OR via = 'backfill'),
          ADD CONSTRAINT ck_import_run_finished
            CHECK ((state IN ('running', 'paused')) = (finished_at IS NULL))
    """)
    op.execute("DROP INDEX uq_import_run_running")
    op.execute(
        "CREATE UNIQUE INDEX uq_import_run_running ON import_run (source)"
        " WHERE state = 'running' AND via IN ('http', 'backfill')"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_import_run_backfill ON import_run (source, window_from, window_to)"
        " WHERE state IN ('running', 'paused') AND via = 'backfill'"
    )
    op.execute("""
        ALTER TABLE set_aside
          ADD COLUMN whole boolean NOT NULL DEFAULT false,
          ADD COLUMN retried_at timestamptz
    """)
    op.execute("ALTER TABLE set_aside ALTER whole DROP DEFAULT")
    op.execute("ALTER TABLE notice_version ALTER raw DROP NOT NULL")
    op.execute(QUICK_RAW)
    # Few notices change: their former versions are found through them.
    op.execute("CREATE INDEX ix_notice_changed ON notice (id) WHERE version > 1")
    op.execute(f"GRANT DELETE ON set_aside, import_run TO {IMPORTER}")


def downgrade() -> None:
    """Back to runs that resume at a day."""
    op.execute(f"REVOKE DELETE ON set_aside, import_run FROM {IMPORTER}")
    op.execute("DROP INDEX ix_notice_changed")
    op.execute("UPDATE notice_version SET raw = 'null' WHERE raw IS NULL")
    op.execute("ALTER TABLE notice_version ALTER raw SET COMPRESSION default")
    op.execute("ALTER TABLE notice_version ALTER raw SET NOT NULL")
    op.execute("ALTER TABLE set_aside DROP COLUMN whole, DROP COLUMN retried_at")
    op.execute("DROP INDEX uq_import_run_backfill")
    op.execute("DROP INDEX uq_import_run_running")
    op.execute("""
        DELETE FROM set_aside s USING import_run r
        WHERE r.id = s.run_id AND r.via IN ('backfill', 'retry')
    """)
    op.execute("DELETE FROM import_run WHERE via IN ('backfill', 'retry')")
    op.execute("""
        ALTER TABLE import_run
          DROP CONSTRAINT ck_import_run_paused,
          DROP CONSTRAINT ck_import_run_via,
          DROP CONSTRAINT ck_import_run_state,
          DROP CONSTRAINT ck_import_run_finished,
          ADD CONSTRAINT ck_import_run_via CHECK (via IN ('file', 'http')),
          ADD CONSTRAINT ck_import_run_state CHECK (state IN ('running', 'done', 'failed')),
          ADD CONSTRAINT ck_import_run_finished CHECK ((state = 'running') = (finished_at IS NULL)),
          DROP COLUMN window_to,
          DROP COLUMN cursor,
          DROP COLUMN passed,
          ADD COLUMN checkpoint date
    """)
    op.execute(
        "CREATE UNIQUE INDEX uq_import_run_running ON import_run (source)"
        " WHERE state = 'running' AND via = 'http'"
    )
