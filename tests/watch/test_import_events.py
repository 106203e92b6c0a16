"""Imports side by side, and what they tell the rest of the product."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.infra.db import Database
from app.watch import service
from tests.watch.notices import idweb, slim, stored
from tests.world import NOW


async def test_two_imports_of_the_same_notices_at_once_store_each_once(importer: Database) -> None:
    records = [slim(idweb()) for _ in range(1500)]
    first, second = await asyncio.gather(
        service.import_records(importer, records, clock=lambda: NOW),
        service.import_records(importer, records, clock=lambda: NOW),
    )
    assert first.counts.new + second.counts.new == 1500
    assert first.counts.same + second.counts.same == 1500


async def events(owner: Database) -> list[dict[str, Any]]:
    """What subscribers of notices were asked to do, and forget it."""
    query = text(
        "DELETE FROM procrastinate_jobs WHERE task_name LIKE '%notice_changed' RETURNING args"
    )
    async with owner.transaction() as session:
        return [row[0] for row in await session.execute(query)]


async def test_changes_and_corrections_are_announced_with_the_first_notice(
    importer: Database, owner: Database
) -> None:
    await events(owner)
    call, first, second, sequel, award = (idweb() for _ in range(5))

    async def arrive(*records: dict[str, Any]) -> None:
        await service.import_records(importer, records, clock=lambda: NOW)

    ids: dict[str, UUID] = {}

    async def told() -> set[tuple[str, str | None]]:
        known = await stored(importer, call, first, second, sequel, award)
        ids.update({source_id: row[0] for source_id, row in known.items()})
        names = {str(value): key for key, value in ids.items()}
        return {
            (names[args["notice_id"]], names.get(args.get("corrected_by", "")))
            for args in await events(owner)
        }

    await arrive(slim(call, contractfolderid="folder-1"))
    assert await told() == set()
    await arrive(slim(call, "Fourniture de pupitres", contractfolderid="folder-1"))
    assert await told() == {(call, None)}
    # In words only, naming the call.
    words = {"nature": "RECTIFICATIF", "dateparution": "2026-01-13"}
    await arrive(slim(first, annonce_lie=[call], **words))
    assert await told() == {(call, first)}
    # Names the correction alone, which names the call.
    await arrive(slim(second, annonce_lie=[first], **words))
    assert await told() == {(call, second), (first, second)}
    # A full new notice of the same procedure.
    await arrive(
        slim(sequel, contractfolderid="folder-1", etat="RECTIFICATIF", dateparution="2026-01-14")
    )
    assert await told() == {(call, sequel)}
    # An award corrects nothing.
    await arrive(slim(award, annonce_lie=[call], nature="ATTRIBUTION", dateparution="2026-02-20"))
    assert await told() == set()


async def test_results_of_earlier_notices_are_announced_all_at_once(
    importer: Database, owner: Database
) -> None:
    call, correction, other, award, second = (idweb() for _ in range(5))
    words = {"nature": "RECTIFICATIF", "dateparution": "2026-01-13"}
    await service.import_records(
        importer,
        [slim(call), slim(correction, annonce_lie=[call], **words), slim(other)],
        clock=lambda: NOW,
    )
    fields = {"nature": "ATTRIBUTION", "dateparution": "2026-02-20", "contractfolderid": call}
    query = text(
        "DELETE FROM procrastinate_jobs WHERE task_name LIKE '%notices_awarded'"
        " RETURNING args -> 'awards'"
    )
    async with owner.transaction() as session:
        await session.execute(query)  # of other tests
    results = [
        slim(award, annonce_lie=[correction], **fields),
        slim(second, annonce_lie=[other], **fields),
    ]
    await service.import_records(importer, results, clock=lambda: NOW)
    async with owner.transaction() as session:
        told = list(await session.scalars(query))
    (pairs,) = told
    known = await stored(importer, call, correction, other, award, second)
    names = {str(row[0]): number for number, row in known.items()}
    # Through the correction to the call that it names; of two results, none is news to the other.
    assert sorted((names[later], names[earlier]) for later, earlier in pairs) == sorted(
        [(award, correction), (award, call), (second, other)]
    )
