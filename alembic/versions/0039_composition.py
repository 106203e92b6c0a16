"""What befalls a composition that is frozen; applications, rounds, a lead that hands over.

Revision 0039, after 0038.
"""

from alembic import op

from app.infra.db.walls import JOB, PARTY, SERVING, wall

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
OWN_PARTY = "party_id = ANY ((SELECT app.my_parties())::uuid[])"
SIGNED = "person_id = app.my_person()"

COMMON = """
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL, consortium_id uuid NOT NULL,
  {},
  person_id uuid NOT NULL, recorded_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id), FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium"""


def party(column: str) -> str:
    """SQL: a column that names a party of the same joint answer."""
    return (
        f"FOREIGN KEY (cluster_id, consortium_id, {column})"
        " REFERENCES party (cluster_id, consortium_id, id)"
    )


TABLES = {
    "application": (
        "submitted_at timestamptz NOT NULL, platform text, reference text",
        "CONSTRAINT uq_application_once UNIQUE (cluster_id, consortium_id)",
        f"{LED} AND {SIGNED}",
    ),
    # After a bid went out: it is written, agreed and handed in anew, for a reason.
    "round": (
        "number bigint NOT NULL CHECK (number > 0), ground text NOT NULL"
        " CHECK (ground IN ('negotiation', 'composition', 'clarification')),"
        " reason text NOT NULL CHECK (reason <> ''), deadline_at timestamptz",
        "CONSTRAINT uq_round_number UNIQUE (cluster_id, consortium_id, number)",
        f"{LED} AND {SIGNED}",
    ),
    "failure": (
        "party_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('withdrawal', 'default')),"
        " reason text NOT NULL CHECK (reason <> ''), on_day date NOT NULL",
        f"{party('party_id')}, CONSTRAINT uq_failure_once UNIQUE (cluster_id, party_id)",
        f"{ACTING} AND {SIGNED} AND (kind = 'default' OR {OWN_PARTY} OR {LED})",
    ),
    "composition_change": (
        "ground text NOT NULL CHECK (ground IN ('restructuring', 'unable', 'negotiation',"
        " 'review_clause')), reason text NOT NULL CHECK (reason <> ''),"
        " accepted_on date NOT NULL, leaving_id uuid, joining_id uuid",
        f"{party('leaving_id')}, {party('joining_id')},"
        " CONSTRAINT ck_composition_change_of CHECK (num_nonnulls(leaving_id, joining_id) > 0)",
        f"{LED} AND {SIGNED}",
    ),
    "succession": (
        "from_id uuid NOT NULL, to_id uuid NOT NULL CHECK (to_id <> from_id),"
        " reason text NOT NULL CHECK (reason <> ''), accepted_on date,"
        " taken_at timestamptz, taken_by uuid",
        f"{party('from_id')}, {party('to_id')},"
        " CONSTRAINT ck_succession_taken CHECK (num_nulls(taken_at, taken_by) IN (0, 2))",
        f"{ACTING}",
    ),
}
"""Of each table: its columns, its constraints, whose word a row is."""

MOVES = ("forming proposed", "proposed forming", "proposed agreed", "agreed forming")
MOVES += ("agreed submitted", "submitted won", "submitted lost", "submitted no_award")
MOVES += ("won submitted", "lost submitted", "no_award submitted")
MOVES += ("won signed", "signed running", "running closed")
MOVES += tuple(
    f"{state} withdrawn" for state in ("forming", "proposed", "agreed", "submitted", "won")
)
STATE_MOVES = """
CREATE OR REPLACE FUNCTION app.state_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN
    ({}) {}
  THEN
    RAISE EXCEPTION 'a joint answer does not go from %% to %%', OLD.state, NEW.state
    USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""
# A bid that is out is opened again by a round, once each.
ROUND = """AND NOT (OLD.state = 'submitted' AND NEW.state = 'forming' AND
      (SELECT coalesce(max(r.number), 0) FROM round r
        WHERE r.cluster_id = NEW.cluster_id AND r.consortium_id = NEW.id) >
      (SELECT coalesce(max(s.round), 0) FROM submission s
        WHERE s.cluster_id = NEW.cluster_id AND s.consortium_id = NEW.id))"""
LEAD_MOVES = """
CREATE FUNCTION app.lead_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.lead_member_id <> OLD.lead_member_id AND NOT EXISTS (
    SELECT FROM succession s
    JOIN party p ON p.cluster_id = s.cluster_id AND p.id = s.to_id
    WHERE s.cluster_id = NEW.cluster_id AND s.consortium_id = NEW.id
      AND s.taken_at IS NOT NULL AND p.member_id = NEW.lead_member_id)
  THEN
    RAISE EXCEPTION 'nobody handed this joint answer over' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""
REPLACED = "id IN (SELECT x.leaving_id FROM composition_change x)"
ROLE_MOVES = """
CREATE FUNCTION app.role_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.role <> OLD.role AND NOT EXISTS (
    SELECT FROM succession s
    WHERE s.cluster_id = NEW.cluster_id AND s.taken_at IS NOT NULL
      AND NEW.id = CASE NEW.role WHEN 'lead' THEN s.to_id ELSE s.from_id END)
  THEN
    RAISE EXCEPTION 'nobody handed this role over' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""
PARTY_POLICIES = {
    # The buyer let a company be replaced: its own word, or the lead's with that acceptance.
    "replaced": (
        f"{LED} AND left_at IS NULL AND {REPLACED}",
        f"{LED} AND left_at IS NOT NULL AND {REPLACED}",
    ),
    "handed_over": (
        f"{LED} AND role = 'lead'",
        f"{LED} AND role = 'co_contractor'"
        " AND id IN (SELECT x.from_id FROM succession x WHERE x.taken_at IS NOT NULL)",
    ),
}


def upgrade() -> None:
    """Tables, then what may now change, and only with their rows."""
    for name, (columns, constraints, word) in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({COMMON.format(columns)}, {constraints})")
        op.execute(f"CREATE INDEX ix_{name}_consortium ON {name} (cluster_id, consortium_id)")
        grants = "SELECT, INSERT"
        if name == "succession":
            grants += ", UPDATE (taken_at, taken_by)"
        wall(name, visible=PARTY, writable=word, grants=grants)
    op.execute("ALTER TABLE submission ADD COLUMN round bigint NOT NULL DEFAULT 0")
    op.execute(
        "ALTER TABLE submission DROP CONSTRAINT uq_submission_once,"
        " ADD CONSTRAINT uq_submission_once UNIQUE (cluster_id, consortium_id, round)"
    )
    set_moves(ROUND)
    op.execute(LEAD_MOVES)
    op.execute("REVOKE EXECUTE ON FUNCTION app.lead_moves FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER lead_moves BEFORE UPDATE OF lead_member_id ON consortium"
        " FOR EACH ROW EXECUTE FUNCTION app.lead_moves()"
    )
    op.execute(ROLE_MOVES)
    op.execute("REVOKE EXECUTE ON FUNCTION app.role_moves FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER role_moves BEFORE UPDATE OF role ON party"
        " FOR EACH ROW EXECUTE FUNCTION app.role_moves()"
    )
    for name, (using, check) in PARTY_POLICIES.items():
        op.execute(
            f"CREATE POLICY {name} ON party FOR UPDATE TO {SERVING}"
            f" USING ({using}) WITH CHECK ({check})"
        )
    op.execute(f"GRANT UPDATE (role) ON party TO {SERVING}, {JOB}")
    op.execute(f"GRANT UPDATE (lead_member_id) ON consortium TO {SERVING}, {JOB}")


def downgrade() -> None:
    """One bid, one lead, one composition."""
    op.execute(f"REVOKE UPDATE (lead_member_id) ON consortium FROM {SERVING}, {JOB}")
    op.execute(f"REVOKE UPDATE (role) ON party FROM {SERVING}, {JOB}")
    for name in PARTY_POLICIES:
        op.execute(f"DROP POLICY {name} ON party")
    op.execute("DROP TRIGGER role_moves ON party")
    op.execute("DROP FUNCTION app.role_moves")
    op.execute("DROP TRIGGER lead_moves ON consortium")
    op.execute("DROP FUNCTION app.lead_moves")
    set_moves("")
    op.execute("DELETE FROM submission WHERE round > 0")
    op.execute(
        "ALTER TABLE submission DROP CONSTRAINT uq_submission_once, DROP COLUMN round,"
        " ADD CONSTRAINT uq_submission_once UNIQUE (cluster_id, consortium_id)"
    )
    for name in reversed(TABLES):
        op.drop_table(name)


def set_moves(but: str) -> None:
    """How states follow one another."""
    listed = ", ".join(f"'{move}'" for move in MOVES)
    op.execute(STATE_MOVES.format(listed, but).replace("%%", "%"))
