"""One batch into the database: what is new, what changed, who must be told. Set by set."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import hold
from app.journal.service import announce
from app.kernel.ids import new_id
from app.watch.contracts.service import keep_awards
from app.watch.domain import NoticeKind
from app.watch.events import NoticeChanged, NoticeCorrected, NoticesArrived, NoticesAwarded
from app.watch.groups.service import group
from app.watch.service.prepare import Item, Refused

CONTENT = {
    "kind": "text",
    "title": "text",
    "description": "text",
    "buyer": "text",
    "buyer_siret": "text",
    "nature": "text",
    "concession": "boolean",
    "procedure": "text",
    "procedure_id": "text",
    "follows": "text[]",
    "cpv": "text[]",
    "departments": "text[]",
    "nuts": "text[]",
    "reserved": "text[]",
    "details": "jsonb",
    "lots": "jsonb",
    "published_on": "date",
    "url": "text",
}
"""Columns of a notice that stand in its version's content under the same name."""

OTHERS = {
    "version": "v.version",
    "updated_at": "v.seen_at",
    "content_hash": "k.hash",
    "partial": "k.partial",
    "estimate_cents": "(c.estimate ->> 'amount_cents')::bigint",
    "currency": "c.estimate ->> 'currency'",
    "deadline_at": "(c.deadline ->> 'at')::timestamptz",
    "deadline_zone": "c.deadline ->> 'zone'",
    "deadline_text": "c.deadline ->> 'text'",
    "deadline_certain": "(c.deadline ->> 'certain')::boolean",
}

_NAMES = ", ".join([*CONTENT, *OTHERS])

# One COPY brings the versions; PostgreSQL makes the notices out of them, beside us. Sending each
# column apart cost more than the rest of the import's conversation.
COPY_VERSIONS = b"COPY notice_version (notice_id, version, content, raw, seen_at) FROM STDIN"
UPSERT = text(f"""
    INSERT INTO notice (id, source, source_id, first_seen_at, {_NAMES})
    SELECT v.notice_id, :source, c.source_id, v.seen_at,
      {", ".join([*(f"c.{name}" for name in CONTENT), *OTHERS.values()])}
    FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[]), CAST(:hashes AS bytea[]),
      CAST(:partials AS boolean[])) AS k (id, version, hash, partial)
    JOIN notice_version v ON v.notice_id = k.id AND v.version = k.version
    CROSS JOIN LATERAL jsonb_to_record(v.content) AS c (source_id text, estimate jsonb,
      deadline jsonb, {", ".join(f"{name} {kind}" for name, kind in CONTENT.items())})
    ON CONFLICT (id) DO UPDATE SET ({_NAMES})
      = ROW({", ".join(f"excluded.{name}" for name in [*CONTENT, *OTHERS])})
""")

# An import has its queries planned for their values, since its tables grow. What runs once for each
# row must not: the functions of a notice's generated columns, and the check that a version has its
# notice, which is due here for all of them.
ONE_PLAN = text("SET LOCAL plan_cache_mode = auto")
BACK = (
    text("SET CONSTRAINTS fk_notice_version_notice_id IMMEDIATE"),
    text("SET CONSTRAINTS fk_notice_version_notice_id DEFERRED"),
    text("SET LOCAL plan_cache_mode = force_custom_plan"),
)

KNOWN = text(
    "SELECT source_id, id, version, content_hash, partial FROM notice"
    " WHERE source = :source AND source_id = ANY(:ids)"
)

# What came before in the same story: the notices that a correction or an award names, those that
# these name, and the earlier ones of its procedure, there or in another source. A result is no
# news to another result. OFFSET fences what is looked up for each: by an index, however small the
# table was just before.
EARLIER = text("""
    WITH RECURSIVE chain (later, earlier, depth) AS (
      SELECT n.id, e.id, 1 FROM notice n CROSS JOIN unnest(n.follows) AS number
      CROSS JOIN LATERAL (
        SELECT o.id FROM notice o WHERE o.source = n.source AND o.source_id = number OFFSET 0) e
      WHERE n.id = ANY(:ids) AND n.kind IN ('correction', 'cancellation', 'award')
      UNION
      SELECT c.later, e.id, c.depth + 1 FROM chain c
      JOIN notice m ON m.id = c.earlier CROSS JOIN unnest(m.follows) AS number
      CROSS JOIN LATERAL (
        SELECT o.id FROM notice o WHERE o.source = m.source AND o.source_id = number OFFSET 0) e
      WHERE c.depth < 10
    )
    SELECT later, earlier FROM chain WHERE later <> earlier
    UNION
    SELECT n.id, e.id FROM notice n
    CROSS JOIN LATERAL (
      SELECT * FROM notice o
      WHERE o.procedure_id = n.procedure_id AND o.source IS NOT DISTINCT FROM n.source
      UNION ALL SELECT * FROM notice o WHERE o.source <> n.source AND o.group_id = n.group_id) e
    WHERE n.id = ANY(:ids) AND e.id <> n.id AND NOT (n.kind = 'award' AND e.kind = 'award')
      AND (e.published_on < n.published_on
      OR (e.published_on = n.published_on AND n.kind <> 'call'))
    ORDER BY 1, 2
""")

ADDING = {NoticeKind.CORRECTION, NoticeKind.CANCELLATION, NoticeKind.AWARD}
"""Kinds that add to an earlier notice; a call may also be the sequel of another."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch's items."""

    new: dict[UUID, Item] = field(default_factory=dict)
    changed: dict[UUID, Item] = field(default_factory=dict)
    same: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    id: UUID
    version: int
    hash: bytes
    partial: bool


async def store(session: AsyncSession, source: str, items: Iterable[Item], at: datetime) -> Outcome:
    """Store notices of one source, and announce what changed and what was corrected.

    One import at a time writes, batch by batch: two runs of a source take turns, and so do the
    sources, whose notices may be of one procedure.
    """
    given = list(items)
    await hold(session, "import")
    outcome = await _store(session, source, given, at)
    written = {**outcome.new, **outcome.changed}
    await group(session, ((one, item.notice.source_id) for one, item in written.items()))
    new, changed = (
        {notice_id: item.notice for notice_id, item in items.items()}
        for items in (outcome.new, outcome.changed)
    )
    await keep_awards(session, source, new, changed, at)
    if arrived := tuple(written):
        await announce(session, NoticesArrived(arrived))
    for notice_id in outcome.changed:
        await announce(session, NoticeChanged(notice_id))
    awards: list[tuple[UUID, UUID]] = []
    for later, earlier in await _followed_up(session, outcome.new):
        if outcome.new[later].notice.kind is NoticeKind.AWARD:
            awards.append((later, earlier))
        else:
            await announce(session, NoticeCorrected(earlier, corrected_by=later))
    if awards:
        await announce(session, NoticesAwarded(tuple(awards)))
    return outcome


async def _store(session: AsyncSession, source: str, items: list[Item], at: datetime) -> Outcome:
    """Store all of them, or find by halves the one that the database refuses."""
    try:
        async with session.begin_nested():
            return await _write(session, source, items, at)
    except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded, DBAPIError) as error:
        if not _is_about_the_data(error):
            raise
        if len(items) == 1:
            reason = "La base ne peut pas enregistrer cet avis tel qu'il est."
            item = items[0]
            return Outcome(refused=[Refused.of(item.position, reason, item.raw, item.address)])
    half = len(items) // 2
    outcome = await _store(session, source, items[:half], at)
    rest = await _store(session, source, items[half:], at)
    outcome.new |= rest.new
    outcome.changed |= rest.changed
    outcome.same += rest.same
    outcome.refused += rest.refused
    return outcome


def _is_about_the_data(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.DataError | psycopg.errors.ProgramLimitExceeded)


async def _write(session: AsyncSession, source: str, items: list[Item], at: datetime) -> Outcome:
    ids = [item.notice.source_id for item in items]
    rows = await session.execute(KNOWN, {"source": source, "ids": ids})
    known = {row[0]: _Known(row[1], row[2], bytes(row[3]), row[4]) for row in rows}
    outcome = Outcome()
    for item in items:
        before = known.get(item.notice.source_id)
        if before is None:
            outcome.new[new_id()] = item
        elif before.hash == item.hash or (item.partial and not before.partial):
            outcome.same += 1
        else:
            outcome.changed[before.id] = item
    versions = [1] * len(outcome.new)
    versions += [known[item.notice.source_id].version + 1 for item in outcome.changed.values()]
    if versions:
        await _write_rows(session, source, outcome.new | outcome.changed, versions, at)
    return outcome


async def _write_rows(
    session: AsyncSession, source: str, items: dict[UUID, Item], versions: list[int], at: datetime
) -> None:
    """Write one version of each notice, and the notice as that version has it."""
    connection: AsyncConnection[Any] = (
        await (await session.connection()).get_raw_connection()
    ).driver_connection  # type: ignore[assignment]
    rows = "".join(
        f"{notice_id}\t{version}\t{_escaped(item.content)}\t{_escaped(item.raw or 'null')}\t{at}\n"
        for (notice_id, item), version in zip(items.items(), versions, strict=True)
    )
    values = {
        "source": source,
        "ids": _array(items),
        "versions": _array(versions),
        # Two backslashes: the array takes one of them.
        "hashes": _array(rf"\\x{item.hash.hex()}" for item in items.values()),
        "partials": _array(item.partial for item in items.values()),
    }
    await session.execute(ONE_PLAN)
    async with connection.cursor() as cursor, cursor.copy(COPY_VERSIONS) as copy:
        await copy.write(rows)
    await session.execute(UPSERT, values)
    for statement in BACK:
        await session.execute(statement)


def _escaped(document: str) -> str:
    """JSON as COPY reads it: of its signs, JSON lets the backslash alone stand as it is."""
    return document.replace("\\", "\\\\")


def _array(values: Iterable[object]) -> str:
    """An array of numbers, codes and truths, as PostgreSQL writes it; they need no quotes.

    psycopg would look into each of them for signs to quote, and take longer than the row itself.
    """
    return "{" + ",".join(map(str, values)) + "}"


async def _followed_up(session: AsyncSession, new: dict[UUID, Item]) -> list[tuple[UUID, UUID]]:
    """Pairs (later notice, earlier one) of what the new ones correct, cancel, replace or award."""
    ids = [
        notice_id
        for notice_id, item in new.items()
        if item.notice.kind in ADDING
        or (item.notice.kind is NoticeKind.CALL and item.notice.procedure_id)
    ]
    if not ids:
        return []
    return [(row[0], row[1]) for row in await session.execute(EARLIER, {"ids": ids})]
