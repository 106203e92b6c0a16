"""What a reset closes, what is made meanwhile, and from where an account is known.

Revision 0020, after 0019.
"""

from alembic import op

from app.infra.db.walls import PARTY, SERVING, as_helper

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PINNED = "LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

# Whoever lost their password may have lost more: what an intruder made would outlive them.
ACCEPT_RESET = f"""
CREATE FUNCTION app.accept_reset(reset uuid, new_hash text, at timestamptz)
RETURNS TABLE (person_id uuid, clusters uuid[], tokens bigint, addresses bigint) {PINNED} AS $$
DECLARE who uuid; homes uuid[];
BEGIN
  PERFORM 1 FROM public.password_reset r WHERE r.id = reset FOR UPDATE;
  SELECT o.person_id INTO who FROM app.open_reset(reset, at) o;
  IF NOT FOUND THEN RETURN; END IF;
  homes := ARRAY(SELECT app.set_password(who, new_hash, NULL, at));
  RETURN QUERY WITH closed AS (
    UPDATE public.token t SET revoked_at = at FROM public.membership m
    WHERE m.cluster_id = t.cluster_id AND m.id = t.membership_id AND m.person_id = who
      AND t.kind IN ('api', 'feed') AND t.revoked_at IS NULL AND t.expires_at > at
    RETURNING t.kind)
  SELECT who, homes, count(*) FILTER (WHERE kind = 'api'), count(*) FILTER (WHERE kind = 'feed')
  FROM closed;
END $$
"""
ACCEPT_RESET_0014 = f"""
CREATE FUNCTION app.accept_reset(reset uuid, new_hash text, at timestamptz)
RETURNS TABLE (person_id uuid, clusters uuid[]) {PINNED} AS $$
DECLARE who uuid;
BEGIN
  PERFORM 1 FROM public.password_reset r WHERE r.id = reset FOR UPDATE;
  SELECT o.person_id INTO who FROM app.open_reset(reset, at) o;
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY SELECT who, ARRAY(SELECT app.set_password(who, new_hash, NULL, at));
END $$
"""

# In statements of their own: what was there before the lock is not in the first's snapshot.
END_SESSION = f"""
CREATE FUNCTION app.end_session(session uuid, at timestamptz) RETURNS boolean {PINNED} AS $$
BEGIN
  PERFORM 1 FROM public.person p WHERE p.id = app.my_person() FOR NO KEY UPDATE;
  UPDATE public.token t SET revoked_at = at FROM public.membership m
  WHERE m.cluster_id = t.cluster_id AND m.id = t.membership_id AND m.person_id = app.my_person()
    AND t.id = session AND t.kind = 'session' AND t.revoked_at IS NULL;
  RETURN FOUND;
END $$
"""
END_SESSION_0009 = """
CREATE FUNCTION app.end_session(session uuid, at timestamptz)
RETURNS boolean SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at FROM public.membership m
  WHERE m.cluster_id = t.cluster_id AND m.id = t.membership_id AND m.person_id = app.my_person()
    AND t.id = session AND t.kind = 'session' AND t.revoked_at IS NULL
  RETURNING true;
END
"""

# Of two that make the last one that a membership may have, one is told that there are enough;
# and whatever ends what the person has waits, or has ended the session that asks.
HOLD_MAKER = f"""
CREATE FUNCTION app.hold_maker(holder uuid, token_hash bytea) RETURNS boolean {PINNED} AS $$
BEGIN
  PERFORM 1 FROM public.person p WHERE p.id = app.my_person() FOR SHARE;
  PERFORM 1 FROM public.membership m
  WHERE m.cluster_id = app.cluster() AND m.id = holder FOR NO KEY UPDATE;
  RETURN EXISTS (SELECT FROM public.token t WHERE t.hash = token_hash AND t.revoked_at IS NULL);
END $$
"""

# The cluster that it was of: its own trail says so.
REVOKE = """
CREATE FUNCTION app.revoke_token(token uuid, at timestamptz)
RETURNS uuid SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at
  WHERE t.id IN (SELECT mine.id FROM app.my_tokens(at) mine WHERE mine.id = token)
    AND t.revoked_at IS NULL
  RETURNING t.cluster_id;
END
"""
REVOKE_0016 = REVOKE.replace("RETURNS uuid", "RETURNS boolean").replace(
    "RETURNING t.cluster_id", "RETURNING true"
)

# The authenticator that the code came from, and not one that was offered since.
CONFIRM = f"""
CREATE FUNCTION app.confirm_second_factor(proved bytea, hashes bytea[], at timestamptz)
RETURNS boolean {PINNED} AS $$
BEGIN
  UPDATE public.second_factor f SET confirmed_at = at
  WHERE f.person_id = app.my_person() AND f.confirmed_at IS NULL AND f.secret = proved;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM public.recovery_code c WHERE c.person_id = app.my_person();
  INSERT INTO public.recovery_code (person_id, hash)
  SELECT app.my_person(), given.hash FROM unnest(hashes) AS given (hash);
  RETURN true;
END $$
"""
CONFIRM_0016 = """
CREATE FUNCTION app.confirm_second_factor(hashes bytea[], at timestamptz)
RETURNS boolean SECURITY DEFINER BEGIN ATOMIC
  DELETE FROM public.recovery_code c WHERE c.person_id = app.my_person() AND EXISTS (
    SELECT FROM public.second_factor f
    WHERE f.person_id = app.my_person() AND f.confirmed_at IS NULL);
  INSERT INTO public.recovery_code (person_id, hash)
  SELECT f.person_id, given.hash FROM public.second_factor f, unnest(hashes) AS given (hash)
  WHERE f.person_id = app.my_person() AND f.confirmed_at IS NULL;
  UPDATE public.second_factor f SET confirmed_at = at
  WHERE f.person_id = app.my_person() AND f.confirmed_at IS NULL
  RETURNING true;
END
"""

# Beside tries, what keeps others' tries from closing an account to its owner.
IS_NOTED = """
CREATE FUNCTION app.is_noted(given bytea, at timestamptz) RETURNS boolean
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM public.attempt a WHERE a.key = given AND a.until > at);
END
"""
NOTE = """
CREATE FUNCTION app.note(given bytea, ends timestamptz) RETURNS void
SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.attempt AS a (key, count, until) VALUES (given, 1, ends)
  ON CONFLICT (key) DO UPDATE SET until = greatest(a.until, excluded.until);
END
"""

INVITED_TO = """
CREATE OR REPLACE FUNCTION app.invited_to() RETURNS uuid[] STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT ARRAY(SELECT m.id FROM (
    SELECT p.consortium_id FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.member_id = app.member()
      AND p.joined_at IS NULL AND p.left_at IS NULL{}) m (id)
  WHERE m.id <> ALL ({}::uuid[]));
END
"""
WALLED_OFF_0015 = """(SELECT ARRAY(
      SELECT theirs.consortium_id FROM public.wall theirs
      WHERE theirs.cluster_id = app.cluster() AND theirs.person_id = app.my_person()
        AND NOT EXISTS (SELECT FROM public.wall_decision d WHERE d.cluster_id = app.cluster()
          AND d.person_id = app.my_person() AND d.lot_id = theirs.lot_id
          AND d.withdrawn_at IS NULL)))"""

REPLACED = {
    "accept_reset": (ACCEPT_RESET, ACCEPT_RESET_0014),
    "end_session": (END_SESSION, END_SESSION_0009),
    "revoke_token": (REVOKE, REVOKE_0016),
    "confirm_second_factor": (CONFIRM, CONFIRM_0016),
}
"""Each function, as it is from here on, and as it was."""
FRESH = {"hold_maker": HOLD_MAKER, "is_noted": IS_NOTED, "note": NOTE}

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
INVITED = "consortium_id = ANY ((SELECT app.invited_to())::uuid[])"
# Who is named acts on nothing but their own name; who is invited, on the invitation.
TOLD = (
    f"consortium_id IS NULL OR {ACTING}"
    f" OR ({INVITED} AND type IN ('party.joined', 'party.refused'))"
    f" OR ({PARTY} AND type = 'person.left')"
)
TOLD_0007 = f"consortium_id IS NULL OR {PARTY} OR {INVITED}"


def _create(name: str, body: str) -> None:
    op.execute(body)
    op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")


def upgrade() -> None:
    """Functions anew; requests tell events, and read none."""
    with as_helper():
        for name, (body, _) in REPLACED.items():
            op.execute(f"DROP FUNCTION app.{name}")
            _create(name, body)
        for name, body in FRESH.items():
            _create(name, body)
        op.execute(INVITED_TO.format(" AND app.present()", "(SELECT app.walled_off())"))
    op.execute(f"REVOKE SELECT ON event FROM {SERVING}")
    op.execute(f"ALTER POLICY visible ON event WITH CHECK ({TOLD})")


def downgrade() -> None:
    """As they were."""
    op.execute(f"ALTER POLICY visible ON event WITH CHECK ({TOLD_0007})")
    op.execute(f"GRANT SELECT ON event TO {SERVING}")
    with as_helper():
        op.execute(INVITED_TO.format("", WALLED_OFF_0015))
        for name in FRESH:
            op.execute(f"DROP FUNCTION app.{name}")
        for name, (_, body) in REPLACED.items():
            op.execute(f"DROP FUNCTION app.{name}")
            _create(name, body)
