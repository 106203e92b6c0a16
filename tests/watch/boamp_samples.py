"""Invented BOAMP records in the shapes the bulletin uses: nobody's data, every trap."""

import json

Json = dict[str, object]


def full(donnees: Json, deadline: str | None = None, **fields: object) -> Json:
    """A record with its two trees folded into text, as the portal sends them."""
    indexation: Json = {"DATE_PUBLICATION": "2026-01-12", "DEP_PUBLICATION": "44"}
    if deadline is not None:
        indexation["DATE_LIMITE_REPONSE"] = deadline
    record: Json = {
        "idweb": "26-1001",
        "contractfolderid": None,
        "objet": "Restauration des orgues de la collégiale de Saint-Aubin",
        "famille": "FNS",
        "perimetre": "FNSimple",
        "code_departement": ["44"],
        "code_departement_prestation": None,
        "dateparution": "2026-01-12",
        "datelimitereponse": None,
        "nomacheteur": "Commune de Saint-Aubin",
        "procedure_libelle": "Procédure Ouverte",
        "nature": "APPEL_OFFRE",
        "etat": "INITIAL",
        "type_marche": ["TRAVAUX"],
        "type_avis": ["5", "1", ""],
        "annonce_lie": None,
        "annonces_anterieures": None,
        "source_schema": "3.2.5",
        "gestion": json.dumps({"REFERENCE": {"IDWEB": "26-1001"}, "INDEXATION": indexation}),
        "donnees": json.dumps(donnees),
        "url_avis": "https://www.boamp.fr/pages/avis/?q=idweb:26-1001",
    }
    return record | fields


FNSIMPLE: Json = {
    "FNSimple": {
        "organisme": {
            "nomOfficiel": "VILLE DE SAINT-AUBIN",
            "codeIdentificationNational": "212 345 678 00019",
            "cp": "44999",
        },
        "initial": {
            "procedure": {"procedureAdapteeO": "", "dateReceptionOffres": "2026-02-16T12:00:00"},
            "natureMarche": {
                "intitule": "Restauration des orgues",
                "codeCPV": {
                    "objetPrincipal": {"classPrincipale": "37311000"},
                    "objetComplementaire": [
                        {"classPrincipale": "50860000-1"},
                        {"classPrincipale": "37311000"},
                    ],
                },
                "natureMarche": {"travaux": ""},
                "description": "Dépose du buffet.\nReprise de la mécanique.",
                "valeurEstimee": {"@devise": "EUR", "valeur": "125000.50"},
            },
            "lots": {
                "lot": [
                    {
                        "description": "Lot n°2 : Buffet",
                        "codeCPV": {"objetPrincipal": {"classPrincipale": "45262650"}},
                        "estimationValeur": {"@devise": "EUR", "valeur": "0.00"},
                    },
                    {
                        "description": "5 : Tuyauterie",
                        "estimationValeur": {"@devise": "EUR", "valeur": "45 000,5"},
                    },
                ]
            },
        },
    }
}

MAPA: Json = {
    "MAPA": {
        "organisme": {"acheteurPublic": "Syndicat des eaux", "adr": {"cp": "97200"}},
        "initial": {
            "natureMarche": {"services": ""},
            "description": {"objet": "Maîtrise d'?uvre du réservoir de la Morne-Vert"},
            "delais": {"receptionOffres": "2026-03-02T12:00:00"},
            "lots": {
                "lot": [
                    {"numLot": "1", "description": "Études"},
                    {"numLot": "1", "description": "Suivi"},
                    {"description": "Mesures"},
                ]
            },
        },
    }
}

DSP: Json = {
    "DSP": {
        "organisme": {"acheteurPublic": "Agglomération du Lac", "adr": {"cp": "74000"}},
        "initial": {
            "descriptionMarche": {
                "titreMarche": "Exploitation de la salle de musiques actuelles",
                "CPV": {"objetPrincipal": {"classPrincipale": "92320000"}},
                "natureMarche": {"services": ""},
                "description": "Une salle de 600 places.",
                "divisibleLotNon": "",
                "lot": {"description": "La même chose."},
            },
            "renseignementsAdm": {"receptionInteret": "2026-10-16T18:00:00"},
        },
    }
}

CORRECTION: Json = {
    "FNSimple": {
        "organisme": {"nomOfficiel": "Ville", "codeIdentificationNational": "212345678"},
        "rectificatif": {
            "avisInitial": {"idWeb": "26-900"},
            "natureMarche": {"intitule": "Orgues", "description": "Reprise de la mécanique."},
            "infosRectif": "Au lieu de 07/09/2026 à 12h00, lire 14/09/2026 à 12h00",
        },
    }
}

LEGACY: Json = {
    "IDENTITE": {"DENOMINATION": "Port autonome", "CP": "76600"},
    "OBJET": {
        "TITRE_MARCHE": "Dragage du bassin",
        "OBJET_COMPLET": "Dragage d'entretien.",
        "CPV": [{"PRINCIPAL": "45252124"}, {"SUPPLEMENTAIRE": "90522000"}],
        "CARACTERISTIQUES": {"VALEUR": {"@DEVISE": "EUR", "#text": "300000"}},
        "LOTS": {"LOT": {"NUM": "A", "INTITULE": "Bassin nord", "VALEUR": {"#text": "1000.1"}}},
    },
    "CONDITION_DELAI": {
        "RECEPT_CANDIDAT": "2015-04-01T12:00:00+01:00",
        "RECEPT_OFFRES": "2015-05-20T12:00:00+01:00",
    },
}


def _company(number: str, name: str, siret: object, postcode: str) -> Json:
    return {
        "efac:Company": {
            "cac:PartyIdentification": {"cbc:ID": {"@schemeName": "organization", "#text": number}},
            "cac:PartyName": {"cbc:Name": {"@languageID": "FRA", "#text": name}},
            "cac:PostalAddress": {"cbc:PostalZone": postcode},
            "cac:PartyLegalEntity": {"cbc:CompanyID": siret},
        }
    }


def _project(name: str, code: str, amount: str, currency: str = "EUR") -> Json:
    return {
        "cbc:Name": [
            {"@languageID": "ENG", "#text": f"{name} (English)"},
            {"@languageID": "FRA", "#text": name},
        ],
        "cbc:Description": {"@languageID": "FRA", "#text": f"{name}\nen détail"},
        "cbc:ProcurementTypeCode": {"@listName": "contract-nature", "#text": "services"},
        "cac:RequestedTenderTotal": {
            "cbc:EstimatedOverallContractAmount": {"@currencyID": currency, "#text": amount}
        },
        "cac:MainCommodityClassification": {
            "cbc:ItemClassificationCode": {"@listName": "cpv", "#text": code}
        },
    }


def _lot(number: str, scheme: str, name: str, **period: object) -> Json:
    return {
        "cbc:ID": {"@schemeName": scheme, "#text": number},
        "cac:TenderingProcess": period,
        "cac:ProcurementProject": _project(name, "60112000", "0"),
    }


EFORMS: Json = {
    "EFORMS": {
        "ContractNotice": {
            "ext:UBLExtensions": {
                "ext:UBLExtension": {
                    "ext:ExtensionContent": {
                        "efext:EformsExtension": {
                            "efac:Organizations": {
                                "efac:Organization": [
                                    _company("ORG-0000", "La Plateforme", "111", "75001"),
                                    _company("ORG-0002", "Vallée", "237 500 079 00312", "38190"),
                                ]
                            }
                        }
                    }
                }
            },
            "cbc:RegulatoryDomain": "32014L0023",
            "cac:ContractingParty": {
                "cac:Party": {"cac:PartyIdentification": {"cbc:ID": "ORG-0002"}}
            },
            "cac:ProcurementProject": _project("Transport en autocar", "60130000", "940000.005"),
            "cac:ProcurementProjectLot": [
                _lot(
                    "LOT-0001",
                    "Lot",
                    "Nord",
                    **{
                        "cac:TenderSubmissionDeadlinePeriod": {
                            "cbc:EndDate": "2026-11-12+01:00",
                            "cbc:EndTime": "12:00:00+01:00",
                        }
                    },
                ),
                _lot(
                    "LOT-0002",
                    "Lot",
                    "Sud",
                    **{
                        "cac:ParticipationRequestReceptionPeriod": {
                            "cbc:EndDate": "2026-10-05+02:00",
                            "cbc:EndTime": "16:00:00+02:00",
                        }
                    },
                ),
                _lot("GLO-0001", "LotsGroup", "Tout"),
            ],
        }
    }
}

EFORMS_FIELDS: Json = {
    "contractfolderid": "0f0e0d0c-1111-4222-8333-444455556666",
    "famille": "JOUE",
    "perimetre": "DIRECTIVE-23",
    "nomacheteur": "La Plateforme",
}

SIX_FIELDS: Json = {
    "idweb": "19-4242",
    "objet": "Étude d\x92un sentier",
    "dateparution": "2019-06-03",
    "datelimitereponse": "2019-07-01T11:00:00+00:00",
    "nomacheteur": "Parc naturel",
    "url_avis": "https://www.boamp.fr/pages/avis/?q=idweb:19-4242",
}

GOOD: dict[str, Json] = {
    "fnsimple": full(FNSIMPLE, "2026-02-16T12:00:00"),
    "mapa": full(MAPA, "2026-03-02T12:00:00", famille="MAPA", perimetre="MAPA"),
    "dsp": full(DSP, "2026-10-16T18:00:00", famille="DSP", perimetre="DSP"),
    "correction": full(CORRECTION, nature="RECTIFICATIF", etat="RECTIFICATIF"),
    "legacy": full(LEGACY, "2015-05-20T12:00:00+01:00", source_schema="Boamp_v230.xsd"),
    "eforms": full(EFORMS) | EFORMS_FIELDS,
    "six fields": SIX_FIELDS,
}
