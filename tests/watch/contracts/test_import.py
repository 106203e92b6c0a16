"""Contracts kept: files of essential data, and award notices; again, nothing changes."""

import gzip
import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.kernel.money import Money
from app.settings import Settings
from app.watch.contracts import service
from app.watch.contracts.service import import_decp
from app.watch.domain import Award, Notice, NoticeKind, NoticeLot
from app.watch.service.content import content_of
from app.watch.service.prepare import Item
from app.watch.service.store import store
from app.watch.sources.failures import BrokenFile, NotJson, UnknownDialect
from tests.grappe import Grappe
from tests.watch.contracts.samples import change, concession, contract, extract, siret, written
from tests.watch.notices import idweb
from tests.world import NOW

GAPS = (0, 1_000, 1_999, 2_000, 63_000, 65_500, 65_536, 67_000)
"""Blanks before a number that no Python converts: it lies anywhere, across what is read at once."""


async def bring(importer: Database, path: Path, content: Any) -> service.Imported:
    return await import_decp(importer, written(path, content), clock=lambda: NOW)


def tally(done: service.Imported) -> tuple[int, int, int, int, int]:
    counts = done.counts
    return counts.seen, counts.new, counts.changed, counts.same, counts.set_aside


async def kept(owner: Database, **where: Any) -> list[Any]:
    """The contracts of a buyer, a notice …, in the order of their ids in the source."""
    conditions = " AND ".join(f"{name} = :{name}" for name in where)
    query = text(f"SELECT * FROM contract WHERE {conditions} ORDER BY source_id")
    async with owner.transaction() as session:
        return list((await session.execute(query, where)).all())


async def test_contracts_arrive_once_with_their_end_and_window(
    importer: Database, owner: Database, tmp_path: Path
) -> None:
    buyer = siret()
    given = {"marches": {"marche": [contract(buyer)], "contrat-concession": [concession(buyer)]}}
    path = tmp_path / "decp.json"
    assert tally(await bring(importer, path, given)) == (2, 2, 0, 0, 0)
    assert tally(await bring(importer, path, given)) == (2, 0, 0, 2, 0)
    cleaning, venue = await kept(owner, buyer_siret=buyer)
    assert (cleaning.months, cleaning.ends_on) == (48, date(2028, 5, 15))
    assert (cleaning.call_from, cleaning.call_to) == (date(2027, 8, 15), date(2028, 1, 15))
    assert (cleaning.amount_cents, "9091" in cleaning.cpv_branches) == (12_000_050, True)
    assert (venue.ends_on, venue.call_from) == (date(2028, 1, 1), date(2026, 1, 1))
    assert venue.holders == [{"id": "90000000200019", "kind": "SIRET", "name": None}]


async def test_the_newest_data_of_a_contract_count_whatever_their_order(
    importer: Database, owner: Database, tmp_path: Path
) -> None:
    buyer, path = siret(), tmp_path / "decp.json"
    old = contract(buyer)
    new = contract(buyer, modifications=[change(1, dureeMois=60)])
    twice = [old, new, old]
    assert tally(await bring(importer, path, twice)) == (3, 1, 0, 2, 0)
    assert [one.months for one in await kept(owner, buyer_siret=buyer)] == [60]
    assert tally(await bring(importer, path, [old])) == (1, 0, 0, 1, 0)
    assert [one.months for one in await kept(owner, buyer_siret=buyer)] == [60]
    newer = contract(buyer, modifications=[change(1, dureeMois=60), change(2, dureeMois=72)])
    assert tally(await bring(importer, path, [newer])) == (1, 0, 1, 0, 0)
    (one,) = await kept(owner, buyer_siret=buyer)
    assert (one.months, one.amendments) == (72, 2)


async def test_an_item_that_is_wrong_keeps_no_other_out(
    importer: Database, owner: Database, tmp_path: Path
) -> None:
    buyer = siret()
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    given = [contract(buyer, "1"), {"hello": 1}, contract(buyer, "2", objet=""), None]
    given += [contract(buyer, "3", titulaires=deep), contract(buyer, "4", dureeMois=0)]
    done = await bring(importer, tmp_path / "decp.json", given)
    assert tally(done) == (6, 2, 0, 0, 4)
    assert [place for place, _ in done.told] == [2, 3, 4, 5]
    assert sum(done.counts.reasons.values()) == 4
    one, four = await kept(owner, buyer_siret=buyer)
    assert (four.months, four.ends_on, four.call_from) == (None, None, None)
    assert one.call_from is not None


async def test_a_file_that_breaks_off_leaves_what_came_before(
    importer: Database, owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    monkeypatch.setattr(service, "PROBED", 1)
    buyer, path = siret(), tmp_path / "decp.json.gz"
    whole = json.dumps([contract(buyer, str(number)) for number in range(5)]).encode()
    path.write_bytes(gzip.compress(whole[: len(whole) - 300]))
    with pytest.raises(BrokenFile):
        await import_decp(importer, path, clock=lambda: NOW)
    assert len(await kept(owner, buyer_siret=buyer)) == 4


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        *((b'[{"montant": ' + b" " * gap + b"9" * 4_301 + b"}]", BrokenFile) for gap in GAPS),
        (b'[{"acheteur": {"id": -' + b"9" * 900_000 + b"}}]", BrokenFile),
        (b"", NotJson),
        (b"<marches/>", NotJson),
        (b'[{"idweb": "26-1"}]', UnknownDialect),
        (b'{"marches": [1, 2]}', UnknownDialect),
    ],
)
async def test_a_file_of_something_else_is_refused(
    importer: Database, tmp_path: Path, content: bytes, refusal: type[Exception]
) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    with pytest.raises(refusal):
        await import_decp(importer, path, clock=lambda: NOW)


def test_the_command_says_what_it_read_and_what_it_left_out(
    settings: Settings, tmp_path: Path
) -> None:
    grappe = Grappe(settings)
    path = written(tmp_path / "decp.json", [extract(siret()), {"id": "1"}])
    done = grappe("import", "decp", "--file", str(path))
    assert done.returncode == 0, done.stderr
    assert "2 lus, 1 nouveaux, 0 modifiés, 0 inchangés, 1 écartés" in done.stdout
    assert "contrat n° 2 : L'acheteur n'a pas de SIRET." in done.stdout
    again = grappe("import", "decp", "--file", str(path))
    assert "0 nouveaux, 0 modifiés, 1 inchangés" in again.stdout
    assert grappe("import", "decp").returncode == 2
    nowhere = grappe("import", "decp", "--file", str(tmp_path / "nowhere.json"))
    assert (nowhere.returncode, len(nowhere.stderr.strip().splitlines())) == (2, 1)


def notice(number: str, **fields: Any) -> Notice:
    """An award of June 2024 with two lots, of which the first has two winners."""
    given: dict[str, Any] = {
        "source_id": number,
        "title": "Services à la médiathèque",
        "buyer": "Ville d'Aubin",
        "buyer_siret": siret(),
        "published_on": date(2024, 6, 10),
        "kind": NoticeKind.AWARD,
        "cpv": ("90000000",),
        "departments": ("42",),
        "procedure": "Procédure ouverte",
        "lots": (
            NoticeLot("1", "Nettoyage", cpv=("90911200",), duration_months=24),
            NoticeLot("2", "Gardiennage"),
        ),
        "awards": (
            Award("Propre SAS", "1", "90000000400015", Money(10_000), date(2024, 6, 1)),
            Award("Net SARL", "1"),
            Award("Garde SA", "2", amount=Money(20_000)),
        ),
    }
    return Notice(**{**given, **fields})


async def publish(importer: Database, notices: Iterable[Notice]) -> dict[str, UUID]:
    items = []
    for place, one in enumerate(notices, 1):
        content = json.dumps(content_of(one), sort_keys=True)
        items.append(Item(place, one, content, sha256(content.encode()).digest(), "{}", False))
    async with importer.transaction() as session:
        await store(session, "boamp", items, NOW)
        rows = await session.execute(
            text("SELECT source_id, id FROM notice WHERE source_id = ANY(:ids)"),
            {"ids": [item.notice.source_id for item in items]},
        )
        return {row[0]: row[1] for row in rows}


async def test_an_award_notice_gives_a_contract_for_each_lot(
    importer: Database, owner: Database
) -> None:
    number = idweb()
    ids = await publish(importer, [notice(number, duration_months=12)])
    one, two = await kept(owner, notice_id=ids[number])
    assert (one.title, one.cpv, one.months, one.amount_cents) == (
        "Nettoyage",
        ["90911200"],
        24,
        10_000,
    )
    assert [holder["name"] for holder in one.holders] == ["Propre SAS", "Net SARL"]
    assert (one.started_on, one.ends_on) == (date(2024, 6, 1), date(2026, 6, 1))
    assert (two.title, two.cpv, two.months) == ("Gardiennage", ["90000000"], 12)
    assert (two.buyer, two.started_on) == ("Ville d'Aubin", date(2024, 6, 10))


async def test_a_term_that_the_award_leaves_out_is_the_call_s(
    importer: Database, owner: Database
) -> None:
    call, award = idweb(), idweb()
    called = notice(
        call,
        kind=NoticeKind.CALL,
        published_on=date(2024, 2, 1),
        duration_months=36,
        awards=(),
    )
    ids = await publish(importer, [called])
    assert await kept(owner, notice_id=ids[call]) == []
    ids = await publish(importer, [notice(award, follows=(call,))])
    assert [one.months for one in await kept(owner, notice_id=ids[award])] == [24, 36]


async def test_a_corrected_award_takes_the_place_of_what_it_told(
    importer: Database, owner: Database
) -> None:
    number = idweb()
    first = notice(number, duration_months=12)
    await publish(importer, [first])
    corrected = notice(
        number, duration_months=18, awards=(Award("Autre SA", "2"),), buyer_siret=first.buyer_siret
    )
    ids = await publish(importer, [corrected])
    (left,) = await kept(owner, notice_id=ids[number])
    assert (left.source_id, left.months, left.holders[0]["name"]) == (f"{number}#2", 18, "Autre SA")
    ids = await publish(importer, [notice(number, kind=NoticeKind.OTHER)])
    assert await kept(owner, notice_id=ids[number]) == []


async def test_an_award_dated_beyond_the_calendar_stops_no_import(
    importer: Database, owner: Database
) -> None:
    number = idweb()
    odd = (Award("Propre SAS", None, concluded_on=date(9999, 12, 31)),)
    ids = await publish(importer, [notice(number, awards=odd, duration_months=120)])
    (one,) = await kept(owner, notice_id=ids[number])
    assert (one.months, one.ends_on) == (None, None)
