"""One person who acts for two companies keeps them apart."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from app.people.domain import fresh_token
from app.people.models import Membership, Token
from tests.consortia.steps import Bid, ok, refused, write_tender
from tests.world import NOW, Person, World


async def second_hat(world: World) -> Person:
    """The person of alpha, acting for gamma."""
    async with world.owner.transaction() as session:
        person_id = await session.scalar(
            text(
                "SELECT person_id FROM membership WHERE cluster_id = :c AND member_id = :m"
                " AND role = 'manager'"
            ),
            {"c": world.cluster_id, "m": world.alpha.member_id},
        )
        membership = Membership(
            cluster_id=world.cluster_id,
            person_id=person_id,
            member_id=world.gamma.member_id,
            role="manager",
            created_at=NOW,
        )
        session.add(membership)
        await session.flush()
        token = fresh_token()
        session.add(
            Token(
                cluster_id=world.cluster_id,
                membership_id=membership.id,
                kind="api",
                name="second hat",
                prefix=token.prefix,
                hash=token.hash,
                created_at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
        )
    return Person(world.client, token.secret, world.gamma.member_id)


async def test_an_answer_kept_for_one_company_is_not_replayed_to_the_other(world: World) -> None:
    as_gamma = await second_hat(world)
    tender = await write_tender(world)
    body = {
        "tender_id": tender["id"],
        "name": "Secret",
        "form": "conjoint",
        "lot_ids": [tender["lots"][0]["id"]],
    }
    mine = ok(await world.alpha.post("/v1/consortia", body, key="one-key"))
    theirs = ok(await as_gamma.post("/v1/consortia", body, key="one-key"))
    assert mine["id"] != theirs["id"]
    assert theirs["lead_member_id"] == as_gamma.member


async def test_one_person_does_not_sign_for_two_rivals_on_a_lot(world: World) -> None:
    as_gamma = await second_hat(world)
    tender = await write_tender(world, lots=1, several_bids="allowed")
    first = await Bid.form(tender, world.alpha, world.beta)
    rival = await Bid.form(tender, world.delta, as_gamma)
    for bid in (first, rival):
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    one, other = await first.propose(), await rival.propose()
    answers = await asyncio.gather(
        world.alpha.post(f"{one}/approvals"), as_gamma.post(f"{other}/approvals")
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    ok(won)
    refused(lost, 409, "one_signatory")
