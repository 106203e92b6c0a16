"""Reading essential data in each of its shapes, with its traps."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.kernel.money import Money
from app.watch.contracts import decp
from app.watch.contracts.domain import Amendment, Contract, Holder, end_of
from app.watch.domain import UnreadableItem
from app.watch.sources.files import read_lists
from tests.conftest import SHARED_DATA
from tests.watch.contracts.samples import change, concession, contract, extract, written

BUYER = "21420001100017"
HOLDER = Holder("90000000100011", "SIRET")


def test_a_contract_is_read_whole() -> None:
    assert decp.read(contract(BUYER)) == Contract(
        source_id=f"{BUYER}/2024-07",
        title="Nettoyage des locaux de la médiathèque",
        buyer_siret=BUYER,
        started_on=date(2024, 5, 15),
        published_on=date(2024, 5, 25),
        months=48,
        cpv=("90911200",),
        departments=("42",),
        framework=True,
        procedure="Appel d'offres ouvert",
        holders=(HOLDER,),
        amount=Money(12_000_050),
    )


def test_a_concession_runs_from_its_execution() -> None:
    read = decp.read(concession(BUYER))
    assert (read.concession, read.framework, read.cpv) == (True, False, ())
    assert (read.started_on, read.months, read.amount) == (
        date(2023, 1, 1),
        60,
        Money(240_000_000),
    )
    assert read.holders == (Holder("90000000200019", "SIRET"),)
    unsaid = {**concession(BUYER), "dateDebutExecution": None}
    assert decp.read(unsaid).started_on == date(2022, 11, 30)


def test_the_flat_extract_is_read_without_its_word_for_nothing() -> None:
    read = decp.read(extract(BUYER))
    assert read.holders == (
        Holder("90000000300017", "SIRET"),
        Holder("IT00000000000", "TVA"),
    )
    assert (read.departments, read.months, read.amendments) == (("01",), 24, ())
    changed = decp.read(
        extract(
            BUYER,
            idmodification="1",
            dureemoismodification="30",
            montantmodification="150000",
            datenotificationmodificationmodification="2026-01-02",
        )
    )
    assert changed.amendments == (Amendment(date(2026, 1, 2), 30, Money(15_000_000)),)


@pytest.mark.parametrize(
    "holders",
    [
        [{"titulaire": {"id": HOLDER.id, "typeIdentifiant": "SIRET"}}],
        [{"id": HOLDER.id, "typeIdentifiant": "SIRET"}],
        {"titulaire": [{"id": HOLDER.id, "typeIdentifiant": "SIRET"}]},
        {"titulaire": {"id": HOLDER.id, "typeIdentifiant": "SIRET"}},
        {"id": HOLDER.id, "typeIdentifiant": "SIRET"},
        [{"titulaire": {"id": HOLDER.id, "typeIdentifiant": "SIRET"}}] * 2,
        [None, "x", {"titulaire": None}, {"id": " 90000000100011", "typeIdentifiant": "SIRET"}],
    ],
)
def test_holders_are_read_whatever_their_wrapping(holders: Any) -> None:
    assert decp.read(contract(BUYER, titulaires=holders)).holders == (HOLDER,)


def test_the_older_schema_names_who_holds() -> None:
    holders = [{"id": "1", "typeIdentifiant": "SIRET", "denominationSociale": "Lutherie"}]
    read = decp.read(
        contract(BUYER, titulaires=holders, acheteur={"id": BUYER, "nom": "Ville d'Aubin"})
    )
    assert (read.holders, read.buyer) == ((Holder("1", "SIRET", "Lutherie"),), "Ville d'Aubin")


def test_modifications_come_in_the_order_of_their_numbers() -> None:
    changes = [
        change(2, dureeMois=60),
        {"id": 10, "montant": 5, "dateNotificationModification": "2027-01-01"},
        change(1, dureeMois=54, titulaires=[{"titulaire": {"id": "2"}}]),
    ]
    read = decp.read(contract(BUYER, modifications=changes))
    assert [one.months for one in read.amendments] == [54, 60, None]
    assert read.holders_now == (Holder("2"),)
    assert read.amount_now == Money(500)
    assert read.published_on == date(2026, 6, 10)
    assert end_of(read) == date(2029, 5, 15)
    alone = decp.read(contract(BUYER, modifications=change(1, dureeMois=50)))
    assert [one.months for one in alone.amendments] == [50]


@pytest.mark.parametrize(
    ("place", "departments"),
    [
        ({"code": "75000", "typeCode": "Code postal"}, ("75",)),
        ({"code": 1000, "typeCode": "Code postal"}, ("01",)),
        ({"code": "20000", "typeCode": "Code postal"}, ("2A",)),
        ({"code": "20200", "typeCode": "Code postal"}, ("2B",)),
        ({"code": "97400", "typeCode": "Code postal"}, ("974",)),
        ({"code": "2B002", "typeCode": "Code commune"}, ("2B",)),
        ({"code": "20002", "typeCode": "Code commune"}, ()),
        ({"code": "83107", "typeCode": "Code commune"}, ("83",)),
        ({"code": "2", "typeCode": "Code département"}, ("02",)),
        ({"code": "94", "typeCode": "Code région"}, ("2A", "2B")),
        ({"code": "FR", "typeCode": "Code pays"}, ()),
        ({"code": "CDL", "typeCode": "CDL"}, ()),
        ({}, ()),
        ("Lyon", ()),
    ],
)
def test_the_place_of_a_contract_names_departments(
    place: Any, departments: tuple[str, ...]
) -> None:
    assert decp.read(contract(BUYER, lieuExecution=place)).departments == departments


@pytest.mark.parametrize(
    ("field", "value", "name", "read"),
    [
        ("dureeMois", 0, "months", None),
        ("dureeMois", "48", "months", 48),
        ("dureeMois", Decimal("48.0"), "months", 48),
        ("dureeMois", 12.5, "months", None),
        ("dureeMois", True, "months", None),
        ("dureeMois", 10**40, "months", None),
        ("dureeMois", "CDL", "months", None),
        ("montant", "0.29", "amount", Money(29)),
        ("montant", Decimal("10.005"), "amount", Money(1_001)),
        ("montant", 0, "amount", None),
        ("montant", -5, "amount", None),
        ("montant", Decimal("NaN"), "amount", None),
        ("montant", "1e999999999", "amount", None),
        ("montant", 10**15, "amount", None),
        ("montant", "9" * 10_000, "amount", None),
        ("codeCPV", "90911200", "cpv", ("90911200",)),
        ("codeCPV", "9091", "cpv", ()),
        ("codeCPV", None, "cpv", ()),
        ("techniques", {"technique": ["Concours"]}, "framework", False),
        ("techniques", "Accord-cadre", "framework", True),
        ("nature", "ACCORD-CADRE", "framework", True),
        ("objet", "Lu\u202eth\x00s &amp; vielles", "title", "Luths & vielles"),
        ("datePublicationDonnees", "hier", "published_on", date(2024, 5, 15)),
    ],
)
def test_each_field_is_read_as_far_as_it_makes_sense(
    field: str, value: Any, name: str, read: Any
) -> None:
    assert getattr(decp.read(contract(BUYER, **{field: value})), name) == read


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": None}, "identifiant"),
        ({"id": "CDL"}, "identifiant"),
        ({"acheteur": {"id": "214200011"}}, "SIRET"),
        ({"acheteur": None}, "SIRET"),
        ({"objet": " "}, "objet"),
        ({"dateNotification": None}, "notification"),
        ({"dateNotification": "0024-05-15"}, "notification"),
        ({"dateNotification": "15/05/2024"}, "notification"),
        ({"dateNotification": "2024-02-30"}, "notification"),
    ],
)
def test_what_cannot_be_placed_is_left_out_with_its_reason(
    fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnreadableItem, match=reason):
        decp.read(contract(BUYER, **fields))


@pytest.mark.parametrize("item", [None, 3, "x", [], {}, [contract(BUYER)], {"a": {"b": 1}}])
def test_what_is_no_contract_is_told_so(item: Any) -> None:
    assert not decp.is_contract(item)
    with pytest.raises(UnreadableItem):
        decp.read(item)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda one, two: {"marches": {"marche": [one, two]}},
        lambda one, two: {"marches": {"marche": one, "contrat-concession": two}},
        lambda one, two: {"marches": {"marche": [one], "contrat-concession": [two]}},
        lambda one, two: {"$schema": "2.0.3", "marches": [one, two]},
        lambda one, two: {"marches": [{"marche": one}, {"contrat-concession": two}]},
        lambda one, two: [one, two],
        lambda one, two: {"total_count": 2, "results": [one, two]},
    ],
)
def test_a_file_gives_its_contracts_whatever_wraps_them(tmp_path: Path, wrapped: Any) -> None:
    path = written(tmp_path / "decp.json", wrapped(contract(BUYER), concession(BUYER)))
    items = list(read_lists(path, decp.WRAPPERS))
    assert [decp.read(item).source_id for item in items] == [f"{BUYER}/2024-07", f"{BUYER}/DSP-1"]
    assert all(decp.is_contract(item) for item in items)


REAL = sorted((SHARED_DATA / "decp").glob("*.json"))


def test_every_real_contract_is_read_and_has_an_end() -> None:
    if not REAL:
        pytest.skip("no real contracts beside the project: ../shared/data/decp is absent")
    read = [decp.read(item) for path in REAL for item in read_lists(path, decp.WRAPPERS)]
    assert len(read) == 8
    assert all(one.holders and end_of(one) and one.amount for one in read)
    assert sum(one.concession for one in read) == 2
    assert {one.source_id for one in read if one.framework} == {
        "20001492600030/26S",
        "53524571600050/26MAPA024",
        "21830107500014/26-012",
        "21750001630066/TEST2022",
        "21750001630040/TEST2022Bis",
    }
