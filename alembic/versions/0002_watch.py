"""Sources, import runs, notices and their versions.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from app.infra.db.walls import IMPORTER, JOB, SERVING

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

# Accents go before stemming. 50,000 characters, even of three bytes that NFD triples, stay
# under the megabyte that a tsvector may hold.
SEARCH = (
    "to_tsvector('french'::regconfig, app.fold(left(title || ' ' || buyer || ' ' || description"
    " || ' ' || jsonb_path_query_array(lots, '$[*].title')::text, 50000)))"
)

# Every branch of the code list that a notice's codes, and its lots', lie in: two digits name a
# division, eight a category (Regulation (EC) 2195/2002, annex I).
CPV_BRANCHES = """
CREATE FUNCTION app.cpv_branches(codes text[], lots jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY(
  SELECT DISTINCT left(code, digits)
  FROM (SELECT unnest(codes) AS code
        UNION SELECT value #>> '{}' FROM jsonb_path_query(lots, '$[*].cpv[*]') AS value) AS known,
    generate_series(2, 8) AS digits)
"""

# Most notices of exports have no code: the function costs a fifth of their import.
BRANCHES = (
    "CASE WHEN cpv = '{}' AND lots = '[]' THEN '{}'::text[] ELSE app.cpv_branches(cpv, lots) END"
)


def upgrade() -> None:
    """Create what is shared by all clusters: grants alone, no row security."""
    op.execute(CPV_BRANCHES)
    op.execute("GRANT EXECUTE ON FUNCTION app.cpv_branches TO PUBLIC")
    create_sources()
    create_notices()
    op.execute(
        "INSERT INTO source (id, base_url) VALUES"
        " ('boamp', 'https://boamp-datadila.opendatasoft.com')"
    )
    tables = "source, import_run, set_aside, notice, notice_version"
    op.execute(f"GRANT SELECT ON {tables} TO {SERVING}, {JOB}, {IMPORTER}")
    op.execute(f"GRANT INSERT, UPDATE ON {tables} TO {IMPORTER}")


def create_sources() -> None:
    """Where notices come from, and each time that they came."""
    op.create_table(
        "source",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("window_days", sa.BigInteger, nullable=False, server_default="3"),
        sa.Column("pace_ms", sa.BigInteger, nullable=False, server_default="1000"),
        sa.Column("cron", sa.Text, nullable=False, server_default="15 6,12,18 * * *"),
        sa.Column("requested_at", INSTANT),
        sa.Column("quiet_until", INSTANT),
        sa.Column("last_success_at", INSTANT),
        sa.Column("failing_since", INSTANT),
        sa.Column("last_error", sa.Text),
        sa.CheckConstraint("window_days BETWEEN 1 AND 90", name="window_days"),
        sa.CheckConstraint("pace_ms BETWEEN 0 AND 60000", name="pace_ms"),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.Text, sa.ForeignKey("source.id"), nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("window_from", sa.Date),
        sa.Column("checkpoint", sa.Date),
        sa.Column("seen", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("new", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("changed", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("same", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("set_aside", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("reasons", pg.JSONB, nullable=False, server_default="{}"),
        sa.Column("error", sa.Text),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("heartbeat_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.CheckConstraint("via IN ('file', 'http')", name="via"),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
        sa.CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="finished"),
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_import_run_running ON import_run (source)"
        " WHERE state = 'running' AND via = 'http'"
    )
    op.create_table(
        "set_aside",
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("raw", sa.Text, nullable=False),
    )


def create_notices() -> None:
    """Notices as they are now, and as they were."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.Text, sa.ForeignKey("source.id"), nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("buyer", sa.Text, nullable=False),
        sa.Column("buyer_siret", sa.Text),
        sa.Column("nature", sa.Text),
        sa.Column("concession", sa.Boolean, nullable=False),
        sa.Column("procedure", sa.Text),
        sa.Column("procedure_id", sa.Text),
        sa.Column("follows", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("cpv", pg.ARRAY(sa.Text), nullable=False),
        sa.Column(
            "cpv_branches",
            pg.ARRAY(sa.Text),
            sa.Computed(BRANCHES, persisted=True),
        ),
        sa.Column("departments", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("lots", pg.JSONB, nullable=False),
        sa.Column("estimate_cents", sa.BigInteger),
        sa.Column("currency", sa.Text),
        sa.Column("deadline_at", INSTANT),
        sa.Column("deadline_zone", sa.Text),
        sa.Column("deadline_text", sa.Text),
        sa.Column("deadline_certain", sa.Boolean),
        sa.Column("published_on", sa.Date, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("partial", sa.Boolean, nullable=False),
        sa.Column("content_hash", sa.LargeBinary, nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("search", pg.TSVECTOR, sa.Computed(SEARCH, persisted=True)),
        sa.UniqueConstraint("source", "source_id", name="uq_notice_source_id"),
        sa.CheckConstraint(
            "kind IN ('call', 'correction', 'cancellation', 'award', 'other')", name="kind"
        ),
        sa.CheckConstraint("nature IN ('works', 'supplies', 'services')", name="nature"),
        sa.CheckConstraint("(estimate_cents IS NULL) = (currency IS NULL)", name="estimate"),
        sa.CheckConstraint(
            "num_nulls(deadline_at, deadline_zone, deadline_text, deadline_certain) IN (0, 4)",
            name="deadline",
        ),
    )
    for name, index in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON notice {index}")
    op.create_table(
        "notice_version",
        # Deferred: an import writes the version first, and the notice out of it.
        sa.Column(
            "notice_id",
            sa.Uuid,
            sa.ForeignKey("notice.id", deferrable=True, initially="DEFERRED"),
            primary_key=True,
        ),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("content", pg.JSONB, nullable=False),
        # json, not jsonb: the source's own words, whatever escapes stand in them.
        sa.Column("raw", pg.JSON, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
    )


INDEXES = {
    "ix_notice_newest": "(published_on DESC, id DESC)",
    "ix_notice_nature": "(nature, published_on DESC, id DESC)",
    "ix_notice_concession": "(published_on DESC, id DESC) WHERE concession",
    "ix_notice_deadline_at": "(deadline_at)",
    "ix_notice_procedure_id": "(procedure_id) WHERE procedure_id IS NOT NULL",
    "ix_notice_buyer_siret": "(buyer_siret text_pattern_ops) WHERE buyer_siret IS NOT NULL",
    "ix_notice_search": "USING gin (search)",
    "ix_notice_buyer": "USING gin (to_tsvector('french'::regconfig, app.fold(buyer)))",
    "ix_notice_cpv_branches": "USING gin (cpv_branches)",
    "ix_notice_departments": "USING gin (departments)",
    "ix_notice_follows": "USING gin (follows) WHERE follows <> '{}'",
}


def downgrade() -> None:
    """Forget every notice."""
    for table in ("notice_version", "notice", "set_aside", "import_run", "source"):
        op.drop_table(table)
    op.execute("DROP FUNCTION app.cpv_branches")
