"""Importing a code list, as the importer role."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from app.infra.db import Database
from app.watch.codes.domain import Code, CodeList, RefusedLine, UnusableList
from app.watch.codes.reading import read_codes

BATCH = 1_000
"""Codes in one statement."""

UPSERT = text("""
    INSERT INTO code_label (list, code, label_fr, label_en)
    SELECT :list, * FROM unnest(CAST(:codes AS text[]), CAST(:fr AS text[]), CAST(:en AS text[]))
    ON CONFLICT (list, code) DO UPDATE
    SET label_fr = excluded.label_fr, label_en = excluded.label_en
    WHERE (code_label.label_fr, code_label.label_en)
      IS DISTINCT FROM (excluded.label_fr, excluded.label_en)
    RETURNING xmax = 0 AS new
""")


@dataclass(slots=True)
class Imported:
    """What became of the lines of a list."""

    total: int = 0
    done: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[RefusedLine] = field(default_factory=list)


async def import_codes(
    database: Database,
    kind: CodeList,
    path: Path,
    *,
    progress: Callable[[Imported], None] = lambda _: None,
) -> Imported:
    """Import a file; again, it changes nothing. All of its good lines are kept, or none.

    A code that it does not name stays. Raises UnusableList, also when no line is good.
    """
    read = await asyncio.to_thread(lambda: list(read_codes(path, kind)))
    codes = [one for one in read if isinstance(one, Code)]
    if not codes:
        raise UnusableList(f"« {path.name} » ne contient aucun code {kind.upper()}.")
    outcome = Imported(len(codes), refused=[one for one in read if isinstance(one, RefusedLine)])
    async with database.transaction() as session:
        for start in range(0, len(codes), BATCH):
            batch = codes[start : start + BATCH]
            values = {
                "list": kind.value,
                "codes": [one.code for one in batch],
                "fr": [one.label_fr for one in batch],
                "en": [one.label_en for one in batch],
            }
            written = list(await session.scalars(UPSERT, values))
            outcome.new += sum(written)
            outcome.changed += len(written) - sum(written)
            outcome.same += len(batch) - len(written)
            outcome.done += len(batch)
            progress(outcome)
    return outcome
