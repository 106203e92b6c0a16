"""Departments as BOAMP writes them, and the clocks of their buyers."""

from zoneinfo import ZoneInfo

import pytest

from app.watch.zones import OVERSEAS, department, zone_of, zone_of_postcode


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2", "02"),
        (2, "02"),
        (" 59 ", "59"),
        ("20A", "2A"),
        ("20b", "2B"),
        ("2a", "2A"),
        ("974", "974"),
        (988, "988"),
    ],
)
def test_a_department_is_named_as_insee_does(written: object, code: str) -> None:
    assert department(written) == code


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0",
        "00",
        "20",
        "96",
        "99",
        "970",
        "20C",
        "Nord",
        True,
        None,
        2.0,
        -1,
        pytest.param(10**5000, id="huge"),
    ],
)
def test_what_names_no_department_is_none(written: object) -> None:
    assert department(written) is None


def test_every_overseas_department_has_a_known_zone() -> None:
    assert set(OVERSEAS) == {
        *("971", "972", "973", "974", "975", "976"),
        *("977", "978", "984", "986", "987", "988"),
    }
    assert all(ZoneInfo(zone).key == zone for zone in OVERSEAS.values())


def test_the_metropole_and_corsica_keep_the_time_of_paris() -> None:
    assert zone_of(["59", "2A", "95"]) == "Europe/Paris"


def test_departments_that_disagree_prove_no_zone() -> None:
    assert zone_of(["75", "974"]) is None
    assert zone_of([]) is None


def test_a_postcode_tells_the_zone_of_the_buyer() -> None:
    assert zone_of_postcode("97200") == "America/Martinique"
    assert zone_of_postcode("98 800") == "Pacific/Noumea"
    assert zone_of_postcode("92097") == "Europe/Paris"
    assert zone_of_postcode("98000") is None
    assert zone_of_postcode("CEDEX 9") is None
