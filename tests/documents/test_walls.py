"""Documents hold prices: the parties see them, and nobody else, whatever becomes of the bid."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Anyone, enter, open_database
from app.settings import Settings
from tests.consortia.cast import decide, enlist
from tests.consortia.steps import Bid, ok, refused, submitted, write_tender
from tests.documents.steps import SIGNED, ask, issue, sign
from tests.world import NOW, World

INSIDE = {"alpha", "contributor", "viewer", "integration", "beta"}


async def who_sees(world: World, bid: Bid, document: Any, signature: Any) -> set[str]:
    """Who of the cluster sees a document: all of it, or nothing at all."""
    path = f"{bid.path}/documents/{document['id']}"
    asked = (
        path,
        f"{path}/file",
        f"{path}/signatures",
        f"{path}/signatures/{signature['id']}/file",
    )
    found = set()
    for name, person in world.people.items():
        statuses = {(await person.get(one)).status_code for one in asked}
        assert len(statuses) == 1, name
        listed = (await person.get(f"{bid.path}/documents")).json().get("items", [])
        assert (document["id"] in {one["id"] for one in listed}) is (statuses == {200})
        if statuses == {200}:
            found.add(name)
    return found


@pytest.mark.parametrize("outcome", ["open", "won", "lost"])
async def test_documents_are_the_parties_whatever_becomes_of_the_bid(
    world: World, outcome: str
) -> None:
    bid = await submitted(world)
    issued = await issue(world.alpha, bid)
    signed = ok(await sign(world.beta, bid, issued), 200)
    if outcome == "won":
        ok(await bid.award(0))
    if outcome == "lost":
        for lot in range(2):
            ok(await bid.award(lot, None, outcome="lost"))
    assert await who_sees(world, bid, issued, signed) == INSIDE


async def test_who_left_sees_no_more_documents(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta, world.gamma)
    ok(await bid.write(bid.shares(5_000, 3_000, 2_000)), 200)
    issued = await issue(world.gamma, bid)
    signed = ok(await sign(world.gamma, bid, issued), 200)
    assert await who_sees(world, bid, issued, signed) == INSIDE | {"gamma"}
    ok(await world.gamma.post(f"{bid.party(world.gamma)}/withdrawals", {"reason": "Trop loin."}))
    assert await who_sees(world, bid, issued, signed) == INSIDE


async def test_opening_a_priced_document_is_recorded_and_keeps_from_rivals(world: World) -> None:
    """ADLC 22-D-04: whoever has seen the prices may not bid against them."""
    bid = await submitted(world)
    priced, unpriced = await issue(world.alpha, bid), await issue(world.alpha, bid, "dc1")
    reader = await enlist(world, world.beta)
    path = f"{bid.path}/documents"
    assert (await reader.get(f"{path}/{unpriced['id']}/file")).status_code == 200
    ok(await reader.get(f"{path}/{priced['id']}"), 200)
    assert await openings(world, reader) == []
    assert (await reader.get(f"{path}/{priced['id']}/file")).status_code == 200
    assert await openings(world, reader) == [1]
    assert (await reader.get(f"{path}/{priced['id']}/file")).status_code == 200
    assert await openings(world, reader) == [1]


async def test_issuing_and_reading_what_was_signed_are_openings_too(world: World) -> None:
    bid = await submitted(world)
    drafter, reader = await enlist(world, world.beta), await enlist(world, world.beta)
    await issue(drafter, bid, "dc1")
    assert await openings(world, drafter) == []
    issued = await issue(drafter, bid, "summary")
    assert await openings(world, drafter) == [1]
    agreement = await issue(world.alpha, bid)
    signed = ok(await sign(world.alpha, bid, agreement), 200)
    assert issued["kind"] == "summary"
    path = f"{bid.path}/documents/{agreement['id']}/signatures/{signed['id']}/file"
    assert (await reader.get(path)).status_code == 200
    assert await openings(world, reader) == [1]


async def openings(world: World, person: Any) -> list[int]:
    """The versions of amounts that a person is recorded to have opened."""
    query = text(
        "SELECT o.version FROM opening o JOIN membership m ON m.person_id = o.person_id"
        " JOIN token t ON t.membership_id = m.id WHERE t.hash = sha256(CAST(:token AS bytea))"
    )
    async with world.owner.transaction() as session:
        return list(await session.scalars(query, {"token": person.token.encode()}))


async def test_a_rival_asks_as_for_what_never_was(world: World) -> None:
    bid = await submitted(world)
    issued = await issue(world.alpha, bid)
    await decide(world, bid.lots[0], member_id=world.delta.member)
    for person in (world.gamma, world.delta):
        path = f"{bid.path}/documents"
        for one in (path, f"{path}/{issued['id']}", f"{path}/{issued['id']}/file"):
            refused(await person.get(one), 404, "not_found")
        refused(await ask(person, bid, "summary"), 404, "not_found")
        refused(await sign(person, bid, issued), 404, "not_found")


async def test_a_document_is_asked_for_under_its_own_joint_answer(world: World) -> None:
    tender = await write_tender(world)
    one = await Bid.form(tender, world.alpha, world.beta, lots=[tender["lots"][0]["id"]])
    two = await Bid.form(tender, world.alpha, world.beta, lots=[tender["lots"][1]["id"]])
    for bid in (one, two):
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    issued = await issue(world.alpha, one)
    for path in ("", "/file", "/signatures"):
        answer = await world.alpha.get(f"{two.path}/documents/{issued['id']}{path}")
        refused(answer, 404, "not_found")
    refused(await sign(world.alpha, two, issued), 404, "not_found")


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        ("gamma", "INSERT INTO document_signature SELECT * FROM document_signature"),
        ("beta", "UPDATE document SET number = 9"),
        ("beta", "DELETE FROM document_signature"),
        ("alpha", "UPDATE clause_version SET text = 'x'"),
        (
            "alpha",
            "INSERT INTO clause_version SELECT cluster_id, gen_random_uuid(), key,"
            " 99, position, title, text, law, forms, standard, person_id, written_at"
            " FROM clause_version",
        ),
        (
            "beta",
            "INSERT INTO clause_choice SELECT cluster_id, gen_random_uuid(), consortium_id,"
            " 99, keys, app.my_person(), chosen_at FROM clause_choice",
        ),
        (
            "beta",
            "INSERT INTO document_signature SELECT cluster_id, gen_random_uuid(),"
            " consortium_id, id, (SELECT p.id FROM party p WHERE p.consortium_id ="
            " document.consortium_id AND p.role = 'lead'), app.my_person(), issued_at,"
            " 'application/pdf', file_id, 1, file_hash FROM document",
        ),
    ],
)
async def test_the_database_lets_nobody_write_anothers(
    world: World, settings: Settings, who: str, statement: str
) -> None:
    """Row security and grants alone, whatever Python asks for; gamma finds nothing to copy."""
    bid = await submitted(world)
    ok(await world.alpha.put(f"{bid.path}/clauses", {"clause_ids": ["objet"]}, 0), 200)
    body = {"title": "Objet", "text": "Répondre.", "position": 20}
    ok(await world.coordinator.put("/v1/clauses/objet", body, 0), 200)
    issued = await issue(world.alpha, bid)
    ok(await sign(world.beta, bid, issued, SIGNED), 200)
    async with (
        open_database(settings.login_url(), size=1) as serving,
        serving.sessions() as session,
    ):
        await enter(session, Anyone(world.people[who].token, NOW, "req_test"))
        if who == "gamma":
            rows = text("SELECT id FROM document UNION ALL SELECT id FROM document_signature")
            assert list(await session.scalars(rows)) == []
            return
        with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
            await session.execute(text(statement))
