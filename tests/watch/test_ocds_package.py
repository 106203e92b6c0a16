"""Packages as publishers send them: whatever is around the releases, and in whatever bytes."""

import json
from decimal import Decimal

import pytest

from app.watch.sources.ocds import read
from app.watch.sources.ocds_package import opened, parsed, unfolded
from tests.watch.ocds_samples import AWARD, TENDER, Json, record, tender

PACKAGE: Json = {"uri": "https://t.example/1", "releases": [TENDER, AWARD]}


@pytest.mark.parametrize(
    "answer",
    [
        PACKAGE,
        [PACKAGE],
        [TENDER, AWARD],
        {"result": PACKAGE},
        {"item": [TENDER, AWARD]},
        {"data": {"item": PACKAGE}},
        {"releasePackage": PACKAGE},
        {"arrayReleasePackage": {"item": [{"releases": [TENDER]}, {"releases": [AWARD]}]}},
    ],
)
def test_releases_are_found_in_whatever_is_around_them(answer: object) -> None:
    package = opened(answer)
    assert package.known
    assert package.items == [TENDER, AWARD]


def test_a_record_keeps_its_releases() -> None:
    one = record(TENDER, AWARD)
    assert opened({"records": [one]}).items == [one]
    assert opened(one).items == [one]
    assert list(unfolded({"recordPackage": {"records": [one]}})) == [one]


def test_an_empty_package_is_one_and_a_stranger_is_not() -> None:
    assert opened({"releases": []}).known
    assert opened({"releases": None}).known
    assert opened([]).known
    for stranger in ({}, {"error": "no"}, None, 3, "text", {"results": 3}):
        assert not opened(stranger).known
    assert list(unfolded({"marches": []})) == [{"marches": []}]


def test_what_is_null_in_a_package_is_an_item_that_is_set_aside_later() -> None:
    assert opened({"releases": [None, TENDER]}).items == [None, TENDER]


def test_packages_around_packages_are_opened_to_a_point() -> None:
    deep: object = PACKAGE
    for _ in range(100_000):
        deep = {"data": deep}
    assert not opened(deep).known


@pytest.mark.parametrize("link", [None, 3, "", {}, []])
def test_only_a_text_is_a_link(link: object) -> None:
    assert opened({**PACKAGE, "links": {"next": link}}).next is None
    assert opened({**PACKAGE, "links": link}).next is None
    assert opened({"result": {**PACKAGE, "links": {"next": "?p=2"}}}).next == "?p=2"


def test_latin_letters_in_other_bytes_are_read() -> None:
    words = "Réfection de l’orgue — 2 000 €"
    told = json.dumps(tender(title=words), ensure_ascii=False)
    for charset in ("utf-8", "utf-8-sig", "cp1252"):
        assert read(parsed(told.encode(charset))).title == read(tender(title=words)).title
    mixed = told.replace("orgue", "\x00").encode().replace(b"\x00", "Érable".encode("latin-1"))
    assert "Érable" in read(parsed(mixed)).title


def test_packages_that_follow_each_other_are_all_read() -> None:
    one, two = json.dumps({"releases": [TENDER]}), json.dumps({"releases": [AWARD]})
    for between in ("", "\n", "\r\n\x1e"):
        assert opened(parsed((one + between + two).encode())).items == [TENDER, AWARD]


def test_numbers_that_json_does_not_know_are_mended_and_no_text_is() -> None:
    told = (
        '{"releases": [{"ocid": "a 007, 1.005", "x": 000, "y": -007, "z": [0012, 1.005, 1e-05]}]}'
    )
    found = opened(parsed(told.encode())).items[0]
    assert found == {
        "ocid": "a 007, 1.005",
        "x": 0,
        "y": -7,
        "z": [12, Decimal("1.005"), Decimal("1e-05")],
    }


def test_numbers_beyond_all_bounds_are_no_amounts() -> None:
    body = json.dumps(tender(value={"amount": 77, "currency": "EUR"}))
    for number in ("1e9999", "9" * 5000, "NaN", "Infinity", "-1e9999"):
        assert read(parsed(body.replace("77", number).encode())).estimate is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html>Maintenance</html>",
        b'{"releases": [',
        b'{"a": 1} trailing',
        b"[" * 10**6,
    ],
)
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(body)


def test_a_truncation_at_each_hundredth_is_noticed() -> None:
    body = json.dumps(PACKAGE).encode()
    for part in range(1, 100):
        with pytest.raises(ValueError, match=r"."):
            parsed(body[: len(body) * part // 100])
