"""Whoever is shown amounts of a consortium is on record, once, before the answer leaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from tests.consortia.steps import EURO, Bid, ok, refused, submitted, write_tender
from tests.world import Person, World

READS = ("", "/split", "/contribution", "/v1/charges", "/v1/ledger/transactions")
"""What shows amounts of a won joint answer, to an overseer of the cluster."""


async def openings(world: World, bid: Bid, person: Person) -> list[Any]:
    """The openings of a person on record: versions, and where the request came from."""
    me = ok(await person.get("/v1/me"), 200)
    query = text(
        "SELECT version, origin, member_id, request_id FROM opening WHERE cluster_id = :cluster"
        " AND consortium_id = :consortium AND person_id = :person ORDER BY version"
    )
    values = {
        "cluster": world.cluster_id,
        "consortium": bid.body["id"].removeprefix("con_"),
        "person": me["person_id"].removeprefix("per_"),
    }
    async with world.owner.transaction() as session:
        return list(await session.execute(query, values))


async def paid(world: World) -> Bid:
    """A joint answer that has won, with money in."""
    bid = await submitted(world)
    ok(await bid.award())
    ok(await bid.receive(world.alpha, 1_000 * EURO, "F1"))
    return bid


def address(bid: Bid, read: str) -> str:
    """The address of a read: under the consortium, or of its own."""
    return read if read.startswith("/v1") else bid.path + read


@pytest.mark.parametrize("read", READS)
async def test_a_read_that_shows_amounts_is_on_record_once(world: World, read: str) -> None:
    bid = await paid(world)
    assert await openings(world, bid, world.auditor) == []
    first = await world.auditor.get(address(bid, read))
    assert ok(first, 200) == ok(await world.auditor.get(address(bid, read)), 200)
    assert await openings(world, bid, world.auditor) == [
        (1, "127.0.0.1", None, first.headers["x-request-id"])
    ]
    for other in READS:
        ok(await world.auditor.get(address(bid, other)), 200)
    assert len(await openings(world, bid, world.auditor)) == 1


async def test_two_reads_at_once_are_on_record_once(world: World) -> None:
    bid = await paid(world)
    answers = await asyncio.gather(*[world.auditor.get(f"{bid.path}/split") for _ in range(12)])
    assert {answer.status_code for answer in answers} == {200}
    assert len(await openings(world, bid, world.auditor)) == 1


async def test_each_version_of_the_split_is_opened_anew(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    for _ in range(2):
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
        ok(await world.beta.get(f"{bid.path}/split"), 200)
    assert [one.version for one in await openings(world, bid, world.beta)] == [1, 2]
    assert {one.member_id for one in await openings(world, bid, world.beta)} == {
        world.beta.member_id
    }


async def test_who_is_shown_no_amount_is_not_on_record(world: World) -> None:
    bid = await submitted(world)
    ok(await world.coordinator.get(bid.path), 200)
    assert (await world.coordinator.get(f"{bid.path}/split")).status_code == 404
    assert ok(await world.coordinator.get(f"{bid.path}/contribution"), 200)["parties"] == []
    for read in ("", "/split", "/contribution"):
        assert (await world.gamma.get(bid.path + read)).status_code == 404
    for person in (world.coordinator, world.gamma):
        ok(await person.get("/v1/charges"), 200)
        assert await openings(world, bid, person) == []


@asynccontextmanager
async def closed_book(world: World) -> AsyncIterator[None]:
    """Nothing can be put on record."""
    async with world.owner.transaction() as session:
        await session.execute(text("REVOKE INSERT ON opening FROM grappe_serving"))
    try:
        yield
    finally:
        async with world.owner.transaction() as session:
            await session.execute(text("GRANT INSERT ON opening TO grappe_serving"))


@pytest.mark.parametrize("read", READS)
async def test_what_cannot_be_put_on_record_is_not_shown(world: World, read: str) -> None:
    bid = await paid(world)
    async with closed_book(world):
        answer = await world.auditor.get(address(bid, read))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "amount" not in answer.text


async def test_a_receipt_refused_for_its_amount_tells_of_the_part_and_is_on_record(
    world: World,
) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    assert await openings(world, bid, world.contributor) == []
    beyond = await bid.receive(world.alpha, 10**13, "F1", by=world.contributor)
    refused(beyond, 409, "beyond_part")
    ((version, *_),) = await openings(world, bid, world.contributor)
    assert version == 1
