"""Code lists over HTTP, and the command that imports them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.settings import Settings
from app.watch.codes.domain import CodeList
from app.watch.codes.service import import_codes
from app.watch.codes.shipped import shipped
from tests.conftest import SHARED_DATA
from tests.grappe import Grappe
from tests.world import Person, World

pytestmark = pytest.mark.xdist_group("codes")

CPV = "code,fr,en\n71221000,Maîtrise d’œuvre de bâtiments,Architecture of buildings\n"


@pytest.fixture
async def put_back(owner: Database) -> AsyncIterator[None]:
    """After an import, the lists as an installation has them before any."""
    yield
    rows = [
        {"list": kind, "code": one.code, "fr": one.label_fr, "en": one.label_en}
        for kind in CodeList
        for one in shipped(kind)
    ]
    async with owner.transaction() as session:
        await session.execute(text("DELETE FROM code_label"))
        await session.execute(text("INSERT INTO code_label VALUES (:list, :code, :fr, :en)"), rows)


async def found(person: Person, path: str, **params: Any) -> list[str]:
    answer = await person.get(path, limit=100, **params)
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"under": "45", "level": 2}, ["45000000"]),
        (
            {"under": "45000000-7", "level": 3},
            ["45100000", "45200000", "45300000", "45400000", "45500000"],
        ),
        ({"q": "451"}, ["45100000"]),
        ({"q": "45100000-8"}, ["45100000"]),
        ({"q": "maitrise d'oeuvre"}, ["71200000"]),
        ({"q": "musique", "level": 3}, ["37300000"]),
        ({"q": "musical instr", "level": 3}, ["37300000"]),
        ({"q": "bibliothèque"}, ["92500000"]),
        ({"q": "librar"}, ["92500000"]),
        ({"q": "nettoyage -entretien", "under": "90"}, ["90900000"]),
        ({"q": "!!"}, []),
        ({"q": "%"}, []),
        ({"q": "4_1"}, []),
    ],
)
async def test_cpv_codes_are_found_by_words_and_beginnings(
    world: World, asked: dict[str, Any], codes: list[str]
) -> None:
    assert await found(world.viewer, "/v1/codes/cpv", **asked) == codes


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"level": 0}, ["FR"]),
        ({"under": "FRE"}, ["FRE", "FRE11", "FRE12", "FRE21", "FRE22", "FRE23"]),
        ({"q": "fre1"}, ["FRE11", "FRE12"]),
        ({"q": "cotes d'armor"}, ["FRH01"]),
        ({"q": "Réunion", "level": 2}, ["FRY4"]),
    ],
)
async def test_nuts_codes_are_found_by_names_and_beginnings(
    world: World, asked: dict[str, Any], codes: list[str]
) -> None:
    assert await found(world.viewer, "/v1/codes/nuts", **asked) == codes


@pytest.mark.parametrize(
    "asked", [{"under": "4"}, {"under": "FR"}, {"level": 1}, {"q": ""}, {"q": "x" * 201}]
)
async def test_what_no_list_could_hold_is_refused(world: World, asked: dict[str, Any]) -> None:
    answer = await world.viewer.get("/v1/codes/cpv", **asked)
    assert answer.status_code == 422


async def test_a_list_goes_on_page_by_page(world: World) -> None:
    first = await world.viewer.get("/v1/codes/cpv", under="45", limit=4)
    cursor = first.json()["next_cursor"]
    rest = await world.viewer.get("/v1/codes/cpv", under="45", limit=4, cursor=cursor)
    shown = [item["code"] for page in (first, rest) for item in page.json()["items"]]
    assert shown == [one.code for one in shipped(CodeList.CPV) if one.code.startswith("45")]
    assert rest.json()["next_cursor"] is None


async def test_labels_are_in_the_language_of_the_cluster(world: World, owner: Database) -> None:
    async def label() -> str:
        answer = await world.viewer.get("/v1/codes/cpv", under="90", level=3)
        said: str = answer.json()["items"][0]["label"]
        return said

    assert await label() == "Assainissement"
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE cluster SET language = 'en' WHERE cluster_id = :id"),
            {"id": world.cluster_id},
        )
    assert await label() == "Sewage services"


async def test_areas_come_with_their_neighbours_and_clocks(world: World) -> None:
    areas = (await world.viewer.get("/v1/areas")).json()
    departments = {one["code"]: one for one in areas["departments"]}
    assert departments["2A"] == {
        "code": "2A",
        "name": "Corse-du-Sud",
        "region": "94",
        "nuts": "FRM01",
        "neighbours": ["2B"],
        "zone": "Europe/Paris",
    }
    assert departments["988"]["zone"] == "Pacific/Noumea"
    assert {one["code"]: one["departments"] for one in areas["regions"]}["94"] == ["2A", "2B"]


async def test_an_import_adds_mends_and_then_changes_nothing(
    put_back: None, importer: Database, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "cpv.csv"
    path.write_text(f"{CPV}92500000,Bibliothèques,Libraries\n45000000,,\n")
    first = await import_codes(importer, CodeList.CPV, path)
    assert (first.new, first.changed, first.same, len(first.refused)) == (1, 1, 0, 1)
    again = await import_codes(importer, CodeList.CPV, path)
    assert (again.new, again.changed, again.same, len(again.refused)) == (0, 0, 2, 1)
    assert await found(world.viewer, "/v1/codes/cpv", q="maitrise d oeuvre batiment") == [
        "71221000"
    ]


def test_the_command_says_what_it_did_and_what_it_left_out(
    put_back: None, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "cpv.csv"
    path.write_text(CPV + "".join(f"{n},Trop court,Short\n" for n in range(25)))
    done = Grappe(settings)("codelists", "import", "cpv", str(path))
    assert done.returncode == 0, done.stderr
    assert "26 lus, 1 nouveaux, 0 modifiés, 0 inchangés, 25 refusés" in done.stdout
    assert "ligne 3 : ce n'est pas un code de cette liste" in done.stdout
    assert "et 5 autres" in done.stdout
    again = Grappe(settings)("codelists", "import", "cpv", str(path))
    assert "0 nouveaux, 0 modifiés, 1 inchangés" in again.stdout


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04\xff", b"code,fr\nnothing,here\n"])
def test_the_command_refuses_what_is_no_list_in_one_line(
    settings: Settings, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "cpv.csv"
    path.write_bytes(content)
    done = Grappe(settings)("codelists", "import", "cpv", str(path))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    ("kind", "name", "size"),
    [
        (CodeList.CPV, "cpv_2008_en_fr.csv", 9_454),
        (CodeList.NUTS, "nuts_en_fr.csv", 2_087),
    ],
)
async def test_the_official_lists_arrive_whole(
    put_back: None,
    importer: Database,
    world: World,
    kind: CodeList,
    name: str,
    size: int,
) -> None:
    path = SHARED_DATA / "codelists" / name
    if not path.is_file():
        pytest.skip("no official code lists beside the project: ../shared/data/codelists is absent")
    done = await import_codes(importer, kind, path)
    assert (done.total, done.refused) == (size, [])
    assert done.new == size - len(shipped(kind))
    asked = {"q": "orgues"} if kind is CodeList.CPV else {"q": "Namur", "level": 2}
    expected = "37311300" if kind is CodeList.CPV else "BE35"
    assert expected in await found(world.viewer, f"/v1/codes/{kind}", **asked)
