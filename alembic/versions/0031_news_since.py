"""Since when a search has news of which nobody was told; from when to when a deadline moved.

Revision 0031, after 0030.
"""

import re

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import JOB

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# Of two batches that match at once, the second waits for the first, and adds its news to the
# row or writes another: a row that was left as it stands could be told, and gone, before the
# second's matches were there to be seen.
NEWS = r"""INSERT INTO public.search_news \(cluster_id, search_id\)
  SELECT DISTINCT cluster_id, search_id FROM news (.*?)ORDER BY 1, 2\s+ON CONFLICT DO NOTHING"""
NEWS_SINCE = r"""INSERT INTO public.search_news AS due (cluster_id, search_id, since)
  SELECT DISTINCT cluster_id, search_id, $2 FROM news \1ORDER BY 1, 2
  ON CONFLICT (cluster_id, search_id) DO UPDATE SET since = least(due.since, excluded.since)"""
NEWS_AGAIN = r"""INSERT INTO public.search_news AS due \(cluster_id, search_id, since\)
  SELECT DISTINCT cluster_id, search_id, \$2 FROM news (.*?)ORDER BY 1, 2
  ON CONFLICT .*? least\(due.since, excluded.since\)"""
NEWS_BEFORE = r"""INSERT INTO public.search_news (cluster_id, search_id)
  SELECT DISTINCT cluster_id, search_id FROM news \1ORDER BY 1, 2 ON CONFLICT DO NOTHING"""

ASSIGNED = """
CREATE FUNCTION app.assigned(notices uuid[]) RETURNS TABLE (cluster_id uuid, notice_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT m.cluster_id, m.notice_id FROM public.search_match m
  JOIN public.match_decision d ON d.cluster_id = m.cluster_id AND d.match_id = m.id
  WHERE m.notice_id = ANY (notices) AND d.state = 'assigned'
$$
"""


def upgrade() -> None:
    """What waits to be told is told of the last day."""
    op.execute("ALTER TABLE search_news ADD COLUMN since timestamptz")
    op.execute("UPDATE search_news SET since = now() - interval '1 day'")
    op.execute("ALTER TABLE search_news ALTER COLUMN since SET NOT NULL")
    op.execute(f"GRANT UPDATE (since) ON search_news TO {JOB}")
    change_match(NEWS, NEWS_SINCE)
    op.execute("ALTER TABLE alert ADD COLUMN deadline_before timestamptz")
    op.execute("""
        UPDATE alert a SET deadline_before = w.deadline_before FROM tender_news w
        WHERE a.kind = 'deadline_moved' AND w.cluster_id = a.cluster_id
          AND w.tender_id = a.subject_id AND w.notice_id = a.notice_id
          AND w.tender_version = a.version
    """)
    op.execute(ASSIGNED)
    op.execute("REVOKE EXECUTE ON FUNCTION app.assigned FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.assigned TO {JOB}")


def change_match(pattern: str, statement: str) -> None:
    """Write the function that matches anew, as it stands but for one statement."""
    connection = op.get_bind()
    function = connection.scalar(sa.text("SELECT pg_get_functiondef('app.match'::regproc)"))
    changed, count = re.subn(pattern, statement, function, flags=re.DOTALL)
    if count != 1:
        raise RuntimeError("app.match does not note its news as it did")
    connection.exec_driver_sql(changed)


def downgrade() -> None:
    """Forget since when."""
    op.execute("DROP FUNCTION app.assigned")
    op.execute("ALTER TABLE alert DROP COLUMN deadline_before")
    change_match(NEWS_AGAIN, NEWS_BEFORE)
    op.execute(f"REVOKE UPDATE (since) ON search_news FROM {JOB}")
    op.execute("ALTER TABLE search_news DROP COLUMN since")
