"""Bids of a company alone, companies that are linked, and what all of it bars.

Revision 0041, after 0040.
"""

from alembic import op

from app.infra.db.walls import PRESENT, SERVING, as_helper, open_to_helper, wall

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

OWN = "member_id = app.member()"
SIGNED = "{} = app.my_person()"
TABLES = {
    # No price is in it: whose it is alone knows that it bids.
    "solo_bid": """
        tender_id uuid NOT NULL, lot_id uuid NOT NULL, member_id uuid NOT NULL,
        person_id uuid NOT NULL, recorded_at timestamptz NOT NULL,
        withdrawn_by uuid, withdrawn_at timestamptz,
        CHECK (num_nulls(withdrawn_by, withdrawn_at) IN (0, 2)),
        FOREIGN KEY (cluster_id, tender_id) REFERENCES tender,
        FOREIGN KEY (cluster_id, lot_id) REFERENCES lot,
        FOREIGN KEY (cluster_id, member_id) REFERENCES member""",
    # A word on two companies: the one's own, or the coordinator's.
    "member_link": """
        member_id uuid NOT NULL, other_member_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('group', 'officers')),
        evidence text NOT NULL CHECK (evidence <> ''), said_for uuid,
        person_id uuid NOT NULL, said_at timestamptz NOT NULL,
        ended_by uuid, ended_at timestamptz,
        CHECK (num_nulls(ended_by, ended_at) IN (0, 2)),
        CHECK (member_id <> other_member_id), CHECK (said_for = member_id),
        FOREIGN KEY (cluster_id, member_id) REFERENCES member,
        FOREIGN KEY (cluster_id, other_member_id) REFERENCES member""",
}
INDEXES = (
    "UNIQUE INDEX uq_solo_bid_once ON solo_bid (cluster_id, lot_id, member_id)"
    " WHERE withdrawn_at IS NULL",
    "INDEX ix_solo_bid_tender ON solo_bid (cluster_id, tender_id, member_id)",
    # Each may say it once, in its own name; so may the coordinator.
    "UNIQUE INDEX uq_member_link_once ON member_link"
    " (cluster_id, member_id, other_member_id, said_for) NULLS NOT DISTINCT"
    " WHERE ended_at IS NULL",
    "INDEX ix_member_link_other ON member_link (cluster_id, other_member_id)",
)

# Companies that are linked to the caller's: as the coordinator found, or as both say. The word of
# one alone would let it ask, of any other, whether it bids.
LINKED = """
CREATE FUNCTION app.linked_members() RETURNS uuid[] STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT ARRAY(
    SELECT said.other FROM (
      SELECT l.other_member_id AS other, l.said_for FROM public.member_link l
      WHERE l.cluster_id = app.cluster() AND l.member_id = app.member() AND l.ended_at IS NULL
      UNION ALL
      SELECT l.member_id, l.said_for FROM public.member_link l
      WHERE l.cluster_id = app.cluster() AND l.other_member_id = app.member()
        AND l.ended_at IS NULL) said
    GROUP BY said.other
    HAVING bool_or(said.said_for IS NULL) OR count(DISTINCT said.said_for) = 2);
END
"""

# The lots of a tender that the caller's company bids for, alone or with others, but in one
# consortium; and whether it leads there. Its own alone, and past the wall that keeps a person out.
OWN_BIDS = """
CREATE FUNCTION app.own_bids(tender uuid, but uuid) RETURNS TABLE (lot_id uuid, leads boolean)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT l.lot_id, bool_or(c.lead_member_id = app.member())
  FROM public.consortium c
  JOIN public.party p ON p.cluster_id = c.cluster_id AND p.consortium_id = c.id
  JOIN public.consortium_lot l ON l.cluster_id = c.cluster_id AND l.consortium_id = c.id
  WHERE c.cluster_id = app.cluster() AND c.tender_id = tender AND c.id IS DISTINCT FROM but
    AND c.state NOT IN ('lost', 'no_award', 'withdrawn', 'closed')
    AND p.member_id = app.member() AND p.joined_at IS NOT NULL AND p.left_at IS NULL
    AND p.role IN ('lead', 'co_contractor')
  GROUP BY l.lot_id
  UNION ALL
  SELECT s.lot_id, false FROM public.solo_bid s
  WHERE s.cluster_id = app.cluster() AND s.tender_id = tender AND s.member_id = app.member()
    AND s.withdrawn_at IS NULL;
END
"""

PERSON_LET = """EXISTS (SELECT FROM public.wall_decision d WHERE d.cluster_id = app.cluster()
    AND d.person_id = app.my_person() AND d.lot_id = theirs.lot_id AND d.withdrawn_at IS NULL)"""
COMPANY_LET = PERSON_LET.replace("d.person_id = app.my_person()", "d.member_id = app.member()")
HOLDS = "p.joined_at IS NOT NULL AND p.left_at IS NULL AND p.role IN ('lead', 'co_contractor')"

HELD_0037 = f"""
CREATE OR REPLACE FUNCTION app.held(lots uuid[], but uuid)
RETURNS TABLE (ground text, lot_id uuid) STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH theirs AS MATERIALIZED (
    SELECT l.consortium_id, l.lot_id, c.lead_member_id,
      c.state NOT IN ('lost', 'no_award', 'withdrawn') AS running
    FROM public.consortium_lot l
    JOIN public.consortium c ON c.cluster_id = l.cluster_id AND c.id = l.consortium_id
    WHERE l.cluster_id = app.cluster() AND l.lot_id = ANY (lots)
      AND l.consortium_id IS DISTINCT FROM but)
  SELECT 'leads', theirs.lot_id FROM theirs WHERE lead_member_id = app.member() AND running
  UNION
  SELECT 'in_rival', theirs.lot_id FROM theirs
  JOIN public.party p ON p.cluster_id = app.cluster() AND p.consortium_id = theirs.consortium_id
  WHERE running AND p.member_id = app.member() AND {HOLDS} AND NOT {COMPANY_LET}
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
    AND p.left_at IS NULL AND p.role IN ('lead', 'co_contractor') AND NOT {PERSON_LET}
  UNION
  SELECT CASE WHEN p.member_id = app.member() THEN 'company_signed' ELSE 'person_signed' END,
    theirs.lot_id
  FROM theirs
  JOIN public.approval a ON a.cluster_id = app.cluster() AND a.consortium_id = theirs.consortium_id
  JOIN public.agreement g ON g.cluster_id = a.cluster_id AND g.id = a.agreement_id
  JOIN public.party p ON p.cluster_id = a.cluster_id AND p.id = a.party_id
  WHERE g.withdrawn_at IS NULL
    AND (p.member_id = app.member() OR (a.person_id = app.my_person()
      AND p.member_id IS NOT NULL)){{}};
END
"""

# Who bids alone is a candidate as a consortium is: its company, its person, its sister companies.
MORE = f"""
  UNION
  SELECT own.ground, theirs.lot_id FROM public.solo_bid theirs
  CROSS JOIN (VALUES ('alone'), ('company_signed')) own (ground)
  WHERE theirs.cluster_id = app.cluster() AND theirs.lot_id = ANY (lots)
    AND theirs.member_id = app.member() AND theirs.withdrawn_at IS NULL
    AND (own.ground <> 'alone' OR NOT {COMPANY_LET})
  UNION
  SELECT own.ground, theirs.lot_id FROM public.solo_bid theirs
  CROSS JOIN (VALUES ('person_in'), ('person_signed')) own (ground)
  WHERE theirs.cluster_id = app.cluster() AND theirs.lot_id = ANY (lots)
    AND theirs.person_id = app.my_person() AND theirs.member_id <> app.member()
    AND theirs.withdrawn_at IS NULL AND (own.ground <> 'person_in' OR NOT {PERSON_LET})
  UNION
  SELECT 'linked', theirs.lot_id FROM theirs
  JOIN public.party p ON p.cluster_id = app.cluster() AND p.consortium_id = theirs.consortium_id
  WHERE running AND p.member_id = ANY (app.linked_members()) AND {HOLDS}
  UNION
  SELECT 'linked', theirs.lot_id FROM public.solo_bid theirs
  WHERE theirs.cluster_id = app.cluster() AND theirs.lot_id = ANY (lots)
    AND theirs.member_id = ANY (app.linked_members()) AND theirs.withdrawn_at IS NULL"""


def upgrade() -> None:
    """Tables, functions, then the walls."""
    for name, body in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" {body}, PRIMARY KEY (cluster_id, id))"
        )
        open_to_helper(name)
    for index in INDEXES:
        op.execute(f"CREATE {index}")
    with as_helper():
        op.execute(LINKED)
        op.execute(OWN_BIDS)
        op.execute(HELD_0037.format(MORE))
        for name in ("linked_members()", "own_bids(uuid, uuid)"):
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")
    wall(
        "solo_bid",
        visible=OWN,
        writable=f"{OWN} AND {PRESENT}",
        grants="SELECT, INSERT, UPDATE (withdrawn_by, withdrawn_at)",
    )
    wall(
        "member_link",
        visible=f"{PRESENT} OR member_id = app.member() OR other_member_id = app.member()",
        writable=f"(said_for = app.member() AND {PRESENT}) OR app.coordinates()",
        grants="SELECT, INSERT, UPDATE (ended_by, ended_at)",
    )
    for table, begun, ended in (
        ("solo_bid", "person_id", "withdrawn_at"),
        ("member_link", "person_id", "ended_at"),
    ):
        op.execute(
            f"CREATE POLICY signed ON {table} AS RESTRICTIVE FOR INSERT TO {SERVING}"
            f" WITH CHECK ({SIGNED.format(begun)} AND {ended} IS NULL)"
        )
    op.execute(
        f"CREATE POLICY named ON member_link AS RESTRICTIVE FOR INSERT TO {SERVING}"
        " WITH CHECK (said_for IS NOT DISTINCT FROM app.member())"
    )


def downgrade() -> None:
    """As 0037 left it."""
    with as_helper():
        op.execute(HELD_0037.format(""))
        op.execute("DROP FUNCTION app.own_bids, app.linked_members")
    for name in TABLES:
        op.drop_table(name)
