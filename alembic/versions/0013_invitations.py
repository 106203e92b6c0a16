"""People come in and go out: invitations, departures, new roles.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, JOB, SERVING, as_helper, wall

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROLES = "('coordinator', 'treasurer', 'auditor', 'manager', 'contributor', 'viewer', 'integration')"
COMPANY_ROLES = "('manager', 'contributor', 'viewer', 'integration')"
CLUSTER_ROLES = "('coordinator', 'treasurer', 'auditor')"


def upgrade() -> None:
    """The function first: the walls stand on it."""
    with as_helper():
        op.execute(MANAGED_MEMBER)
        _open_to("managed_member()", SERVING)
    create_invitations()
    op.execute(f"GRANT INSERT, UPDATE ON person, membership TO {HELPER}")
    with as_helper():
        for name, (body, roles) in FUNCTIONS.items():
            op.execute(body)
            _open_to(name, *roles)


def _open_to(function: str, *roles: str) -> None:
    op.execute(f"REVOKE EXECUTE ON FUNCTION app.{function} FROM PUBLIC")
    if roles:
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{function} TO {', '.join(roles)}")


def create_invitations() -> None:
    """Who was asked in, as what; the secret that the mail carries is nowhere here."""
    op.create_table(
        "invitation",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("member_id", sa.Uuid),
        sa.Column("invited_by", sa.Uuid, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ending", sa.Text),
        sa.ForeignKeyConstraint(["cluster_id", "member_id"], ["member.cluster_id", "member.id"]),
        sa.ForeignKeyConstraint(
            ["cluster_id", "invited_by"], ["membership.cluster_id", "membership.id"]
        ),
        sa.CheckConstraint("email = lower(email)", name="email"),
        sa.CheckConstraint(f"role IN {ROLES}", name="role"),
        sa.CheckConstraint(
            "(role NOT IN ('manager', 'contributor') OR member_id IS NOT NULL)"
            f" AND (role NOT IN {CLUSTER_ROLES} OR member_id IS NULL)",
            name="member_acts_for",
        ),
        sa.CheckConstraint("ending IN ('accepted', 'withdrawn', 'expired')", name="ending"),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended"),
        sa.Index(
            "uq_invitation_open",
            "cluster_id",
            "email",
            "role",
            "member_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )
    wall(
        "invitation",
        grants="SELECT, INSERT, UPDATE (ended_at, ending)",
        visible="(SELECT app.coordinates()) OR member_id = (SELECT app.managed_member())",
    )
    op.execute(
        f"CREATE POLICY inviter ON invitation AS RESTRICTIVE FOR INSERT TO {SERVING}"
        " WITH CHECK (invited_by = app.membership() AND ended_at IS NULL"
        f" AND ((SELECT app.coordinates()) OR role IN {COMPANY_ROLES}))"
    )
    op.execute(f"CREATE POLICY helper ON invitation TO {HELPER} USING (true)")
    op.execute(f"GRANT SELECT, UPDATE ON invitation TO {HELPER}")


MANAGED_MEMBER = """
CREATE FUNCTION app.managed_member() RETURNS uuid STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT m.member_id FROM public.membership m
  WHERE m.cluster_id = app.cluster() AND m.id = app.membership()
    AND m.role = 'manager' AND m.ended_at IS NULL;
END
"""

PEOPLE = """
CREATE FUNCTION app.people()
RETURNS TABLE (id uuid, person_id uuid, name text, email text, role text, member_id uuid,
               member_name text, created_at timestamptz)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT m.id, p.id, p.name, p.email, m.role, m.member_id, c.name, m.created_at
  FROM public.membership m
  JOIN public.person p ON p.id = m.person_id
  LEFT JOIN public.member c ON c.cluster_id = m.cluster_id AND c.id = m.member_id
  WHERE m.cluster_id = app.cluster() AND m.ended_at IS NULL
    AND ((SELECT app.oversees()) OR m.member_id = (SELECT app.managed_member()));
END
"""

# The one rule of who may come in: an invitation stands on its inviter's own right, and falls
# with it, with the company, and with the person.
OPEN_INVITATION = """
CREATE FUNCTION app.open_invitation(invitation uuid, at timestamptz)
RETURNS TABLE (email text, role text, member_id uuid, created_at timestamptz,
               expires_at timestamptz, cluster_name text, zone text, member_name text,
               inviter_name text, known boolean)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT i.email, i.role, i.member_id, i.created_at, i.expires_at, c.name, c.zone, f.name, p.name,
         k.id IS NOT NULL
  FROM public.invitation i
  JOIN public.cluster c ON c.cluster_id = i.cluster_id
  JOIN public.membership b ON b.cluster_id = i.cluster_id AND b.id = i.invited_by
    AND b.ended_at IS NULL
    AND (b.role = 'coordinator' OR b.role = 'manager' AND b.member_id = i.member_id)
  JOIN public.person p ON p.id = b.person_id AND p.disabled_at IS NULL
  LEFT JOIN public.member f ON f.cluster_id = i.cluster_id AND f.id = i.member_id
  LEFT JOIN public.person k ON k.email = i.email
  WHERE i.cluster_id = app.cluster() AND i.id = invitation AND i.ended_at IS NULL
    AND i.expires_at > at AND k.disabled_at IS NULL
    AND (f.id IS NULL OR f.state IN ('active', 'suspended'));
END
"""

ACCEPT_INVITATION = """
CREATE FUNCTION app.accept_invitation(
  invitation uuid, new_person uuid, new_membership uuid, given_name text, given_hash text,
  at timestamptz)
RETURNS TABLE (person_id uuid, membership_id uuid, member_id uuid, role text, created boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE asked record; who uuid; standing uuid; made boolean;
BEGIN
  -- Two at once: the second looks after the first has committed.
  PERFORM 1 FROM public.invitation i
  WHERE i.cluster_id = app.cluster() AND i.id = invitation FOR UPDATE;
  SELECT * INTO asked FROM app.open_invitation(invitation, at);
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO public.person (id, email, name, password_hash, created_at)
  SELECT new_person, asked.email, given_name, given_hash, at
  WHERE given_name IS NOT NULL AND given_hash IS NOT NULL
  ON CONFLICT (email) DO NOTHING;
  made := FOUND;
  SELECT p.id INTO who FROM public.person p
  WHERE p.email = asked.email AND p.disabled_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT m.id INTO standing FROM public.membership m
  WHERE m.cluster_id = app.cluster() AND m.person_id = who AND m.ended_at IS NULL
    AND m.role = asked.role AND m.member_id IS NOT DISTINCT FROM asked.member_id;
  IF NOT FOUND THEN
    standing := new_membership;
    INSERT INTO public.membership (cluster_id, id, person_id, member_id, role, created_at)
    VALUES (app.cluster(), standing, who, asked.member_id, asked.role, at);
  END IF;
  UPDATE public.invitation i SET ended_at = at, ending = 'accepted'
  WHERE i.cluster_id = app.cluster() AND i.id = invitation;
  PERFORM set_config('app.membership', standing::text, true),
          set_config('app.person', who::text, true),
          set_config('app.member', coalesce(asked.member_id::text, ''), true);
  RETURN QUERY SELECT who, standing, asked.member_id, asked.role, made;
END $$
"""

HOLDS_ROLE = """
CREATE FUNCTION app.holds_role(address text, wanted text, company uuid) RETURNS boolean
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT EXISTS (
    SELECT 1 FROM app.people() p
    WHERE p.email = address AND p.role = wanted AND p.member_id IS NOT DISTINCT FROM company);
END
"""

# One at a time in a cluster: two coordinators who removed each other at once would each find
# the other still there.
JUDGE = """
CREATE FUNCTION app.judge_change(target uuid, next_role text)
RETURNS TABLE (verdict text, person_id uuid, role text, member_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE mine record; theirs record; word text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('people ' || app.cluster()::text, 0));
  SELECT m.role, m.member_id INTO mine FROM public.membership m
  WHERE m.cluster_id = app.cluster() AND m.id = app.membership() AND m.ended_at IS NULL;
  IF mine.role IS NULL OR mine.role NOT IN ('coordinator', 'manager') THEN
    RETURN QUERY SELECT 'forbidden', NULL::uuid, NULL::text, NULL::uuid; RETURN;
  END IF;
  SELECT m.person_id, m.role, m.member_id INTO theirs FROM public.membership m
  WHERE m.cluster_id = app.cluster() AND m.id = target AND m.ended_at IS NULL
    AND (mine.role = 'coordinator' OR m.member_id = mine.member_id);
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'absent', NULL::uuid, NULL::text, NULL::uuid; RETURN;
  END IF;
  word := CASE
    WHEN next_role IN ('coordinator', 'treasurer', 'auditor') AND theirs.member_id IS NOT NULL
      OR next_role IN ('manager', 'contributor') AND theirs.member_id IS NULL THEN 'unfit_role'
    WHEN EXISTS (
      SELECT 1 FROM public.membership m
      WHERE m.cluster_id = app.cluster() AND m.person_id = theirs.person_id
        AND m.role = next_role AND m.member_id IS NOT DISTINCT FROM theirs.member_id
        AND m.ended_at IS NULL) THEN 'same_role'
    WHEN theirs.role = 'coordinator' AND NOT EXISTS (
      SELECT 1 FROM public.membership m JOIN public.person p ON p.id = m.person_id
      WHERE m.cluster_id = app.cluster() AND m.role = 'coordinator' AND m.ended_at IS NULL
        AND m.id <> target AND p.disabled_at IS NULL) THEN 'last_coordinator'
    ELSE 'fine' END;
  RETURN QUERY SELECT word, theirs.person_id, theirs.role, theirs.member_id;
END $$
"""

END_MEMBERSHIP = """
CREATE FUNCTION app.end_membership(target uuid, at timestamptz)
RETURNS TABLE (verdict text, person_id uuid, role text, member_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE judged record;
BEGIN
  SELECT * INTO judged FROM app.judge_change(target, NULL);
  IF judged.verdict = 'fine' THEN
    UPDATE public.membership m SET ended_at = at
    WHERE m.cluster_id = app.cluster() AND m.id = target;
    UPDATE public.token t SET revoked_at = at
    WHERE t.cluster_id = app.cluster() AND t.membership_id = target AND t.revoked_at IS NULL;
    UPDATE public.invitation i SET ended_at = at, ending = 'withdrawn'
    WHERE i.cluster_id = app.cluster() AND i.invited_by = target AND i.ended_at IS NULL;
  END IF;
  RETURN QUERY SELECT judged.verdict, judged.person_id, judged.role, judged.member_id;
END $$
"""

CHANGE_ROLE = """
CREATE FUNCTION app.change_role(target uuid, new_membership uuid, next_role text, at timestamptz)
RETURNS TABLE (verdict text, person_id uuid, role text, member_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE judged record;
BEGIN
  SELECT * INTO judged FROM app.judge_change(target, next_role);
  IF judged.verdict = 'fine' THEN
    PERFORM app.end_membership(target, at);
    INSERT INTO public.membership (cluster_id, id, person_id, member_id, role, created_at)
    VALUES (app.cluster(), new_membership, judged.person_id, judged.member_id, next_role, at);
  END IF;
  RETURN QUERY SELECT judged.verdict, judged.person_id, judged.role, judged.member_id;
END $$
"""

FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "people()": (PEOPLE, (SERVING,)),
    "open_invitation(uuid, timestamptz)": (OPEN_INVITATION, (SERVING, JOB)),
    "accept_invitation(uuid, uuid, uuid, text, text, timestamptz)": (ACCEPT_INVITATION, (SERVING,)),
    "holds_role(text, text, uuid)": (HOLDS_ROLE, (SERVING,)),
    "judge_change(uuid, text)": (JUDGE, ()),
    "end_membership(uuid, timestamptz)": (END_MEMBERSHIP, (SERVING,)),
    "change_role(uuid, uuid, text, timestamptz)": (CHANGE_ROLE, (SERVING,)),
}
"""Each function, and which roles run it."""


def downgrade() -> None:
    """Back to people whom the operator alone lets in."""
    with as_helper():
        for name in reversed(FUNCTIONS):
            op.execute(f"DROP FUNCTION app.{name}")
    op.execute(f"REVOKE INSERT, UPDATE ON person, membership FROM {HELPER}")
    op.drop_table("invitation")
    with as_helper():
        op.execute("DROP FUNCTION app.managed_member()")
