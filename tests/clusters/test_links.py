"""Companies that are linked: who says so, who takes it back, who sees it."""

from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import open_database
from app.settings import Settings
from tests.access.test_rows import acting
from tests.consortia.steps import ok, refused
from tests.world import Person, World


async def say(by: Person, one: Person, other: Person, kind: str = "group") -> Response:
    """Someone says that two companies are linked."""
    body = {"other_member_id": other.member, "kind": kind, "evidence": "Extrait Kbis."}
    return await by.post(f"/v1/members/{one.member}/links", body)


async def end(by: Person, one: Person, link: Any) -> Response:
    """Someone takes back what was said of two companies."""
    return await by.post(f"/v1/members/{one.member}/links/{link['id']}/endings")


async def test_a_company_speaks_for_itself_and_the_coordinator_for_all(world: World) -> None:
    own = ok(await say(world.alpha, world.alpha, world.beta, "officers"))
    assert (own["said_for"], own["kind"]) == (world.alpha.member, "officers")
    refused(await say(world.alpha, world.alpha, world.beta), 409, "already_linked")
    refused(await say(world.alpha, world.beta, world.alpha), 403, "forbidden")
    for person in (world.contributor, world.treasurer):
        refused(await say(person, world.alpha, world.gamma), 403, "forbidden")
    found = ok(await say(world.coordinator, world.alpha, world.beta))
    assert found["said_for"] is None
    refused(await say(world.coordinator, world.alpha, world.alpha), 422, "linked_to_itself")
    for person in (world.alpha, world.beta, world.viewer, world.delta, world.auditor):
        for one in (world.alpha, world.beta):
            shown = ok(await person.get(f"/v1/members/{one.member}/links"), 200)["items"]
            assert shown == [own, found]
    assert ok(await world.delta.get(f"/v1/members/{world.gamma.member}/links"), 200)["items"] == []


async def test_each_takes_back_its_own_word_and_the_coordinator_any(world: World) -> None:
    own = ok(await say(world.alpha, world.alpha, world.beta))
    found = ok(await say(world.coordinator, world.alpha, world.gamma))
    refused(await end(world.beta, world.beta, own), 403, "not_your_word")
    refused(await end(world.alpha, world.alpha, found), 403, "not_your_word")
    refused(await end(world.contributor, world.alpha, own), 403, "forbidden")
    refused(await end(world.alpha, world.delta, own), 404, "not_found")
    assert ok(await end(world.alpha, world.alpha, own))["ended_at"]
    refused(await end(world.coordinator, world.alpha, own), 409, "link_ended")
    ok(await end(world.coordinator, world.gamma, found))
    ok(await say(world.alpha, world.alpha, world.beta))


async def test_a_link_names_an_active_company(world: World) -> None:
    reason = {"reason": "Cotisation impayée"}
    ok(await world.coordinator.post(f"/v1/members/{world.beta.member}/suspensions", reason))
    refused(await say(world.alpha, world.alpha, world.beta), 422, "unknown_member")
    refused(await say(world.beta, world.beta, world.alpha), 403, "member_not_active")


async def test_the_database_takes_no_word_in_anothers_name(
    world: World, settings: Settings
) -> None:
    query = text(
        "INSERT INTO member_link (cluster_id, id, member_id, other_member_id, kind, evidence,"
        " said_for, person_id, said_at) SELECT app.cluster(), gen_random_uuid(), :one, :other,"
        " 'group', 'Kbis', :said_for, app.my_person(), now()"
    )
    alpha, beta = world.alpha.member_id, world.beta.member_id
    said = (
        (world.alpha, {"one": alpha, "other": beta, "said_for": None}),
        (world.alpha, {"one": beta, "other": alpha, "said_for": beta}),
        (world.coordinator, {"one": alpha, "other": beta, "said_for": alpha}),
    )
    async with open_database(settings.login_url(), size=1) as serving:
        for person, values in said:
            with pytest.raises(DBAPIError, match="row-level security"):
                async with acting(serving, person) as session:
                    await session.execute(query, values)
        async with acting(serving, world.alpha) as session:
            await session.execute(query, {"one": alpha, "other": beta, "said_for": alpha})
