"""What a notice brings to those that came before it in the same story."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.watch.groups.domain import is_echo
from app.watch.models import NoticeRow
from app.watch.service.store import EARLIER

REREAD = text("SELECT id FROM notice WHERE id = ANY(:ids) AND version > 1 ORDER BY id")

BEFORE = text("""
    SELECT deadline_at FROM (
      SELECT (v.content #>> '{deadline,at}')::timestamptz AS deadline_at, NULL::date AS published_on
      FROM notice_version v WHERE v.notice_id = :later AND v.version = :version - 1
        AND :later = ANY(CAST(:earlier AS uuid[]))
      UNION ALL
      SELECT n.deadline_at, n.published_on FROM notice n
      WHERE n.id = ANY(CAST(:earlier AS uuid[])) AND n.id <> :later) AS known
    WHERE deadline_at IS NOT NULL ORDER BY published_on DESC NULLS FIRST, deadline_at LIMIT 1
""")


async def sequels(session: AsyncSession, notice_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Pairs (later, earlier): of these notices, which are news of which earlier one.

    A notice that was read anew is news of itself.
    """
    values = {"ids": list(notice_ids)}
    reread = await session.scalars(REREAD, values)
    pairs = [(one, one) for one in reread]
    return pairs + [(row[0], row[1]) for row in await session.execute(EARLIER, values)]


async def says_again(session: AsyncSession, later: NoticeRow, earlier: Collection[UUID]) -> bool:
    """Whether another source of the procedure has said it already, in one of those before."""
    if later.id in earlier:
        return False
    asked = select(NoticeRow.kind, NoticeRow.source).where(NoticeRow.id.in_(earlier))
    known = Counter((row[0], row[1]) for row in await session.execute(asked))
    return is_echo(later.kind, later.source, known)


async def deadline_before(
    session: AsyncSession, later: NoticeRow, earlier: Collection[UUID]
) -> datetime | None:
    """The deadline that stood before ``later`` said another: its own, else its forerunners'."""
    values = {"later": later.id, "version": later.version, "earlier": list(earlier)}
    found: datetime | None = await session.scalar(BEFORE, values)
    return found
