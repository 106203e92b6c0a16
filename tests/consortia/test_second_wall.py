"""What SQL refuses behind a second hat, at the same moment, or after one has left."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Database, hold
from app.kernel.actor import Role
from tests.consortia.cast import enlist, person_id
from tests.consortia.steps import EURO, Bid, ok, refused, submitted, write_tender
from tests.consortia.test_rivals import opening, opens, rivals
from tests.consortia.test_walls import as_person, count
from tests.people.test_session_races import waiting
from tests.world import Person, World


def inner(bid: Bid) -> UUID:
    """The consortium's id in the database."""
    return UUID(bid.body["id"].removeprefix("con_"))


async def denied(serving: Database, person: Person, statement: str, **values: Any) -> None:
    """What a person must not be able to write."""
    with pytest.raises(DBAPIError, match="row-level security"):
        async with as_person(serving, person) as session:
            await session.execute(text(statement), values)


async def won_apart(world: World) -> Bid:
    """Alpha's consortium, which gamma has been in and left; gamma then leads another, and wins."""
    x = await Bid.form(await write_tender(world), world.alpha, world.beta)
    address = await x.invite(world.gamma)
    ok(await world.gamma.post(f"{address}/acceptances"))
    ok(await world.gamma.post(f"{address}/withdrawals"))
    y = await Bid.form(await write_tender(world), world.gamma, world.delta)
    ok(await y.write(y.shares(6_000, 4_000)), 200)
    await y.agree()
    ok(await y.submit())
    ok(await y.award())
    ok(await y.receive(world.gamma, 100 * EURO, "F1"))
    return x


async def test_of_two_rivals_opened_at_once_under_two_hats_one_is_shown(world: World) -> None:
    for _ in range(6):
        x, y = await rivals(world, world.delta)
        ok(await y.write(y.shares(6_000, 4_000)), 200)
        hat = await enlist(world, world.delta, same_as=world.beta)
        answers = await asyncio.gather(
            world.beta.get(f"{x.path}/split"), hat.get(f"{y.path}/split")
        )
        codes = sorted(answer.status_code for answer in answers)
        assert codes in ([200, 403], [403, 403])
        assert sum("amount_cents" in answer.text for answer in answers) <= 1


async def test_who_is_kept_from_their_companys_consortium_is_shown_no_charge_of_it(
    serving: Database, world: World
) -> None:
    tender = await write_tender(world, lots=2)
    first, _ = (lot["id"] for lot in tender["lots"])
    x = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    z = await Bid.form(tender, world.gamma, world.delta)
    hat = await enlist(world, world.gamma, same_as=world.beta)
    await opens(world.beta, x)
    ok(await z.write(z.shares(6_000, 4_000)), 200)
    await z.agree()
    ok(await z.submit())
    ok(await z.award(lot=1))
    ok(await z.receive(world.gamma, 100 * EURO, "F1", lot=1))
    assert ok(await hat.get("/v1/charges"), 200)["items"] == []
    for table in ("forecast", "flow", "charge"):
        assert await count(serving, hat, table) == 0, table
        assert await count(serving, world.gamma, table) > 0, table
    assert len(ok(await world.gamma.get("/v1/charges"), 200)["items"]) == 1


async def test_a_key_whose_answer_a_wall_hides_is_still_taken(world: World) -> None:
    tender, other = await write_tender(world, lots=1), await write_tender(world, lots=1)
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    hat = await enlist(world, world.beta, same_as=world.gamma)
    ok(await world.gamma.post("/v1/consortia", opening(tender), key="one"))
    await opens(hat, x)
    again = await world.gamma.post("/v1/consortia", opening(other), key="one")
    refused(again, 422, "idempotency_key_reused")


async def test_which_consortia_have_won_is_for_overseers(serving: Database, world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    for person, expected in ((world.gamma, []), (world.auditor, [inner(bid)])):
        async with as_person(serving, person) as session:
            assert await session.scalar(text("SELECT app.won_consortia()")) == expected


async def test_nobody_signs_an_entry_in_a_rivals_trail_nor_for_another_company(
    serving: Database, world: World
) -> None:
    x = inner(await submitted(world))
    entry = (
        "INSERT INTO audit_entry (cluster_id, id, at, person_id, member_id, origin, request_id,"
        " action, subject_id, consortium_id, detail) VALUES (app.cluster(), gen_random_uuid(),"
        " now(), app.my_person(), :member, '-', 'r', 'bid.submitted', :x, :x, '{}')"
    )
    await denied(serving, world.gamma, entry, member=world.gamma.member_id, x=x)
    await denied(serving, world.beta, entry, member=world.alpha.member_id, x=x)


async def test_nobody_has_a_rival_bound_by_an_opening_that_was_not_theirs(
    serving: Database, world: World
) -> None:
    x, _ = await rivals(world)
    forged = (
        "INSERT INTO opening (cluster_id, id, consortium_id, version, person_id, member_id, at,"
        " origin, request_id) VALUES (app.cluster(), gen_random_uuid(), :x, 9, app.my_person(),"
        " :member, now(), '-', 'r')"
    )
    await denied(serving, world.beta, forged, x=inner(x), member=world.delta.member_id)


async def test_a_company_that_left_writes_no_money_there(serving: Database, world: World) -> None:
    x = await won_apart(world)
    forged = (
        "INSERT INTO receipt (cluster_id, id, consortium_id, award_id, party_id, amount_cents,"
        " received_on, reference, person_id, recorded_at) SELECT app.cluster(),"
        " gen_random_uuid(), :x, a.id, p.id, 1, now(), 'F2', app.my_person(), now()"
        " FROM award a, party p WHERE p.member_id = app.member()"
    )
    await denied(serving, world.gamma, forged, x=inner(x))


async def test_the_account_of_a_company_that_left_is_shut(serving: Database, world: World) -> None:
    await won_apart(world)
    items = text("SELECT count(*) FROM app.open_items(:member)")
    for person, expected in ((world.alpha, 0), (world.delta, 1)):
        async with as_person(serving, person) as session:
            assert await session.scalar(items, {"member": world.gamma.member_id}) == expected


async def test_who_was_removed_does_not_name_themselves_again(
    serving: Database, world: World
) -> None:
    x, _ = await rivals(world)
    guest = await enlist(world, None, Role.VIEWER)
    named = ok(await x.lead.post(f"{x.path}/people", {"person_id": await person_id(world, guest)}))
    assert await count(serving, guest, "split_line") > 0
    ok(await x.lead.post(f"{x.path}/people/{named['id']}/departures"))
    with suppress(DBAPIError):
        async with as_person(serving, guest) as session:
            await session.execute(text("UPDATE named_person SET left_at = NULL"))
    assert await count(serving, guest, "split_line") == 0


async def test_a_split_written_as_a_wall_rises_is_answered_as_a_strangers(world: World) -> None:
    x, y = await rivals(world, world.delta)
    hat = await enlist(world, world.delta, same_as=world.beta)
    version = await y.version()
    async with world.owner.transaction() as session:
        # Held here, the lot lets the first to ask for it see, and raise the wall to the second.
        await hold(session, f"wall {UUID(x.lots[0].removeprefix('lot_'))}")
        read = asyncio.create_task(world.beta.get(f"{x.path}/split"))
        await waiting(world.owner, 1)
        body = y.shares(6_000, 4_000)
        written = asyncio.create_task(hat.put(f"{y.path}/split", body, version))
        await waiting(world.owner, 2)
    ok(await read, 200)
    never = await hat.put(f"/v1/consortia/con_{'0' * 32}/split", body, version)
    told, stranger = await written, never.json()
    assert (told.status_code, never.status_code) == (404, 404), told.text
    assert {**told.json(), "request_id": ""} == {**stranger, "request_id": ""}
    assert await y.version() == version


async def test_who_is_only_named_tells_nothing_in_a_consortiums_name(
    serving: Database, world: World
) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    named = {"person_id": await person_id(world, world.delta)}
    ok(await bid.lead.post(f"{bid.path}/people", named))
    await bid.invite(world.gamma)
    tell = (
        "INSERT INTO event (cluster_id, id, at, type, consortium_id, data) VALUES"
        " (app.cluster(), gen_random_uuid(), now(), :type, :consortium, '{}')"
    )
    for person, allowed in ((world.delta, ()), (world.gamma, ("party.refused",))):
        for kind in ("split.written", "award.recorded", "party.refused"):
            if kind not in allowed:
                await denied(serving, person, tell, type=kind, consortium=inner(bid))


async def test_nobody_reads_events_by_a_request(serving: Database, world: World) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with as_person(serving, world.alpha) as session:
            await session.execute(text("SELECT FROM event"))
