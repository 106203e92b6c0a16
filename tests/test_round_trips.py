"""A signed-in read takes at most two round trips to the database, token and scope included."""

import re
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from jsonschema import Draft202012Validator
from sqlalchemy import text

from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER
from app.main import create_app
from app.settings import Settings
from app.watch.contracts.service import import_contracts
from app.watch.groups.service import propose
from app.watch.service import import_file, import_records
from tests.alerts.rows import told
from tests.calls.steps import bill, drawn
from tests.certificates.steps import add, upload
from tests.clusters.steps import presented
from tests.concessions.steps import forecast_body, hand_in, record_year, write_forecast, write_terms
from tests.consortia.steps import EURO, ok, submitted, write_tender
from tests.contracts.steps import Work, approved, sign_contract
from tests.documents.steps import edit, issue, sign
from tests.flows.steps import flow_body
from tests.test_openapi import document, in_query, operations
from tests.watch.contracts.samples import contract, siret
from tests.watch.notices import idweb, national, slim, write
from tests.wire import Tap, tapped
from tests.world import NOW, Person, World, build_world

pytestmark = pytest.mark.xdist_group("round_trips")

READS = {
    operation["operationId"]: (path, operation)
    for method, path, operation in operations()
    if method == "get" and operation.get("security")
}
"""Every signed-in GET of the document: a new one is counted too."""

LISTS = sorted(
    name
    for name, (_, operation) in READS.items()
    if "cursor" in {one["name"] for one in operation.get("parameters", [])}
)
READERS = ("alpha", "coordinator")
"""One of them, at least, may read each."""


@dataclass
class Scene:
    """A cluster in which each read has something to show, behind a tap."""

    world: World
    tap: Tap

    async def read(self, person: Person, path: str, **query: Any) -> tuple[Response, int]:
        """An answer, and the round trips that it took."""
        before = self.tap.trips
        answer = await person.get(path, **query)
        return answer, self.tap.trips - before

    async def filled(self, path: str, person: Person) -> str | None:
        """The path with the ids of what stands first in the lists that it hangs on."""
        while found := re.search(r"/\{(\w+)\}", path):
            listed = await person.get(path[: found.start()])
            items = listed.json().get("items")
            if not items:
                return None
            first = items[0].get(found[1]) or items[0]["id"]
            path = f"{path[: found.start()]}/{first}{path[found.end() :]}"
        return path


@pytest.fixture(scope="module")
async def scene(settings: Settings, owner: Database, tmp_path_factory: Any) -> AsyncIterator[Scene]:
    """A won joint answer with money in, a tender with an interest, and an import."""
    async with tapped(settings) as (behind, tap):
        app = create_app(behind, clock=lambda: NOW)
        transport = ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            world = await build_world(client, owner)
            await fill(world)
            for call in ok(await world.alpha.get("/v1/calls"), 200)["items"]:
                await drawn(world, call["id"], settings)
            await import_some(settings, tmp_path_factory.mktemp("notices") / "notices.json")
            await watch_some(world)
            for person in (world.alpha, world.coordinator):
                (notice, *_) = ok(await person.get("/v1/notices"), 200)["items"]
                for _ in range(3):
                    await told(world, person, notice["id"])
            yield Scene(world, tap)


async def fill(world: World) -> None:
    """Something to show for each read."""
    ok(await upload(world.alpha, await add(world.alpha, audience="cluster")), 200)
    await presented(world)
    tender = await write_tender(world, concession=True)
    interest = {"lot_id": tender["lots"][0]["id"], "stance": "lead"}
    ok(await world.gamma.post(f"/v1/tenders/{tender['id']}/interests", interest))
    bid = await submitted(world, tender)
    await sign(world.alpha, bid, await issue(world.alpha, bid))
    await edit(world, "objet")
    won = [ok(await bid.award(lot)) for lot in range(2)]
    work = Work(bid, ok(await sign_contract(bid, won[0])))
    ok(await work.amend("low_amount", 100, 5_400_100, 3_600_000))
    await approved(work, world.beta, "F0", 100_000)
    ok(await write_terms(bid), 200)
    ok(await write_forecast(bid, forecast_body(2025, 2026, 2027)), 200)
    ok(await record_year(bid, 2025))
    ok(await hand_in(bid, 2025, "2026-02-15"))
    ok(await world.alpha.post("/v1/flows", flow_body(world.beta)))
    ok(await world.treasurer.post("/v1/charge-runs", {"until": NOW.date().isoformat()}))
    for number in range(4):
        ok(await bid.receive(world.alpha, 100 * EURO, f"F{number}"))
        payment = {
            "member_id": world.alpha.member,
            "amount": {"amount_cents": 10 * EURO},
            "received_on": "2026-02-27",
            "reference": f"VIR {number}",
        }
        ok(await world.treasurer.post("/v1/payments", payment))
    await bill(world)
    for day in ("2026-02-26", "2026-02-27", NOW.date().isoformat()):
        body = {"member_id": world.alpha.member, "until": day}
        await world.treasurer.post("/v1/calls", body)
    chart = {"siren": "552100554", "accounts": {}}
    ok(await world.treasurer.put("/v1/ledger/chart", chart, 0), 200)
    ok(await world.treasurer.post("/v1/ledger/closings", {"until": "2026-02-28"}))


async def import_some(settings: Settings, path: Path) -> None:
    """A notice with lots, what could not be read, and a contract that ends."""
    records = [national(idweb(), "Sonorisation", lots=["Son", "Lumière"]), {"idweb": None}]
    async with open_database(settings.login_url(), role=IMPORTER) as importer:
        await import_file(importer, write(path, records), clock=lambda: NOW)
        await import_contracts(importer, [contract(siret())], clock=lambda: NOW)
        due = {"nature": "APPEL_OFFRE", "datelimitereponse": "2026-06-01T12:00:00"}
        calls = [slim(idweb(), "Cloches", **due) for _ in range(2)]
        await import_records(importer, calls, clock=lambda: NOW)
        async with importer.transaction() as session:
            ids = await session.scalars(text("SELECT id FROM notice WHERE title = 'Cloches'"))
            await propose(session, list(ids), NOW)


async def watch_some(world: World) -> None:
    """A search that has found the notice, which the cluster follows."""
    body = {"name": "Son", "criteria": {"words": "sonorisation", "cpv": ["37"]}}
    ok(await world.coordinator.post("/v1/saved-searches", body))
    match = text("SELECT app.match(ARRAY(SELECT id FROM notice), :now)")
    async with world.owner.transaction() as session:
        await session.execute(match, {"now": NOW})


@pytest.mark.parametrize("name", sorted(READS))
async def test_a_read_takes_two_round_trips_and_then_one(scene: Scene, name: str) -> None:
    path, operation = READS[name]
    statuses = []
    for person in (scene.world.people[name] for name in READERS):
        filled = await scene.filled(path, person)
        if filled is None:
            continue
        asked = in_query(operation)
        answer, trips = await scene.read(person, filled, **asked)
        assert trips <= 2, answer.text
        again, trips = await scene.read(person, filled, **asked)
        assert trips == 1, again.text
        assert again.status_code == answer.status_code
        statuses.append(answer.status_code)
        if answer.status_code == 200 and "json" in answer.headers["content-type"]:
            assert again.json() == answer.json()
            fits(answer.json(), operation)
    assert 200 in statuses, "the scene has nothing to show for it"


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_takes_as_many_round_trips_however_long_it_is(scene: Scene, name: str) -> None:
    path, _ = READS[name]
    person = scene.world.coordinator
    filled = await scene.filled(path, person)
    assert filled is not None
    for limit in (100, 1, 100):
        answer, trips = await scene.read(person, filled, limit=limit)
        assert answer.status_code == 200
    assert trips == 1
    assert {(await scene.read(person, filled, limit=limit))[1] for limit in (1, 2, 100)} == {1}


async def test_the_tap_counts_what_a_session_costs(scene: Scene) -> None:
    """The tap sees: a write begins, enters, does its work, and commits."""
    before = scene.tap.trips
    await write_tender(scene.world)
    assert scene.tap.trips - before > 5


def fits(body: Any, operation: dict[str, Any]) -> None:
    """The answer is what the document says, and has nothing that it does not say."""
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": exact_components()}).validate(body)


@cache
def exact_components() -> dict[str, Any]:
    """The document's models, with nothing allowed beside what they name."""
    components: dict[str, Any] = deepcopy(document()["components"])
    for model in components["schemas"].values():
        if "properties" in model:
            model.setdefault("additionalProperties", False)
    return components
