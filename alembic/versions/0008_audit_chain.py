"""The audit trail is a chain: one per cluster, sealed at commit, and it only grows.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, JOB, SERVING, as_helper

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEPT = ("audit_entry", "audit_seal")


def upgrade() -> None:
    """Tables, functions, then what is there already is sealed; from then on, at each commit."""
    # Constant default: no row is rewritten. Where the first ones came from is not known.
    op.execute("ALTER TABLE audit_entry ADD COLUMN origin text NOT NULL DEFAULT '-'")
    op.execute("ALTER TABLE audit_entry ALTER COLUMN origin DROP DEFAULT")
    op.execute(
        "CREATE INDEX ix_audit_entry_consortium ON audit_entry (cluster_id, consortium_id, id)"
        " WHERE consortium_id IS NOT NULL"
    )
    op.execute("CREATE INDEX ix_audit_entry_subject ON audit_entry (cluster_id, subject_id, id)")
    create_tables()
    create_functions()
    seal_the_past()
    for name in KEPT:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
        )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE DELETE OR TRUNCATE ON audit_head"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
    )
    op.execute(
        "CREATE TRIGGER only_advances BEFORE UPDATE ON audit_head FOR EACH ROW"
        " WHEN (NEW.seq <= OLD.seq OR NEW.cluster_id <> OLD.cluster_id)"
        " EXECUTE FUNCTION app.only_grows()"
    )
    # Deferred: the head's lock is the last that a transaction takes, so that it is held for the
    # length of a commit, and no other lock can be waited for while it is.
    op.execute(
        "CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON audit_entry"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.seal_entry()"
    )
    op.execute(
        "CREATE TRIGGER await_seal AFTER INSERT ON opening"
        " FOR EACH ROW EXECUTE FUNCTION app.await_seal()"
    )


def create_tables() -> None:
    """The chain, its head, and the openings that wait to be sealed. No grants for requests."""
    op.create_table(
        "audit_head",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    # No foreign keys below: each check would lock a row, and what is named is never deleted.
    op.create_table(
        "audit_seal",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("kind IN ('entry', 'opening')", name="kind"),
        sa.CheckConstraint("seq > 0", name="seq"),
        sa.UniqueConstraint("cluster_id", "subject_id", name="uq_audit_seal_once"),
    )
    op.create_table(
        "unsealed_opening",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("opening_id", sa.Uuid, primary_key=True),
    )
    for name in ("audit_head", "audit_seal", "unsealed_opening"):
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner_all ON {name} TO CURRENT_USER USING (true)")
        op.execute(
            f"CREATE POLICY tenant ON {name} AS RESTRICTIVE TO {SERVING}, {JOB}"
            " USING (cluster_id = app.cluster())"
        )
        # Not bound to the scope: the operator's acts are sealed too, and have none.
        op.execute(f"CREATE POLICY helper ON {name} TO {HELPER} USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON audit_head TO {HELPER}")
    op.execute(f"GRANT SELECT, INSERT ON audit_seal TO {HELPER}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON unsealed_opening TO {HELPER}")


def create_functions() -> None:
    """What a row says, as one text; and who links it into the chain."""
    op.execute(AUDIT_LINE)
    op.execute(OPENING_LINE)
    op.execute(CLUSTERS_TO_SEAL)
    close_function("audit_line", HELPER)
    close_function("opening_line", HELPER)
    close_function("clusters_to_seal", JOB)
    with as_helper():
        for body in (SEAL_ENTRY, AWAIT_SEAL, SEAL_OPENINGS, DAY_SEAL, NAMES):
            op.execute(body)
        close_function("seal_entry", "SESSION_USER")
        close_function("await_seal", "SESSION_USER")
        close_function("seal_openings", JOB)
        close_function("day_seal", SERVING)
        close_function("names", SERVING)


def close_function(name: str, *roles: str) -> None:
    """Leave a function to its owner and to ``roles``; a trigger's is asked of its creator alone."""
    op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {', '.join(roles)}")


# Every column, in an order that never changes; instants in microseconds since 1970.
AUDIT_LINE = """
CREATE FUNCTION app.audit_line(e audit_entry) RETURNS text LANGUAGE sql STABLE
RETURN jsonb_build_array(
  e.cluster_id, e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.person_id, e.member_id,
  e.origin, e.request_id, e.action, e.subject_id, e.consortium_id, e.detail)::text
"""

OPENING_LINE = """
CREATE FUNCTION app.opening_line(o opening) RETURNS text LANGUAGE sql STABLE
RETURN jsonb_build_array(
  o.cluster_id, o.id, (extract(epoch FROM o.at) * 1000000)::bigint, o.person_id, o.member_id,
  o.origin, o.request_id, o.consortium_id, o.version)::text
"""

GENESIS = "decode(repeat('00', 32), 'hex')"

# One statement is the lock, the next number and the next hash: what waited sees the newest.
SEAL_ENTRY = f"""
CREATE FUNCTION app.seal_entry() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  content bytea := sha256(convert_to('entry' || chr(10) || app.audit_line(NEW), 'UTF8'));
  head record;
BEGIN
  INSERT INTO public.audit_head AS h (cluster_id, seq, hash)
  VALUES (NEW.cluster_id, 1, sha256({GENESIS} || content))
  ON CONFLICT (cluster_id) DO UPDATE SET seq = h.seq + 1, hash = sha256(h.hash || content)
  RETURNING h.seq, h.hash INTO head;
  INSERT INTO public.audit_seal (cluster_id, seq, kind, subject_id, at, digest, hash)
  VALUES (NEW.cluster_id, head.seq, 'entry', NEW.id, NEW.at, content, head.hash);
  RETURN NULL;
END $$
"""

AWAIT_SEAL = """
CREATE FUNCTION app.await_seal() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.unsealed_opening VALUES (NEW.cluster_id, NEW.id);
  RETURN NULL;
END $$
"""

# The head first: whoever comes second waits for it, and then finds nothing left to seal.
SEAL_OPENINGS = f"""
CREATE FUNCTION app.seal_openings() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head record; due record; content bytea; sealed bigint := 0;
BEGIN
  INSERT INTO public.audit_head VALUES (app.cluster(), 0, {GENESIS}) ON CONFLICT DO NOTHING;
  SELECT seq, hash INTO head FROM public.audit_head WHERE cluster_id = app.cluster() FOR UPDATE;
  FOR due IN
    WITH taken AS (
      DELETE FROM public.unsealed_opening u WHERE u.cluster_id = app.cluster()
      RETURNING u.opening_id)
    SELECT o.id, o.at, app.opening_line(o) AS line
    FROM public.opening o JOIN taken ON o.id = taken.opening_id
    WHERE o.cluster_id = app.cluster() ORDER BY o.id
  LOOP
    content := sha256(convert_to('opening' || chr(10) || due.line, 'UTF8'));
    sealed := sealed + 1;
    head.hash := sha256(head.hash || content);
    INSERT INTO public.audit_seal (cluster_id, seq, kind, subject_id, at, digest, hash)
    VALUES (app.cluster(), head.seq + sealed, 'opening', due.id, due.at, content, head.hash);
  END LOOP;
  IF sealed > 0 THEN
    UPDATE public.audit_head SET seq = head.seq + sealed, hash = head.hash
    WHERE cluster_id = app.cluster();
  END IF;
  RETURN sealed;
END $$
"""

CLUSTERS_TO_SEAL = """
CREATE FUNCTION app.clusters_to_seal() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT DISTINCT cluster_id FROM public.unsealed_opening'
"""

# Blinded by the day: it is another one each day, so that it does not tell whether anything
# happened behind a wall, as the head's number would.
DAY_SEAL = f"""
CREATE FUNCTION app.day_seal(day date) RETURNS text STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT encode(sha256(coalesce((
    SELECT s.hash FROM public.audit_seal s
    WHERE s.cluster_id = app.cluster() AND s.at < (day + 1)::timestamp AT TIME ZONE 'UTC'
    ORDER BY s.seq DESC LIMIT 1), {GENESIS})
    || convert_to(to_char(day, 'YYYY-MM-DD'), 'UTF8')), 'hex');
END
"""

NAMES = """
CREATE FUNCTION app.names() RETURNS jsonb STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT coalesce(jsonb_object_agg(p.id, p.name), '{}') FROM public.person p
  WHERE p.id IN (
    SELECT m.person_id FROM public.membership m WHERE m.cluster_id = app.cluster());
END
"""

# In one pass over each cluster, with the head in variables: a row that one transaction updates
# n times takes n² steps.
SEAL_THE_PAST = f"""
DO $$
DECLARE
  due record; present uuid; content bytea; link bytea; number bigint;
BEGIN
  FOR due IN
    SELECT e.cluster_id, e.id, e.at, 'entry' AS kind, app.audit_line(e) AS line
    FROM audit_entry e
    UNION ALL
    SELECT o.cluster_id, o.id, o.at, 'opening', app.opening_line(o) FROM opening o
    ORDER BY cluster_id, id
  LOOP
    IF present IS DISTINCT FROM due.cluster_id THEN
      IF present IS NOT NULL THEN
        INSERT INTO audit_head VALUES (present, number, link);
      END IF;
      present := due.cluster_id;
      number := 0;
      link := {GENESIS};
    END IF;
    content := sha256(convert_to(due.kind || chr(10) || due.line, 'UTF8'));
    number := number + 1;
    link := sha256(link || content);
    INSERT INTO audit_seal (cluster_id, seq, kind, subject_id, at, digest, hash)
    VALUES (due.cluster_id, number, due.kind, due.id, due.at, content, link);
  END LOOP;
  IF present IS NOT NULL THEN
    INSERT INTO audit_head VALUES (present, number, link);
  END IF;
END $$
"""


def seal_the_past() -> None:
    """Seal what is there, in order, per cluster; nobody adds to it meanwhile."""
    op.execute("LOCK TABLE audit_entry, opening IN SHARE ROW EXCLUSIVE MODE")
    op.execute(SEAL_THE_PAST)


def downgrade() -> None:
    """Drop the chain; the entries stay."""
    op.execute("DROP TRIGGER seal ON audit_entry")
    op.execute("DROP TRIGGER only_grows ON audit_entry")
    op.execute("DROP TRIGGER await_seal ON opening")
    with as_helper():
        op.execute(
            "DROP FUNCTION app.seal_entry, app.await_seal, app.seal_openings, app.day_seal,"
            " app.names"
        )
    op.execute("DROP FUNCTION app.audit_line, app.opening_line, app.clusters_to_seal")
    for name in ("unsealed_opening", "audit_seal", "audit_head"):
        op.drop_table(name)
    op.execute("DROP INDEX ix_audit_entry_consortium, ix_audit_entry_subject")
    op.execute("ALTER TABLE audit_entry DROP COLUMN origin")
