"""Invented notices in the shapes that BOAMP really sends, dated around the day of the demo.

Written for the demo alone: no buyer, amount or text is anyone's. Each dialect is there, with
the traps that matter: a deadline that the field misstates, an overseas buyer, a full eForms
correction, a concession.
"""

from collections.abc import Callable
from datetime import date, timedelta

from app.demo.shapes import Record, eforms, fnsimple, noon, record, small_call

FORGE = "26-90001"
BIENNALE = "26-90002"
MEDIATION = "26-90003"
IMPRESSION = "26-90004"
CAPTATION = "26-90006"
CAPTATION_CORRECTED = "26-90007"
_FOLDERS = {
    IMPRESSION: "5a4d3c2b-0001-4a00-8a00-000000000001",
    CAPTATION: "5a4d3c2b-0002-4a00-8a00-000000000002",
}


def records(today: date) -> list[Record]:
    """The notices published up to ``today``, oldest first; the correction is not among them."""
    return [make(today) for make in _CALLS]


def correction(today: date) -> Record:
    """The eForms correction of the video call: a full new notice, two weeks more."""
    notice = _captation(today, CAPTATION_CORRECTED, published=0, closes=34)
    return notice | {"etat": "RECTIFICATIF"}


def _forge(today: date) -> Record:
    closes = noon(today - timedelta(days=200))
    body = {
        "organisme": {"acheteurPublic": "Ville de Saint-Étienne", "adr": {"cp": "42000"}},
        "initial": {
            "descriptionMarche": {
                "titreMarche": "Délégation de service public pour l'exploitation de La Forge "
                "sonore, salle de musiques actuelles",
                "CPV": {"objetPrincipal": {"classPrincipale": "92320000"}},
                "natureMarche": {"services": ""},
                "description": "Programmation, accueil d'artistes, action culturelle, bar et "
                "billetterie d'une salle de 1 200 places et d'un club de 300. Durée : cinq ans.",
                "divisibleLotNon": "",
            },
            "renseignementsAdm": {"receptionInteret": closes},
        },
    }
    return record(FORGE, today, 260, closes, {"DSP": body}, famille="DSP", perimetre="DSP")


def _biennale(today: date) -> Record:
    closes = noon(today + timedelta(days=35))
    lots = [
        ("1", "Scénographie des espaces d'accueil", "92320000", "180000"),
        ("2", "Lumière et distribution électrique", "31518000", "95000"),
        ("3", "Signalétique", "34992000", "40000"),
    ]
    body = fnsimple("Ville de Saint-Étienne", "42000", closes, _BIENNALE, cpv="92320000", lots=lots)
    return record(BIENNALE, today, 12, closes, body)


def _mediation(today: date) -> Record:
    closes = noon(today + timedelta(days=20), 17)
    body = {
        "MAPA": {
            "organisme": {"acheteurPublic": "Métropole du Furan", "adr": {"cp": "42100"}},
            "initial": {
                "natureMarche": {"services": ""},
                "description": {"objet": "Médiation culturelle dans les quartiers Sud-Est"},
                "delais": {"receptionOffres": closes},
                "lots": {
                    "lot": [
                        {"numLot": "1", "description": "Ateliers et rencontres"},
                        {"numLot": "2", "description": "Documentaire participatif"},
                    ]
                },
            },
        }
    }
    return record(MEDIATION, today, 6, closes, body, famille="MAPA", perimetre="MAPA")


def _impression(today: date) -> Record:
    lots = [("LOT-0001", "Conception graphique"), ("LOT-0002", "Impression et diffusion")]
    return eforms(
        IMPRESSION,
        today,
        published=150,
        closes=-115,
        buyer="Département de la Loire",
        postcode="42000",
        title="Conception et impression des supports de communication",
        cpv="79800000",
        lots=lots,
        estimate="240000",
        contractfolderid=_FOLDERS[IMPRESSION],
    )


def _reunion(today: date) -> Record:
    closes = noon(today + timedelta(days=27))
    title = "Régie générale du festival des musiques de l'océan Indien"
    body = fnsimple("Commune de Saint-Paul", "97460", closes, title, cpv="92312000", lots=[])
    return record("26-90005", today, 4, closes, body, code_departement=["974"])


def _captation(
    today: date, idweb: str = CAPTATION, published: int = 25, closes: int = 20
) -> Record:
    return eforms(
        idweb,
        today,
        published=published,
        closes=closes,
        buyer="Cité des Métiers d'Art du Forez",
        postcode="42000",
        title="Captation et diffusion audiovisuelle des rencontres de la Cité",
        cpv="92111000",
        lots=[("LOT-0001", "Captation et diffusion")],
        estimate="120000",
        contractfolderid=_FOLDERS[CAPTATION],
    )


def _cinema(today: date) -> Record:
    closes = noon(today + timedelta(days=70), 16)
    body = {
        "organisme": {"acheteurPublic": "Ville de Firminy-le-Vieux", "adr": {"cp": "42700"}},
        "initial": {
            "descriptionMarche": {
                "titreMarche": "Concession du cinéma municipal d'art et d'essai",
                "CPV": {"objetPrincipal": {"classPrincipale": "92130000"}},
                "natureMarche": {"services": ""},
                "description": "Trois écrans, éducation à l'image, durée de six ans.",
                "divisibleLotNon": "",
            },
            "renseignementsAdm": {"receptionInteret": closes},
        },
    }
    fields = {"famille": "DSP", "perimetre": "DSP"}
    return record("26-90014", today, 3, closes, {"DSP": body}, **fields)


def _cleaning(today: date) -> Record:
    return small_call(
        "26-90008", today, 40, -12, title="Nettoyage des locaux du conservatoire", town="Roanne"
    )


def _training(today: date) -> Record:
    closes = noon(today + timedelta(days=9))
    lots = [("1", "Accueil des publics", "80500000", "30000"), ("2", "Langue des signes", "", "0")]
    title = "Formation des agents d'accueil des équipements culturels"
    body = fnsimple("Métropole du Furan", "42100", closes, title, cpv="80500000", lots=lots)
    return record("26-90009", today, 18, closes, body)


def _third_place(today: date) -> Record:
    return eforms(
        "26-90010",
        today,
        published=2,
        closes=45,
        buyer="Communauté de communes des Monts du Pilat",
        postcode="42220",
        title="Assistance à maîtrise d'ouvrage pour un tiers-lieu culturel",
        cpv="71241000",
        lots=[("LOT-0001", "Programmation"), ("LOT-0002", "Modèle économique")],
        estimate="160000",
        contractfolderid="5a4d3c2b-0003-4a00-8a00-000000000003",
    )


def _equipment(today: date) -> Record:
    return small_call(
        "26-90012", today, 8, 13, title="Location de matériel son et lumière", town="Saint-Chamond"
    )


def _tickets(today: date) -> Record:
    closes = noon(today - timedelta(days=1))
    body = fnsimple("Ville de Rive-de-Gier", "42800", closes, _TICKETS, cpv="48219700", lots=[])
    return record("26-90013", today, 33, closes, body)


def _result(today: date) -> Record:
    notice = eforms(
        "26-90011",
        today,
        published=30,
        closes=None,
        buyer="Département de la Loire",
        postcode="42000",
        title="Conception et impression des supports de communication",
        cpv="79800000",
        lots=[("LOT-0001", "Conception graphique"), ("LOT-0002", "Impression et diffusion")],
        estimate="240000",
        contractfolderid=_FOLDERS[IMPRESSION],
    )
    return notice | {"nature": "ATTRIBUTION"}


_BIENNALE = "Scénographie, lumière et signalétique de la biennale du design d'objets"
_TICKETS = "Solution de billetterie en ligne pour la saison culturelle"
_CALLS: tuple[Callable[[date], Record], ...] = (
    _forge,
    _impression,
    _cleaning,
    _tickets,
    _result,
    _captation,
    _training,
    _biennale,
    _equipment,
    _mediation,
    _reunion,
    _cinema,
    _third_place,
)
