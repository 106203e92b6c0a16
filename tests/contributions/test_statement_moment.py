"""A statement is of one moment, whatever is being written meanwhile."""

import asyncio

from tests.consortia.steps import EURO, Bid, ok, submitted
from tests.world import Person, World

RECEIPTS = 6
READERS = 1


async def test_a_statement_read_while_receipts_arrive_is_of_one_moment(world: World) -> None:
    """Three queries saw three moments: a settlement of a charge not yet seen was a 500."""
    bid = await submitted(world)
    ok(await bid.award())
    parties = (world.alpha, world.beta)
    for person in parties:
        await pay_ahead(world, person)
    writers = asyncio.gather(*(write(bid, person) for person in parties))
    readings = await asyncio.gather(
        *(read(bid, person, writers) for person in (*parties, world.treasurer) * READERS)
    )
    await writers
    assert sum(readings) > RECEIPTS
    last = await bid.contribution()
    assert last["paid"]["amount_cents"] == 2 * RECEIPTS * 15 * EURO


async def pay_ahead(world: World, person: Person) -> None:
    """An advance that settles each charge in the transaction that makes it."""
    body = {
        "member_id": person.member,
        "amount": {"amount_cents": 10_000 * EURO},
        "received_on": "2026-03-02",
        "reference": f"VIR {person.member}",
    }
    ok(await world.treasurer.post("/v1/payments", body))


async def write(bid: Bid, person: Person) -> None:
    """Record receipts, one after the other."""
    for number in range(RECEIPTS):
        ok(await bid.receive(person, 100 * EURO, f"Facture {number}"))


async def read(bid: Bid, person: Person, writers: "asyncio.Future[list[None]]") -> int:
    """Read until all is written: what is charged is paid at every moment; the readings' count."""
    readings = 0
    while not writers.done():
        seen = await bid.contribution(person)
        assert seen["paid"] == seen["charged"] == seen["due"]
        readings += 1
    return readings
