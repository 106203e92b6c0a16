"""How a cluster admits, and the life of its companies: candidacies, votes, standing, identity.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from app.infra.db.walls import (
    ACTIVE,
    HELPER,
    OVERSEEN_WHEN_WON,
    PARTY,
    PRESENT,
    SERVING,
    as_helper,
    open_to_helper,
    wall,
)

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COORDINATED = "(SELECT app.coordinates())"
OVERSEEN = "(SELECT app.oversees())"
MY_TENDERS = "ANY ((SELECT app.my_tenders())::uuid[])"
FUNCTIONS = ("coordinates", "present", "my_tenders", "my_partners", "voters", "tally")
STATES = "('active', 'suspended', 'left', 'merged')"
STATES_0001 = "('active', 'suspended', 'left')"


def upgrade() -> None:
    """Columns and tables, then the functions that the walls call, then the walls."""
    change_cluster_and_member()
    create_standings()
    create_candidacies()
    open_to_helper("ballot")
    open_to_helper("candidacy")
    op.execute(f"GRANT UPDATE (state, joined_on, left_on, merged_into) ON member TO {HELPER}")
    op.execute(f"CREATE POLICY helper_moves ON member FOR UPDATE TO {HELPER} USING (true)")
    with as_helper():
        for body in (COORDINATES, IS_PRESENT, MY_TENDERS_BODY, MY_PARTNERS, VOTERS, TALLY, MOVES):
            op.execute(body)
        for name in FUNCTIONS:
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")
        op.execute("REVOKE EXECUTE ON FUNCTION app.member_moves FROM PUBLIC")
        op.execute("GRANT EXECUTE ON FUNCTION app.member_moves TO SESSION_USER")
    op.execute(
        "CREATE TRIGGER member_moves AFTER INSERT ON member_standing"
        " FOR EACH ROW EXECUTE FUNCTION app.member_moves()"
    )
    close_walls()
    for table in ("member_standing", "member_change", "ballot"):
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
        )


def change_cluster_and_member() -> None:
    """The cluster's language and its way of admitting; a merged company names its heir."""
    op.execute("""
        ALTER TABLE cluster
          ADD COLUMN language text NOT NULL DEFAULT 'fr'
            CONSTRAINT ck_cluster_language CHECK (language IN ('fr', 'en')),
          ADD COLUMN admission text NOT NULL DEFAULT 'coordinator'
            CONSTRAINT ck_cluster_admission CHECK (admission IN ('coordinator', 'vote')),
          ADD COLUMN vote_quorum_bps bigint NOT NULL DEFAULT 5000
            CONSTRAINT ck_cluster_quorum CHECK (vote_quorum_bps BETWEEN 0 AND 10000),
          ADD COLUMN vote_majority_bps bigint NOT NULL DEFAULT 5000
            CONSTRAINT ck_cluster_majority CHECK (vote_majority_bps BETWEEN 5000 AND 10000),
          ADD COLUMN vote_days bigint NOT NULL DEFAULT 15
            CONSTRAINT ck_cluster_days CHECK (vote_days BETWEEN 1 AND 90),
          ADD COLUMN version bigint NOT NULL DEFAULT 1
    """)
    op.execute(f"""
        ALTER TABLE member
          ADD COLUMN address text,
          ADD COLUMN merged_into uuid,
          DROP CONSTRAINT ck_member_state,
          ADD CONSTRAINT ck_member_state CHECK (state IN {STATES}),
          ADD CONSTRAINT ck_member_merged CHECK (
            (state = 'merged') = (merged_into IS NOT NULL) AND merged_into <> id),
          ADD CONSTRAINT ck_member_siret_of_siren CHECK (left(siret, 9) = siren),
          ADD CONSTRAINT fk_member_merged_into
            FOREIGN KEY (cluster_id, merged_into) REFERENCES member (cluster_id, id)
    """)


def company_row(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of what befell a company."""
    op.create_table(
        name,
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("member_id", sa.Uuid, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["cluster_id", "member_id"], ["member.cluster_id", "member.id"]),
        sa.Index(f"ix_{name}_member", "cluster_id", "member_id"),
    )


def create_standings() -> None:
    """What a company was to the cluster, and what it was called, since when: books that grow."""
    company_row(
        "member_standing",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("into_member_id", sa.Uuid),
        sa.CheckConstraint(
            "kind IN ('admitted', 'suspended', 'reinstated', 'left', 'merged')", name="kind"
        ),
        sa.CheckConstraint("(kind = 'merged') = (into_member_id IS NOT NULL)", name="into"),
        sa.ForeignKeyConstraint(
            ["cluster_id", "into_member_id"], ["member.cluster_id", "member.id"]
        ),
    )
    company_row("member_change", sa.Column("fields", pg.JSONB, nullable=False))


def create_candidacies() -> None:
    """Companies that would join, and who voted on them."""
    op.create_table(
        "candidacy",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("siren", sa.Text, nullable=False),
        sa.Column("siret", sa.Text),
        sa.Column("legal_form", sa.Text),
        sa.Column("city", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("headcount", sa.BigInteger),
        sa.Column("skills", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("presented_by", sa.Uuid, nullable=False),
        sa.Column("presented_for", sa.Uuid),
        sa.Column("admission", sa.Text, nullable=False),
        sa.Column("quorum_bps", sa.BigInteger, nullable=False),
        sa.Column("majority_bps", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("votes_for", sa.BigInteger),
        sa.Column("votes_against", sa.BigInteger),
        sa.Column("abstentions", sa.BigInteger),
        sa.Column("electorate", sa.BigInteger),
        sa.Column("member_id", sa.Uuid),
        sa.ForeignKeyConstraint(
            ["cluster_id", "presented_for"], ["member.cluster_id", "member.id"]
        ),
        sa.ForeignKeyConstraint(["cluster_id", "member_id"], ["member.cluster_id", "member.id"]),
        sa.CheckConstraint("siren ~ '^[0-9]{9}$'", name="siren"),
        sa.CheckConstraint("siret ~ '^[0-9]{14}$' AND left(siret, 9) = siren", name="siret"),
        sa.CheckConstraint("headcount >= 0", name="headcount"),
        sa.CheckConstraint("admission IN ('coordinator', 'vote')", name="admission"),
        sa.CheckConstraint("state IN ('open', 'admitted', 'refused')", name="state"),
        sa.CheckConstraint("closes_at > opened_at", name="closes_later"),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (state = 'open') = (decided_by IS NULL)"
            " AND (state = 'admitted') = (member_id IS NOT NULL)",
            name="decided_whole",
        ),
        sa.CheckConstraint(
            "num_nulls(votes_for, votes_against, abstentions, electorate)"
            " = CASE WHEN admission = 'vote' AND state <> 'open' THEN 0 ELSE 4 END",
            name="counted_whole",
        ),
        sa.Index(
            "uq_candidacy_open",
            "cluster_id",
            "siren",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
    )
    op.create_table(
        "ballot",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("candidacy_id", sa.Uuid, nullable=False),
        sa.Column("member_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id", "candidacy_id"], ["candidacy.cluster_id", "candidacy.id"]
        ),
        sa.ForeignKeyConstraint(["cluster_id", "member_id"], ["member.cluster_id", "member.id"]),
        sa.CheckConstraint("choice IN ('for', 'against', 'abstain')", name="choice"),
        sa.UniqueConstraint("cluster_id", "candidacy_id", "member_id", name="uq_ballot_once"),
    )


def close_walls() -> None:
    """A company that left sees itself, and what its running consortia need; no more."""
    settings = "name, zone, language, admission, vote_quorum_bps, vote_majority_bps, vote_days"
    op.execute(f"GRANT UPDATE ({settings}, version) ON cluster TO {SERVING}")
    op.execute(
        f"CREATE POLICY coordinated ON cluster AS RESTRICTIVE FOR UPDATE TO {SERVING}"
        f" USING ({COORDINATED})"
    )
    identity = "name, siret, legal_form, city, address, headcount, skills"
    op.execute(f"GRANT UPDATE ({identity}) ON member TO {SERVING}")
    op.execute(
        "ALTER POLICY visible ON member USING (id = app.member() OR app.member() IS NULL"
        " OR (SELECT app.present()) OR id = ANY ((SELECT app.my_partners())::uuid[]))"
        f" WITH CHECK (id = app.member() OR {COORDINATED})"
    )
    op.execute(
        f"CREATE POLICY coordinated ON member AS RESTRICTIVE FOR UPDATE TO {SERVING}"
        f" USING (id = app.member() OR {COORDINATED})"
    )
    wall(
        "member_standing",
        visible=f"member_id = app.member() OR {OVERSEEN}",
        writable=f"{COORDINATED} OR (member_id = app.member() AND kind = 'left')",
        grants="SELECT, INSERT",
    )
    wall(
        "member_change",
        visible=f"member_id = app.member() OR {PRESENT}",
        writable=f"member_id = app.member() OR {COORDINATED}",
        grants="SELECT, INSERT",
    )
    outcome = "state, decided_at, decided_by, member_id"
    counted = "votes_for, votes_against, abstentions, electorate"
    wall(
        "candidacy",
        visible=PRESENT,
        writable=f"{COORDINATED} OR (state = 'open' AND presented_for = app.member() AND {ACTIVE})",
        grants=f"SELECT, INSERT, UPDATE ({outcome}, {counted})",
    )
    op.execute(
        f"CREATE POLICY coordinated ON candidacy AS RESTRICTIVE FOR UPDATE TO {SERVING}"
        f" USING ({COORDINATED})"
    )
    # How others voted is nobody's to read: who voted comes from app.voters(), totals from
    # app.tally().
    wall(
        "ballot",
        visible="member_id = app.member()",
        writable=f"member_id = app.member() AND {ACTIVE} AND EXISTS (SELECT FROM candidacy c"
        " WHERE c.cluster_id = ballot.cluster_id AND c.id = ballot.candidacy_id"
        " AND c.state = 'open' AND c.admission = 'vote')",
        grants="SELECT, INSERT",
    )
    op.execute(f"ALTER POLICY visible ON tender USING ({PRESENT} OR id = {MY_TENDERS})")
    op.execute(f"ALTER POLICY visible ON tender WITH CHECK ({PRESENT})")
    op.execute(f"ALTER POLICY visible ON lot USING ({PRESENT} OR tender_id = {MY_TENDERS})")
    op.execute(f"ALTER POLICY visible ON lot WITH CHECK ({PRESENT})")
    op.execute(f"ALTER POLICY visible ON interest USING ({PRESENT} OR member_id = app.member())")
    op.execute(
        "ALTER POLICY visible ON event"
        f" USING ((consortium_id IS NULL AND {PRESENT}) OR {PARTY} OR {OVERSEEN_WHEN_WON})"
    )


COORDINATES = """
CREATE FUNCTION app.coordinates() RETURNS boolean STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT EXISTS (
    SELECT 1 FROM public.membership m
    WHERE m.cluster_id = app.cluster() AND m.id = app.membership()
      AND m.role = 'coordinator' AND m.ended_at IS NULL);
END
"""

# The wall of companies themselves: a policy never reads its own table.
IS_PRESENT = """
CREATE FUNCTION app.present() RETURNS boolean STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT app.member() IS NULL OR EXISTS (
    SELECT 1 FROM public.member m
    WHERE m.cluster_id = app.cluster() AND m.id = app.member()
      AND m.state IN ('active', 'suspended'));
END
"""

MY_TENDERS_BODY = """
CREATE FUNCTION app.my_tenders() RETURNS uuid[] STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT ARRAY(
    SELECT c.tender_id FROM public.consortium c
    WHERE c.cluster_id = app.cluster() AND c.id = ANY ((SELECT app.my_consortia())::uuid[]));
END
"""

MY_PARTNERS = """
CREATE FUNCTION app.my_partners() RETURNS uuid[] STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT ARRAY(
    SELECT p.member_id FROM public.party p
    WHERE p.cluster_id = app.cluster()
      AND p.consortium_id = ANY ((SELECT app.my_consortia())::uuid[]));
END
"""

VOTERS = """
CREATE FUNCTION app.voters(candidacy uuid) RETURNS TABLE (member_id uuid, cast_at timestamptz)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT b.member_id, b.cast_at FROM public.ballot b
  WHERE b.cluster_id = app.cluster() AND b.candidacy_id = candidacy AND app.present()
  ORDER BY b.cast_at, b.id;
END
"""

# Nothing is counted before the vote is over. A ballot stays when its company is suspended or
# leaves: nobody loses a vote by losing a voter.
TALLY = """
CREATE FUNCTION app.tally(candidacy uuid, at timestamptz)
RETURNS TABLE (votes_for bigint, votes_against bigint, abstentions bigint, electorate bigint)
STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH voter AS (
    SELECT b.choice FROM public.member m
    LEFT JOIN public.ballot b ON b.cluster_id = m.cluster_id AND b.member_id = m.id
      AND b.candidacy_id = candidacy
    WHERE m.cluster_id = app.cluster() AND (m.state = 'active' OR b.id IS NOT NULL)),
  counted AS (
    SELECT count(*) FILTER (WHERE choice = 'for') AS votes_for,
      count(*) FILTER (WHERE choice = 'against') AS votes_against,
      count(*) FILTER (WHERE choice = 'abstain') AS abstentions,
      count(*) AS electorate, count(choice) AS cast_so_far FROM voter)
  SELECT n.votes_for, n.votes_against, n.abstentions, n.electorate
  FROM counted n, public.candidacy c
  WHERE c.cluster_id = app.cluster() AND c.id = candidacy AND app.coordinates()
    AND (c.closes_at <= at OR n.cast_so_far = n.electorate);
END
"""

# The one door to a company's state: whoever may write its standing moves it.
MOVES = """
CREATE FUNCTION app.member_moves() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.member SET
    state = CASE NEW.kind WHEN 'admitted' THEN 'active' WHEN 'reinstated' THEN 'active'
      ELSE NEW.kind END,
    joined_on = CASE NEW.kind WHEN 'admitted' THEN NEW.on_day ELSE joined_on END,
    left_on = CASE WHEN NEW.kind IN ('left', 'merged') THEN NEW.on_day END,
    merged_into = NEW.into_member_id
  WHERE cluster_id = NEW.cluster_id AND id = NEW.member_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a standing outside of the cluster in scope' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END $$
"""


def downgrade() -> None:
    """Everyone sees the cluster's work again; a merged company is one that left."""
    op.execute("ALTER POLICY visible ON tender USING (true) WITH CHECK (true)")
    op.execute("ALTER POLICY visible ON lot USING (true) WITH CHECK (true)")
    op.execute("ALTER POLICY visible ON interest USING (true)")
    op.execute(
        "ALTER POLICY visible ON event"
        f" USING (consortium_id IS NULL OR {PARTY} OR {OVERSEEN_WHEN_WON})"
    )
    op.execute("ALTER POLICY visible ON member USING (true) WITH CHECK (true)")
    for table in ("member", "cluster"):
        op.execute(f"DROP POLICY coordinated ON {table}")
    with as_helper():
        op.execute("DROP FUNCTION app.voters, app.tally")
    for table in ("ballot", "candidacy", "member_change", "member_standing"):
        op.drop_table(table)
    with as_helper():
        op.execute(
            "DROP FUNCTION app.coordinates, app.present, app.my_tenders, app.my_partners,"
            " app.member_moves"
        )
    op.execute("DROP POLICY helper_moves ON member")
    op.execute(f"REVOKE UPDATE (state, joined_on, left_on, merged_into) ON member FROM {HELPER}")
    op.execute(f"REVOKE UPDATE ON cluster, member FROM {SERVING}")
    op.execute("""
        ALTER TABLE member
          DROP CONSTRAINT ck_member_merged, DROP CONSTRAINT ck_member_siret_of_siren,
          DROP CONSTRAINT ck_member_state, DROP COLUMN merged_into, DROP COLUMN address""")
    op.execute("UPDATE member SET state = 'left' WHERE state = 'merged'")
    op.execute(f"ALTER TABLE member ADD CONSTRAINT ck_member_state CHECK (state IN {STATES_0001})")
    op.execute(
        "ALTER TABLE cluster DROP COLUMN language, DROP COLUMN admission,"
        " DROP COLUMN vote_quorum_bps, DROP COLUMN vote_majority_bps, DROP COLUMN vote_days,"
        " DROP COLUMN version"
    )
