"""What imports leave behind is not kept for ever. As the importer."""

from datetime import datetime, timedelta

from sqlalchemy import text

from app.infra.db import Database

# A folder knows a file by the newest run of it, which is kept.
RUNS = text("""
    WITH old AS (
      SELECT id FROM import_run r WHERE finished_at < :before
        AND (fingerprint IS NULL OR EXISTS (SELECT FROM import_run later
          WHERE later.source = r.source AND later.label = r.label
            AND later.fingerprint IS NOT NULL AND later.id > r.id))
      ORDER BY finished_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), items AS (DELETE FROM set_aside s USING old WHERE s.run_id = old.id)
    SELECT id FROM old
""")
DELETE_RUNS = text("DELETE FROM import_run WHERE id = ANY(:ids)")

# Through the notices that changed, which are few and have an index. What was read of a former
# version stays: only the source's own words go.
RAW = text("""
    UPDATE notice_version v SET raw = NULL
    FROM (SELECT v.notice_id, v.version
      FROM notice n JOIN notice_version v ON v.notice_id = n.id AND v.version < n.version
      WHERE n.version > 1 AND v.raw IS NOT NULL AND v.seen_at < :before LIMIT 1000) old
    WHERE v.notice_id = old.notice_id AND v.version = old.version
""")


async def forget(database: Database, now: datetime, *, runs_days: int, raw_days: int) -> None:
    """Forget runs that ended so long ago, with what they set aside, and former versions' bodies.

    A notice's current version keeps its body, and every version what was read of it.
    """
    while await _forget_runs(database, now - timedelta(days=runs_days)):
        pass
    while await _forget_raw(database, now - timedelta(days=raw_days)):
        pass


async def _forget_runs(database: Database, before: datetime) -> bool:
    async with database.transaction() as session:
        ids = list(await session.scalars(RUNS, {"before": before}))
        await session.execute(DELETE_RUNS, {"ids": ids})
    return bool(ids)


async def _forget_raw(database: Database, before: datetime) -> bool:
    async with database.transaction() as session:
        done = await session.execute(RAW, {"before": before})
    return bool(done.rowcount)  # type: ignore[attr-defined]
