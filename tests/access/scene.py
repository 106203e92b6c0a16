"""Two rivals on one tender at every stage of a joint answer, in a cluster of its own.

X is alpha's (lead) and beta's, Y is gamma's (lead) and delta's; both are at the same stage.
Whatever each writes bears a word and amounts that stand nowhere else: who comes upon them has
seen through a wall.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from httpx import AsyncClient
from sqlalchemy import text

from app.infra.db import Database
from app.kernel.actor import Role
from app.kernel.ids import decode, encode, new_id
from app.people.domain import fresh_token
from tests.alerts.rows import told
from tests.calls.steps import billing_body
from tests.certificates.steps import add as add_certificate
from tests.certificates.steps import upload
from tests.clusters.steps import by_vote, company, presented, set_cluster
from tests.concessions.steps import figures_body, forecast_body, terms_body
from tests.consortia.cast import decide, person_id
from tests.consortia.steps import Bid, ok, write_tender
from tests.contracts.steps import Work, approved, arrive, bill, sign_contract
from tests.documents.steps import SIGNED, issue, sign
from tests.flows.steps import flow_body
from tests.world import NOW, Person, World, build_world, enrol, siren

MARKS = ("Quetzal", "Heron")
"""In every text that X writes and in no other; the same for Y."""
MARKS_ELSEWHERE = ("Toucan", "Ibis")
"""The same in another cluster, whose amounts differ too."""

STAGES = ("invited", "forming", "proposed", "agreed", "submitted", "won")
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
MIRRORED = {"manager": "gamma", "party": "delta", "rival": "alpha", "viewer": "spectator"}
"""Who they are when X and Y change places."""


TODAY = NOW.date().isoformat()


@dataclass
class Side:
    """One of two rivals: what it has written so far."""

    mark: str
    stage: str
    bid: Bid
    lot_id: str
    price: int
    version: int = 0
    agreement_id: str = ""
    succession_id: str = ""
    mandate_id: str = ""
    award: Any = None
    receipt: Any = None
    document: Any = None
    signatures: list[Any] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The public id of the consortium."""
        return str(self.bid.body["id"])

    def split(self) -> Any:
        """Its split: an unusual price on each lot, the second in two work items."""
        lots = enumerate(self.bid.lots)
        return {"lots": [self._lot(lot, self.price + 1_371_113 * index) for index, lot in lots]}

    def _lot(self, lot: str, price: int) -> Any:
        tasks = [f"{self.mark} {work} {self.stage}" for work in ("mandat", "programmation")]
        shares = (10_000,) if self.stage == "invited" else (6_137, 3_863)
        lines = [
            {"party_id": party, "bps": bps, "tasks": task}
            for party, bps, task in zip(self.bid.parties.values(), shares, tasks, strict=False)
        ]
        if lot == self.bid.lots[0]:
            return {"lot_id": lot, "amount": {"amount_cents": price}, "lines": lines}
        first = price // 3
        works = (("étude", first), ("pose", price - first))
        items = [
            {
                "label": f"{self.mark} {work} {self.stage}",
                "amount": {"amount_cents": cents},
                "lines": lines,
            }
            for work, cents in works
        ]
        common = {"manager_id": lines[0]["party_id"], "bps": 211}
        terms = {"lead_fee": {"bps": 317}, "common_expenses": common}
        return {"lot_id": lot, "items": items, **terms}


@dataclass
class Rivalry:
    """One tender of two lots, and the two that answer both."""

    tender: Any
    x: Side
    y: Side


@dataclass(frozen=True)
class Found:
    """A saved search, what it found, and a person of whoever saved it."""

    search_id: str
    match_id: str
    person_id: str


@dataclass
class Held:
    """Contracts of one of two rivals: of a lot with an amount, and a framework.

    ``version`` is that of the joint answer which won the first.
    """

    work: Work
    frame: Work
    parts: Any
    version: int = 0
    amendment_id: str = ""
    order_id: str = ""
    invoice_id: str = ""
    """Of the other company, that awaits the lead's word."""
    approved_id: str = ""
    """Of the lead, to be paid directly."""
    on_account_id: str = ""
    """Of the lead, under the framework: of which some stands on the joint account."""
    account_receipt_id: str = ""


@dataclass
class Scene:
    """A cluster with a rivalry at each stage, and a tender that nobody answers yet."""

    world: World
    stages: dict[str, Rivalry] = field(default_factory=dict)
    free: Any = None
    newcomer: str = ""
    person_id: str = ""
    notice_id: str = ""
    import_id: str = ""
    pair_id: str = ""
    suspended_id: str = ""
    voted_id: str = ""
    candidacy_id: str = ""
    invitation_id: str = ""
    membership_id: str = ""
    decision_id: str = ""
    named_id: str = ""
    link_id: str = ""
    closing_id: str = ""
    naming: Any = None
    alone: Any = None
    """A tender that alpha answers alone."""
    searches: dict[str, "Found"] = field(default_factory=dict)
    contracts: dict[str, Held] = field(default_factory=dict)
    refusal: str = ""
    """What a mail to the treasurer bears, to have no more of them."""
    own: dict[str, str] = field(default_factory=dict)
    """What the manager of alpha holds: a session, a membership, a token, addresses and their
    secrets, an alert, a candidacy that is theirs to take back."""
    personas: dict[str, str] = field(default_factory=lambda: dict(PERSONAS))

    def person(self, persona: str) -> Person:
        """Who stands in a column of the matrix."""
        return self.world.people[self.personas[persona]]

    def found(self, whose: str = "manager") -> Found:
        """A search of the company of a persona, or of the cluster's coordinator."""
        return self.searches[self.personas[whose]]

    def held(self) -> Held:
        """The contracts that the manager's company leads."""
        return self.contracts[self.personas["manager"]]

    def own_party(self, stage: str, persona: str) -> str:
        """The party of X that a persona would speak for: the lead's, but for ``party``."""
        speaker = self.person("party" if persona == "party" else "manager")
        return self.stages[stage].x.bid.parties[speaker.member]

    def mirrored(self) -> "Scene":
        """The same, seen by the rival: X and Y change places."""
        stages = {name: Rivalry(one.tender, one.y, one.x) for name, one in self.stages.items()}
        return replace(self, stages=stages, personas=self.personas | MIRRORED)


async def build_scene(
    client: AsyncClient, owner: Database, marks: tuple[str, str] = MARKS
) -> Scene:
    """Everything over HTTP, but the notice and the import that no request can make."""
    world = await build_world(client, owner)
    async with owner.transaction() as session:
        await enrol(session, world, "spectator", Role.VIEWER, world.gamma.member_id)
    scene = Scene(world)
    admitted = {"name": "Epsilon", "siren": siren(f"{world.cluster_id} epsilon")}
    scene.newcomer = ok(await world.coordinator.post("/v1/members", admitted))["id"]
    await _reference_data(scene, owner)
    for number, stage in enumerate(STAGES):
        tender = await write_tender(world, concession=True)
        sides = [
            await _side(tender, number, rank, marks[rank], *pair)
            for rank, pair in enumerate(((world.alpha, world.beta), (world.gamma, world.delta)))
        ]
        scene.stages[stage] = Rivalry(tender, *sides)
    scene.free = await write_tender(world)
    await _contracts(scene)
    await _companies(scene)
    await _walls(scene, marks[0])
    await _comings_and_goings(scene)
    await _holdings(scene, marks[0])
    await _searches(scene)
    await _alone(scene)
    link = {"other_member_id": world.delta.member, "kind": "group", "evidence": "Kbis"}
    path = f"/v1/members/{world.beta.member}/links"
    scene.link_id = ok(await world.coordinator.post(path, link))["id"]
    link = {"other_member_id": world.gamma.member, "kind": "officers", "evidence": "Kbis"}
    path = f"/v1/members/{world.alpha.member}/links"
    scene.own["link_id"] = ok(await world.alpha.post(path, link))["id"]
    for seller, buyer in (("alpha", "beta"), ("gamma", "delta")):
        sold = flow_body(world.people[buyer], number=f"F-{seller}", cents=213_717_131)
        flow = ok(await world.people[seller].post("/v1/flows", sold))
        scene.own.setdefault("flow_id", flow["id"])
    run = ok(await world.treasurer.post("/v1/charge-runs", {"until": NOW.date().isoformat()}))
    scene.own["run_id"] = run["id"]
    for name in ("alpha", "gamma"):
        paid = {
            "member_id": world.people[name].member,
            "amount": {"amount_cents": 200_000_000 + len(name)},
            "received_on": NOW.date().isoformat(),
            "reference": f"VIR {name}",
        }
        ok(await world.treasurer.post("/v1/payments", paid))
    await _called(scene, "alpha", "gamma")
    ok(
        await world.treasurer.put("/v1/ledger/chart", {"siren": "552100554", "accounts": {}}, 0),
        200,
    )
    closed = ok(await world.treasurer.post("/v1/ledger/closings", {"until": "2025-12-31"}))
    scene.closing_id = closed["id"]
    body = {"lot_id": scene.free["lots"][1]["id"], "stance": "part", "note": "La régie."}
    ok(await world.delta.post(f"/v1/tenders/{scene.free['id']}/interests", body))
    return scene


async def _called(scene: Scene, *names: str) -> None:
    """What companies owe on what they won, called."""
    world = scene.world
    ok(await world.treasurer.put("/v1/billing", billing_body(), 0), 200)
    for name in names:
        body = {"member_id": world.people[name].member, "until": NOW.date().isoformat()}
        ok(await world.treasurer.post("/v1/calls", body))
    (call, *_) = ok(await world.alpha.get("/v1/calls"), 200)["items"]
    scene.own["call_id"] = call["id"]


async def _side(
    tender: Any, reached: int, rank: int, mark: str, lead: Person, other: Person
) -> Side:
    """One rival, as far as a stage; each wins another lot."""
    stage = STAGES[reached]
    accepting = [] if stage == "invited" else [other]
    bid = await Bid.form(tender, lead, *accepting, name=f"{mark} {stage}")
    price = 823_764_131 + 9_871_237 * reached + 313_171_719 * rank + 57_731_917 * len(mark)
    side = Side(mark, stage, bid, bid.lots[rank], price)
    if stage == "invited":
        await bid.invite(other)
    ok(await bid.write(side.split()), 200)
    await _concession(side)
    if reached >= STAGES.index("proposed"):
        address = await bid.propose()
        side.agreement_id = address.rsplit("/", 1)[-1]
        for person in (lead, other) if reached >= STAGES.index("agreed") else ():
            ok(await person.post(f"{address}/approvals"))
    if reached >= STAGES.index("submitted"):
        sent = {
            "submitted_at": NOW.isoformat(),
            "platform": f"{mark} portail {stage}",
            "reference": f"{mark} 4711 {stage}",
        }
        ok(await lead.post(f"{bid.path}/submissions", sent))
        party = bid.parties[other.member]
        given = {"scope": ["bid"], "valid_from": TODAY}
        mandate = ok(await other.post(f"{bid.path}/parties/{party}/mandates", given))
        side.mandate_id = mandate["id"]
        offer = {"party_id": party, "reason": f"{mark} relais", "accepted_on": TODAY}
        side.succession_id = ok(await lead.post(f"{bid.path}/successions", offer))["id"]
    if reached >= STAGES.index("won"):
        side.award = ok(await bid.award(rank, side.price - 2_003))
        received = side.price // 97
        side.receipt = ok(await bid.receive(lead, received, f"{mark} F1", lot=rank))
        await _years(side)
    if stage in {"submitted", "won"}:
        await _document(side, mark)
    side.version = await bid.version()
    return side


async def _concession(side: Side) -> None:
    """What it would make of the concession, in words and amounts of its own."""
    bid, words = side.bid, f"{side.mark} {side.stage}"
    said = {
        "first_day": "2024-01-01",
        "months": 48,
        "ground": f"{words} amortissement",
        "investments_cents": side.price // 3 + 11,
        "fee": f"{words} redevance",
        "compensation": f"{words} compensation",
        "company_name": f"{words} SAS",
    }
    path = f"{bid.path}/concession"
    ok(await bid.lead.put(path, terms_body(**said), await bid.version()), 200)
    flow = _flow(side) if side.stage != "invited" else []
    body = forecast_body(2024, 2025, 2026, 2027, **_amounts(side, 5), flows=flow)
    ok(await bid.lead.put(f"{path}/forecast", body, await bid.version()), 200)


def _amounts(side: Side, share: int) -> Any:
    """Income and costs of a year, labelled in its own words."""
    words = f"{side.mark} {side.stage}"
    income = [{"label": f"{words} billetterie", "amount_cents": side.price // share + 13}]
    costs = [{"label": f"{words} salaires", "amount_cents": side.price // share - 5_017}]
    fee, compensation = side.price // (share * 7) + 3, side.price // (share * 11) + 7
    return {
        "income": income,
        "costs": costs,
        "fee_cents": fee,
        "compensation_cents": compensation,
    }


def _flow(side: Side) -> Any:
    """A co-production of its two companies."""
    giver, taker = list(side.bid.parties.values())[:2]
    amount = {
        "label": f"{side.mark} {side.stage} coproduction",
        "amount_cents": side.price // 41 + 17,
    }
    return [{"from_party_id": giver, "to_party_id": taker, **amount}]


async def _years(side: Side) -> None:
    """It runs the concession: a company, a year's figures and report."""
    bid, path = side.bid, f"{side.bid.path}/concession"
    company = {"name": f"{side.mark} salle", "siren": siren(side.mark)}
    company["takes_over_on"] = TODAY
    ok(await bid.lead.post(f"{path}/company", company))
    ok(await bid.lead.post(f"{path}/years/2025", figures_body(**_amounts(side, 6))))
    report = {"year": 2025, "handed_in_on": TODAY}
    ok(await bid.lead.post(f"{path}/reports", report))


async def _document(side: Side, mark: str) -> None:
    """An agreement that both have signed; what they signed bears a word of theirs."""
    side.document = await issue(side.bid.lead, side.bid)
    for person in (side.bid.lead, *side.bid.others):
        body = SIGNED + mark.encode()
        side.signatures.append(ok(await sign(person, side.bid, side.document, body), 200))


async def _contracts(scene: Scene) -> None:
    """Each rival carries out what it won: a lot with an amount, and a framework."""
    world, rivalry = scene.world, scene.stages["won"]
    tender = await write_tender(world)
    for rank, side in enumerate((rivalry.x, rivalry.y)):
        odd = 57_731 * len(side.mark) + 1_373 * rank
        said = {"number": f"{side.mark} marché", **_threshold(20_000_000 + odd)}
        work = Work(side.bid, ok(await sign_contract(side.bid, side.award, **said)))
        change, parts = 1_234_567 + odd, await work.held()
        said = {"reason": f"{side.mark} avenant"}
        amended = ok(await work.amend("review_clause", change, parts[0] + change, parts[1], **said))
        frame = await _framework(side, tender, rank, odd)
        ok(await frame.order(f"{side.mark} BC1", 7_654_321 + odd, 3_210_987 + odd))
        # What nobody billed yet can be taken back.
        free = ok(await frame.order(f"{side.mark} BC2", 2_345_671 + odd, 1_032_547 + odd))
        made = await _bill(side, work, frame, odd)
        side.version = await side.bid.version()
        name = "alpha" if rank == 0 else "gamma"
        scene.contracts[name] = Held(
            work, frame, amended["parts"], side.version, amended["id"], free["id"], *made
        )


async def _framework(side: Side, tender: Any, rank: int, odd: int) -> Work:
    """A framework without an amount, held by a group that is paid on one account."""
    lead, (other,) = side.bid.lead, side.bid.others
    bid = await Bid.form(tender, lead, other, name=f"{side.mark} cadre", form="solidaire")
    ok(await bid.write(bid.shares(6_000, 4_000, amount=None)), 200)
    await bid.agree()
    ok(await bid.submit())
    award = ok(await bid.award(rank, None))
    said = {
        "form": "solidaire",
        "number": f"{side.mark} accord-cadre",
        "maximum": {"amount_cents": 987_654_321 + odd},
        **_threshold(30_000_000 + odd),
    }
    return Work(bid, ok(await sign_contract(bid, award, **said)))


async def _bill(side: Side, work: Work, frame: Work, odd: int) -> list[str]:
    """Two invoices, one of them approved; one under the framework, paid on the joint account."""
    lead, (other,) = side.bid.lead, side.bid.others
    note = {"note": f"{side.mark} situation"}
    waiting = ok(await bill(work, other, f"{side.mark} F1", 1_357_911 + odd, **note))
    to_pay = await approved(work, lead, f"{side.mark} F2", 2_468_101 + odd, **note)
    on_account = await approved(frame, lead, f"{side.mark} F3", 3_141_592 + odd, **note)
    came = ok(await arrive(frame, f"{side.mark} AC1", {on_account: 2_718_281 + odd}))
    addresses = (to_pay, on_account)
    return [waiting["id"], *(one.rsplit("/", 1)[-1] for one in addresses), came["id"]]


def _threshold(cents: int) -> Any:
    """A threshold that stands nowhere else: the usual one would be seen in every contract."""
    return {"european_threshold": {"amount_cents": cents}}


async def _comings_and_goings(scene: Scene) -> None:
    """Someone who is invited into alpha, and alpha's contributor."""
    world = scene.world
    body = {"email": "camille@scene.example", "role": "viewer", "member_id": world.alpha.member}
    scene.invitation_id = ok(await world.coordinator.post("/v1/invitations", body))["id"]
    people = ok(await world.alpha.get("/v1/people"), 200)["items"]
    scene.membership_id = next(one["id"] for one in people if one["role"] == "contributor")


async def _holdings(scene: Scene, mark: str) -> None:
    """What is the manager's of alpha alone."""
    alpha = scene.world.alpha
    (session,) = ok(await alpha.get("/v1/sessions"), 200)["items"]
    token = ok(await alpha.post("/v1/tokens", {"name": "Tableur", "scopes": ["tenders:read"]}))
    address = ok(await alpha.post("/v1/calendar-addresses", {"name": "Téléphone"}))
    secret = address["url"].rsplit("/", 1)[-1].removesuffix(".ics")
    feed = ok(await alpha.post("/v1/feed-addresses", {"name": "Lecteur"}))
    kept = await add_certificate(alpha, audience="company", title=f"{mark} vigilance")
    ok(await upload(alpha, kept), 200)
    shared = await add_certificate(alpha)
    scene.own |= {
        "certificate_id": kept["id"],
        "shared_certificate_id": shared["id"],
        "session_id": session["id"],
        "membership_id": session["membership_id"],
        "token_id": token["id"],
        "address_id": address["id"],
        "secret": secret,
        "feed_address_id": feed["id"],
        "feed_secret": feed["url"].rsplit("/", 1)[-1].removesuffix(".atom"),
        "alert_id": await told(scene.world, alpha, scene.notice_id),
    }


async def _walls(scene: Scene, mark: str) -> None:
    """Alpha has named the treasurer on a consortium; the coordinator lets delta into rivals."""
    world = scene.world
    scene.person_id = await person_id(world, world.treasurer)
    scene.naming = await Bid.form(await write_tender(world), world.alpha, name=f"{mark} nom")
    body = {"person_id": scene.person_id}
    named = ok(await world.alpha.post(f"{scene.naming.path}/people", body))
    made = await decide(world, scene.naming.lots[0], member_id=world.delta.member)
    scene.named_id, scene.decision_id = named["id"], made["id"]


async def _alone(scene: Scene) -> None:
    """Alpha answers a lot alone."""
    scene.alone = await write_tender(scene.world, lots=1)
    body = {"lot_id": scene.alone["lots"][0]["id"]}
    path = f"/v1/tenders/{scene.alone['id']}/solo-bids"
    scene.own["solo_bid_id"] = ok(await scene.world.alpha.post(path, body))["id"]


async def _searches(scene: Scene) -> None:
    """Two rivals and the coordinator each watch for the notice that there is."""
    world = scene.world
    for name in ("alpha", "gamma", "coordinator"):
        person = world.people[name]
        body = {"name": f"Veille {name}", "criteria": {"words": "halle"}}
        saved = ok(await person.post("/v1/saved-searches", body))
        async with world.owner.transaction() as session:
            notice = decode("not", scene.notice_id)
            await session.execute(
                text("SELECT app.match(ARRAY[CAST(:id AS uuid)], :now)"), {"id": notice, "now": NOW}
            )
        found = ok(await person.get(f"/v1/saved-searches/{saved['id']}/matches"), 200)["items"]
        scene.searches[name] = Found(saved["id"], found[0]["id"], await person_id(world, person))


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
    iota = ok(await world.alpha.post("/v1/candidacies", company(world, "Iota")))
    scene.own["candidacy_id"] = iota["id"]


async def _reference_data(scene: Scene, owner: Database) -> None:
    notice, run, again, pair = (new_id() for _ in range(4))
    values = {"now": NOW, "run": run, "one": notice, "two": again, "pair": pair}
    async with owner.transaction() as session:
        for one in (notice, again):
            named = {"id": one, "source_id": f"scene-{one}", "now": NOW}
            await session.execute(text(NOTICE), named)
        for statement in (RUN, PAIR):
            await session.execute(text(statement), values)
    scene.notice_id, scene.import_id = encode("not", notice), encode("imp", run)
    scene.pair_id = encode("pai", pair)


NOTICE = """
INSERT INTO notice (id, source, source_id, version, kind, title, description, buyer, concession,
  follows, cpv, departments, lots, published_on, partial, content_hash, first_seen_at, updated_at)
VALUES (:id, 'boamp', :source_id, 1, 'call', 'Entretien de la halle', 'Selon le cahier.',
  'Commune de Saint-Aubin', false, '{}', '{}', '{}', '[]', '2026-02-01', false, '', :now, :now)
"""
PAIR = """
INSERT INTO notice_pair (id, notice_id, other_id, why, found_at)
VALUES (:pair, :one, :two, '{"buyer": "name", "title": 1.0, "deadline": "day"}', :now)
"""
RUN = """
INSERT INTO import_run (id, source, via, state, attempt, started_at, heartbeat_at, finished_at)
VALUES (:run, 'boamp', 'file', 'done', 1, :now, :now, :now)
"""


async def program(world: World, person: Person, scopes: list[str]) -> str:
    """A program's token of the same membership as a person's, with these scopes alone."""
    token = fresh_token()
    async with world.owner.transaction() as session:
        await session.execute(
            text(PROGRAM),
            {
                **{"id": new_id(), "prefix": token.prefix, "hash": token.hash, "scopes": scopes},
                "of": sha256(person.token.encode()).digest(),
            },
        )
    return token.secret


PROGRAM = """
INSERT INTO token
  (cluster_id, id, membership_id, kind, name, scopes, prefix, hash, created_at, expires_at)
SELECT cluster_id, :id, membership_id, 'api', 'program', :scopes, :prefix, :hash, created_at,
  expires_at
FROM token WHERE hash = :of
"""
