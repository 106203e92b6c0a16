"""What whoever can run SQL as a request may learn of a member's account, and write in the books."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.contributions import repository
from app.infra.db import Database, open_database, system_actor
from app.infra.db.connections import JOB
from app.kernel.ids import new_id
from app.settings import Settings
from tests.contributions.scene import DAY, Answer, acting, balances, pay, win
from tests.world import NOW, World

COUNT = text("SELECT count(*) FROM app.open_items(:member)")


@pytest.fixture
async def answer(world: World, serving: Database) -> Answer:
    """Alpha and beta have won and received; both have something open."""
    won = await win(world, serving, "alpha", "beta")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    await won.receive("alpha", 1_000_00)
    await won.receive("beta", 2_000_00)
    return won


async def open_to(answer: Answer, reader: str, member: str) -> int:
    """How many open items of a member a person gets."""
    async with acting(answer.serving, answer.world.people[reader]) as (session, _):
        found = await session.scalar(COUNT, {"member": answer.world.people[member].member_id})
    return int(found or 0)


async def test_an_account_answers_to_its_owner_its_partners_and_the_overseers(
    answer: Answer,
) -> None:
    for reader in ("alpha", "beta", "treasurer", "coordinator"):
        assert await open_to(answer, reader, "alpha") == 1, reader
    for stranger in ("gamma", "delta"):
        assert await open_to(answer, stranger, "alpha") == 0, stranger


async def test_a_party_that_has_left_learns_nothing_more_but_can_still_be_charged(
    answer: Answer,
) -> None:
    async with answer.world.owner.transaction() as session:
        await session.execute(
            text("UPDATE party SET left_at = :now WHERE id = :id"),
            {"now": NOW, "id": answer.parties["beta"]},
        )
    assert await open_to(answer, "beta", "alpha") == 0
    assert await open_to(answer, "beta", "beta") == 1
    assert await open_to(answer, "alpha", "beta") == 1


async def test_a_job_settles_for_every_member_of_its_cluster(
    answer: Answer, other_world: World, settings: Settings
) -> None:
    values = {"member": answer.world.alpha.member_id}
    async with open_database(settings.login_url(), role=JOB) as jobs:
        for cluster_id, wanted in ((answer.world.cluster_id, 1), (other_world.cluster_id, 0)):
            async with jobs.transaction() as session:
                await system_actor(session, cluster_id, NOW, "test")
                assert await session.scalar(COUNT, values) == wanted


async def test_an_account_shows_what_is_open_alone(answer: Answer) -> None:
    world = answer.world
    for number in range(3):
        await pay(world, answer.serving, "alpha", 50_00, f"VIR {number}")
    assert await open_to(answer, "alpha", "alpha") == 0
    await pay(world, answer.serving, "alpha", 20_00, "VIR 4")
    async with acting(answer.serving, world.alpha) as (session, _):
        assert world.alpha.member_id is not None
        accounts = await repository.accounts(session, [world.alpha.member_id])
        charges, payments = accounts[world.alpha.member_id]
    assert charges == []
    assert [one.amount_cents - one.settled_cents for one in payments] == [20_00]
    # What is used up is needed again when a credit note gives it back.
    await answer.receive("alpha", -1_000_00, by="beta")
    assert (await answer.figures("alpha"))[2:] == (0, 0)
    assert (await balances(world))["4191"] == -170_00


INTO_TRANSACTIONS = (
    "INSERT INTO ledger_transaction (cluster_id, id, journal, reference, occurred_on, posted_at,"
    " memo) VALUES (:cluster, :id, 'VE', :name, :day, :now, 'x')"
)
INTO_ACCOUNTS = (
    "INSERT INTO ledger_account (cluster_id, id, code, name, member_id)"
    " VALUES (:cluster, :id, :name, 'x', :member)"
)


async def forge(answer: Answer, who: str, into: str, name: str, member: UUID | None) -> None:
    """Write into the books by SQL, as a request could."""
    values: dict[str, Any] = {"id": new_id(), "name": name}
    if into == INTO_TRANSACTIONS:
        values |= {"day": DAY, "now": NOW}
    else:
        values |= {"member": member}
    async with acting(answer.serving, answer.world.people[who]) as (session, actor):
        await session.execute(text(into), {"cluster": actor.cluster_id, **values})


@pytest.mark.parametrize("who", ["alpha", "gamma", "viewer"])
@pytest.mark.parametrize("into", [INTO_TRANSACTIONS, INTO_ACCOUNTS])
async def test_a_member_writes_in_the_books_what_a_flow_of_its_own_made(
    answer: Answer, who: str, into: str
) -> None:
    member = answer.world.people["beta"].member_id
    for name in ("512", "411000000000"):
        with pytest.raises(DBAPIError, match="row-level security"):
            await forge(answer, who, into, name, member)


async def test_a_reference_in_the_books_already_stops_the_charge(answer: Answer) -> None:
    receipt_id = new_id()
    await forge(answer, "treasurer", INTO_TRANSACTIONS, f"receipt:rec_{receipt_id.hex}", None)
    with pytest.raises(RuntimeError, match="already in the books"):
        await answer.receive("alpha", 1_000_00, receipt_id=receipt_id)
    assert (await answer.figures("alpha"))[1:] == (150_00, 150_00, 0)


async def test_no_function_of_the_books_is_everybodys(world: World) -> None:
    async with world.owner.transaction() as session:
        found = await session.execute(
            text(
                "SELECT p.proname, coalesce(a.grantee = 0, false) FROM pg_proc p"
                " LEFT JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
                " ON a.grantee = 0 WHERE p.pronamespace = 'app'::regnamespace"
                " AND p.proname IN ('open_items', 'lock_account', 'settlement_fits',"
                " 'only_grows', 'answers_for')"
            )
        )
    assert {row[0]: row[1] for row in found} == {
        "open_items": False,
        "lock_account": False,
        "settlement_fits": False,
        "only_grows": False,
        "answers_for": False,
    }
