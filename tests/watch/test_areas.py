"""Departments, regions, NUTS codes: whole, symmetric, and as the official list has them."""

import csv

import pytest

from app.watch.areas import (
    DEPARTMENTS,
    REGIONS,
    around,
    departments_of,
    departments_of_nuts,
    nuts_of,
)
from app.watch.zones import OVERSEAS, department
from tests.conftest import SHARED_DATA

OFFICIAL = SHARED_DATA / "codelists" / "nuts_en_fr.csv"


def test_they_are_the_departments_that_sources_name() -> None:
    named = {department(code) for code in [*range(1000), "2A", "2B"]} - {None}
    assert set(DEPARTMENTS) == named
    assert len(DEPARTMENTS) == 96 + len(OVERSEAS)


def test_each_department_lies_in_one_region_but_the_collectivities_overseas() -> None:
    without = {code for code, one in DEPARTMENTS.items() if one.region is None}
    assert without == {"975", "977", "978", "984", "986", "987", "988"}
    listed = [code for region in REGIONS.values() for code in region.departments]
    assert sorted(listed) == sorted(set(DEPARTMENTS) - without)
    assert len(REGIONS) == 18


def test_neighbours_are_each_other_s_and_never_themselves() -> None:
    pairs = {(one.code, other) for one in DEPARTMENTS.values() for other in one.neighbours}
    assert {pair for pair in pairs if pair[::-1] not in pairs} == set()
    assert all(one != other for one, other in pairs)
    assert sum(not one.neighbours for one in DEPARTMENTS.values()) == len(OVERSEAS)


def test_one_goes_from_neighbour_to_neighbour_over_the_mainland() -> None:
    seen, edge = {"75"}, {"75"}
    while edge := {far for near in edge for far in DEPARTMENTS[near].neighbours} - seen:
        seen |= edge
    assert set(DEPARTMENTS) - seen == {"2A", "2B", *OVERSEAS}


def test_around_a_department_it_stands_among_its_neighbours() -> None:
    assert around("59") == ("02", "59", "62", "80")
    assert around("974") == ("974",)
    assert around("20") == ()


def test_a_region_gives_its_departments() -> None:
    assert departments_of("32") == ("02", "59", "60", "62", "80")
    assert departments_of("94") == ("2A", "2B")
    assert departments_of("99") == ()


@pytest.mark.parametrize(
    ("area", "departments"),
    [
        ("FRE", ("02", "59", "60", "62", "80")),
        ("FRE1", ("59", "62")),
        ("FRE11", ("59",)),
        ("FRY4", ("974",)),
        ("FRZ", ()),
        ("FR301", ()),
        ("BE3", ()),
        ("F", ()),
        ("", ()),
    ],
)
def test_a_nuts_area_of_any_level_gives_its_departments(
    area: str, departments: tuple[str, ...]
) -> None:
    assert departments_of_nuts(area) == departments


def test_the_whole_country_is_all_that_has_a_nuts_code() -> None:
    assert set(departments_of_nuts("FR")) == {c for c, one in DEPARTMENTS.items() if one.nuts}


def test_the_nuts_code_of_a_region_holds_its_departments_and_no_other() -> None:
    for region in REGIONS.values():
        assert departments_of_nuts(region.nuts) == region.departments


def test_a_department_tells_its_nuts_code() -> None:
    assert nuts_of("2A") == "FRM01"
    assert nuts_of("988") is None
    assert nuts_of("99") is None


def test_codes_and_names_are_those_of_the_official_list() -> None:
    if not OFFICIAL.is_file():
        pytest.skip("no official code lists beside the project: ../shared/data/codelists is absent")
    with OFFICIAL.open(encoding="utf-8", newline="") as file:
        official = {
            row["code"]: row["label_fr"]
            for row in csv.DictReader(file)
            if row["code"].startswith("FR") and not row["code"].startswith("FRZ")
        }
    ours = {one.nuts: one.name for one in DEPARTMENTS.values() if one.nuts}
    assert ours == {code: name for code, name in official.items() if len(code) == 5}
    assert {region.nuts for region in REGIONS.values()} == {
        code
        for code in official
        if (len(code) == 3 and code != "FRY") or (len(code) == 4 and code.startswith("FRY"))
    }
