"""Invented contracts in the shapes of the essential data, each under a number of its own."""

import itertools
import json
from pathlib import Path
from typing import Any

_NUMBERS = itertools.count(1)


def siret() -> str:
    """A buyer that no other test uses."""
    return f"2199{next(_NUMBERS):05}00017"


def contract(buyer: str, number: str = "2024-07", **fields: Any) -> dict[str, Any]:
    """A contract as the schema of 2022 has it: four years of cleaning, from May 2024."""
    return {
        "id": number,
        "acheteur": {"id": buyer},
        "nature": "Marché",
        "objet": "Nettoyage des locaux de la médiathèque",
        "codeCPV": "90911200-8",
        "techniques": {"technique": ["Accord-cadre"]},
        "modalitesExecution": {"modaliteExecution": ["Bons de commande"]},
        "procedure": "Appel d'offres ouvert",
        "lieuExecution": {"code": "42000", "typeCode": "Code postal"},
        "dureeMois": 48,
        "dateNotification": "2024-05-15",
        "datePublicationDonnees": "2024-05-25",
        "montant": 120000.5,
        "titulaires": [{"titulaire": {"id": "90000000100011", "typeIdentifiant": "SIRET"}}],
        **fields,
    }


def concession(authority: str, number: str = "DSP-1", **fields: Any) -> dict[str, Any]:
    """A concession as the schema of 2022 has it: five years, from January 2023."""
    return {
        "id": number,
        "autoriteConcedante": {"id": authority},
        "nature": "Délégation de service public",
        "objet": "Exploitation de la salle de musiques",
        "procedure": "Procédure négociée ouverte",
        "dureeMois": 60,
        "dateSignature": "2022-11-30",
        "datePublicationDonnees": "2022-12-10",
        "dateDebutExecution": "2023-01-01",
        "valeurGlobale": 2400000,
        "concessionnaires": [
            {"concessionnaire": {"id": "90000000200019", "typeIdentifiant": "SIRET"}}
        ],
        **fields,
    }


def extract(buyer: str, number: str = "26-01", **fields: Any) -> dict[str, Any]:
    """A contract as the portal's flat extract has it, with its word for nothing."""
    return {
        "id": number,
        "nature": "Marché",
        "objet": "Conseil en organisation",
        "codecpv": "79410000-1",
        "procedure": "Procédure adaptée",
        "titulaire_id_1": "90000000300017",
        "titulaire_typeidentifiant_1": "SIRET",
        "titulaire_id_2": "IT00000000000",
        "titulaire_typeidentifiant_2": "TVA",
        "titulaire_id_3": "CDL",
        "titulaire_typeidentifiant_3": "CDL",
        "acheteur_id": buyer,
        "dureemois": 24,
        "datenotification": "2025-08-14",
        "datepublicationdonnees": "2025-08-14",
        "montant": 120000.0,
        "techniques": "Sans objet",
        "lieuexecution_code": "1000",
        "lieuexecution_typecode": "Code postal",
        "idmodification": "CDL",
        "dureemoismodification": "CDL",
        "montantmodification": "CDL",
        "datenotificationmodificationmodification": "CDL",
        **fields,
    }


def change(number: int, **fields: Any) -> dict[str, Any]:
    """A modification, notified in June 2026."""
    inner = {"id": number, "dateNotificationModification": "2026-06-01", **fields}
    inner.setdefault("datePublicationDonneesModification", "2026-06-10")
    return {"modification": inner}


def written(path: Path, content: Any) -> Path:
    """A file of it."""
    path.write_text(json.dumps(content))
    return path
