"""Searching notices over HTTP: by words as French bends them, by codes, by dates."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest

from app.infra.db import Database
from app.kernel.ids import encode
from app.watch.service import import_records
from tests.watch.notices import idweb, national, slim, stored
from tests.world import NOW, World


async def bring(importer: Database, records: Iterable[dict[str, Any]]) -> None:
    await import_records(importer, records, clock=lambda: NOW)


async def found(world: World, **params: Any) -> list[str]:
    answer = await world.viewer.get("/v1/notices", **params)
    assert answer.status_code == 200, answer.text
    return [item["source_id"] for item in answer.json()["items"]]


def word() -> str:
    """A word that no other test writes; the letters bar any French ending."""
    return "xq" + uuid4().hex.translate(str.maketrans("0123456789", "ghjklmnpqr"))[:12] + "k"


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("Mission de maitrise", "maîtrises"),
        ("Mission de MAÎTRISE d’ŒUVRE", "maitrise d'oeuvre"),
        ("Mission de maitrise d'oeuvre", "maîtrises d’œuvre"),
        ("Organisation d'événements culturels", "evenement culturel"),
        ("Programmation d'une saison", '"programmation d\'une saison"'),
        ("Élagage des arbres", "elagages -tonte"),
        ("Spectacle de cirque", "cirque or fanfare"),
        ("Spectacle de cirque", "fanfare ou « spectacles de cirques »"),
        ("Cleaning of public buildings", "the clean building"),
        ("Road works: bridges", '"roads work" -tunnel'),
        ("Festival off", "off"),
    ],
)
async def test_words_are_found_by_their_stem_and_without_accents(
    importer: Database, world: World, title: str, asked: str
) -> None:
    source_id, mark = idweb(), word()
    await bring(importer, [slim(source_id, title, nomacheteur=mark)])
    assert await found(world, q=asked, buyer=mark) == [source_id]


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("Mission de maîtrise d’œuvre pour un théâtre", "maitrise d oeuvre -théâtres"),
        ("Entretien : travaux d'élagage", "entretien -élagages"),
        ("Spectacle de cirque", "cirque or fanfare -spectacles"),
        ("Cleaning of public buildings", 'clean -"public building"'),
        ("Maîtrise d'ouvrage", "maitrise d oeuvre"),
        ("Salle de nouveaux spectacles", '"salle de spectacle"'),
    ],
)
async def test_what_is_excluded_or_not_there_is_not_found(
    importer: Database, world: World, title: str, asked: str
) -> None:
    source_id, mark = idweb(), word()
    await bring(importer, [slim(source_id, title, nomacheteur=mark)])
    assert await found(world, buyer=mark) == [source_id]
    assert await found(world, q=asked, buyer=mark) == []


async def test_words_of_the_buyer_the_text_and_the_lots_are_found(
    importer: Database, world: World
) -> None:
    source_id, mark, buyer = idweb(), word(), word()
    record = national(source_id, "Fête", lots=[f"Lot {mark}", "Lot de feux"], nomacheteur=buyer)
    await bring(importer, [record])
    for asked in (mark, buyer, f"{buyer} cahier charge"):
        assert await found(world, q=asked) == [source_id]
    assert await found(world, buyer=buyer.upper()) == [source_id]
    assert await found(world, buyer=mark) == []


async def test_a_cpv_branch_holds_all_that_lies_under_it(importer: Database, world: World) -> None:
    mark = word()
    events, fairs, other = idweb(), idweb(), idweb()
    await bring(
        importer,
        [
            national(events, mark, cpv="79952000"),
            national(fairs, mark, cpv="79956000"),
            national(other, mark, cpv="79340000"),
        ],
    )
    assert set(await found(world, q=mark, cpv="79")) == {events, fairs, other}
    assert set(await found(world, q=mark, cpv="79950000")) == {events, fairs}
    assert await found(world, q=mark, cpv="79952000-2") == [events]
    assert await found(world, q=mark, cpv="7934") == [other]
    assert await found(world, q=mark, cpv="45000000") == []


async def test_departments_are_any_of_those_asked(importer: Database, world: World) -> None:
    mark, here, there, none = word(), idweb(), idweb(), idweb()
    await bring(
        importer,
        [
            slim(here, mark, code_departement=["2", "42"]),
            slim(there, mark, code_departement=["20A"]),
            slim(none, mark),
        ],
    )
    assert await found(world, q=mark, department="02") == [here]
    assert await found(world, q=mark, department="2") == [here]
    assert set(await found(world, q=mark, department=["42", "2A"])) == {here, there}
    refused = await world.viewer.get("/v1/notices", department="99")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "unknown_department"


async def test_dates_bound_publication_and_deadline_by_days_of_paris(
    importer: Database, world: World
) -> None:
    mark, early, late = word(), idweb(), idweb()
    await bring(
        importer,
        [
            slim(early, mark, dateparution="2026-01-10", datelimitereponse="2026-02-16T12:00:00"),
            # Half past eleven in the evening, in Paris.
            slim(late, mark, dateparution="2026-01-12", datelimitereponse="2026-02-17T23:30:00"),
        ],
    )
    assert await found(world, q=mark) == [late, early]
    assert await found(world, q=mark, published_from="2026-01-11") == [late]
    assert await found(world, q=mark, published_to="2026-01-11") == [early]
    assert await found(world, q=mark, deadline_from="2026-02-17") == [late]
    assert await found(world, q=mark, deadline_to="2026-02-17") == [late, early]
    assert await found(world, q=mark, deadline_to="2026-02-16") == [early]
    assert await found(world, q=mark, deadline_from="2026-02-18") == []


async def test_nature_kind_and_concession_are_filters(importer: Database, world: World) -> None:
    mark, service, cancelled, concession = word(), idweb(), idweb(), idweb()
    await bring(
        importer,
        [
            national(service, mark),
            national(cancelled, mark, etat="ANNULATION"),
            national(concession, mark, famille="DSP"),
        ],
    )
    assert set(await found(world, q=mark, nature="services")) == {service, cancelled, concession}
    assert await found(world, q=mark, nature="works") == []
    assert await found(world, q=mark, kind="cancellation") == [cancelled]
    assert await found(world, q=mark, concession=True) == [concession]
    assert set(await found(world, q=mark, concession=False)) == {service, cancelled}


async def test_pages_follow_each_other_newest_first(importer: Database, world: World) -> None:
    mark, ids = word(), [idweb() for _ in range(7)]
    records = [
        slim(source_id, mark, dateparution=f"2026-01-{12 + index // 3}")
        for index, source_id in enumerate(ids)
    ]
    await bring(importer, records)
    pages, cursor = [], None
    while True:
        asked = {"q": mark, "limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await world.viewer.get("/v1/notices", **asked)).json()
        pages.append(page["items"])
        if (cursor := page["next_cursor"]) is None:
            break
    assert [len(page) for page in pages] == [3, 3, 1]
    days = [item["published_on"] for page in pages for item in page]
    assert days == sorted(days, reverse=True)
    assert {item["source_id"] for page in pages for item in page} == set(ids)
    first = (await world.viewer.get("/v1/notices", q=mark, limit=3)).json()
    other = await world.viewer.get("/v1/notices", q="autre", cursor=first["next_cursor"])
    assert (other.status_code, other.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize(
    "params",
    [
        {"q": "a" * 201},
        {"q": "\x00"},
        {"q": ""},
        {"buyer": "a\x00"},
        {"cpv": "7x"},
        {"cpv": "7"},
        {"published_from": "hier"},
        {"deadline_to": "9999-12-31"},
        {"nature": "magic"},
        {"department": ["01"] * 31},
        {"limit": 101},
        {"unknown": "1"},
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, params: dict[str, Any]) -> None:
    answer = await world.viewer.get("/v1/notices", **params)
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("asked", ["le la les", "'", '"', "-", "or", "((", "a:*|b", "\ud83d", "%"])
async def test_odd_words_find_nothing_or_something_but_never_fail(world: World, asked: str) -> None:
    encoded = asked.encode("utf-8", "surrogatepass")
    answer = await world.viewer.get("/v1/notices", q=encoded)
    assert answer.status_code == 200, answer.text


async def test_a_notice_is_shown_with_its_lots_deadline_and_sequel(
    importer: Database, world: World
) -> None:
    call, correction = idweb(), idweb()
    await bring(
        importer,
        [
            national(
                call, "Festival", lots=["Son", "Lumière"], datelimitereponse="2026-02-16T12:00:00"
            ),
            national(
                correction,
                "Festival",
                nature="RECTIFICATIF",
                annonce_lie=[call],
                dateparution="2026-01-20",
            ),
        ],
    )
    ids = await stored(importer, call, correction)
    answer = await world.viewer.get(f"/v1/notices/{encode('not', ids[call][0])}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert [lot["title"] for lot in body["lots"]] == ["Son", "Lumière"]
    assert body["lot_count"] == 2
    assert body["deadline"]["at"] == "2026-02-16T11:00:00Z"
    assert body["deadline"]["zone"] == "Europe/Paris"
    assert body["deadline"]["text"] == "2026-02-16T12:00:00"
    assert [(one["id"], one["kind"]) for one in body["later"]] == [
        (encode("not", ids[correction][0]), "correction")
    ]
    listed = (await world.viewer.get("/v1/notices", q="Festival", kind="correction")).json()
    assert call not in [item["source_id"] for item in listed["items"]]


async def test_a_notice_that_is_not_there_is_not_found(world: World) -> None:
    nothing = encode("not", world.cluster_id)
    for path in (f"/v1/notices/{nothing}", f"/v1/notices/{nothing}/versions", "/v1/notices/x"):
        assert (await world.viewer.get(path)).status_code == 404


async def test_strangers_read_nothing(world: World) -> None:
    for path in ("/v1/notices", "/v1/sources", "/v1/imports"):
        assert (await world.client.get(path)).status_code == 401


async def test_everyone_sees_how_fresh_the_sources_are(world: World) -> None:
    answer = await world.viewer.get("/v1/sources")
    assert answer.status_code == 200
    boamp = next(item for item in answer.json()["items"] if item["id"] == "boamp")
    assert boamp["cron"] == "15 6,12,18 * * *"
    assert "base_url" not in boamp
