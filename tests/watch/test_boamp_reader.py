"""What a BOAMP record becomes, dialect by dialect."""

import copy
from datetime import UTC, date, datetime

import pytest

from app.kernel.money import Money
from app.watch.domain import Award, Criterion, CriterionKind, Nature, NoticeKind, Reservation
from app.watch.sources.boamp import read
from app.watch.sources.body import MAX_TITLE
from tests.watch.boamp_samples import (
    CORRECTION,
    DSP,
    EFORMS,
    EFORMS_FIELDS,
    FNSIMPLE,
    GOOD,
    LEGACY,
    MAPA,
    SIX_FIELDS,
    Json,
    full,
)


def test_a_national_notice_gives_all_it_says() -> None:
    notice = read(GOOD["fnsimple"])
    assert notice.source_id == "26-1001"
    assert notice.title == "Restauration des orgues de la collégiale de Saint-Aubin"
    assert notice.buyer == "Commune de Saint-Aubin"
    assert notice.buyer_siret == "21234567800019"
    assert notice.published_on == date(2026, 1, 12)
    assert (notice.kind, notice.nature) == (NoticeKind.CALL, Nature.WORKS)
    assert notice.description == "Dépose du buffet.\nReprise de la mécanique."
    assert notice.cpv == ("37311000", "50860000", "45262650")
    assert notice.departments == ("44",)
    assert notice.procedure == "Procédure Ouverte"
    assert notice.estimate == Money(12_500_050)
    assert not notice.concession
    assert notice.procedure_id is None
    assert notice.url == "https://www.boamp.fr/pages/avis/?q=idweb:26-1001"


def test_lots_keep_the_buyers_own_numbers() -> None:
    first, second = read(GOOD["fnsimple"]).lots
    assert (first.number, first.title, first.cpv) == ("2", "Buffet", ("45262650",))
    assert first.estimate is None
    assert (second.number, second.title) == ("5", "Tuyauterie")
    assert second.estimate == Money(4_500_050)


def test_two_lots_never_share_a_number() -> None:
    assert [lot.number for lot in read(GOOD["mapa"]).lots] == ["1", "1 (2)", "3"]


def test_a_long_lot_has_a_short_title_and_loses_nothing() -> None:
    donnees = copy.deepcopy(MAPA)
    words = "Fourniture et pose " * 40
    donnees["MAPA"]["initial"]["lots"] = {"lot": {"numLot": "1", "description": words}}  # type: ignore[index]
    (lot,) = read(full(donnees)).lots
    assert len(lot.title) <= 200
    assert lot.title.endswith("…")
    assert lot.description == words.strip()


def test_an_overseas_buyers_deadline_is_on_its_own_clock() -> None:
    deadline = read(GOOD["mapa"]).deadline
    assert deadline is not None
    assert deadline.zone == "America/Martinique"
    assert deadline.at == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert deadline.certain


def test_a_delegation_is_a_concession_and_not_its_own_lot() -> None:
    notice = read(GOOD["dsp"])
    assert notice.concession
    assert notice.lots == ()
    assert notice.cpv == ("92320000",)
    assert notice.nature is Nature.SERVICES


def test_a_correction_says_first_what_it_changes_and_what_it_follows() -> None:
    notice = read(full(CORRECTION, nature="RECTIFICATIF", etat="RECTIFICATIF"))
    assert notice.kind is NoticeKind.CORRECTION
    assert notice.follows == ("26-900",)
    assert notice.deadline is None
    assert notice.description.startswith("Au lieu de 07/09/2026 à 12h00, lire")
    assert notice.buyer_siret is None


def test_links_to_earlier_notices_are_gathered_once_each() -> None:
    linked = ["26-900", "26-1001", "pas un numéro", None, 3]
    record = full(CORRECTION, annonce_lie=linked, annonces_anterieures="25-17")
    assert read(record).follows == ("26-900", "25-17")


def test_a_european_notice_names_its_buyer_and_not_the_platform() -> None:
    notice = read(GOOD["eforms"])
    assert (notice.buyer, notice.buyer_siret) == ("Vallée", "23750007900312")
    assert notice.procedure_id == "0f0e0d0c-1111-4222-8333-444455556666"
    assert notice.description == "Transport en autocar\nen détail"
    assert notice.cpv == ("60130000", "60112000")
    assert notice.concession
    assert notice.estimate == Money(94_000_001)
    assert [(lot.number, lot.title) for lot in notice.lots] == [
        ("LOT-0001", "Nord"),
        ("LOT-0002", "Sud"),
    ]
    assert [lot.estimate for lot in notice.lots] == [None, None]


def test_a_null_deadline_is_looked_for_in_the_periods_of_the_lots() -> None:
    deadline = read(full(EFORMS) | EFORMS_FIELDS).deadline
    assert deadline is not None
    assert deadline.at == datetime(2026, 10, 5, 14, 0, tzinfo=UTC)
    assert deadline.text == "2026-10-05+02:00 16:00:00+02:00"
    assert deadline.certain


@pytest.mark.parametrize(
    ("donnees", "at"),
    [
        (FNSIMPLE, datetime(2026, 2, 16, 11, 0, tzinfo=UTC)),
        (MAPA, datetime(2026, 3, 2, 16, 0, tzinfo=UTC)),
        (DSP, datetime(2026, 10, 16, 16, 0, tzinfo=UTC)),
    ],
)
def test_national_forms_repeat_their_deadline_in_the_notice(donnees: Json, at: datetime) -> None:
    deadline = read(full(donnees)).deadline
    assert deadline is not None
    assert (deadline.at, deadline.certain) == (at, True)


def test_applications_come_before_bids_in_an_old_notice() -> None:
    deadline = read(full(LEGACY)).deadline
    assert deadline is not None
    assert (deadline.text, deadline.certain) == ("2015-04-01T12:00:00+01:00", False)
    assert deadline.at == datetime(2015, 4, 1, 10, 0, tzinfo=UTC)


def test_an_old_notice_gives_its_lots_and_value() -> None:
    notice = read(full(LEGACY, objet=None, nomacheteur=None, type_marche=None))
    assert (notice.title, notice.buyer) == ("Dragage du bassin", "Port autonome")
    assert notice.cpv == ("45252124", "90522000")
    assert notice.estimate == Money(30_000_000)
    assert [(lot.number, lot.title, lot.estimate) for lot in notice.lots] == [
        ("A", "Bassin nord", Money(100_010))
    ]


def test_six_fields_are_enough_and_their_deadline_is_doubted() -> None:
    notice = read(SIX_FIELDS)
    assert notice.title == "Étude d’un sentier"
    assert notice.kind is NoticeKind.CALL
    assert notice.departments == ()
    assert notice.deadline is not None
    assert notice.deadline.at == datetime(2019, 7, 1, 9, 0, tzinfo=UTC)
    assert notice.deadline.text == "2019-07-01T11:00:00+00:00"
    assert notice.deadline.zone == "Europe/Paris"
    assert not notice.deadline.certain


def test_trees_may_come_unfolded_broken_or_not_at_all() -> None:
    assert read(full(FNSIMPLE) | {"donnees": FNSIMPLE}) == read(full(FNSIMPLE))
    for nothing in (None, "", "{", "[" * 100_000, "[]", 3, [["x"]]):
        notice = read(GOOD["fnsimple"] | {"donnees": nothing, "gestion": nothing})
        assert notice.cpv == ()
        assert notice.deadline is None


def test_without_its_body_a_notice_is_dated_as_its_other_fields_say() -> None:
    deadline = read(GOOD["fnsimple"] | {"donnees": None}).deadline
    assert deadline is not None
    assert deadline.certain
    old = read(GOOD["legacy"] | {"donnees": None}).deadline
    assert old is not None
    assert not old.certain


def test_a_title_that_is_cut_is_taken_whole_from_the_body() -> None:
    notice = read(full(MAPA, objet="Maîtrise d'?uvre du réser..."))
    assert notice.title == "Maîtrise d'œuvre du réservoir de la Morne-Vert"
    assert notice.description == ""


def test_a_title_without_its_whole_shows_that_it_is_cut() -> None:
    assert (
        read(SIX_FIELDS | {"objet": "Création de réseaux d&apos".rjust(200, "x")}).title[-2:]
        == "d…"
    )
    assert len(read(SIX_FIELDS | {"objet": "x" * 10**6}).title) == MAX_TITLE


@pytest.mark.parametrize(
    ("nature", "etat", "kind"),
    [
        ("APPEL_OFFRE", "INITIAL", NoticeKind.CALL),
        ("APPEL_OFFRE", "RECTIFICATIF", NoticeKind.CORRECTION),
        ("APPEL_OFFRE", "ANNULATION", NoticeKind.CANCELLATION),
        ("RECTIFICATIF", "INITIAL", NoticeKind.CORRECTION),
        ("ANNULATION", None, NoticeKind.CANCELLATION),
        ("ATTRIBUTION", "INITIAL", NoticeKind.AWARD),
        ("ATTRIBUTION", "RECTIFICATIF", NoticeKind.AWARD),
        ("ATTRIBUTION", "ANNULATION", NoticeKind.CANCELLATION),
        ("PRE-INFORMATION", "INITIAL", NoticeKind.OTHER),
    ],
)
def test_nature_and_state_tell_the_kind(nature: object, etat: object, kind: NoticeKind) -> None:
    assert read(full(FNSIMPLE, nature=nature, etat=etat)).kind is kind


@pytest.mark.parametrize(
    ("famille", "perimetre", "concession"),
    [
        ("DSP", "DSP", True),
        ("JOUE", "DIRECTIVE-23", True),
        ("JOUE", "DIRECTIVE-24", False),
        (None, None, False),
    ],
)
def test_european_concessions_are_concessions_too(
    famille: object, perimetre: object, concession: bool
) -> None:
    record = SIX_FIELDS | {"famille": famille, "perimetre": perimetre}
    assert read(record).concession is concession


def test_departments_are_normalised_with_the_place_of_performance_first() -> None:
    record = full(FNSIMPLE, code_departement=["2", "20A", "44", "?"])
    assert read(record | {"code_departement_prestation": "44"}).departments == ("44", "02", "2A")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://exemple.fr/?a=1&amp;b=2", "https://exemple.fr/?a=1&b=2"),
        ("http://exemple.fr", "http://exemple.fr"),
        ("javascript:alert(1)", None),
        ("//exemple.fr", None),
        ("https://", None),
        ("https://[::1", None),
        ("https://exemple.fr/\x00", None),
        ("https://exemple.fr/a b", None),
        pytest.param("https://exemple.fr/" + "a" * 3000, None, id="endless"),
        (None, None),
        (["https://exemple.fr"], None),
    ],
)
def test_only_addresses_of_the_web_are_kept(written: object, kept: str | None) -> None:
    assert read(SIX_FIELDS | {"url_avis": written}).url == kept


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("0", None),
        ("0.00", None),
        ("-5", None),
        ("1e5", None),
        ("NaN", None),
        ("1,234", None),
        ("9" * 15, None),
        ("", None),
        ("0.29", 29),
        ("1 234,5", 123_450),
        ("0.005", 1),
        ("9999999999999.99", 999_999_999_999_999),
    ],
)
def test_an_estimate_is_exact_cents_or_none(written: str, cents: int | None) -> None:
    donnees = copy.deepcopy(FNSIMPLE)
    value = {"@devise": "EUR", "valeur": written}
    donnees["FNSimple"]["initial"]["natureMarche"]["valeurEstimee"] = value  # type: ignore[index]
    assert read(full(donnees)).estimate == (Money(cents) if cents else None)


def national_body(name: str, dialect: str, **changes: object) -> Json:
    """A good record whose notice says more."""
    donnees = copy.deepcopy({"fnsimple": FNSIMPLE, "mapa": MAPA, "dsp": DSP}[name])
    donnees[dialect]["initial"].update(changes)  # type: ignore[index]
    return full(donnees)


def test_a_simplified_notice_says_where_its_documents_are_and_how_long_it_lasts() -> None:
    market = FNSIMPLE["FNSimple"]["initial"]["natureMarche"]  # type: ignore[index]
    record = national_body(
        "fnsimple",
        "FNSimple",
        communication={
            "urlDocConsul": "https://exemple.fr/dce?a=1&amp;b=2",
            "urlProfilAch": "https://exemple.fr",
        },
        natureMarche=market | {"dureeMois": "7", "reservationMarche": {"non": ""}},
        procedure={
            "dateReceptionCandidatures": "2026-02-02T12:00:00",
            "dateReceptionOffres": "2026-02-16T12:00:00",
        },
    )
    notice = read(record)
    assert notice.documents == ("https://exemple.fr/dce?a=1&b=2",)
    assert (notice.duration_months, notice.reserved) == (7, ())
    assert notice.application_deadline is not None
    assert notice.bid_deadline is not None
    assert notice.application_deadline.at == datetime(2026, 2, 2, 11, tzinfo=UTC)
    assert notice.bid_deadline.at == datetime(2026, 2, 16, 11, tzinfo=UTC)
    assert notice.deadline == notice.application_deadline


def test_the_buyers_platform_stands_for_documents_without_an_address() -> None:
    record = national_body(
        "fnsimple", "FNSimple", communication={"urlProfilAch": "https://profil.exemple.fr"}
    )
    assert read(record).documents == ("https://profil.exemple.fr",)


@pytest.mark.parametrize(
    ("box", "reserved"),
    [
        ({"non": ""}, ()),
        ({"oui": ""}, (Reservation.SHELTERED,)),
        ({"oui": {"ateliersProteges": ""}}, (Reservation.SHELTERED,)),
        ({"oui": {"economieSociale": ""}}, (Reservation.SOCIAL_ECONOMY,)),
        ({"oui": "Structures de l'ESS"}, (Reservation.SOCIAL_ECONOMY,)),
        ("", ()),
    ],
)
def test_a_reservation_is_read_from_its_box(box: object, reserved: tuple[Reservation, ...]) -> None:
    market = FNSIMPLE["FNSimple"]["initial"]["natureMarche"]  # type: ignore[index]
    record = national_body("fnsimple", "FNSimple", natureMarche=market | {"reservationMarche": box})
    assert read(record).reserved == reserved


def test_an_adapted_notice_weighs_its_criteria() -> None:
    record = national_body(
        "mapa",
        "MAPA",
        criteres={
            "criterePondere": [
                {"criterePCT": "70", "critere": "PRIX DES PRESTATIONS"},
                {"criterePCT": "30", "critere": "Valeur technique"},
                {"critere": "Coût du cycle de vie"},
                {"critere": "Proximité"},
            ]
        },
        duree={"nbJours": "90"},
        adressesComplt={"document": {"coord": {"url": "https://exemple.fr/dce"}}},
    )
    notice = read(record)
    assert notice.criteria == (
        Criterion(CriterionKind.PRICE, "PRIX DES PRESTATIONS", "70", "percent"),
        Criterion(CriterionKind.QUALITY, "Valeur technique", "30", "percent"),
        Criterion(CriterionKind.COST, "Coût du cycle de vie"),
        Criterion(CriterionKind.OTHER, "Proximité"),
    )
    assert notice.duration_months == 3
    assert notice.documents == ("https://exemple.fr/dce",)


def test_a_delegation_says_what_its_single_lot_says() -> None:
    contract = DSP["DSP"]["initial"]["descriptionMarche"]  # type: ignore[index]
    lot = {
        "lieuCodeNUTS": {"codeNUTS": ["FRK28", "FRK28", "74000"]},
        "dureeLot": {"nbMois": "72"},
        "criteres": {"criterePondere": {"criterePCT": "100", "critere": "Qualité"}},
    }
    record = national_body(
        "dsp",
        "DSP",
        descriptionMarche=contract | {"lot": lot},
        communication={"documentMarche": {"urlDocument": "https://exemple.fr/dsp"}},
        situation={"marcheReserve": {"marcheReserveOUI": ""}},
    )
    notice = read(record | {"code_departement": None, "gestion": None})
    assert notice.nuts == ("FRK28",)
    assert notice.departments == ("74",)
    assert notice.duration_months == 72
    assert notice.criteria == (Criterion(CriterionKind.QUALITY, "Qualité", "100", "percent"),)
    assert notice.documents == ("https://exemple.fr/dsp",)
    assert notice.reserved == (Reservation.SHELTERED,)
    assert notice.application_deadline == notice.deadline
    assert notice.bid_deadline is None


def test_a_legacy_notice_says_its_criteria_its_duration_and_for_whom() -> None:
    legacy = copy.deepcopy(LEGACY)
    legacy["OBJET"] |= {"DUREE_DELAI": {"DUREE_MOIS": "48"}, "MARCHE_RESERVE_OUI": ""}  # type: ignore[operator]
    legacy["IDENTITE"] |= {"URL_PROFIL_ACHETEUR": "https://profil.exemple.fr"}  # type: ignore[operator]
    legacy["PROCEDURE"] = {
        "CRITERES_ATTRIBUTION": {
            "CRITERES_PONDERES": {
                "CRITERE": [
                    {"@POIDS": "60", "#text": "Valeur technique"},
                    {"@POIDS": "40", "#text": "Prix"},
                ]
            }
        }
    }
    notice = read(full(legacy, source_schema="Boamp_v230.xsd"))
    assert notice.criteria == (
        Criterion(CriterionKind.QUALITY, "Valeur technique", "60"),
        Criterion(CriterionKind.PRICE, "Prix", "40"),
    )
    assert (notice.duration_months, notice.reserved) == (48, (Reservation.SHELTERED,))
    assert notice.documents == ("https://profil.exemple.fr",)
    assert notice.application_deadline is not None
    assert notice.bid_deadline is not None
    assert notice.application_deadline.at < notice.bid_deadline.at
    ranked = {"CRITERE": [{"@ORDRE": "1", "#text": "Prix"}, {"@ORDRE": "2", "#text": "Délai"}]}
    legacy["PROCEDURE"] = {"CRITERES_ATTRIBUTION": {"CRITERES_PRIORITES": ranked}}
    assert read(full(legacy)).criteria == (
        Criterion(CriterionKind.PRICE, "Prix", "1", "rank"),
        Criterion(CriterionKind.QUALITY, "Délai", "2", "rank"),
    )


def test_the_winners_that_the_bulletin_lists_are_awards() -> None:
    record = GOOD["fnsimple"] | {"nature": "ATTRIBUTION", "titulaire": ["Orgues SA", "", None]}
    assert read(record).awards == (Award("Orgues SA"),)
