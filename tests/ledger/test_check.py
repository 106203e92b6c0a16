"""The books against what they are about, when someone who may do anything has been there."""

from datetime import date

import pytest
from sqlalchemy import text

from app.contributions.verify import check_accounts
from app.infra.db import Database
from app.ledger.verify import check_books
from app.settings import Settings
from tests.contributions.scene import pay, win
from tests.journal.chains import tamper
from tests.ledger.test_closings import close
from tests.world import World

OF = "cluster_id = %(cluster)s"
FIRST = f"SELECT id FROM ledger_transaction WHERE {OF} AND reference LIKE"


@pytest.fixture
async def year(world: World, serving: Database) -> World:
    """Receipts, a credit note, payments and an advance; some of it closed, some late, some open."""
    won = await win(world, serving, "alpha", "beta")
    await won.receive("alpha", 100_00, on=date(2026, 1, 10))
    await won.receive("beta", 333_33, on=date(2026, 1, 12))
    await close(world, date(2026, 1, 31))
    await pay(world, serving, "alpha", 40_00, "VIR 1")
    await won.receive("alpha", 100_00, on=date(2026, 1, 20))
    await won.receive("alpha", -50_00, on=date(2026, 2, 20))
    await close(world, date(2026, 2, 28))
    await won.receive("beta", 1)
    assert await faults(world) == []
    return world


async def faults(world: World) -> list[str]:
    """What both checks name."""
    async with world.owner.transaction() as session:
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        steps: list[int] = []
        books = await check_books(session, world.cluster_id, advance=steps.append)
        accounts = await check_accounts(session, world.cluster_id, advance=steps.append)
        return books.shown + accounts.shown


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE charge SET amount_cents = 14_99 WHERE {OF} AND amount_cents = 15_00", "charge"),
        (f"UPDATE payment SET amount_cents = 40_01 WHERE {OF}", "payment"),
        (f"UPDATE ledger_posting SET amount_cents = amount_cents + 1 WHERE {OF}", "compte 411"),
        (
            f"UPDATE ledger_posting SET amount_cents = amount_cents + 1 WHERE {OF}"
            f" AND transaction_id IN ({FIRST} 'payment:%%')",
            "compte 4191",
        ),
        (f"DELETE FROM ledger_posting WHERE {OF}", "sans écriture"),
        (f"DELETE FROM ledger_transaction WHERE {OF}", "sans sa transaction"),
        (f"DELETE FROM payment WHERE {OF}", "sans origine"),
        (f"DELETE FROM charge WHERE {OF}", "sans origine"),
        (f"UPDATE settlement SET amount_cents = 99_00 WHERE {OF}", "réglée de"),
        (f"UPDATE settlement SET amount_cents = 99_00 WHERE {OF}", ": règle "),
        (f"DELETE FROM ledger_closing WHERE {OF} AND previous_until IS NULL", "précédente manque"),
        (f"UPDATE ledger_entry SET number = 9 WHERE {OF} AND number = 2", "le n° 2 manque"),
        (
            f"UPDATE ledger_transaction SET booked_on = '2026-03-09' WHERE {OF}",
            "hors de sa clôture",
        ),
        (
            f"UPDATE ledger_transaction SET booked_on = '2026-02-03', occurred_on = '2026-02-03'"
            f" WHERE {OF} AND booked_on > '2026-02-28'",
            "sans numéro",
        ),
    ],
)
async def test_what_was_touched_is_named(
    settings: Settings, year: World, statement: str, said: str
) -> None:
    await tamper(settings, year, statement)
    found = await faults(year)
    assert any(said in one for one in found), found
