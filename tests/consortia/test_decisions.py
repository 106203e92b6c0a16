"""People named on a consortium, and the coordinator's decisions on walls."""

import asyncio

from app.kernel.actor import Role
from tests.consortia.cast import decide, enlist, person_id
from tests.consortia.steps import Bid, ok, refused, write_tender
from tests.world import Person, World

NOBODY = "per_" + "0" * 32


async def talks(world: World) -> Bid:
    """X of alpha and beta, with a price."""
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    return bid


async def named(world: World, bid: Bid, person: Person) -> str:
    """The lead names a person; gives the address."""
    body = {"person_id": await person_id(world, person)}
    found = ok(await bid.lead.post(f"{bid.path}/people", body))
    return f"{bid.path}/people/{found['id']}"


async def test_who_is_named_sees_the_amounts_and_acts_on_nothing(world: World) -> None:
    bid = await talks(world)
    refused(await world.coordinator.get(f"{bid.path}/split"), 404, "not_found")
    adviser = await enlist(world, None, Role.VIEWER)
    for person in (world.coordinator, adviser):
        await named(world, bid, person)
        ok(await person.get(f"{bid.path}/split"), 200)
        assert len(ok(await person.get(bid.path), 200)["parties"]) == 2
        version = await bid.version()
        write = await person.put(f"{bid.path}/split", bid.shares(1, 9_999), version)
        refused(write, 403, "forbidden")
        refused(await person.post(f"{bid.path}/agreements"), 403, "forbidden")
    assert len(ok(await world.beta.get(f"{bid.path}/people"), 200)["items"]) == 2
    refused(await world.gamma.get(f"{bid.path}/people"), 404, "not_found")


async def test_who_is_no_longer_named_sees_nothing(world: World) -> None:
    bid = await talks(world)
    adviser = await enlist(world, None, Role.VIEWER)
    for remover in (adviser, world.alpha):
        address = await named(world, bid, adviser)
        ok(await adviser.get(f"{bid.path}/split"), 200)
        refused(await world.beta.post(f"{address}/departures"), 403, "not_your_name")
        ok(await remover.post(f"{address}/departures"))
        refused(await adviser.get(bid.path), 404, "not_found")
        refused(await adviser.get(f"{bid.path}/split"), 404, "not_found")
        assert ok(await adviser.get("/v1/consortia"), 200)["items"] == []


async def test_the_lead_alone_names_people_of_the_cluster_and_once(
    world: World, other_world: World
) -> None:
    bid = await talks(world)
    stranger = await person_id(other_world, other_world.alpha)
    for unknown in (stranger, NOBODY):
        answer = await world.alpha.post(f"{bid.path}/people", {"person_id": unknown})
        refused(answer, 422, "unknown_person")
    body = {"person_id": await person_id(world, world.coordinator)}
    refused(await world.beta.post(f"{bid.path}/people", body), 403, "not_lead")
    refused(await world.gamma.post(f"{bid.path}/people", body), 404, "not_found")
    answers = await asyncio.gather(
        *(world.alpha.post(f"{bid.path}/people", body) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_rivals_own_people_see_nothing_by_being_named(world: World) -> None:
    bid = await talks(world)
    tender = {"id": bid.body["tender_id"], "lots": [{"id": lot} for lot in bid.lots]}
    await Bid.form(tender, world.gamma)
    clerk = await enlist(world, world.gamma, Role.VIEWER)
    await named(world, bid, clerk)
    refused(await clerk.get(bid.path), 403, "in_rival_consortium")
    refused(await clerk.get(f"{bid.path}/split"), 403, "in_rival_consortium")
    await decide(world, bid.lots[0], person_id=await person_id(world, clerk))
    ok(await clerk.get(f"{bid.path}/split"), 200)


async def test_the_coordinator_alone_decides_and_not_for_themselves(world: World) -> None:
    lot = (await write_tender(world, lots=1))["lots"][0]["id"]
    body = {"lot_id": lot, "reason": "Seule qualifiée.", "member_id": world.beta.member}
    for person in (world.alpha, world.treasurer, world.auditor, world.viewer):
        refused(await person.post("/v1/wall-decisions", body), 403, "forbidden")
    own = {**body, "member_id": None, "person_id": await person_id(world, world.coordinator)}
    refused(await world.coordinator.post("/v1/wall-decisions", own), 403, "own_decision")
    both = await enlist(world, None, Role.COORDINATOR, same_as=world.beta)
    refused(await both.post("/v1/wall-decisions", body), 403, "own_decision")
    made = ok(await world.coordinator.post("/v1/wall-decisions", body))
    address = f"/v1/wall-decisions/{made['id']}/withdrawals"
    refused(await both.post(address), 403, "own_decision")


async def test_a_decision_is_of_a_known_lot_and_a_known_company_or_person(
    world: World, other_world: World
) -> None:
    lot = (await write_tender(world, lots=1))["lots"][0]["id"]
    foreign = (await write_tender(other_world, lots=1))["lots"][0]["id"]
    beta, reason = world.beta.member, "Seule qualifiée."

    async def answer(**body: str) -> tuple[int, str]:
        made = await world.coordinator.post("/v1/wall-decisions", {"reason": reason, **body})
        return made.status_code, made.json().get("code", "")

    assert await answer(lot_id=foreign, member_id=beta) == (422, "unknown_lot")
    assert await answer(lot_id=lot, person_id=NOBODY) == (422, "unknown_person")
    stranger = await person_id(other_world, other_world.alpha)
    assert await answer(lot_id=lot, person_id=stranger) == (422, "unknown_person")
    alien = other_world.alpha.member
    assert await answer(lot_id=lot, member_id=alien) == (422, "unknown_member")
    assert await answer(lot_id=lot) == (422, "invalid")
    assert await answer(lot_id=lot, member_id=beta, person_id=NOBODY) == (422, "invalid")
    assert (await answer(lot_id=lot, member_id=beta))[0] == 201
    assert await answer(lot_id=lot, member_id=beta) == (409, "already_decided")


async def test_a_decision_is_seen_by_overseers_and_those_it_speaks_of(
    world: World, other_world: World
) -> None:
    lot = (await write_tender(world, lots=1))["lots"][0]["id"]
    made = await decide(world, lot, member_id=world.beta.member)
    for person, seen in (
        (world.coordinator, 1),
        (world.auditor, 1),
        (world.beta, 1),
        (world.gamma, 0),
        (other_world.coordinator, 0),
    ):
        assert len(ok(await person.get("/v1/wall-decisions"), 200)["items"]) == seen
    address = f"/v1/wall-decisions/{made['id']}/withdrawals"
    refused(await other_world.coordinator.post(address), 404, "not_found")
    refused(await world.gamma.post(address), 404, "not_found")
    refused(await world.beta.post(address), 403, "forbidden")
    answers = await asyncio.gather(*(world.coordinator.post(address) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    await decide(world, lot, member_id=world.beta.member)
