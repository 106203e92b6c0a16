"""One procedure in two sources: found once, told once, followed once; and what people join."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.watch.service import import_records
from tests.alerts.steps import alerts
from tests.consortia.steps import ok, refused
from tests.searches.conftest import Watch
from tests.searches.steps import matches, save
from tests.searches.test_matching import told
from tests.watch.eforms_samples import organisation
from tests.watch.groups.procedures import folder, in_bulletin, in_ted
from tests.watch.notices import idweb
from tests.watch.test_search import word
from tests.world import NOW, Person, World

pytestmark = pytest.mark.xdist_group("searches")

NUMBERS = iter(range(800_000, 900_000))
CLOSES = "2026-04-02T12:00:00+02:00"


def ted_number() -> str:
    return f"{next(NUMBERS)}-2026"


async def bring(watch: Watch, source: str, *records: Any, at: datetime = NOW) -> None:
    """Import, and do the work that this asks for."""
    await import_records(watch.importer, records, source=source, clock=lambda: at)
    await watch.work(at)


async def of(person: Person, mark: str) -> list[Any]:
    """The entries with this word."""
    items: list[Any] = ok(await person.get("/v1/notices", q=mark), 200)["items"]
    return items


async def test_a_procedure_is_found_and_told_once_and_a_second_correction_is_news(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, number, procedure = word(), idweb(), folder()
    first, second = ted_number(), ted_number()
    search = await save(world.alpha, words=mark)
    await watch.work()
    await bring(watch, "boamp", in_bulletin(number, f"Orgues {mark}", procedure))
    await bring(watch, "ted", in_ted(first, f"Orgues {mark}", procedure))
    (match,) = await matches(world.alpha, search)
    assert {match["notice"]["source"], match["notice"]["siblings"][0]["source"]} == {"boamp", "ted"}
    assert len(await told(owner, world)) == 1
    again = {"etat": "RECTIFICATIF", "annonce_lie": [number], "dateparution": "2026-02-25"}
    for source, record, count in (
        ("boamp", in_bulletin(idweb(), f"Orgues {mark}", procedure, **again), 2),
        ("ted", in_ted(second, f"Orgues {mark}", procedure, corrects=first), 2),
        ("boamp", in_bulletin(idweb(), f"Orgues {mark}", procedure, **again), 3),
    ):
        await bring(watch, source, record)
        assert len(await told(owner, world)) == count
    assert len(await matches(world.alpha, search)) == 1


async def test_what_is_put_aside_does_not_come_back_from_another_source(
    world: World, watch: Watch
) -> None:
    mark, procedure = word(), folder()
    search = await save(world.alpha, words=mark)
    await watch.work()
    await bring(watch, "boamp", in_bulletin(idweb(), f"Orgues {mark}", procedure))
    (match,) = await matches(world.alpha, search)
    path = f"/v1/saved-searches/{search['id']}/matches"
    ok(await world.alpha.post(f"{path}/{match['id']}/dismissals", {"reason": "Trop loin."}))
    later = NOW + timedelta(hours=1)
    await bring(watch, "ted", in_ted(ted_number(), f"Orgues {mark}", procedure), at=later)
    (entry,) = await matches(world.alpha, search)
    assert (entry["notice"]["source"], entry["state"]) == ("ted", "dismissed")
    ok(await world.alpha.post(f"{path}/{entry['id']}/reopenings"))
    (entry,) = await matches(world.alpha, search)
    assert entry["state"] == "new"


async def test_one_tender_follows_a_procedure_and_hears_both_sources_once(
    world: World, watch: Watch
) -> None:
    mark, number, ted, procedure = word(), idweb(), ted_number(), folder()
    search = await save(world.beta, words=mark)
    await watch.work()
    call = in_bulletin(number, f"Orgues {mark}", procedure, datelimitereponse=CLOSES)
    await bring(watch, "boamp", call)
    (entry,) = await of(world.alpha, mark)
    tender = ok(await world.alpha.post("/v1/tenders", {"notice_id": entry["id"]}))
    await bring(watch, "ted", in_ted(ted, f"Orgues {mark}", procedure))
    (entry,) = await of(world.alpha, mark)
    assert entry["source"] == "ted"
    answer = await world.beta.post("/v1/tenders", {"notice_id": entry["id"]})
    refused(answer, 409, "already_followed")
    assert answer.json()["existing"] == tender["id"]
    (match,) = await matches(world.beta, search)
    assert match["followed"]["tender_id"] == tender["id"]
    seen = ok(await world.alpha.get(f"/v1/tenders/{tender['id']}"), 200)
    # What the bulletin's short record was not sure of, TED says to the second.
    assert seen["deadline"]["certain"]
    before = len(await alerts(world.alpha))
    moved = in_ted(
        ted_number(),
        f"Orgues {mark}",
        procedure,
        closes="2026-04-20",
        corrects=ted,
        published="2026-02-25",
    )
    await bring(watch, "ted", moved)
    fresh = await alerts(world.alpha)
    assert [one["kind"] for one in fresh[: len(fresh) - before]] == ["deadline_moved"]
    echo = {"etat": "RECTIFICATIF", "annonce_lie": [number], "dateparution": "2026-02-26"}
    said = "2026-04-20T12:00:00+02:00"
    await bring(
        watch,
        "boamp",
        in_bulletin(idweb(), f"Orgues {mark}", procedure, datelimitereponse=said, **echo),
    )
    assert len(await alerts(world.alpha)) == len(fresh)
    seen = ok(await world.alpha.get(f"/v1/tenders/{tender['id']}"), 200)
    assert seen["deadline"]["at"] == "2026-04-20T10:00:00Z"


async def look_alikes(watch: Watch, mark: str, buyer: str, ted_title: str | None = None) -> None:
    """One call in both sources, which name no procedure in common."""
    title = f"Entretien des orgues {mark}"
    number = in_bulletin(idweb(), title, nomacheteur=buyer, datelimitereponse=CLOSES)
    await bring(watch, "boamp", number)
    known = organisation("ORG-0001", buyer)
    document = in_ted(ted_number(), ted_title or title, folder(), organisations=known)
    await bring(watch, "ted", document)


async def pairs(person: Person, mark: str, **asked: Any) -> list[Any]:
    items = ok(await person.get("/v1/notice-pairs", limit=100, **asked), 200)["items"]
    return [one for one in items if mark in one["notices"][0]["title"]]


async def decided(person: Person, pair: Any, same: bool) -> Any:
    return ok(await person.post(f"/v1/notice-pairs/{pair['id']}/decisions", {"same": same}))


async def test_what_looks_like_one_procedure_is_proposed_and_says_why(
    world: World, watch: Watch
) -> None:
    mark = word()
    await look_alikes(watch, mark, f"Ville de {mark.upper()}")
    (pair,) = await pairs(world.viewer, mark)
    assert (pair["state"], pair["decision"]) == ("proposed", None)
    assert pair["why"] == {"buyer": "name", "title": 1.0, "deadline": "instant"}
    assert {one["source"] for one in pair["notices"]} == {"boamp", "ted"}
    assert len(await of(world.viewer, mark)) == 2
    shown = ok(await world.viewer.get(f"/v1/notice-pairs/{pair['id']}"), 200)
    assert shown == pair


@pytest.mark.parametrize("other", ["title", "buyer", "past"])
async def test_what_differs_or_is_past_is_not_proposed(
    world: World, watch: Watch, other: str
) -> None:
    mark = word()
    title = f"Entretien des orgues {mark}"
    call = {"nomacheteur": mark, "datelimitereponse": CLOSES}
    names = organisation("ORG-0001", f"{mark} bis" if other == "buyer" else mark)
    at = NOW + timedelta(days=60) if other == "past" else NOW
    await bring(watch, "boamp", in_bulletin(idweb(), title + " du nord", **call), at=at)
    there = f"{title} du sud" if other == "title" else f"{title} du nord"
    await bring(watch, "ted", in_ted(ted_number(), there, folder(), organisations=names), at=at)
    assert await pairs(world.viewer, mark) == []


async def test_a_coordinator_joins_for_their_cluster_alone_and_may_part_again(
    world: World, other_world: World, watch: Watch
) -> None:
    mark = word()
    await look_alikes(watch, mark, f"Ville de {mark}")
    (pair,) = await pairs(world.coordinator, mark)
    answer = await decided(world.coordinator, pair, same=True)
    assert answer["same"]
    assert answer["decided_at"] == "2026-03-02T09:00:00Z"
    (entry,) = await of(world.viewer, mark)
    assert len(entry["siblings"]) == 1
    (shown,) = await pairs(world.viewer, mark, state="same")
    assert shown["decision"] == answer
    # The other cluster sees no trace of it, and is free to think otherwise.
    assert len(await of(other_world.viewer, mark)) == 2
    (theirs,) = await pairs(other_world.viewer, mark)
    assert (theirs["state"], theirs["decision"]) == ("proposed", None)
    await decided(other_world.coordinator, theirs, same=False)
    assert len(await of(world.viewer, mark)) == 1
    await decided(world.coordinator, pair, same=False)
    assert len(await of(world.viewer, mark)) == 2
    assert [one["state"] for one in await pairs(world.viewer, mark)] == ["different"]


async def test_only_a_coordinator_decides(world: World, watch: Watch) -> None:
    mark = word()
    await look_alikes(watch, mark, f"Ville de {mark}")
    (pair,) = await pairs(world.viewer, mark)
    path = f"/v1/notice-pairs/{pair['id']}/decisions"
    for name in ("alpha", "contributor", "viewer", "treasurer", "auditor", "integration"):
        refused(await world.people[name].post(path, {"same": True}), 403, "forbidden")
    gone = f"/v1/notice-pairs/pai_{'0' * 32}"
    refused(await world.coordinator.post(f"{gone}/decisions", {"same": True}), 404, "not_found")
    refused(await world.coordinator.get(gone), 404, "not_found")
    refused(await world.coordinator.post(path, {"same": "yes"}), 422, "invalid")
    assert len(await of(world.viewer, mark)) == 2


async def test_what_a_cluster_joined_is_one_tender_there_and_two_elsewhere(
    world: World, other_world: World, watch: Watch
) -> None:
    mark = word()
    await look_alikes(watch, mark, f"Ville de {mark}")
    first, second = await of(world.viewer, mark)
    (pair,) = await pairs(world.coordinator, mark)
    await decided(world.coordinator, pair, same=True)
    tender = ok(await world.alpha.post("/v1/tenders", {"notice_id": first["id"]}))
    answer = await world.alpha.post("/v1/tenders", {"notice_id": second["id"]})
    assert answer.json()["existing"] == tender["id"]
    for notice in (first, second):
        ok(await other_world.alpha.post("/v1/tenders", {"notice_id": notice["id"]}))


async def test_news_of_either_reaches_the_tender_of_what_was_joined(
    world: World, watch: Watch
) -> None:
    mark, number, ted, procedure = word(), idweb(), ted_number(), folder()
    title, buyer = f"Entretien des orgues {mark}", f"Ville de {mark}"
    record = in_bulletin(number, title, nomacheteur=buyer, datelimitereponse=CLOSES)
    await bring(watch, "boamp", record)
    known = organisation("ORG-0001", buyer)
    await bring(watch, "ted", in_ted(ted, title, procedure, organisations=known))
    entry = next(one for one in await of(world.viewer, mark) if one["source"] == "boamp")
    ok(await world.alpha.post("/v1/tenders", {"notice_id": entry["id"]}))
    (pair,) = await pairs(world.coordinator, mark)
    await decided(world.coordinator, pair, same=True)
    moved = in_ted(
        ted_number(),
        title,
        procedure,
        closes="2026-04-20",
        corrects=ted,
        published="2026-02-25",
        organisations=known,
    )
    await bring(watch, "ted", moved)
    assert [one["kind"] for one in await alerts(world.alpha)] == ["deadline_moved"]


async def test_what_was_joined_stays_so_when_its_sources_join_more(
    world: World, watch: Watch, owner: Database
) -> None:
    mark, number, procedure = word(), idweb(), folder()
    title, buyer = f"Entretien des orgues {mark}", f"Ville de {mark}"
    known = organisation("ORG-0001", buyer)
    await bring(watch, "ted", in_ted(ted_number(), title, procedure, organisations=known))
    record = in_bulletin(number, title, nomacheteur=buyer, datelimitereponse=CLOSES)
    await bring(watch, "boamp", record)
    (pair,) = await pairs(world.coordinator, mark)
    await decided(world.coordinator, pair, same=True)
    # A correction joins the bulletin's call to a group of its own, under another key.
    correction = in_bulletin(idweb(), title, nature="RECTIFICATIF", annonce_lie=[number])
    await bring(watch, "boamp", correction)
    (entry,) = await of(world.viewer, mark)
    assert len(entry["siblings"]) == 2
    # And then the sources say what people had said: nothing is left to be joined.
    whole = in_bulletin(number, title, procedure, nomacheteur=buyer, datelimitereponse=CLOSES)
    await bring(watch, "boamp", whole)
    (entry,) = await of(world.viewer, mark)
    assert len(entry["siblings"]) == 2
    assert await pairs(world.viewer, mark) == []
    async with owner.transaction() as session:
        query = text("SELECT count(*) FROM joined_group WHERE cluster_id = :cluster")
        assert await session.scalar(query, {"cluster": world.cluster_id}) == 0


async def test_three_that_were_joined_two_by_two_are_one(world: World, watch: Watch) -> None:
    mark = word()
    title, buyer = f"Entretien des orgues {mark}", f"Ville de {mark}"
    record = in_bulletin(idweb(), title, nomacheteur=buyer, datelimitereponse=CLOSES)
    await bring(watch, "boamp", record)
    known = organisation("ORG-0001", buyer)
    for _ in range(2):
        await bring(watch, "ted", in_ted(ted_number(), title, folder(), organisations=known))
    proposed = await pairs(world.coordinator, mark)
    assert len(proposed) == 3
    for pair in proposed[:2]:
        await decided(world.coordinator, pair, same=True)
    (entry,) = await of(world.viewer, mark)
    assert len(entry["siblings"]) == 2


async def test_of_two_who_take_it_at_once_in_two_sources_one_does(
    world: World, watch: Watch
) -> None:
    mark, procedure = word(), folder()
    await bring(watch, "boamp", in_bulletin(idweb(), f"Orgues {mark}", procedure))
    await bring(watch, "ted", in_ted(ted_number(), f"Orgues {mark}", procedure))
    (entry,) = await of(world.viewer, mark)
    ids = [entry["id"], entry["siblings"][0]["id"]]
    people = (world.alpha, world.beta)
    for _ in range(3):
        answers = await asyncio.gather(
            *(
                one.post("/v1/tenders", {"notice_id": notice})
                for one, notice in zip(people, ids, strict=True)
            )
        )
        tenders = ok(await world.viewer.get("/v1/tenders"), 200)["items"]
        assert len(tenders) == 1
        assert {answer.json().get("existing", tenders[0]["id"]) for answer in answers} == {
            tenders[0]["id"]
        }
