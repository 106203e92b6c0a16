"""Items that were set aside, read again after a fix or asked for again. As the importer."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.watch.domain import Counts, UnreadableItem
from app.watch.models import Source
from app.watch.service import runs, sources
from app.watch.service.fetching import Asking, polite_client
from app.watch.service.prepare import Item, Refused, prepared
from app.watch.service.runs import ImportRunning, Run
from app.watch.service.store import Outcome, store
from app.watch.sources import Publisher, SourceFailure
from app.watch.sources.daily import MAX_STRIKES, document
from app.watch.sources.kinds import publisher_of
from app.watch.sources.polite import PoliteClient

# Newest first: of what several runs set aside of one notice, the last word is stored. What one
# address failed to give to several runs is asked for once.
PENDING = text("""
    SELECT s.run_id, s.position, s.address FROM set_aside s JOIN import_run r ON r.id = s.run_id
    WHERE r.source = :source AND s.retried_at IS NULL AND (s.whole OR s.address IS NOT NULL)
      AND NOT EXISTS (SELECT FROM set_aside later WHERE later.address = s.address
        AND later.retried_at IS NULL AND later.run_id > s.run_id)
    ORDER BY s.run_id DESC, s.position
""")
ONE = text("""
    SELECT reason, CASE WHEN whole THEN raw END AS raw FROM set_aside
    WHERE run_id = :run AND position = :position AND retried_at IS NULL
""")
HELD = text("""
    SELECT FROM set_aside WHERE run_id = :run AND position = :position AND retried_at IS NULL
    FOR UPDATE SKIP LOCKED
""")
READ = text("""
    UPDATE set_aside SET retried_at = :at
    WHERE (run_id = :run AND position = :position) OR (address = :address AND retried_at IS NULL)
""")
UNREAD = text("""
    UPDATE set_aside SET reason = :reason, whole = whole OR :whole,
      raw = CASE WHEN whole OR :raw = '' THEN raw ELSE :raw END
    WHERE run_id = :run AND position = :position
""")
STORED_SINCE = text("""
    SELECT EXISTS (SELECT FROM notice n JOIN import_run r ON r.id = :run
      WHERE n.source = :catalogue AND n.source_id = :id AND n.updated_at >= r.started_at)
""")


@dataclass(frozen=True, slots=True)
class _Place:
    run: UUID
    position: int
    address: str | None


@dataclass(slots=True)
class _Asker:
    """Asks addresses again, one after the other, until so many in a row gave nothing."""

    client: PoliteClient
    strikes: int = 0
    failure: SourceFailure | None = None

    async def ask(self, address: str) -> object | None:
        """The document, or why it does not come; ``None`` once the source is left alone."""
        if self.failure is not None:
            return None
        try:
            found = await document(self.client, address)
        except SourceFailure as failure:
            self.failure = failure
            return None
        self.strikes = self.strikes + 1 if isinstance(found, UnreadableItem) else 0
        if self.strikes == MAX_STRIKES:
            self.failure = SourceFailure(f"{MAX_STRIKES} avis de suite sont illisibles : {found}")
        return found


async def retry_set_aside(asking: Asking, source_id: str) -> Run:
    """Read again what runs of a source set aside; a run of its own counts it.

    What still does not read, or never arrived, is asked for again where it has an address and
    its source is on: once, at the source's pace. What now reads is stored, unless its run was
    followed by a newer version of the notice; the rest stays set aside, with the reason of today.
    Raises UnknownSource, and ImportRunning while an import asks the same source.
    """
    async with asking.database.transaction() as session:
        source = await sources.found(session, source_id)
        at_work = await runs.running(session, source_id)
        if at_work is not None and runs.is_alive(at_work, asking.clock()):
            raise ImportRunning
        run = await runs.begin(session, source, asking.clock(), via="retry")
        pending = [_Place(*row) for row in await session.execute(PENDING, {"source": source_id})]
    error: str | None = runs.INTERRUPTED
    try:
        error = await _retry_all(asking, run, source, pending)
    finally:
        async with asking.database.transaction() as session:
            await runs.end(session, run, "failed" if error else "done", error, asking.clock())
    return run


async def _retry_all(asking: Asking, run: Run, source: Source, pending: list[_Place]) -> str | None:
    """Try each of them; why the source was asked for no more, if it was."""
    async with AsyncExitStack() as stack:
        asker = None
        if source.enabled:
            asker = _Asker(await stack.enter_async_context(polite_client(asking, source)))
        for place in pending:
            await _retry(asking, run, source, place, asker)
    return asker.failure.detail if asker and asker.failure else None


async def _retry(
    asking: Asking, run: Run, source: Source, place: _Place, asker: _Asker | None
) -> None:
    at = {"run": place.run, "position": place.position, "address": place.address}
    async with asking.database.transaction() as session:
        kept = (await session.execute(ONE, at)).one_or_none()
    if kept is None:
        return
    item = await _read(publisher_of(source.kind, source.settings), run, place, kept, asker)
    async with asking.database.transaction() as session:
        if (await session.execute(HELD, at)).one_or_none() is None:
            return
        counts = await _settle(session, run, at, item, asking.clock())
    run.counts = counts


async def _read(
    publisher: Publisher, run: Run, place: _Place, kept: Row[tuple[str, str]], asker: _Asker | None
) -> Item | Refused:
    """The item as it was kept, else as its source gives it today."""
    position = run.counts.seen + 1
    item: Item | Refused = Refused(position, kept.reason, "", whole=False)
    if kept.raw is not None:
        item = await asyncio.to_thread(prepared, publisher, position, json.loads(kept.raw))
    if isinstance(item, Refused) and place.address is not None and asker is not None:
        found = await asker.ask(place.address)
        if found is not None:
            item = await asyncio.to_thread(prepared, publisher, position, found)
    return item


async def _settle(
    session: AsyncSession, run: Run, at: dict[str, object], item: Item | Refused, now: datetime
) -> Counts:
    """Store what reads, and say of what does not why."""
    outcome = Outcome()
    if isinstance(item, Refused):
        outcome.refused = [item]
    elif await session.scalar(
        STORED_SINCE, {**at, "catalogue": run.catalogue, "id": item.notice.source_id}
    ):
        outcome.same = 1
    else:
        outcome = await store(session, run.catalogue, [item], now)
    for refused in outcome.refused:
        today = {"reason": refused.reason, "whole": refused.whole, "raw": refused.raw}
        await session.execute(UNREAD, {**at, **today})
    if not outcome.refused:
        await session.execute(READ, {**at, "at": now})
    counts = runs.counted(run.counts, 1, outcome)
    await runs.advance(session, run, counts, now=now)
    return counts
