"""Walls between rival consortia: companies, people, and what the coordinator decides."""

import asyncio
from typing import Any

from sqlalchemy import text

from tests.consortia.cast import decide, enlist, person_id
from tests.consortia.steps import Bid, ok, refused, submitted, write_tender
from tests.world import Person, World


async def rivals(world: World, *others: Person) -> tuple[Bid, Bid]:
    """X of alpha and beta, with a price, and Y of gamma with others, on one lot."""
    tender = await write_tender(world, lots=1)
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    return x, await Bid.form(tender, world.gamma, *others)


async def opens(person: Person, bid: Bid) -> None:
    """See the amounts."""
    ok(await person.get(f"{bid.path}/split"), 200)


def opening(tender: Any) -> Any:
    """The body that opens a consortium on every lot of a tender."""
    lots = [lot["id"] for lot in tender["lots"]]
    return {"tender_id": tender["id"], "name": "Autre", "form": "conjoint", "lot_ids": lots}


async def trail(world: World, action: str) -> list[Any]:
    """What the audit trail holds under an action."""
    query = text(
        "SELECT member_id, subject_id, consortium_id, detail FROM audit_entry"
        " WHERE cluster_id = :c AND action = :a"
    )
    async with world.owner.transaction() as session:
        found = await session.execute(query, {"c": world.cluster_id, "a": action})
        return list(found)


async def test_a_company_invited_to_both_is_refused_and_it_is_recorded(world: World) -> None:
    x, y = await rivals(world)
    address = await y.invite(world.beta)
    before = await y.version()
    refused(await world.beta.post(f"{address}/acceptances"), 409, "in_rival_consortium")
    assert await y.version() == before
    shown = ok(await world.gamma.get(y.path), 200)["parties"][1]
    assert (shown["joined_at"], shown["left_at"]) == (None, None)
    kept = await trail(world, "refused.in_rival_consortium")
    beta = world.beta.member_id
    assert kept == [(beta, beta, None, {"lot_ids": x.lots})]


async def test_a_company_in_one_forms_no_rival_but_answers_another_lot(world: World) -> None:
    tender = await write_tender(world, lots=2)
    first, second = (lot["id"] for lot in tender["lots"])
    await Bid.form(tender, world.alpha, world.beta, lots=[first])
    both = await world.beta.post("/v1/consortia", opening(tender))
    refused(both, 409, "in_rival_consortium")
    await Bid.form(tender, world.beta, world.alpha, lots=[second])


async def test_an_invitation_not_yet_accepted_and_a_lost_bid_bind_nobody(world: World) -> None:
    tender = await write_tender(world, lots=1)
    x = await submitted(world, tender)
    y = await Bid.form(tender, world.gamma)
    await y.invite(world.delta)
    ok(await world.delta.post("/v1/consortia", opening(tender)))
    address = await y.invite(world.beta)
    refused(await world.beta.post(f"{address}/acceptances"), 409, "in_rival_consortium")
    ok(await x.award(outcome="lost", amount=None))
    ok(await world.beta.post(f"{address}/acceptances"))


async def test_a_decision_on_the_lot_lets_a_company_in_and_its_withdrawal_shuts(
    world: World,
) -> None:
    x, y = await rivals(world)
    address = await y.invite(world.beta)
    other = await write_tender(world, lots=1)
    await decide(world, other["lots"][0]["id"], member_id=world.beta.member)
    await decide(world, x.lots[0], member_id=world.delta.member)
    refused(await world.beta.post(f"{address}/acceptances"), 409, "in_rival_consortium")
    made = await decide(world, x.lots[0], member_id=world.beta.member)
    ok(await world.beta.post(f"{address}/acceptances"))
    ok(await y.write(y.shares(6_000, 4_000)), 200)
    agreement = await y.propose()
    ok(await world.coordinator.post(f"/v1/wall-decisions/{made['id']}/withdrawals"))
    refused(await world.beta.post(f"{agreement}/approvals"), 409, "in_rival_consortium")


async def test_of_two_rivals_accepted_at_once_one_stands(world: World) -> None:
    for _ in range(3):
        tender = await write_tender(world, lots=1)
        bids = [await Bid.form(tender, lead) for lead in (world.alpha, world.gamma)]
        addresses = [await bid.invite(world.beta) for bid in bids]
        answers = await asyncio.gather(
            *(world.beta.post(f"{address}/acceptances") for address in addresses),
            world.beta.post("/v1/consortia", opening(tender)),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_who_saw_the_prices_of_one_is_kept_from_its_rival_whatever_the_hat(
    world: World,
) -> None:
    x, y = await rivals(world, world.delta)
    hat = await enlist(world, world.delta, same_as=world.beta)
    ok(await y.write(y.shares(6_000, 4_000)), 200)
    agreement = await y.propose()
    ok(await hat.get(y.path), 200)
    await opens(world.beta, x)
    for path in ("", "/split", "/contribution", "/people"):
        refused(await hat.get(y.path + path), 403, "saw_rival_prices")
    refused(await hat.post(f"{agreement}/approvals"), 403, "saw_rival_prices")
    leaving = await hat.post(f"{y.party(world.delta)}/withdrawals")
    refused(leaving, 403, "saw_rival_prices")
    assert ok(await hat.get("/v1/consortia"), 200)["items"] == []
    ok(await world.delta.get(f"{y.path}/split"), 200)
    refused(await world.beta.get(y.path), 404, "not_found")
    ok(await world.beta.get(f"{x.path}/split"), 200)


async def test_a_decision_lets_a_person_through_and_who_saw_one_first_stays_there(
    world: World,
) -> None:
    x, y = await rivals(world, world.delta)
    hat = await enlist(world, world.delta, same_as=world.beta)
    ok(await y.write(y.shares(6_000, 4_000)), 200)
    await opens(world.beta, x)
    made = await decide(world, x.lots[0], person_id=await person_id(world, hat))
    await opens(hat, y)
    await opens(world.beta, x)
    ok(await world.coordinator.post(f"/v1/wall-decisions/{made['id']}/withdrawals"))
    refused(await hat.get(y.path), 403, "saw_rival_prices")
    await opens(world.beta, x)


async def test_who_saw_prices_answers_no_invitation_of_a_rival_and_forms_none(
    world: World,
) -> None:
    x, y = await rivals(world)
    hat = await enlist(world, world.delta, same_as=world.beta)
    await opens(world.beta, x)
    address = await y.invite(world.delta)
    refused(await hat.get(y.path), 403, "saw_rival_prices")
    refused(await hat.post(f"{address}/acceptances"), 403, "saw_rival_prices")
    tender = {"id": y.body["tender_id"], "lots": [{"id": lot} for lot in y.lots]}
    refused(await hat.post("/v1/consortia", opening(tender)), 403, "saw_rival_prices")
    delta = world.delta.member_id
    assert [one[:3] for one in await trail(world, "refused.saw_rival_prices")] == [
        (delta, delta, None)
    ] * 2
    ok(await world.delta.post(f"{address}/acceptances"))


async def test_a_person_comes_in_for_one_company_of_two_rivals(world: World) -> None:
    _, y = await rivals(world)
    hat = await enlist(world, world.delta, same_as=world.beta)
    address = await y.invite(world.delta)
    refused(await hat.post(f"{address}/acceptances"), 409, "one_signatory")
    ok(await world.delta.post(f"{address}/acceptances"))


async def test_a_company_that_saw_prices_and_left_is_kept_from_a_rival(world: World) -> None:
    x, y = await rivals(world)
    address = await y.invite(world.beta)
    await opens(world.beta, x)
    ok(await world.beta.post(f"{x.party(world.beta)}/withdrawals"))
    colleague = await enlist(world, world.beta)
    refused(await colleague.post(f"{address}/acceptances"), 409, "saw_rival_prices")
    refused(await world.beta.post(f"{address}/acceptances"), 403, "saw_rival_prices")
    await decide(world, x.lots[0], member_id=world.beta.member)
    ok(await colleague.post(f"{address}/acceptances"))
    refused(await world.beta.get(y.path), 403, "saw_rival_prices")


async def test_a_company_that_left_without_seeing_a_price_is_free(world: World) -> None:
    x, y = await rivals(world)
    ok(await world.beta.post(f"{x.party(world.beta)}/withdrawals"))
    ok(await world.beta.post(f"{await y.invite(world.beta)}/acceptances"))


async def test_a_kept_answer_is_not_replayed_across_the_wall(world: World) -> None:
    tender = await write_tender(world, lots=1)
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    hat = await enlist(world, world.beta, same_as=world.gamma)
    body = opening(tender)
    kept = ok(await world.gamma.post("/v1/consortia", body, key="one"))
    assert ok(await world.gamma.post("/v1/consortia", body, key="one")) == kept
    await opens(hat, x)
    again = await world.gamma.post("/v1/consortia", body, key="one")
    assert kept["id"] not in again.text
    assert again.status_code in {403, 409}


async def test_an_invitation_tells_its_lead_nothing_of_rivals(world: World) -> None:
    x, y = await rivals(world)
    await opens(world.beta, x)
    answers = []
    for company in (world.beta, world.delta):
        body = {"member_id": company.member, "tasks": "Régie"}
        answers.append(await world.gamma.post(f"{y.path}/parties", body))
    named = [
        await world.gamma.post(f"{y.path}/people", {"person_id": await person_id(world, one)})
        for one in (world.beta, world.delta)
    ]
    for pair in (answers, named):
        first, second = (ok(answer) for answer in pair)
        assert first.keys() == second.keys()
        for field in ("joined_at", "left_at"):
            assert first.get(field) == second.get(field)


async def test_leading_a_lot_binds_past_the_wall_r2142_23(world: World) -> None:
    """A person who no longer sees what their company leads does not open a second one."""
    tender = await write_tender(world, lots=2)
    first, second = (lot["id"] for lot in tender["lots"])
    z = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    ok(await z.write({"lots": z.shares(6_000, 4_000)["lots"]}), 200)
    await Bid.form(tender, world.gamma, lots=[first, second])
    hat = await enlist(world, world.beta, same_as=world.gamma)
    await opens(hat, z)
    body = {**opening(tender), "lot_ids": [second]}
    refused(await world.gamma.post("/v1/consortia", body), 409, "already_leads")
