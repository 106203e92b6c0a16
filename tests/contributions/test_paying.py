"""Payments, advances, and the books that follow."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.contributions import service
from app.contributions.domain import PaymentExists
from app.infra.db import Database, system_actor
from app.kernel.errors import Forbidden, Invalid, NotFound
from app.kernel.ids import new_id
from tests.contributions.scene import DAY, Answer, acting, balances, pay, win
from tests.world import NOW, World


@pytest.fixture
async def answer(world: World, serving: Database) -> Answer:
    """Alpha and beta have won; alpha owes 150 €, then 300 €, beta 600 €."""
    won = await win(world, serving, "alpha", "beta")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    await won.receive("alpha", 1_000_00)
    await won.receive("alpha", 2_000_00)
    await won.receive("beta", 4_000_00)
    return won


async def rest_of(world: World) -> int:
    """What payments have not settled, in cents."""
    async with world.owner.transaction() as session:
        rest = await session.scalar(
            text(
                "SELECT (SELECT coalesce(sum(amount_cents), 0) FROM payment"
                " WHERE cluster_id = :c) - (SELECT coalesce(sum(amount_cents), 0)"
                " FROM settlement WHERE cluster_id = :c)"
            ),
            {"c": world.cluster_id},
        )
    return int(rest or 0)


async def test_a_payment_settles_the_payers_charges(answer: Answer) -> None:
    await pay(answer.world, answer.serving, "alpha", 200_00, "VIR 1")
    assert (await answer.figures("alpha"))[2:] == (450_00, 200_00)
    assert (await answer.figures("beta"))[2:] == (600_00, 0)
    assert await balances(answer.world) == {"411": 850_00, "512": 200_00, "706": -1_050_00}


async def test_what_is_paid_too_much_is_an_advance_that_later_charges_use(answer: Answer) -> None:
    await pay(answer.world, answer.serving, "alpha", 500_00, "VIR 1")
    assert (await answer.figures("alpha"))[2:] == (450_00, 450_00)
    books = await balances(answer.world)
    assert books == {"411": 600_00, "512": 500_00, "4191": -50_00, "706": -1_050_00}
    # Beta records the receipt: it cannot see alpha's payments, and yet they count.
    await answer.receive("alpha", 1_000_00, by="beta")
    assert (await answer.figures("alpha"))[2:] == (600_00, 500_00)
    assert "4191" not in await balances(answer.world)


async def test_a_credit_note_on_a_paid_charge_becomes_an_advance(answer: Answer) -> None:
    await pay(answer.world, answer.serving, "alpha", 450_00, "VIR 1")
    await answer.receive("alpha", -1_000_00, by="beta")
    assert (await answer.figures("alpha"))[2:] == (300_00, 300_00)
    books = await balances(answer.world)
    assert books == {"411": 600_00, "512": 450_00, "4191": -150_00, "706": -900_00}
    assert await rest_of(answer.world) == 150_00


async def test_a_credit_note_in_one_answer_settles_the_charge_of_another(answer: Answer) -> None:
    await pay(answer.world, answer.serving, "alpha", 450_00, "VIR 1")
    other = await win(answer.world, answer.serving, "alpha", "gamma")
    await other.forecast(alpha=5_000_00)
    await other.receive("alpha", 1_000_00)
    assert (await other.figures("alpha"))[2:] == (150_00, 0)
    await answer.receive("alpha", -1_000_00, by="beta")
    assert (await answer.figures("alpha", "beta"))[2:] == (300_00, 300_00)
    assert (await other.figures("alpha", "gamma"))[2:] == (150_00, 150_00)


async def test_the_books_balance_and_say_what_the_statements_say(answer: Answer) -> None:
    await pay(answer.world, answer.serving, "alpha", 700_00, "VIR 1")
    await pay(answer.world, answer.serving, "beta", 10_00, "VIR 2")
    await answer.receive("alpha", 3_333_33)
    await answer.receive("beta", -3_999_99, by="alpha")
    seen = await answer.seen_by("treasurer")
    books = await balances(answer.world)
    assert sum(books.values()) == 0
    assert books["706"] == -seen.charged.amount_cents
    assert books["512"] == 710_00
    assert books.get("411", 0) == seen.charged.amount_cents - seen.paid.amount_cents
    assert -books.get("4191", 0) == await rest_of(answer.world)


async def test_two_payments_at_once_settle_nothing_twice(answer: Answer) -> None:
    await asyncio.gather(
        *(pay(answer.world, answer.serving, "alpha", 300_00, f"VIR {n}") for n in range(4))
    )
    assert (await answer.figures("alpha"))[2:] == (450_00, 450_00)
    books = await balances(answer.world)
    assert books == {"411": 600_00, "512": 1_200_00, "4191": -750_00, "706": -1_050_00}


async def test_receipts_and_payments_at_once_leave_exact_books(answer: Answer) -> None:
    await asyncio.gather(
        pay(answer.world, answer.serving, "alpha", 1_000_00, "VIR 1"),
        answer.receive("alpha", 1_000_00, by="beta"),
        answer.receive("alpha", 2_000_00),
    )
    assert (await answer.figures("alpha"))[2:] == (900_00, 900_00)
    assert (await balances(answer.world))["4191"] == -100_00


async def test_a_payment_is_recorded_once_by_its_reference(answer: Answer) -> None:
    await pay(answer.world, answer.serving, "alpha", 200_00, "VIR 1")
    with pytest.raises(PaymentExists):
        await pay(answer.world, answer.serving, "beta", 300_00, "VIR 1")
    assert (await balances(answer.world))["512"] == 200_00


async def test_a_payment_is_above_zero_of_a_member_and_recorded_by_whoever_keeps_the_money(
    answer: Answer,
) -> None:
    with pytest.raises(Invalid):
        await pay(answer.world, answer.serving, "alpha", 0, "VIR 1")
    for person, error in (("alpha", Forbidden), ("viewer", Forbidden), ("treasurer", NotFound)):
        async with acting(answer.serving, answer.world.people[person]) as (session, actor):
            with pytest.raises(error):
                await service.record_payment(
                    session,
                    actor,
                    member_id=new_id(),
                    amount_cents=1,
                    received_on=DAY,
                    reference="VIR 1",
                )


async def test_the_database_refuses_to_settle_more_than_a_charge_or_a_payment(
    answer: Answer,
) -> None:
    await pay(answer.world, answer.serving, "beta", 10_000_00, "VIR 1")
    copy = (
        "INSERT INTO settlement SELECT cluster_id, gen_random_uuid(), payment_id, charge_id,"
        " member_id, consortium_id, {}, received_on, settled_at FROM settlement"
        " WHERE cluster_id = :cluster"
    )
    cluster_id = answer.world.cluster_id
    for amount in ("1", "-amount_cents - 1", "100000000"):
        async with answer.world.owner.sessions() as session:
            # The guard reads as a role of its own, inside the cluster of the transaction.
            await system_actor(session, cluster_id, NOW, "test")
            with pytest.raises(DBAPIError, match="exceeds its charge or its payment"):
                await session.execute(text(copy.format(amount)), {"cluster": cluster_id})
