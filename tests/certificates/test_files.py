"""Files of certificates: what no row names is swept, what a row names stays."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.certificates import service, tasks
from app.infra import jobs
from app.infra.db import Database
from app.infra.db.connections import JOB
from app.infra.files import Files, FilesUnusable
from app.settings import Settings
from tests.certificates.steps import PDF, add, upload
from tests.consortia.steps import ok
from tests.pools import POOLS
from tests.world import NOW, World


async def parts(body: bytes) -> AsyncIterator[bytes]:
    """A body as it comes."""
    yield body


async def sweep(settings: Settings, after: timedelta) -> None:
    """The night's job, that long after all files were written."""
    for path in (settings.data_dir / "files").rglob("*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    job = await POOLS.of(settings, JOB)
    databases = jobs.databases.set(jobs.WorkerDatabases(job, job))
    held = jobs.settings.set(settings)
    clock = jobs.clock.set(lambda: NOW + after)
    await tasks.sweep(0)
    jobs.databases.reset(databases)
    jobs.settings.reset(held)
    jobs.clock.reset(clock)


async def file_of(owner: Database, world: World) -> str:
    """Where the only file of a cluster lies."""
    async with owner.transaction() as session:
        statement = text("SELECT file_id FROM certificate WHERE cluster_id = :cluster")
        file_id: UUID = await session.scalar(statement, {"cluster": world.cluster_id})
    return service.file_key(world.cluster_id, file_id)


async def test_what_no_certificate_names_is_swept_once_it_is_settled(
    world: World, settings: Settings
) -> None:
    files = Files(settings)
    named = await add(world.alpha)
    ok(await upload(world.alpha, named), 200)
    lost = service.file_key(world.cluster_id, uuid4())
    await files.put(lost, parts(PDF))
    await sweep(settings, timedelta(hours=23))
    await files.get(lost)
    await sweep(settings, timedelta(hours=25))
    with pytest.raises(FilesUnusable):
        await files.get(lost)
    path = f"/v1/certificates/{named['id']}/file"
    assert (await world.alpha.get(path)).content == PDF


async def test_another_installation_in_the_same_storage_keeps_its_files(
    settings: Settings,
) -> None:
    theirs = service.file_key(uuid4(), uuid4())
    await Files(settings).put(theirs, parts(PDF))
    await sweep(settings, timedelta(days=400))
    await Files(settings).get(theirs)


async def test_the_file_of_a_withdrawn_certificate_is_kept_a_month(
    world: World, settings: Settings, owner: Database
) -> None:
    added = await add(world.alpha)
    ok(await upload(world.alpha, added), 200)
    await world.client.delete(f"/v1/certificates/{added['id']}", headers=world.alpha.headers())
    key = await file_of(owner, world)
    await sweep(settings, timedelta(days=29))
    await Files(settings).get(key)
    await sweep(settings, timedelta(days=31))
    with pytest.raises(FilesUnusable):
        await Files(settings).get(key)


async def test_what_came_for_a_certificate_that_refuses_it_is_not_kept(
    world: World, settings: Settings
) -> None:
    added = await add(world.alpha)
    ok(await upload(world.alpha, added), 200)
    assert (await upload(world.alpha, added, PDF + b".")).status_code == 409
    assert (await upload(world.alpha, added, PDF, "image/png")).status_code == 422
    assert (await upload(world.beta, added)).status_code == 404
    kept = [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]
    assert len([path for path in kept if world.cluster_id.hex in path.parts]) == 1


async def test_a_file_that_the_storage_lost_is_said_to_be(
    world: World, settings: Settings, owner: Database
) -> None:
    added = await add(world.alpha)
    ok(await upload(world.alpha, added), 200)
    await Files(settings).delete(await file_of(owner, world))
    answer = await world.alpha.get(f"/v1/certificates/{added['id']}/file")
    assert (answer.status_code, answer.json()["code"]) == (503, "files_unusable")
