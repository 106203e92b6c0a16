"""Who else is in: subcontractors, companies relied upon, companies from outside the cluster.

Revision 0037, after 0036.
"""

from alembic import op

from app.infra.db.walls import PARTY, SERVING, as_helper

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
INVITED = "consortium_id = ANY ((SELECT app.invited_to())::uuid[])"
LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
OWN_PARTY = "party_id = ANY ((SELECT app.my_parties())::uuid[])"
OUTSIDE_PARTY = (
    f"({LED} AND evidence IS NOT NULL AND party_id IN"
    " (SELECT o.id FROM party o WHERE o.member_id IS NULL AND o.left_at IS NULL))"
)

HOLDS = " AND p.role IN ('lead', 'co_contractor')"
"""Holders of the contract; who works for one of them, or lends it means, sees no price."""

COLUMNS = ("company_name text", "company_siret text", "works_for uuid", "payment_direct boolean")
COLUMNS += ("payment_terms text",)
ROLES = "('lead', 'co_contractor', 'subcontractor', 'relied_upon')"
ROLES_0004 = "('lead', 'co_contractor')"

WALLED_OFF = """(SELECT ARRAY(
      SELECT theirs.consortium_id FROM public.wall theirs
      WHERE theirs.cluster_id = app.cluster() AND theirs.person_id = app.my_person()
        AND NOT EXISTS (SELECT FROM public.wall_decision d WHERE d.cluster_id = app.cluster()
          AND d.person_id = app.my_person() AND d.lot_id = theirs.lot_id
          AND d.withdrawn_at IS NULL)))"""
LET_THROUGH = """EXISTS (SELECT FROM public.wall_decision d WHERE d.cluster_id = app.cluster()
    AND d.{} AND d.lot_id = theirs.lot_id AND d.withdrawn_at IS NULL)"""
PERSON_LET = LET_THROUGH.format("person_id = app.my_person()")
COMPANY_LET = LET_THROUGH.format("member_id = app.member()")

INSIDE = """
    SELECT p.consortium_id FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.member_id = app.member()
      AND p.joined_at IS NOT NULL AND p.left_at IS NULL{}
    UNION
    SELECT c.id FROM public.consortium c
    WHERE c.cluster_id = app.cluster() AND c.lead_member_id = app.member()"""

OF_A_RIVAL = f"""
      SELECT theirs.lot_id FROM public.consortium_lot mine JOIN public.consortium_lot theirs
        ON theirs.cluster_id = mine.cluster_id AND theirs.lot_id = mine.lot_id
        AND theirs.consortium_id <> mine.consortium_id
      JOIN public.party p ON p.cluster_id = theirs.cluster_id
        AND p.consortium_id = theirs.consortium_id
        AND p.joined_at IS NOT NULL AND p.left_at IS NULL{{}}
      JOIN public.membership w ON w.cluster_id = p.cluster_id AND w.member_id = p.member_id
        AND w.person_id = app.my_person() AND w.ended_at IS NULL
      WHERE mine.cluster_id = app.cluster() AND NOT {PERSON_LET}"""
NAMED_ON = f"""
    SELECT n.consortium_id FROM public.named_person n
    WHERE n.cluster_id = app.cluster() AND n.person_id = app.my_person() AND n.left_at IS NULL
      AND NOT EXISTS ({OF_A_RIVAL} AND mine.consortium_id = n.consortium_id)"""

WALLS_BEFORE = f"""
CREATE OR REPLACE FUNCTION app.walls_before(consortium uuid)
RETURNS TABLE (ground text, lot_id uuid) STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH own AS MATERIALIZED (
    SELECT true AS company FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.consortium_id = consortium
      AND p.member_id = app.member() AND p.left_at IS NULL{{0}}
    UNION ALL
    SELECT false FROM public.named_person n
    WHERE n.cluster_id = app.cluster() AND n.consortium_id = consortium
      AND n.person_id = app.my_person() AND n.left_at IS NULL)
  SELECT 'person_saw', theirs.lot_id FROM public.wall theirs
  WHERE theirs.cluster_id = app.cluster() AND theirs.person_id = app.my_person()
    AND theirs.consortium_id = consortium AND NOT {PERSON_LET} AND EXISTS (SELECT FROM own)
  UNION
  SELECT 'in_rival', r.lot_id FROM ({OF_A_RIVAL.format("{0}")}
    AND mine.consortium_id = consortium) r
  WHERE EXISTS (SELECT FROM own) AND NOT EXISTS (SELECT FROM own WHERE own.company);
END
"""

HELD = f"""
CREATE OR REPLACE FUNCTION app.held(lots uuid[], but uuid)
RETURNS TABLE (ground text, lot_id uuid) STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH theirs AS MATERIALIZED (
    SELECT l.consortium_id, l.lot_id, c.lead_member_id, c.state NOT IN ({{1}}) AS running
    FROM public.consortium_lot l
    JOIN public.consortium c ON c.cluster_id = l.cluster_id AND c.id = l.consortium_id
    WHERE l.cluster_id = app.cluster() AND l.lot_id = ANY (lots)
      AND l.consortium_id IS DISTINCT FROM but)
  SELECT 'leads', theirs.lot_id FROM theirs WHERE lead_member_id = app.member() AND running
  UNION
  SELECT 'in_rival', theirs.lot_id FROM theirs
  JOIN public.party p ON p.cluster_id = app.cluster() AND p.consortium_id = theirs.consortium_id
  WHERE running AND p.member_id = app.member() AND p.joined_at IS NOT NULL
    AND p.left_at IS NULL{{0}} AND NOT {COMPANY_LET}
  UNION
  SELECT 'company_saw', theirs.lot_id FROM theirs
  JOIN public.opening o ON o.cluster_id = app.cluster() AND o.consortium_id = theirs.consortium_id
  WHERE o.member_id = app.member() AND NOT {COMPANY_LET}
  UNION
  SELECT 'person_saw', theirs.lot_id FROM theirs
  JOIN public.opening o ON o.cluster_id = app.cluster() AND o.consortium_id = theirs.consortium_id
  WHERE o.person_id = app.my_person() AND NOT {PERSON_LET}
  UNION
  SELECT 'person_in', theirs.lot_id FROM theirs
  JOIN public.party p ON p.cluster_id = app.cluster() AND p.consortium_id = theirs.consortium_id
  WHERE running AND p.joined_by = app.my_person() AND p.member_id <> app.member()
    AND p.left_at IS NULL{{0}} AND NOT {PERSON_LET}
  UNION
  SELECT CASE WHEN p.member_id = app.member() THEN 'company_signed' ELSE 'person_signed' END,
    theirs.lot_id
  FROM theirs
  JOIN public.approval a ON a.cluster_id = app.cluster() AND a.consortium_id = theirs.consortium_id
  JOIN public.agreement g ON g.cluster_id = a.cluster_id AND g.id = a.agreement_id
  JOIN public.party p ON p.cluster_id = a.cluster_id AND p.id = a.party_id
  WHERE g.withdrawn_at IS NULL
    AND (p.member_id = app.member() OR (a.person_id = app.my_person() {{2}}));
END
"""
OVER = "'lost', 'no_award', 'withdrawn'"
TOLD = (
    f"consortium_id IS NULL OR {ACTING}"
    f" OR ({INVITED} AND type IN ('party.joined', 'party.refused'{{}}))"
    f" OR ({PARTY} AND type = 'person.left')"
)


def array(name: str, body: str) -> str:
    """The SQL of a function that gives ids, but those that a wall keeps from the caller."""
    kept = f"SELECT m.id FROM ({body}) m (id) WHERE m.id <> ALL ({WALLED_OFF}::uuid[])"
    return (
        f"CREATE OR REPLACE FUNCTION app.{name}() RETURNS uuid[] STABLE SECURITY DEFINER"
        f" BEGIN ATOMIC SELECT ARRAY({kept}); END"
    )


def set_functions(holds: str, over: str, own_hand: str) -> None:
    """Who is inside: ``holds`` cuts a party that does not hold the contract."""
    # Who works for a holder stays at the door: it sees what an invited company sees.
    at_the_door = "(p.joined_at IS NULL OR p.role NOT IN ('lead', 'co_contractor'))"
    invited = INSIDE.split("    UNION", maxsplit=1)[0].format("")
    invited = invited.replace(
        "p.joined_at IS NOT NULL", at_the_door if holds else "p.joined_at IS NULL"
    )
    with as_helper():
        op.execute(array("party_to", INSIDE.format(holds)))
        named = NAMED_ON.format(holds)
        op.execute(array("my_consortia", f"{INSIDE.format(holds)}\n    UNION{named}"))
        op.execute(array("invited_to", f"{invited} AND app.present()"))
        op.execute(WALLS_BEFORE.format(holds))
        op.execute(HELD.format(holds, over, own_hand))


def upgrade() -> None:
    """Columns, functions, then what the lead records for a company from outside."""
    op.execute(
        f"ALTER TABLE party {', '.join(f'ADD COLUMN {one}' for one in COLUMNS)},"
        " ALTER COLUMN member_id DROP NOT NULL, DROP CONSTRAINT ck_party_role,"
        f" ADD CONSTRAINT ck_party_role CHECK (role IN {ROLES}),"
        " ADD CONSTRAINT ck_party_company CHECK (num_nulls(member_id, company_name) = 1"
        " AND (company_siret IS NULL OR company_name IS NOT NULL)),"
        " ADD CONSTRAINT ck_party_lead CHECK (role <> 'lead' OR member_id IS NOT NULL),"
        " ADD CONSTRAINT ck_party_works_for CHECK ((role = 'subcontractor') ="
        " (num_nonnulls(works_for, payment_direct, payment_terms) = 3)),"
        " ADD CONSTRAINT fk_party_works_for FOREIGN KEY (cluster_id, consortium_id, works_for)"
        " REFERENCES party (cluster_id, consortium_id, id)"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_party_outside_once ON party"
        " (cluster_id, consortium_id, company_siret) WHERE left_at IS NULL"
    )
    op.execute("ALTER TABLE approval ADD COLUMN evidence text CHECK (evidence <> '')")
    # A hand that records the word of a company from outside signs for nobody.
    set_functions(HOLDS, OVER, "AND p.member_id IS NOT NULL")
    told = TOLD.format(", 'party.withdrew'")
    op.execute(f"ALTER POLICY visible ON event WITH CHECK ({told})")
    op.execute(
        f"CREATE POLICY outside_word ON party FOR UPDATE TO {SERVING}"
        f" USING ({LED} AND member_id IS NULL AND left_at IS NULL)"
        f" WITH CHECK ({LED} AND member_id IS NULL)"
    )
    op.execute(
        "ALTER POLICY visible ON approval"
        f" WITH CHECK ({ACTING} AND ({OWN_PARTY} OR {OUTSIDE_PARTY}))"
    )


def downgrade() -> None:
    """Those whom nobody knew of before are forgotten, with what names them."""
    op.execute(f"ALTER POLICY visible ON approval WITH CHECK ({ACTING} AND {OWN_PARTY})")
    op.execute("DROP POLICY outside_word ON party")
    op.execute(f"ALTER POLICY visible ON event WITH CHECK ({TOLD.format('')})")
    set_functions("", "'lost'", "")
    gone = "SELECT p.id FROM party p WHERE p.member_id IS NULL OR p.role NOT IN " + ROLES_0004
    for table in ("receipt", "award_part", "split_line", "approval"):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute(f"DELETE FROM {table} WHERE party_id IN ({gone})")
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    op.execute(f"DELETE FROM party WHERE id IN ({gone})")
    op.execute("ALTER TABLE approval DROP COLUMN evidence")
    op.execute("DROP INDEX uq_party_outside_once")
    op.execute(
        "ALTER TABLE party DROP CONSTRAINT ck_party_company, DROP CONSTRAINT ck_party_lead,"
        " DROP CONSTRAINT ck_party_works_for, DROP CONSTRAINT fk_party_works_for,"
        " DROP CONSTRAINT ck_party_role,"
        f" ADD CONSTRAINT ck_party_role CHECK (role IN {ROLES_0004}),"
        " ALTER COLUMN member_id SET NOT NULL,"
        f" {', '.join(f'DROP COLUMN {one.split()[0]}' for one in COLUMNS)}"
    )
