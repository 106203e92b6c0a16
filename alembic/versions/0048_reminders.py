"""What the calendar brings about in a joint answer, told as an alert.

Revision 0048, after 0047.
"""

from alembic import op

from app.infra.db.walls import JOB

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

OF_NOTICES = "'match', 'deadline_moved', 'notice_corrected', 'call_cancelled', 'result_published'"
REMINDERS = (
    "'account_standing', 'invoice_undecided', 'report_missing', 'certificate_lapsing',"
    " 'mandate_ending'"
)

# Which clusters there is anything to look at in; what it is, a job sees inside each one's walls.
CLUSTERS_THAT_ANSWER = """
CREATE FUNCTION app.clusters_that_answer() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT DISTINCT cluster_id FROM public.consortium'
"""


def upgrade() -> None:
    """An alert is of a notice, or of a joint answer."""
    op.execute(f"""
        ALTER TABLE alert ALTER COLUMN notice_id DROP NOT NULL,
          ADD COLUMN consortium_id uuid, ADD COLUMN due_on date,
          DROP CONSTRAINT ck_alert_kind,
          ADD CONSTRAINT ck_alert_kind CHECK (kind IN ({OF_NOTICES}, {REMINDERS})),
          ADD CONSTRAINT ck_alert_source CHECK (CASE WHEN kind IN ({REMINDERS})
            THEN consortium_id IS NOT NULL AND notice_id IS NULL
            ELSE consortium_id IS NULL AND notice_id IS NOT NULL AND due_on IS NULL END),
          ADD CONSTRAINT fk_alert_cluster_id_consortium_id
            FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium
    """)
    op.execute(CLUSTERS_THAT_ANSWER)
    op.execute("REVOKE EXECUTE ON FUNCTION app.clusters_that_answer FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.clusters_that_answer TO {JOB}")


def downgrade() -> None:
    """What was told of joint answers is forgotten."""
    op.execute("DROP FUNCTION app.clusters_that_answer")
    op.execute("DELETE FROM alert WHERE consortium_id IS NOT NULL")
    op.execute(f"""
        ALTER TABLE alert DROP CONSTRAINT ck_alert_source, DROP CONSTRAINT ck_alert_kind,
          DROP COLUMN consortium_id, DROP COLUMN due_on,
          ADD CONSTRAINT ck_alert_kind CHECK (kind IN ({OF_NOTICES})),
          ALTER COLUMN notice_id SET NOT NULL
    """)
