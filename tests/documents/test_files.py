"""Files of documents: what no row names is swept, what a row names stays."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from app.documents import service, tasks
from app.infra import jobs
from app.infra.db import open_database
from app.infra.files import Files, FilesUnusable
from app.infra.sweeping import file_key
from app.settings import Settings
from tests.consortia.steps import ok, submitted
from tests.documents.steps import SIGNED, issue, read, sign
from tests.world import NOW, World


async def parts(body: bytes) -> AsyncIterator[bytes]:
    """A body as it comes."""
    yield body


async def sweep(settings: Settings, after: timedelta) -> None:
    """The night's job, that long after all files were written."""
    for path in (settings.data_dir / "files").rglob("*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    async with open_database(settings.login_url(), role="grappe_job") as job:
        databases = jobs.databases.set(jobs.WorkerDatabases(job, job))
        held = jobs.settings.set(settings)
        clock = jobs.clock.set(lambda: NOW + after)
        await tasks.sweep(0)
        jobs.databases.reset(databases)
        jobs.settings.reset(held)
        jobs.clock.reset(clock)


async def test_what_nothing_names_is_swept_once_it_is_settled(
    world: World, settings: Settings
) -> None:
    files = Files(settings)
    bid = await submitted(world)
    issued = await issue(world.alpha, bid)
    signed = ok(await sign(world.beta, bid, issued), 200)
    lost = file_key(service.PREFIX, world.cluster_id, uuid4())
    theirs = file_key(service.PREFIX, uuid4(), uuid4())
    for key in (lost, theirs):
        await files.put(key, parts(SIGNED))
    await sweep(settings, timedelta(hours=23))
    await files.get(lost)
    await sweep(settings, timedelta(days=400))
    with pytest.raises(FilesUnusable):
        await files.get(lost)
    await files.get(theirs)
    assert "60 000,00 €" in await read(world.alpha, bid, issued)
    path = f"{bid.path}/documents/{issued['id']}/signatures/{signed['id']}/file"
    assert (await world.alpha.get(path)).content == SIGNED


async def test_what_came_to_be_signed_and_was_refused_is_not_kept(
    world: World, settings: Settings
) -> None:
    bid = await submitted(world)
    issued = await issue(world.alpha, bid)
    ok(await sign(world.alpha, bid, issued), 200)
    for person, body in (
        (world.alpha, SIGNED + b"."),
        (world.alpha, SIGNED),
        (world.viewer, SIGNED),
        (world.gamma, SIGNED),
        (world.coordinator, SIGNED),
    ):
        await sign(person, bid, issued, body)
    kept = [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]
    assert len([path for path in kept if world.cluster_id.hex in path.parts]) == 2
