"""Readiness tells a company what it does elsewhere that stands in the way; and nobody else."""

from typing import Any

from tests.clusters.test_links import say as say_link
from tests.consortia.cast import decide
from tests.consortia.steps import Bid, lacking, ok, write_tender
from tests.consortia.test_caps import say
from tests.consortia.test_solo_bids import alone, give_up
from tests.world import Person, World


async def told(person: Person, bid: Bid, step: str = "propose") -> list[Any]:
    """What someone is told that a step still needs."""
    return list(ok(await person.get(f"{bid.path}/readiness", step=step), 200)["missing"])


async def codes(person: Person, bid: Bid, step: str = "propose") -> list[tuple[str, bool]]:
    return [(one["code"], one["blocking"]) for one in await told(person, bid, step)]


async def beside_a_bid_alone(world: World, person: Person, several_bids: str) -> tuple[Bid, Any]:
    """X of alpha and beta with a split, of which one answers alone, no longer let to."""
    tender = await write_tender(world, lots=1, several_bids=several_bids)
    decision = await decide(world, tender["lots"][0]["id"], member_id=person.member)
    bid = await Bid.form(tender, world.alpha, world.beta)
    solo = ok(await alone(person, tender))
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    ok(await world.coordinator.post(f"/v1/wall-decisions/{decision['id']}/withdrawals"))
    return bid, solo


async def test_a_lead_that_bids_alone_is_not_ready_r2142_21(world: World) -> None:
    bid, solo = await beside_a_bid_alone(world, world.alpha, "forbidden")
    found = await told(world.alpha, bid)
    assert [one["code"] for one in found] == ["several_bids_forbidden", "bids_alone"]
    for one in found:
        assert (one["party_id"], one["lot_id"]) == (bid.parties[world.alpha.member], bid.lots[0])
    assert await codes(world.beta, bid) == []
    assert "L'acheteur interdit" in found[0]["message"]
    problem = lacking(
        await world.alpha.post(f"{bid.path}/agreements"), "several_bids_forbidden", "bids_alone"
    )
    assert "R2142-21" in problem["detail"]
    applied = {"submitted_at": "2026-03-02T09:00:00Z"}
    answer = await world.alpha.post(f"{bid.path}/applications", applied)
    lacking(answer, "several_bids_forbidden", "bids_alone")
    ok(await give_up(world.alpha, {"id": bid.body["tender_id"]}, solo))
    assert await codes(world.alpha, bid) == []
    await bid.propose()


async def test_a_partner_that_bids_alone_is_told_and_its_lead_is_not(world: World) -> None:
    bid, _ = await beside_a_bid_alone(world, world.beta, "unknown")
    assert await codes(world.beta, bid) == [
        ("several_bids_unknown", False),
        ("bids_alone", True),
    ]
    assert await codes(world.alpha, bid) == []
    await bid.propose()
    assert [code for code, _ in await codes(world.alpha, bid, "submit")] == ["approval_missing"] * 2


async def test_what_was_agreed_is_not_handed_in_beside_a_rival_bid_of_the_lead(
    world: World,
) -> None:
    tender = await write_tender(world, lots=1, several_bids="allowed")
    lot = tender["lots"][0]["id"]
    decision = await decide(world, lot, member_id=world.alpha.member)
    x = await Bid.form(tender, world.alpha, world.beta)
    await Bid.form(tender, world.gamma, world.alpha)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    await x.agree()
    assert await codes(world.alpha, x, "submit") == []
    ok(await world.coordinator.post(f"/v1/wall-decisions/{decision['id']}/withdrawals"))
    assert await codes(world.beta, x, "submit") == []
    assert await codes(world.alpha, x, "submit") == [("in_rival_consortium", True)]
    lacking(await x.submit(), "in_rival_consortium")


async def test_caps_and_a_second_lead_are_told_with_all_else_l2113_10_r2142_23(
    world: World,
) -> None:
    tender = await write_tender(world, lots=2)
    first, second = (lot["id"] for lot in tender["lots"])
    x = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    await Bid.form(tender, world.alpha, lots=[second])
    await say(world, tender, one_lead=True, bid_cap=1)
    found = await told(world.alpha, x)
    assert [one["code"] for one in found] == ["too_many_lots", "leads_on_tender", "split_missing"]
    assert "répondrait à 2" in found[0]["message"]
    assert await codes(world.beta, x) == [("split_missing", True)]


async def test_a_linked_company_on_the_lot_is_told_as_an_approval_would_ce_436532(
    world: World,
) -> None:
    ok(await say_link(world.coordinator, world.beta, world.delta))
    for linked_bids, expected in (
        ("forbidden", [("linked_bids_forbidden", True)]),
        ("unknown", [("linked_bids_unknown", False)]),
        ("allowed", []),
    ):
        tender = await write_tender(world, lots=1)
        x = await Bid.form(tender, world.alpha, world.beta)
        ok(await x.write(x.shares(6_000, 4_000)), 200)
        rival = ok(await alone(world.delta, tender))
        await say(world, tender, linked_bids=linked_bids)
        assert await codes(world.beta, x) == expected
        assert await codes(world.alpha, x) == []
        assert rival["id"] not in str(await told(world.beta, x))
