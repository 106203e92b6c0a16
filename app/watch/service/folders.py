"""Imports of folders: each file that is new or has changed, as a run of its own. As the importer.

What a folder has imported is told by those runs: a file whose newest run bears its fingerprint
is left alone, whether it was read or set aside as a whole.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.watch.domain import Counts
from app.watch.models import Source
from app.watch.service import runs
from app.watch.service.imports import OUR_FAULT, import_file
from app.watch.service.runs import INTERRUPTED, Progress, Run
from app.watch.sources import SourceFailure, UnknownSource
from app.watch.sources.folder import FolderSettings, Found, files_in

log = structlog.get_logger()

FilesProgress = Callable[[int, Found], None]
"""Told how many files are done, and which one is next."""

# A file that a killed worker held, or that a fault of ours stopped, is not known.
KNOWN = text("""
    SELECT DISTINCT ON (label) label, fingerprint FROM import_run
    WHERE source = :source AND fingerprint IS NOT NULL
      AND (state = 'done' OR (state = 'failed' AND error <> ALL(:ours)))
    ORDER BY label, id DESC
""")


def whole(source: Source) -> Run:
    """What the runs of a folder's files come to, kept nowhere."""
    return Run(new_id(), source.id, source.catalogue, 1)


async def import_folder(
    database: Database, source: Source, total: Run, *, clock: Clock, progress: Progress | None
) -> None:
    """Import the files that are new or have changed, and that nobody seems to be writing.

    A file that cannot be read has a failed run that says why, and is not tried again until it
    changes; the others arrive. ``total`` sums up. Raises SourceFailure when there is no folder.
    """
    path = Path(FolderSettings.model_validate(source.settings).path)
    found = await asyncio.to_thread(files_in, path)
    now = clock()
    async with database.transaction() as session:
        # Without a file to read, none of its runs would begin and say so.
        await runs.end_killed(session, source.id, now)
        known = await _known(session, source.id)
    due = [one for one in found if known.get(one.label) != one.fingerprint and one.settled(now)]
    for one in due:
        try:
            run = await import_file(
                database,
                one.path,
                source=source.id,
                clock=clock,
                label=one.label,
                fingerprint=one.fingerprint,
            )
        except SourceFailure as refused:
            log.warning("file_refused", source=source.id, file=one.label, error=refused.detail)
            continue
        _add(total.counts, run.counts)
        if progress is not None:
            progress(total)


async def import_files(
    database: Database,
    files: Iterable[Found],
    *,
    source: str,
    clock: Clock,
    progress: FilesProgress | None = None,
) -> tuple[Counts, dict[str, str]]:
    """Import all these files now; their counts, and why files were refused, by label.

    Raises UnknownSource.
    """
    counts, refused = Counts(), dict[str, str]()
    for done, one in enumerate(files):
        if progress is not None:
            progress(done, one)
        try:
            run = await import_file(database, one.path, source=source, clock=clock, label=one.label)
        except UnknownSource:
            raise
        except SourceFailure as failure:
            refused[one.label] = failure.detail or failure.title
        else:
            _add(counts, run.counts)
    return counts, refused


async def _known(session: AsyncSession, source_id: str) -> dict[str, str]:
    """The fingerprint under which each file was imported last, by label."""
    values = {"source": source_id, "ours": [OUR_FAULT, INTERRUPTED]}
    return {row[0]: row[1] for row in await session.execute(KNOWN, values)}


def _add(total: Counts, counts: Counts) -> None:
    for name in (one.name for one in fields(Counts) if one.name != "reasons"):
        setattr(total, name, getattr(total, name) + getattr(counts, name))
    for reason, number in counts.reasons.items():
        total.reasons[reason] = total.reasons.get(reason, 0) + number
