"""Publishers of OCDS as sources; when each source is asked next; files that were imported.

Revision 0029, after 0028.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

FIND_A_TENDER = """{"paging": "links", "from": "updatedFrom", "to": "updatedTo", "window_hours": 6,
  "query": {"limit": "100"}, "zone": "Europe/London"}"""
CONTRACTS_FINDER = """{"paging": "links", "from": "publishedFrom", "to": "publishedTo",
  "window_hours": 24, "query": {"limit": "100"}, "wait_on": [403], "wait_seconds": 300,
  "zone": "Europe/London"}"""


def upgrade() -> None:
    """Add the columns, and two publishers that are off.

    Longer windows than six hours lose releases at the first, which also counts twelve requests
    in two minutes; the second says 403 for "wait five minutes".
    """
    op.execute("ALTER TABLE source ADD COLUMN next_at timestamptz")
    op.execute("ALTER TABLE import_run ADD COLUMN fingerprint text")
    op.execute(
        "CREATE INDEX ix_import_run_fingerprint ON import_run (source, label, id)"
        " WHERE fingerprint IS NOT NULL"
    )
    op.execute(f"""
        INSERT INTO source (id, kind, catalogue, base_url, window_days, pace_ms, cron, settings)
        VALUES
          ('uk-find-a-tender', 'ocds', 'uk-find-a-tender',
           'https://www.find-tender.service.gov.uk/api/1.0/ocdsReleasePackages', 1, 10500,
           '25 6,12,18 * * *', '{FIND_A_TENDER}'),
          ('uk-contracts-finder', 'ocds', 'uk-contracts-finder',
           'https://www.contractsfinder.service.gov.uk/Published/Notices/OCDS/Search', 2, 3000,
           '35 6,12,18 * * *', '{CONTRACTS_FINDER}')
        ON CONFLICT (id) DO NOTHING
    """)


def downgrade() -> None:
    """Forget them, but for those that notices came from: these are shut."""
    ours = "id IN ('uk-find-a-tender', 'uk-contracts-finder')"
    op.execute(f"UPDATE source SET enabled = false WHERE {ours}")
    op.execute(f"""
        DELETE FROM source s WHERE {ours}
          AND NOT EXISTS (SELECT FROM import_run r WHERE r.source = s.id)
          AND NOT EXISTS (SELECT FROM notice n WHERE n.source = s.id)
    """)
    op.execute("ALTER TABLE import_run DROP COLUMN fingerprint")
    op.execute("ALTER TABLE source DROP COLUMN next_at")
