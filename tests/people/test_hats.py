"""One person who acts for two companies keeps them apart."""

import asyncio

from tests.consortia.cast import enlist
from tests.consortia.steps import Bid, ok, refused, write_tender
from tests.world import World


async def test_an_answer_kept_for_one_company_is_not_replayed_to_the_other(world: World) -> None:
    as_gamma = await enlist(world, world.gamma, same_as=world.alpha)
    tender = await write_tender(world)
    address = f"/v1/tenders/{tender['id']}/interests"
    body = {"lot_id": tender["lots"][0]["id"], "stance": "part", "note": "Secret"}
    mine = ok(await world.alpha.post(address, body, key="one-key"))
    theirs = ok(await as_gamma.post(address, body, key="one-key"))
    assert mine["id"] != theirs["id"]
    assert theirs["member_id"] == as_gamma.member


async def test_one_person_does_not_sign_for_two_rivals_on_a_lot(world: World) -> None:
    """Colleagues brought the companies in; the person has seen no price, and signs for both."""
    as_gamma = await enlist(world, world.gamma, same_as=world.beta)
    tender = await write_tender(world, lots=1, several_bids="allowed")
    first = await Bid.form(tender, world.alpha, await enlist(world, world.beta))
    rival = await Bid.form(tender, world.delta, world.gamma)
    for bid in (first, rival):
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    one, other = await first.propose(), await rival.propose()
    answers = await asyncio.gather(
        world.beta.post(f"{one}/approvals"), as_gamma.post(f"{other}/approvals")
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    ok(won)
    refused(lost, 409, "one_signatory")
