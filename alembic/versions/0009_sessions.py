"""Sessions that are renewed, and change hats; tries of secrets are counted.

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, JOB, SERVING, as_helper, open_to_helper

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns and counters first: functions name them."""
    op.execute("ALTER TABLE token ADD COLUMN origin text, ADD COLUMN renewed_at timestamptz")
    op.create_table(
        "attempt",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        # What a crash loses here is the count of a quarter of an hour.
        prefixes=["UNLOGGED"],
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON attempt TO {HELPER}")
    op.execute(f"GRANT DELETE ON token TO {HELPER}")
    open_to_helper("cluster")
    open_to_helper("member")
    with as_helper():
        op.execute("DROP FUNCTION app.open_session")
        op.execute(MEMBERSHIPS)
        for name, statement in FUNCTIONS.items():
            op.execute(statement)
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")
        op.execute(f"REVOKE EXECUTE ON FUNCTION app.forget_sign_ins FROM {SERVING}")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.forget_sign_ins TO {JOB}")


MEMBERSHIPS = """
CREATE OR REPLACE FUNCTION app.memberships(person uuid)
RETURNS TABLE (cluster_id uuid, membership_id uuid, member_id uuid, role text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT m.cluster_id, m.id, m.member_id, m.role
  FROM public.membership m JOIN public.person p ON p.id = m.person_id
  WHERE m.person_id = person AND m.ended_at IS NULL AND p.disabled_at IS NULL
    AND m.role <> 'integration'
  ORDER BY (SELECT max(coalesce(t.renewed_at, t.created_at)) FROM public.token t
            WHERE t.cluster_id = m.cluster_id AND t.membership_id = m.id AND t.kind = 'session')
    DESC NULLS LAST, m.id;
END
"""

OPEN_SESSION = """
CREATE FUNCTION app.open_session(
  token_id uuid, cluster uuid, membership uuid, token_prefix text, token_hash bytea,
  opened_at timestamptz, closes_at timestamptz, address text)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.token
    (cluster_id, id, membership_id, kind, name, prefix, hash, created_at, expires_at, origin)
  VALUES (cluster, token_id, membership, 'session', 'session', token_prefix, token_hash,
          opened_at, closes_at, address);
END
"""

IN_SESSION = """
CREATE FUNCTION app.in_session(token_hash bytea) RETURNS boolean
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT t.kind = 'session' FROM public.token t
  WHERE t.hash = token_hash AND t.revoked_at IS NULL;
END
"""

RENEW_SESSION = """
CREATE FUNCTION app.renew_session(
  old_hash bytea, target uuid, token_prefix text, new_hash bytea,
  at timestamptz, closes_at timestamptz, longest interval)
RETURNS timestamptz SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t
  SET cluster_id = m.cluster_id, membership_id = m.id, prefix = token_prefix, hash = new_hash,
      renewed_at = at, expires_at = least(closes_at, t.created_at + longest)
  FROM public.membership m, public.membership held
  WHERE t.hash = old_hash AND t.kind = 'session' AND t.revoked_at IS NULL AND t.expires_at > at
    AND t.created_at + longest > at
    AND held.cluster_id = t.cluster_id AND held.id = t.membership_id
    AND m.person_id = held.person_id AND m.id = target
    AND m.ended_at IS NULL AND m.role <> 'integration'
  RETURNING t.expires_at;
END
"""

MY_SESSIONS = """
CREATE FUNCTION app.my_sessions(token_hash bytea, at timestamptz)
RETURNS TABLE (id uuid, membership_id uuid, opened_at timestamptz, renewed_at timestamptz,
               expires_at timestamptz, origin text, current boolean)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT t.id, m.id, t.created_at, t.renewed_at, t.expires_at, t.origin, t.hash = token_hash
  FROM public.membership m
  JOIN public.token t ON t.cluster_id = m.cluster_id AND t.membership_id = m.id
  WHERE m.person_id = app.my_person() AND m.ended_at IS NULL
    AND t.kind = 'session' AND t.revoked_at IS NULL AND t.expires_at > at
  ORDER BY t.created_at DESC, t.id DESC LIMIT 100;
END
"""

END_SESSION = """
CREATE FUNCTION app.end_session(session uuid, at timestamptz)
RETURNS boolean SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at FROM public.membership m
  WHERE m.cluster_id = t.cluster_id AND m.id = t.membership_id AND m.person_id = app.my_person()
    AND t.id = session AND t.kind = 'session' AND t.revoked_at IS NULL
  RETURNING true;
END
"""

END_SESSIONS = """
CREATE FUNCTION app.end_sessions(person uuid, kept_hash bytea, at timestamptz)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at FROM public.membership m
  WHERE m.cluster_id = t.cluster_id AND m.id = t.membership_id AND m.person_id = person
    AND t.kind = 'session' AND t.revoked_at IS NULL AND t.hash IS DISTINCT FROM kept_hash;
END
"""

WHO_AM_I = """
CREATE FUNCTION app.who_am_i() RETURNS TABLE (name text, email text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT p.name, p.email FROM public.person p WHERE p.id = app.my_person();
END
"""

# The helper, too, sees one cluster at a time: it steps into each in turn, and comes home.
MY_MEMBERSHIPS = """
CREATE FUNCTION app.my_memberships()
RETURNS TABLE (membership_id uuid, cluster_id uuid, cluster_name text, member_id uuid,
               member_name text, role text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE home text := current_setting('app.cluster', true); one record;
BEGIN
  FOR one IN SELECT m.* FROM public.membership m
             WHERE m.person_id = app.my_person() AND m.ended_at IS NULL ORDER BY m.id LOOP
    PERFORM set_config('app.cluster', one.cluster_id::text, true);
    RETURN QUERY SELECT one.id, one.cluster_id,
      (SELECT c.name FROM public.cluster c WHERE c.cluster_id = one.cluster_id), one.member_id,
      (SELECT b.name FROM public.member b
       WHERE b.cluster_id = one.cluster_id AND b.id = one.member_id), one.role;
  END LOOP;
  PERFORM set_config('app.cluster', coalesce(home, ''), true);
END $$
"""

# Keys in one order everywhere, so that two that share two of them do not wait for each other.
COUNT_ATTEMPTS = """
CREATE FUNCTION app.count_attempts(keys bytea[], at timestamptz, ends timestamptz[])
RETURNS TABLE (key bytea, count bigint, until timestamptz) SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.attempt AS a (key, count, until)
  SELECT given.key, 1, given.until FROM unnest(keys, ends) AS given (key, until)
  ORDER BY given.key
  ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN a.until <= at THEN 1 ELSE a.count + 1 END,
    until = CASE WHEN a.until <= at THEN excluded.until ELSE a.until END
  RETURNING a.key, a.count, a.until;
END
"""

RELEASE_ATTEMPTS = """
CREATE FUNCTION app.release_attempts(keys bytea[]) RETURNS void SECURITY DEFINER BEGIN ATOMIC
  WITH held AS (
    SELECT a.key FROM public.attempt a WHERE a.key = ANY (keys) ORDER BY a.key FOR UPDATE)
  UPDATE public.attempt a SET count = greatest(a.count - 1, 0) FROM held WHERE a.key = held.key;
END
"""

FORGET_SIGN_INS = """
CREATE FUNCTION app.forget_sign_ins(at timestamptz, ended_before timestamptz)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  DELETE FROM public.attempt a WHERE a.until <= at;
  DELETE FROM public.token t WHERE t.kind = 'session'
    AND least(t.expires_at, coalesce(t.revoked_at, t.expires_at)) < ended_before;
END
"""

FUNCTIONS = {
    "open_session": OPEN_SESSION,
    "in_session": IN_SESSION,
    "renew_session": RENEW_SESSION,
    "my_sessions": MY_SESSIONS,
    "end_session": END_SESSION,
    "end_sessions": END_SESSIONS,
    "who_am_i": WHO_AM_I,
    "my_memberships": MY_MEMBERSHIPS,
    "count_attempts": COUNT_ATTEMPTS,
    "release_attempts": RELEASE_ATTEMPTS,
    "forget_sign_ins": FORGET_SIGN_INS,
}

MEMBERSHIPS_0001 = """
CREATE OR REPLACE FUNCTION app.memberships(person uuid)
RETURNS TABLE (cluster_id uuid, membership_id uuid, member_id uuid, role text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT m.cluster_id, m.id, m.member_id, m.role FROM public.membership m
  WHERE m.person_id = person AND m.ended_at IS NULL ORDER BY m.id;
END
"""
OPEN_SESSION_0006 = (
    OPEN_SESSION.replace(", address text", "")
    .replace(", expires_at, origin)", ", expires_at)")
    .replace(", closes_at, address)", ", closes_at)")
    .replace("closes_at, address);", "closes_at);")
)


def downgrade() -> None:
    """Back to sessions that live their hours and end."""
    with as_helper():
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION app.{name}")
        op.execute(MEMBERSHIPS_0001)
        op.execute(OPEN_SESSION_0006)
        op.execute("REVOKE EXECUTE ON FUNCTION app.open_session FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.open_session TO {SERVING}")
    for table in ("cluster", "member"):
        op.execute(f"DROP POLICY helper ON {table}")
        op.execute(f"REVOKE SELECT ON {table} FROM {HELPER}")
    op.execute(f"REVOKE DELETE ON token FROM {HELPER}")
    op.drop_table("attempt")
    op.execute("ALTER TABLE token DROP COLUMN origin, DROP COLUMN renewed_at")
