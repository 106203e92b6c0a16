"""What is read of one release or record of OCDS, and each way that publishers stray from it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.kernel.money import Money
from app.watch.domain import (
    Award,
    Criterion,
    CriterionKind,
    Nature,
    NoticeKind,
    Reservation,
    UnreadableItem,
)
from app.watch.sources.ocds import knows, read
from tests.watch.ocds_samples import AWARD, NULLS, TENDER, record, release, tender

LONDON = "Europe/London"


def test_a_tender_gives_all_that_a_search_asks_for() -> None:
    notice = read(TENDER, LONDON)
    assert notice.source_id == "ocds-t3st01-0042/0042-tender"
    assert notice.procedure_id == "ocds-t3st01-0042"
    assert notice.kind is NoticeKind.CALL
    assert notice.title == "Repair of the organ of the town hall"
    assert notice.description == "Pipes, bellows and keyboards.\nVisits on Mondays."
    assert notice.buyer == "Brackwater District Council"
    assert notice.published_on == date(2026, 2, 20)
    assert notice.nature is Nature.SERVICES
    assert notice.procedure == "Open procedure"
    assert notice.cpv == ("50860000", "37311000")
    assert notice.nuts == ("UKD44",)
    assert notice.departments == ("42",)
    assert notice.estimate == Money(12_000_050, "GBP")
    assert notice.duration_months == 24
    assert notice.url == "https://find.example/notices/0042"
    assert notice.documents == (
        "https://find.example/notices/0042",
        "https://files.example/0042.zip",
    )


def test_a_lot_has_its_own_codes_places_value_deadline_criteria_and_reservation() -> None:
    first, second = read(TENDER, LONDON).lots
    assert (first.number, first.title, second.title) == ("A", "Pipes", "Bellows")
    assert first.cpv == ("50860000", "37311000")
    assert first.nuts == ("UKD44",)
    assert first.estimate == Money(8_000_000, "GBP")
    assert first.deadline is not None
    assert first.deadline.at == datetime(2026, 7, 5, 11, tzinfo=UTC)
    assert first.duration_months == 12
    assert first.reserved == (Reservation.SHELTERED,)
    assert first.criteria == (
        Criterion(CriterionKind.PRICE, "Price", "40", "percent"),
        Criterion(CriterionKind.QUALITY, "Method"),
    )
    assert (second.cpv, second.estimate, second.deadline) == ((), None, None)


def test_the_first_lot_that_is_due_is_the_deadline_of_all() -> None:
    notice = read(TENDER, LONDON)
    assert notice.deadline is not None
    assert notice.bid_deadline is not None
    assert notice.deadline.at == datetime(2026, 7, 5, 11, tzinfo=UTC)
    assert notice.bid_deadline.at == datetime(2026, 7, 6, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "zone", "hour", "certain"),
    [
        ("2026-07-06T12:00:00+01:00", LONDON, 11, True),
        ("2026-07-06T12:00:00-06:00", LONDON, 18, True),
        # Noon in London is called noon UTC in summer by some: the earlier reading counts.
        ("2026-07-06T12:00:00Z", LONDON, 11, False),
        ("2026-07-06T12:00:00Z", "America/Mexico_City", 12, False),
        ("2026-01-06T12:00:00Z", LONDON, 12, True),
        ("2026-01-06T12:00:00Z", None, 12, False),
        ("2026-07-06T12:00:00", LONDON, 11, False),
        ("2026-07-06T12:00:00.1234567Z", LONDON, 11, False),
        ("2026-01-06", LONDON, 0, False),
    ],
)
def test_local_time_called_utc_is_doubted(
    written: str, zone: str | None, hour: int, certain: bool
) -> None:
    deadline = read(tender(lots=[], tenderPeriod={"endDate": written}), zone).deadline
    assert deadline is not None
    assert (deadline.at.hour, deadline.certain) == (hour, certain)
    assert deadline.text == written


@pytest.mark.parametrize(
    "written", ["2099-01-01T00:00:00Z", "soon", "2026-02-30", "", None, 20260706]
)
def test_a_deadline_that_is_none_is_left_out(written: object) -> None:
    assert read(tender(lots=[], tenderPeriod={"endDate": written}), LONDON).deadline is None


def test_an_award_tells_who_won_what_and_for_how_long() -> None:
    notice = read(AWARD)
    assert notice.kind is NoticeKind.AWARD
    assert notice.title == "Réfection de l'orgue"
    assert notice.buyer_siret == "21420001100010"
    assert notice.duration_months == 24
    assert notice.awards == (
        Award("Orgues Dunant", "A", "40483304800022", Money(7_900_000, "EUR"), date(2026, 5, 28)),
        # Several suppliers of one award won it together.
        Award("Soufflets Réunis ; Atelier du Cuir", "B"),
    )


@pytest.mark.parametrize(
    ("tags", "status", "kind"),
    [
        (["tender"], "active", NoticeKind.CALL),
        (["TENDER"], None, NoticeKind.CALL),
        (["planning", "tender"], "active", NoticeKind.CALL),
        (["planning"], "planned", NoticeKind.OTHER),
        (["planningUpdate"], None, NoticeKind.OTHER),
        (["tenderAmendment"], "active", NoticeKind.CORRECTION),
        (["tenderUpdate"], "active", NoticeKind.CORRECTION),
        (["tenderCancellation"], "active", NoticeKind.CANCELLATION),
        (["tenderUpdate"], "cancelled", NoticeKind.CANCELLATION),
        (["tender"], "withdrawn", NoticeKind.CANCELLATION),
        (["awardCancellation"], "active", NoticeKind.CANCELLATION),
        (["award"], "complete", NoticeKind.AWARD),
        (["contract"], None, NoticeKind.AWARD),
        (["contractTermination"], None, NoticeKind.OTHER),
        (["compiled"], "active", NoticeKind.CALL),
        (["compiled"], "complete", NoticeKind.OTHER),
        (None, "active", NoticeKind.CALL),
        ("tender", "active", NoticeKind.CALL),
        ([None, 3, {}], "planned", NoticeKind.OTHER),
    ],
)
def test_tags_and_status_tell_what_is_announced(
    tags: object, status: str | None, kind: NoticeKind
) -> None:
    assert read(release(tag=tags, tender={**TENDER["tender"], "status": status})).kind is kind


def test_an_amendment_follows_the_release_that_it_amends() -> None:
    amendments = [{"amendsReleaseID": "0042-tender", "releaseID": "0042-b"}, None, {}]
    told = tender(amendments=amendments)
    notice = read({**told, "id": "0042-b", "tag": ["tenderAmendment"]})
    assert notice.follows == ("ocds-t3st01-0042/0042-tender",)


def test_a_renewal_names_the_earlier_process() -> None:
    related = [
        {"relationship": ["parent"], "identifier": "ocds-t3st01-0001"},
        {
            "relationship": ["renewalProcess"],
            "title": "Organ 2022",
            "identifier": "ocds-t3st01-0002",
        },
    ]
    assert read(release(relatedProcesses=related)).renews == "Organ 2022 ocds-t3st01-0002"


@pytest.mark.parametrize(
    "told",
    [
        {"legalBasis": {"scheme": "CELEX", "id": "32014L0023"}},
        {"legalBasis": {"id": "Law", "wasDerivedFrom": {"id": "32014L0023"}}},
        {"specialRegime": ["concession"]},
    ],
)
def test_a_concession_is_told_by_its_law(told: dict[str, Any]) -> None:
    assert read(tender(**told)).concession
    assert not read(tender(legalBasis={"id": "32014L0024"})).concession


# Identity: missing numbers.


def test_a_release_without_an_id_is_told_apart_by_its_date_and_tags() -> None:
    assert read(release(id=None)).source_id == "ocds-t3st01-0042/2026-02-20T10:11:12Z tender"
    later = read(release(id=None, date="2026-03-01T00:00:00Z"))
    assert later.source_id != read(release(id=None)).source_id


def test_a_release_without_a_process_keeps_its_own_id() -> None:
    notice = read(release(ocid=None))
    assert (notice.source_id, notice.procedure_id) == ("0042-tender", None)


@pytest.mark.parametrize("number", [4242, Decimal("4242.0"), {"$numberLong": "4242"}, " 4242 "])
def test_a_number_may_be_written_as_text_as_number_or_wrapped(number: object) -> None:
    assert read(release(id=number)).source_id == "ocds-t3st01-0042/4242"


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        "ocds-1",
        {},
        NULLS,
        release(ocid=None, id=None),
        release(id=None, date=None),
        release(id="x" * 400),
        release(date="2026-02-30", tender={"title": "A title"}),
        release(tender={}, tag=["tender"]),
        release(tender={"title": " ... "}),
        record({"url": "https://files.example/1.json", "date": "2026-01-01"}),
        record(),
        {"compiledRelease": {"tender": {"title": "A title"}}},
    ],
)
def test_an_unusable_item_is_set_aside_with_a_short_french_reason(item: object) -> None:
    with pytest.raises(UnreadableItem) as refusal:
        read(item)
    assert len(str(refusal.value)) <= 200
    assert str(refusal.value).startswith("L")


# Values: null, zero, wrapped, as texts, of another scheme.


@pytest.mark.parametrize(
    ("value", "money"),
    [
        ({"amount": 1500, "currency": "EUR"}, Money(150_000, "EUR")),
        ({"amount": "1 500,25", "currency": "eur"}, Money(150_025, "EUR")),
        ({"amount": {"$numberLong": "1500"}, "currency": "EUR"}, Money(150_000, "EUR")),
        ({"amount": {"$numberDecimal": "1500.10"}, "currency": "EUR"}, Money(150_010, "EUR")),
        ({"amount": Decimal("1.5E+3"), "currency": "EUR"}, Money(150_000, "EUR")),
        ({"amount": None, "currency": "EUR"}, None),
        ({"amount": 0, "currency": "EUR"}, None),
        ({"amount": -5, "currency": "EUR"}, None),
        ({"amount": 1500, "currency": None}, None),
        ({"amount": Decimal("1e9999"), "currency": "EUR"}, None),
        ({"amount": float("nan"), "currency": "EUR"}, None),
        ({"amount": "a lot", "currency": "EUR"}, None),
        (None, None),
        ([], None),
        ("1500", None),
    ],
)
def test_amounts_are_exact_or_left_out(value: object, money: Money | None) -> None:
    assert read(tender(value=value)).estimate == money


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ({"scheme": "CPV", "id": "45233130-9"}, ("45233130",)),
        ({"scheme": "cpv", "id": 45233130}, ("45233130",)),
        ({"scheme": "CPV", "id": "45233130.0"}, ("45233130",)),
        ({"scheme": "CPV", "id": None}, ()),
        ({"scheme": "UNSPSC", "id": "45233130"}, ()),
        ({"id": "45233130"}, ()),
        (None, ()),
    ],
)
def test_only_codes_of_the_cpv_count(code: object, known: tuple[str, ...]) -> None:
    assert read(tender(items=[{"classification": code}], lots=[])).cpv == known


@pytest.mark.parametrize(
    ("place", "nuts", "departments"),
    [
        ({"region": "FRK25"}, ("FRK25",), ("42",)),
        ({"region": "FRK"}, ("FRK",), ()),
        ({"region": "DF"}, (), ()),
        ({"region": "England"}, (), ()),
        ({"postalCode": "20200", "country": "FR"}, (), ("2B",)),
        ({"postalCode": "97400", "country": "FR"}, (), ("974",)),
        ({"postalCode": "42000", "countryName": "Spain"}, (), ()),
    ],
)
def test_places_are_areas_and_departments(
    place: dict[str, str], nuts: tuple[str, ...], departments: tuple[str, ...]
) -> None:
    notice = read(tender(items=[{"deliveryAddresses": [place]}], lots=[]))
    assert (notice.nuts, notice.departments) == (nuts, departments)


# Texts.


def test_a_description_serves_where_there_is_no_title() -> None:
    notice = read(tender(title=None, description="Taps for\nthe school kitchen"))
    assert (notice.title, notice.description) == ("Taps for the school kitchen", "")
    long = read(tender(title="", description="word " * 500))
    assert len(long.title) == 1000
    assert len(long.description) == 2499


def test_the_buyer_is_found_wherever_it_is_named() -> None:
    party = {"id": "9", "name": "Other Council", "roles": ["procuringEntity"]}
    assert read(release(buyer=None)).buyer == "Brackwater District Council"
    assert read(release(buyer={"id": "GB-T-7"})).buyer == "Brackwater District Council"
    assert read(release(buyer=None, parties=[None, party])).buyer == "Other Council"
    alone = tender(procuringEntity={"name": "Third Council"})
    assert read({**alone, "buyer": None, "parties": None}).buyer == "Third Council"
    assert read(release(buyer=None, parties=[])).buyer == ""


def test_a_release_without_a_date_takes_the_latest_of_its_documents() -> None:
    documents = [{"datePublished": "2026-02-01T00:00:00Z"}, {"datePublished": "2026-02-03"}]
    undated = {**tender(documents=documents), "date": None}
    assert read(undated).published_on == date(2026, 2, 3)
    assert read({**tender(datePublished="2026-02-02T09:00:00Z"), "date": ""}).published_on == date(
        2026, 2, 2
    )


# Records.


def test_a_record_is_its_process_as_it_was_compiled() -> None:
    compiled = {**TENDER, "id": "0042-2026-03-01", "tag": ["compiled"]}
    notice = read(record(TENDER, compiledRelease=compiled))
    assert (notice.source_id, notice.kind) == ("ocds-t3st01-0042", NoticeKind.CALL)
    awarded = read(record(compiledRelease={**compiled, "awards": AWARD["awards"]}))
    assert (awarded.source_id, awarded.kind) == ("ocds-t3st01-0042", NoticeKind.AWARD)


def test_releases_of_a_record_are_merged_by_date() -> None:
    second = {
        "ocid": "ocds-t3st01-0042",
        "id": "0042-b",
        "date": "2026-02-25T00:00:00Z",
        "tag": ["tenderAmendment"],
        "tender": {
            "title": "Repair of two organs",
            "value": None,
            "lots": [{"id": "B", "title": "Bellows and motors"}, {"id": "C", "title": "Motors"}],
        },
    }
    notice = read(record(second, TENDER), LONDON)
    assert notice.source_id == "ocds-t3st01-0042"
    assert notice.title == "Repair of two organs"
    assert notice.published_on == date(2026, 2, 25)
    assert notice.estimate is None
    assert [lot.title for lot in notice.lots] == ["Pipes", "Bellows and motors", "Motors"]
    assert notice.cpv == ("50860000", "37311000")
    assert read(record(second, AWARD, TENDER)).kind is NoticeKind.AWARD


def test_a_stranger_is_told_from_a_release() -> None:
    assert knows(TENDER)
    assert knows(record(TENDER))
    assert knows(NULLS)
    strangers: list[object] = [None, [], {}, {"idweb": "26-1"}, {"tenderID": "UA-1", "date": ""}]
    for stranger in strangers:
        assert not knows(stranger)
