"""A company comes into a consortium by its own word, and leaves it.

Revision 0007, after 0006.
"""

from alembic import op

from app.infra.db.walls import HELPER, JOB, OVERSEEN_WHEN_WON, PARTY, SERVING, as_helper

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INVITED = "consortium_id = ANY ((SELECT app.invited_to())::uuid[])"
LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
OWN = "person_id = app.my_person()"
OVERSEEN = "(SELECT app.oversees())"
KEPT = f"{OWN} AND acting_for = coalesce(app.member(), person_id)"
PRIVATE = f"{PARTY} OR {OVERSEEN_WHEN_WON}"

MY_CONSORTIA = """
CREATE OR REPLACE FUNCTION app.my_consortia() RETURNS uuid[] STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT ARRAY(
    SELECT p.consortium_id FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.member_id = app.member()
      AND p.joined_at IS NOT NULL AND p.left_at IS NULL
    UNION
    SELECT c.id FROM public.consortium c
    WHERE c.cluster_id = app.cluster() AND c.lead_member_id = app.member());
END
"""

INVITED_TO = """
CREATE FUNCTION app.invited_to() RETURNS uuid[] STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT ARRAY(
    SELECT p.consortium_id FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.member_id = app.member()
      AND p.joined_at IS NULL AND p.left_at IS NULL);
END
"""

# As 0005 has it; a company that was only invited answers for nothing.
ANSWERS_FOR = f"""
CREATE OR REPLACE FUNCTION app.answers_for(member uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT coalesce(member = app.member(), false) OR app.oversees()
    OR current_setting('role') = '{JOB}'
    OR EXISTS (SELECT FROM public.party p
      WHERE p.cluster_id = app.cluster() AND p.member_id = member AND p.joined_at IS NOT NULL
        AND p.consortium_id = ANY (app.my_consortia()));
END
"""


def upgrade() -> None:
    """Whoever is a party today was brought in and has joined."""
    op.execute("ALTER TABLE party ADD COLUMN invited_at timestamptz")
    op.execute("UPDATE party SET invited_at = joined_at")
    op.execute(
        "ALTER TABLE party ALTER COLUMN invited_at SET NOT NULL,"
        " ALTER COLUMN joined_at DROP NOT NULL"
    )
    with as_helper():
        op.execute(MY_CONSORTIA)
        op.execute(INVITED_TO)
        op.execute(ANSWERS_FOR)
        op.execute("REVOKE EXECUTE ON FUNCTION app.invited_to FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.invited_to TO {SERVING}")
    op.execute("REVOKE EXECUTE ON FUNCTION app.my_person FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.my_person TO {SERVING}, {JOB}, {HELPER}")
    open_invitations()
    close_parties()
    close_journal()
    close_answers()


def open_invitations() -> None:
    """Invited, a company sees what it is invited to: the header and the lots."""
    header = INVITED.replace("consortium_id", "id")
    op.execute(f"CREATE POLICY invited ON consortium FOR SELECT TO {SERVING} USING ({header})")
    op.execute(f"CREATE POLICY invited ON consortium_lot FOR SELECT TO {SERVING} USING ({INVITED})")


def close_parties() -> None:
    """The lead invites, and takes an invitation back; a company alone speaks for itself."""
    op.execute("DROP POLICY visible ON party")
    op.execute(f"CREATE POLICY visible ON party FOR SELECT TO {SERVING} USING ({PRIVATE})")
    op.execute(
        f"CREATE POLICY invited ON party FOR SELECT TO {SERVING}"
        f" USING (member_id = app.member() AND {INVITED})"
    )
    op.execute(
        f"CREATE POLICY inviting ON party FOR INSERT TO {SERVING}"
        f" WITH CHECK ({LED} AND (joined_at IS NULL OR member_id = app.member()))"
    )
    op.execute(
        f"CREATE POLICY own_word ON party FOR UPDATE TO {SERVING}"
        " USING (member_id = app.member() AND left_at IS NULL)"
        " WITH CHECK (member_id = app.member())"
    )
    op.execute(
        f"CREATE POLICY taken_back ON party FOR UPDATE TO {SERVING}"
        f" USING ({LED} AND joined_at IS NULL AND left_at IS NULL)"
        f" WITH CHECK ({LED} AND joined_at IS NULL)"
    )
    op.execute(f"GRANT UPDATE (joined_at, left_at) ON party TO {SERVING}, {JOB}")


def close_journal() -> None:
    """Whoever left sees nothing of it, their own acts included; everyone signs for themselves."""
    op.execute(
        "ALTER POLICY visible ON audit_entry"
        f" USING ((consortium_id IS NULL AND ({OVERSEEN} OR {OWN})) OR {PRIVATE}"
        f" OR ({OWN} AND {INVITED})) WITH CHECK ({OWN})"
    )
    # A refusal is told to the parties by who was invited.
    op.execute(
        f"ALTER POLICY visible ON event WITH CHECK (consortium_id IS NULL OR {PARTY} OR {INVITED})"
    )


def close_answers() -> None:
    """An answer kept for a retry is shown to who is inside its consortium, still."""
    op.execute("ALTER TABLE kept_answer ADD COLUMN consortium_id uuid")
    op.execute(
        "UPDATE kept_answer SET consortium_id = CASE operation"
        " WHEN 'POST /v1/consortia' THEN substr(body->>'id', 5)"
        " ELSE substring(operation from '/consortia/con_([0-9a-f]{32})') END::uuid"
        " WHERE operation LIKE 'POST /v1/consortia%'"
    )
    op.execute(
        f"ALTER POLICY visible ON kept_answer USING ({KEPT} AND (consortium_id IS NULL OR {PARTY}))"
        f" WITH CHECK ({KEPT})"
    )


def downgrade() -> None:
    """Before consent, whoever was brought in was a party: open invitations end."""
    op.execute("DROP POLICY visible ON kept_answer")
    op.execute(f"CREATE POLICY visible ON kept_answer TO {SERVING} USING ({KEPT})")
    op.execute("ALTER TABLE kept_answer DROP COLUMN consortium_id")
    op.execute(f"ALTER POLICY visible ON event WITH CHECK (consortium_id IS NULL OR {PARTY})")
    audit = f"(consortium_id IS NULL AND {OVERSEEN}) OR {PRIVATE} OR {OWN}"
    op.execute("DROP POLICY visible ON audit_entry")
    op.execute(f"CREATE POLICY visible ON audit_entry TO {SERVING} USING ({audit})")
    for policy in ("visible", "invited", "inviting", "own_word", "taken_back"):
        op.execute(f"DROP POLICY {policy} ON party")
    op.execute(
        f"CREATE POLICY visible ON party TO {SERVING} USING ({PRIVATE}) WITH CHECK ({PARTY})"
    )
    op.execute(f"REVOKE UPDATE (joined_at, left_at) ON party FROM {SERVING}, {JOB}")
    for table in ("consortium", "consortium_lot"):
        op.execute(f"DROP POLICY invited ON {table}")
    op.execute("GRANT EXECUTE ON FUNCTION app.my_person TO PUBLIC")
    op.execute(f"REVOKE EXECUTE ON FUNCTION app.my_person FROM {SERVING}, {JOB}, {HELPER}")
    joined = "\n      AND p.joined_at IS NOT NULL AND p.left_at IS NULL"
    with as_helper():
        op.execute("DROP FUNCTION app.invited_to")
        op.execute(MY_CONSORTIA.replace(joined, "\n      AND p.left_at IS NULL"))
        op.execute(ANSWERS_FOR.replace(" AND p.joined_at IS NOT NULL", ""))
    op.execute(
        "UPDATE party SET left_at = coalesce(left_at, invited_at), joined_at = invited_at"
        " WHERE joined_at IS NULL"
    )
    op.execute("ALTER TABLE party ALTER COLUMN joined_at SET NOT NULL, DROP COLUMN invited_at")
