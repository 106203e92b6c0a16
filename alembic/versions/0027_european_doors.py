"""TED, and a second door to the French bulletin, of which one is open at a time.

Revision 0027, after 0026.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the sources, off. The journal of the Union comes out each morning, and never changes."""
    op.execute("CREATE UNIQUE INDEX uq_source_open ON source (catalogue) WHERE enabled")
    op.execute("""
        INSERT INTO source (id, kind, catalogue, base_url, window_days, pace_ms, cron, settings)
        VALUES
          ('ted', 'ted', 'ted', 'https://api.ted.europa.eu', 1, 1000, '40 9,14 * * *',
           '{"query": "buyer-country=FRA", "documents": "https://ted.europa.eu"}'),
          ('boamp-xml', 'boamp_xml', 'boamp', 'https://echanges.dila.gouv.fr/OPENDATA/BOAMP', 3,
           500, '15 6,12,18 * * *', '{}')
        ON CONFLICT (id) DO NOTHING
    """)


def downgrade() -> None:
    """Forget them, but for those that notices came from: these are shut."""
    op.execute("DROP INDEX uq_source_open")
    op.execute("UPDATE source SET enabled = false WHERE id IN ('ted', 'boamp-xml')")
    op.execute("""
        DELETE FROM source s WHERE id IN ('ted', 'boamp-xml')
          AND NOT EXISTS (SELECT FROM import_run r WHERE r.source = s.id)
          AND NOT EXISTS (SELECT FROM notice n WHERE n.source = s.id)
    """)
