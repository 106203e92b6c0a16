"""Matching: real imports, a real worker, and what is there afterwards."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.searches import tasks
from tests.consortia.steps import ok
from tests.searches.conftest import Watch
from tests.searches.steps import call, found, matches, save
from tests.watch.notices import idweb, national
from tests.watch.test_search import word
from tests.world import NOW, World

pytestmark = pytest.mark.xdist_group("searches")


async def told(owner: Database, world: World) -> list[str]:
    """The searches that were announced, oldest first."""
    query = text(
        "SELECT data ->> 'search_id' FROM event"
        " WHERE cluster_id = :cluster AND type = 'search.matched' ORDER BY id"
    )
    async with owner.transaction() as session:
        return list(await session.scalars(query, {"cluster": world.cluster_id}))


def bare(search: Any) -> str:
    """The id of a search as events have it."""
    digits = search["id"].partition("_")[2]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


async def test_a_search_written_before_lunch_alerts_on_a_notice_imported_after(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, number = word(), idweb()
    search = await save(world.alpha, words=f"maitrise d oeuvre {mark} -voirie")
    await watch.work(NOW)
    assert await found(world.alpha, search) == []
    lunch = NOW + timedelta(hours=4)
    await watch.arrive(
        call(number, f"Mission de MAÎTRISE D’ŒUVRE, {mark}"),
        call(idweb(), f"Maîtrise d'œuvre de voirie, {mark}"),
        call(idweb(), f"Maîtrise d'ouvrage, {mark}"),
        at=lunch,
    )
    (match,) = await matches(world.alpha, search)
    assert match["notice"]["source_id"] == number
    assert match["matched_at"] == "2026-03-02T13:00:00Z"
    assert match["why"]["words"] == sorted(["maitrise", mark, "oeuvre"])
    assert await told(owner, world) == [bare(search)]


async def test_a_batch_tells_of_a_search_once_and_not_again(
    world: World, watch: Watch, owner: Database
) -> None:
    mark = word()
    search = await save(world.coordinator, words=mark)
    records = [call(idweb(), f"Avis {number} {mark}") for number in range(5)]
    await watch.arrive(*records)
    await watch.arrive(*records)
    assert len(await found(world.beta, search)) == 5
    assert await told(owner, world) == [bare(search)]
    await watch.arrive(call(idweb(), mark))
    assert await told(owner, world) == [bare(search)] * 2


async def test_batches_that_wait_together_are_all_matched_and_told_once(
    world: World, watch: Watch, owner: Database
) -> None:
    marks = [word() for _ in range(3)]
    searches = [await save(world.alpha, words=mark) for mark in marks]
    await watch.work()
    for mark in marks:
        await watch.bring(call(idweb(), mark))
    await watch.work()
    assert [len(await found(world.alpha, one)) for one in searches] == [1, 1, 1]
    assert await told(owner, world) == [bare(one) for one in searches]


async def test_a_search_finds_at_its_birth_what_is_still_open_and_tells_nobody(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, here = word(), idweb()
    late = {"datelimitereponse": "2026-02-16T12:00:00"}
    await watch.arrive(
        call(here, mark, datelimitereponse="2026-03-16T12:00:00"),
        call(idweb(), mark, **late),
        call(idweb(), mark, dateparution="2025-11-20"),
        call(idweb(), mark, nature="ATTRIBUTION"),
        at=NOW - timedelta(minutes=1),
    )
    search = await save(world.alpha, words=mark)
    await watch.work()
    assert await found(world.alpha, search) == [here]
    assert await told(owner, world) == []


async def test_what_arrives_while_a_new_search_waits_for_its_job_is_told(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, number = word(), idweb()
    search = await save(world.alpha, words=mark)
    await watch.arrive(call(number, mark), at=NOW + timedelta(seconds=1))
    assert await found(world.alpha, search) == [number]
    assert await told(owner, world) == [bare(search)]


async def test_what_is_old_late_or_no_call_alerts_nobody(world: World, watch: Watch) -> None:
    mark, here, corrected = word(), idweb(), idweb()
    search = await save(world.alpha, words=mark)
    awards = await save(world.alpha, words=mark, kinds=["award"])
    award = idweb()
    await watch.arrive(
        call(here, mark, dateparution="2025-12-02"),
        call(corrected, mark, nature="RECTIFICATIF"),
        call(idweb(), mark, dateparution="2025-12-01"),
        call(idweb(), mark, dateparution="2015-05-12"),
        call(idweb(), mark, datelimitereponse="2026-03-01T12:00:00"),
        call(idweb(), mark, nature="ANNULATION", etat="ANNULATION"),
        call(award, mark, nature="ATTRIBUTION"),
    )
    assert sorted(await found(world.alpha, search)) == sorted([here, corrected])
    assert await found(world.alpha, awards) == [award]


async def test_a_changed_notice_is_matched_anew_without_a_second_match(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, other, number = word(), word(), idweb()
    first = await save(world.alpha, words=mark)
    second = await save(world.alpha, words=other)
    await watch.arrive(call(number, f"Avis {mark}"))
    (match,) = await matches(world.alpha, first)
    await watch.arrive(call(number, f"Avis {mark} {other}"))
    (same,) = await matches(world.alpha, first)
    assert (same["id"], same["notice"]["version"]) == (match["id"], 2)
    assert await found(world.alpha, second) == [number]
    await watch.arrive(call(number, f"Avis {other}"))
    (lapsed,) = await matches(world.alpha, first)
    assert (lapsed["id"], lapsed["lapsed_at"] is None) == (match["id"], False)
    assert await told(owner, world) == [bare(first), bare(second)]
    await watch.arrive(call(number, f"Avis {other} {mark}"))
    (back,) = await matches(world.alpha, first)
    assert (back["id"], back["lapsed_at"]) == (match["id"], None)
    assert await told(owner, world) == [bare(first), bare(second), bare(first)]


async def test_a_changed_search_marks_what_fits_no_more_and_adds_what_fits_now(
    world: World, watch: Watch
) -> None:
    mark, one, both = word(), idweb(), idweb()
    await watch.arrive(call(one, f"Son {mark}"), call(both, f"Son et lumière {mark}"))
    search = await save(world.alpha, words=f"son lumière {mark}")
    await watch.work()
    assert await found(world.alpha, search) == [both]
    path = f"/v1/saved-searches/{search['id']}"
    body = {"name": "Autre", "criteria": {"words": f"{mark} -lumières"}}
    changed = ok(await world.alpha.put(path, body, search["version"]), 200)
    assert (changed["name"], changed["version"]) == ("Autre", 2)
    await watch.work()
    assert await found(world.alpha, search) == [one]
    assert len(await matches(world.alpha, search)) == 2
    stale = await world.alpha.put(path, body, search["version"])
    assert stale.status_code == 412


async def test_an_ended_search_finds_nothing_more(world: World, watch: Watch) -> None:
    mark = word()
    search = await save(world.alpha, words=mark)
    path = f"/v1/saved-searches/{search['id']}"
    answer = await world.alpha.client.delete(path, headers=world.alpha.headers())
    assert answer.status_code == 204
    await watch.arrive(call(idweb(), mark))
    assert (await world.alpha.get(path)).status_code == 404
    assert (await world.alpha.get(f"{path}/matches")).status_code == 404
    assert ok(await world.alpha.get("/v1/saved-searches"), 200)["items"] == []


async def test_a_company_that_left_finds_nothing_more(
    world: World, watch: Watch, owner: Database
) -> None:
    mark = word()
    search = await save(world.alpha, words=mark)
    body = {"on": NOW.date().isoformat()}
    path = f"/v1/members/{world.alpha.member}/departures"
    ok(await world.coordinator.post(path, body))
    await watch.arrive(call(idweb(), mark))
    assert await found(world.alpha, search) == []


async def test_a_batch_that_is_matched_twice_at_once_gives_each_match_once(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, numbers = word(), [idweb() for _ in range(30)]
    search = await save(world.alpha, words=mark)
    await watch.bring(*(call(number, mark) for number in numbers))
    again = text(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
        " SELECT queue_name, task_name, args FROM procrastinate_jobs, generate_series(1, 4)"
        " WHERE task_name LIKE '%match_notices' AND status = 'todo'"
    )
    async with owner.transaction() as session:
        await session.execute(again)
    await watch.work()
    assert sorted(await found(world.alpha, search)) == sorted(numbers)


async def test_a_worker_that_is_stopped_at_any_moment_loses_and_repeats_nothing(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, numbers = word(), [idweb() for _ in range(20)]
    search = await save(world.alpha, words=mark)
    await watch.work()
    await watch.bring(*(call(number, mark) for number in numbers))
    waiting = text(
        "DELETE FROM procrastinate_jobs WHERE task_name LIKE '%match_notices' AND status = 'todo'"
        " RETURNING args -> 'notice_ids'"
    )
    async with owner.transaction() as session:
        (ids,) = [one for one in await session.scalars(waiting) if len(one) == len(numbers)]
    stopped = 0
    for task in (partial(tasks.match_notices, notice_ids=ids), tasks.tell):
        for patience in (0.001 * 1.3**step for step in range(60)):
            try:
                await asyncio.wait_for(watch.run(task), patience)
            except TimeoutError:
                stopped += 1
            else:
                break
    assert stopped > 2
    assert sorted(await found(world.alpha, search)) == sorted(numbers)
    assert await told(owner, world) == [bare(search)]
    await watch.work()
    assert await told(owner, world) == [bare(search)]


@pytest.mark.parametrize(
    ("criteria", "fits", "misses"),
    [
        ({"cpv": ["79950000"]}, {"cpv": "79952000"}, {"cpv": "79340000"}),
        ({"departments": ["42"]}, {"code_departement": ["42"]}, {"code_departement": ["43"]}),
        (
            {"departments": ["42"], "around": True},
            {"code_departement": ["43"]},
            {"code_departement": ["75"]},
        ),
        ({"regions": ["84"]}, {"code_departement": ["63"]}, {"code_departement": ["13"]}),
        ({"nuts": ["FRK2"]}, {"code_departement": ["42"]}, {"code_departement": ["63"]}),
        (
            {"buyers": ["Métropole de Lyôn", "ville roanne"]},
            {"nomacheteur": "VILLE DE ROANNE"},
            {"nomacheteur": "Ville de Lyon"},
        ),
        ({"concession": True}, {"famille": "DSP"}, {}),
        (
            {"procedures": ["procedures adaptées"]},
            {"procedure_libelle": "Procédure adaptée"},
            {"procedure_libelle": "Procédure ouverte"},
        ),
        (
            {"days_left_from": 10},
            {"datelimitereponse": "2026-03-20T12:00:00"},
            {"datelimitereponse": "2026-03-10T12:00:00"},
        ),
        (
            {"days_left_to": 10},
            {"datelimitereponse": "2026-03-10T12:00:00"},
            {"datelimitereponse": "2026-03-20T12:00:00"},
        ),
    ],
)
async def test_each_criterion_lets_in_what_it_asks_for_and_nothing_else(
    world: World,
    watch: Watch,
    owner: Database,
    criteria: dict[str, Any],
    fits: dict[str, Any],
    misses: dict[str, Any],
) -> None:
    mark, inside, outside = word(), idweb(), idweb()
    search = await save(world.alpha, words=mark, **criteria)
    alone = await save(world.coordinator, **criteria)
    await watch.bring(national(inside, mark, **fits), national(outside, mark, **misses))
    late = await save(world.coordinator, **criteria)
    await watch.work()
    assert await found(world.alpha, search) == [inside]
    for one in (alone, late):
        assert await among(owner, one, inside, outside) == [inside]


async def among(owner: Database, search: Any, *numbers: str) -> list[str]:
    """Which of these a search has found, among all the notices of other tests."""
    query = text(
        "SELECT n.source_id FROM search_match m JOIN notice n ON n.id = m.notice_id"
        " WHERE m.search_id = :search AND n.source_id = ANY (:numbers)"
    )
    async with owner.transaction() as session:
        values = {"search": bare(search), "numbers": list(numbers)}
        return list(await session.scalars(query, values))
