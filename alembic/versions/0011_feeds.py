"""Private addresses: tokens that open a calendar and nothing else.

Revision 0011, after 0010.
"""

from alembic import op

from app.infra.db.walls import SERVING, as_helper

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# As app.enter, for the one kind of token that it refuses.
ENTER_FEED = """
CREATE FUNCTION app.enter_feed(token_hash bytea, at timestamptz)
RETURNS TABLE (person_id uuid, cluster_id uuid, member_id uuid, role text,
               membership_id uuid, scopes text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who record;
BEGIN
  SELECT m.cluster_id, m.id, m.person_id, m.member_id, m.role, t.scopes INTO who
  FROM public.token t
  JOIN public.membership m ON m.cluster_id = t.cluster_id AND m.id = t.membership_id
  JOIN public.person p ON p.id = m.person_id
  WHERE t.hash = token_hash AND t.kind = 'feed' AND t.revoked_at IS NULL AND t.expires_at > at
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

MINE = """t.cluster_id = app.cluster() AND t.membership_id = app.membership()
    AND t.kind = 'feed' AND t.revoked_at IS NULL"""

# An address lives until it is closed, or the role ends that it shows the calendar of.
OPEN_FEED = f"""
CREATE FUNCTION app.open_feed(
  token_id uuid, given_name text, token_prefix text, token_hash bytea, at timestamptz, most bigint)
RETURNS uuid SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.token
    (cluster_id, id, membership_id, kind, name, prefix, hash, created_at, expires_at)
  SELECT app.cluster(), token_id, app.membership(), 'feed', given_name, token_prefix, token_hash,
    at, 'infinity'
  WHERE (SELECT count(*) FROM public.token t WHERE {MINE}) < most
  RETURNING id;
END
"""

MY_FEEDS = f"""
CREATE FUNCTION app.my_feeds() RETURNS TABLE (id uuid, name text, created_at timestamptz)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT t.id, t.name, t.created_at FROM public.token t WHERE {MINE};
END
"""

CLOSE_FEED = f"""
CREATE FUNCTION app.close_feed(token_id uuid, at timestamptz) RETURNS uuid
SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at WHERE {MINE} AND t.id = token_id RETURNING t.id;
END
"""

FUNCTIONS = {
    "enter_feed": ENTER_FEED,
    "open_feed": OPEN_FEED,
    "my_feeds": MY_FEEDS,
    "close_feed": CLOSE_FEED,
}


def upgrade() -> None:
    """The way in of a calendar, and what its owner does with the address."""
    with as_helper():
        for name, statement in FUNCTIONS.items():
            op.execute(statement)
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")


def downgrade() -> None:
    """Without them, addresses lead nowhere."""
    with as_helper():
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION app.{name}")
