"""Two rivals on one tender at every stage of a joint answer, in a cluster of its own.

X is alpha's (lead) and beta's, Y is gamma's (lead) and delta's. Whatever X writes bears a word
and amounts that stand nowhere else: who comes upon them has seen through a wall.
"""

from dataclasses import dataclass, field
from typing import Any

from httpx import AsyncClient
from sqlalchemy import text

from app.infra.db import Database
from app.kernel.ids import encode, new_id
from tests.clusters.steps import by_vote, company, presented, set_cluster
from tests.consortia.cast import decide, person_id
from tests.consortia.steps import Bid, ok, write_tender
from tests.world import NOW, Person, World, build_world

MARK = "Quetzal"
"""In every text that X writes, and in no other."""

STAGES = ("forming", "proposed", "agreed", "submitted", "won")
PERSONAS = {
    "coordinator": "coordinator",
    "treasurer": "treasurer",
    "auditor": "auditor",
    "manager": "alpha",
    "contributor": "contributor",
    "viewer": "viewer",
    "integration": "integration",
    "party": "beta",
    "rival": "gamma",
}
"""Columns of the matrix, by the names of the world's people."""


def price(stage: str, lot: int = 0) -> int:
    """The unusual amount that X bids at a stage on a lot, in cents."""
    return 823_764_131 + 9_871_237 * STAGES.index(stage) + 1_371_113 * lot


@dataclass
class Rivalry:
    """One tender of two lots, X at a stage, and Y that talks about the same lots."""

    tender: Any
    x: Bid
    y: Bid
    version: int = 0
    agreement_id: str = ""
    award: Any = None
    receipt: Any = None

    @property
    def lot_id(self) -> str:
        """The lot that both want."""
        return str(self.x.lots[0])

    def split(self, stage: str) -> Any:
        """A split of X with its unusual amounts."""
        lead, other = self.x.parties.values()
        return {
            "lots": [
                {
                    "lot_id": lot,
                    "amount": {"amount_cents": price(stage, index)},
                    "lines": [
                        {"party_id": lead, "bps": 6_137, "tasks": f"{MARK} mandat"},
                        {"party_id": other, "bps": 3_863, "tasks": f"{MARK} programmation"},
                    ],
                }
                for index, lot in enumerate(self.x.lots)
            ]
        }


@dataclass
class Scene:
    """A cluster with a rivalry at each stage, an invitation, and a tender that none answers yet."""

    world: World
    invitation: Bid
    stages: dict[str, Rivalry] = field(default_factory=dict)
    free: Any = None
    notice_id: str = ""
    import_id: str = ""
    suspended_id: str = ""
    voted_id: str = ""
    candidacy_id: str = ""
    invitation_id: str = ""
    membership_id: str = ""
    person_id: str = ""
    naming: Any = None
    named_id: str = ""
    decision_id: str = ""

    def person(self, persona: str) -> Person:
        """Who stands in a column of the matrix."""
        return self.world.people[PERSONAS[persona]]

    def own_party(self, stage: str, persona: str) -> str:
        """The party of X that a persona would speak for: beta's its own, all others alpha's."""
        member = self.world.beta.member if persona == "party" else self.world.alpha.member
        return self.stages[stage].x.parties[member]


async def build_scene(client: AsyncClient, owner: Database) -> Scene:
    """Everything over HTTP, but the notice and the import that no request can make."""
    world = await build_world(client, owner)
    asked = await Bid.form(await write_tender(world), world.alpha, name=f"{MARK} invite")
    await asked.invite(world.beta)
    scene = Scene(world, asked)
    await _reference_data(scene, owner)
    await _comings_and_goings(scene)
    for stage in STAGES:
        scene.stages[stage] = await _rivalry(world, stage)
    scene.free = await write_tender(world)
    await _companies(scene)
    await _walls(scene)
    won = scene.stages["won"]
    paid = {
        "member_id": world.alpha.member,
        "amount": {"amount_cents": 2_000_000},
        "received_on": NOW.date().isoformat(),
        "reference": f"{MARK} VIR",
    }
    ok(await world.treasurer.post("/v1/payments", paid))
    body = {"lot_id": won.lot_id, "stance": "part", "note": "Nous prendrions la régie."}
    ok(await world.delta.post(f"/v1/tenders/{won.tender['id']}/interests", body))
    return scene


async def _comings_and_goings(scene: Scene) -> None:
    world = scene.world
    body = {"email": "camille@scene.example", "role": "viewer", "member_id": world.alpha.member}
    scene.invitation_id = ok(await world.coordinator.post("/v1/invitations", body))["id"]
    people = ok(await world.alpha.get("/v1/people"), 200)["items"]
    scene.membership_id = next(one["id"] for one in people if one["role"] == "contributor")


async def _walls(scene: Scene) -> None:
    """The coordinator has let delta through; alpha has named someone on its invitation."""
    world = scene.world
    scene.person_id = await person_id(world, world.treasurer)
    made = await decide(world, scene.invitation.lots[0], member_id=world.delta.member)
    body = {"person_id": scene.person_id}
    scene.naming = await Bid.form(await write_tender(world), world.alpha, name=f"{MARK} nom")
    named = ok(await world.alpha.post(f"{scene.naming.path}/people", body))
    scene.named_id, scene.decision_id = named["id"], made["id"]


async def _rivalry(world: World, stage: str) -> Rivalry:
    reached = STAGES.index(stage)
    tender = await write_tender(world)
    y = await Bid.form(tender, world.gamma, world.delta)
    ok(await y.write(y.shares(5_000, 5_000)), 200)
    x = await Bid.form(tender, world.alpha, world.beta, name=f"{MARK} {stage}")
    found = Rivalry(tender, x, y)
    ok(await x.write(found.split(stage)), 200)
    if reached >= STAGES.index("proposed"):
        address = await x.propose()
        found.agreement_id = address.rsplit("/", 1)[-1]
        approving = [world.alpha, world.beta] if reached >= STAGES.index("agreed") else []
        for person in approving:
            ok(await person.post(f"{address}/approvals"))
    if reached >= STAGES.index("submitted"):
        bid = {
            "submitted_at": NOW.isoformat(),
            "platform": f"{MARK} plateforme",
            "reference": f"{MARK} 4711",
        }
        ok(await world.alpha.post(f"{x.path}/submissions", bid))
    if reached >= STAGES.index("won"):
        found.award = ok(await x.award(0, price(stage) - 2_003))
        found.receipt = ok(await x.receive(world.alpha, 7_340_387, f"{MARK} F1"))
    found.version = await x.version()
    return found


async def _companies(scene: Scene) -> None:
    """A suspended company, a candidacy under vote, and one that the coordinator decides."""
    world = scene.world
    idle = ok(await world.coordinator.post("/v1/members", company(world, "Zêta")))
    scene.suspended_id = idle["id"]
    reason = {"reason": "Cotisation impayée"}
    ok(await world.coordinator.post(f"/v1/members/{idle['id']}/suspensions", reason))
    await by_vote(world)
    scene.voted_id = (await presented(world, "Êta")).rsplit("/", 1)[-1]
    await set_cluster(world, admission="coordinator")
    scene.candidacy_id = (await presented(world, "Thêta")).rsplit("/", 1)[-1]


async def _reference_data(scene: Scene, owner: Database) -> None:
    notice, run = new_id(), new_id()
    async with owner.transaction() as session:
        for statement in (NOTICE, RUN):
            values = {"id": notice, "source_id": f"scene-{notice}", "now": NOW, "run": run}
            await session.execute(text(statement), values)
    scene.notice_id, scene.import_id = encode("not", notice), encode("imp", run)


NOTICE = """
INSERT INTO notice (id, source, source_id, version, kind, title, description, buyer, concession,
  follows, cpv, departments, lots, published_on, partial, content_hash, first_seen_at, updated_at)
VALUES (:id, 'boamp', :source_id, 1, 'call', 'Entretien de la halle', 'Selon le cahier.',
  'Commune de Saint-Aubin', false, '{}', '{}', '{}', '[]', '2026-02-01', false, '', :now, :now)
"""
RUN = """
INSERT INTO import_run (id, source, via, state, attempt, started_at, heartbeat_at, finished_at)
VALUES (:run, 'boamp', 'file', 'done', 1, :now, :now, :now)
"""
