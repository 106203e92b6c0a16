"""What the documents of a tender say to candidates, as people have read them.

Revision 0038, after 0037.
"""

from alembic import op

from app.infra.db.walls import JOB, PRESENT, SERVING, wall

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

SAID = "('allowed', 'forbidden', 'unknown')"
# Newest number: what holds. Each reading is a row with its author and time.
TABLE = f"""
CREATE TABLE tender_rules (
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,
  tender_id uuid NOT NULL, number bigint NOT NULL CHECK (number > 0),
  several_bids text NOT NULL CHECK (several_bids IN {SAID}),
  linked_bids text NOT NULL CHECK (linked_bids IN {SAID}),
  one_lead boolean NOT NULL, negotiated boolean NOT NULL, launched_on date,
  bid_cap bigint CHECK (bid_cap > 0), win_cap bigint CHECK (win_cap > 0),
  asked text[] NOT NULL, reserved jsonb NOT NULL,
  form_at_award text CHECK (form_at_award IN ('conjoint', 'conjoint_liable_lead', 'solidaire')),
  form_reason text, person_id uuid NOT NULL, said_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id),
  FOREIGN KEY (cluster_id, tender_id) REFERENCES tender,
  CONSTRAINT uq_tender_rules_number UNIQUE (cluster_id, tender_id, number),
  CONSTRAINT ck_tender_rules_form CHECK (form_at_award IS NULL OR form_reason <> ''))
"""


def upgrade() -> None:
    """The table; requests may say what a tender allows, and move its version."""
    op.execute(TABLE)
    wall(
        "tender_rules",
        visible=f"{PRESENT} OR tender_id = ANY ((SELECT app.my_tenders())::uuid[])",
        writable=f"{PRESENT} AND person_id = app.my_person()",
        grants="SELECT, INSERT",
    )
    # Whoever reads a tender's documents need not be who began to follow it.
    op.execute(
        f"CREATE POLICY read_by_others ON tender FOR UPDATE TO {SERVING}"
        f" USING ({PRESENT}) WITH CHECK ({PRESENT})"
    )
    op.execute(f"GRANT UPDATE (several_bids, version) ON tender TO {SERVING}, {JOB}")


def downgrade() -> None:
    """Forget what was read."""
    op.execute(f"REVOKE UPDATE (several_bids, version) ON tender FROM {SERVING}, {JOB}")
    op.execute(f"GRANT UPDATE ON tender TO {JOB}")
    op.execute("DROP POLICY read_by_others ON tender")
    op.drop_table("tender_rules")
