"""What could not be read is kept whole, tried again after a fix, and forgotten one day."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.infra.db import Database
from app.kernel.ids import encode
from app.watch import service
from app.watch.domain import Notice, UnreadableItem
from app.watch.service import Run, import_records, prepare
from app.watch.sources.kinds import BOAMP, BOAMP_RECORD, KINDS
from tests.watch.notices import idweb, one, slim, stored
from tests.watch.portal import Naps, asking
from tests.world import NOW, World

BROKEN = "Le lecteur a un défaut."


def break_reader(monkeypatch: pytest.MonkeyPatch, *ids: str, title: str = "") -> None:
    """The reader refuses these notices (with that title), as long as the patch holds."""

    def broken(record: object) -> Notice:
        notice = BOAMP_RECORD.read(record)
        if notice.source_id in ids and notice.title.startswith(title):
            raise UnreadableItem(BROKEN)
        return notice

    dialect = replace(BOAMP_RECORD, read=broken)
    monkeypatch.setitem(KINDS, "boamp", replace(BOAMP, dialects=(dialect,)))


async def arrive(importer: Database, *records: Any, at: datetime = NOW) -> Run:
    return await import_records(importer, records, clock=lambda: at)


async def retry(importer: Database, at: datetime = NOW) -> Run:
    return await service.retry_set_aside(asking(importer, Naps(), at), "boamp")


async def items(world: World, run: Run) -> list[dict[str, Any]]:
    path = f"/v1/imports/{encode('imp', run.id)}/set-aside"
    found: list[dict[str, Any]] = (await world.coordinator.get(path)).json()["items"]
    return found


async def test_after_a_fix_what_now_reads_is_stored_and_the_rest_stays(
    importer: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, hopeless = slim(idweb(), body="é" * 100_000), {"idweb": "26-1"}
    with monkeypatch.context() as patch:
        break_reader(patch, good["idweb"])
        run = await arrive(importer, good, hopeless)
    before = await items(world, run)
    assert [(one_["state"], one_["whole"]) for one_ in before] == [("pending", True)] * 2
    assert before[0]["reason"] == BROKEN
    assert len(before[0]["raw"]) == 65_536
    again = await retry(importer)
    assert again.state == "done"
    # What other tests set aside is tried with it.
    assert again.counts.new >= 1
    assert again.counts.set_aside >= 1
    assert set(await stored(importer, good["idweb"])) == {good["idweb"]}
    after = await items(world, run)
    assert [one_["state"] for one_ in after] == ["retried", "pending"]
    assert after[1]["reason"] != BROKEN
    row = await one(
        importer,
        "SELECT v.raw FROM notice_version v JOIN notice n ON n.id = v.notice_id"
        " WHERE n.source_id = :id",
        id=good["idweb"],
    )
    assert row.raw == good
    assert (await retry(importer)).counts.new == 0


async def test_an_older_word_does_not_replace_a_newer_one(
    importer: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = idweb()
    with monkeypatch.context() as patch:
        break_reader(patch, source_id, title="Ancien")
        await arrive(importer, slim(source_id, "Ancien titre"))
        await arrive(importer, slim(source_id, "Nouveau titre"), at=NOW + timedelta(hours=1))
    await retry(importer, NOW + timedelta(hours=2))
    assert (await stored(importer, source_id))[source_id][1:] == (1, "Nouveau titre")


async def test_of_what_several_runs_set_aside_the_last_word_is_stored(
    importer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = idweb()
    await retry(importer)  # what other tests set aside
    with monkeypatch.context() as patch:
        break_reader(patch, source_id)
        for hour, title in enumerate(("Premier titre", "Second titre")):
            await arrive(importer, slim(source_id, title), at=NOW + timedelta(hours=hour))
    counts = (await retry(importer, NOW + timedelta(hours=3))).counts
    assert (counts.new, counts.changed) == (1, 0)
    assert (await stored(importer, source_id))[source_id][1:] == (1, "Second titre")


async def test_a_body_that_was_cut_is_not_read_again(
    importer: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = idweb()
    with monkeypatch.context() as patch:
        patch.setattr(prepare, "MAX_RAW_CHARACTERS", 50)
        break_reader(patch, source_id)
        run = await arrive(importer, slim(source_id))
    assert [(one_["whole"], len(one_["raw"])) for one_ in await items(world, run)] == [(False, 50)]
    await retry(importer)
    assert await stored(importer, source_id) == {}


async def test_old_runs_are_forgotten_with_their_items_and_recent_ones_are_not(
    importer: Database,
) -> None:
    long_ago = NOW - timedelta(days=4000)
    old = await arrive(importer, {"idweb": "26-1"}, at=long_ago)
    recent = await arrive(importer, {"idweb": "26-1"}, at=long_ago + timedelta(days=2))
    await service.forget(importer, long_ago + timedelta(days=91), runs_days=90, raw_days=36_000)
    query = "SELECT array_agg(id) AS ids FROM import_run WHERE id = ANY(:ids)"
    assert (await one(importer, query, ids=[old.id, recent.id])).ids == [recent.id]
    query = "SELECT array_agg(run_id) AS ids FROM set_aside WHERE run_id = ANY(:ids)"
    assert (await one(importer, query, ids=[old.id, recent.id])).ids == [recent.id]


async def test_former_versions_lose_their_body_and_the_current_one_keeps_it(
    importer: Database,
) -> None:
    changed, steady = idweb(), idweb()
    long_ago = NOW - timedelta(days=4000)
    for days, title in enumerate(("Premier titre", "Deuxième titre", "Troisième titre")):
        at = long_ago + timedelta(days=days)
        await arrive(importer, slim(changed, title), slim(steady), at=at)
    await service.forget(
        importer, long_ago + timedelta(days=366, hours=1), runs_days=36_000, raw_days=365
    )
    query = """
        SELECT array_agg(v.raw IS NOT NULL ORDER BY n.source_id, v.version) AS kept,
          json_agg(v.content ->> 'title' ORDER BY v.version)::text AS titles
        FROM notice n JOIN notice_version v ON v.notice_id = n.id WHERE n.source_id = :id
    """
    found = await one(importer, query, id=changed)
    assert found.kept == [False, False, True]
    assert json.loads(found.titles) == ["Premier titre", "Deuxième titre", "Troisième titre"]
    assert (await one(importer, query, id=steady)).kept == [True]
