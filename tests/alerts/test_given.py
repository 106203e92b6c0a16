"""Trial 41, to the end: whoever has to do with a call is told what befalls it; history stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.settings import Settings
from tests.alerts.steps import AFTER, CLOSES, EARLIER, LATER, Call, alerts, bring, kinds
from tests.consortia.cast import person_id
from tests.consortia.steps import Bid, ok
from tests.mailroom import Mailroom
from tests.searches.steps import call, matches, save
from tests.tenders.test_tenders import published
from tests.watch.groups.procedures import folder, in_bulletin, in_ted
from tests.watch.notices import idweb
from tests.watch.test_search import word
from tests.world import Person, World

AGAIN = text(
    "UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'succeeded'"
    " AND task_name ~ '(notices_arrived|tell_given)$'"
)


async def found(person: Person, search: Any, number: str) -> Any:
    """What a search found under a number."""
    all_of_it = await matches(person, search)
    return next(one for one in all_of_it if one["notice"]["source_id"] == number)


async def give(world: World, search: Any, number: str, *, to: Person, by: Person) -> Any:
    """Give what a search found to someone."""
    match = await found(by, search, number)
    path = f"/v1/saved-searches/{search['id']}/matches/{match['id']}"
    ok(await by.post(f"{path}/assignments", {"person_id": await person_id(world, to)}))
    return match


@pytest.mark.parametrize(
    ("nature", "closes", "kind"),
    [
        ("RECTIFICATIF", CLOSES, "notice_corrected"),
        ("RECTIFICATIF", EARLIER, "deadline_moved"),
        ("ANNULATION", CLOSES, "call_cancelled"),
        ("ATTRIBUTION", CLOSES, "result_published"),
    ],
)
async def test_whoever_was_given_a_match_is_told_though_nobody_follows(
    world: World,
    settings: Settings,
    mailroom: Mailroom,
    nature: str,
    closes: str,
    kind: str,
) -> None:
    mark = word()
    search = await save(world.alpha, "Médiation", words=f"{mark} -rectifié")
    await mailroom.deliver()
    number, url = await published(settings, CLOSES, objet=f"Médiation, {mark}")
    await mailroom.deliver(AFTER)
    await give(world, search, number, to=world.contributor, by=world.alpha)
    one = Call(settings, number, url, None)
    told = {"etat": "ANNULATION"} if nature == "ANNULATION" else {}
    await one.next(nature, closes, objet=f"Rectifié : {mark}", **told)
    await mailroom.deliver(AFTER + timedelta(hours=1))
    newest, match = await alerts(world.contributor)
    assert (newest["kind"], match["kind"]) == (kind, "match")
    assert newest["tender_id"] is None
    moved = "2026-03-30T10:00:00Z" if kind == "deadline_moved" else None
    assert newest["deadline_before"] == moved
    for other in (world.alpha, world.beta, world.coordinator):
        assert kind not in await kinds(other)


async def test_a_call_that_reads_otherwise_is_told_each_time_and_once(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    mark = word()
    search = await save(world.coordinator, "Commune", words=mark)
    await mailroom.deliver()
    number, url = await published(settings, CLOSES, objet=f"Médiation, {mark}")
    await mailroom.deliver(AFTER)
    await give(world, search, number, to=world.coordinator, by=world.coordinator)
    one = Call(settings, number, url, None)
    await one.again(EARLIER, objet=mark)
    await mailroom.deliver(AFTER)
    await one.again(LATER, objet=mark)
    await mailroom.deliver(AFTER)
    async with world.owner.transaction() as session:
        await session.execute(AGAIN)
    await mailroom.deliver(AFTER)
    last, first, match = await alerts(world.coordinator)
    assert [last["kind"], first["kind"], match["kind"]] == ["deadline_moved"] * 2 + ["match"]
    assert first["deadline_before"] == "2026-03-30T10:00:00Z"
    assert last["deadline_before"] == "2026-03-20T11:00:00Z"
    assert await kinds(world.alpha) == ["match"]


async def test_what_was_taken_back_or_given_by_another_side_tells_nobody_else(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    mark = word()
    search = await save(world.coordinator, "Commune", words=mark)
    await mailroom.deliver()
    number, url = await published(settings, CLOSES, objet=f"Médiation, {mark}")
    await mailroom.deliver(AFTER)
    match = await give(world, search, number, to=world.contributor, by=world.alpha)
    await give(world, search, number, to=world.beta, by=world.beta)
    path = f"/v1/saved-searches/{search['id']}/matches/{match['id']}"
    ok(await world.alpha.post(f"{path}/reopenings"))
    await Call(settings, number, url, None).again(EARLIER, objet=mark)
    await mailroom.deliver(AFTER)
    assert await kinds(world.beta) == ["deadline_moved", "match"]
    for other in (world.alpha, world.contributor, world.coordinator):
        assert await kinds(other) == ["match"]


async def test_a_deadline_moved_earlier_after_a_consortium_formed_is_told_to_all_concerned(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    """Followed by the cluster, answered by two companies, looked at by a third: then it moves."""
    mark = word()
    search = await save(world.gamma, "Médiation", words=mark)
    await mailroom.deliver()
    number, url = await published(settings, CLOSES, objet=f"Médiation, {mark}")
    await mailroom.deliver(AFTER)
    match = await give(world, search, number, to=world.gamma, by=world.gamma)
    notice = match["notice"]["id"]
    tender = ok(await world.coordinator.post("/v1/tenders", {"notice_id": notice}))
    bid = await Bid.form(tender, world.alpha, world.beta)
    await bid.write(bid.shares(6_000, 4_000))
    await bid.agree()
    before = ok(await world.alpha.get(bid.path), 200)
    one = Call(settings, number, url, tender)
    await one.next("RECTIFICATIF", EARLIER, objet="Rectification")
    await mailroom.deliver(AFTER)
    await one.next("ANNULATION", CLOSES, etat="ANNULATION", dateparution="2026-03-02")
    await mailroom.deliver(AFTER)
    concerned = ("coordinator", "alpha", "contributor", "beta", "gamma")
    for name in concerned:
        told = [one for one in await alerts(world.people[name]) if one["tender_id"]]
        assert [one["kind"] for one in told] == ["call_cancelled", "deadline_moved"], name
        assert told[1]["deadline_before"] == "2026-03-30T10:00:00Z"
    assert await kinds(world.gamma) == ["call_cancelled", "deadline_moved", "match"]
    for name in ("delta", "treasurer", "auditor", "integration"):
        assert await kinds(world.people[name]) == [], name
    # History stays: what was agreed, what the notice said, who did what when.
    after = ok(await world.alpha.get(bid.path), 200)
    assert (after["state"], after["version"]) == (before["state"], before["version"])
    versions = ok(await world.delta.get(f"/v1/notices/{notice}/versions"), 200)["items"]
    assert len(versions) == 1
    seen = ok(await world.delta.get(f"/v1/notices/{notice}"), 200)
    assert seen["deadline"]["at"] == "2026-03-30T10:00:00Z"
    now = ok(await world.delta.get(f"/v1/tenders/{tender['id']}"), 200)
    assert (now["deadline"]["at"], now["cancelled"]) == ("2026-03-20T11:00:00Z", True)
    trail = ok(await world.coordinator.get("/v1/audit", limit=100), 200)["items"]
    changes = [one["detail"] for one in trail if one["action"] == "tender.changed"]
    assert [one["kind"] for one in changes] == ["cancelled", "deadline_moved"]


async def test_what_another_source_says_again_is_told_once(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    mark, number, procedure = word(), idweb(), folder()
    title, closes = f"Orgues {mark}", "2026-04-02T12:00:00+02:00"
    first, second = f"{number[3:]}-2026", f"9{number[4:]}-2026"
    search = await save(world.alpha, "Orgues", words=mark)
    await mailroom.deliver()
    boamp = in_bulletin(number, title, procedure, datelimitereponse=closes)
    await bring(settings, AFTER, boamp)
    await mailroom.deliver(AFTER)
    await give(world, search, number, to=world.contributor, by=world.alpha)
    again = {"etat": "RECTIFICATIF", "annonce_lie": [number], "dateparution": "2026-02-25"}
    corrected = in_bulletin(idweb(), title, procedure, datelimitereponse=closes, **again)
    for source, record, count in (
        ("ted", in_ted(first, title, procedure), 0),
        ("boamp", corrected, 1),
        ("ted", in_ted(second, title, procedure, corrects=first, published="2026-02-26"), 1),
    ):
        await bring(settings, AFTER, record, source=source)
        await mailroom.deliver(AFTER)
        told = [one for one in await kinds(world.contributor) if one != "match"]
        assert told == ["notice_corrected"] * count, source


async def test_nothing_is_told_of_notices_that_nobody_took_on(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    search = await save(world.alpha, "Cistres", words="cistres")
    await mailroom.deliver()
    number = idweb()
    await bring(settings, AFTER, call(number, "Cistres"))
    await mailroom.deliver(AFTER)
    await bring(settings, AFTER, call(number, "Cistres, objet précisé"))
    await mailroom.deliver(AFTER)
    assert await kinds(world.alpha) == ["match"]
    assert (await found(world.alpha, search, number))["state"] == "new"
