"""The bulletin's two doors tell the same: its XML reads as the records that were made of it."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.watch.domain import Notice, NoticeKind, UnreadableItem
from app.watch.sources import boamp, boamp_xml
from app.watch.sources.xml_tree import decoded
from tests.watch.boamp_documents import document
from tests.watch.boamp_samples import EFORMS_FIELDS, GOOD, Json

SHARED = Path(__file__).parents[2] / "../shared/data"
NATIONAL = [name for name in GOOD if name != "six fields"]

# What the bulletin adds when it makes a record: a name of the procedure, of the buyer, and the
# departments of its own index.
ADDED = {"procedure", "buyer", "url", "title", "description", "departments", "concession"}


def told(record: Json) -> Json:
    """The record as the bulletin's own index would have it, so that both doors know as much."""
    gestion = json.loads(str(record["gestion"]))
    gestion["INDEXATION"]["RESUME_OBJET"] = record["objet"]
    gestion["INDEXATION"]["NOMORGANISME"] = record["nomacheteur"]
    natures = record["type_marche"]
    assert isinstance(natures, list)
    gestion["INDEXATION"]["NATURE_MARCHE"] = {str(one): "" for one in natures}
    gestion.setdefault("REFERENCE", {})["TYPE_AVIS"] = {
        "FAMILLE": {record["famille"]: ""},
        "PERIMETRE": {record["perimetre"]: ""},
        "NATURE": {record["nature"]: ""},
        "STATUT": {record["etat"]: ""},
    }
    return record | {"gestion": json.dumps(gestion)}


@pytest.mark.parametrize("name", NATIONAL)
def test_a_document_reads_as_its_record(name: str) -> None:
    record = told(GOOD[name] | ({"contractfolderid": None} if name == "eforms" else {}))
    through_json = boamp.read(record)
    through_xml = boamp_xml.read(document(record))
    assert replace(through_xml, procedure=through_json.procedure) == through_json


def test_the_procedure_is_named_as_the_api_names_it() -> None:
    record = told(GOOD["fnsimple"])
    gestion = json.loads(str(record["gestion"]))
    for code, label in {
        "OUVERT": "Procédure Ouverte",
        "PROCEDURE_ADAPTE": "Procédure Adaptée",
        "JAMAIS_VUE": "JAMAIS_VUE",
    }.items():
        gestion["INDEXATION"]["TYPE_PROCEDURE"] = {code: ""}
        assert boamp_xml.read(document(record | {"gestion": gestion})).procedure == label


def test_the_procedure_of_a_european_notice_is_grouped_by_its_own_identifier() -> None:
    record = told(GOOD["eforms"] | EFORMS_FIELDS)
    donnees = json.loads(str(record["donnees"]))
    donnees["EFORMS"]["ContractNotice"]["cbc:ContractFolderID"] = "abc"
    assert boamp_xml.read(document(record | {"donnees": donnees})).procedure_id == "abc"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a/>", "GESTION"),
        ("<a><GESTION/></a>", "GESTION"),
        ("<a><GESTION><REFERENCE/></GESTION></a>", "numéro"),
        ("<a><GESTION>IDWEB></GESTION></a>", "GESTION"),
        (document(told(GOOD["mapa"]))[:-40], "incomplet"),
        (3, "document XML"),
    ],
)
def test_what_is_no_notice_of_the_bulletin_is_set_aside(text: object, reason: str) -> None:
    with pytest.raises(UnreadableItem, match=reason):
        boamp_xml.read(text)


def real(path: str) -> Path:
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"SKIPPED: no real data at {file}")
    return file


def test_the_real_delegation_is_read_whole() -> None:
    body = real("boamp_xml/26-88471_DSP_APPEL_OFFRE.xml").read_bytes()
    notice = boamp_xml.read(decoded(body))
    assert (notice.source_id, notice.kind) == ("26-88471", NoticeKind.CALL)
    assert notice.concession
    assert notice.buyer == "Communauté de Communes du Val Briard"
    assert notice.published_on == date(2026, 9, 11)
    assert notice.application_deadline is not None
    assert notice.application_deadline.at == datetime(2026, 10, 16, 16, tzinfo=UTC)
    assert (notice.bid_deadline, notice.deadline) == (None, notice.application_deadline)
    assert (notice.nuts, notice.departments) == (("FR102",), ("77",))
    assert notice.duration_months == 72
    assert notice.cpv == ("85312110",)
    assert notice.lots == ()
    assert notice.documents == (
        "https://www.achatpublic.com/sdm/ent/gen/ent_detail.do?PCSLID=CSL_2026_R2zzpgOC4E",
    )


def test_every_real_record_reads_the_same_from_its_document() -> None:
    files = sorted(real("boamp").glob("*.json"))
    assert files
    for file in files:
        record: dict[str, Any] = json.loads(file.read_bytes())
        through_json, through_xml = boamp.read(record), boamp_xml.read(document(record))
        different = {
            one.name
            for one in fields(Notice)
            if getattr(through_json, one.name) != getattr(through_xml, one.name)
        }
        assert different <= ADDED | {"nature", "awards"}, (file.name, different)


@pytest.mark.parametrize("field", [{"famille": "DSP"}, {"perimetre": "DIRECTIVE-23"}])
def test_a_concession_is_one_through_both_doors(field: Json) -> None:
    record = told(GOOD["fnsimple"] | field)
    assert boamp.read(record).concession
    assert boamp_xml.read(document(record)).concession
