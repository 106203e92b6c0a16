"""Verifying a cluster's chain against its rows: streamed, in memory that does not grow."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.domain import NotedSeal, Seal, Walk
from app.kernel.report import Report

BATCH = 1000
"""Rows that a server-side cursor hands over at a time."""

_HEAD = text("SELECT seq, hash FROM audit_head WHERE cluster_id = :cluster")
_SEALS = text("""
    SELECT s.seq, s.kind, s.subject_id, s.digest, s.hash, CASE s.kind
      WHEN 'entry' THEN (SELECT app.audit_line(e) FROM audit_entry e
        WHERE e.cluster_id = s.cluster_id AND e.id = s.subject_id)
      WHEN 'opening' THEN (SELECT app.opening_line(o) FROM opening o
        WHERE o.cluster_id = s.cluster_id AND o.id = s.subject_id) END
    FROM audit_seal s WHERE s.cluster_id = :cluster ORDER BY s.seq""")
# EXCEPT, not an anti-join: after a restore there are no statistics, and a nested loop would take
# n² steps.
_UNSEALED = text("""
    SELECT 'audit_entry', id FROM (
      SELECT id FROM audit_entry WHERE cluster_id = :cluster
      EXCEPT SELECT subject_id FROM audit_seal WHERE cluster_id = :cluster AND kind = 'entry') e
    UNION ALL
    SELECT 'opening', id FROM (
      SELECT id FROM opening WHERE cluster_id = :cluster
      EXCEPT SELECT subject_id FROM audit_seal WHERE cluster_id = :cluster AND kind = 'opening'
      EXCEPT SELECT opening_id FROM unsealed_opening WHERE cluster_id = :cluster) o""")
_WAITING = text("SELECT count(*) FROM unsealed_opening WHERE cluster_id = :cluster")


async def chain_length(session: AsyncSession, cluster_id: UUID) -> int:
    """How many seals the cluster's chain should have."""
    head = (await session.execute(_HEAD, {"cluster": cluster_id})).one_or_none()
    return head.seq if head else 0


async def check_chain(
    session: AsyncSession,
    cluster_id: UUID,
    *,
    noted: NotedSeal | None,
    advance: Callable[[int], None],
) -> Report:
    """Compute every hash anew from the rows, and compare; the operator's act.

    The transaction must see one moment (REPEATABLE READ). ``advance`` is told how many more
    seals were read.
    """
    report, walk, cluster = Report(), Walk(noted), {"cluster": cluster_id}
    seals = await session.stream(_SEALS, cluster)
    async for rows in seals.partitions(BATCH):
        for row in rows:
            for fault in walk.step(Seal(*row)):
                report.add(fault)
        advance(len(rows))
    head = (await session.execute(_HEAD, cluster)).one_or_none()
    for fault in walk.close((head.seq, head.hash) if head else None):
        report.add(fault)
    async for table, id_ in await session.stream(_UNSEALED, cluster):
        report.add(f"{table} {id_} : sans sceau, ajoutée hors du service")
    waiting = await session.scalar(_WAITING, cluster)
    report.summary = f"{walk.seq} sceaux, le dernier {walk.seq}:{walk.hash.hex()}" + (
        f", {waiting} consultations en attente de sceau" if waiting else ""
    )
    return report
