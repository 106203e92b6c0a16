"""Renewals over HTTP: what ends, when its call is likely, which later call may be it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.infra.db import Database
from app.kernel.ids import encode
from app.kernel.money import Money
from app.watch.contracts.service import import_decp, name_buyers
from app.watch.domain import Award, NoticeKind
from tests.watch.contracts.samples import concession, contract, siret, written
from tests.watch.contracts.test_import import notice, publish
from tests.watch.notices import idweb
from tests.world import NOW, World


async def bring(importer: Database, folder: Path, *given: Any) -> None:
    await import_decp(importer, written(folder / "decp.json", list(given)), clock=lambda: NOW)


async def listed(world: World, **asked: Any) -> list[dict[str, Any]]:
    answer = await world.viewer.get("/v1/renewals", **asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_renewal_says_what_ends_and_when_its_call_is_likely(
    importer: Database, world: World, tmp_path: Path
) -> None:
    buyer = siret()
    await bring(importer, tmp_path, contract(buyer))
    (one,) = await listed(world, buyer=buyer)
    assert one.pop("id").startswith("ctr_")
    assert one == {
        "source": "decp",
        "source_id": f"{buyer}/2024-07",
        "title": "Nettoyage des locaux de la médiathèque",
        "buyer": None,
        "buyer_siret": buyer,
        "cpv": ["90911200"],
        "departments": ["42"],
        "concession": False,
        "framework": True,
        "procedure": "Appel d'offres ouvert",
        "holders": [{"id": "90000000100011", "kind": "SIRET", "name": None}],
        "amount": {"amount_cents": 12_000_050, "currency": "EUR"},
        "started_on": "2024-05-15",
        "months": 48,
        "amendments": 0,
        "ends_on": "2028-05-15",
        "call_from": "2027-08-15",
        "call_to": "2028-01-15",
        "notice": None,
        "renewed_by": [],
    }


async def test_what_has_ended_or_calls_for_no_renewal_is_left_out(
    importer: Database, world: World, tmp_path: Path
) -> None:
    # The world lives on 2 March 2026.
    buyer = siret()
    await bring(
        importer,
        tmp_path,
        contract(buyer, "ended", dateNotification="2024-03-01", dureeMois=24),
        contract(buyer, "ends today", dateNotification="2024-03-02", dureeMois=24),
        contract(buyer, "no end", dureeMois=0),
        contract(buyer, "works", codeCPV="45210000-2", techniques=None),
    )
    assert [one["source_id"] for one in await listed(world, buyer=buyer)] == [f"{buyer}/ends today"]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, ["venue", "soon", "later"]),
        ({"cpv": "90"}, ["soon", "later"]),
        ({"cpv": "90911000-6"}, ["soon"]),
        ({"department": ["69", "974"]}, ["later"]),
        ({"call_to": "2026-02-01"}, ["venue", "soon"]),
        ({"call_from": "2027-05-01"}, ["later"]),
        ({"call_from": "2026-04-01", "call_to": "2026-05-01"}, ["venue"]),
    ],
)
async def test_renewals_are_found_by_what_where_and_when(
    importer: Database, world: World, tmp_path: Path, asked: dict[str, Any], numbers: list[str]
) -> None:
    buyer = siret()
    reunion = {"code": "97411", "typeCode": "Code commune"}
    await bring(
        importer,
        tmp_path,
        contract(buyer, "later", codeCPV="90500000", lieuExecution=reunion),
        concession(buyer, "venue", dureeMois=48),
        contract(buyer, "soon", dateNotification="2024-05-15", dureeMois=26),
    )
    found = await listed(world, buyer=buyer, **asked)
    assert [one["source_id"].partition("/")[2] for one in found] == numbers
    paged = await world.viewer.get("/v1/renewals", buyer=buyer, limit=1, **asked)
    again = []
    while paged.json()["items"]:
        again += paged.json()["items"]
        if (cursor := paged.json()["next_cursor"]) is None:
            break
        paged = await world.viewer.get("/v1/renewals", buyer=buyer, limit=1, cursor=cursor, **asked)
    assert again == found


async def test_a_buyer_is_found_by_the_name_that_its_notices_give(
    importer: Database, world: World, tmp_path: Path
) -> None:
    buyer, name = siret(), f"Syndicat de Xerignac {idweb()}"
    await bring(importer, tmp_path, contract(buyer))
    call = notice(idweb(), kind=NoticeKind.CALL, buyer=name, buyer_siret=buyer, awards=())
    ids = await publish(importer, [call])
    async with importer.transaction() as session:
        await name_buyers(session, list(ids.values()))
    found = await listed(world, buyer=name.upper())
    assert [(one["buyer"], one["buyer_siret"]) for one in found] == [(name, buyer)]
    # Of one whose notices were there before, it is known at once, and stays.
    await bring(importer, tmp_path, contract(buyer), contract(buyer, "other"))
    assert [one["buyer"] for one in await listed(world, buyer=name)] == [name, name]


async def test_a_later_call_of_the_same_buyer_for_the_same_thing_is_proposed(
    importer: Database, world: World, tmp_path: Path
) -> None:
    buyer = siret()
    await bring(
        importer,
        tmp_path,
        contract(buyer, "cleaning", dateNotification="2023-04-01", dureeMois=36),
        concession(buyer, "venue", dureeMois=48),
    )
    branch = f"{buyer[:9]}00025"
    fields: dict[str, Any] = {"kind": NoticeKind.CALL, "awards": (), "lots": ()}
    near = date(2026, 1, 20)
    calls = {
        "kind": notice(idweb(), published_on=near, cpv=("90513000",), buyer_siret=branch, **fields),
        "class": notice(
            idweb(), published_on=near, cpv=("90911300",), buyer_siret=branch, **fields
        ),
        "early": notice(
            idweb(),
            published_on=date(2024, 1, 20),
            cpv=("90911200",),
            buyer_siret=buyer,
            **fields,
        ),
        "other": notice(idweb(), published_on=near, cpv=("90911200",), **fields),
        "venue": notice(
            idweb(),
            published_on=near,
            cpv=("92320000",),
            buyer_siret=buyer,
            **fields,
            concession=True,
        ),
    }
    ids = await publish(importer, calls.values())
    proposed = {
        one["source_id"].partition("/")[2]: [call["id"] for call in one["renewed_by"]]
        for one in await listed(world, buyer=buyer)
    }
    named = {name: encode("not", ids[one.source_id]) for name, one in calls.items()}
    assert proposed == {"cleaning": [named["class"]], "venue": [named["venue"]]}


async def test_a_contract_told_twice_is_shown_once_with_its_notice(
    importer: Database, world: World, tmp_path: Path
) -> None:
    buyer, holder = siret(), "90000000500012"
    won = (Award("Propre SAS", None, holder, Money(10_000), date(2024, 5, 10)),)
    award = notice(
        idweb(),
        buyer_siret=buyer,
        awards=won,
        cpv=("90911200",),
        duration_months=36,
        lots=(),
    )
    ids = await publish(importer, [award])
    (before,) = await listed(world, buyer=buyer)
    assert (before["source"], before["notice"]) == ("boamp", encode("not", ids[award.source_id]))
    held = [{"titulaire": {"id": holder, "typeIdentifiant": "SIRET"}}]
    await bring(importer, tmp_path, contract(buyer, titulaires=held))
    (after,) = await listed(world, buyer=buyer)
    assert (after["source"], after["notice"]) == ("decp", before["notice"])
    await bring(importer, tmp_path, contract(buyer, "other", codeCPV="79713000"))
    assert len(await listed(world, buyer=buyer)) == 2


@pytest.mark.parametrize(
    "asked",
    [{"cpv": "9"}, {"department": "20"}, {"call_from": "1789-07-14"}, {"q": "x"}, {"buyer": ""}],
)
async def test_what_cannot_be_asked_is_refused(world: World, asked: dict[str, Any]) -> None:
    answer = await world.viewer.get("/v1/renewals", **asked)
    assert answer.status_code == 422
