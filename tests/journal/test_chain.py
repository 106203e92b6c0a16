"""The audit trail is sealed into its cluster's chain at commit, and only grows."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Anyone, Database, enter, open_database, system_actor
from app.infra.db.connections import JOB, SERVING
from app.journal import verify
from app.journal.service import record
from app.kernel.ids import new_id
from app.settings import Settings
from tests.consortia.steps import Bid, ok, submitted, write_tender
from tests.journal.chains import head, seals, verdict, write
from tests.world import NOW, World

HOSTILE = [
    {"quote": "\"'\\", "line": "a\nb\r\t", "empty": ""},
    {"é": "œ’🦆", "direction": "\u202eabc", "nested": {"z": [1, None, True, {"b": 1, "a": []}]}},
    {"big": 2**63 - 1, "small": -0.1, "huge": 10**25, "exact": 1.10},
    {},
]


async def test_each_entry_of_a_request_is_sealed_with_who_when_and_from_where(
    world: World, owner: Database
) -> None:
    await submitted(world)
    report = await verdict(world)
    assert report.faults == 0, report.shown
    async with owner.transaction() as session:
        rows = list(
            await session.execute(
                text(
                    "SELECT e.origin, e.at, e.id, s.seq FROM audit_entry e LEFT JOIN audit_seal s"
                    " ON s.cluster_id = e.cluster_id AND s.subject_id = e.id"
                    " WHERE e.cluster_id = :c AND e.person_id <> :nobody ORDER BY e.id"
                ),
                {"c": world.cluster_id, "nobody": UUID(int=0)},
            )
        )
    assert len(rows) > 5
    assert {row.origin for row in rows} == {"127.0.0.1"}
    assert {row.at for row in rows} == {NOW}
    numbers = [row.seq for row in rows]
    assert numbers == sorted(numbers)
    stored = await head(owner, world)
    assert [row.seq for row in await seals(world)] == list(range(1, stored.seq + 1))


async def test_what_a_transaction_takes_back_leaves_no_seal_and_no_gap(
    world: World, owner: Database
) -> None:
    first = len(await seals(world))
    async with owner.transaction() as session:
        actor = await system_actor(session, world.cluster_id, NOW, "test")
        await record(session, actor, "kept.one", new_id())
        await session.flush()
        savepoint = await session.begin_nested()
        await record(session, actor, "taken.back", new_id())
        await session.flush()
        await savepoint.rollback()
        await record(session, actor, "kept.two", new_id())
    async with owner.sessions() as session:
        await record(session, actor, "rolled.back", new_id())
        await session.flush()
        await session.rollback()
    await write(world, 1)
    assert [row.seq for row in (await seals(world))[first:]] == [first + 1, first + 2, first + 3]
    assert (await verdict(world)).faults == 0


async def test_entries_of_one_transaction_are_sealed_in_the_order_of_the_acts(
    world: World, owner: Database
) -> None:
    subjects = [new_id() for _ in range(50)]
    async with owner.transaction() as session:
        actor = await system_actor(session, world.cluster_id, NOW, "test")
        for subject in subjects:
            await record(session, actor, "act", subject)
    async with owner.transaction() as session:
        found = await session.scalars(
            text(
                "SELECT e.subject_id FROM audit_seal s JOIN audit_entry e"
                " ON e.cluster_id = s.cluster_id AND e.id = s.subject_id"
                " WHERE s.cluster_id = :c AND e.action = 'act' ORDER BY s.seq"
            ),
            {"c": world.cluster_id},
        )
        assert list(found) == subjects


async def test_the_operators_act_in_two_clusters_is_sealed_in_each(
    world: World, other_world: World, owner: Database
) -> None:
    before = [len(await seals(one)) for one in (world, other_world)]
    async with owner.transaction() as session:
        for one in (world, other_world):
            actor = await system_actor(session, one.cluster_id, NOW, "test")
            await record(session, actor, "act", new_id())
        await session.flush()
        # No scope at all when the seals are made.
        await session.execute(text("SELECT set_config('app.cluster', '', true)"))
    for one, count in zip((world, other_world), before, strict=True):
        assert len(await seals(one)) == count + 1
        assert (await verdict(one)).faults == 0


@pytest.mark.parametrize("detail", HOSTILE)
async def test_python_and_postgresql_read_any_row_alike(
    world: World, detail: dict[str, object]
) -> None:
    await write(world, 1, detail=detail)
    async with world.owner.transaction() as session:
        later = NOW + timedelta(microseconds=123_457)
        actor = await system_actor(session, world.cluster_id, later, "\"'\n|")
        await record(session, actor, "é\\,\x01", new_id(), consortium_id=new_id(), detail=detail)
    report = await verdict(world)
    assert report.faults == 0, report.shown


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET cluster_id = cluster_id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
    ],
)
@pytest.mark.parametrize("table", ["audit_entry", "audit_seal", "opening"])
async def test_the_trail_only_grows_for_its_owner_too(
    owner: Database, world: World, table: str, statement: str
) -> None:
    await write(world, 1)
    with pytest.raises(DBAPIError, match="only grows"):
        async with owner.transaction() as session:
            await session.execute(text(statement.format(table)))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "UPDATE audit_head SET hash = hash WHERE cluster_id = :c",
        "UPDATE audit_head SET seq = seq - 1 WHERE cluster_id = :c",
    ],
)
async def test_the_head_only_advances(owner: Database, world: World, statement: str) -> None:
    await write(world, 2)
    with pytest.raises(DBAPIError, match="only grows"):
        async with owner.transaction() as session:
            await session.execute(
                text(statement), {"c": world.cluster_id} if ":c" in statement else {}
            )


@pytest.mark.parametrize("role", [SERVING, JOB])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM audit_seal",
        "SELECT * FROM audit_head",
        "SELECT * FROM unsealed_opening",
        "DELETE FROM unsealed_opening",
        "UPDATE audit_head SET seq = seq + 1",
        "INSERT INTO audit_head VALUES (app.cluster(), 0, '')",
        "INSERT INTO audit_seal (cluster_id, seq, kind, subject_id, at, digest, hash)"
        " VALUES (app.cluster(), 1, 'entry', app.cluster(), now(), '', '')",
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM opening",
    ],
)
async def test_neither_requests_nor_jobs_may_touch_the_chain(
    settings: Settings, world: World, role: str, statement: str
) -> None:
    async with (
        open_database(settings.login_url(), role=role, size=1) as database,
        database.sessions() as session,
    ):
        await system_actor(session, world.cluster_id, NOW, "test")
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(text(statement))


async def test_nobody_records_an_act_of_another_person(settings: Settings, world: World) -> None:
    async with (
        open_database(settings.login_url(), size=1) as serving,
        serving.sessions() as session,
    ):
        await enter(session, Anyone(world.coordinator.token, NOW, "test"))
        system = await system_actor(session, world.cluster_id, NOW, "test")
        await record(session, system, "forged", new_id())
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.flush()


async def test_no_price_stands_in_the_trail(world: World, owner: Database) -> None:
    canary = 7_654_321_00
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000, amount=canary)), 200)
    await bid.agree()
    ok(await bid.submit())
    ok(await bid.award(amount=canary))
    ok(await bid.receive(world.alpha, 1_234_567, "F1"))
    async with owner.transaction() as session:
        written = await session.scalars(
            text("SELECT e::text FROM audit_entry e WHERE cluster_id = :c"),
            {"c": world.cluster_id},
        )
        lines = "\n".join(written)
    for amount in (canary, canary * 6 // 10, canary * 4 // 10, 1_234_567, 1_234_567 * 15 // 100):
        assert str(amount) not in lines


async def test_a_long_chain_is_read_a_batch_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(world, 10)
    monkeypatch.setattr(verify, "BATCH", 4)
    steps: list[int] = []
    async with world.owner.transaction() as session:
        await verify.check_chain(session, world.cluster_id, noted=None, advance=steps.append)
    assert max(steps) == 4
    assert sum(steps) == len(await seals(world))
