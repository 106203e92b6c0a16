"""A search tells a strategy: who sees it, what it found, and what was made of that."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Anyone, Database, enter
from app.kernel.actor import Role
from app.kernel.ids import decode
from tests.consortia.cast import enlist, person_id
from tests.consortia.steps import ok
from tests.searches.conftest import Watch
from tests.searches.steps import call, matches, save
from tests.watch.notices import idweb
from tests.watch.test_search import word
from tests.world import NOW, Person, World

pytestmark = pytest.mark.xdist_group("searches")


async def found(world: World, watch: Watch, *people: Person) -> list[Any]:
    """A search of each of these people, which all find the same notice."""
    mark = word()
    saved = [await save(person, words=mark) for person in people]
    await watch.work()
    await watch.arrive(call(idweb(), mark))
    return saved


async def test_a_companys_search_is_seen_by_its_own_people_alone(
    world: World, other_world: World, watch: Watch
) -> None:
    (search,) = await found(world, watch, world.alpha)
    path = f"/v1/saved-searches/{search['id']}"
    (match,) = await matches(world.contributor, search)
    paths = [path, f"{path}/matches", f"{path}/matches/{match['id']}"]
    for name in ("alpha", "contributor", "viewer", "integration"):
        for one in paths:
            assert (await world.people[name].get(one)).status_code == 200
    strangers = [world.people[name] for name in ("beta", "coordinator", "treasurer", "auditor")]
    for person in (*strangers, other_world.alpha, other_world.coordinator):
        for one in paths:
            answer = await person.get(one)
            never = await person.get(one.replace(search["id"], f"ssr_{'0' * 32}"))
            assert (answer.status_code, answer.json()["code"]) == (404, never.json()["code"])
        listed = ok(await person.get("/v1/saved-searches"), 200)["items"]
        assert listed == []
        answer = await person.post(f"{paths[2]}/dismissals", {"reason": "Pas pour nous."})
        assert answer.status_code == 404


async def test_the_clusters_search_is_everyones_and_changed_by_its_coordinator_alone(
    world: World, watch: Watch
) -> None:
    (search,) = await found(world, watch, world.coordinator)
    assert search["member_id"] is None
    path = f"/v1/saved-searches/{search['id']}"
    body = {"name": "Autre", "criteria": {"words": "autre"}}
    for name in ("alpha", "viewer", "auditor", "treasurer"):
        person = world.people[name]
        assert len(await matches(person, search)) == 1
        assert (await person.put(path, body, search["version"])).status_code == 403
        answer = await person.client.delete(path, headers=person.headers())
        assert answer.status_code == 403


async def test_what_a_company_makes_of_a_match_of_the_cluster_is_its_own(
    world: World, watch: Watch
) -> None:
    (search,) = await found(world, watch, world.coordinator)
    (match,) = await matches(world.alpha, search)
    path = f"/v1/saved-searches/{search['id']}/matches/{match['id']}"
    ok(await world.alpha.post(f"{path}/dismissals", {"reason": "Nous sommes déjà pris."}))
    (own,) = await matches(world.contributor, search, state="dismissed")
    assert own["decision"]["reason"] == "Nous sommes déjà pris."
    assert own["decision"]["decided_by"] == await person_id(world, world.alpha)
    for name in ("beta", "coordinator", "auditor"):
        (theirs,) = await matches(world.people[name], search, state="new")
        assert theirs["decision"] is None
        assert await matches(world.people[name], search, state="dismissed") == []
    ok(await world.coordinator.post(f"{path}/dismissals", {"reason": "Hors du projet."}))
    (seen,) = await matches(world.auditor, search)
    assert seen["decision"]["reason"] == "Hors du projet."
    (mine,) = await matches(world.alpha, search)
    assert mine["decision"]["reason"] == "Nous sommes déjà pris."


async def test_who_follows_a_notice_already_shows_on_every_match_and_no_search_does(
    world: World, watch: Watch
) -> None:
    first, second = await found(world, watch, world.alpha, world.beta)
    (match,) = await matches(world.alpha, first)
    path = f"/v1/saved-searches/{first['id']}/matches/{match['id']}"
    followed = ok(await world.alpha.post(f"{path}/follows"))
    tender = ok(await world.alpha.get(f"/v1/tenders/{followed['tender_id']}"), 200)
    interest = {"lot_id": tender["lots"][0]["id"], "stance": "lead"}
    ok(await world.alpha.post(f"/v1/tenders/{tender['id']}/interests", interest))
    (theirs,) = await matches(world.beta, second, state="followed")
    assert theirs["followed"] == {
        "tender_id": tender["id"],
        "since": "2026-03-02T09:00:00Z",
        "followed_by": await person_id(world, world.alpha),
        "interests": [{"member_id": world.alpha.member, "stance": "lead"}],
    }
    assert first["id"] not in str(theirs)
    again = await world.beta.post(
        f"/v1/saved-searches/{second['id']}/matches/{theirs['id']}/follows"
    )
    assert (again.status_code, again.json()["code"]) == (409, "already_followed")


async def test_a_match_is_assigned_within_a_company(world: World, watch: Watch) -> None:
    (search,) = await found(world, watch, world.alpha)
    (match,) = await matches(world.alpha, search)
    path = f"/v1/saved-searches/{search['id']}/matches/{match['id']}"
    colleague = await enlist(world, world.alpha, Role.CONTRIBUTOR)
    for outsider in (world.beta, world.coordinator):
        body = {"person_id": await person_id(world, outsider)}
        answer = await world.alpha.post(f"{path}/assignments", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_a_colleague")
    body = {"person_id": await person_id(world, colleague)}
    ok(await world.alpha.post(f"{path}/dismissals", {"reason": "Trop loin."}))
    ok(await world.alpha.post(f"{path}/assignments", body))
    (seen,) = await matches(world.alpha, search, state="assigned")
    assert (seen["decision"]["assigned_to"], seen["decision"]["reason"]) == (
        body["person_id"],
        None,
    )
    ok(await world.alpha.post(f"{path}/reopenings"))
    assert len(await matches(world.alpha, search, state="new")) == 1


async def test_an_event_of_a_companys_search_names_the_company(
    world: World, watch: Watch, owner: Database
) -> None:
    await found(world, watch, world.alpha, world.coordinator)
    query = text(
        "SELECT member_id FROM event WHERE cluster_id = :cluster AND type = 'search.matched'"
    )
    async with owner.transaction() as session:
        told = list(await session.scalars(query, {"cluster": world.cluster_id}))
    assert sorted(map(str, told)) == sorted([str(world.alpha.member_id), "None"])


ATTEMPTS = [
    ("UPDATE saved_search SET name = 'pris' WHERE id = :search", "beta", 0),
    ("UPDATE saved_search SET name = 'pris' WHERE id = :cluster_search", "beta", None),
    ("UPDATE saved_search SET name = 'pris' WHERE id = :cluster_search", "auditor", None),
    ("UPDATE saved_search SET member_id = app.member() WHERE id = :cluster_search", "beta", None),
    ("UPDATE search_match SET silent = true", "alpha", None),
    ("SELECT app.match(ARRAY[]::uuid[], now())", "alpha", None),
    ("SELECT app.clusters_to_tell()", "alpha", None),
]


@pytest.mark.parametrize(("statement", "name", "changed"), ATTEMPTS)
async def test_postgresql_keeps_the_walls_whatever_we_forget(
    world: World,
    watch: Watch,
    serving: Database,
    statement: str,
    name: str,
    changed: int | None,
) -> None:
    own, shared = await found(world, watch, world.alpha, world.coordinator)
    values = {"search": plain(own), "cluster_search": plain(shared)}
    values = {key: value for key, value in values.items() if f":{key}" in statement}

    async def attempt() -> int:
        async with serving.transaction() as session:
            await enter(session, Anyone(world.people[name].token, NOW, "test"))
            done = await session.execute(text(statement), values)
            return done.rowcount  # type: ignore[attr-defined, no-any-return]

    if changed is None:
        with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
            await attempt()
    else:
        assert await attempt() == changed


def plain(search: Any) -> UUID:
    """The id of a search as the database has it."""
    return decode("ssr", search["id"])


async def test_a_suspended_company_reads_and_saves_nothing_new(world: World) -> None:
    await save(world.alpha, words="halle")
    reason = {"reason": "Cotisation impayée"}
    ok(await world.coordinator.post(f"/v1/members/{world.alpha.member}/suspensions", reason))
    body = {"name": "Autre", "criteria": {"words": "halle"}}
    answer = await world.alpha.post("/v1/saved-searches", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "member_not_active")
    assert len(ok(await world.alpha.get("/v1/saved-searches"), 200)["items"]) == 1
