"""A folder of the operator's: what is new or changed arrives, once, whatever its dialect."""

import json
import os
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.watch import service
from app.watch.service import Asking
from app.watch.sources import SourceFailure
from app.watch.sources import folder as folders
from app.watch.sources.folder import FolderSettings, files_in
from app.watch.sources.settings import BadSettings, checked
from tests.watch.notices import idweb, slim
from tests.watch.ocds_samples import release
from tests.watch.portal import CONTACT
from tests.watch.test_feed import ATOM
from tests.world import NOW

LONG_AGO = NOW - timedelta(hours=1)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    path = tmp_path / "inbox"
    path.mkdir()
    return path


@pytest.fixture
async def source(owner: Database, inbox: Path) -> AsyncIterator[str]:
    """A source of its own over the folder, turned on; it keeps its notices to itself."""
    name = f"folder-{os.urandom(4).hex()}"
    async with owner.transaction() as session:
        await service.add_source(session, name, kind="folder", settings={"path": str(inbox)})
        await service.enable_source(session, name)
    yield name
    async with owner.transaction() as session:
        await service.disable_source(session, name)


def put(path: Path, content: object, at: datetime = LONG_AGO) -> Path:
    """A file that was written at that moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


async def scan(importer: Database, source: str, now: datetime = NOW) -> service.Run:
    asking = Asking(importer, contact=CONTACT, clock=lambda: now)
    run = await service.import_source(asking, source, sole=True)
    assert run is not None
    return run


async def told(owner: Database, source: str) -> list[tuple[str, str, str | None]]:
    """The runs of its files: label, state, error."""
    query = text("SELECT label, state, error FROM import_run WHERE source = :id ORDER BY id")
    async with owner.transaction() as session:
        return [(row[0], row[1], row[2]) for row in await session.execute(query, {"id": source})]


async def test_files_of_every_dialect_arrive_by_their_content(
    importer: Database, owner: Database, inbox: Path, source: str
) -> None:
    put(inbox / "a.json", [slim(idweb()), slim(idweb())])
    put(inbox / "deep" / "b.txt", {"releases": [release()]})
    put(inbox / "c", ATOM.encode())
    run = await scan(importer, source)
    assert (run.state, run.counts.new, run.counts.set_aside) == ("done", 5, 0)
    assert {label for label, _, _ in await told(owner, source)} == {"a.json", "deep/b.txt", "c"}


async def test_a_file_is_imported_once_until_it_changes(
    importer: Database, owner: Database, inbox: Path, source: str
) -> None:
    record = slim(idweb())
    put(inbox / "a.json", record)
    assert (await scan(importer, source)).counts.new == 1
    assert (await scan(importer, source)).counts.seen == 0
    put(inbox / "a.json", record | {"objet": "Autre objet"}, LONG_AGO + timedelta(minutes=5))
    assert (await scan(importer, source)).counts.changed == 1
    assert len(await told(owner, source)) == 2


async def test_a_file_that_is_being_written_is_left_for_the_next_time(
    importer: Database, inbox: Path, source: str
) -> None:
    put(inbox / "a.json", slim(idweb()), NOW - timedelta(seconds=59))
    assert (await scan(importer, source)).counts.seen == 0
    assert (await scan(importer, source, NOW + timedelta(seconds=2))).counts.new == 1


async def test_a_bad_file_is_set_aside_with_its_reason_and_not_tried_again_until_it_changes(
    importer: Database, owner: Database, inbox: Path, source: str
) -> None:
    put(inbox / "bad.json", b"%PDF-1.7")
    put(inbox / "cut.json", json.dumps([slim(idweb()), slim(idweb())]).encode()[:-30])
    put(inbox / "good.json", slim(idweb()))
    put(inbox / "strange.json", {"hello": "world"})
    run = await scan(importer, source)
    assert (run.state, run.error) == ("done", None)
    reasons = {label: error for label, state, error in await told(owner, source) if error}
    assert reasons.keys() == {"bad.json", "cut.json", "strange.json"}
    assert "ne contient pas de JSON" in (reasons["bad.json"] or "")
    assert "Aucun avis reconnu" in (reasons["strange.json"] or "")
    await scan(importer, source)
    assert len(await told(owner, source)) == 4
    put(inbox / "bad.json", slim(idweb()), LONG_AGO + timedelta(minutes=1))
    assert (await scan(importer, source)).counts.new == 1


async def test_a_file_that_a_killed_worker_held_is_taken_up(
    importer: Database, owner: Database, inbox: Path, source: str
) -> None:
    put(inbox / "a.json", slim(idweb()))
    await scan(importer, source)
    await kill(owner, source)
    assert (await scan(importer, source)).counts.same == 1


async def test_a_killed_run_of_a_file_that_is_gone_has_failed_at_a_later_look(
    importer: Database, owner: Database, inbox: Path, source: str
) -> None:
    path = put(inbox / "a.json", slim(idweb()))
    await scan(importer, source)
    await kill(owner, source)
    path.unlink()
    await scan(importer, source)
    assert await told(owner, source) == [("a.json", "running", None)]
    await scan(importer, source, NOW + timedelta(minutes=11))
    assert await told(owner, source) == [("a.json", "failed", "Import interrompu.")]


async def kill(owner: Database, source: str) -> None:
    """As if its worker had been killed before the end."""
    killed = text("UPDATE import_run SET state = 'running', finished_at = NULL WHERE source = :id")
    async with owner.transaction() as session:
        await session.execute(killed, {"id": source})


async def test_what_a_folder_has_imported_is_known_when_old_runs_are_forgotten(
    importer: Database, owner: Database, inbox: Path, source: str
) -> None:
    put(inbox / "bad.json", b"nothing")
    await scan(importer, source)
    put(inbox / "bad.json", b"nothing more")
    await scan(importer, source)
    assert len(await told(owner, source)) == 2
    await service.forget(importer, NOW + timedelta(days=1), runs_days=0, raw_days=9999)
    assert len(await told(owner, source)) == 1
    await scan(importer, source)
    assert len(await told(owner, source)) == 1


async def test_a_folder_that_is_gone_is_a_failing_source(
    importer: Database, owner: Database, inbox: Path, source: str
) -> None:
    moved = inbox.with_name("moved")
    shutil.move(inbox, moved)
    run = await scan(importer, source)
    assert (run.state, "introuvable" in (run.error or "")) == ("failed", True)
    query = text("SELECT failing_since, last_error FROM source WHERE id = :id")
    async with owner.transaction() as session:
        row = (await session.execute(query, {"id": source})).one()
    assert (row.failing_since, row.last_error) == (NOW, run.error)
    shutil.move(moved, inbox)
    assert (await scan(importer, source)).state == "done"
    async with owner.transaction() as session:
        row = (await session.execute(query, {"id": source})).one()
    assert (row.failing_since, row.last_error) == (None, None)


async def test_a_folder_has_no_past_to_fill(importer: Database, source: str) -> None:
    asking = Asking(importer, contact=CONTACT, clock=lambda: NOW)
    run = await service.backfill_source(asking, source, NOW.date(), NOW.date())
    assert run is not None
    assert "fichier par fichier" in (run.error or "")


async def test_files_can_be_imported_at_once_with_a_count_and_reasons(
    importer: Database, inbox: Path
) -> None:
    put(inbox / "a.json", slim(idweb()))
    put(inbox / "b.json", b"nothing")
    put(inbox / "c.json", slim(idweb()), NOW)
    seen: list[tuple[int, str]] = []
    counts, refused = await service.import_files(
        importer,
        files_in(inbox),
        source="boamp",
        clock=lambda: NOW,
        progress=lambda done, one: seen.append((done, one.label)),
    )
    assert counts.new == 2
    assert refused.keys() == {"b.json"}
    assert seen == [(0, "a.json"), (1, "b.json"), (2, "c.json")]


def test_no_file_outside_the_folder_is_seen(inbox: Path, tmp_path: Path) -> None:
    secret = put(tmp_path / "secret.json", slim(idweb()))
    (inbox / "link.json").symlink_to(secret)
    (inbox / "away").symlink_to(tmp_path)
    (inbox / "loop").symlink_to(inbox / "loop")
    (inbox / "nothing.json").symlink_to(tmp_path / "gone.json")
    put(inbox / ".hidden.json", slim(idweb()))
    put(inbox / ".git" / "config.json", slim(idweb()))
    os.mkfifo(inbox / "pipe.json")
    inside = put(inbox / "real.json", slim(idweb()))
    (inbox / "again.json").symlink_to(inside)
    assert {one.label for one in files_in(inbox)} == {"real.json", "again.json"}


def test_files_come_in_the_order_in_which_they_changed(inbox: Path) -> None:
    put(inbox / "a.json", {}, LONG_AGO + timedelta(minutes=2))
    put(inbox / "b.json", {}, LONG_AGO)
    put(inbox / "c.json", {}, LONG_AGO + timedelta(minutes=1))
    assert [one.label for one in files_in(inbox)] == ["b.json", "c.json", "a.json"]


def test_a_folder_of_too_many_files_is_refused(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MAX_FILES", 3)
    for number in range(4):
        put(inbox / f"{number}.json", {})
    with pytest.raises(SourceFailure, match="plus de 3"):
        files_in(inbox)
    with pytest.raises(SourceFailure, match="introuvable"):
        files_in(inbox / "0.json")


@pytest.mark.parametrize("path", ["inbox", "./inbox", "", "~/inbox", "/a\0b", None])
def test_only_an_absolute_path_is_a_folders(path: Any) -> None:
    with pytest.raises(BadSettings):
        checked(FolderSettings, {"path": path})
    with pytest.raises(BadSettings):
        checked(FolderSettings, {})
