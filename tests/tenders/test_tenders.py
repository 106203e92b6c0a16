"""What the cluster follows, over HTTP."""

from uuid import UUID, uuid4

from app.infra.db import Database, system_actor
from app.infra.db.connections import IMPORTER
from app.settings import Settings
from app.tenders import service
from app.watch import service as watch
from tests.consortia.steps import ok, refused
from tests.pools import POOLS
from tests.world import NOW, World

LOTS = [{"numLot": "1", "description": "Ateliers"}, {"numLot": "2", "description": "Film"}]


async def published(settings: Settings, closes: str, **fields: object) -> tuple[str, str]:
    """A notice in BOAMP's shape, imported; gives its number and its public id."""
    number = f"26-{uuid4().int % 10**8 + 10**8}"
    mapa = {
        "organisme": {"acheteurPublic": "Ville d'essai", "adr": {"cp": "42000"}},
        "initial": {
            "natureMarche": {"services": ""},
            "description": {"objet": "Médiation culturelle"},
            "delais": {"receptionOffres": closes},
            "lots": {"lot": LOTS},
        },
    }
    record = {
        "idweb": number,
        "objet": "Médiation culturelle",
        "famille": "MAPA",
        "perimetre": "MAPA",
        "dateparution": "2026-02-20",
        "code_departement": ["42"],
        "nomacheteur": "Ville d'essai",
        "nature": "APPEL_OFFRE",
        "gestion": {"INDEXATION": {"DATE_LIMITE_REPONSE": closes}},
        "donnees": {"MAPA": mapa},
        "url_avis": "https://www.boamp.fr/pages/avis/?q=idweb:" + number,
        **fields,
    }
    importer = await POOLS.of(settings, IMPORTER)
    await watch.import_records(importer, [record], label="test", clock=lambda: NOW)
    return number, str(record["url_avis"])


async def notice_id(world: World, url: str) -> str:
    """The public id of the notice with this link."""
    search = {"q": "Médiation culturelle", "published_to": "2026-02-20", "limit": 100}
    items = ok(await world.alpha.get("/v1/notices", **search), 200)["items"]
    return str(next(item["id"] for item in items if item["url"] == url))


async def test_a_notice_is_followed_once_with_its_lots(settings: Settings, world: World) -> None:
    _, url = await published(settings, "2026-03-30T12:00:00")
    notice = await notice_id(world, url)
    tender = ok(await world.alpha.post("/v1/tenders", {"notice_id": notice}))
    assert [(lot["number"], lot["title"]) for lot in tender["lots"]] == [
        ("1", "Ateliers"),
        ("2", "Film"),
    ]
    assert tender["deadline"] == {
        "at": "2026-03-30T10:00:00Z",
        "zone": "Europe/Paris",
        "text": "2026-03-30T12:00:00",
        "certain": True,
    }
    again = await world.beta.post("/v1/tenders", {"notice_id": notice})
    refused(again, 409, "already_followed")
    refused(await world.viewer.post("/v1/tenders", {"notice_id": notice}), 403, "forbidden")


async def test_two_clusters_follow_the_same_notice_apart(
    settings: Settings, world: World, other_world: World
) -> None:
    _, url = await published(settings, "2026-03-30T12:00:00")
    notice = await notice_id(world, url)
    mine = ok(await world.alpha.post("/v1/tenders", {"notice_id": notice}))
    ok(await other_world.alpha.post("/v1/tenders", {"notice_id": notice}))
    refused(await other_world.alpha.get(f"/v1/tenders/{mine['id']}"), 404, "not_found")
    assert len(ok(await other_world.alpha.get("/v1/tenders"), 200)["items"]) == 1


async def test_a_corrected_deadline_reaches_the_tender_once(
    settings: Settings, owner: Database, world: World
) -> None:
    number, url = await published(settings, "2026-03-30T12:00:00")
    notice = await notice_id(world, url)
    tender = ok(await world.alpha.post("/v1/tenders", {"notice_id": notice}))
    await published(settings, "2026-04-10T12:00:00", idweb=number, url_avis=url)
    for _ in range(2):
        async with owner.transaction() as session:
            actor = await system_actor(session, world.cluster_id, NOW, "test")
            await service.apply_notice(session, actor, UUID(hex=notice[4:]), None)
    seen = ok(await world.alpha.get(f"/v1/tenders/{tender['id']}"), 200)
    assert (seen["deadline"]["at"], seen["version"]) == ("2026-04-10T10:00:00Z", 2)


async def test_what_nobody_follows_moves_nothing(
    settings: Settings, owner: Database, world: World
) -> None:
    _, url = await published(settings, "2026-03-30T12:00:00")
    notice = await notice_id(world, url)
    async with owner.transaction() as session:
        actor = await system_actor(session, world.cluster_id, NOW, "test")
        await service.apply_notice(session, actor, UUID(hex=notice[4:]), None)
    assert ok(await world.alpha.get("/v1/tenders"), 200)["items"] == []


async def test_a_cancelled_call_is_shown_as_such(
    settings: Settings, owner: Database, world: World
) -> None:
    number, url = await published(settings, "2026-03-30T12:00:00")
    notice = await notice_id(world, url)
    ok(await world.alpha.post("/v1/tenders", {"notice_id": notice}))
    await published(settings, "2026-03-30T12:00:00", idweb=number, url_avis=url, etat="ANNULATION")
    async with owner.transaction() as session:
        actor = await system_actor(session, world.cluster_id, NOW, "test")
        await service.apply_notice(session, actor, UUID(hex=notice[4:]), None)
    assert ok(await world.alpha.get("/v1/tenders"), 200)["items"][0]["cancelled"]
    assert ok(await world.alpha.get("/v1/tenders", open_only=True), 200)["items"] == []


async def test_an_unknown_notice_is_not_found(world: World) -> None:
    body = {"notice_id": "not_" + "0" * 32}
    refused(await world.alpha.post("/v1/tenders", body), 404, "not_found")


async def test_a_tender_written_by_hand_keeps_the_wall_time_and_its_zone(world: World) -> None:
    body = {
        "title": "Festival",
        "buyer": "Commune de Saint-Paul",
        "concession": True,
        "deadline": {"wall_time": "2026-06-15T12:00:00", "zone": "Indian/Reunion"},
        "lots": [{"number": "A", "title": "Régie", "estimate": {"amount_cents": 5_000_000}}],
    }
    tender = ok(await world.alpha.post("/v1/tenders", body))
    assert tender["deadline"]["at"] == "2026-06-15T08:00:00Z"
    assert tender["deadline"]["text"] == "2026-06-15T12:00:00"
    assert tender["lots"][0]["estimate"]["amount_cents"] == 5_000_000
    listed = ok(await world.beta.get("/v1/tenders", open_only=True), 200)["items"]
    assert [one["id"] for one in listed] == [tender["id"]]


async def test_a_body_that_is_neither_a_notice_nor_a_tender_is_refused(world: World) -> None:
    zone = {"wall_time": "2026-06-15T12:00:00", "zone": "Mars/Olympus"}
    offset = {"wall_time": "2026-06-15T12:00:00+02:00"}
    for body in (
        {},
        {"title": "X"},
        {"notice_id": "not_" + "0" * 32, "title": "X"},
        {"title": "X", "buyer": "Y", "deadline": zone},
        {"title": "X", "buyer": "Y", "deadline": offset},
        {"title": "X", "buyer": "Y", "url": "javascript:alert(1)"},
    ):
        refused(await world.alpha.post("/v1/tenders", body), 422, "invalid")


async def test_members_say_what_they_would_take_and_change_their_mind(world: World) -> None:
    body = {"title": "X", "buyer": "Y", "lots": [{"number": "1", "title": "Un"}]}
    tender = ok(await world.coordinator.post("/v1/tenders", body))
    address = f"/v1/tenders/{tender['id']}/interests"
    lot = tender["lots"][0]["id"]
    first = ok(await world.alpha.post(address, {"lot_id": lot, "stance": "part"}))
    ok(await world.beta.post(address, {"lot_id": lot, "stance": "lead", "note": "Nous"}))
    changed = ok(await world.alpha.post(address, {"lot_id": lot, "stance": "no"}))
    assert changed["id"] == first["id"]
    seen = ok(await world.gamma.get(address), 200)["items"]
    assert {(one["member_id"], one["stance"]) for one in seen} == {
        (world.alpha.member, "no"),
        (world.beta.member, "lead"),
    }
    unknown = {"lot_id": "lot_" + "0" * 32, "stance": "part"}
    refused(await world.alpha.post(address, unknown), 422, "unknown_lot")
    refused(
        await world.coordinator.post(address, {"lot_id": lot, "stance": "no"}), 403, "forbidden"
    )
