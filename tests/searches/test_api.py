"""Saved searches over HTTP: what is asked, what is shown, what is refused."""

from typing import Any

import pytest

from app.infra.db import Database
from app.searches import domain
from tests.consortia.steps import ok
from tests.searches.conftest import Watch
from tests.searches.steps import call, matches, save
from tests.watch.notices import idweb, national
from tests.watch.test_search import word
from tests.world import World

pytestmark = pytest.mark.xdist_group("searches")

PATH = "/v1/saved-searches"


async def test_a_search_is_shown_as_it_was_asked(world: World) -> None:
    asked = {
        "words": "« salle de spectacle » or théâtre -voirie",
        "cpv": ["79950000-8"],
        "regions": ["84"],
        "around": True,
        "buyers": ["Saint-Étienne", "214 202 186"],
        "estimate_from": {"amount_cents": 50_000_00, "currency": "EUR"},
        "days_left_from": 10,
        "natures": ["services"],
    }
    saved = await save(world.alpha, "Salles", **asked)
    shown = ok(await world.viewer.get(f"{PATH}/{saved['id']}"), 200)
    assert shown == saved
    assert (shown["name"], shown["member_id"]) == ("Salles", world.alpha.member)
    assert {name: shown["criteria"][name] for name in asked} == asked
    again = {"name": "Salles", "criteria": shown["criteria"]}
    changed = ok(await world.alpha.put(f"{PATH}/{saved['id']}", again, 1), 200)
    assert changed["criteria"] == shown["criteria"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "nothing_asked"),
    ({"words": "-voirie"}, "nothing_asked"),
    ({"words": '-"de la voirie" -travaux', "around": False}, "nothing_asked"),
    ({"words": "de la"}, "words_too_common"),
    ({"buyers": ["de la"]}, "words_too_common"),
    ({"departments": ["99"]}, "invalid"),
    ({"regions": ["10"]}, "invalid"),
    ({"around": True, "cpv": ["79"]}, "invalid"),
    ({"estimate_from": {"amount_cents": 2}, "estimate_to": {"amount_cents": 1}}, "invalid"),
    ({"words": "x" * 501}, "validation"),
    ({"words": "a\u202eb"}, "validation"),
    ({"cpv": ["7x"]}, "validation"),
    ({"cpv": ["79"] * 51}, "validation"),
    ({"nuts": ["frk2"]}, "validation"),
    ({"days_left_from": -1}, "validation"),
    ({"days_left_from": True}, "validation"),
    ({"kinds": ["magic"]}, "validation"),
    ({"words": "halle", "anchors": ["*"]}, "validation"),
]


@pytest.mark.parametrize(("criteria", "code"), REFUSED)
async def test_what_makes_no_sense_is_refused_by_name_and_saves_nothing(
    world: World, criteria: dict[str, Any], code: str
) -> None:
    for path, body in (
        (PATH, {"name": "Veille", "criteria": criteria}),
        ("/v1/search-previews", {"criteria": criteria}),
    ):
        answer = await world.alpha.post(path, body)
        assert answer.status_code == 422, answer.text
        if code != "validation":
            assert answer.json()["code"] == code
            assert answer.json()["title"]
    assert ok(await world.alpha.get(PATH), 200)["items"] == []


async def test_each_side_has_as_many_searches_as_it_may(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "MAX_OF_COMPANY", 2)
    first = await save(world.alpha, words="halle")
    await save(world.contributor, words="halle")
    body = {"name": "Veille", "criteria": {"words": "halle"}}
    answer = await world.alpha.post(PATH, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_searches")
    await save(world.beta, words="halle")
    await save(world.coordinator, words="halle")
    gone = await world.alpha.client.delete(f"{PATH}/{first['id']}", headers=world.alpha.headers())
    assert gone.status_code == 204
    await save(world.alpha, words="halle")


async def test_a_preview_counts_what_ninety_days_would_have_given(
    world: World, watch: Watch, owner: Database
) -> None:
    mark = word()
    closed = call(idweb(), f"Théâtre {mark}", datelimitereponse="2026-02-01T12:00:00")
    await watch.bring(
        call(idweb(), f"THEATRE {mark}"),
        closed,
        call(idweb(), f"Théâtre {mark}", dateparution="2025-11-30"),
        call(idweb(), f"Théâtre et voirie {mark}"),
        *(call(idweb(), f"{mark} {number}") for number in range(105)),
    )
    body = {"criteria": {"words": f"théâtres {mark} -voirie"}}
    shown = ok(await world.alpha.post("/v1/search-previews", body), 200)
    assert (shown["count"], shown["more"], len(shown["items"])) == (2, False, 2)
    assert closed["idweb"] in {one["source_id"] for one in shown["items"]}
    many = ok(await world.alpha.post("/v1/search-previews", {"criteria": {"words": mark}}), 200)
    assert (many["count"], many["more"], len(many["items"])) == (100, True, 20)
    assert ok(await world.alpha.get(PATH), 200)["items"] == []


async def test_a_match_says_why(world: World, watch: Watch) -> None:
    mark = word()
    search = await save(
        world.alpha,
        words=f"{mark} sonorisations or {mark} « maîtrise d’œuvre »",
        cpv=["3731", "79"],
        departments=["42"],
        around=True,
        estimate_from={"amount_cents": 1_000_00},
        days_left_from=3,
    )
    await watch.work()
    record = national(
        idweb(),
        f"Sonorisation du théâtre {mark}",
        cpv="37311000",
        code_departement=["43", "44"],
        lots=["Lot <b>1</b>"],
    )
    await watch.arrive(record)
    (match,) = await matches(world.alpha, search)
    assert match["why"] == {
        "words": sorted([mark, "sonorisations"]),
        "cpv": ["37311000"],
        "departments": ["43"],
        "nuts": [],
        "buyer": None,
        "unstated": ["deadline", "estimate"],
    }
    path = f"{PATH}/{search['id']}/matches/{match['id']}"
    detail = ok(await world.alpha.get(path), 200)
    assert [one["text"] for one in detail["title"] if one["found"]] == ["Sonorisation", mark]
    other = await save(world.alpha, words=mark)
    await watch.work()
    misplaced = f"{PATH}/{other['id']}/matches/{match['id']}"
    assert (await world.alpha.get(misplaced)).status_code == 404


async def test_matches_are_paged_the_latest_first_and_by_state(world: World, watch: Watch) -> None:
    mark = word()
    search = await save(world.alpha, words=mark)
    await watch.work()
    await watch.arrive(*(call(idweb(), f"{mark} {number}") for number in range(5)))
    path, seen, cursor = f"{PATH}/{search['id']}/matches", [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = ok(await world.alpha.get(path, **asked), 200)
        seen += [one["id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 5
    ok(await world.alpha.post(f"{path}/{seen[0]}/dismissals", {"reason": "Trop loin."}))
    assert len(await matches(world.alpha, search, state="new")) == 4
    assert [one["id"] for one in await matches(world.alpha, search, state="dismissed")] == [seen[0]]
    assert (await world.alpha.get(path, state="gone")).status_code == 422


async def test_a_retry_saves_once(world: World) -> None:
    body = {"name": "Veille", "criteria": {"words": "halle"}}
    first = ok(await world.alpha.post(PATH, body, key="k"))
    assert ok(await world.alpha.post(PATH, body, key="k")) == first
    assert len(ok(await world.alpha.get(PATH), 200)["items"]) == 1
