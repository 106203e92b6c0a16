"""Notices that their sources say are of one procedure are one group, one entry in lists."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.watch.service import import_records
from tests.consortia.steps import ok
from tests.watch.groups.procedures import folder, in_bulletin, in_ted
from tests.watch.notices import idweb, stored
from tests.watch.test_search import word
from tests.world import NOW, World

pytestmark = pytest.mark.xdist_group("groups")

NUMBERS = iter(range(700_000, 800_000))


def ted_number() -> str:
    return f"{next(NUMBERS)}-2026"


async def bring(importer: Database, source: str, *records: Any) -> None:
    await import_records(importer, records, source=source, clock=lambda: NOW)


async def groups(owner: Database, *numbers: str) -> list[UUID | None]:
    """The group of each of these notices."""
    async with owner.transaction() as session:
        rows = await session.execute(
            text("SELECT source_id, group_id FROM notice WHERE source_id = ANY(:ids)"),
            {"ids": list(numbers)},
        )
        known = {row[0]: row[1] for row in rows}
    return [known[number] for number in numbers]


async def listed(world: World, **asked: Any) -> list[Any]:
    items: list[Any] = ok(await world.viewer.get("/v1/notices", **asked), 200)["items"]
    return items


async def test_one_procedure_in_two_sources_is_one_entry_that_names_both(
    importer: Database, world: World
) -> None:
    mark, number, ted, procedure = word(), idweb(), ted_number(), folder()
    await bring(importer, "boamp", in_bulletin(number, f"Orgues {mark}", procedure.upper()))
    await bring(importer, "ted", in_ted(ted, f"Orgues {mark}", procedure))
    (entry,) = await listed(world, q=mark)
    assert (entry["source"], entry["source_id"]) == ("ted", ted)
    (sibling,) = entry["siblings"]
    assert (sibling["source"], sibling["source_id"], sibling["kind"]) == ("boamp", number, "call")
    other = ok(await world.viewer.get(f"/v1/notices/{sibling['id']}"), 200)
    assert [one["source_id"] for one in other["siblings"]] == [ted]


async def test_what_only_one_of_them_answers_is_found(importer: Database, world: World) -> None:
    mark, own, number, procedure = word(), word(), idweb(), folder()
    await bring(importer, "boamp", in_bulletin(number, f"Orgues {mark} {own}", procedure))
    await bring(importer, "ted", in_ted(ted_number(), f"Orgues {mark}", procedure))
    (entry,) = await listed(world, q=own)
    assert entry["source_id"] == number
    assert [one["source_id"] for one in await listed(world, q=mark, published_to="2026-02-21")] == [
        number
    ]


async def test_pages_show_each_procedure_once(importer: Database, world: World) -> None:
    mark = word()
    for day in range(1, 6):
        procedure = folder()
        told = {"dateparution": f"2026-01-{day:02}"}
        await bring(importer, "boamp", in_bulletin(idweb(), f"Orgues {mark}", procedure, **told))
        published = f"2026-01-{day + 10:02}"
        document = in_ted(ted_number(), f"Orgues {mark}", procedure, published=published)
        await bring(importer, "ted", document)
    days: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = ok(await world.viewer.get("/v1/notices", q=mark, limit=2, **cursor), 200)
        days += [one["published_on"] for one in page["items"]]
        if not page.get("next_cursor"):
            break
        cursor = {"cursor": page["next_cursor"]}
    assert days == [f"2026-01-{day:02}" for day in (15, 14, 13, 12, 11)]


async def test_whatever_comes_first_the_group_is_the_same(
    importer: Database, owner: Database
) -> None:
    for order in permutations(range(4)):
        call, correction, award = idweb(), idweb(), idweb()
        ted, procedure = ted_number(), folder()
        given = [
            ("boamp", in_bulletin(call, "Orgues", procedure)),
            # In words: it names the call, and no procedure.
            ("boamp", in_bulletin(correction, "Orgues", nature="RECTIFICATIF", annonce_lie=[call])),
            ("boamp", in_bulletin(award, "Orgues", nature="ATTRIBUTION", annonce_lie=[correction])),
            ("ted", in_ted(ted, "Orgues", procedure)),
        ]
        for place in order:
            source, record = given[place]
            await bring(importer, source, record)
        known = await groups(owner, call, correction, award, ted)
        assert known[0] is not None
        assert len(set(known)) == 1


async def test_a_number_of_ted_that_the_bulletin_names_joins_them(
    importer: Database, owner: Database
) -> None:
    number, ted = idweb(), ted_number()
    record = in_bulletin(number, "Orgues", nature="ATTRIBUTION")
    record["donnees"] = {
        "EFORMS": {
            "ContractAwardNotice": {
                "cac:TenderingProcess": {
                    "cac:NoticeDocumentReference": {"cbc:ID": {"#text": f"00{ted}"}}
                }
            }
        }
    }
    await bring(importer, "boamp", record)
    await bring(importer, "ted", in_ted(ted, "Orgues", folder()))
    first, second = await groups(owner, number, ted)
    assert first is not None
    assert first == second


async def test_what_a_years_announcement_announces_stays_apart(
    importer: Database, owner: Database
) -> None:
    plan, one, two = idweb(), idweb(), idweb()
    await bring(
        importer,
        "boamp",
        in_bulletin(plan, "Programme de l'année", nature="PERIODIQUE"),
        in_bulletin(one, "Orgues", folder(), nature="ATTRIBUTION", annonce_lie=[plan]),
        in_bulletin(two, "Cloches", folder(), nature="ATTRIBUTION", annonce_lie=[plan]),
    )
    assert await groups(owner, plan, one, two) == [None, None, None]


async def test_a_name_of_a_procedure_that_is_its_sources_own_joins_no_other_source(
    importer: Database, owner: Database
) -> None:
    number, ted, named = idweb(), ted_number(), word()
    await bring(importer, "boamp", in_bulletin(number, "Orgues", named))
    await bring(importer, "ted", in_ted(ted, "Orgues", named))
    assert await groups(owner, number, ted) == [None, None]


async def test_notices_that_are_alone_have_no_group_and_the_same_again_changes_nothing(
    importer: Database, owner: Database
) -> None:
    number, ted, procedure = idweb(), ted_number(), folder()
    await bring(importer, "boamp", in_bulletin(number, "Orgues", procedure))
    assert await groups(owner, number) == [None]
    for _ in range(2):
        await bring(importer, "ted", in_ted(ted, "Orgues", procedure))
        known = await stored(owner, number)
        assert await groups(owner, number, ted) == [known[number][0]] * 2


async def test_two_sources_that_bring_it_at_once_miss_nothing(
    importer: Database, owner: Database
) -> None:
    calls = [(idweb(), ted_number(), folder()) for _ in range(40)]
    await asyncio.gather(
        bring(importer, "boamp", *(in_bulletin(one, "Orgues", its) for one, _, its in calls)),
        bring(importer, "ted", *(in_ted(two, "Orgues", its) for _, two, its in calls)),
    )
    for one, two, _ in calls:
        first, second = await groups(owner, one, two)
        assert first is not None
        assert first == second
