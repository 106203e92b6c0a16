"""The shapes in which BOAMP sends its notices, with the portal's own faults."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]
PARIS = ZoneInfo("Europe/Paris")


def record(
    idweb: str, today: date, age: int, closes: str | None, donnees: Record, **fields: Any
) -> Record:
    """A record with the fields that all dialects share."""
    published = (today - timedelta(days=age)).isoformat()
    body = next(iter(donnees.values()))
    buyer = body.get("organisme", {}) if isinstance(body, dict) else {}
    indexation = {"DATE_PUBLICATION": published, "DEP_PUBLICATION": "42"}
    if closes:
        indexation["DATE_LIMITE_REPONSE"] = closes
    return {
        "idweb": idweb,
        "contractfolderid": None,
        "objet": _title(donnees)[:200],
        "famille": "FNS",
        "perimetre": "FNSimple",
        "code_departement": ["42"],
        "dateparution": published,
        # As the portal does: the wall time of the notice, called UTC.
        "datelimitereponse": f"{closes[:19]}+00:00" if closes else None,
        "nomacheteur": buyer.get("nomOfficiel") or buyer.get("acheteurPublic") or "",
        "procedure_libelle": "Procédure Adaptée",
        "nature": "APPEL_OFFRE",
        "etat": "INITIAL",
        "type_marche": ["SERVICES"],
        "annonce_lie": None,
        "gestion": json.dumps({"REFERENCE": {"IDWEB": idweb}, "INDEXATION": indexation}),
        "donnees": json.dumps(donnees, ensure_ascii=False),
        "url_avis": f"https://www.boamp.fr/pages/avis/?q=idweb:{idweb}",
        **fields,
    }


def _title(donnees: Record) -> str:
    root, body = next(iter(donnees.items()))
    if root == "EFORMS":
        return str(body["ContractNotice"]["cac:ProcurementProject"]["cbc:Name"]["#text"])
    first = body["initial"]
    if root == "DSP":
        return str(first["descriptionMarche"]["titreMarche"])
    if root == "MAPA":
        return str(first["description"]["objet"])
    return str(first["natureMarche"]["intitule"])


def small_call(
    idweb: str, today: date, age: int, closes_in: int, *, title: str, town: str
) -> Record:
    """A MAPA notice: no CPV, its object is its only title."""
    closes = noon(today + timedelta(days=closes_in))
    body = {
        "MAPA": {
            "organisme": {"acheteurPublic": f"Ville de {town}", "adr": {"cp": "42300"}},
            "initial": {
                "natureMarche": {"services": ""},
                "description": {"objet": title},
                "delais": {"receptionOffres": closes},
            },
        }
    }
    return record(idweb, today, age, closes, body, famille="MAPA", perimetre="MAPA")


def fnsimple(
    buyer: str,
    postcode: str,
    closes: str,
    title: str,
    *,
    cpv: str,
    lots: list[tuple[str, str, str, str]],
) -> Record:
    """The body of a national notice; ``lots`` are (number, title, CPV, estimate in euros)."""
    return {
        "FNSimple": {
            "organisme": {"nomOfficiel": buyer, "cp": postcode},
            "initial": {
                "procedure": {"dateReceptionOffres": closes},
                "natureMarche": {
                    "intitule": title,
                    "codeCPV": {"objetPrincipal": {"classPrincipale": cpv}},
                    "natureMarche": {"services": ""},
                },
                "lots": {
                    "lot": [
                        {
                            "numLot": number,
                            "intitule": name,
                            "codeCPV": {"objetPrincipal": {"classPrincipale": code}},
                            "estimationValeur": {"@devise": "EUR", "valeur": value},
                        }
                        for number, name, code, value in lots
                    ]
                },
            },
        }
    }


def eforms(
    idweb: str,
    today: date,
    *,
    published: int,
    closes: int | None,
    buyer: str,
    postcode: str,
    title: str,
    cpv: str,
    lots: list[tuple[str, str]],
    estimate: str,
    contractfolderid: str,
) -> Record:
    """A European notice; ``closes`` is in days from ``today``, None for an award."""
    period: Record = {}
    at = None
    if closes is not None:
        at = datetime.combine(today + timedelta(days=closes), time(12), PARIS).isoformat()
        period = {
            "cac:TenderSubmissionDeadlinePeriod": {
                "cbc:EndDate": at[:10] + at[19:],
                "cbc:EndTime": at[11:],
            }
        }
    company = {
        "cac:PartyIdentification": {"cbc:ID": {"#text": "ORG-0001"}},
        "cac:PartyName": {"cbc:Name": {"@languageID": "FRA", "#text": buyer}},
        "cac:PostalAddress": {"cbc:PostalZone": postcode},
    }
    organisations = {"efac:Organization": [{"efac:Company": company}]}
    notice = {
        "ext:UBLExtensions": {
            "ext:UBLExtension": {
                "ext:ExtensionContent": {
                    "efext:EformsExtension": {"efac:Organizations": organisations}
                }
            }
        },
        "cac:ContractingParty": {"cac:Party": {"cac:PartyIdentification": {"cbc:ID": "ORG-0001"}}},
        "cac:ProcurementProject": _project(title, cpv, estimate),
        "cac:ProcurementProjectLot": [
            {
                "cbc:ID": {"@schemeName": "Lot", "#text": number},
                "cac:TenderingProcess": period,
                "cac:ProcurementProject": _project(name, cpv, "0"),
            }
            for number, name in lots
        ],
    }
    fields = {"famille": "JOUE", "perimetre": "DIRECTIVE-24", "contractfolderid": contractfolderid}
    notice_record = record(
        idweb, today, published, at, {"EFORMS": {"ContractNotice": notice}}, **fields
    )
    if at is not None:
        notice_record["datelimitereponse"] = datetime.fromisoformat(at).astimezone(UTC).isoformat()
    return notice_record | {"nomacheteur": buyer}


def _project(name: str, cpv: str, estimate: str) -> Record:
    return {
        "cbc:Name": {"@languageID": "FRA", "#text": name},
        "cbc:ProcurementTypeCode": {"@listName": "contract-nature", "#text": "services"},
        "cac:RequestedTenderTotal": {
            "cbc:EstimatedOverallContractAmount": {"@currencyID": "EUR", "#text": estimate}
        },
        "cac:MainCommodityClassification": {
            "cbc:ItemClassificationCode": {"@listName": "cpv", "#text": cpv}
        },
    }


def noon(day: date, hour: int = 12) -> str:
    """Wall time without a zone, as FNSimple, MAPA and DSP notices give it."""
    return f"{day.isoformat()}T{hour:02d}:00:00"
