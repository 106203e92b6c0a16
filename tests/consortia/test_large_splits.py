"""A split of twenty-five companies and thirty lots: how often the database is asked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import insert

from app.clusters.models import Member
from app.consortia.models import Party
from app.infra.db import Database
from app.kernel.ids import decode, encode, new_id
from app.main import create_app
from app.settings import Settings
from tests.consortia.steps import Bid, ok, write_tender
from tests.wire import Tap, tapped
from tests.world import NOW, World, build_world, siren

pytestmark = pytest.mark.xdist_group("round_trips")

PARTIES, LOTS, PIECES = 25, 30, 3
WRITE_AT_MOST, READ_AT_MOST = 15, 8
"""Round trips to the database, each with a statement; signing in, beginning and commit too."""


@dataclass
class Crowd:
    """A joint answer of many, behind a tap, and the parties that stand in every lot."""

    bid: Bid
    tap: Tap
    parties: list[str]

    def split(self, shift: int = 0) -> Any:
        """Every party in each of a firm and two optional tranches of every lot, with terms."""
        bps = [10_000 // PARTIES + (1 if n == shift else -1 if n == shift + 1 else 0)
               for n in range(PARTIES)]  # fmt: skip
        lines = [
            {"party_id": party, "bps": one, "tasks": f"Part {n}"}
            for n, (party, one) in enumerate(zip(self.parties, bps, strict=True))
        ]
        items = [
            {"tranche": n, "amount": {"amount_cents": 1_000_003 + n}, "lines": lines}
            for n in range(PIECES)
        ]
        terms = {
            "lead_fee": {"bps": 300},
            "common_expenses": {"manager_id": self.parties[1], "bps": 100},
        }
        return {"lots": [{"lot_id": lot, "items": items, **terms} for lot in self.bid.lots]}

    async def counted(self, asking: Any) -> tuple[Any, int]:
        """The answer, and the round trips that it took."""
        before = self.tap.trips
        answer = await asking
        return ok(answer, 200), self.tap.trips - before


@pytest.fixture
async def crowd(settings: Settings, owner: Database) -> AsyncIterator[Crowd]:
    """Alpha leads; the others have come in already."""
    async with tapped(settings) as (behind, tap):
        app = create_app(behind, clock=lambda: NOW)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client,
        ):
            world = await build_world(client, owner)
            bid = await Bid.form(await write_tender(world, lots=LOTS), world.alpha)
            parties = [*bid.parties.values(), *await joined(world, bid, PARTIES - 1)]
            yield Crowd(bid, tap, parties)


async def joined(world: World, bid: Bid, count: int) -> list[str]:
    """Many companies that are in: their public ids as parties."""
    mine = {"cluster_id": world.cluster_id}
    members = [
        {
            **mine,
            "id": new_id(),
            "name": f"Atelier {n}",
            "siren": siren(f"{world.cluster_id} {n}"),
            "skills": [],
            "headcount": 3,
            "state": "active",
            "joined_on": NOW.date(),
        }
        for n in range(count)
    ]
    parties: list[dict[str, Any]] = [
        {
            **mine,
            "id": new_id(),
            "consortium_id": decode("con", bid.body["id"]),
            "member_id": one["id"],
            "role": "co_contractor",
            "invited_at": NOW,
            "joined_at": NOW,
        }
        for one in members
    ]
    async with world.owner.transaction() as session:
        await session.execute(insert(Member), members)
        await session.execute(insert(Party), parties)
    return [encode("par", one["id"]) for one in parties]


async def test_twenty_five_parties_and_thirty_lots_are_few_questions(crowd: Crowd) -> None:
    bid, writes = crowd.bid, []
    for shift in range(3):
        version, body = await bid.version(), crowd.split(shift)
        written, trips = await crowd.counted(bid.lead.put(f"{bid.path}/split", body, version))
        writes.append(trips)
    # The pool may open a connection meanwhile: the least is what the write itself takes.
    assert min(writes) < WRITE_AT_MOST, writes
    assert sum(len(lot["parts"]) for lot in written["lots"]) == PARTIES * LOTS
    assert ok(await bid.lead.get(f"{bid.path}/split"), 200) == written
    for path in ("split", "splits/1", "splits", "splits/3/changes"):
        reads = [(await crowd.counted(bid.lead.get(f"{bid.path}/{path}")))[1] for _ in range(3)]
        assert min(reads) < READ_AT_MOST, (path, reads)
