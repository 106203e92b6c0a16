"""The books: written by many, read by few, changed by nobody."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import Database
from app.ledger import service
from app.ledger.domain import ADVANCES, BANK, CONTRIBUTIONS, Account, Journal, Posting, receivable
from tests.contributions.scene import acting, balances, win
from tests.world import NOW, World

TABLES = (
    *("ledger_account", "ledger_transaction", "ledger_posting"),
    *("ledger_chart", "ledger_closing", "ledger_entry"),
)


def owed_by(world: World) -> Account:
    """The account of alpha."""
    assert world.alpha.member_id is not None
    return receivable(world.alpha.member_id, "732829320", "Alpha")


async def write(
    world: World,
    serving: Database,
    person: str,
    reference: str,
    postings: Sequence[Posting],
) -> bool:
    """Write a transaction as a person."""
    async with acting(serving, world.people[person]) as (session, actor):
        return await service.post(
            session,
            actor,
            journal=Journal.OTHER,
            reference=reference,
            occurred_on=NOW.date(),
            memo="essai",
            postings=postings,
        )


async def test_a_member_writes_what_it_may_not_read(world: World, serving: Database) -> None:
    won = await win(world, serving, "alpha", "beta")
    await won.receive("alpha", 100_00)
    await won.receive("beta", 100_00, by="alpha")
    async with acting(serving, world.alpha) as (session, _):
        for name in TABLES:
            assert await session.scalar(text(f"SELECT count(*) FROM {name}")) == 0
    assert await balances(world) == {"411": 30_00, "706": -30_00}


async def test_a_transaction_is_written_once_by_its_reference(
    world: World, serving: Database
) -> None:
    posting = Posting(owed_by(world), CONTRIBUTIONS, 15_00)
    assert await write(world, serving, "coordinator", "receipt:1", [posting])
    assert not await write(world, serving, "treasurer", "receipt:1", [posting])
    at_once = await asyncio.gather(
        *(write(world, serving, "treasurer", "receipt:2", [posting]) for _ in range(3))
    )
    assert sorted(at_once) == [False, False, True]
    assert (await balances(world))["411"] == 30_00


async def test_a_transaction_has_a_posting(world: World, serving: Database) -> None:
    with pytest.raises(ValueError, match="one posting at least"):
        await write(world, serving, "alpha", "receipt:1", [])


async def test_overseers_read_balances_and_transactions(world: World, serving: Database) -> None:
    member = owed_by(world)
    await write(world, serving, "treasurer", "receipt:1", [Posting(member, CONTRIBUTIONS, 15_00)])
    await write(
        world,
        serving,
        "treasurer",
        "payment:1",
        [Posting(BANK, member, 10_00), Posting(BANK, ADVANCES, 2_00)],
    )
    for reader in (world.treasurer, world.coordinator):
        page = (await reader.get("/v1/ledger/accounts", limit=2)).json()
        rest = (await reader.get("/v1/ledger/accounts", cursor=page["next_cursor"])).json()
        accounts = page["items"] + rest["items"]
        shown = {one["code"]: one["balance"]["amount_cents"] for one in accounts}
        assert shown == {member.code: 5_00, "4191": -2_00, "512": 12_00, "706": -15_00}
        assert list(shown) == sorted(shown)
        assert accounts[0]["member_id"] == world.alpha.member
        assert accounts[0]["debit"] == {"amount_cents": 15_00, "currency": "EUR"}
        listed = (await reader.get("/v1/ledger/transactions")).json()["items"]
        assert {one["reference"] for one in listed} == {"receipt:1", "payment:1"}
        (payment,) = [one for one in listed if one["reference"] == "payment:1"]
        assert [(one["debit"], one["amount"]["amount_cents"]) for one in payment["postings"]] in (
            [("512", 10_00), ("512", 2_00)],
            [("512", 2_00), ("512", 10_00)],
        )


async def test_members_are_told_that_the_books_are_not_theirs_to_read(world: World) -> None:
    for reader in (world.alpha, world.viewer):
        for path in ("/v1/ledger/accounts", "/v1/ledger/transactions"):
            answer = await reader.get(path)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET cluster_id = cluster_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
async def test_the_books_only_grow(world: World, table: str, verb: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"):
        async with world.owner.transaction() as session:
            await session.execute(text(verb.format(table)))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {} SET cluster_id = cluster_id", "DELETE FROM {}"])
async def test_a_request_may_not_even_try(
    world: World, serving: Database, table: str, verb: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with acting(serving, world.treasurer) as (session, _):
            await session.execute(text(verb.format(table)))


async def test_another_clusters_books_stay_its_own(world: World, serving: Database) -> None:
    posting = Posting(owed_by(world), CONTRIBUTIONS, 15_00)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with acting(serving, world.treasurer) as (session, _):
            await session.execute(
                text(
                    "INSERT INTO ledger_account (cluster_id, id, code, name)"
                    " VALUES (gen_random_uuid(), gen_random_uuid(), '512', 'x')"
                )
            )
    assert await write(world, serving, "treasurer", "receipt:1", [posting])
