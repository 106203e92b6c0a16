"""Clusters, people, journal, and the functions that every wall stands on.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from app.infra.db.walls import HELPER, JOB, SERVING, as_helper, wall

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS = (
    "enter",
    "credentials",
    "memberships",
    "open_session",
    "close_session",
    "oversees",
)


def upgrade() -> None:
    """Create the foundation."""
    op.execute("CREATE SCHEMA app")
    op.execute(f"GRANT USAGE ON SCHEMA app, public TO {SERVING}, {JOB}, {HELPER}, grappe_importer")
    op.execute(
        "CREATE FUNCTION app.cluster() RETURNS uuid LANGUAGE sql STABLE"
        " RETURN nullif(current_setting('app.cluster', true), '')::uuid"
    )
    op.execute(
        "CREATE FUNCTION app.member() RETURNS uuid LANGUAGE sql STABLE"
        " RETURN nullif(current_setting('app.member', true), '')::uuid"
    )
    op.execute(
        "CREATE FUNCTION app.membership() RETURNS uuid LANGUAGE sql STABLE"
        " RETURN nullif(current_setting('app.membership', true), '')::uuid"
    )
    # Accents go before stemming; œ and æ survive NFD, and curly apostrophes hide elisions.
    op.execute(
        "CREATE FUNCTION app.fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE"
        " RETURN regexp_replace(normalize(replace(replace(translate(lower(value),"
        " '’‘ʼ', ''''''''), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
    )
    create_clusters()
    create_people()
    create_journal()
    create_functions()


def create_clusters() -> None:
    """The tenant and its member companies."""
    op.create_table(
        "cluster",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("slug", name="uq_cluster_slug"),
    )
    wall("cluster", grants="SELECT")
    op.create_table(
        "member",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("siren", sa.Text, nullable=False),
        sa.Column("siret", sa.Text),
        sa.Column("legal_form", sa.Text),
        sa.Column("city", sa.Text),
        sa.Column("headcount", sa.BigInteger),
        sa.Column("skills", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("joined_on", sa.Date, nullable=False),
        sa.Column("left_on", sa.Date),
        sa.CheckConstraint("siren ~ '^[0-9]{9}$'", name="siren"),
        sa.CheckConstraint("siret ~ '^[0-9]{14}$'", name="siret"),
        sa.CheckConstraint("headcount >= 0", name="headcount"),
        sa.CheckConstraint("state IN ('active', 'suspended', 'left')", name="state"),
        sa.UniqueConstraint("cluster_id", "siren", name="uq_member_siren"),
    )
    wall("member", grants="SELECT, INSERT")


def create_people() -> None:
    """People belong to the installation; what they may do, to a cluster. No role has grants."""
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("email = lower(email)", name="email"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "membership",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("member_id", sa.Uuid),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["cluster_id", "member_id"], ["member.cluster_id", "member.id"]),
        sa.CheckConstraint("role IN ('coordinator', 'treasurer', 'member', 'viewer')", name="role"),
        sa.CheckConstraint("role <> 'member' OR member_id IS NOT NULL", name="member_acts_for"),
        sa.Index("ix_membership_person_id", "person_id"),
    )
    op.create_table(
        "token",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["cluster_id", "membership_id"], ["membership.cluster_id", "membership.id"]
        ),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
    )
    op.execute(f"GRANT SELECT ON person, membership TO {HELPER}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON token TO {HELPER}")
    for table in ("membership", "token"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true)")
        op.execute(f"CREATE POLICY helper ON {table} TO {HELPER} USING (true)")


def create_journal() -> None:
    """What happened: audit trail, events, and the answers kept for repeated requests."""
    op.create_table(
        "audit_entry",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("member_id", sa.Uuid),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("consortium_id", sa.Uuid),
        sa.Column("detail", pg.JSONB, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("consortium_id", sa.Uuid),
        sa.Column("data", pg.JSONB, nullable=False),
    )
    op.create_table(
        "kept_answer",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("acting_for", sa.Uuid, primary_key=True),
        sa.Column("operation", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("input_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.BigInteger, nullable=False),
        sa.Column("headers", pg.JSONB, nullable=False),
        sa.Column("body", pg.JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def create_functions() -> None:
    """Sign-in and membership, owned by a role that can read them and do nothing else."""
    with as_helper():
        op.execute(ENTER)
        op.execute(CREDENTIALS)
        op.execute(MEMBERSHIPS)
        op.execute(OPEN_SESSION)
        op.execute(CLOSE_SESSION)
        op.execute(OVERSEES)
        op.execute("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO {SERVING}")
    op.execute(
        "GRANT EXECUTE ON FUNCTION app.cluster, app.member, app.membership, app.fold TO PUBLIC"
    )
    op.execute(
        "CREATE FUNCTION app.my_person() RETURNS uuid LANGUAGE sql STABLE RETURN"
        " nullif(current_setting('app.person', true), '')::uuid"
    )
    wall(
        "audit_entry",
        grants="SELECT, INSERT",
        visible="person_id = app.my_person()"
        " OR (consortium_id IS NULL AND (SELECT app.oversees()))",
    )
    wall("event", grants="SELECT, INSERT", visible="consortium_id IS NULL", writable="true")
    wall(
        "kept_answer",
        grants="SELECT, INSERT",
        # A person's answers as one company are not theirs as another.
        visible="person_id = app.my_person() AND acting_for = coalesce(app.member(), person_id)",
    )


ENTER = """
CREATE FUNCTION app.enter(token_hash bytea, at timestamptz)
RETURNS TABLE (person_id uuid, cluster_id uuid, member_id uuid, role text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who record;
BEGIN
  SELECT m.cluster_id, m.id, m.person_id, m.member_id, m.role INTO who
  FROM public.token t
  JOIN public.membership m ON m.cluster_id = t.cluster_id AND m.id = t.membership_id
  JOIN public.person p ON p.id = m.person_id
  WHERE t.hash = token_hash AND t.revoked_at IS NULL AND t.expires_at > at
    AND m.ended_at IS NULL AND p.disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'unknown token' USING ERRCODE = '28000';
  END IF;
  PERFORM set_config('app.cluster', who.cluster_id::text, true),
          set_config('app.membership', who.id::text, true),
          set_config('app.person', who.person_id::text, true),
          set_config('app.member', coalesce(who.member_id::text, ''), true);
  RETURN QUERY SELECT who.person_id, who.cluster_id, who.member_id, who.role;
END $$
"""

CREDENTIALS = """
CREATE FUNCTION app.credentials(address text)
RETURNS TABLE (person_id uuid, password_hash text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT p.id, p.password_hash FROM public.person p
  WHERE p.email = lower(address) AND p.disabled_at IS NULL;
END
"""

MEMBERSHIPS = """
CREATE FUNCTION app.memberships(person uuid)
RETURNS TABLE (cluster_id uuid, membership_id uuid, member_id uuid, role text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT m.cluster_id, m.id, m.member_id, m.role FROM public.membership m
  WHERE m.person_id = person AND m.ended_at IS NULL ORDER BY m.id;
END
"""

OPEN_SESSION = """
CREATE FUNCTION app.open_session(
  token_id uuid, cluster uuid, membership uuid, token_prefix text, token_hash bytea,
  opened_at timestamptz, closes_at timestamptz)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.token
    (cluster_id, id, membership_id, name, prefix, hash, created_at, expires_at)
  VALUES (cluster, token_id, membership, 'session', token_prefix, token_hash, opened_at, closes_at);
END
"""

CLOSE_SESSION = """
CREATE FUNCTION app.close_session(token_hash bytea, closed_at timestamptz)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token SET revoked_at = closed_at WHERE hash = token_hash AND revoked_at IS NULL;
END
"""

OVERSEES = """
CREATE FUNCTION app.oversees() RETURNS boolean STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT EXISTS (
    SELECT 1 FROM public.membership m
    WHERE m.cluster_id = app.cluster() AND m.id = app.membership()
      AND m.role IN ('coordinator', 'treasurer') AND m.ended_at IS NULL);
END
"""


def downgrade() -> None:
    """Leave an empty database; the queue follows its library, and stays."""
    op.execute("DROP TRIGGER IF EXISTS grappe_stamp ON procrastinate_jobs")
    for table in ("kept_answer", "event", "audit_entry"):
        op.drop_table(table)
    with as_helper():
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION app.{function}")
    for table in ("token", "membership", "person", "member", "cluster"):
        op.drop_table(table)
    op.execute("DROP SCHEMA app CASCADE")
