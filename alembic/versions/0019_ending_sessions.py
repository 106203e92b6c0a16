"""Whatever ends all sessions of a person waits for one that is changing hats.

Revision 0019, after 0018.
"""

from alembic import op

from app.infra.db.walls import SERVING, as_helper

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# In two statements: a session under another hat since the first is not in the first's snapshot.
END_SESSIONS = """
CREATE OR REPLACE FUNCTION app.end_sessions(person uuid, kept_hash bytea, at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM public.person p WHERE p.id = person FOR NO KEY UPDATE;
  UPDATE public.token t SET revoked_at = at FROM public.membership m
  WHERE m.cluster_id = t.cluster_id AND m.id = t.membership_id AND m.person_id = person
    AND t.kind = 'session' AND t.revoked_at IS NULL AND t.hash IS DISTINCT FROM kept_hash;
END $$
"""

END_SESSIONS_0009 = """
CREATE FUNCTION app.end_sessions(person uuid, kept_hash bytea, at timestamptz)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at FROM public.membership m
  WHERE m.cluster_id = t.cluster_id AND m.id = t.membership_id AND m.person_id = person
    AND t.kind = 'session' AND t.revoked_at IS NULL AND t.hash IS DISTINCT FROM kept_hash;
END
"""


def upgrade() -> None:
    """The same function, behind a lock."""
    with as_helper():
        op.execute(END_SESSIONS)


def downgrade() -> None:
    """Back to one statement: a replacement would keep the pinned search path."""
    with as_helper():
        op.execute("DROP FUNCTION app.end_sessions")
        op.execute(END_SESSIONS_0009)
        op.execute("REVOKE EXECUTE ON FUNCTION app.end_sessions FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.end_sessions TO {SERVING}")
