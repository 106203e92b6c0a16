"""Walls hold at the same moment, behind a second hat, and for who writes.

Revision 0018, after 0017.
"""

from alembic import op

from app.infra.db.walls import JOB, PARTY, SERVING, as_helper

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
INVITED = "consortium_id = ANY ((SELECT app.invited_to())::uuid[])"
OWN_PARTY = "party_id = ANY ((SELECT app.my_parties())::uuid[])"
LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
OVERSEEN = "(SELECT app.oversees())"
OWN = "person_id = app.my_person()"
SIGNED = f"{OWN} AND member_id IS NOT DISTINCT FROM app.member()"
ENDING = f"({OWN} OR {LED})"
# A company's own contributions, but for its people whom a wall keeps from where they come from.
OWN_AMOUNTS = (
    "(member_id = app.member()"
    " AND (consortium_id = ANY ((SELECT app.walled_off())::uuid[])) IS NOT TRUE)"
)
AMOUNTS = ("forecast", "flow", "charge", "settlement")
MONEY_WRITTEN = ("forecast", "flow", "charge", "award_trigger")

LET_THROUGH = """EXISTS (SELECT FROM public.wall_decision d
        WHERE d.cluster_id = w.cluster_id AND d.person_id = w.person_id AND d.lot_id = w.lot_id
          AND d.withdrawn_at IS NULL)"""
WALLED_OFF = f"""
CREATE FUNCTION app.walled_off() RETURNS uuid[] STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT ARRAY(
    SELECT w.consortium_id FROM public.wall w
    WHERE w.cluster_id = app.cluster() AND w.person_id = app.my_person() AND NOT {LET_THROUGH});
END
"""

# Which joint answers have won is for who oversees them: to others it would tell that they exist.
WON = """
CREATE OR REPLACE FUNCTION app.won_consortia() RETURNS uuid[] STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT ARRAY(
    SELECT c.id FROM public.consortium c
    WHERE c.cluster_id = app.cluster() AND c.state = 'won'{});
END
"""

# As 0015 has it; a company that left before it was charged is no longer answered for.
ANSWERS_FOR = f"""
CREATE OR REPLACE FUNCTION app.answers_for(member uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT coalesce(member = app.member(), false) OR app.oversees()
    OR current_setting('role') = '{JOB}'
    OR EXISTS (SELECT FROM public.party p
      WHERE p.cluster_id = app.cluster() AND p.member_id = member AND p.joined_at IS NOT NULL
        AND p.consortium_id = ANY (app.party_to()){{}});
END
"""
STILL_THERE = """
        AND (p.left_at IS NULL OR EXISTS (SELECT FROM public.charge c
          WHERE c.cluster_id = p.cluster_id AND c.consortium_id = p.consortium_id
            AND c.member_id = p.member_id))"""

# Two hats at one moment: each reads before either is on record. Whoever is second finds the wall
# that the first has raised, and is shown nothing.
SECOND_OF_TWO = f"""
  IF NOT app.oversees() AND EXISTS (SELECT FROM public.wall w
    WHERE w.cluster_id = NEW.cluster_id AND w.person_id = NEW.person_id
      AND w.consortium_id = NEW.consortium_id AND NOT {LET_THROUGH}) THEN
    RAISE EXCEPTION 'a wall has risen meanwhile' USING ERRCODE = 'GW001';
  END IF;"""
RAISE_AT_OPENING = """
CREATE OR REPLACE FUNCTION app.raise_at_opening() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.opening o
    WHERE o.cluster_id = NEW.cluster_id AND o.person_id = NEW.person_id
      AND o.consortium_id = NEW.consortium_id AND o.id <> NEW.id) THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('wall ' || l.lot_id, 0)) FROM (
    SELECT c.lot_id FROM public.consortium_lot c
    WHERE c.cluster_id = NEW.cluster_id AND c.consortium_id = NEW.consortium_id
    ORDER BY c.lot_id) l;{}
  INSERT INTO public.wall (cluster_id, id, person_id, consortium_id, lot_id)
  SELECT NEW.cluster_id, gen_random_uuid(), NEW.person_id, theirs.consortium_id, theirs.lot_id
  FROM public.consortium_lot mine JOIN public.consortium_lot theirs
    ON theirs.cluster_id = mine.cluster_id AND theirs.lot_id = mine.lot_id
    AND theirs.consortium_id <> mine.consortium_id
  WHERE mine.cluster_id = NEW.cluster_id AND mine.consortium_id = NEW.consortium_id
    AND NOT EXISTS (SELECT FROM public.opening o
      WHERE o.cluster_id = NEW.cluster_id AND o.person_id = NEW.person_id
        AND o.consortium_id = theirs.consortium_id)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Functions, then the policies that stand on them."""
    with as_helper():
        op.execute(WALLED_OFF)
        op.execute("REVOKE EXECUTE ON FUNCTION app.walled_off FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.walled_off TO {SERVING}")
        op.execute(WON.format(" AND app.oversees()"))
        op.execute(ANSWERS_FOR.format(STILL_THERE))
        op.execute(RAISE_AT_OPENING.format(SECOND_OF_TWO))
    for table in AMOUNTS:
        op.execute(
            f"ALTER POLICY visible ON {table} USING ({PARTY} OR {OWN_AMOUNTS} OR {OVERSEEN})"
        )
    for table in MONEY_WRITTEN:
        op.execute(f"ALTER POLICY visible ON {table} WITH CHECK ({ACTING} OR {OVERSEEN})")
    word = f"consortium_id IS NULL OR {PARTY} OR {INVITED}"
    op.execute(f"ALTER POLICY visible ON audit_entry WITH CHECK ({SIGNED} AND ({word}))")
    op.execute(f"ALTER POLICY visible ON opening WITH CHECK ({SIGNED} AND ({PARTY} OR {OVERSEEN}))")
    op.execute(f"ALTER POLICY visible ON approval WITH CHECK ({ACTING} AND {OWN_PARTY})")
    op.execute(f"ALTER POLICY visible ON receipt WITH CHECK ({ACTING} AND ({OWN_PARTY} OR {LED}))")
    # Once over it stays over: who was removed does not take it back.
    op.execute(f"ALTER POLICY ending ON named_person USING ({ENDING} AND left_at IS NULL)")


def downgrade() -> None:
    """As 0015 left them."""
    op.execute(f"ALTER POLICY ending ON named_person USING ({ENDING})")
    op.execute(f"ALTER POLICY visible ON receipt WITH CHECK ({OWN_PARTY} OR {LED})")
    op.execute(f"ALTER POLICY visible ON approval WITH CHECK ({OWN_PARTY})")
    op.execute(f"ALTER POLICY visible ON opening WITH CHECK ({OWN} AND ({PARTY} OR {OVERSEEN}))")
    op.execute(f"ALTER POLICY visible ON audit_entry WITH CHECK ({OWN})")
    amounts = f"{PARTY} OR member_id = app.member() OR {OVERSEEN}"
    for table in AMOUNTS:
        check = "true" if table == "settlement" else amounts
        op.execute(f"ALTER POLICY visible ON {table} USING ({amounts}) WITH CHECK ({check})")
    op.execute(f"ALTER POLICY visible ON award_trigger WITH CHECK ({PARTY} OR {OVERSEEN})")
    with as_helper():
        op.execute(RAISE_AT_OPENING.format(""))
        op.execute(ANSWERS_FOR.format(""))
        op.execute(WON.format(""))
        op.execute("DROP FUNCTION app.walled_off")
