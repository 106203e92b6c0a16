"""Invented contracts in the shape of the essential data, dated around the day of the demo.

No buyer, holder or amount is anyone's: the numbers are none that the register would give.
"""

from datetime import date, timedelta
from typing import Any

from app.kernel.days import months_after

TOWN, METROPOLE = "99942000100018", "99942000200016"


def records(today: date) -> list[dict[str, Any]]:
    """Contracts that end in the coming months, one of them prolonged, and works that do not
    call for a renewal.
    """
    return [
        _contract(
            *("2022-014", TOWN, "Ville de Saint-Étienne", "Impression des supports culturels"),
            today=today,
            ends_in=5,
            months=48,
            cpv="79800000",
            amount=184_000,
            techniques={"technique": ["Accord-cadre"]},
        ),
        _contract(
            *("2023-031", METROPOLE, "Métropole du Furan", "Captation et diffusion de concerts"),
            today=today,
            ends_in=8,
            months=24,
            cpv="92100000",
            amount=96_000,
            procedure="Procédure adaptée",
            modifications=[
                {
                    "modification": {
                        "id": 1,
                        "dureeMois": 30,
                        "dateNotificationModification": str(today - timedelta(days=60)),
                        "datePublicationDonneesModification": str(today - timedelta(days=50)),
                    }
                }
            ],
        ),
        _contract(
            *("2025-002", TOWN, "Ville de Saint-Étienne", "Réfection du toit de la médiathèque"),
            today=today,
            ends_in=3,
            months=10,
            cpv="45261000",
            amount=310_000,
        ),
    ]


def _contract(
    number: str,
    buyer: str,
    name: str,
    title: str,
    *,
    today: date,
    ends_in: int,
    months: int,
    cpv: str,
    amount: int,
    **fields: Any,
) -> dict[str, Any]:
    """A contract of so many months that ends in ``ends_in`` of them, changes left aside."""
    notified = months_after(today, ends_in - months)
    holder = {"id": "99900000300014", "typeIdentifiant": "SIRET", "denominationSociale": "Alcée"}
    return {
        "id": number,
        "acheteur": {"id": buyer, "nom": name},
        "nature": "Marché",
        "objet": title,
        "codeCPV": cpv,
        "procedure": "Appel d'offres ouvert",
        "lieuExecution": {"code": "42", "typeCode": "Code département"},
        "dureeMois": months,
        "dateNotification": str(notified),
        "datePublicationDonnees": str(notified),
        "montant": amount,
        "titulaires": [{"titulaire": holder}],
        **fields,
    }
