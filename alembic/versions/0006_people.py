"""Seven roles, tokens with scopes, and who opened which amounts.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, SERVING, as_helper, wall

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLES = "('coordinator', 'treasurer', 'auditor', 'manager', 'contributor', 'viewer', 'integration')"
BOOKS_WRITTEN = ("policy", "policy_rate", "policy_fee_band", "payment")
OVERSEEN = "(SELECT app.oversees())"
KEPT = "(SELECT app.keeps_books())"


def upgrade() -> None:
    """Roles first: the functions that read them come after."""
    op.execute("ALTER TABLE membership DROP CONSTRAINT ck_membership_role")
    op.execute("ALTER TABLE membership DROP CONSTRAINT ck_membership_member_acts_for")
    op.execute("UPDATE membership SET role = 'manager' WHERE role = 'member'")
    op.execute(f"ALTER TABLE membership ADD CONSTRAINT ck_membership_role CHECK (role IN {ROLES})")
    op.execute(
        "ALTER TABLE membership ADD CONSTRAINT ck_membership_member_acts_for CHECK ("
        " (role NOT IN ('manager', 'contributor') OR member_id IS NOT NULL)"
        " AND (role NOT IN ('coordinator', 'treasurer', 'auditor') OR member_id IS NULL))"
    )
    op.execute(
        "ALTER TABLE token ADD COLUMN kind text NOT NULL DEFAULT 'session'"
        " CONSTRAINT ck_token_kind CHECK (kind IN ('session', 'api', 'feed')),"
        " ADD COLUMN scopes text[]"
    )
    op.execute("UPDATE token SET kind = 'api' WHERE name <> 'session'")
    op.execute("ALTER TABLE token ALTER COLUMN kind DROP DEFAULT")
    op.execute("CREATE INDEX ix_token_membership ON token (cluster_id, membership_id)")
    with as_helper():
        op.execute("DROP FUNCTION app.enter, app.open_session")
        op.execute(ENTER)
        op.execute(OPEN_SESSION)
        op.execute(OVERSEES)
        op.execute(KEEPS_BOOKS)
        for name in ("enter", "open_session", "keeps_books"):
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")
    for table in BOOKS_WRITTEN:
        op.execute(f"ALTER POLICY visible ON {table} WITH CHECK ({KEPT})")
    create_openings()


def create_openings() -> None:
    """Who opened the amounts of which version of a consortium's split: once each."""
    op.create_table(
        "opening",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("consortium_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("member_id", sa.Uuid),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id", "consortium_id"], ["consortium.cluster_id", "consortium.id"]
        ),
        sa.UniqueConstraint(
            "cluster_id", "person_id", "consortium_id", "version", name="uq_opening_once"
        ),
        sa.Index("ix_opening_consortium", "cluster_id", "consortium_id"),
    )
    wall(
        "opening",
        grants="SELECT, INSERT",
        visible="consortium_id = ANY ((SELECT app.my_consortia())::uuid[])"
        " OR person_id = app.my_person()",
        writable="person_id = app.my_person()",
    )
    op.execute(f"CREATE POLICY helper ON opening FOR SELECT TO {HELPER} USING (true)")
    op.execute(f"GRANT SELECT ON opening TO {HELPER}")
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON opening"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
    )


ENTER = """
CREATE FUNCTION app.enter(token_hash bytea, at timestamptz)
RETURNS TABLE (person_id uuid, cluster_id uuid, member_id uuid, role text,
               membership_id uuid, scopes text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who record;
BEGIN
  SELECT m.cluster_id, m.id, m.person_id, m.member_id, m.role, t.scopes INTO who
  FROM public.token t
  JOIN public.membership m ON m.cluster_id = t.cluster_id AND m.id = t.membership_id
  JOIN public.person p ON p.id = m.person_id
  WHERE t.hash = token_hash AND t.kind <> 'feed' AND t.revoked_at IS NULL AND t.expires_at > at
    AND m.ended_at IS NULL AND p.disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'unknown token' USING ERRCODE = '28000';
  END IF;
  PERFORM set_config('app.cluster', who.cluster_id::text, true),
          set_config('app.membership', who.id::text, true),
          set_config('app.person', who.person_id::text, true),
          set_config('app.member', coalesce(who.member_id::text, ''), true);
  RETURN QUERY SELECT who.person_id, who.cluster_id, who.member_id, who.role, who.id, who.scopes;
END $$
"""

OPEN_SESSION = """
CREATE FUNCTION app.open_session(
  token_id uuid, cluster uuid, membership uuid, token_prefix text, token_hash bytea,
  opened_at timestamptz, closes_at timestamptz)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.token
    (cluster_id, id, membership_id, kind, name, prefix, hash, created_at, expires_at)
  VALUES (cluster, token_id, membership, 'session', 'session', token_prefix, token_hash,
          opened_at, closes_at);
END
"""

OVERSEES = """
CREATE OR REPLACE FUNCTION app.oversees() RETURNS boolean STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT EXISTS (
    SELECT 1 FROM public.membership m
    WHERE m.cluster_id = app.cluster() AND m.id = app.membership()
      AND m.role IN ('coordinator', 'treasurer', 'auditor') AND m.ended_at IS NULL);
END
"""

KEEPS_BOOKS = """
CREATE FUNCTION app.keeps_books() RETURNS boolean STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT EXISTS (
    SELECT 1 FROM public.membership m
    WHERE m.cluster_id = app.cluster() AND m.id = app.membership()
      AND m.role IN ('coordinator', 'treasurer') AND m.ended_at IS NULL);
END
"""

ENTER_0001 = (
    ENTER.replace(", role text,\n               membership_id uuid, scopes text[])", ", role text)")
    .replace(", t.scopes INTO", " INTO")
    .replace("t.kind <> 'feed' AND ", "")
    .replace(", who.role, who.id, who.scopes;", ", who.role;")
)
OPEN_SESSION_0001 = OPEN_SESSION.replace(" kind,", "").replace("'session', 'session'", "'session'")


def downgrade() -> None:
    """Back to four roles: an auditor watches as a viewer, whoever works for a company is one."""
    op.drop_table("opening")
    for table in BOOKS_WRITTEN:
        op.execute(f"ALTER POLICY visible ON {table} WITH CHECK ({OVERSEEN})")
    with as_helper():
        op.execute("DROP FUNCTION app.keeps_books, app.enter, app.open_session")
        op.execute(ENTER_0001)
        op.execute(OPEN_SESSION_0001)
        op.execute(OVERSEES.replace(", 'auditor'", ""))
        for name in ("enter", "open_session"):
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")
    op.execute("DELETE FROM token WHERE kind = 'feed'")
    op.execute("DROP INDEX ix_token_membership")
    op.execute("ALTER TABLE token DROP COLUMN kind, DROP COLUMN scopes")
    op.execute("ALTER TABLE membership DROP CONSTRAINT ck_membership_role")
    op.execute("ALTER TABLE membership DROP CONSTRAINT ck_membership_member_acts_for")
    op.execute("UPDATE membership SET role = 'viewer' WHERE role IN ('auditor', 'integration')")
    op.execute("UPDATE membership SET role = 'member' WHERE role IN ('manager', 'contributor')")
    op.execute(
        "ALTER TABLE membership ADD CONSTRAINT ck_membership_role"
        " CHECK (role IN ('coordinator', 'treasurer', 'member', 'viewer')),"
        " ADD CONSTRAINT ck_membership_member_acts_for"
        " CHECK (role <> 'member' OR member_id IS NOT NULL)"
    )
