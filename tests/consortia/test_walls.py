"""The second wall around a joint answer: what SQL refuses whoever our code would let through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Anyone, Database, enter
from tests.consortia.steps import Bid, ok, submitted, write_tender
from tests.world import NOW, Person, World

PRIVATE = (
    "consortium",
    "consortium_lot",
    "party",
    "split",
    "lot_price",
    "split_line",
    "agreement",
    "approval",
    "submission",
    "award",
    "award_part",
    "receipt",
)
JOURNAL = tuple(
    f"{table} WHERE consortium_id IS NOT NULL" for table in ("audit_entry", "kept_answer")
)


@asynccontextmanager
async def as_person(serving: Database, person: Person) -> AsyncIterator[AsyncSession]:
    """SQL in a person's scope."""
    async with serving.transaction() as session:
        await enter(session, Anyone(person.token, NOW, "test"))
        yield session


async def count(serving: Database, person: Person, table: str) -> int:
    """How many rows of a table a person sees."""
    async with as_person(serving, person) as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_a_rival_sees_no_row_and_a_party_sees_all(serving: Database, world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    ok(await bid.receive(world.alpha, 1_000, "F1"))
    for table in PRIVATE:
        assert await count(serving, world.gamma, table) == 0, table
        assert await count(serving, world.beta, table) > 0, table


async def test_invited_a_company_sees_a_header_its_lots_and_its_own_row(
    serving: Database, world: World
) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    address = await bid.invite(world.gamma)
    expected = {"consortium": 1, "consortium_lot": 2, "party": 1}
    for table in (*PRIVATE, *JOURNAL):
        assert await count(serving, world.gamma, table) == expected.get(table, 0), table
    ok(await world.gamma.post(f"{address}/acceptances"))
    assert await count(serving, world.gamma, "split_line") == 4
    ok(await world.gamma.post(f"{address}/withdrawals"))
    for table in (*PRIVATE, *JOURNAL):
        assert await count(serving, world.gamma, table) == 0, table


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        ("alpha", "UPDATE party SET joined_at = now() WHERE joined_at IS NULL"),
        (
            "alpha",
            "UPDATE party SET left_at = now() WHERE joined_at IS NOT NULL AND role <> 'lead'",
        ),
        ("beta", "UPDATE party SET left_at = now() WHERE member_id <> app.member()"),
        ("gamma", "UPDATE consortium SET state = 'proposed'"),
    ],
)
async def test_no_request_answers_for_another_company(
    serving: Database, world: World, who: str, statement: str
) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    await bid.invite(world.gamma)
    changed = 0
    with suppress(DBAPIError):
        async with as_person(serving, world.people[who]) as session:
            result = await session.execute(text(f"{statement} RETURNING id"))
            changed = len(result.all())
    assert changed == 0


@pytest.mark.parametrize(("who", "joined"), [("alpha", "now()"), ("beta", "NULL")])
async def test_no_request_brings_a_company_in(
    serving: Database, world: World, who: str, joined: str
) -> None:
    await Bid.form(await write_tender(world), world.alpha, world.beta)
    forged = text(
        "INSERT INTO party (cluster_id, id, consortium_id, member_id, role, invited_at, joined_at)"
        " SELECT cluster_id, gen_random_uuid(), id, :member, 'co_contractor', now(),"
        f" {joined} FROM consortium"
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        async with as_person(serving, world.people[who]) as session:
            await session.execute(forged, {"member": world.gamma.member_id})


async def test_overseers_see_a_header_until_a_lot_is_won(serving: Database, world: World) -> None:
    bid = await submitted(world)
    for table in PRIVATE:
        expected = 1 if table == "consortium" else 0
        assert await count(serving, world.coordinator, table) == expected, table
    ok(await bid.award())
    assert await count(serving, world.coordinator, "lot_price") == 1
    assert await count(serving, world.treasurer, "split_line") == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE member SET siren = '000000000'",
        "UPDATE lot SET title = 'X'",
        "UPDATE consortium SET name = 'X'",
        "UPDATE party SET tasks = 'X'",
        "UPDATE split_line SET amount_cents = 1",
        "UPDATE interest SET member_id = app.member()",
        "DELETE FROM receipt",
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET action = 'x'",
    ],
)
async def test_what_no_use_case_changes_no_request_can(
    serving: Database, world: World, statement: str
) -> None:
    await submitted(world)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with as_person(serving, world.beta) as session:
            await session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consortium SET lead_member_id = app.member()",
        "UPDATE party SET role = 'relied_upon' WHERE member_id = app.member()",
    ],
)
async def test_nobody_takes_a_place_that_nobody_handed_over(
    serving: Database, world: World, statement: str
) -> None:
    await submitted(world)
    with pytest.raises(DBAPIError, match="handed this"):
        async with as_person(serving, world.beta) as session:
            await session.execute(text(statement))


async def test_nobody_speaks_in_a_rivals_journal(serving: Database, world: World) -> None:
    bid = await submitted(world)
    forged = text(
        "INSERT INTO event (cluster_id, id, at, type, consortium_id, data)"
        " VALUES (:cluster, gen_random_uuid(), now(), 'bid.submitted', :consortium, '{}')"
    )
    values = {"cluster": world.cluster_id, "consortium": bid.body["id"].removeprefix("con_")}
    with pytest.raises(DBAPIError, match="row-level security"):
        async with as_person(serving, world.gamma) as session:
            await session.execute(forged, values)
