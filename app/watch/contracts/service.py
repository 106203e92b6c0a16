"""Keeping contracts, as the importer role: from essential data, and from award notices."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.watch.contracts import decp
from app.watch.contracts.awards import contracts_of
from app.watch.contracts.domain import Contract, call_window, end_of, term
from app.watch.domain import Counts, Notice, NoticeKind, UnreadableItem
from app.watch.sources.failures import UnknownDialect
from app.watch.sources.files import read_lists

Progress = Callable[[Counts], None]

DECP = "decp"
"""The source of contracts that come as essential data."""

BATCH = 500
"""Contracts in one transaction."""

PROBED = 20
"""Items looked at before a file counts as holding no contracts."""

MAX_TOLD = 100
"""Items left out that are told one by one."""

_COLUMNS = {
    "title": "text",
    "buyer": "text",
    "buyer_siret": "text",
    "cpv": "text[]",
    "departments": "text[]",
    "concession": "boolean",
    "framework": "boolean",
    "procedure": "text",
    "holders": "jsonb",
    "amount_cents": "bigint",
    "currency": "text",
    "started_on": "date",
    "months": "bigint",
    "amendments": "bigint",
    "ends_on": "date",
    "call_from": "date",
    "call_to": "date",
    "published_on": "date",
}
_NAMES = ", ".join(_COLUMNS)

# Of two records of one contract the one with the newest data counts, whichever came first.
UPSERT = text(f"""
    INSERT INTO contract (id, source, source_id, notice_id, updated_at, buyer_name, {_NAMES})
    SELECT id, :source, source_id, notice_id, :at, buyer, {_NAMES}
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, source_id text, notice_id uuid,
      {", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
    ON CONFLICT (source, source_id) DO UPDATE
    SET (notice_id, updated_at, buyer_name, {_NAMES})
      = ROW(excluded.notice_id, excluded.updated_at,
        coalesce(excluded.buyer, contract.buyer_name),
        {", ".join(f"excluded.{name}" for name in _COLUMNS)})
    WHERE (excluded.published_on, excluded.amendments)
        >= (contract.published_on, contract.amendments)
      AND ({", ".join(f"excluded.{name}" for name in _COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"contract.{name}" for name in _COLUMNS)})
    RETURNING xmax = 0 AS new
""")

# Awards seldom repeat how long the contract runs: the call that they answer has said so. Two ways
# to it, each by an index of its own: asked with OR, PostgreSQL read all notices for each award.
CALLED = text("""
    SELECT DISTINCT ON (n.id) n.id, (e.details ->> 'duration_months')::bigint
    FROM notice n CROSS JOIN LATERAL (
      SELECT f.* FROM unnest(n.follows) AS number CROSS JOIN LATERAL (
        SELECT * FROM notice o WHERE o.source = n.source AND o.source_id = number OFFSET 0) f
      UNION ALL
      SELECT * FROM notice p
      WHERE p.procedure_id = n.procedure_id AND p.source IS NOT DISTINCT FROM n.source) e
    WHERE n.id = ANY(:ids) AND e.id <> n.id AND e.details ? 'duration_months'
    ORDER BY n.id, e.published_on DESC, e.id DESC
""")

# A buyer without a name, by the newest notice that bears its number.
NAMED = """
    UPDATE contract c SET buyer_name = n.buyer FROM (
      SELECT DISTINCT ON (buyer_siret) buyer_siret, buyer FROM notice WHERE {}
      ORDER BY buyer_siret, published_on DESC, id DESC) n
    WHERE c.buyer_siret = n.buyer_siret AND c.buyer_name IS NULL
"""
NAMED_BY_NOTICES = text(NAMED.format("id = ANY(:ids) AND buyer_siret IS NOT NULL"))
NAMED_BEFORE = text(NAMED.format("buyer_siret = ANY(:numbers)"))

FORGET = text("DELETE FROM contract WHERE notice_id = ANY(:ids) AND source_id <> ALL(:kept)")


@dataclass(slots=True)
class Imported:
    """What became of a file's items, and which were left out: their place, from 1, and why."""

    counts: Counts = field(default_factory=Counts)
    told: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, place: int, reason: str) -> None:
        """Count an item that is left out."""
        self.counts.set_aside += 1
        self.counts.reasons[reason] = self.counts.reasons.get(reason, 0) + 1
        if len(self.told) < MAX_TOLD:
            self.told.append((place, reason))


async def import_decp(
    database: Database, path: Path, *, clock: Clock, progress: Progress = lambda _: None
) -> Imported:
    """Import a file of essential data as a stream; again, it changes nothing.

    Raises SourceFailure (NotJson, UnknownDialect, BrokenFile); what came before a break is kept.
    """
    with closing(read_lists(path, decp.WRAPPERS)) as records:
        items = await asyncio.to_thread(_recognised, records)
        return await import_contracts(database, items, clock=clock, progress=progress)


async def import_contracts(
    database: Database,
    records: Iterable[object],
    *,
    clock: Clock,
    progress: Progress = lambda _: None,
) -> Imported:
    """Import essential data in hand, as ``import_decp`` does those of a file."""
    done, items = Imported(), enumerate(records, 1)
    counts = done.counts
    while batch := await asyncio.to_thread(_read, items, done):
        async with database.transaction() as session:
            new, changed = await _keep(session, DECP, [(one, None) for one in batch], clock())
            numbers = list({one.buyer_siret for one in batch})
            await session.execute(NAMED_BEFORE, {"numbers": numbers})
        counts.new += new
        counts.changed += changed
        counts.same = counts.seen - counts.set_aside - counts.new - counts.changed
        progress(counts)
    return done


async def keep_awards(
    session: AsyncSession,
    source: str,
    new: Mapping[UUID, Notice],
    changed: Mapping[UUID, Notice],
    at: datetime,
) -> None:
    """Keep the contracts of award notices, just stored; a changed notice's take their place."""
    awards = {key: one for key, one in {**new, **changed}.items() if one.kind is NoticeKind.AWARD}
    called: dict[UUID, int] = {}
    if terse := [key for key, one in awards.items() if one.duration_months is None]:
        called = {row[0]: row[1] for row in await session.execute(CALLED, {"ids": terse})}
    contracts = [
        (contract, key)
        for key, one in awards.items()
        for contract in contracts_of(one, called.get(key))
    ]
    if changed:
        kept = [contract.source_id for contract, _ in contracts]
        await session.execute(FORGET, {"ids": list(changed), "kept": kept})
    if contracts:
        await _keep(session, source, contracts, at)


async def name_buyers(session: AsyncSession, notice_ids: list[UUID]) -> None:
    """Give contracts whose buyer has no name yet the one that these notices call it by."""
    await session.execute(NAMED_BY_NOTICES, {"ids": notice_ids})


def _recognised(records: Iterator[object]) -> Iterator[object]:
    """All the items, once one of the first looks like a contract. Raises UnknownDialect."""
    probed = list(islice(records, PROBED))
    if probed and not any(decp.is_contract(item) for item in probed):
        raise UnknownDialect("Aucun contrat reconnu : chacun porte « acheteur » et son SIRET.")
    return chain(probed, records)


def _read(items: Iterator[tuple[int, object]], done: Imported) -> list[Contract]:
    """The next contracts; none at the end, though some before it may have been left out."""
    found: list[Contract] = []
    for place, item in items:
        done.counts.seen += 1
        try:
            found.append(decp.read(item))
        except UnreadableItem as unreadable:
            done.refuse(place, str(unreadable))
        if len(found) == BATCH:
            break
    return found


async def _keep(
    session: AsyncSession,
    source: str,
    contracts: Iterable[tuple[Contract, UUID | None]],
    at: datetime,
) -> tuple[int, int]:
    """Write them; how many are new, how many changed."""
    newest: dict[str, tuple[Contract, UUID | None]] = {}
    for contract, notice_id in contracts:
        known = newest.get(contract.source_id)
        if known is None or _edition(contract) >= _edition(known[0]):
            newest[contract.source_id] = (contract, notice_id)
    rows = [_row(contract, notice_id) for contract, notice_id in newest.values()]
    values = {"source": source, "at": at, "rows": json.dumps(rows, default=str)}
    written = list(await session.scalars(UPSERT, values))
    return sum(written), len(written) - sum(written)


def _edition(contract: Contract) -> tuple[Any, int]:
    return contract.published_on, len(contract.amendments)


def _row(contract: Contract, notice_id: UUID | None) -> dict[str, Any]:
    amount, window = contract.amount_now, call_window(contract)
    return {
        "id": new_id(),
        "source_id": contract.source_id,
        "notice_id": notice_id,
        "title": contract.title,
        "buyer": contract.buyer,
        "buyer_siret": contract.buyer_siret,
        "cpv": contract.cpv,
        "departments": contract.departments,
        "concession": contract.concession,
        "framework": contract.framework,
        "procedure": contract.procedure,
        "holders": [asdict(holder) for holder in contract.holders_now],
        "amount_cents": amount.amount_cents if amount else None,
        "currency": amount.currency if amount else None,
        "started_on": contract.started_on,
        "months": term(contract),
        "amendments": len(contract.amendments),
        "ends_on": end_of(contract),
        "call_from": window[0] if window else None,
        "call_to": window[1] if window else None,
        "published_on": contract.published_on,
    }
