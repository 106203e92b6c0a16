"""What the lead may sign for the others, what companies undertake, why they answer together.

Revision 0043, after 0042.
"""

from alembic import op

from app.infra.db.walls import JOB, PARTY, SERVING, wall

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
INVITED = "consortium_id = ANY ((SELECT app.invited_to())::uuid[])"
OWN_PARTY = "party_id = ANY ((SELECT app.my_parties())::uuid[])"
OUTSIDE = "party_id IN (SELECT o.id FROM party o WHERE o.member_id IS NULL AND o.left_at IS NULL)"
SIGNED = "person_id = app.my_person()"
# A company's own word; the lead's for a company from outside, with what proves it.
WORD = f"{SIGNED} AND ({OWN_PARTY} OR ({LED} AND evidence IS NOT NULL AND {OUTSIDE}))"

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
TOLD = (
    f"consortium_id IS NULL OR {ACTING}"
    f" OR ({INVITED} AND type IN ('party.joined', 'party.refused', 'party.withdrew'{{}}))"
    f" OR ({PARTY} AND type = 'person.left')"
)
HEAD = """
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL, consortium_id uuid NOT NULL,
  party_id uuid NOT NULL, evidence text CHECK (evidence <> ''),
  person_id uuid NOT NULL, recorded_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id),
  FOREIGN KEY (cluster_id, consortium_id, party_id) REFERENCES party (cluster_id, consortium_id, id)
"""
TABLES = {
    # The signed file is a certificate of the company: bounded, typed, walled already.
    "mandate": f"""{HEAD},
      scope text[] NOT NULL CHECK (cardinality(scope) > 0
        AND scope <@ ARRAY['application', 'bid', 'contract', 'execution']),
      valid_from date NOT NULL, valid_until date, certificate_id uuid, ended_at timestamptz,
      CONSTRAINT ck_mandate_days CHECK (valid_until >= valid_from),
      FOREIGN KEY (cluster_id, certificate_id) REFERENCES certificate""",
    "undertaking": f"""{HEAD},
      text text NOT NULL CHECK (text <> ''), signed_on date NOT NULL,
      CONSTRAINT uq_undertaking_once UNIQUE (cluster_id, party_id)""",
}
# In a table of its own: it may name companies, and the header shows to who must not know them.
JUSTIFICATION = """
CREATE TABLE justification (
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL, consortium_id uuid NOT NULL,
  text text NOT NULL CHECK (text <> ''), person_id uuid NOT NULL, recorded_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id), FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium)
"""


def upgrade() -> None:
    """Two tables; the form at award beside the form at bid; why there is a group at all."""
    for name, body in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({body})")
        op.execute(f"CREATE INDEX ix_{name}_party ON {name} (cluster_id, party_id)")
        grants = "SELECT, INSERT" + (", UPDATE (ended_at)" if name == "mandate" else "")
        seen = f"{PARTY} OR ({OWN_PARTY} AND {INVITED})"
        wall(name, visible=seen, writable=WORD, grants=grants)
    op.execute(
        "ALTER TABLE consortium ADD COLUMN form_at_award text,"
        " ADD CONSTRAINT ck_consortium_form_at_award"
        " CHECK (form_at_award IN ('conjoint', 'conjoint_liable_lead', 'solidaire'))"
    )
    told = TOLD.format(", 'party.undertook'")
    op.execute(f"ALTER POLICY visible ON event WITH CHECK ({told})")
    op.execute(JUSTIFICATION)
    op.execute(
        "CREATE INDEX ix_justification_consortium ON justification"
        " (cluster_id, consortium_id, id DESC)"
    )
    written = f"{LED} AND {SIGNED}"
    wall("justification", visible=PARTY, writable=written, grants="SELECT, INSERT")
    op.execute(f"GRANT UPDATE (form, form_at_award) ON consortium TO {SERVING}, {JOB}")
    for table in ("application", "submission"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN signed_by text NOT NULL DEFAULT 'all',"
            f" ADD CONSTRAINT ck_{table}_signed_by CHECK (signed_by IN ('all', 'lead'))"
        )


def downgrade() -> None:
    """Forget them."""
    for table in ("application", "submission"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN signed_by")
    op.execute(f"ALTER POLICY visible ON event WITH CHECK ({TOLD.format('')})")
    op.drop_table("justification")
    op.execute(f"REVOKE UPDATE (form, form_at_award) ON consortium FROM {SERVING}, {JOB}")
    op.execute("ALTER TABLE consortium DROP COLUMN form_at_award")
    for name in TABLES:
        op.drop_table(name)
