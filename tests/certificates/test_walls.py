"""Who sees a certificate, and who changes one: the company first, then whom it says."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Anyone, enter, open_database
from app.kernel.ids import decode
from app.settings import Settings
from tests.certificates.steps import add, social, upload
from tests.consortia.steps import Bid, ok, refused, write_tender
from tests.world import NOW, World

PATH = "/v1/certificates"


async def seen(world: World, certificate: Any) -> set[str]:
    """Who of the cluster sees it, the same in its list, itself, and its file."""
    found = set()
    for name, person in world.people.items():
        listed = ok(await person.get(PATH, limit=100), 200)["items"]
        there = certificate["id"] in {one["id"] for one in listed}
        path = f"{PATH}/{certificate['id']}"
        for one in (path, f"{path}/file"):
            assert (await person.get(one)).status_code == (200 if there else 404), (name, one)
        if there:
            found.add(name)
    return found


OWN = {"alpha", "contributor", "viewer", "integration"}
OTHERS = {"beta", "gamma", "delta", "coordinator", "treasurer", "auditor"}


@pytest.mark.parametrize(
    ("audience", "partners", "all_of_them"),
    [
        ("company", OWN, OWN),
        ("partners", OWN | {"beta"}, OWN | {"beta"}),
        ("cluster", OWN | OTHERS, OWN | OTHERS),
    ],
)
async def test_a_certificate_is_seen_by_whom_its_company_says(
    world: World, audience: str, partners: set[str], all_of_them: set[str]
) -> None:
    added = await add(world.alpha, audience=audience)
    ok(await upload(world.alpha, added), 200)
    assert await seen(world, added) == (OWN if audience == "partners" else all_of_them)
    tender = await write_tender(world)
    bid = await Bid.form(tender, world.alpha, world.beta)
    await bid.invite(world.gamma)
    assert await seen(world, added) == partners
    await Bid.form(tender, world.gamma, world.delta, lots=[tender["lots"][1]["id"]])
    assert await seen(world, added) == partners


async def test_who_left_the_consortium_sees_no_more_of_it(world: World) -> None:
    added = await add(world.alpha)
    ok(await upload(world.alpha, added), 200)
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    assert "beta" in await seen(world, added)
    ok(await world.beta.post(f"{bid.party(world.beta)}/withdrawals", {"reason": "Trop loin."}))
    assert await seen(world, added) == OWN


async def test_another_cluster_sees_nothing_of_it(world: World, other_world: World) -> None:
    added = await add(world.alpha, audience="cluster")
    ok(await upload(world.alpha, added), 200)
    assert await seen(other_world, added) == set()
    refused(await upload(other_world.alpha, added), 404, "not_found")


async def test_only_the_company_itself_changes_it(world: World) -> None:
    added = await add(world.alpha, audience="cluster")
    path = f"{PATH}/{added['id']}"
    for name, code in (("beta", "others_certificate"), ("coordinator", "forbidden")):
        person = world.people[name]
        refused(await upload(person, added), 403, code)
        refused(await world.client.delete(path, headers=person.headers()), 403, code)
    for name in ("viewer", "integration", "auditor"):
        refused(await upload(world.people[name], added), 403, "forbidden")
        refused(await world.people[name].post(PATH, social()), 403, "forbidden")
    assert ok(await world.alpha.get(path), 200)["file"] is None


async def test_the_database_lets_nobody_write_anothers(world: World, settings: Settings) -> None:
    """Row security alone, whatever Python asks for."""
    added = await add(world.alpha, audience="cluster")
    async with (
        open_database(settings.login_url(), size=1) as serving,
        serving.sessions() as session,
    ):
        await enter(session, Anyone(world.beta.token, NOW, "req_test"))
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.execute(
                text("UPDATE certificate SET withdrawn_at = now() WHERE id = :id"),
                {"id": decode("cer", added["id"])},
            )
