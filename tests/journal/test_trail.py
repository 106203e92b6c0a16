"""Who reads what of the trail, over HTTP."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.infra.db import Anyone, enter, open_database, system_actor
from app.journal.domain import day_seal
from app.journal.service import record
from app.kernel.ids import encode, new_id
from app.settings import Settings
from tests.consortia.steps import Bid, ok, refused, submitted, write_tender
from tests.journal.chains import head, seals, tamper, verdict
from tests.world import NOW, Person, World

YESTERDAY = (NOW - timedelta(days=1)).date()


async def audit(person: Person, **asked: Any) -> list[Any]:
    """The entries that a person reads."""
    return list(ok(await person.get("/v1/audit", limit=100, **asked), 200)["items"])


async def trail(person: Person, bid: Bid) -> list[Any]:
    """A consortium's trail as a person reads it."""
    return list(ok(await person.get(f"{bid.path}/trail", limit=100), 200)["items"])


async def test_the_trail_of_the_cluster_says_who_when_from_where_on_what(world: World) -> None:
    tender = await write_tender(world)
    entry, *_ = await audit(world.auditor, action="tender.followed")
    assert entry["person"]["name"] == "Coordinator"
    assert entry["person"]["id"].startswith("per_")
    assert (entry["company"], entry["origin"]) == (None, "127.0.0.1")
    assert entry["at"] == "2026-03-02T09:00:00Z"
    assert entry["subject_id"] == tender["id"].removeprefix("ten_")
    assert entry["request_id"].startswith("req_")
    by_job = (await audit(world.auditor, action="policy.set"))[0]
    assert (by_job["person"], by_job["origin"]) == (None, "system")


async def test_the_trail_is_searched_by_person_act_subject_and_moment(world: World) -> None:
    tender = await write_tender(world)
    await write_tender(world)
    entries = await audit(world.treasurer)
    me = (await audit(world.treasurer, action="tender.followed"))[0]["person"]["id"]
    assert {one["action"] for one in await audit(world.treasurer, person_id=me)} == {
        "tender.followed"
    }
    by_id = await audit(world.treasurer, subject_id=tender["id"])
    assert by_id == await audit(world.treasurer, subject_id=tender["id"][-32:])
    assert [one["subject_id"] for one in by_id] == [tender["id"][-32:]]
    assert await audit(world.treasurer, **{"from": "2026-03-02T09:00:00Z"}) == entries
    # An offset that PostgreSQL does not know: Schemathesis found a 500.
    assert await audit(world.treasurer, **{"from": "2026-03-03T02:36:00+17:36"}) == entries
    assert await audit(world.treasurer, to="2026-03-02T09:00:00Z") == []
    first = ok(await world.treasurer.get("/v1/audit", limit=1), 200)
    second = ok(await world.treasurer.get("/v1/audit", limit=100, cursor=first["next_cursor"]), 200)
    assert [*first["items"], *second["items"]] == entries
    for wrong in (
        {"action": "x'"},
        {"subject_id": "1"},
        {"from": "2026-03-02"},
        {"who": "x"},
        {"to": "9999-12-31T23:00:00-12:00"},
    ):
        refused(await world.treasurer.get("/v1/audit", **wrong), 422, "invalid")


async def test_a_company_does_not_read_the_trail_of_the_cluster(world: World) -> None:
    for person in (world.alpha, world.viewer, world.contributor, world.integration):
        refused(await person.get("/v1/audit"), 403, "forbidden")


async def test_what_is_done_in_a_consortium_shows_to_overseers_once_it_has_won(
    world: World, other_world: World
) -> None:
    bid = await submitted(world)
    private = {"split.written", "agreement.approved"}
    for person in (world.coordinator, world.treasurer, world.auditor):
        assert not private & {one["action"] for one in await audit(person)}
        assert await trail(person, bid) == []
    ok(await bid.award())
    assert private <= {one["action"] for one in await audit(world.auditor)}
    assert {one["kind"] for one in await trail(world.auditor, bid)} == {"entry"}
    assert not private & {one["action"] for one in await audit(other_world.auditor)}


async def test_parties_read_acts_and_openings_in_one_list(world: World) -> None:
    bid = await submitted(world)
    ok(await world.contributor.get(f"{bid.path}/split"), 200)
    items = await trail(world.beta, bid)
    assert items == sorted(items, key=lambda one: one["id"], reverse=True)
    assert {"entry", "opening"} == {one["kind"] for one in items}
    last = items[0]
    assert (last["kind"], last["action"], last["detail"]) == (
        "opening",
        "split.opened",
        {"version": 1},
    )
    assert last["person"]["name"] == "Contributor"
    assert last["company"] == {"id": world.alpha.member, "name": "Alpha"}
    assert "bid.submitted" in {one["action"] for one in items}
    first = ok(await world.beta.get(f"{bid.path}/trail", limit=2), 200)
    rest = ok(
        await world.beta.get(f"{bid.path}/trail", limit=100, cursor=first["next_cursor"]), 200
    )
    assert [*first["items"], *rest["items"]] == items


async def test_an_address_is_shown_to_its_own_company_and_to_overseers(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    for one in await trail(world.beta, bid):
        own = one["company"] is None or one["company"]["name"] == "Beta"
        assert (one["origin"] is not None) == own, one
    assert all(one["origin"] == "127.0.0.1" for one in await trail(world.coordinator, bid))


async def test_a_stranger_finds_no_trail_as_if_there_were_no_consortium(
    world: World, other_world: World
) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha)
    ok(await world.alpha.post(f"{bid.path}/parties", {"member_id": world.beta.member}))
    nowhere = f"/v1/consortia/{encode('con', new_id())}/trail"
    never = (await world.gamma.get(nowhere)).json()
    # Beta is invited, and has not said yes.
    for person in (world.gamma, world.beta, other_world.coordinator, other_world.alpha):
        answer = refused(await person.get(f"{bid.path}/trail"), 404, "not_found")
        assert answer | {"request_id": ""} == never | {"request_id": ""}


async def test_the_seal_of_yesterday_is_everyones_to_keep_and_proves_the_chain(
    settings: Settings, world: World
) -> None:
    async with world.owner.transaction() as session:
        for back in (2, 1):
            actor = await system_actor(
                session, world.cluster_id, NOW - timedelta(days=back), "test"
            )
            await record(session, actor, "act", new_id())
    sealed = (await seals(world))[-1]
    found = [
        ok(await person.get("/v1/audit/seal"), 200)
        for person in (world.gamma, world.viewer, world.coordinator, world.integration)
    ]
    assert found == [{"day": str(YESTERDAY), "hash": day_seal(sealed.hash, YESTERDAY)}] * 4
    noted = f"{YESTERDAY}:{found[0]['hash']}"
    # What happens today does not move it: it would tell that something did.
    await submitted(world)
    assert ok(await world.gamma.get("/v1/audit/seal"), 200) == found[0]
    assert (await verdict(world, noted)).faults == 0
    before = [row for row in await seals(world) if row.seq < sealed.seq][-1]
    await tamper(
        settings,
        world,
        "DELETE FROM audit_entry WHERE id IN (SELECT subject_id FROM audit_seal"
        f" WHERE cluster_id = %(cluster)s AND seq >= {sealed.seq})",
        f"DELETE FROM audit_seal WHERE cluster_id = %(cluster)s AND seq >= {sealed.seq}",
        f"UPDATE audit_head SET seq = {before.seq}, hash = '\\x{before.hash.hex()}'"
        " WHERE cluster_id = %(cluster)s",
    )
    assert (await verdict(world)).faults == 0
    assert (await head(world.owner, world)).seq == before.seq
    assert "01/03/2026" in (await verdict(world, noted)).shown[0]


async def test_names_are_those_of_the_callers_cluster(
    settings: Settings, world: World, other_world: World
) -> None:
    async with world.owner.transaction() as session:
        query = text("SELECT person_id::text FROM membership WHERE cluster_id = :c")
        own, others = [
            set(await session.scalars(query, {"c": one.cluster_id})) for one in (world, other_world)
        ]
    async with (
        open_database(settings.login_url(), size=1) as serving,
        serving.sessions() as session,
    ):
        await enter(session, Anyone(world.gamma.token, NOW, "test"))
        names = await session.scalar(text("SELECT app.names()"))
    assert set(names) == own
    assert not set(names) & others
