"""Saved searches, what they match, and what each company makes of it.

Revision 0026, after 0025.
"""

from alembic import op

from app.infra.db.walls import ACTIVE, JOB, PRESENT, SERVING, as_helper, wall

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# Names as buyers are written: any of them, its words in any order.
NAMED = """
CREATE FUNCTION app.named(names text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
  SELECT app.any_of(plainto_tsquery('french'::regconfig, app.fold(name)))
  FROM unnest(names) AS name)
"""

SEARCHES = """
CREATE TABLE saved_search (
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,
  member_id uuid, name text NOT NULL, criteria jsonb NOT NULL, version bigint NOT NULL,
  created_by uuid NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  ended_at timestamptz,
  words jsonb,
  query tsquery GENERATED ALWAYS AS (CASE WHEN words IS NOT NULL THEN app.asked(words) END) STORED,
  cpv text[], departments text[], nuts text[], sirens text[],
  buyers text[], buyer_query tsquery GENERATED ALWAYS AS (app.named(buyers)) STORED,
  procedures text[], procedure_query tsquery GENERATED ALWAYS AS (app.named(procedures)) STORED,
  natures text[], concession boolean, estimate_from bigint, estimate_to bigint,
  days_from bigint, days_to bigint, reserved text[], kinds text[] NOT NULL,
  anchors text[] NOT NULL,
  PRIMARY KEY (cluster_id, id),
  FOREIGN KEY (cluster_id, member_id) REFERENCES member,
  CONSTRAINT ck_saved_search_words CHECK (numnode(query) > 0),
  CONSTRAINT ck_saved_search_anchors CHECK (anchors <> '{}'),
  CONSTRAINT ck_saved_search_places CHECK ((departments IS NULL) = (nuts IS NULL))
)
"""

# Neither cluster nor notice is referenced: the search has the one in its key, the other is read by
# the statement that writes the match, and neither is ever deleted. Their checks, row by row, took
# more time than finding the matches and writing them.
MATCHES = """
CREATE TABLE search_match (
  cluster_id uuid NOT NULL, id uuid NOT NULL,
  search_id uuid NOT NULL, member_id uuid, notice_id uuid NOT NULL,
  matched_at timestamptz NOT NULL,
  lapsed_at timestamptz, silent boolean NOT NULL,
  PRIMARY KEY (cluster_id, id),
  FOREIGN KEY (cluster_id, search_id) REFERENCES saved_search,
  CONSTRAINT uq_search_match_notice UNIQUE (cluster_id, search_id, notice_id)
)
"""

# Searches that found something of which nobody was told yet: a row a search, not a match.
NEWS = """
CREATE TABLE search_news (
  cluster_id uuid NOT NULL, search_id uuid NOT NULL,
  PRIMARY KEY (cluster_id, search_id),
  FOREIGN KEY (cluster_id, search_id) REFERENCES saved_search
)
"""

DECISIONS = """
CREATE TABLE match_decision (
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,
  match_id uuid NOT NULL, holder uuid NOT NULL, member_id uuid,
  state text NOT NULL, reason text, assigned_to uuid,
  decided_by uuid NOT NULL, decided_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id),
  FOREIGN KEY (cluster_id, match_id) REFERENCES search_match,
  FOREIGN KEY (cluster_id, member_id) REFERENCES member,
  CONSTRAINT uq_match_decision_holder UNIQUE (cluster_id, match_id, holder),
  CONSTRAINT ck_match_decision_holder CHECK (holder = coalesce(member_id, cluster_id)),
  CONSTRAINT ck_match_decision_state CHECK (
    state = 'new' AND reason IS NULL AND assigned_to IS NULL
    OR state = 'dismissed' AND reason <> '' AND assigned_to IS NULL
    OR state = 'assigned' AND reason IS NULL AND assigned_to IS NOT NULL)
)
"""

INDEXES = (
    "ix_saved_search_member ON saved_search (cluster_id, member_id) WHERE ended_at IS NULL",
    "ix_search_match_newest ON search_match (cluster_id, search_id, matched_at DESC, id DESC)",
    "ix_search_match_notice ON search_match (notice_id)",
)

# Whether a notice is what a search asks for, as of an instant. What costs least comes first. What
# a notice leaves unsaid (estimate, deadline) rules it out of no search: nobody misses a call.
FITS = """
  n.kind = ANY (s.kinds)
  AND (s.concession IS NULL OR n.concession = s.concession)
  AND (s.natures IS NULL OR n.nature = ANY (s.natures))
  AND (s.estimate_from IS NULL OR n.estimate_cents IS NULL OR n.currency <> 'EUR'
    OR n.estimate_cents >= s.estimate_from)
  AND (s.estimate_to IS NULL OR n.estimate_cents IS NULL OR n.currency <> 'EUR'
    OR n.estimate_cents <= s.estimate_to)
  AND (s.days_from IS NULL OR n.deadline_at IS NULL
    OR n.deadline_at >= {at} + s.days_from * interval '1 day')
  AND (s.days_to IS NULL OR n.deadline_at IS NULL
    OR n.deadline_at <= {at} + s.days_to * interval '1 day')
  AND (s.departments IS NULL OR n.departments && s.departments OR n.nuts_branches && s.nuts)
  AND (s.cpv IS NULL OR n.cpv_branches && s.cpv)
  AND (s.query IS NULL OR n.search @@ s.query)
  AND (s.procedures IS NULL
    OR to_tsvector('french'::regconfig, app.fold(n.procedure)) @@ s.procedure_query)
  AND (s.reserved IS NULL OR n.reserved && s.reserved
    OR jsonb_path_query_array(n.lots, '$[*].reserved[*]') ?| s.reserved)
  AND (s.buyers IS NULL AND s.sirens IS NULL OR left(n.buyer_siret, 9) = ANY (s.sirens)
    OR to_tsvector('french'::regconfig, app.fold(n.buyer)) @@ s.buyer_query)"""

FITS_FUNCTION = f"""
CREATE FUNCTION app.fits(n public.notice, s public.saved_search, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE RETURN ({FITS.format(at="at")})
"""

WORTH = """n.published_on >= ($2 AT TIME ZONE 'UTC')::date - 90
      AND (n.deadline_at IS NULL OR n.deadline_at > $2)"""

# A search is a candidate for a notice that bears one of its anchors: a lexeme, a branch, a place
# that no match can do without. Candidates alone are judged. Set by set, for all clusters: it
# tells the job that calls it how many searches have news, and nothing of whose they are. By
# EXECUTE it is planned for as many notices as there are; what checks references keeps its plans.
MATCH = f"""
CREATE FUNCTION app.match(notices uuid[], at timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET jit = off SET work_mem = '64MB' AS $$
DECLARE searches bigint;
BEGIN
  UPDATE public.search_match m SET lapsed_at = at
  FROM public.saved_search s, public.notice n
  WHERE m.notice_id = ANY (notices) AND m.lapsed_at IS NULL AND n.id = m.notice_id
    AND s.cluster_id = m.cluster_id AND s.id = m.search_id
    AND app.fits(n, s, at) IS NOT TRUE;

  EXECUTE $match$
  WITH arrived AS MATERIALIZED (
    SELECT n.id, n.kind, n.concession, n.nature, n.estimate_cents, n.currency,
      n.deadline_at, n.departments, n.nuts_branches, n.cpv_branches, n.procedure, n.reserved,
      n.lots, n.buyer, n.buyer_siret,
      n.search || ''::tsvector AS search  -- out of storage once, not once per candidate
    FROM public.notice n WHERE n.id = ANY ($1) AND {WORTH}),
  bears AS (
    SELECT id, '*' AS key FROM arrived
    UNION ALL SELECT id, 'w' || unnest(tsvector_to_array(search)) FROM arrived
    UNION ALL SELECT id, 'c' || unnest(cpv_branches) FROM arrived
    UNION ALL SELECT id, 'd' || unnest(departments) FROM arrived
    UNION ALL SELECT id, 'n' || unnest(nuts_branches) FROM arrived
    UNION ALL SELECT id, 's' || left(buyer_siret, 9) FROM arrived),
  anchor AS MATERIALIZED (
    SELECT s.cluster_id, s.id, unnest(s.anchors) AS key FROM public.saved_search s
    LEFT JOIN public.member c ON c.cluster_id = s.cluster_id AND c.id = s.member_id
    WHERE s.ended_at IS NULL AND (s.member_id IS NULL OR c.state IN ('active', 'suspended'))),
  candidate AS MATERIALIZED (
    SELECT a.cluster_id, a.id AS search_id, b.id AS notice_id
    FROM bears b JOIN anchor a USING (key)),
  found AS MATERIALIZED (
    SELECT DISTINCT s.cluster_id, s.id AS search_id, s.member_id, n.id AS notice_id
    FROM candidate c
    JOIN public.saved_search s ON s.cluster_id = c.cluster_id AND s.id = c.search_id
    JOIN arrived n ON n.id = c.notice_id
    WHERE {FITS.format(at="$2")}),
  news AS (
    INSERT INTO public.search_match AS known
      (cluster_id, id, search_id, member_id, notice_id, matched_at, silent)
    SELECT cluster_id, md5(search_id::text || notice_id)::uuid, search_id, member_id, notice_id,
      $2, false
    FROM found ORDER BY cluster_id, search_id, notice_id
    ON CONFLICT (cluster_id, search_id, notice_id) DO UPDATE
      SET lapsed_at = NULL, matched_at = $2, silent = false WHERE known.lapsed_at IS NOT NULL
    RETURNING cluster_id, search_id)
  INSERT INTO public.search_news (cluster_id, search_id)
  SELECT DISTINCT cluster_id, search_id FROM news ORDER BY 1, 2 ON CONFLICT DO NOTHING
  $match$ USING notices, at;
  GET DIAGNOSTICS searches = ROW_COUNT;
  RETURN searches;
END $$
"""

TO_TELL = """
CREATE FUNCTION app.clusters_to_tell() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT DISTINCT cluster_id FROM public.search_news'
"""

COLLEAGUE = """
CREATE FUNCTION app.is_colleague(person uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM public.membership m
    WHERE m.cluster_id = app.cluster() AND m.person_id = person AND m.ended_at IS NULL
      AND m.member_id IS NOT DISTINCT FROM app.member());
END
"""

# A search tells a strategy: a company's own, and what it finds, are its own people's.
VISIBLE = f"(member_id = app.member() OR member_id IS NULL AND {PRESENT})"
OWN_SEARCH = (
    f"(CASE WHEN app.member() IS NULL THEN member_id IS NULL AND (SELECT app.coordinates())"
    f" ELSE member_id = app.member() AND {ACTIVE} END)"
)
OWN = "(member_id IS NOT DISTINCT FROM app.member())"
OWN_WORD = f"""({OWN} AND (app.member() IS NOT NULL OR (SELECT app.coordinates()))
  AND match_id IN (SELECT m.id FROM search_match m WHERE m.cluster_id = app.cluster()))"""
COMPILED = (
    "name, criteria, version, updated_at, ended_at, words, cpv, departments, nuts, sirens, buyers,"
    " procedures, natures, concession, estimate_from, estimate_to, days_from, days_to, reserved,"
    " kinds, anchors"
)


def upgrade() -> None:
    """Tables, who sees them, and the functions that match."""
    op.execute(NAMED)
    for table in (SEARCHES, MATCHES, NEWS, DECISIONS):
        op.execute(table)
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")
    op.execute("ALTER TABLE event ADD COLUMN member_id uuid")
    op.execute(
        f"CREATE POLICY of_a_company ON event AS RESTRICTIVE TO {SERVING}"
        " USING (member_id IS NULL OR member_id = app.member())"
    )
    op.execute(FITS_FUNCTION)
    op.execute("GRANT EXECUTE ON FUNCTION app.named TO PUBLIC")
    op.execute("REVOKE EXECUTE ON FUNCTION app.fits FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.fits TO {SERVING}, {JOB}")
    raise_walls()
    for body, name in ((MATCH, "match"), (TO_TELL, "clusters_to_tell")):
        op.execute(body)
        op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {JOB}")
    with as_helper():
        op.execute(COLLEAGUE)
        op.execute("REVOKE EXECUTE ON FUNCTION app.is_colleague FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.is_colleague TO {SERVING}")


def raise_walls() -> None:
    """The cluster's searches are everyone's, a company's its own; so is what they find."""
    wall(
        "saved_search",
        visible=VISIBLE,
        writable=OWN_SEARCH,
        grants=f"SELECT, INSERT, UPDATE ({COMPILED})",
    )
    wall("search_match", visible=VISIBLE, grants="SELECT")
    op.execute(f"GRANT INSERT, UPDATE ON search_match TO {JOB}")
    wall("search_news", visible="false", grants="SELECT")
    op.execute(f"GRANT INSERT, DELETE ON search_news TO {JOB}")
    wall(
        "match_decision",
        visible=OWN,
        writable=OWN_WORD,
        grants="SELECT, INSERT, UPDATE (state, reason, assigned_to, decided_by, decided_at)",
    )


def downgrade() -> None:
    """Forget every search."""
    with as_helper():
        op.execute("DROP FUNCTION app.is_colleague")
    op.execute("DROP FUNCTION app.clusters_to_tell, app.match, app.fits")
    for table in ("match_decision", "search_news", "search_match", "saved_search"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION app.named")
    op.execute("DROP POLICY of_a_company ON event")
    op.execute("ALTER TABLE event DROP COLUMN member_id")
