"""What sources say more of a notice, and sources of several kinds.

Revision 0021, after 0020.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Two letters name a country, five characters a department (Regulation (EC) 1059/2003).
NUTS_BRANCHES = """
CREATE FUNCTION app.nuts_branches(codes text[], lots jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY(
  SELECT DISTINCT left(code, characters)
  FROM (SELECT unnest(codes) AS code
        UNION SELECT value #>> '{}' FROM jsonb_path_query(lots, '$[*].nuts[*]') AS value) AS known,
    generate_series(2, 5) AS characters)
"""

BRANCHES = (
    "CASE WHEN nuts = '{}' AND lots = '[]' THEN '{}'::text[] ELSE app.nuts_branches(nuts, lots) END"
)


def upgrade() -> None:
    """Add columns to notices and sources."""
    op.execute(NUTS_BRANCHES)
    op.execute("GRANT EXECUTE ON FUNCTION app.nuts_branches TO PUBLIC")
    op.execute(f"""
        ALTER TABLE notice
          ADD COLUMN nuts text[] NOT NULL DEFAULT '{{}}',
          ADD COLUMN reserved text[] NOT NULL DEFAULT '{{}}',
          ADD COLUMN details jsonb NOT NULL DEFAULT '{{}}',
          ADD COLUMN nuts_branches text[] GENERATED ALWAYS AS ({BRANCHES}) STORED,
          ADD CONSTRAINT ck_notice_reserved
            CHECK (reserved <@ ARRAY['sheltered', 'social_economy'])
    """)
    op.execute("CREATE INDEX ix_notice_nuts_branches ON notice USING gin (nuts_branches)")
    op.execute("""
        ALTER TABLE source
          ADD COLUMN kind text NOT NULL DEFAULT 'boamp',
          ADD COLUMN catalogue text REFERENCES source (id),
          ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'
    """)
    op.execute("UPDATE source SET catalogue = id")
    op.execute("ALTER TABLE source ALTER catalogue SET NOT NULL, ALTER kind DROP DEFAULT")


def downgrade() -> None:
    """Forget them."""
    op.execute("ALTER TABLE source DROP COLUMN kind, DROP COLUMN catalogue, DROP COLUMN settings")
    op.execute("""
        ALTER TABLE notice DROP COLUMN nuts_branches, DROP COLUMN details, DROP COLUMN reserved,
          DROP COLUMN nuts
    """)
    op.execute("DROP FUNCTION app.nuts_branches")
