"""Walls between rival consortia: who has seen one's prices is kept from the other.

Revision 0015, after 0014.
"""

from alembic import op

from app.infra.db.walls import (
    HELPER,
    JOB,
    PARTY,
    SERVING,
    as_helper,
    open_to_helper,
    wall,
)

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
OWN_PARTY = "party_id = ANY ((SELECT app.my_parties())::uuid[])"
LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
OWN = "person_id = app.my_person()"
OVERSEEN = "(SELECT app.oversees())"
MINE = "id = ANY ((SELECT app.my_consortia())::uuid[])"
WON_LOT = (
    "((SELECT app.oversees()) AND (consortium_id, lot_id) IN"
    " (SELECT a.consortium_id, a.lot_id FROM award a WHERE a.outcome = 'won'))"
)

WRITABLE = {
    **dict.fromkeys(("split", "lot_price", "split_line"), ACTING),
    **dict.fromkeys(("consortium_lot", "agreement", "submission", "award", "award_part"), LED),
    "approval": OWN_PARTY,
    "receipt": f"{OWN_PARTY} OR {LED}",
}
"""Whose word a row is: any party's on the split, its own on an approval, else the lead's."""

SIGNED = ("split", "agreement", "approval", "submission", "award", "receipt")
"""Tables whose rows name who acted: nobody acts in another's name."""

TABLES = {
    # Who saw X's prices is kept from its rival Y. Lots and openings only grow, and so do walls.
    "wall": """
        person_id uuid NOT NULL, consortium_id uuid NOT NULL, lot_id uuid NOT NULL,
        FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium,
        FOREIGN KEY (cluster_id, lot_id) REFERENCES lot""",
    # Who sees what the parties see, and acts on nothing.
    "named_person": """
        consortium_id uuid NOT NULL, person_id uuid NOT NULL, named_by uuid NOT NULL,
        named_at timestamptz NOT NULL, left_at timestamptz,
        FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium""",
    # It names a lot, and no consortium: it tells nothing of which ones there are.
    "wall_decision": """
        person_id uuid, member_id uuid, lot_id uuid NOT NULL,
        reason text NOT NULL CHECK (reason <> ''),
        decided_by uuid NOT NULL, decided_at timestamptz NOT NULL,
        withdrawn_by uuid, withdrawn_at timestamptz,
        CHECK (num_nulls(person_id, member_id) = 1),
        CHECK (num_nulls(withdrawn_by, withdrawn_at) IN (0, 2)),
        FOREIGN KEY (cluster_id, member_id) REFERENCES member,
        FOREIGN KEY (cluster_id, lot_id) REFERENCES lot""",
}
INDEXES = (
    "UNIQUE INDEX uq_wall_once ON wall (cluster_id, person_id, consortium_id, lot_id)",
    "UNIQUE INDEX uq_named_person_once ON named_person (cluster_id, consortium_id, person_id)"
    " WHERE left_at IS NULL",
    "INDEX ix_named_person_person ON named_person (cluster_id, person_id) WHERE left_at IS NULL",
    "UNIQUE INDEX uq_wall_decision_person ON wall_decision (cluster_id, person_id, lot_id)"
    " WHERE withdrawn_at IS NULL",
    "UNIQUE INDEX uq_wall_decision_member ON wall_decision (cluster_id, member_id, lot_id)"
    " WHERE withdrawn_at IS NULL",
    "INDEX ix_consortium_lot_lot ON consortium_lot (cluster_id, lot_id) INCLUDE (consortium_id)",
)

MOVES = ("forming proposed", "proposed forming", "proposed agreed", "agreed forming")
MOVES += ("agreed submitted", "submitted won", "submitted lost")
"""From which state to which a joint answer goes, each by its own act."""


def decided(who: str, column: str, lot: str) -> str:
    """SQL: the coordinator has let ``who`` through the wall on ``lot``."""
    return (
        "EXISTS (SELECT FROM public.wall_decision d WHERE d.cluster_id = app.cluster()"
        f" AND d.{column} = {who} AND d.lot_id = {lot} AND d.withdrawn_at IS NULL)"
    )


LET_THROUGH = decided("app.my_person()", "person_id", "theirs.lot_id")
COMPANY_LET_THROUGH = decided("app.member()", "member_id", "theirs.lot_id")
RIVALS = """public.consortium_lot mine JOIN public.consortium_lot theirs
        ON theirs.cluster_id = mine.cluster_id AND theirs.lot_id = mine.lot_id
        AND theirs.consortium_id <> mine.consortium_id"""


WALLED_OFF = f"""(SELECT ARRAY(
      SELECT theirs.consortium_id FROM public.wall theirs
      WHERE theirs.cluster_id = app.cluster() AND theirs.person_id = app.my_person()
        AND NOT {LET_THROUGH}))"""
"""SQL: the consortia that the caller, the person, is kept from; found once per query."""


def unwalled(consortia: str) -> str:
    """SQL: of these ids, those that no wall keeps from the caller."""
    return f"SELECT m.id FROM ({consortia}) m (id) WHERE m.id <> ALL ({WALLED_OFF}::uuid[])"


PARTIES = """
    SELECT p.consortium_id FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.member_id = app.member()
      AND p.joined_at IS NOT NULL AND p.left_at IS NULL
    UNION
    SELECT c.id FROM public.consortium c
    WHERE c.cluster_id = app.cluster() AND c.lead_member_id = app.member()"""

INVITATIONS = PARTIES.split("    UNION", maxsplit=1)[0].replace(
    "joined_at IS NOT NULL", "joined_at IS NULL"
)

# A rival's own people see nothing by being named: they are the company that is kept apart.
OF_A_RIVAL = f"""
      SELECT theirs.lot_id FROM {RIVALS}
      JOIN public.party p ON p.cluster_id = theirs.cluster_id
        AND p.consortium_id = theirs.consortium_id
        AND p.joined_at IS NOT NULL AND p.left_at IS NULL
      JOIN public.membership w ON w.cluster_id = p.cluster_id AND w.member_id = p.member_id
        AND w.person_id = app.my_person() AND w.ended_at IS NULL
      WHERE mine.cluster_id = app.cluster() AND NOT {LET_THROUGH}"""
NAMED_ON = f"""
    SELECT n.consortium_id FROM public.named_person n
    WHERE n.cluster_id = app.cluster() AND n.person_id = app.my_person() AND n.left_at IS NULL
      AND NOT EXISTS ({OF_A_RIVAL} AND mine.consortium_id = n.consortium_id)"""

ARRAYS = {
    "party_to": unwalled(PARTIES),
    "my_consortia": unwalled(f"{PARTIES}\n    UNION{NAMED_ON}"),
    "invited_to": unwalled(INVITATIONS),
    "my_parties": f"""
    SELECT p.id FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.member_id = app.member()
      AND p.joined_at IS NOT NULL AND p.left_at IS NULL
      AND p.consortium_id <> ALL ({WALLED_OFF}::uuid[])""",
}

# Why a consortium is shut to who would be inside, and on which lots; no row for a stranger.
WALLS_BEFORE = f"""
CREATE FUNCTION app.walls_before(consortium uuid) RETURNS TABLE (ground text, lot_id uuid)
STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH own AS MATERIALIZED (
    SELECT true AS company FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.consortium_id = consortium
      AND p.member_id = app.member() AND p.left_at IS NULL
    UNION ALL
    SELECT false FROM public.named_person n
    WHERE n.cluster_id = app.cluster() AND n.consortium_id = consortium
      AND n.person_id = app.my_person() AND n.left_at IS NULL)
  SELECT 'person_saw', theirs.lot_id FROM public.wall theirs
  WHERE theirs.cluster_id = app.cluster() AND theirs.person_id = app.my_person()
    AND theirs.consortium_id = consortium AND NOT {LET_THROUGH} AND EXISTS (SELECT FROM own)
  UNION
  SELECT 'in_rival', r.lot_id FROM ({OF_A_RIVAL} AND mine.consortium_id = consortium) r
  WHERE EXISTS (SELECT FROM own) AND NOT EXISTS (SELECT FROM own WHERE own.company);
END
"""

# What the caller, company and person, is held to on these lots in other consortia. It reads past
# the wall: what a person is kept from seeing binds the company all the same.
HELD = f"""
CREATE FUNCTION app.held(lots uuid[], but uuid) RETURNS TABLE (ground text, lot_id uuid)
STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH theirs AS MATERIALIZED (
    SELECT l.consortium_id, l.lot_id, c.lead_member_id, c.state <> 'lost' AS running
    FROM public.consortium_lot l
    JOIN public.consortium c ON c.cluster_id = l.cluster_id AND c.id = l.consortium_id
    WHERE l.cluster_id = app.cluster() AND l.lot_id = ANY (lots)
      AND l.consortium_id IS DISTINCT FROM but)
  SELECT 'leads', theirs.lot_id FROM theirs WHERE lead_member_id = app.member() AND running
  UNION
  SELECT 'in_rival', theirs.lot_id FROM theirs
  JOIN public.party p ON p.cluster_id = app.cluster() AND p.consortium_id = theirs.consortium_id
  WHERE running AND p.member_id = app.member() AND p.joined_at IS NOT NULL AND p.left_at IS NULL
    AND NOT {COMPANY_LET_THROUGH}
  UNION
  SELECT 'company_saw', theirs.lot_id FROM theirs
  JOIN public.opening o ON o.cluster_id = app.cluster() AND o.consortium_id = theirs.consortium_id
  WHERE o.member_id = app.member() AND NOT {COMPANY_LET_THROUGH}
  UNION
  SELECT 'person_saw', theirs.lot_id FROM theirs
  JOIN public.opening o ON o.cluster_id = app.cluster() AND o.consortium_id = theirs.consortium_id
  WHERE o.person_id = app.my_person() AND NOT {LET_THROUGH}
  UNION
  SELECT 'person_in', theirs.lot_id FROM theirs
  JOIN public.party p ON p.cluster_id = app.cluster() AND p.consortium_id = theirs.consortium_id
  WHERE running AND p.joined_by = app.my_person() AND p.member_id <> app.member()
    AND p.left_at IS NULL AND NOT {LET_THROUGH}
  UNION
  SELECT CASE WHEN p.member_id = app.member() THEN 'company_signed' ELSE 'person_signed' END,
    theirs.lot_id
  FROM theirs
  JOIN public.approval a ON a.cluster_id = app.cluster() AND a.consortium_id = theirs.consortium_id
  JOIN public.agreement g ON g.cluster_id = a.cluster_id AND g.id = a.agreement_id
  JOIN public.party p ON p.cluster_id = a.cluster_id AND p.id = a.party_id
  WHERE g.withdrawn_at IS NULL
    AND (p.member_id = app.member() OR a.person_id = app.my_person());
END
"""

# A wall rises when a person first opens one of two rivals: the first that they saw keeps them on
# its side. The lock lets the birth of a rival and the opening be seen by whichever is second.
RAISE_AT_OPENING = """
CREATE FUNCTION app.raise_at_opening() RETURNS trigger
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
    ORDER BY c.lot_id) l;
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
RAISE_AT_BIRTH = """
CREATE FUNCTION app.raise_at_birth() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('wall ' || NEW.lot_id, 0));
  INSERT INTO public.wall (cluster_id, id, person_id, consortium_id, lot_id)
  SELECT NEW.cluster_id, gen_random_uuid(), seen.person_id, NEW.consortium_id, NEW.lot_id
  FROM (SELECT DISTINCT o.person_id
    FROM public.consortium_lot theirs JOIN public.opening o
      ON o.cluster_id = theirs.cluster_id AND o.consortium_id = theirs.consortium_id
    WHERE theirs.cluster_id = NEW.cluster_id AND theirs.lot_id = NEW.lot_id
      AND theirs.consortium_id <> NEW.consortium_id) seen;
  RETURN NULL;
END $$
"""
WALLS_SO_FAR = """
INSERT INTO wall (cluster_id, id, person_id, consortium_id, lot_id)
SELECT DISTINCT ON (o.cluster_id, o.person_id, mine.consortium_id, mine.lot_id)
  o.cluster_id, gen_random_uuid(), o.person_id, mine.consortium_id, mine.lot_id
FROM opening o
JOIN consortium_lot theirs
  ON theirs.cluster_id = o.cluster_id AND theirs.consortium_id = o.consortium_id
JOIN consortium_lot mine
  ON mine.cluster_id = theirs.cluster_id AND mine.lot_id = theirs.lot_id
  AND mine.consortium_id <> theirs.consortium_id
WHERE NOT EXISTS (SELECT FROM opening own
  WHERE own.cluster_id = o.cluster_id AND own.person_id = o.person_id
    AND own.consortium_id = mine.consortium_id AND own.id < o.id)
"""

OF_THE_CLUSTER = """
CREATE FUNCTION app.has_membership(person uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM public.membership m
    WHERE m.cluster_id = app.cluster() AND m.person_id = person AND m.ended_at IS NULL);
END
"""
WORKS_FOR = """
CREATE FUNCTION app.works_for(member uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM public.membership m
    WHERE m.cluster_id = app.cluster() AND m.person_id = app.my_person() AND m.member_id = member
      AND m.ended_at IS NULL);
END
"""
NEW = {
    "walls_before(uuid)": WALLS_BEFORE,
    "held(uuid[], uuid)": HELD,
    "has_membership(uuid)": OF_THE_CLUSTER,
    "works_for(uuid)": WORKS_FOR,
}

# As 0007 has it, without those who are only named.
ANSWERS_FOR = f"""
CREATE OR REPLACE FUNCTION app.answers_for(member uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT coalesce(member = app.member(), false) OR app.oversees()
    OR current_setting('role') = '{JOB}'
    OR EXISTS (SELECT FROM public.party p
      WHERE p.cluster_id = app.cluster() AND p.member_id = member AND p.joined_at IS NOT NULL
        AND p.consortium_id = ANY (app.party_to()));
END
"""

STATE_MOVES = f"""
CREATE FUNCTION app.state_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN
    ({", ".join(f"'{move}'" for move in MOVES)})
  THEN
    RAISE EXCEPTION 'a joint answer does not go from % to %', OLD.state, NEW.state
    USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""


def array(name: str, body: str) -> str:
    """The SQL of a function that gives ids."""
    return (
        f"CREATE OR REPLACE FUNCTION app.{name}() RETURNS uuid[] STABLE SECURITY DEFINER"
        f" BEGIN ATOMIC SELECT ARRAY({body}); END"
    )


def upgrade() -> None:
    """Tables, functions, then policies that stand on them."""
    for name, body in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" {body}, PRIMARY KEY (cluster_id, id))"
        )
    for index in INDEXES:
        op.execute(f"CREATE {index}")
    op.execute("ALTER TABLE party ADD COLUMN joined_by uuid")
    op.execute(f"GRANT UPDATE (joined_by) ON party TO {SERVING}, {JOB}")
    create_functions()
    raise_walls()
    wall_tables()
    close_writing()
    keep_states_in_order()


def create_functions() -> None:
    """Who is inside what, and what is held against whom."""
    for name in TABLES:
        open_to_helper(name)
    with as_helper():
        for body in NEW.values():
            op.execute(body)
        for name, body in ARRAYS.items():
            op.execute(array(name, body))
        op.execute(ANSWERS_FOR)
        op.execute("DROP FUNCTION app.signed_elsewhere")
        for name in (*NEW, *(f"{one}()" for one in ARRAYS)):
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")


def raise_walls() -> None:
    """Between those who have met so far, then whenever two do."""
    op.execute(WALLS_SO_FAR)
    op.execute(f"GRANT INSERT ON wall TO {HELPER}")
    op.execute(f"CREATE POLICY helper_raises ON wall FOR INSERT TO {HELPER} WITH CHECK (true)")
    with as_helper():
        for body in (RAISE_AT_OPENING, RAISE_AT_BIRTH):
            op.execute(body)
        op.execute(
            "REVOKE EXECUTE ON FUNCTION app.raise_at_opening, app.raise_at_birth FROM PUBLIC"
        )
        op.execute(
            "GRANT EXECUTE ON FUNCTION app.raise_at_opening, app.raise_at_birth TO SESSION_USER"
        )
    for table, act in (("opening", "opening"), ("consortium_lot", "birth")):
        op.execute(
            f"CREATE TRIGGER raise_walls AFTER INSERT ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION app.raise_at_{act}()"
        )


def wall_tables() -> None:
    """Named people: the parties'. Decisions: overseers', and those of whom they speak."""
    wall("wall", visible="false", grants="SELECT")
    wall(
        "named_person",
        visible=PARTY,
        writable=f"({LED} AND named_by = app.my_person() AND app.has_membership(person_id))",
        grants="SELECT, INSERT, UPDATE (left_at)",
    )
    # One who is named may leave, whoever named them; nothing else of the row can change.
    op.execute(
        f"CREATE POLICY ending ON named_person FOR UPDATE TO {SERVING}"
        f" USING ({OWN} OR {LED}) WITH CHECK ({OWN} OR {LED})"
    )
    wall(
        "wall_decision",
        visible=f"{OVERSEEN} OR {OWN} OR member_id = app.member()",
        writable="app.coordinates() AND person_id IS DISTINCT FROM app.my_person()"
        " AND (member_id IS NULL OR NOT app.works_for(member_id))",
        grants="SELECT, INSERT, UPDATE (withdrawn_by, withdrawn_at)",
    )
    op.execute(
        f"CREATE POLICY signed ON wall_decision AS RESTRICTIVE FOR INSERT TO {SERVING}"
        " WITH CHECK (decided_by = app.my_person() AND withdrawn_at IS NULL)"
    )


def close_writing() -> None:
    """Those who are named act on nothing; nobody acts in another's name."""
    op.execute(
        f"ALTER POLICY visible ON consortium USING ({MINE} OR {OVERSEEN})"
        " WITH CHECK (id = ANY ((SELECT app.party_to())::uuid[]) OR lead_member_id = app.member())"
    )
    op.execute(
        f"CREATE POLICY begins ON consortium AS RESTRICTIVE FOR INSERT TO {SERVING}"
        " WITH CHECK (state = 'forming' AND lead_member_id = app.member())"
    )
    for table, word in WRITABLE.items():
        op.execute(f"ALTER POLICY visible ON {table} WITH CHECK ({word})")
    for table in SIGNED:
        op.execute(
            f"CREATE POLICY signed ON {table} AS RESTRICTIVE FOR INSERT TO {SERVING}"
            f" WITH CHECK ({OWN})"
        )
    op.execute(f"ALTER POLICY visible ON opening WITH CHECK ({OWN} AND ({PARTY} OR {OVERSEEN}))")


def keep_states_in_order() -> None:
    """No state is skipped, and none is walked back without its own act."""
    op.execute(STATE_MOVES)
    op.execute("REVOKE EXECUTE ON FUNCTION app.state_moves FROM PUBLIC")
    op.execute(
        "CREATE TRIGGER state_moves BEFORE UPDATE OF state ON consortium"
        " FOR EACH ROW EXECUTE FUNCTION app.state_moves()"
    )


def downgrade() -> None:
    """Rivals are told apart by company alone again."""
    for table in ("opening", "consortium_lot"):
        op.execute(f"DROP TRIGGER raise_walls ON {table}")
    op.execute("DROP TRIGGER state_moves ON consortium")
    op.execute("DROP FUNCTION app.state_moves")
    op.execute(f"ALTER POLICY visible ON opening WITH CHECK ({OWN})")
    for table in SIGNED:
        op.execute(f"DROP POLICY signed ON {table}")
    for table in WRITABLE:
        op.execute(f"ALTER POLICY visible ON {table} WITH CHECK ({PARTY})")
    op.execute("DROP POLICY begins ON consortium")
    lead = f"{MINE} OR lead_member_id = app.member()"
    op.execute(
        f"ALTER POLICY visible ON consortium USING ({lead} OR {OVERSEEN}) WITH CHECK ({lead})"
    )
    for name in TABLES:
        op.execute(f"DROP POLICY visible ON {name}")
    op.execute("DROP POLICY ending ON named_person")
    op.execute("DROP POLICY signed ON wall_decision")
    with as_helper():
        op.execute(ANSWERS_FOR.replace("app.party_to()", "app.my_consortia()"))
        op.execute("DROP FUNCTION app.raise_at_opening, app.raise_at_birth")
        op.execute("DROP FUNCTION app.party_to, app.my_parties, app.held, app.walls_before")
        op.execute(array("my_consortia", PARTIES))
        op.execute(array("invited_to", INVITATIONS))
        op.execute("DROP FUNCTION app.has_membership, app.works_for")
        op.execute(SIGNED_ELSEWHERE)
        op.execute("REVOKE EXECUTE ON FUNCTION app.signed_elsewhere FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.signed_elsewhere TO {SERVING}")
    for name in TABLES:
        op.drop_table(name)
    op.execute("DROP INDEX ix_consortium_lot_lot")
    op.execute("ALTER TABLE party DROP COLUMN joined_by")


SIGNED_ELSEWHERE = """
CREATE FUNCTION app.signed_elsewhere(consortium uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT 1 FROM public.approval a
    JOIN public.party p ON p.cluster_id = a.cluster_id AND p.id = a.party_id
    JOIN public.agreement g ON g.cluster_id = a.cluster_id AND g.id = a.agreement_id
    JOIN public.consortium_lot l
      ON l.cluster_id = a.cluster_id AND l.consortium_id = a.consortium_id
    JOIN public.consortium_lot mine
      ON mine.cluster_id = l.cluster_id AND mine.lot_id = l.lot_id
    WHERE a.cluster_id = app.cluster() AND a.person_id = app.my_person()
      AND a.consortium_id <> consortium AND mine.consortium_id = consortium
      AND p.member_id <> app.member() AND g.withdrawn_at IS NULL);
END
"""
