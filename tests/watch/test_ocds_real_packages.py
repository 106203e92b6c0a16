"""The reader over real packages of publishers, which lie beside the project and not in it."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.watch.domain import Notice, NoticeKind, UnreadableItem
from app.watch.sources.kinds import OCDS
from app.watch.sources.ocds_package import opened, parsed
from tests.conftest import SHARED_DATA

DATA = SHARED_DATA / "ocds"
CALL, CORRECTION, AWARD, OTHER = (
    NoticeKind.CALL,
    NoticeKind.CORRECTION,
    NoticeKind.AWARD,
    NoticeKind.OTHER,
)
UNNAMED = "L'avis n'a pas de numéro (ocid, id) lisible."

# File → what its items are read as, or why they are set aside; none of an unknown shape.
READ: dict[str, dict[str, int]] = {
    "fictional_sample_data_6_releases.json": {OTHER: 1, CALL: 1, CORRECTION: 1, AWARD: 3},
    "fictional_sample_data_record_package.json": {AWARD: 1},
    "france_decp_ocds_expected_001.json": {AWARD: 1},
    "mexico_cdmx_release_package_ISO-8859-1.json": {CALL: 3},
    "mexico_shcp_record_package.json": {AWARD: 2},
    "norway_doffin_converted_cn-social_8lots_release.json": {CALL: 1},
    "paraguay_dncp_record_package_1.1.json": {AWARD: 1},
    "paraguay_dncp_release_package_1.1.json": {AWARD: 1},
    "portugal_impic_base_page.json": {AWARD: 100},
    "test_release_nulls.json": {UNNAMED: 1},
    "uk_contracts_finder_search_page_0_releases_with_next.json": {},
    "uk_contracts_finder_search_page_100_releases.json": {
        CALL: 33,
        CORRECTION: 5,
        AWARD: 59,
        OTHER: 3,
    },
}
STRANGERS = {"france_decp_source_001.json", "prozorro_tender_2019_fixture.json"}
"""Essential data of contracts, and Ukraine's own shape: no OCDS."""


def items(name: str) -> list[object]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"SKIPPED: the real OCDS packages are not at {DATA}")
    package = opened(parsed(path.read_bytes()))
    assert package.known
    return package.items


def notices(name: str, zone: str | None = None) -> list[Notice]:
    dialect = OCDS.under({"zone": zone}).dialects[0]
    found = []
    for item in items(name):
        assert dialect.knows(item)
        found.append(dialect.read(item))
    return found


def outcome(item: object) -> str:
    try:
        return OCDS.dialects[0].read(item).kind
    except UnreadableItem as reason:
        return str(reason)


def test_every_real_package_is_accounted_for() -> None:
    if not DATA.is_dir():
        pytest.skip(f"SKIPPED: the real OCDS packages are not at {DATA}")
    assert {path.name for path in DATA.glob("*.json")} == set(READ) | STRANGERS


@pytest.mark.parametrize("name", list(READ))
def test_each_item_of_a_real_package_is_read_or_set_aside_as_it_should(name: str) -> None:
    assert Counter(outcome(item) for item in items(name)) == READ[name]


@pytest.mark.parametrize("name", sorted(STRANGERS))
def test_a_real_stranger_is_no_package(name: str) -> None:
    path = Path(DATA / name)
    if not path.exists():
        pytest.skip(f"SKIPPED: the real OCDS packages are not at {DATA}")
    assert not opened(parsed(path.read_bytes())).known


def test_a_real_page_of_calls_is_read_to_its_deadlines() -> None:
    read = notices("uk_contracts_finder_search_page_100_releases.json", "Europe/London")
    calls = [one for one in read if one.kind is CALL]
    assert all(one.deadline and one.buyer and one.url and one.cpv for one in calls)
    luton = next(one for one in calls if one.title.startswith("AT1299"))
    assert luton.deadline is not None
    assert luton.deadline.at == datetime(2025, 2, 17, 17, tzinfo=UTC)
    assert luton.deadline.certain
    assert luton.estimate is not None
    assert luton.estimate.amount_cents == 11_800_000_000
    assert len({one.source_id for one in read}) == 100
    assert len({one.procedure_id for one in read}) == 94


def test_a_real_page_names_the_next_one() -> None:
    name = "uk_contracts_finder_search_page_0_releases_with_next.json"
    items(name)
    assert "cursor=" in (opened(parsed((DATA / name).read_bytes())).next or "")


def test_real_letters_of_iso_8859_1_are_read() -> None:
    read = notices("mexico_cdmx_release_package_ISO-8859-1.json")
    assert {one.title for one in read} == {"MANTENIMIENTO A MÁQUINA CORTADORA"}
    assert read[0].buyer == "SECRETARÍA DE FINANZAS"


def test_real_lots_have_their_codes_and_places() -> None:
    (notice,) = notices("norway_doffin_converted_cn-social_8lots_release.json")
    assert len(notice.lots) == 8
    assert notice.lots[0].cpv == ("85312300", "85312310", "85312320")
    assert notice.lots[0].nuts == ("NO082",)
    assert notice.lots[0].duration_months == 24


def test_a_real_french_award_has_its_parties_by_number() -> None:
    (notice,) = notices("france_decp_ocds_expected_001.json")
    assert (notice.buyer_siret, notice.cpv) == ("20001318300021", ("38950000",))
    assert notice.awards[0].winner_siret == "38024392300089"
    assert notice.duration_months == 39
