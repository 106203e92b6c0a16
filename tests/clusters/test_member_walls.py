"""What PostgreSQL itself refuses about companies and candidacies, whatever our code forgets."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Anyone, Database, enter
from app.kernel.ids import decode, new_id
from tests.clusters.steps import by_vote, departed, presented, suspended, voted
from tests.consortia.steps import Bid, ok, write_tender
from tests.world import NOW, Person, World


async def run(serving: Database, person: Person, sql: str, **values: object) -> list[Any]:
    """SQL in the scope of a person; the rows that it gives."""
    async with serving.transaction() as session:
        actor = await enter(session, Anyone(person.token, NOW, "test"))
        result = await session.execute(text(sql), {"c": actor.cluster_id, **values})
        return list(result) if result.returns_rows else [result.rowcount]  # type: ignore[attr-defined]


async def barred(serving: Database, person: Person, sql: str, **values: object) -> None:
    """The same, which must be refused by the database."""
    with pytest.raises(DBAPIError, match=r"permission denied|row-level security|only grows"):
        await run(serving, person, sql, **values)


STANDING = (
    "INSERT INTO member_standing (cluster_id, id, member_id, kind, on_day, person_id, recorded_at)"
    " VALUES (:c, :id, :member, :kind, '2026-03-02', :id, now())"
)
BALLOT = (
    "INSERT INTO ballot (cluster_id, id, candidacy_id, member_id, person_id, choice, cast_at)"
    " VALUES (:c, :id, :candidacy, :member, :id, 'for', now())"
)


async def test_nobody_writes_a_companys_state(serving: Database, world: World) -> None:
    for person in (world.alpha, world.coordinator):
        for change in ("state = 'active'", "left_on = NULL", "merged_into = NULL", "siren = '1'"):
            await barred(serving, person, f"UPDATE member SET {change}")


async def test_a_standing_is_the_coordinators_but_for_ones_own_departure(
    serving: Database, world: World
) -> None:
    await suspended(world, world.alpha)
    for person, member, kind in (
        (world.alpha, world.alpha, "reinstated"),
        (world.alpha, world.alpha, "admitted"),
        (world.alpha, world.beta, "left"),
        (world.treasurer, world.alpha, "reinstated"),
    ):
        values = {"id": new_id(), "member": member.member_id, "kind": kind}
        await barred(serving, person, STANDING, **values)
    values = {"id": new_id(), "member": world.alpha.member_id, "kind": "left"}
    await run(serving, world.alpha, STANDING, **values)
    await barred(serving, world.coordinator, "UPDATE member_standing SET on_day = '2020-01-01'")


async def test_a_company_and_the_cluster_are_changed_by_whom_they_are_theirs(
    serving: Database, world: World
) -> None:
    rename = "UPDATE member SET name = 'X'"
    assert await run(serving, world.alpha, rename) == [1]
    assert await run(serving, world.treasurer, rename) == [0]
    assert await run(serving, world.coordinator, rename) == [4]
    for person, rows in ((world.alpha, 0), (world.treasurer, 0), (world.coordinator, 1)):
        assert await run(serving, person, "UPDATE cluster SET name = 'X'") == [rows]
    insert = (
        "INSERT INTO member (cluster_id, id, name, siren, state, joined_on)"
        " VALUES (:c, :id, 'X', '000000000', 'active', '2026-01-01')"
    )
    await barred(serving, world.alpha, insert, id=new_id())


async def test_a_ballot_is_ones_own_while_the_vote_is_open(serving: Database, world: World) -> None:
    await by_vote(world)
    address = await presented(world)
    candidacy = decode("can", address.rsplit("/", 1)[1])
    await voted(address, no=(world.beta,))

    def cast(member: Person) -> dict[str, object]:
        return {"id": new_id(), "candidacy": candidacy, "member": member.member_id}

    await barred(serving, world.alpha, BALLOT, **cast(world.gamma))
    await barred(serving, world.coordinator, BALLOT, **cast(world.gamma))
    await suspended(world, world.delta)
    await barred(serving, world.delta, BALLOT, **cast(world.delta))
    for person, count in ((world.alpha, 0), (world.coordinator, 0), (world.beta, 1)):
        assert len(await run(serving, person, "SELECT choice FROM ballot")) == count
    await barred(serving, world.beta, "UPDATE ballot SET choice = 'for'")
    await voted(address, yes=(world.gamma,))
    tally = "SELECT * FROM app.tally(:candidacy, :at)"
    values = {"candidacy": candidacy, "at": NOW}
    assert await run(serving, world.coordinator, tally, **values) == []
    await voted(address, blank=(world.alpha,))
    assert await run(serving, world.alpha, tally, **values) == []
    assert [tuple(row) for row in await run(serving, world.coordinator, tally, **values)] == [
        (1, 1, 1, 3)
    ]
    ok(await world.coordinator.post(f"{address}/decisions"))
    await departed(world, world.delta)
    await barred(serving, world.delta, BALLOT, **cast(world.delta))


async def test_a_candidacy_is_decided_by_the_coordinator(serving: Database, world: World) -> None:
    await presented(world)
    admit = "UPDATE candidacy SET state = 'refused', decided_at = now(), decided_by = id"
    for person in (world.alpha, world.treasurer):
        assert await run(serving, person, admit) == [0]
    await barred(serving, world.coordinator, "UPDATE candidacy SET majority_bps = 5000")
    assert await run(serving, world.coordinator, admit) == [1]


async def test_who_left_reads_and_writes_nothing_of_the_clusters_work(
    serving: Database, world: World
) -> None:
    await by_vote(world)
    await presented(world)
    tender = await write_tender(world)
    await Bid.form(await write_tender(world), world.alpha, world.beta)
    interest = {"lot_id": tender["lots"][0]["id"], "stance": "part"}
    ok(await world.alpha.post(f"/v1/tenders/{tender['id']}/interests", interest))
    seen = {"tender": 2, "lot": 4, "interest": 1, "member": 4, "candidacy": 1}
    async with serving.transaction() as session:
        assert await counts(session, world.beta, list(seen)) == seen
    # Of its running consortium: the tender and its lots, the partner, the three events.
    after = {"tender": 1, "lot": 2, "interest": 0, "member": 2, "candidacy": 0}
    await departed(world, world.beta)
    async with serving.transaction() as session:
        found = await counts(session, world.beta, list(after))
    assert found == after
    await departed(world, world.gamma)
    async with serving.transaction() as session:
        found = await counts(session, world.gamma, list(after))
    assert found == dict.fromkeys(after, 0) | {"member": 1}
    follow = (
        "INSERT INTO tender (cluster_id, id, title, buyer, concession, several_bids, cancelled,"
        " followed_by, created_at, version)"
        " VALUES (:c, :id, 'X', 'Y', false, 'unknown', false, :id, now(), 1)"
    )
    await barred(serving, world.gamma, follow, id=new_id())
    voters = "SELECT * FROM app.voters(:id)"
    assert await run(serving, world.gamma, voters, id=new_id()) == []


async def counts(session: AsyncSession, person: Person, tables: list[str]) -> dict[str, int]:
    """How many rows of each table the person sees."""
    await enter(session, Anyone(person.token, NOW, "test"))
    return {
        table: await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables
    }


async def test_a_company_that_cannot_be_read_sees_nothing(serving: Database, world: World) -> None:
    """A scope that names no company of the cluster is shut out, not let in."""
    await write_tender(world)
    async with serving.transaction() as session:
        await enter(session, Anyone(world.alpha.token, NOW, "test"))
        await session.execute(
            text("SELECT set_config('app.member', :id, true)"), {"id": str(UUID(int=1))}
        )
        for table in ("tender", "lot", "member", "candidacy"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


async def test_a_companys_history_is_its_own_and_the_officers(
    serving: Database, world: World
) -> None:
    await departed(world, world.beta)
    rows = await run(serving, world.beta, "SELECT kind FROM member_standing")
    assert [row.kind for row in rows] == ["left"]
    assert await run(serving, world.alpha, "SELECT kind FROM member_standing") == []
