"""A new password: by a mail, or by who knows the present one.

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, JOB, SERVING, as_helper

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table that nobody has grants on, as with people, and the functions that reach it."""
    create_resets()
    with as_helper():
        for name, (body, roles) in FUNCTIONS.items():
            op.execute(body)
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            if roles:
                op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {', '.join(roles)}")


def create_resets() -> None:
    """Who asked for a new password: known to the installation or not, it is the same row."""
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Index("ix_password_reset_email", "email"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON password_reset TO {HELPER}")


MY_CREDENTIALS = """
CREATE FUNCTION app.my_credentials()
RETURNS TABLE (person_id uuid, email text, name text, password_hash text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT p.id, p.email, p.name, p.password_hash FROM public.person p
  WHERE p.id = app.my_person() AND p.disabled_at IS NULL;
END
"""

# For the helper's own functions: nobody else may run it.
STORE_NEW = """
CREATE FUNCTION app.set_password(person uuid, new_hash text, kept bytea, at timestamptz)
RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.person p SET password_hash = new_hash WHERE p.id = person;
  PERFORM app.end_sessions(person, kept, at);
  UPDATE public.password_reset r SET ended_at = at FROM public.person p
  WHERE p.id = person AND r.email = p.email AND r.ended_at IS NULL;
  RETURN QUERY SELECT DISTINCT m.cluster_id FROM public.membership m
  WHERE m.person_id = person AND m.ended_at IS NULL;
END $$
"""

# Whoever signs in holds the person until the session is there: a change of password waits for it,
# and ends it with the others.
HOLD_PERSON = """
CREATE FUNCTION app.hold_person(person uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM public.person p WHERE p.id = person FOR SHARE;
END $$
"""

CHANGE_MINE = """
CREATE FUNCTION app.change_my_password(new_hash text, kept bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM app.set_password(app.my_person(), new_hash, kept, at);
END $$
"""

ASK_RESET = """
CREATE FUNCTION app.ask_reset(reset uuid, address text, at timestamptz, until timestamptz)
RETURNS void SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.password_reset (id, email, created_at, expires_at)
  VALUES (reset, lower(address), at, until);
END
"""

OPEN_RESET = """
CREATE FUNCTION app.open_reset(reset uuid, at timestamptz)
RETURNS TABLE (person_id uuid, email text, name text, created_at timestamptz)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT p.id, p.email, p.name, r.created_at
  FROM public.password_reset r JOIN public.person p ON p.email = r.email
  WHERE r.id = reset AND r.ended_at IS NULL AND r.expires_at > at AND p.disabled_at IS NULL;
END
"""

# Nothing stays of an address that is nobody's, and no mailbox is flooded.
SIFT_RESET = """
CREATE FUNCTION app.sift_reset(reset uuid, most bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE asked text;
BEGIN
  SELECT r.email INTO asked FROM public.password_reset r WHERE r.id = reset;
  PERFORM pg_advisory_xact_lock(hashtextextended('reset ' || asked, 0));
  DELETE FROM public.password_reset r
  WHERE r.expires_at < at - interval '7 days' OR r.id = reset AND (
    NOT EXISTS (SELECT 1 FROM public.person p WHERE p.email = asked AND p.disabled_at IS NULL)
    OR most <= (SELECT count(*) FROM public.password_reset o
                WHERE o.email = asked AND o.id < reset AND o.expires_at > at));
END $$
"""

ACCEPT_RESET = """
CREATE FUNCTION app.accept_reset(reset uuid, new_hash text, at timestamptz)
RETURNS TABLE (person_id uuid, clusters uuid[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who uuid;
BEGIN
  PERFORM 1 FROM public.password_reset r WHERE r.id = reset FOR UPDATE;
  SELECT o.person_id INTO who FROM app.open_reset(reset, at) o;
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY SELECT who, ARRAY(SELECT app.set_password(who, new_hash, NULL, at));
END $$
"""

WHO_IS = """
CREATE FUNCTION app.mailbox_of(person uuid) RETURNS TABLE (email text, name text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT p.email, p.name FROM public.person p WHERE p.id = person AND p.disabled_at IS NULL;
END
"""

FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "hold_person(uuid)": (HOLD_PERSON, (SERVING,)),
    "my_credentials()": (MY_CREDENTIALS, (SERVING,)),
    "set_password(uuid, text, bytea, timestamptz)": (STORE_NEW, ()),
    "change_my_password(text, bytea, timestamptz)": (CHANGE_MINE, (SERVING,)),
    "ask_reset(uuid, text, timestamptz, timestamptz)": (ASK_RESET, (SERVING,)),
    "open_reset(uuid, timestamptz)": (OPEN_RESET, (SERVING, JOB)),
    "sift_reset(uuid, bigint, timestamptz)": (SIFT_RESET, (JOB,)),
    "accept_reset(uuid, text, timestamptz)": (ACCEPT_RESET, (SERVING,)),
    "mailbox_of(uuid)": (WHO_IS, (JOB,)),
}
"""Each function, and which roles run it."""


def downgrade() -> None:
    """Back to passwords that the operator alone can set."""
    with as_helper():
        for name in reversed(FUNCTIONS):
            op.execute(f"DROP FUNCTION app.{name}")
    op.drop_table("password_reset")
