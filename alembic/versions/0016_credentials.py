"""Programs' tokens made by people, and second factors.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, SERVING, as_helper

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Second factors belong to people, who belong to the installation. No role has grants."""
    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_step", sa.BigInteger),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON second_factor, recovery_code TO {HELPER}")
    with as_helper():
        for name, statement in FUNCTIONS.items():
            op.execute(statement)
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")


HOLDER = """
CREATE FUNCTION app.token_holder(holder uuid)
RETURNS TABLE (person_id uuid, member_id uuid, role text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT m.person_id, m.member_id, m.role FROM public.membership m
  WHERE m.cluster_id = app.cluster() AND m.id = holder AND m.ended_at IS NULL;
END
"""

ISSUE = """
CREATE FUNCTION app.issue_token(
  token_id uuid, holder uuid, label text, granted text[], token_prefix text, token_hash bytea,
  at timestamptz, closes_at timestamptz, address text, at_most bigint)
RETURNS boolean SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.token
    (cluster_id, id, membership_id, kind, name, scopes, prefix, hash, created_at, expires_at,
     origin)
  SELECT app.cluster(), token_id, holder, 'api', label, granted, token_prefix, token_hash, at,
         closes_at, address
  WHERE at_most > (SELECT count(*) FROM public.token t
    WHERE t.cluster_id = app.cluster() AND t.membership_id = holder AND t.kind = 'api'
      AND t.revoked_at IS NULL AND t.expires_at > at)
  RETURNING true;
END
"""

# A person's own, under every hat; and those of the programs that they answer for here: a
# coordinator for all of the cluster, a manager for the company's.
MINE = """
CREATE FUNCTION app.my_tokens(at timestamptz)
RETURNS TABLE (id uuid, membership_id uuid, name text, scopes text[], prefix text,
               created_at timestamptz, expires_at timestamptz, role text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT t.id, m.id, t.name, t.scopes, t.prefix, t.created_at, t.expires_at, m.role
  FROM public.token t
  JOIN public.membership m ON m.cluster_id = t.cluster_id AND m.id = t.membership_id
  JOIN public.membership me ON me.cluster_id = app.cluster() AND me.id = app.membership()
  WHERE t.kind = 'api' AND t.revoked_at IS NULL AND t.expires_at > at AND m.ended_at IS NULL
    AND (m.person_id = app.my_person()
      OR (m.cluster_id = app.cluster() AND m.role = 'integration'
        AND (me.role = 'coordinator' OR (me.role = 'manager' AND m.member_id = me.member_id))))
  ORDER BY t.created_at DESC, t.id DESC LIMIT 500;
END
"""

REVOKE = """
CREATE FUNCTION app.revoke_token(token uuid, at timestamptz)
RETURNS boolean SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at
  WHERE t.id IN (SELECT mine.id FROM app.my_tokens(at) mine WHERE mine.id = token)
    AND t.revoked_at IS NULL
  RETURNING true;
END
"""

SECOND_FACTOR = """
CREATE FUNCTION app.second_factor(person uuid) RETURNS TABLE (secret bytea, confirmed boolean)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT f.secret, f.confirmed_at IS NOT NULL FROM public.second_factor f
  WHERE f.person_id = person;
END
"""

OFFER_SECOND_FACTOR = """
CREATE FUNCTION app.offer_second_factor(sealed bytea, at timestamptz)
RETURNS boolean SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.second_factor AS f (person_id, secret, created_at)
  VALUES (app.my_person(), sealed, at)
  ON CONFLICT (person_id) DO UPDATE SET secret = sealed, created_at = at, last_step = NULL
    WHERE f.confirmed_at IS NULL
  RETURNING true;
END
"""

# One statement, so that of two that come with the same code one finds it used.
USE_STEP = """
CREATE FUNCTION app.use_step(person uuid, step bigint) RETURNS boolean
SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.second_factor f SET last_step = step
  WHERE f.person_id = person AND (f.last_step IS NULL OR f.last_step < step)
  RETURNING true;
END
"""

USE_RECOVERY_CODE = """
CREATE FUNCTION app.use_recovery_code(person uuid, code_hash bytea, at timestamptz)
RETURNS boolean SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.recovery_code c SET used_at = at
  WHERE c.person_id = person AND c.hash = code_hash AND c.used_at IS NULL
  RETURNING true;
END
"""

CONFIRM_SECOND_FACTOR = """
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

DROP_SECOND_FACTOR = """
CREATE FUNCTION app.drop_second_factor() RETURNS void SECURITY DEFINER BEGIN ATOMIC
  DELETE FROM public.recovery_code c WHERE c.person_id = app.my_person();
  DELETE FROM public.second_factor f WHERE f.person_id = app.my_person();
END
"""

FUNCTIONS = {
    "token_holder": HOLDER,
    "issue_token": ISSUE,
    "my_tokens": MINE,
    "revoke_token": REVOKE,
    "second_factor": SECOND_FACTOR,
    "offer_second_factor": OFFER_SECOND_FACTOR,
    "use_step": USE_STEP,
    "use_recovery_code": USE_RECOVERY_CODE,
    "confirm_second_factor": CONFIRM_SECOND_FACTOR,
    "drop_second_factor": DROP_SECOND_FACTOR,
}


def downgrade() -> None:
    """Back to passwords alone."""
    with as_helper():
        for name in reversed(FUNCTIONS):
            op.execute(f"DROP FUNCTION app.{name}")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
