"""What the documents of a tender cap: lots bid for, lots won, groups led."""

import asyncio
from typing import Any

import pytest

from app.consortia import domain
from app.consortia.domain import OwnBid
from app.kernel.ids import new_id
from app.tenders.domain import Rules
from tests.consortia.cast import person_id
from tests.consortia.steps import Bid, ok, refused, submitted, write_tender
from tests.consortia.test_solo_bids import alone, give_up
from tests.world import World


async def say(world: World, tender: Any, **rules: Any) -> None:
    """Someone reads the documents of a tender."""
    path = f"/v1/tenders/{tender['id']}/rules"
    version = ok(await world.coordinator.get(path), 200)["version"]
    answer = await world.coordinator.put(path, rules, version)
    assert answer.status_code == 204, answer.text


def forming(tender: Any, *lots: int) -> Any:
    """The body that opens a consortium on some lots of a tender."""
    ids = [tender["lots"][lot]["id"] for lot in lots]
    return {"tender_id": tender["id"], "name": "Groupe", "form": "conjoint", "lot_ids": ids}


async def test_nobody_leads_two_groups_on_a_tender_where_the_documents_say_so_r2142_23(
    world: World,
) -> None:
    tender, other = await write_tender(world), await write_tender(world)
    first, second = (lot["id"] for lot in tender["lots"])
    x = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    await say(world, tender, one_lead=True)
    refusal = refused(
        await world.alpha.post("/v1/consortia", forming(tender, 1)), 409, "leads_on_tender"
    )
    assert "R2142-23" in refusal["title"]
    assert "288435" in refusal["title"]
    await say(world, other, one_lead=True)
    ok(await world.alpha.post("/v1/consortia", forming(other, 0)))
    y = await Bid.form(tender, world.gamma, world.alpha, lots=[second])
    assert y.body["warnings"] == []
    ok(await x.lead.post(f"{x.path}/withdrawals", {"reason": "Plus de capacité."}))
    ok(await world.alpha.post("/v1/consortia", forming(tender, 0)))


async def test_who_leads_two_approves_none_once_the_documents_are_read_r2142_23(
    world: World,
) -> None:
    tender = await write_tender(world)
    first, second = (lot["id"] for lot in tender["lots"])
    x = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    y = await Bid.form(tender, world.alpha, lots=[second])
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    agreement = await x.propose()
    await say(world, tender, one_lead=True)
    refused(await world.alpha.post(f"{agreement}/approvals"), 409, "leads_on_tender")
    ok(await world.beta.post(f"{agreement}/approvals"))
    ok(await world.alpha.post(f"{y.path}/withdrawals", {"reason": "Un seul suffit."}))
    ok(await world.alpha.post(f"{agreement}/approvals"))


async def test_lots_are_counted_over_all_bids_of_a_company_l2113_10(world: World) -> None:
    tender = await write_tender(world, lots=4)
    ids = [lot["id"] for lot in tender["lots"]]
    await say(world, tender, bid_cap=2)
    x = await Bid.form(tender, world.alpha, world.beta, lots=ids[:1])
    ok(await alone(world.beta, tender, 1))
    refusal = refused(await alone(world.beta, tender, 2), 409, "too_many_lots")
    assert "L2113-10" in refusal["detail"]
    assert "2 au plus" in refusal["detail"]
    assert "répondrait à 3" in refusal["detail"]
    refused(await world.beta.post("/v1/consortia", forming(tender, 2)), 409, "too_many_lots")
    y = await Bid.form(tender, world.gamma, lots=ids[2:3])
    address = await y.invite(world.beta)
    refused(await world.beta.post(f"{address}/acceptances"), 409, "too_many_lots")
    ok(await x.lead.post(f"{x.path}/withdrawals", {"reason": "Plus de capacité."}))
    ok(await world.beta.post(f"{address}/acceptances"))


async def test_a_cap_read_late_bars_from_approving_l2113_10(world: World) -> None:
    tender = await write_tender(world, lots=3)
    ids = [lot["id"] for lot in tender["lots"]]
    x = await Bid.form(tender, world.alpha, world.beta, lots=ids[:2])
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    agreement = await x.propose()
    made = ok(await alone(world.beta, tender, 2))
    await say(world, tender, bid_cap=2)
    refused(await world.beta.post(f"{agreement}/approvals"), 409, "too_many_lots")
    ok(await world.alpha.post(f"{agreement}/approvals"))
    ok(await give_up(world.beta, tender, made))
    ok(await world.beta.post(f"{agreement}/approvals"))


async def test_a_lead_learns_nothing_of_other_bids_of_whom_it_invites(world: World) -> None:
    tender = await write_tender(world, lots=2)
    ids = [lot["id"] for lot in tender["lots"]]
    await say(world, tender, bid_cap=1)
    x = await Bid.form(tender, world.alpha, lots=ids[:1])
    ok(await alone(world.beta, tender, 1))
    invited = ok(await world.alpha.post(f"{x.path}/parties", {"member_id": world.beta.member}))
    free = ok(await world.alpha.post(f"{x.path}/parties", {"member_id": world.delta.member}))
    assert invited.keys() == free.keys()
    assert (invited["joined_at"], invited["left_at"]) == (None, None)


async def test_of_bids_at_once_as_many_stand_as_the_cap_lets_l2113_10(world: World) -> None:
    for _ in range(3):
        tender = await write_tender(world, lots=4)
        await say(world, tender, bid_cap=1)
        x = await Bid.form(tender, world.alpha, lots=[tender["lots"][3]["id"]])
        address = await x.invite(world.beta)
        answers = await asyncio.gather(
            alone(world.beta, tender, 0),
            alone(world.beta, tender, 1),
            world.beta.post("/v1/consortia", forming(tender, 2)),
            world.beta.post(f"{address}/acceptances"),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_of_groups_opened_at_once_one_has_the_lead_r2142_23(world: World) -> None:
    tender = await write_tender(world, lots=4)
    await say(world, tender, one_lead=True)
    answers = await asyncio.gather(
        *(world.alpha.post("/v1/consortia", forming(tender, lot)) for lot in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_more_lots_won_than_the_cap_is_recorded_with_a_warning_l2113_10(
    world: World,
) -> None:
    tender = await write_tender(world, lots=2)
    await say(world, tender, win_cap=1)
    bid = await submitted(world, tender)
    assert ok(await bid.award(0))["warnings"] == []
    (warning,) = ok(await bid.award(1))["warnings"]
    assert "L2113-10" in warning
    assert "limite à 1" in warning
    assert "2 le seraient" in warning


async def test_a_lead_is_warned_of_its_own_wins_and_of_no_partners_l2113_10(world: World) -> None:
    tender = await write_tender(world, lots=3)
    ids = [lot["id"] for lot in tender["lots"]]
    await say(world, tender, win_cap=1)
    bids = []
    pairs = ((world.alpha, world.beta), (world.gamma, world.beta), (world.delta, world.alpha))
    for pair, lot in zip(pairs, ids, strict=True):
        bid = await Bid.form(tender, *pair, lots=[lot])
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
        await bid.agree()
        ok(await bid.submit())
        bids.append(bid)
    assert ok(await bids[2].award(outcome="lost", amount=None))["warnings"] == []
    assert ok(await bids[0].award())["warnings"] == []
    # Beta has won with alpha; that is not gamma's to know.
    assert ok(await bids[1].award())["warnings"] == []


async def test_what_a_named_person_sees_won_is_not_their_companys_l2113_10(world: World) -> None:
    tender = await write_tender(world, lots=2)
    ids = [lot["id"] for lot in tender["lots"]]
    await say(world, tender, win_cap=1)
    x = await Bid.form(tender, world.alpha, world.beta, lots=ids[:1])
    y = await Bid.form(tender, world.gamma, world.delta, lots=ids[1:])
    named = {"person_id": await person_id(world, world.gamma)}
    ok(await world.alpha.post(f"{x.path}/people", named))
    for bid in (x, y):
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
        await bid.agree()
        ok(await bid.submit())
        assert ok(await bid.award())["warnings"] == []
    assert ok(await world.gamma.get(x.path), 200)["awards"]


@pytest.mark.parametrize(("cap", "elsewhere", "fits"), [(2, 1, True), (1, 1, False), (1, 0, True)])
def test_a_lot_bid_for_twice_counts_once(cap: int, elsewhere: int, *, fits: bool) -> None:
    lot = new_id()
    bids = [OwnBid(lot, leads=False), *(OwnBid(new_id(), leads=True) for _ in range(elsewhere))]
    rules = Rules(bid_cap=cap)
    if fits:
        domain.require_under_cap(rules, bids, [lot])
    else:
        with pytest.raises(domain.TooManyLots):
            domain.require_under_cap(rules, bids, [lot])


async def test_who_leads_elsewhere_on_the_tender_takes_no_succession_r2142_23(
    world: World,
) -> None:
    tender = await write_tender(world)
    first, second = (lot["id"] for lot in tender["lots"])
    bid = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    other = await Bid.form(tender, world.beta, lots=[second])
    await say(world, tender, one_lead=True)
    offer = {"party_id": bid.parties[world.beta.member], "reason": "Fusion."}
    made = ok(await world.alpha.post(f"{bid.path}/successions", offer))
    address = f"{bid.path}/successions/{made['id']}/acceptances"
    refused(await world.beta.post(address), 409, "leads_on_tender")
    ok(await world.beta.post(f"{other.path}/withdrawals", {"reason": "Un seul suffit."}))
    ok(await world.beta.post(address))
