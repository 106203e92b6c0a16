"""Releases and records written for the tests, in the shapes that publishers really send."""

from typing import Any

Json = dict[str, Any]

BUYER: Json = {
    "id": "GB-T-7",
    "name": "Brackwater District Council",
    "roles": ["buyer"],
    "identifier": {"scheme": "GB-T", "id": "7", "legalName": "Brackwater District Council"},
}

TENDER: Json = {
    "ocid": "ocds-t3st01-0042",
    "id": "0042-tender",
    "date": "2026-02-20T10:11:12Z",
    "tag": ["tender"],
    "initiationType": "tender",
    "buyer": {"id": "GB-T-7", "name": "Brackwater District Council"},
    "parties": [BUYER],
    "tender": {
        "id": "0042",
        "title": "Repair of the organ of the town hall",
        "description": "Pipes, bellows and keyboards.\nVisits on Mondays.",
        "status": "active",
        "mainProcurementCategory": "services",
        "procurementMethod": "open",
        "procurementMethodDetails": "Open procedure",
        "value": {"amount": 120000.5, "currency": "GBP"},
        "tenderPeriod": {"endDate": "2026-07-06T12:00:00+01:00"},
        "contractPeriod": {"startDate": "2026-09-01T00:00:00Z", "endDate": "2028-08-31T23:59:59Z"},
        "items": [
            {
                "id": "1",
                "relatedLot": "A",
                "classification": {"scheme": "CPV", "id": "50860000-1"},
                "additionalClassifications": [{"scheme": "CPV", "id": "37311000"}],
                "deliveryAddresses": [{"region": "UKD44"}, {"region": "England"}],
            },
            {
                "id": "2",
                "relatedLot": "B",
                "classification": {"scheme": "UNSPSC", "id": "60131000"},
                "deliveryAddresses": [{"postalCode": "42000", "countryName": "France"}],
            },
        ],
        "lots": [
            {
                "id": "A",
                "title": "Pipes",
                "value": {"amount": "80000", "currency": "GBP"},
                "tenderPeriod": {"endDate": "2026-07-05T12:00:00+01:00"},
                "contractPeriod": {"durationInDays": 365},
                "otherRequirements": {"reservedParticipation": ["shelteredWorkshop"]},
                "awardCriteria": {
                    "criteria": [
                        {
                            "type": "price",
                            "name": "Price",
                            "numbers": [{"number": 40, "weight": "percentageExact"}],
                        },
                        {"type": "quality", "description": "Method"},
                    ]
                },
            },
            {"id": "B", "title": "Bellows"},
        ],
        "documents": [
            {
                "id": "1",
                "documentType": "tenderNotice",
                "url": "https://find.example/notices/0042",
            },
            {"id": "2", "url": "https://files.example/0042.zip"},
            {"id": "3", "url": "javascript:alert(1)"},
        ],
    },
}

AWARD: Json = {
    "ocid": "ocds-t3st01-0042",
    "id": "0042-award",
    "date": "2026-05-30T09:00:00+01:00",
    "tag": ["award", "contract"],
    "initiationType": "tender",
    "buyer": {"id": "FR-1", "name": "Ville de Saint-Aubin"},
    "parties": [
        {
            "id": "FR-1",
            "name": "Ville de Saint-Aubin",
            "roles": ["buyer"],
            "identifier": {"scheme": "FR-RCS", "id": "21420001100010"},
        },
        {
            "id": "FR-2",
            "name": "Orgues Dunant",
            "roles": ["supplier"],
            "identifier": {"scheme": "FR-RCS", "id": "40483304800022"},
        },
    ],
    "awards": [
        {
            "id": "a1",
            "title": "Réfection de l'orgue",
            "status": "active",
            "date": "2026-05-20T00:00:00Z",
            "value": {"amount": 79000, "currency": "EUR"},
            "suppliers": [{"id": "FR-2", "name": "Orgues Dunant"}],
            "relatedLots": ["A"],
        },
        {
            "id": "a2",
            "status": "active",
            "suppliers": [{"name": "Soufflets Réunis"}, {"name": "Atelier du Cuir"}],
            "relatedLots": ["B"],
        },
        {"id": "a3", "status": "unsuccessful", "suppliers": [{"name": "Personne"}]},
        {"id": "a4", "status": "active", "suppliers": []},
    ],
    "contracts": [
        {
            "id": "c1",
            "awardID": "a1",
            "dateSigned": "2026-05-28T10:00:00Z",
            "period": {"durationInDays": 730},
        }
    ],
}


def release(**fields: Any) -> Json:
    """The tender with other fields."""
    return {**TENDER, **fields}


def tender(**fields: Any) -> Json:
    """The tender's release with other fields of the tender itself."""
    return {**TENDER, "tender": {**TENDER["tender"], **fields}}


def record(*releases: Json, **fields: Any) -> Json:
    """A record of these releases."""
    return {"ocid": "ocds-t3st01-0042", "releases": list(releases), **fields}


NULLS: Json = {
    **dict.fromkeys(("date", "tag", "initiationType", "buyer", "parties")),
    "ocid": None,
    "id": None,
    "tender": {
        "title": None,
        "value": {"amount": None, "currency": None},
        "items": [None, {"classification": None, "deliveryAddresses": [None]}],
        "lots": [None, {"id": None}],
        "tenderPeriod": None,
        "documents": [{"url": None}],
    },
    "awards": [None, {"suppliers": [None]}],
    "contracts": None,
}
