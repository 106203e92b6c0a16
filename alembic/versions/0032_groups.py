"""Notices of one procedure are one group; likely pairs, and each cluster's word on them.

Revision 0032, after 0031.
"""

from alembic import op

from app.infra.db.walls import IMPORTER, JOB, SERVING, wall

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# Two notices that may be one procedure, by what their sources say of buyer, title and deadline.
PAIRS = """
CREATE TABLE notice_pair (
  id uuid PRIMARY KEY,
  notice_id uuid NOT NULL REFERENCES notice, other_id uuid NOT NULL REFERENCES notice,
  why jsonb NOT NULL, found_at timestamptz NOT NULL,
  CONSTRAINT uq_notice_pair_notices UNIQUE (notice_id, other_id),
  CONSTRAINT ck_notice_pair_order CHECK (notice_id < other_id)
)
"""

DECISIONS = """
CREATE TABLE pair_decision (
  cluster_id uuid NOT NULL REFERENCES cluster, pair_id uuid NOT NULL REFERENCES notice_pair,
  same boolean NOT NULL, decided_by uuid NOT NULL, decided_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, pair_id)
)
"""

# The groups that a cluster takes for one, by their keys: made of its decisions, here alone. A
# group's key is its id; that of a notice in no group is its own.
JOINED = """
CREATE TABLE joined_group (
  cluster_id uuid NOT NULL REFERENCES cluster, key uuid NOT NULL, root uuid NOT NULL,
  PRIMARY KEY (cluster_id, key)
)
"""

JOIN_GROUPS = """
CREATE FUNCTION app.join_groups(cluster uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('joined groups ' || cluster, 0));
  DELETE FROM public.joined_group j WHERE j.cluster_id = cluster;
  WITH RECURSIVE said AS (
    SELECT coalesce(a.group_id, a.id) AS one, coalesce(b.group_id, b.id) AS two
    FROM public.pair_decision d
    JOIN public.notice_pair p ON p.id = d.pair_id
    JOIN public.notice a ON a.id = p.notice_id
    JOIN public.notice b ON b.id = p.other_id
    WHERE d.cluster_id = cluster AND d.same),
  edge AS (
    SELECT one, two FROM said WHERE one <> two UNION SELECT two, one FROM said WHERE one <> two),
  walk (key, root) AS (
    SELECT one, one FROM edge
    UNION SELECT e.two, w.root FROM walk w JOIN edge e ON e.one = w.key)
  INSERT INTO public.joined_group (cluster_id, key, root)
  SELECT DISTINCT ON (key) cluster, key, root FROM walk ORDER BY key, root;
END $$
"""

DECIDED = """
CREATE FUNCTION app.pair_decided() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM app.join_groups(NEW.cluster_id);
  RETURN NULL;
END $$
"""

# An import has found that groups are one. It learns nothing of who had joined them.
REGROUP = """
CREATE FUNCTION app.regroup(keys uuid[], roots uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.notice n SET group_id = k.root FROM unnest(keys, roots) AS k (key, root)
  WHERE (n.group_id = k.key OR n.id = k.key AND n.group_id IS NULL)
    AND n.group_id IS DISTINCT FROM k.root;
  PERFORM app.join_groups(c.cluster_id) FROM (
    SELECT DISTINCT j.cluster_id FROM public.joined_group j
    JOIN unnest(keys, roots) AS k (key, root) ON j.key = k.key AND k.key <> k.root
    ORDER BY 1) c;
END $$
"""

KIN = """
CREATE FUNCTION app.kin(notice uuid) RETURNS uuid[] STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT array_agg(o.id) FROM public.notice n
  CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT coalesce(n.group_id, n.id)
    UNION SELECT b.key FROM public.joined_group a
    JOIN public.joined_group b ON b.cluster_id = a.cluster_id AND b.root = a.root
    WHERE a.cluster_id = app.cluster() AND a.key = coalesce(n.group_id, n.id)) AS keys) k
  JOIN public.notice o ON o.id = ANY (k.keys) OR o.group_id = ANY (k.keys)
  WHERE n.id = $1;
END
"""

FOLLOWERS = """
CREATE OR REPLACE FUNCTION app.followers(notice uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.cluster_id FROM public.tender t WHERE t.notice_id = notice
  UNION
  SELECT t.cluster_id FROM public.notice n
  JOIN public.joined_group a ON a.key = coalesce(n.group_id, n.id)
  JOIN public.joined_group b ON b.cluster_id = a.cluster_id AND b.root = a.root
  JOIN public.notice o ON o.id = b.key OR o.group_id = b.key
  JOIN public.tender t ON t.cluster_id = b.cluster_id AND t.notice_id = o.id
  WHERE n.id = notice
$$
"""

FOLLOWERS_0003 = """
CREATE OR REPLACE FUNCTION app.followers(notice uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT DISTINCT t.cluster_id FROM public.tender t WHERE t.notice_id = notice'
"""

# What was there, by the procedure that its source names. Corrections and awards that name no
# procedure but a notice join it as they come again.
PROCEDURE = "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
GROUPS_OF_BEFORE = f"""
UPDATE notice n SET group_id = g.id FROM (
  SELECT CASE WHEN procedure_id !~ {PROCEDURE} THEN source END AS source, procedure_id,
    min(id::text)::uuid AS id
  FROM notice WHERE procedure_id IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1) g
WHERE n.procedure_id = g.procedure_id AND n.source = coalesce(g.source, n.source)
"""

FITS = """
  n.kind = ANY (s.kinds)
  AND (s.concession IS NULL OR n.concession = s.concession)
  AND (s.natures IS NULL OR n.nature = ANY (s.natures))
  AND (s.estimate_from IS NULL OR n.estimate_cents IS NULL OR n.currency <> 'EUR'
    OR n.estimate_cents >= s.estimate_from)
  AND (s.estimate_to IS NULL OR n.estimate_cents IS NULL OR n.currency <> 'EUR'
    OR n.estimate_cents <= s.estimate_to)
  AND (s.days_from IS NULL OR n.deadline_at IS NULL
    OR n.deadline_at >= $2 + s.days_from * interval '1 day')
  AND (s.days_to IS NULL OR n.deadline_at IS NULL
    OR n.deadline_at <= $2 + s.days_to * interval '1 day')
  AND (s.departments IS NULL OR n.departments && s.departments OR n.nuts_branches && s.nuts)
  AND (s.cpv IS NULL OR n.cpv_branches && s.cpv)
  AND (s.query IS NULL OR n.search @@ s.query)
  AND (s.procedures IS NULL
    OR to_tsvector('french'::regconfig, app.fold(n.procedure)) @@ s.procedure_query)
  AND (s.reserved IS NULL OR n.reserved && s.reserved
    OR jsonb_path_query_array(n.lots, '$[*].reserved[*]') ?| s.reserved)
  AND (s.buyers IS NULL AND s.sirens IS NULL OR left(n.buyer_siret, 9) = ANY (s.sirens)
    OR to_tsvector('french'::regconfig, app.fold(n.buyer)) @@ s.buyer_query)"""

WORTH = """n.published_on >= ($2 AT TIME ZONE 'UTC')::date - 90
      AND (n.deadline_at IS NULL OR n.deadline_at > $2)"""

# As in 0031; and what another source of the procedure has told already is told no more: the
# second call of a procedure in one source echoes the second one in the other, and so on.
MATCH = f"""
CREATE OR REPLACE FUNCTION app.match(notices uuid[], at timestamptz) RETURNS bigint
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
      n.lots, n.buyer, n.buyer_siret, n.source, n.published_on,
      coalesce(n.group_id, n.id) AS key, n.group_id IS NOT NULL
        OR EXISTS (SELECT FROM public.joined_group j WHERE j.key = n.id) AS grouped,
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
    WHERE {FITS}),
  ranked AS (
    SELECT f.cluster_id, f.search_id, f.notice_id, n.source, n.kind, n.key,
      row_number() OVER (PARTITION BY f.cluster_id, f.search_id, n.key, n.kind
        ORDER BY n.published_on, n.id) AS place
    FROM found f JOIN arrived n ON n.id = f.notice_id WHERE n.grouped),
  echo AS MATERIALIZED (
    SELECT r.cluster_id, r.search_id, r.notice_id FROM ranked r
    CROSS JOIN LATERAL (
      SELECT p.source, count(*) AS told
      FROM (SELECT r.key UNION SELECT b.key FROM public.joined_group a
        JOIN public.joined_group b ON b.cluster_id = a.cluster_id AND b.root = a.root
        WHERE a.cluster_id = r.cluster_id AND a.key = r.key) k
      JOIN public.notice p ON p.group_id = k.key OR p.id = k.key
      JOIN public.search_match m ON m.cluster_id = r.cluster_id AND m.search_id = r.search_id
        AND m.notice_id = p.id AND m.lapsed_at IS NULL
      WHERE p.kind = r.kind AND p.id <> r.notice_id GROUP BY p.source) s
    GROUP BY r.cluster_id, r.search_id, r.notice_id, r.source, r.place
    HAVING max(told) FILTER (WHERE s.source <> r.source)
      >= r.place + coalesce(max(told) FILTER (WHERE s.source = r.source), 0)),
  news AS (
    INSERT INTO public.search_match AS known
      (cluster_id, id, search_id, member_id, notice_id, matched_at, silent)
    SELECT cluster_id, md5(search_id::text || notice_id)::uuid, search_id, member_id, notice_id,
      $2, e.search_id IS NOT NULL
    FROM found f LEFT JOIN echo e USING (cluster_id, search_id, notice_id)
    ORDER BY cluster_id, search_id, notice_id
    ON CONFLICT (cluster_id, search_id, notice_id) DO UPDATE
      SET lapsed_at = NULL, matched_at = $2, silent = excluded.silent
      WHERE known.lapsed_at IS NOT NULL
    RETURNING cluster_id, search_id, silent)
  INSERT INTO public.search_news AS due (cluster_id, search_id, since)
  SELECT DISTINCT cluster_id, search_id, $2 FROM news WHERE NOT silent ORDER BY 1, 2
  ON CONFLICT (cluster_id, search_id) DO UPDATE SET since = least(due.since, excluded.since)
  $match$ USING notices, at;
  GET DIAGNOSTICS searches = ROW_COUNT;
  RETURN searches;
END $$
"""

MATCH_0031 = f"""
CREATE OR REPLACE FUNCTION app.match(notices uuid[], at timestamptz) RETURNS bigint
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
    WHERE {FITS}),
  news AS (
    INSERT INTO public.search_match AS known
      (cluster_id, id, search_id, member_id, notice_id, matched_at, silent)
    SELECT cluster_id, md5(search_id::text || notice_id)::uuid, search_id, member_id, notice_id,
      $2, false
    FROM found ORDER BY cluster_id, search_id, notice_id
    ON CONFLICT (cluster_id, search_id, notice_id) DO UPDATE
      SET lapsed_at = NULL, matched_at = $2, silent = false WHERE known.lapsed_at IS NOT NULL
    RETURNING cluster_id, search_id)
  INSERT INTO public.search_news AS due (cluster_id, search_id, since)
  SELECT DISTINCT cluster_id, search_id, $2 FROM news ORDER BY 1, 2
  ON CONFLICT (cluster_id, search_id) DO UPDATE SET since = least(due.since, excluded.since)
  $match$ USING notices, at;
  GET DIAGNOSTICS searches = ROW_COUNT;
  RETURN searches;
END $$
"""


NEWS_KINDS = """ALTER TABLE tender_news
  DROP CONSTRAINT ck_tender_news_kind, ADD CONSTRAINT ck_tender_news_kind
  CHECK (kind IN ('followed', 'deadline_moved', 'corrected', 'cancelled', 'result'{}))"""

FUNCTIONS = {"join_groups": None, "pair_decided": None, "regroup": IMPORTER}


def upgrade() -> None:
    """Columns, tables, walls, functions, then the groups of what is there."""
    op.execute("ALTER TABLE notice ADD COLUMN group_id uuid")
    op.execute(GROUPS_OF_BEFORE)
    op.execute("CREATE INDEX ix_notice_group_id ON notice (group_id) WHERE group_id IS NOT NULL")
    for table in (PAIRS, DECISIONS, JOINED):
        op.execute(table)
    op.execute("CREATE INDEX ix_notice_pair_other_id ON notice_pair (other_id)")
    op.execute("CREATE INDEX ix_joined_group_root ON joined_group (cluster_id, root)")
    op.execute("CREATE INDEX ix_joined_group_key ON joined_group (key)")
    op.execute(f"GRANT SELECT ON notice_pair TO {SERVING}, {JOB}, {IMPORTER}")
    op.execute(f"GRANT INSERT ON notice_pair TO {IMPORTER}")
    wall(
        "pair_decision",
        writable="app.member() IS NULL AND (SELECT app.coordinates())",
        grants="SELECT, INSERT, UPDATE (same, decided_by, decided_at)",
    )
    wall("joined_group", grants="SELECT")
    for body in (JOIN_GROUPS, DECIDED, REGROUP, KIN):
        op.execute(body)
    for name, caller in FUNCTIONS.items():
        op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
        if caller:
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {caller}")
    op.execute("REVOKE EXECUTE ON FUNCTION app.kin FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.kin TO {SERVING}, {JOB}")
    op.execute("""
        CREATE TRIGGER pair_decided AFTER INSERT OR UPDATE ON pair_decision
        FOR EACH ROW EXECUTE FUNCTION app.pair_decided()
    """)
    op.execute(FOLLOWERS)
    op.execute(MATCH)
    op.execute(NEWS_KINDS.format(", 'echo'"))


def downgrade() -> None:
    """Each notice by itself again."""
    op.execute("UPDATE tender_news SET kind = 'corrected' WHERE kind = 'echo'")
    op.execute(NEWS_KINDS.format(""))
    op.execute(MATCH_0031)
    op.execute(FOLLOWERS_0003)
    op.execute("DROP FUNCTION app.kin, app.regroup")
    for table in ("joined_group", "pair_decision", "notice_pair"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION app.pair_decided, app.join_groups")
    op.execute("DROP INDEX ix_notice_group_id")
    op.execute("ALTER TABLE notice DROP COLUMN group_id")
