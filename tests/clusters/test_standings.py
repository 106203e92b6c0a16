"""Companies suspended, reinstated, gone, merged: what they may do, and what they still see."""

import asyncio
from typing import Any

import pytest

from tests.clusters.steps import TODAY, company, departed, merged, suspended
from tests.consortia.steps import Bid, ok, refused, submitted, write_tender
from tests.world import Person, World


async def listed(person: Person, path: str) -> list[Any]:
    """The items of a list as the person sees them."""
    return list(ok(await person.get(path), 200)["items"])


async def test_a_suspended_company_takes_on_nothing_new_and_still_sees(world: World) -> None:
    tender = await write_tender(world, lots=2)
    bid = await Bid.form(tender, world.alpha, world.beta, lots=[tender["lots"][0]["id"]])
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    agreement = await bid.propose()
    standing = await suspended(world, world.beta)
    assert (standing["kind"], standing["reason"]) == ("suspended", "Cotisation impayée")
    interest = {"lot_id": tender["lots"][0]["id"], "stance": "part"}
    consortium = {
        "tender_id": tender["id"],
        "name": "Seule",
        "form": "conjoint",
        "lot_ids": [tender["lots"][1]["id"]],
    }
    for path, body in (
        (f"/v1/tenders/{tender['id']}/interests", interest),
        ("/v1/consortia", consortium),
        (f"{agreement}/approvals", {}),
        ("/v1/tenders", {"title": "X", "buyer": "Y"}),
        ("/v1/candidacies", company(world)),
    ):
        refused(await world.beta.post(path, body), 403, "member_not_active")
    await suspended(world, world.alpha)
    joins = await world.alpha.post(f"{bid.path}/parties", {"member_id": world.gamma.member})
    refused(joins, 403, "member_not_active")
    assert len(await listed(world.beta, "/v1/tenders")) == 1
    assert len(await listed(world.beta, "/v1/members")) == 4
    back = await world.coordinator.post(f"/v1/members/{world.beta.member}/reinstatements")
    assert ok(back)["kind"] == "reinstated"
    ok(await world.beta.post(f"{agreement}/approvals"))


async def test_only_the_coordinator_suspends_reinstates_and_merges(world: World) -> None:
    address = f"/v1/members/{world.beta.member}"
    for person in (world.beta, world.alpha, world.treasurer, world.viewer):
        for path, body in (
            ("suspensions", {"reason": "Non"}),
            ("reinstatements", {}),
            ("mergers", {"into": world.alpha.member, "on": TODAY}),
        ):
            refused(await person.post(f"{address}/{path}", body), 403, "forbidden")


async def test_a_manager_takes_its_own_company_out_and_no_other(world: World) -> None:
    refused(
        await world.alpha.post(f"/v1/members/{world.beta.member}/departures", {"on": TODAY}),
        403,
        "forbidden",
    )
    for person in (world.contributor, world.viewer):
        answer = await person.post(f"/v1/members/{person.member}/departures", {"on": TODAY})
        refused(answer, 403, "forbidden")
    address = f"/v1/members/{world.beta.member}"
    body = {"on": "2026-03-02", "reason": "Cessation d'activité"}
    ok(await world.beta.post(f"{address}/departures", body))
    own = ok(await world.beta.get(address), 200)
    assert (own["state"], own["left_on"]) == ("left", "2026-03-02")
    refused(await world.beta.post(f"{address}/departures", body), 409, "wrong_standing")


async def test_who_left_sees_nothing_that_the_cluster_prepares(world: World) -> None:
    tender = await write_tender(world)
    address = f"/v1/tenders/{tender['id']}"
    interest = {"lot_id": tender["lots"][0]["id"], "stance": "part"}
    ok(await world.alpha.post(f"{address}/interests", interest))
    await departed(world, world.gamma)
    assert await listed(world.gamma, "/v1/tenders") == []
    for path in (address, f"{address}/interests", f"/v1/members/{world.alpha.member}"):
        refused(await world.gamma.get(path), 404, "not_found")
    refused(await world.gamma.post(f"{address}/interests", interest), 404, "not_found")
    new = await world.gamma.post("/v1/tenders", {"title": "X", "buyer": "Y"})
    refused(new, 403, "member_not_active")
    assert [one["id"] for one in await listed(world.gamma, "/v1/members")] == [world.gamma.member]
    ok(await world.gamma.get("/v1/notices"), 200)
    ok(await world.gamma.get("/v1/cluster"), 200)
    assert len(await listed(world.alpha, "/v1/members")) == 4


async def test_who_left_keeps_its_running_consortia_and_what_they_stand_on(world: World) -> None:
    other = await write_tender(world)
    bid = await submitted(world)
    tender = f"/v1/tenders/{bid.body['tender_id']}"
    interest = {"lot_id": bid.lots[0], "stance": "part"}
    for person in (world.beta, world.delta):
        ok(await person.post(f"{tender}/interests", interest))
    await departed(world, world.beta)
    assert [one["id"] for one in await listed(world.beta, "/v1/tenders")] == [bid.body["tender_id"]]
    assert len(ok(await world.beta.get(tender), 200)["lots"]) == 2
    refused(await world.beta.get(f"/v1/tenders/{other['id']}"), 404, "not_found")
    words = await listed(world.beta, f"{tender}/interests")
    assert [one["member_id"] for one in words] == [world.beta.member]
    members = {one["id"] for one in await listed(world.beta, "/v1/members")}
    assert members == {world.alpha.member, world.beta.member}
    ok(await bid.award(0))
    ok(await bid.receive(world.beta, 1_000_00, "Virement 1"))
    ok(await bid.receive(world.beta, 1_000_00, "Virement 2", by=world.alpha))
    parts = (await bid.contribution(world.beta))["parties"]
    assert {one["member_id"] for one in parts} == {world.alpha.member, world.beta.member}


async def test_a_departure_and_an_approval_at_once_end_in_one_order(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    agreement = await bid.propose()
    address = f"/v1/members/{world.beta.member}"
    gone, approved = await asyncio.gather(
        world.coordinator.post(f"{address}/departures", {"on": TODAY}),
        world.beta.post(f"{agreement}/approvals"),
    )
    ok(gone)
    assert approved.status_code in {201, 403}
    history = await listed(world.coordinator, f"{address}/standings")
    assert [one["kind"] for one in history] == ["left"]


async def test_of_several_departures_at_once_one_is_recorded(world: World) -> None:
    address = f"/v1/members/{world.beta.member}"
    answers = await asyncio.gather(
        *(world.coordinator.post(f"{address}/departures", {"on": TODAY}) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await listed(world.coordinator, f"{address}/standings")) == 1


async def test_who_comes_back_is_the_same_member_with_its_history(world: World) -> None:
    await departed(world, world.gamma)
    own = ok(await world.gamma.get(f"/v1/members/{world.gamma.member}"), 200)
    body = {"name": "Gamma et Fils", "siren": own["siren"], "headcount": 20}
    back = ok(await world.coordinator.post("/v1/members", body))
    assert (back["id"], back["state"], back["left_on"]) == (world.gamma.member, "active", None)
    assert (back["name"], back["headcount"]) == ("Gamma et Fils", 20)
    kinds = [
        one["kind"] for one in await listed(world.gamma, f"/v1/members/{back['id']}/standings")
    ]
    assert kinds == ["left", "admitted"]
    changes = await listed(world.alpha, f"/v1/members/{back['id']}/changes")
    assert changes[0]["fields"] == {"name": {"before": "Gamma", "after": "Gamma et Fils"}}
    tender = await write_tender(world)
    assert [one["id"] for one in await listed(world.gamma, "/v1/tenders")] == [tender["id"]]


async def test_a_merger_opens_no_rivals_wall(world: World) -> None:
    tender = await write_tender(world, lots=1)
    absorbed = await Bid.form(tender, world.gamma, world.delta)
    rival = await Bid.form(tender, world.alpha, world.beta)
    for bid in (absorbed, rival):
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    standing = await merged(world, world.gamma, into=world.alpha)
    assert (standing["kind"], standing["into"]) == ("merged", world.alpha.member)
    refused(await world.alpha.get(absorbed.path), 404, "not_found")
    refused(await world.alpha.get(f"{absorbed.path}/split"), 404, "not_found")
    refused(await world.gamma.get(rival.path), 404, "not_found")
    assert len(await listed(world.alpha, "/v1/consortia")) == 1
    ok(await world.gamma.get(absorbed.path), 200)
    again = {**absorbed.body, "lot_ids": absorbed.lots}
    form = {key: again[key] for key in ("tender_id", "name", "form", "lot_ids")}
    refused(await world.gamma.post("/v1/consortia", form), 403, "member_not_active")
    shown = ok(await world.alpha.get(f"/v1/members/{world.gamma.member}"), 200)
    assert (shown["state"], shown["merged_into"]) == ("merged", world.alpha.member)


async def test_a_merged_company_is_no_more(world: World) -> None:
    siren = ok(await world.alpha.get(f"/v1/members/{world.gamma.member}"), 200)["siren"]
    await merged(world, world.gamma, into=world.alpha)
    address = f"/v1/members/{world.gamma.member}"
    body = {"name": "Gamma", "siren": siren}
    refused(await world.coordinator.post("/v1/members", body), 409, "member_exists")
    refused(await world.coordinator.post("/v1/candidacies", body), 409, "member_exists")
    for path, more in (
        ("reinstatements", {}),
        ("departures", {"on": TODAY}),
        ("mergers", {"on": TODAY, "into": world.beta.member}),
        ("changes", {"on": TODAY, "name": "Gamma bis"}),
    ):
        refused(await world.coordinator.post(f"{address}/{path}", more), 409, "wrong_standing")


async def test_a_merger_names_another_active_member(world: World, other_world: World) -> None:
    address = f"/v1/members/{world.gamma.member}/mergers"
    itself = await world.coordinator.post(address, {"into": world.gamma.member, "on": TODAY})
    refused(itself, 422, "merged_into_itself")
    away = await world.coordinator.post(address, {"into": other_world.alpha.member, "on": TODAY})
    refused(away, 422, "unknown_member")
    await suspended(world, world.beta)
    idle = await world.coordinator.post(address, {"into": world.beta.member, "on": TODAY})
    refused(idle, 422, "unknown_member")


async def test_two_companies_said_to_absorb_each_other_do_not(world: World) -> None:
    one, other = world.alpha.member, world.beta.member
    answers = await asyncio.gather(
        world.coordinator.post(f"/v1/members/{one}/mergers", {"into": other, "on": TODAY}),
        world.coordinator.post(f"/v1/members/{other}/mergers", {"into": one, "on": TODAY}),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]


@pytest.mark.parametrize("on", ["2026-03-05", "2026-03-01", "2199-01-01"])
async def test_a_day_to_come_or_before_the_company_joined_is_refused(world: World, on: str) -> None:
    address = f"/v1/members/{world.gamma.member}"
    refused(await world.coordinator.post(f"{address}/departures", {"on": on}), 422, "invalid")
    merger = {"on": on, "into": world.alpha.member}
    refused(await world.coordinator.post(f"{address}/mergers", merger), 422, "invalid")


async def test_another_clusters_company_is_not_found(world: World, other_world: World) -> None:
    address = f"/v1/members/{world.gamma.member}"
    for path, body in (
        ("suspensions", {"reason": "Non"}),
        ("reinstatements", {}),
        ("departures", {"on": TODAY}),
        ("mergers", {"on": TODAY, "into": other_world.alpha.member}),
        ("changes", {"on": TODAY, "name": "Autre"}),
    ):
        answer = await other_world.coordinator.post(f"{address}/{path}", body)
        refused(answer, 404, "not_found")
    for path in ("standings", "changes"):
        refused(await other_world.coordinator.get(f"{address}/{path}"), 404, "not_found")


async def test_why_a_company_was_suspended_is_its_own_and_the_officers_business(
    world: World,
) -> None:
    await suspended(world, world.beta)
    address = f"/v1/members/{world.beta.member}/standings"
    for person in (world.beta, world.coordinator, world.auditor):
        assert [one["reason"] for one in await listed(person, address)] == ["Cotisation impayée"]
    assert await listed(world.alpha, address) == []
