"""Importing files: everything that can be read arrives once, the rest is set aside."""

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER
from app.kernel.ids import encode
from app.settings import Settings
from app.watch.domain import Counts, Notice
from app.watch.service import (
    BrokenFile,
    NotJson,
    Run,
    SourceFailure,
    UnknownDialect,
    import_file,
    import_records,
)
from app.watch.sources import files
from app.watch.sources.kinds import BOAMP, BOAMP_RECORD, KINDS
from tests.conftest import SHARED_DATA, own_database, own_name
from tests.watch.notices import idweb, national, one, slim, stored, write
from tests.world import NOW, World


async def arrive(importer: Database, path: Path) -> Run:
    return await import_file(importer, path, clock=lambda: NOW)


def outcome(counts: Counts) -> tuple[int, int, int, int, int]:
    return (counts.seen, counts.new, counts.changed, counts.same, counts.set_aside)


@pytest.mark.parametrize("shape", ["record", "array", "envelope", "lines", "gzip", "marked"])
async def test_a_file_of_each_shape_arrives(importer: Database, tmp_path: Path, shape: str) -> None:
    first, second = slim(idweb()), slim(idweb())
    content: dict[str, bytes] = {
        "record": json.dumps(first).encode(),
        "array": json.dumps([first, second]).encode(),
        "envelope": json.dumps({"total_count": 9, "results": [first, second]}).encode(),
        "lines": b"\n".join(json.dumps(one_).encode() for one_ in (first, second)),
        "gzip": gzip.compress(json.dumps({"results": [first, second]}).encode()),
        "marked": b"\xef\xbb\xbf" + json.dumps([first, second]).encode(),
    }
    run = await arrive(importer, write(tmp_path / "avis.json", content[shape]))
    count = 1 if shape == "record" else 2
    assert (run.state, outcome(run.counts)) == ("done", (count, count, 0, 0, 0))
    assert len(await stored(importer, first["idweb"], second["idweb"])) == count


async def test_importing_again_changes_nothing(importer: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "avis.json", [slim(idweb()) for _ in range(3)])
    await arrive(importer, path)
    assert outcome((await arrive(importer, path)).counts) == (3, 0, 0, 3, 0)


async def test_a_changed_notice_keeps_its_former_version(
    importer: Database, world: World, tmp_path: Path
) -> None:
    source_id = idweb()
    await arrive(importer, write(tmp_path / "1.json", slim(source_id, "Achat de pupitres")))
    run = await arrive(importer, write(tmp_path / "2.json", slim(source_id, "Achat de bancs")))
    assert outcome(run.counts) == (1, 0, 1, 0, 0)
    notice_id, version, title = (await stored(importer, source_id))[source_id]
    assert (version, title) == (2, "Achat de bancs")
    path = f"/v1/notices/{encode('not', notice_id)}"
    detail = (await world.viewer.get(path)).json()
    assert [known["version"] for known in detail["versions"]] == [2, 1]
    listed = (await world.viewer.get(f"{path}/versions")).json()["items"]
    assert [known["content"]["title"] for known in listed] == [
        "Achat de bancs",
        "Achat de pupitres",
    ]


async def test_the_same_notice_twice_in_a_file_is_a_change(
    importer: Database, tmp_path: Path
) -> None:
    source_id = idweb()
    twice = [slim(source_id, "Achat de pupitres"), slim(source_id, "Achat de bancs")]
    run = await arrive(importer, write(tmp_path / "avis.json", twice))
    assert outcome(run.counts) == (2, 1, 1, 0, 0)


async def test_an_extract_does_not_replace_a_whole_notice(
    importer: Database, tmp_path: Path
) -> None:
    source_id = idweb()
    await arrive(importer, write(tmp_path / "1.json", national(source_id, "Accord du piano")))
    run = await arrive(importer, write(tmp_path / "2.json", slim(source_id, "Accord du pia...")))
    assert outcome(run.counts) == (1, 0, 0, 1, 0)
    row = await one(importer, "SELECT cpv FROM notice WHERE source_id = :id", id=source_id)
    assert row.cpv == ["37311000"]


async def test_items_that_cannot_be_read_are_set_aside_for_the_coordinator(
    importer: Database, world: World, tmp_path: Path
) -> None:
    good = [slim(idweb()) for _ in range(2)]
    bad: list[Any] = [{"idweb": "26-1", "objet": "Sans date"}, 12, None]
    run = await arrive(importer, write(tmp_path / "avis.json", [good[0], *bad, good[1]]))
    assert outcome(run.counts) == (5, 2, 0, 0, 3)
    assert sum(run.counts.reasons.values()) == 3
    path = f"/v1/imports/{encode('imp', run.id)}/set-aside"
    items = (await world.coordinator.get(path)).json()["items"]
    assert [item["position"] for item in items] == [2, 3, 4]
    assert json.loads(items[0]["raw"]) == bad[0]
    assert "date" in items[0]["reason"]
    assert (await world.alpha.get(path)).status_code == 403
    stranger = f"/v1/imports/{encode('imp', world.cluster_id)}/set-aside"
    assert (await world.coordinator.get(stranger)).status_code == 404
    shown = (await world.alpha.get("/v1/imports", limit=100)).json()["items"]
    mine = next(item for item in shown if item["id"] == encode("imp", run.id))
    assert (mine["state"], mine["set_aside"], mine["label"]) == ("done", 3, "avis.json")


async def test_an_item_too_deep_or_with_odd_characters_harms_no_other(
    importer: Database, tmp_path: Path
) -> None:
    ids = [idweb() for _ in range(3)]
    deep = json.dumps(slim(ids[0])).replace("null", "[" * 3000 + "]" * 3000)
    odd = json.dumps(slim(ids[1], extra="\x00 \ud83d", number=1.5))
    text = f"[{deep},{odd},{json.dumps(slim(ids[2]))}]"
    run = await arrive(importer, write(tmp_path / "avis.json", text.encode()))
    assert outcome(run.counts) == (3, 2, 0, 0, 1)
    assert list(run.counts.reasons) == [files.TOO_DEEP]
    assert set(await stored(importer, *ids)) == set(ids[1:])


async def test_an_item_that_the_database_refuses_is_found_among_the_others(
    importer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [idweb() for _ in range(7)]

    def careless(record: object) -> Notice:
        notice = BOAMP_RECORD.read(record)
        return replace(notice, description="\x00") if notice.source_id == ids[3] else notice

    dialect = replace(BOAMP_RECORD, read=careless)
    monkeypatch.setitem(KINDS, "boamp", replace(BOAMP, dialects=(dialect,)))
    records = [slim(source_id) for source_id in ids]
    run = await import_records(importer, records, clock=lambda: NOW)
    assert outcome(run.counts) == (7, 6, 0, 0, 1)
    assert set(await stored(importer, *ids)) == set(ids) - {ids[3]}


async def test_a_file_cut_short_keeps_what_came_before(importer: Database, tmp_path: Path) -> None:
    ids = [idweb() for _ in range(4)]
    whole = json.dumps({"total_count": 4, "results": [slim(source_id) for source_id in ids]})
    path = write(tmp_path / "avis.json", whole[: whole.index(ids[3])].encode())
    with pytest.raises(BrokenFile, match="s'arrête au milieu"):
        await arrive(importer, path)
    assert set(await stored(importer, *ids)) == set(ids[:3])
    run = await one(importer, "SELECT state, error, new FROM import_run ORDER BY id DESC LIMIT 1")
    assert (run.state, run.new) == ("failed", 3)
    assert run.error == "« avis.json » s'arrête au milieu d'un élément."
    # Nothing half written: the same file, whole this time, brings the rest.
    again = await arrive(importer, write(path, whole.encode()))
    assert outcome(again.counts) == (4, 1, 0, 3, 0)


async def test_an_archive_cut_short_keeps_what_came_before(
    importer: Database, tmp_path: Path
) -> None:
    ids = [idweb() for _ in range(2000)]
    packed = gzip.compress(json.dumps([slim(source_id) for source_id in ids]).encode())
    with pytest.raises(BrokenFile, match="gzip"):
        await arrive(importer, write(tmp_path / "avis.json.gz", packed[: len(packed) // 2]))
    assert 0 < len(await stored(importer, *ids)) < 2000


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", NotJson, "« avis.json » est vide."),
        (b"<html><body>503</body></html>", NotJson, "« avis.json » ne contient pas de JSON."),
        (b"PK\x03\x04 not a zip", BrokenFile, "« avis.json » est une archive zip abîmée"),
        (b"<annonce>26-1</annonce>", UnknownDialect, "IDWEB"),
        (b'{"hello": "world"}', UnknownDialect, "idweb"),
        (b'[{"ocid": "ocds-1"}, {"ocid": "ocds-2"}]', UnknownDialect, "idweb"),
        (b'"text"', UnknownDialect, "n'est pas un avis"),
        (b'[{"a": 1}, {"b": }]', BrokenFile, "contient du JSON incorrect"),
        (b"\x1f\x8bnothing", BrokenFile, "gzip"),
    ],
)
async def test_a_wrong_file_is_refused_in_one_line(
    importer: Database, tmp_path: Path, content: bytes, error: type[SourceFailure], said: str
) -> None:
    with pytest.raises(error) as refused:
        await arrive(importer, write(tmp_path / "avis.json", content))
    assert refused.value.detail is not None
    assert said in refused.value.detail
    assert "\n" not in refused.value.detail


async def test_a_file_that_is_not_there_is_named(importer: Database, tmp_path: Path) -> None:
    with pytest.raises(SourceFailure, match=r"« rien.json » est introuvable"):
        await arrive(importer, tmp_path / "rien.json")
    with pytest.raises(SourceFailure, match="est un dossier"):
        await arrive(importer, tmp_path)


async def test_an_empty_answer_is_an_import_of_nothing(importer: Database, tmp_path: Path) -> None:
    content = {"total_count": 0, "results": []}
    run = await arrive(importer, write(tmp_path / "avis.json", content))
    assert (run.state, outcome(run.counts)) == ("done", (0, 0, 0, 0, 0))


async def test_a_small_archive_of_an_endless_item_is_not_unpacked_whole(
    importer: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_ITEM_BYTES", 1_000_000)
    bomb = gzip.compress(b"[" + json.dumps(slim(idweb())).encode() + b"," + b" " * 5_000_000)
    with pytest.raises(BrokenFile, match="dépasse"):
        await arrive(importer, write(tmp_path / "avis.json.gz", bomb))


async def test_the_operator_sees_progress_batch_by_batch(importer: Database) -> None:
    seen: list[int] = []
    await import_records(
        importer,
        (slim(idweb()) for _ in range(1200)),
        clock=lambda: NOW,
        progress=lambda run: seen.append(run.counts.seen),
    )
    assert seen == [500, 1000, 1200]


@pytest.fixture
async def alone(settings: Settings) -> AsyncIterator[Database]:
    """A database of one's own: every search of later tests would pass these thousands by."""
    with own_database(settings, own_name("records")) as own:
        async with open_database(own.login_url(), role=IMPORTER) as opened:
            yield opened


async def test_every_real_record_arrives_once(alone: Database) -> None:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"SKIPPED: the real BOAMP records are not at {SHARED_DATA}")
    slim_ones = SHARED_DATA / "boamp_responses" / "boamp_slim_10000_2017-2024.json.gz"
    whole_ones = sorted((SHARED_DATA / "boamp").glob("*.json"))
    for path in (*whole_ones, slim_ones):
        run = await arrive(alone, path)
        assert (run.state, run.counts.set_aside) == ("done", 0)
    for path in (*whole_ones, slim_ones):
        counts = (await arrive(alone, path)).counts
        assert counts.same == counts.seen
