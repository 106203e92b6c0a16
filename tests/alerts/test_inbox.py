"""Everyone concerned is told, once, and learns nothing beyond (trial 41)."""

import pytest
from sqlalchemy import text

from app.infra.db import Database, open_database
from app.settings import Settings
from tests.alerts.steps import CLOSES, EARLIER, LATER, alerts, as_owner, followed, kinds, put
from tests.consortia.steps import Bid, ok, refused
from tests.mailroom import Mailroom
from tests.world import NOW, World


async def test_a_moved_deadline_is_told_to_the_company_that_follows(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    (alert,) = await alerts(world.alpha)
    assert alert["kind"] == "deadline_moved"
    assert (alert["tender_id"], alert["title"]) == (call.tender["id"], "Médiation culturelle")
    assert alert["deadline"]["at"] == "2026-04-10T10:00:00Z"
    assert alert["deadline_before"] == "2026-03-30T10:00:00Z"
    for colleague in (world.contributor, world.viewer):
        assert await kinds(colleague) == ["deadline_moved"]
    for other in (world.beta, world.coordinator, world.auditor, world.integration):
        assert await kinds(other) == []


async def test_each_thing_that_befalls_a_call_is_told_as_what_it_is(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.next("RECTIFICATIF", objet="Médiation culturelle, lot 3 retiré")
    await mailroom.deliver()
    await call.next("RECTIFICATIF", EARLIER, dateparution="2026-03-02")
    await mailroom.deliver()
    await call.next("ATTRIBUTION", dateparution="2026-03-03")
    await mailroom.deliver()
    await call.next("ANNULATION", etat="ANNULATION", dateparution="2026-03-04")
    await mailroom.deliver()
    assert await kinds(world.alpha) == [
        "call_cancelled",
        "result_published",
        "deadline_moved",
        "notice_corrected",
    ]
    tender = ok(await world.alpha.get(f"/v1/tenders/{call.tender['id']}"), 200)
    assert (tender["cancelled"], tender["version"]) == (True, 5)


async def test_whoever_declared_an_interest_or_answers_together_is_told_and_nobody_else(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.coordinator)
    lot = call.tender["lots"][0]["id"]
    address = f"/v1/tenders/{call.tender['id']}/interests"
    ok(await world.alpha.post(address, {"lot_id": lot, "stance": "part"}))
    ok(await world.gamma.post(address, {"lot_id": lot, "stance": "no"}))
    bid = await Bid.form(call.tender, world.beta, lots=[lot])
    await bid.invite(world.delta)
    await call.again(LATER)
    await mailroom.deliver()
    for name in ("coordinator", "alpha", "contributor", "beta", "delta"):
        assert await kinds(world.people[name]) == ["deadline_moved"], name
    for name in ("gamma", "treasurer", "auditor", "integration"):
        assert await kinds(world.people[name]) == [], name


async def test_an_alert_says_no_more_than_the_cluster_reads_anyway(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    """A rival's following, its joint answer and its name are in no alert; all read the same."""
    call = await followed(world, settings, world.alpha)
    lot = call.tender["lots"][0]["id"]
    ok(
        await world.beta.post(
            f"/v1/tenders/{call.tender['id']}/interests",
            {"lot_id": lot, "stance": "lead", "note": "canari"},
        )
    )
    await Bid.form(call.tender, world.gamma, lots=[lot], name="Canari")
    await call.again(LATER)
    await mailroom.deliver()
    seen = [{**(await alerts(one))[0], "id": ""} for one in (world.alpha, world.beta, world.gamma)]
    assert seen[0] == seen[1] == seen[2]
    assert "anari" not in str(seen)
    assert world.alpha.member not in str(seen)


async def test_news_is_told_once_however_often_it_is_brought(
    world: World, settings: Settings, mailroom: Mailroom, owner: Database
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    again = text(
        "UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'succeeded'"
        " AND task_name ~ '(notice_changed|apply_notice|tell_followers)$' RETURNING task_name"
    )
    async with owner.transaction() as session:
        assert len(set(await session.scalars(again))) == 3
    await mailroom.deliver()
    assert await kinds(world.alpha) == ["deadline_moved"]


async def test_of_two_corrections_the_last_published_counts_whichever_job_runs_first(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.next("RECTIFICATIF", LATER, dateparution="2026-03-02")
    await mailroom.deliver()
    await call.next("RECTIFICATIF", EARLIER, dateparution="2026-02-25")
    await mailroom.deliver()
    tender = ok(await world.alpha.get(f"/v1/tenders/{call.tender['id']}"), 200)
    assert tender["deadline"]["at"] == "2026-04-10T10:00:00Z"
    assert await kinds(world.alpha) == ["notice_corrected", "deadline_moved"]


async def test_what_is_read_is_read_and_what_comes_meanwhile_is_not(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    for day, closes in enumerate((LATER, EARLIER, CLOSES), start=1):
        await call.next("RECTIFICATIF", closes, dateparution=f"2026-03-0{day}")
        await mailroom.deliver()
    third, second, first = await alerts(world.alpha)
    answer = await put(world, world.alpha, f"/v1/alerts/{first['id']}/reading")
    assert answer.status_code == 204
    unread = await alerts(world.alpha, unread=True)
    assert [one["id"] for one in unread] == [third["id"], second["id"]]
    answer = await put(world, world.alpha, "/v1/alerts/reading", {"up_to": second["id"]})
    assert answer.status_code == 204
    assert [one["id"] for one in await alerts(world.alpha, unread=True)] == [third["id"]]
    read = {one["id"]: one["read_at"] for one in await alerts(world.alpha)}
    assert read == {
        third["id"]: None,
        second["id"]: "2026-03-02T09:00:00Z",
        first["id"]: "2026-03-02T09:00:00Z",
    }
    assert len(await alerts(world.contributor, unread=True)) == 3


async def test_an_alert_is_its_persons_alone(
    world: World, other_world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    (alert,) = await alerts(world.alpha)
    for other in (world.contributor, world.beta, world.coordinator, other_world.alpha):
        refused(await put(world, other, f"/v1/alerts/{alert['id']}/reading"), 404, "not_found")
        refused(
            await put(world, other, "/v1/alerts/reading", {"up_to": alert["id"]}), 404, "not_found"
        )
    assert len(await alerts(world.alpha, unread=True)) == 1


@pytest.mark.parametrize("table", ["alert", "digest", "alert_preference", "tender_news"])
async def test_row_security_alone_shows_a_person_their_own(
    world: World, settings: Settings, mailroom: Mailroom, table: str
) -> None:
    """Trial 8: as the serving role, whatever a query forgets to ask."""
    call = await followed(world, settings, world.alpha)
    body = {"digest": "weekly", "hour": 9, "weekday": 5}
    answer = await put(world, world.alpha, "/v1/me/alert-preferences", body)
    assert answer.status_code == 200
    await call.again(LATER)
    await mailroom.deliver()
    async with world.owner.transaction() as session:
        alpha = (
            await session.execute(
                text(
                    "SELECT m.id, m.person_id, m.member_id FROM membership m JOIN person p"
                    " ON p.id = m.person_id WHERE m.cluster_id = :c AND p.name = 'Alpha'"
                ),
                {"c": world.cluster_id},
            )
        ).one()
    scopes = {
        "nobody": {},
        "the cluster": {"app.cluster": world.cluster_id},
        "alpha": {
            "app.cluster": world.cluster_id,
            "app.membership": alpha.id,
            "app.person": alpha.person_id,
            "app.member": alpha.member_id,
        },
    }
    seen = {}
    async with open_database(settings.login_url(), size=1) as serving:
        for who, scope in scopes.items():
            async with serving.transaction() as session:
                for name, value in scope.items():
                    await session.execute(
                        text("SELECT set_config(:name, :value, true)"),
                        {"name": name, "value": str(value)},
                    )
                seen[who] = await session.scalar(text(f"SELECT count(*) FROM {table}"))
    own = 2 if table == "tender_news" else 1
    shared = 2 if table == "tender_news" else 0
    assert seen == {"nobody": 0, "the cluster": shared, "alpha": own}


async def test_a_company_that_left_sees_no_alert_and_gets_none(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    left = "UPDATE member SET state = 'left', left_on = :day WHERE cluster_id = :cluster"
    await as_owner(world, left + " AND name = 'Alpha'", day=NOW.date())
    assert await kinds(world.alpha) == []
    await call.again(EARLIER)
    await mailroom.deliver()
    await as_owner(
        world, "UPDATE member SET state = 'active', left_on = NULL WHERE cluster_id = :cluster"
    )
    assert await kinds(world.alpha) == ["deadline_moved"]
