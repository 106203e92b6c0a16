"""Fees and headcounts against those who write SQL: a rival, and a period that is closed."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Database
from app.kernel.ids import new_id
from tests.consortia.steps import ok
from tests.contributions.scene import acting
from tests.fees.test_fees_api import DAY, declare, joined, run
from tests.ledger.test_check import faults
from tests.ledger.test_closings import JANUARY, close
from tests.world import NOW, World

INTO = (
    "INSERT INTO headcount (cluster_id, id, member_id, year, method, hundredths, declared_on,"
    " person_id, recorded_at) SELECT :cluster, :id, :member, 2026, 'average', 1, :day,"
    " coalesce(:person, app.my_person()), :now"
)


async def forge(
    world: World, serving: Database, who: str, member: str, *, signed: bool = True
) -> None:
    """A headcount of a company, written as a request could."""
    async with acting(serving, world.people[who]) as (session, _):
        values = {"cluster": world.cluster_id, "id": new_id(), "day": NOW.date(), "now": NOW}
        person = None if signed else new_id()
        member_id = world.people[member].member_id
        await session.execute(text(INTO), {**values, "member": member_id, "person": person})


async def test_a_headcount_is_written_by_the_company_or_who_keeps_the_books(
    world: World, serving: Database
) -> None:
    for who in ("alpha", "treasurer", "coordinator"):
        await forge(world, serving, who, "alpha")
    for who, signed in (("beta", True), ("auditor", True), ("alpha", False)):
        with pytest.raises(DBAPIError, match="row-level security"):
            await forge(world, serving, who, "alpha", signed=signed)


async def test_what_was_declared_is_never_rewritten(world: World, serving: Database) -> None:
    await forge(world, serving, "alpha", "alpha")
    for statement in ("UPDATE headcount SET hundredths = 2", "DELETE FROM headcount"):
        async with world.owner.transaction() as session:
            with pytest.raises(DBAPIError, match="only grows"):
                await session.execute(text(statement))


async def test_a_fee_of_a_closed_period_counts_in_the_next_and_keeps_its_day(world: World) -> None:
    await joined(world, world.alpha, "2025-05-10")
    ok(await declare(world.alpha, world.alpha.member, 500))
    await close(world, JANUARY)
    await run(world)
    async with world.owner.transaction() as session:
        query = (
            "SELECT journal, occurred_on, booked_on FROM ledger_transaction WHERE cluster_id = :c"
        )
        (row,) = await session.execute(text(query), {"c": world.cluster_id})
    assert tuple(row) == ("VE", date(2026, 1, 1), date(2026, 2, 1))


async def test_books_with_fees_corrections_and_advances_hold_together(world: World) -> None:
    payment = {
        "member_id": world.alpha.member,
        "amount": {"amount_cents": 700_00},
        "received_on": DAY,
        "reference": "VIR 1",
    }
    ok(await world.treasurer.post("/v1/payments", payment))
    for hundredths in (1_250, 299, 10_000):
        ok(await declare(world.alpha, world.alpha.member, hundredths))
        ok(await declare(world.beta, world.beta.member, hundredths))
        await run(world)
        assert await faults(world) == []
