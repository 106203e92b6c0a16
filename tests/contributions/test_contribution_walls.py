"""Who sees what somebody owes: the contribution divided by its rate is the price."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Database
from app.kernel.ids import new_id
from tests.contributions.scene import DAY, Answer, acting, pay, win
from tests.world import NOW, World

TABLES = ("forecast", "flow", "charge", "payment", "settlement")


@pytest.fixture
async def answer(world: World, serving: Database) -> Answer:
    """Alpha and beta have won, received, and alpha has paid."""
    won = await win(world, serving, "alpha", "beta")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    await won.receive("alpha", 1_000_00)
    await won.receive("beta", 2_000_00)
    await pay(world, serving, "alpha", 100_00, "VIR 1")
    return won


async def counts(answer: Answer, reader: str) -> tuple[int, ...]:
    """How many rows of each table a person sees."""
    async with acting(answer.serving, answer.world.people[reader]) as (session, _):
        return tuple(
            [await session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in TABLES]
        )


async def test_parties_see_all_of_their_answer_but_not_each_others_payments(
    answer: Answer,
) -> None:
    assert await counts(answer, "alpha") == (2, 2, 2, 1, 1)
    assert await counts(answer, "beta") == (2, 2, 2, 0, 1)


async def test_coordinator_and_treasurer_see_all(answer: Answer) -> None:
    assert await counts(answer, "coordinator") == (2, 2, 2, 1, 1)
    assert await counts(answer, "treasurer") == (2, 2, 2, 1, 1)


async def test_a_company_outside_the_answer_sees_nothing(answer: Answer) -> None:
    assert await counts(answer, "gamma") == (0, 0, 0, 0, 0)
    seen = await answer.seen_by("gamma")
    assert seen.parties == ()
    assert seen.charged.amount_cents == 0
    listed = (await answer.world.gamma.get("/v1/charges")).json()
    assert listed == {"items": [], "next_cursor": None}
    of_alpha = await answer.world.gamma.get("/v1/charges", member_id=answer.world.alpha.member)
    assert of_alpha.json()["items"] == []


async def test_a_party_sees_that_another_has_paid_but_not_by_which_transfer(
    answer: Answer,
) -> None:
    seen = await answer.seen_by("beta")
    alpha = next(one for one in seen.parties if one.party_id == answer.parties["alpha"])
    assert alpha.paid.amount_cents == 100_00
    assert [one.reference for one in alpha.payments] == [None]
    assert seen.paid == (await answer.seen_by("treasurer")).paid


async def test_a_party_that_has_left_still_sees_what_it_owes_and_no_more(answer: Answer) -> None:
    async with answer.world.owner.transaction() as session:
        await session.execute(
            text("UPDATE party SET left_at = :now WHERE id = :id"),
            {"now": NOW, "id": answer.parties["beta"]},
        )
    assert await counts(answer, "beta") == (1, 1, 1, 0, 0)


async def test_another_cluster_sees_nothing_even_as_a_coordinator(
    answer: Answer, world: World, serving: Database
) -> None:
    async with serving.transaction() as session:
        for name in TABLES:
            assert await session.scalar(text(f"SELECT count(*) FROM {name}")) == 0


async def test_nobody_writes_a_charge_for_an_answer_of_others(answer: Answer) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await answer.receive("beta", 1_000_00, by="gamma")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE charge SET amount_cents = 0",
        "DELETE FROM charge",
        "UPDATE flow SET base_cents = 0",
        "DELETE FROM payment",
        "UPDATE settlement SET amount_cents = 1",
        "UPDATE forecast SET amount_cents = 0",
        "DELETE FROM forecast",
        "UPDATE policy_rate SET bps = 0",
        "UPDATE policy SET valid_from = now()",
    ],
)
async def test_a_request_rewrites_nothing(answer: Answer, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with acting(answer.serving, answer.world.coordinator) as (session, _):
            await session.execute(text(statement))


@pytest.mark.parametrize(
    "table",
    ["flow", "charge", "payment", "settlement", "policy", "policy_rate", "policy_fee_band"],
)
@pytest.mark.parametrize("verb", ["UPDATE {} SET cluster_id = cluster_id", "DELETE FROM {}"])
async def test_even_the_owner_rewrites_nothing(world: World, table: str, verb: str) -> None:
    with pytest.raises(DBAPIError, match=f"{table} only grows"):
        async with world.owner.transaction() as session:
            await session.execute(text(verb.format(table)))


async def test_a_member_sets_no_policy_behind_the_services_back(
    world: World, serving: Database
) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with acting(serving, world.alpha) as (session, actor):
            await session.execute(
                text(
                    "INSERT INTO policy (cluster_id, id, version, valid_from, created_at,"
                    " person_id) VALUES (:cluster, :id, 9, :day, :now, :id)"
                ),
                {"cluster": actor.cluster_id, "id": new_id(), "day": DAY, "now": NOW},
            )
