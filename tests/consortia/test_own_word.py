"""Nobody acts for another, and no state is skipped: over HTTP, and in SQL for who gets that far."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Database
from tests.consortia.cast import enlist, person_id
from tests.consortia.steps import Bid, lacking, ok, refused, submitted, write_tender
from tests.consortia.test_walls import PRIVATE, as_person, count
from tests.world import World

FORGED = {
    "an approval for another company": (
        "beta",
        "INSERT INTO approval (cluster_id, id, consortium_id, agreement_id, party_id, person_id,"
        " approved_at) SELECT g.cluster_id, gen_random_uuid(), g.consortium_id, g.id, p.id,"
        " app.my_person(), now() FROM agreement g JOIN party p USING (consortium_id)"
        " WHERE p.member_id <> app.member()",
    ),
    "an approval in another's name": (
        "beta",
        "INSERT INTO approval (cluster_id, id, consortium_id, agreement_id, party_id, person_id,"
        " approved_at) SELECT g.cluster_id, gen_random_uuid(), g.consortium_id, g.id, p.id,"
        " gen_random_uuid(), now() FROM agreement g JOIN party p USING (consortium_id)"
        " WHERE p.member_id = app.member()",
    ),
    "an award that is the lead's": (
        "beta",
        "INSERT INTO award (cluster_id, id, consortium_id, lot_id, outcome, notified_on,"
        " person_id, recorded_at) SELECT cluster_id, gen_random_uuid(), consortium_id, lot_id,"
        " 'won', now(), app.my_person(), now() FROM consortium_lot",
    ),
    "a bid that is the lead's": (
        "beta",
        "INSERT INTO submission (cluster_id, id, consortium_id, agreement_id, person_id,"
        " submitted_at) SELECT cluster_id, gen_random_uuid(), consortium_id, id, app.my_person(),"
        " now() FROM agreement",
    ),
    "a name on a consortium": (
        "beta",
        "INSERT INTO named_person (cluster_id, id, consortium_id, person_id, named_by, named_at)"
        " SELECT cluster_id, gen_random_uuid(), id, app.my_person(), app.my_person(), now()"
        " FROM consortium",
    ),
    "a split by who is only named": (
        "auditor",
        "INSERT INTO split (cluster_id, id, consortium_id, number, person_id, written_at)"
        " SELECT cluster_id, gen_random_uuid(), id, 9, app.my_person(), now() FROM consortium",
    ),
    "a decision that is the coordinator's": (
        "treasurer",
        "INSERT INTO wall_decision (cluster_id, id, member_id, lot_id, reason, decided_by,"
        " decided_at) SELECT m.cluster_id, gen_random_uuid(), m.id, l.id, 'x', app.my_person(),"
        " now() FROM member m, lot l",
    ),
    "the trail in another's name": (
        "beta",
        "INSERT INTO audit_entry (cluster_id, id, at, person_id, origin, request_id, action,"
        " subject_id, consortium_id, detail) SELECT cluster_id, gen_random_uuid(), now(),"
        " gen_random_uuid(), '-', '-', 'x', id, id, '{}' FROM consortium",
    ),
    "a joint answer born won": (
        "beta",
        "INSERT INTO consortium (cluster_id, id, tender_id, name, form, lead_member_id, state,"
        " version, created_at) SELECT cluster_id, gen_random_uuid(), id, 'x', 'conjoint',"
        " app.member(), 'won', 1, now() FROM tender",
    ),
}


@pytest.mark.parametrize("name", FORGED)
async def test_no_request_acts_for_another(serving: Database, world: World, name: str) -> None:
    who, statement = FORGED[name]
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    body = {"person_id": await person_id(world, world.auditor)}
    ok(await world.alpha.post(f"{bid.path}/people", body))
    await bid.propose()
    with pytest.raises(DBAPIError, match="row-level security"):
        async with as_person(serving, world.people[who]) as session:
            await session.execute(text(statement))


@pytest.mark.parametrize("state", ["agreed", "submitted", "won", "lost", "nonsense"])
async def test_no_request_skips_a_state(serving: Database, world: World, state: str) -> None:
    await Bid.form(await write_tender(world), world.alpha)
    with pytest.raises(DBAPIError, match=r"joint answer does not go|violates check"):
        async with as_person(serving, world.alpha) as session:
            await session.execute(text("UPDATE consortium SET state = :s"), {"s": state})


@pytest.mark.parametrize("state", ["forming", "proposed", "agreed"])
async def test_no_request_walks_a_bid_back(serving: Database, world: World, state: str) -> None:
    await submitted(world)
    with pytest.raises(DBAPIError, match="joint answer does not go"):
        async with as_person(serving, world.alpha) as session:
            await session.execute(text("UPDATE consortium SET state = :s"), {"s": state})


async def test_each_act_has_its_state(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    lacking(await bid.submit(), "agreement_missing")
    refused(await bid.award(), 409, "not_submitted")
    address = await bid.propose()
    refused(await world.alpha.post(f"{bid.path}/agreements"), 409, "split_frozen")
    ok(await world.alpha.post(f"{address}/approvals"))
    lacking(await bid.submit(), "approval_missing")
    ok(await world.beta.post(f"{address}/approvals"))
    refused(await world.beta.post(f"{address}/approvals"), 409, "not_proposed")
    refused(await bid.award(), 409, "not_submitted")
    ok(await bid.submit())
    refused(await bid.submit(), 409, "already_submitted")
    refused(await world.alpha.post(f"{address}/withdrawals"), 409, "not_proposed")
    refused(await bid.write(bid.shares(6_000, 4_000)), 409, "split_frozen")
    body = {"member_id": world.delta.member}
    refused(await world.alpha.post(f"{bid.path}/parties", body), 409, "split_frozen")
    refused(
        await world.beta.post(f"{bid.party(world.beta)}/withdrawals"), 409, "composition_frozen"
    )
    ok(await bid.award())
    refused(await bid.award(outcome="lost", amount=None), 409, "already_awarded")


@pytest.mark.parametrize(
    ("shares", "amount", "code"),
    [
        ((4_999, 5_000), 100_000, "split_not_exact"),
        ((5_001, 5_000), 100_000, "split_not_exact"),
        ((-1, 10_001), 100_000, "invalid"),
        ((0, 10_000), 100_000, "invalid"),
        ((5_000, 5_000), 2**63, "invalid"),
        ((5_000, 5_000), -1, "invalid"),
        ((2**63, 5_000), 100_000, "invalid"),
    ],
)
async def test_a_split_that_is_no_split_is_refused(
    world: World, shares: tuple[int, int], amount: int, code: str
) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    version = await bid.version()
    refused(await bid.write(bid.shares(*shares, amount=amount)), 422, code)
    assert await bid.version() == version
    refused(await world.alpha.get(f"{bid.path}/split"), 404, "not_found")


async def test_a_company_stands_once_in_a_lot(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    body = bid.shares(5_000, 5_000)
    lines = body["lots"][0]["lines"]
    lines[1]["party_id"] = lines[0]["party_id"]
    refused(await bid.write(body), 422, "split_not_exact")


async def test_fifteen_percent_of_a_cent_is_no_cent_and_the_books_stand(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    ok(await bid.write(bid.shares(5_000, 5_000, amount=2)), 200)
    await bid.agree()
    ok(await bid.submit())
    ok(await bid.award(amount=2))
    ok(await bid.receive(world.alpha, 1, "F1"))
    owed = await bid.contribution()
    assert (owed["charged"]["amount_cents"], owed["due"]["amount_cents"]) == (0, 0)


async def test_a_key_is_of_one_person_one_act_and_one_body(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha)
    colleague = await enlist(world, world.alpha)
    body = {"member_id": world.beta.member}
    first = ok(await world.alpha.post(f"{bid.path}/parties", body, key="k"))
    assert ok(await world.alpha.post(f"{bid.path}/parties", body, key="k")) == first
    other = {"member_id": world.delta.member}
    reused = await world.alpha.post(f"{bid.path}/parties", other, key="k")
    refused(reused, 422, "idempotency_key_reused")
    refused(await colleague.post(f"{bid.path}/parties", body, key="k"), 409, "party_exists")
    act = await world.alpha.post(f"{bid.path}/parties/{first['id']}/withdrawals", body, key="k")
    assert ok(act)["left_at"]


async def test_behind_the_wall_sql_shows_no_row_either(serving: Database, world: World) -> None:
    tender = await write_tender(world, lots=1)
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    y = await Bid.form(tender, world.gamma, world.delta)
    ok(await y.write(y.shares(6_000, 4_000)), 200)
    hat = await enlist(world, world.delta, same_as=world.beta)
    assert await count(serving, hat, "split_line") == 2
    ok(await world.beta.get(f"{x.path}/split"), 200)
    for table in (*PRIVATE, "named_person"):
        assert await count(serving, hat, table) == 0, table
    assert await count(serving, world.delta, "split_line") == 2
