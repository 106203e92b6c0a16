"""Periods: closed one after the other, numbered without a gap, and closed for good."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Database
from app.kernel.errors import Invalid
from app.ledger import service
from app.ledger.closings.domain import ClosingOutOfOrder, fiscal_year, next_period
from app.ledger.closings.service import close_books
from app.ledger.domain import BANK, CONTRIBUTIONS, Journal, Posting, receivable
from tests.consortia.steps import ok, refused
from tests.contributions.scene import acting, pay, win
from tests.world import World

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)
"""Both over: the world's day is 2 March 2026."""

CLOSING = "INSERT INTO ledger_closing SELECT cluster_id, gen_random_uuid(),"
REST = (
    "fiscal_year, chart_version, closed_at, app.my_person() FROM ledger_closing"
    " WHERE cluster_id = :cluster"
)


async def book(
    world: World, serving: Database, on: date, reference: str, cents: int = 1_00
) -> None:
    """A payment of alpha in the books, by the treasurer."""
    assert world.alpha.member_id is not None
    member = receivable(world.alpha.member_id, "732829320", "Alpha")
    async with acting(serving, world.treasurer) as (session, actor):
        await service.post(
            session,
            actor,
            journal=Journal.BANK,
            reference=reference,
            occurred_on=on,
            memo="essai",
            postings=[Posting(BANK, member, cents), Posting(member, CONTRIBUTIONS, cents)],
        )


async def booked(world: World) -> dict[str, tuple[date, date, int | None]]:
    """Each transaction: its own day, its accounting day, its number."""
    async with world.owner.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT t.reference, t.occurred_on, t.booked_on, e.number FROM ledger_transaction t"
                " LEFT JOIN ledger_entry e ON e.cluster_id = t.cluster_id AND e.id = t.id"
                " WHERE t.cluster_id = :cluster"
            ),
            {"cluster": world.cluster_id},
        )
        return {reference: (own, counts, number) for reference, own, counts, number in rows}


async def close(world: World, until: date, who: str = "treasurer") -> dict[str, object]:
    """A closing over HTTP."""
    body = {"until": until.isoformat()}
    closing: dict[str, object] = ok(await world.people[who].post("/v1/ledger/closings", body))
    return closing


async def test_a_late_fact_counts_on_the_first_open_day_and_keeps_its_own(
    world: World, serving: Database
) -> None:
    await book(world, serving, date(2026, 1, 20), "in time")
    await book(world, serving, date(2026, 2, 3), "of february")
    closing = await close(world, JANUARY)
    assert (closing["from"], closing["until"], closing["entries"]) == (
        "2026-01-01",
        "2026-01-31",
        1,
    )
    await book(world, serving, date(2026, 1, 25), "late")
    await book(world, serving, date(2025, 6, 1), "very late")
    assert await booked(world) == {
        "in time": (date(2026, 1, 20), date(2026, 1, 20), 1),
        "of february": (date(2026, 2, 3), date(2026, 2, 3), None),
        "late": (date(2026, 1, 25), date(2026, 2, 1), None),
        "very late": (date(2025, 6, 1), date(2026, 2, 1), None),
    }
    assert (await close(world, FEBRUARY))["entries"] == 3
    numbers = {name: number for name, (_, _, number) in (await booked(world)).items()}
    assert numbers == {"in time": 1, "late": 2, "very late": 3, "of february": 4}


async def test_a_receipt_and_a_payment_stand_in_their_journals(
    world: World, serving: Database
) -> None:
    won = await win(world, serving, "alpha", "beta")
    await won.receive("alpha", 100_00)
    await pay(world, serving, "alpha", 15_00, "VIR 1")
    listed = ok(await world.auditor.get("/v1/ledger/transactions"), 200)["items"]
    assert [one["journal"] for one in listed] == ["BQ", "VE"]
    assert {one["booked_on"] for one in listed} == {"2026-03-02"}


async def test_a_trial_balance_stays_that_of_its_closing(world: World, serving: Database) -> None:
    await book(world, serving, date(2026, 1, 20), "january", 10_00)
    await book(world, serving, date(2026, 2, 20), "february", 3_00)
    first, second = await close(world, JANUARY), await close(world, FEBRUARY, "coordinator")
    await book(world, serving, date(2026, 1, 20), "late", 5_00)
    shown = {}
    for closing in (first, second):
        items = ok(await world.auditor.get(f"/v1/ledger/closings/{closing['id']}/balances"), 200)[
            "items"
        ]
        shown[closing["until"]] = {
            one["account"]: [
                one[name]["amount_cents"] for name in ("opening", "debit", "credit", "balance")
            ]
            for one in items
        }
    assert shown == {
        "2026-01-31": {
            "411732829320": [0, 10_00, 10_00, 0],
            "512": [0, 10_00, 0, 10_00],
            "706": [0, 0, 10_00, -10_00],
        },
        "2026-02-28": {
            "411732829320": [0, 3_00, 3_00, 0],
            "512": [10_00, 3_00, 0, 13_00],
            "706": [-10_00, 0, 3_00, -13_00],
        },
    }
    listed = ok(await world.auditor.get("/v1/ledger/closings"), 200)["items"]
    assert listed == [second, first]


async def test_what_is_closed_takes_nothing_whoever_writes(world: World, serving: Database) -> None:
    await book(world, serving, date(2026, 1, 20), "january")
    await close(world, JANUARY)
    values = {"cluster": world.cluster_id}
    async with acting(serving, world.treasurer) as (session, _):
        # Not even by saying the day: the database says it.
        await session.execute(
            text(
                "INSERT INTO ledger_transaction (cluster_id, id, journal, reference, occurred_on,"
                " booked_on, posted_at, memo) VALUES (:cluster, gen_random_uuid(), 'OD', 'forged',"
                " '2026-01-05', '2026-01-05', now(), '')"
            ),
            values,
        )
    for statement, why in (
        (
            "INSERT INTO ledger_posting SELECT cluster_id, gen_random_uuid(), transaction_id,"
            " debit_account_id, credit_account_id, 1, 'EUR' FROM ledger_posting"
            " WHERE cluster_id = :cluster LIMIT 1",
            "the entry is closed",
        ),
        (
            f"{CLOSING} NULL, '2025-12-01', '2025-12-31', {REST}",
            "uq_ledger_closing_follows",
        ),
        (
            f"{CLOSING} until_day, '2026-02-02', '2026-02-28', {REST}",
            "ck_ledger_closing_follows",
        ),
    ):
        with pytest.raises(DBAPIError, match=why):
            async with acting(serving, world.treasurer) as (session, _):
                await session.execute(text(statement), values)
    assert (await booked(world))["forged"] == (date(2026, 1, 5), date(2026, 2, 1), None)


async def test_whoever_writes_while_one_closes_waits_and_is_moved(
    world: World, serving: Database
) -> None:
    await book(world, serving, date(2026, 1, 20), "before")
    async with acting(serving, world.treasurer) as (session, actor):
        await close_books(session, actor, JANUARY)
        late = asyncio.create_task(book(world, serving, date(2026, 1, 21), "meanwhile"))
        done, _ = await asyncio.wait({late}, timeout=0.3)
        assert not done
    await late
    assert (await booked(world))["meanwhile"] == (date(2026, 1, 21), date(2026, 2, 1), None)


async def test_whoever_closes_waits_for_those_who_write_and_numbers_them(
    world: World, serving: Database
) -> None:
    assert world.alpha.member_id is not None
    member = receivable(world.alpha.member_id, "732829320", "Alpha")
    async with acting(serving, world.treasurer) as (session, actor):
        await service.post(
            session,
            actor,
            journal=Journal.BANK,
            reference="begun",
            occurred_on=date(2026, 1, 20),
            memo="essai",
            postings=[Posting(BANK, member, 1_00)],
        )
        closing = asyncio.create_task(close(world, JANUARY))
        done, _ = await asyncio.wait({closing}, timeout=0.3)
        assert not done
    assert (await closing)["entries"] == 1
    assert (await booked(world))["begun"][2] == 1


async def test_two_who_close_at_once_close_once(world: World, serving: Database) -> None:
    await book(world, serving, date(2026, 1, 20), "january")
    body = {"until": JANUARY.isoformat()}
    answers = await asyncio.gather(
        *(
            world.people[who].post("/v1/ledger/closings", body)
            for who in ("treasurer", "coordinator")
        )
    )
    assert sorted(one.status_code for one in answers) == [201, 409]
    again = await world.treasurer.post("/v1/ledger/closings", body)
    refused(again, 409, "closing_out_of_order")


@pytest.mark.parametrize("until", ["2026-01-30", "2026-03-31", "9999-12-31"])
async def test_a_day_that_cannot_be_closed_is_refused(world: World, until: str) -> None:
    answer = await world.treasurer.post("/v1/ledger/closings", {"until": until})
    assert answer.status_code == 422, answer.text


def test_a_fiscal_year_begins_with_its_month() -> None:
    year = fiscal_year(date(2026, 8, 31), 9)
    assert (year.first_day, year.last_day, year.name) == (date(2025, 9, 1), date(2026, 8, 31), 2026)
    assert fiscal_year(date(2026, 9, 1), 9).name == 2027
    leap = fiscal_year(date(2024, 2, 29), 3)
    assert (leap.first_day, leap.last_day) == (date(2023, 3, 1), date(2024, 2, 29))


def test_the_first_closing_begins_with_the_books_and_stays_in_their_year() -> None:
    asked = {"today": date(2026, 3, 2), "first_month": 1, "closed": None}
    period = next_period(JANUARY, earliest=None, **asked)  # type: ignore[arg-type]
    assert (period.from_day, period.fiscal_year) == (date(2026, 1, 1), 2026)
    with pytest.raises(Invalid):
        next_period(JANUARY, earliest=date(2025, 12, 31), **asked)  # type: ignore[arg-type]
    period = next_period(date(2025, 12, 31), earliest=date(2025, 12, 31), **asked)  # type: ignore[arg-type]
    assert (period.from_day, period.fiscal_year) == (date(2025, 1, 1), 2025)


def test_closings_follow_each_other() -> None:
    today, closed = date(2027, 3, 2), date(2026, 1, 31)
    with pytest.raises(ClosingOutOfOrder):
        next_period(closed, today=today, first_month=1, closed=closed, earliest=None)
    quarter = next_period(
        date(2026, 3, 31), today=today, first_month=1, closed=closed, earliest=None
    )
    assert quarter.from_day == closed + timedelta(days=1)
    year = next_period(date(2026, 12, 31), today=today, first_month=1, closed=closed, earliest=None)
    assert year.fiscal_year == 2026
    with pytest.raises(Invalid):
        next_period(date(2027, 1, 31), today=today, first_month=1, closed=closed, earliest=None)
