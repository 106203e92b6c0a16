"""What a European notice becomes: every trap of the forms, in documents of our own."""

from datetime import UTC, date, datetime

import pytest

from app.kernel.money import Money
from app.watch.domain import (
    Award,
    Criterion,
    CriterionKind,
    Nature,
    Notice,
    NoticeKind,
    Reservation,
    UnreadableItem,
)
from app.watch.sources.ted import read
from tests.watch.eforms_samples import (
    BUYER,
    EU,
    FOLDER,
    PLATFORM,
    UBL,
    UUID,
    amount,
    changed,
    contract,
    criterion,
    duration,
    extended,
    lot,
    notice,
    organisation,
    party,
    period,
    place,
    project,
    result,
    tender,
    terms,
)


def test_a_call_gives_all_it_says() -> None:
    call = read(
        notice(
            lot(
                "LOT-0001",
                terms(criterion("price", "Prix", "60", "number-weight/per-exa")),
                periods=period("bid", "2025-11-03+01:00"),
                about=project("Grandes orgues", duration("24", "MONTH"), place("FRG01")),
            ),
            about=project("Entretien des orgues", amount("125000.50"), place("FRG0")),
        )
    )
    assert call.source_id == "537513-2025"
    assert call.url == "https://ted.europa.eu/fr/notice/-/detail/537513-2025"
    assert call.title == "Entretien des orgues"
    assert (call.buyer, call.buyer_siret) == ("Ville de Saint-Aubin", "21234567800019")
    assert call.published_on == date(2025, 8, 18)
    assert (call.kind, call.nature) == (NoticeKind.CALL, Nature.SERVICES)
    assert call.procedure_id == FOLDER
    assert call.procedure == "Procédure Ouverte"
    assert call.estimate == Money(12_500_050)
    assert call.cpv == ("50860000",)
    assert call.nuts == ("FRG0",)
    assert call.departments == ("44", "49", "53", "72", "85")
    assert call.duration_months == 24
    assert call.criteria == (Criterion(CriterionKind.PRICE, "Prix", "60", "percent"),)
    assert [one.number for one in call.lots] == ["LOT-0001"]
    assert (call.lots[0].nuts, call.lots[0].criteria) == (("FRG01",), ())


def test_an_unpublished_notice_bears_its_identifier_and_version() -> None:
    draft = read(notice(published=""))
    assert draft.source_id == f"{UUID}-01"
    assert (draft.published_on, draft.url) == (date(2025, 8, 14), None)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("00537513-2025", "537513-2025"),
        ("537513-2025", "537513-2025"),
        (" 0000001-2024 ", "1-2024"),
    ],
)
def test_a_publication_number_is_one_however_it_is_padded(written: str, known: str) -> None:
    assert read(notice(published=written)).source_id == known


def test_prefixes_are_the_documents_own_affair() -> None:
    usual = notice(lot("LOT-0001", periods=period("bid", "2025-11-03+01:00")))
    odd = usual.replace("cbc:", "ns3:").replace("xmlns:cbc", "xmlns:ns3")
    odd = odd.replace("<ContractNotice xmlns=", "<q:ContractNotice xmlns:q=")
    odd = odd.replace("</ContractNotice>", "</q:ContractNotice>")
    assert read(odd) == read(usual)


def test_names_of_a_strangers_namespace_are_none_of_ours() -> None:
    stranger = notice().replace(f'xmlns:cbc="{UBL}', 'xmlns:cbc="urn:example:')
    with pytest.raises(UnreadableItem, match="identifiant"):
        read(stranger.replace("efbc:NoticePublicationID", "efbc:Nothing"))


@pytest.mark.parametrize(
    ("kind", "root", "extension", "becomes"),
    [
        (("competition", "cn-social"), "ContractNotice", "", NoticeKind.CALL),
        (("competition", "pin-cfc-standard"), "PriorInformationNotice", "", NoticeKind.CALL),
        (("competition", "qu-sy"), "ContractNotice", "", NoticeKind.CALL),
        (("competition", "a-national-one"), "ContractNotice", "", NoticeKind.CALL),
        (("planning", "pin-only"), "PriorInformationNotice", "", NoticeKind.OTHER),
        (("consultation", "pmc"), "PriorInformationNotice", "", NoticeKind.OTHER),
        (("result", "can-standard"), "ContractAwardNotice", "", NoticeKind.AWARD),
        (("dir-awa-pre", "veat"), "ContractAwardNotice", "", NoticeKind.AWARD),
        (("cont-modif", "can-modif"), "ContractAwardNotice", "", NoticeKind.OTHER),
        (("", "cn-standard"), "ContractNotice", "", NoticeKind.CALL),
        (("", "can-modif"), "ContractAwardNotice", "", NoticeKind.OTHER),
        (("competition", "cn-standard"), "ContractNotice", changed("1-2025"), "correction"),
        (("result", "can-standard"), "ContractAwardNotice", changed("1-2025"), "award"),
        (
            ("competition", "cn-standard"),
            "ContractNotice",
            changed("1-2025", reason="cancel"),
            NoticeKind.CANCELLATION,
        ),
        (
            ("result", "can-standard"),
            "ContractAwardNotice",
            changed("1-2025", reason="cancel"),
            NoticeKind.CANCELLATION,
        ),
    ],
)
def test_the_form_and_its_changes_tell_what_a_notice_is(
    kind: tuple[str, str], root: str, extension: str, becomes: str
) -> None:
    assert read(notice(kind=kind, root=root, extension=extension)).kind == becomes


def test_a_change_follows_what_it_changes_however_it_is_named() -> None:
    other = "1d192942-a4a3-4833-8775-ca38f7ec09ca-02"
    announced = (
        "<cac:NoticeDocumentReference><cbc:ID>00012345-2024</cbc:ID></cac:NoticeDocumentReference>"
    )
    change = read(
        notice(
            lot(periods=announced),
            extension=changed("00711911-2025", other.upper(), "sans numéro", "537513-2025"),
        )
    )
    assert change.follows == ("711911-2025", other, "12345-2024")


def test_the_buyer_is_the_one_named_and_not_the_first_listed() -> None:
    assert read(notice(buyer="ORG-0000")).buyer == "La Plateforme"
    assert read(notice(buyer="ORG-0009")).buyer == ""
    service = organisation("ORG-0003", "Région", "1 2", touchpoint="TPO-0001")
    through = read(notice(organisations=PLATFORM + service, buyer="TPO-0001"))
    assert (through.buyer, through.buyer_siret) == ("Région", None)


def test_french_comes_first_then_english_then_what_there_is() -> None:
    said = '<cbc:Name languageID="DEU">Orgel</cbc:Name><cbc:Name languageID="ENG">Organ</cbc:Name>'
    french = '<cbc:Name languageID="FRA">Orgue</cbc:Name>'
    told = project().replace('<cbc:Name languageID="FRA">Entretien des orgues</cbc:Name>', "{}")
    assert read(notice(about=told.replace("{}", said + french))).title == "Orgue"
    assert read(notice(about=told.replace("{}", said))).title == "Organ"
    german = '<cbc:Name languageID="DEU">Orgel</cbc:Name>'
    assert read(notice(about=told.replace("{}", german))).title == "Orgel"


def deadlines(call: Notice) -> tuple[str | None, str | None, str | None]:
    application, bid, first = call.application_deadline, call.bid_deadline, call.deadline
    return (
        application.at.isoformat() if application else None,
        bid.at.isoformat() if bid else None,
        first.at.isoformat() if first else None,
    )


def test_applications_and_bids_end_apart_and_the_first_of_them_counts() -> None:
    call = read(
        notice(
            lot(
                periods=period("bid", "2025-12-01+01:00")
                + period("application", "2025-11-03+01:00")
            )
        )
    )
    applications, bids = "2025-11-03T11:00:00+00:00", "2025-12-01T11:00:00+00:00"
    assert deadlines(call) == (applications, bids, applications)
    interest = read(notice(lot(periods=period("interest", "2025-11-03+01:00"))))
    assert deadlines(interest) == (applications, None, applications)


def test_a_notice_without_any_deadline_has_none() -> None:
    assert deadlines(read(notice(lot()))) == (None, None, None)


def test_2099_holds_the_place_of_a_deadline() -> None:
    placeholder = lot(periods=period("bid", "2099-01-01Z", "23:59:00Z"))
    real = lot("LOT-0002", periods=period("bid", "2025-12-01+01:00"))
    assert deadlines(read(notice(placeholder))) == (None, None, None)
    assert read(notice(placeholder, real)).deadline is not None


def test_the_stated_offset_counts_even_out_of_season() -> None:
    winter = read(notice(lot(periods=period("bid", "2024-02-28+02:00", "12:00:00+02:00"))))
    assert winter.deadline is not None
    assert winter.deadline.at == datetime(2024, 2, 28, 10, tzinfo=UTC)
    assert (winter.deadline.certain, winter.deadline.zone) == (True, "Europe/Paris")
    assert winter.deadline.text == "2024-02-28+02:00 12:00:00+02:00"


def test_a_day_without_an_hour_is_not_certain() -> None:
    call = read(notice(lot(periods=period("bid", "2025-11-03+01:00", ""))))
    assert call.deadline is not None
    assert not call.deadline.certain


@pytest.mark.parametrize(
    ("postcode", "country", "zone"),
    [
        ("97400", "FRA", "Indian/Reunion"),
        ("13405", "DEU", "Europe/Berlin"),
        ("FI-00100", "FIN", "Europe/Helsinki"),
        ("44000", "", "Europe/Paris"),
    ],
)
def test_a_deadline_is_on_the_buyers_clock(postcode: str, country: str, zone: str) -> None:
    home = organisation("ORG-0001", "Acheteur", postcode=postcode, country=country, nuts="")
    call = read(notice(lot(periods=period("bid", "2025-11-03+01:00")), organisations=home))
    assert call.deadline is not None
    assert call.deadline.zone == zone


def test_a_lot_with_a_deadline_of_its_own_keeps_it() -> None:
    early, late = period("bid", "2025-11-03+01:00"), period("bid", "2025-11-20+01:00")
    call = read(notice(lot("LOT-0001", periods=early), lot("LOT-0002", periods=late)))
    assert call.deadline is not None
    assert call.deadline.at.day == 3
    first, second = call.lots
    assert first.deadline is None
    assert second.deadline is not None
    assert second.deadline.at.day == 20


def test_parts_and_groups_are_no_lots() -> None:
    call = read(
        notice(lot("LOT-0001"), lot("GLO-0001", scheme="LotsGroup"), lot("PAR-0001", scheme="Part"))
    )
    assert [one.number for one in call.lots] == ["LOT-0001"]


def test_lots_that_share_a_number_are_told_apart_with_their_own_deadlines() -> None:
    early, late = period("bid", "2025-11-03+01:00"), period("bid", "2025-11-20+01:00")
    call = read(notice(lot("LOT-1", periods=early), lot("LOT-1", periods=late)))
    assert [(one.number, bool(one.deadline)) for one in call.lots] == [
        ("LOT-1", False),
        ("LOT-1 (2)", True),
    ]


def test_criteria_keep_their_weights_whatever_they_sum_to() -> None:
    call = read(
        notice(
            lot(
                "LOT-0001",
                terms(
                    criterion("price", "", "70.5", "number-weight/per-exa"),
                    criterion("quality", "Valeur technique", "70", "number-weight/poi-mid"),
                    criterion("cost", "Cycle de vie", "1", "number-weight/ord-imp"),
                    criterion("quality", "", "", "", "Délai annoncé"),
                    criterion("quality", "Plafond", "900", "number-threshold/max-pass"),
                    criterion("", "Autre chose", "3", "number-weight/unheard"),
                    "<cac:SubordinateAwardingCriterion/>",
                ),
            )
        )
    )
    assert call.criteria == (
        Criterion(CriterionKind.PRICE, "Prix", "70.5", "percent"),
        Criterion(CriterionKind.QUALITY, "Valeur technique", "70", "points"),
        Criterion(CriterionKind.COST, "Cycle de vie", "1", "rank"),
        Criterion(CriterionKind.QUALITY, "Délai annoncé"),
        Criterion(CriterionKind.QUALITY, "Plafond"),
        Criterion(CriterionKind.OTHER, "Autre chose", "3"),
    )


def test_what_lots_say_apart_stays_theirs() -> None:
    price, quality = criterion("price", "Prix"), criterion("quality", "Qualité")
    call = read(notice(lot("LOT-0001", terms(price)), lot("LOT-0002", terms(quality))))
    assert call.criteria == ()
    assert [one.criteria[0].name for one in call.lots] == ["Prix", "Qualité"]


def test_a_reservation_is_for_sheltered_work_or_the_social_economy() -> None:
    call = read(
        notice(
            lot("LOT-0001", terms(reserved=["res-ws"])),
            lot("LOT-0002", terms(reserved=["none", "res-pub-ser"])),
            lot("LOT-0003", terms(reserved=["none"])),
        )
    )
    assert call.reserved == ()
    assert [one.reserved for one in call.lots] == [
        (Reservation.SHELTERED,),
        (Reservation.SOCIAL_ECONOMY,),
        (),
    ]
    whole = read(notice(lot("LOT-0001", terms(reserved=["res-ws"]))))
    assert whole.reserved == (Reservation.SHELTERED,)


@pytest.mark.parametrize(
    ("value", "unit", "months"),
    [
        ("48", "MONTH", 48),
        ("4", "YEAR", 48),
        ("90", "DAY", 3),
        ("1826", "CALENDAR_DAY", 60),
        ("10", "DAY", 1),
        ("6", "WEEK", 1),
        ("1", "SEC", None),
        ("0", "MONTH", None),
        ("99999", "MONTH", None),
        ("beaucoup", "MONTH", None),
        ("nan", "MONTH", None),
    ],
)
def test_durations_are_in_months(value: str, unit: str, months: int | None) -> None:
    call = read(notice(lot(about=project("Lot", duration(value, unit)))))
    assert call.duration_months == months


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2025-02-01+01:00", "2028-01-31+01:00", 36),
        ("2024-01-01Z", "2024-12-31Z", 12),
        ("2024-12-31Z", "2024-01-01Z", None),
        ("2024-12-31Z", "jamais", None),
    ],
)
def test_days_make_a_duration_too(first: str, last: str, months: int | None) -> None:
    days = f"<cbc:StartDate>{first}</cbc:StartDate><cbc:EndDate>{last}</cbc:EndDate>"
    about = project("Lot", f"<cac:PlannedPeriod>{days}</cac:PlannedPeriod>")
    assert read(notice(lot(about=about))).duration_months == months


def test_documents_are_addresses_of_the_web_once_each() -> None:
    addresses = [
        "https://exemple.fr/dce?a=1&amp;b=2",
        "https://exemple.fr/dce?a=1&amp;b=2",
        "javascript:alert(1)",
        "exemple.fr",
    ]
    call = read(notice(lot("LOT-0001", terms(documents=addresses))))
    assert call.documents == ("https://exemple.fr/dce?a=1&b=2",)


@pytest.mark.parametrize(
    ("nuts", "departments"),
    [
        ("FRG01", ("44",)),
        ("FRK2", ("01", "07", "26", "38", "42", "69", "73", "74")),
        ("FRY40", ("974",)),
        ("FR", ("44",)),
        ("DE21H", ()),
        ("FRZZZ", ()),
    ],
)
def test_places_give_departments(nuts: str, departments: tuple[str, ...]) -> None:
    call = read(notice(about=project("Orgues", place(nuts))))
    assert call.nuts == (nuts,)
    assert call.departments == departments


def test_without_a_place_the_buyers_own_is_taken() -> None:
    assert read(notice()).departments == ("44",)
    corsican = organisation("ORG-0001", "Commune", postcode="20200", nuts="")
    assert read(notice(organisations=corsican)).departments == ("2B",)
    abroad = organisation("ORG-0001", "Stadt", postcode="44000", nuts="", country="DEU")
    assert read(notice(organisations=abroad)).departments == ()


@pytest.mark.parametrize(
    ("basis", "subtype", "concession"),
    [
        ("32014L0023", "16", True),
        ("32014L0024", "19", True),
        ("other", "32", True),
        ("32014L0024", "16", False),
        ("32014L0025", "E3", False),
    ],
)
def test_the_legal_basis_or_the_form_makes_a_concession(
    basis: str, subtype: str, concession: bool
) -> None:
    form = f"<efac:NoticeSubType><cbc:SubTypeCode>{subtype}</cbc:SubTypeCode></efac:NoticeSubType>"
    assert read(notice(basis=basis, extension=form)).concession is concession


def test_an_amount_of_zero_is_not_disclosed() -> None:
    assert read(notice(about=project("Orgues", amount("0")))).estimate is None
    assert read(notice(about=project("Orgues", amount("12", "SEK")))).estimate == Money(1200, "SEK")


def test_a_procedure_without_a_french_name_keeps_its_code() -> None:
    coded = "<cbc:ProcedureCode>exp-nouveau</cbc:ProcedureCode>"
    assert read(notice(process=coded)).procedure == "exp-nouveau"
    assert read(notice(process="")).procedure is None


def test_a_direct_award_names_the_contract_that_it_continues() -> None:
    why = (
        '<cac:ProcessJustification><cbc:ProcessReasonCode listName="{}">existing'
        "</cbc:ProcessReasonCode><cbc:Description>Marché 2021-044</cbc:Description>"
        "</cac:ProcessJustification>"
    )
    assert read(notice(process=why.format("direct-award-justification"))).renews == (
        "Marché 2021-044"
    )
    assert read(notice(process=why.format("accelerated-procedure"))).renews is None


FIRMS = (
    organisation("ORG-0010", "Manufacture d’orgues", "333 444 555 00017")
    + organisation("ORG-0011", "Facteur associé", "FR 12")
    + organisation("ORG-0012", "Perdant SA", "999 888 777 00018")
)


def awarded(*parts: str) -> tuple[Award, ...]:
    found = read(
        notice(
            lot("LOT-0001"),
            root="ContractAwardNotice",
            kind=("result", "can-standard"),
            extension=f"<efac:NoticeResult>{''.join(parts)}</efac:NoticeResult>",
            organisations=BUYER + FIRMS,
        )
    )
    assert found.kind is NoticeKind.AWARD
    return found.awards


def test_a_winner_is_found_through_the_tender_and_its_party() -> None:
    assert awarded(
        result("LOT-0001", "TEN-0001", "TEN-0002", contracts=["CON-1"]),
        tender("TEN-0001", "TPA-0001", "99000.10"),
        tender("TEN-0002", "TPA-0002", "120000"),
        party("TPA-0001", "ORG-0010"),
        party("TPA-0002", "ORG-0012"),
        contract("CON-1", "TEN-0001", "2025-07-01+02:00"),
    ) == (
        Award(
            "Manufacture d’orgues",
            "LOT-0001",
            "33344455500017",
            Money(9_900_010),
            date(2025, 7, 1),
        ),
    )


def test_a_group_is_one_winner_its_leader_first() -> None:
    (award,) = awarded(
        result("LOT-0001", "TEN-0001"),
        tender("TEN-0001", "TPA-0001", "0"),
        party("TPA-0001", "ORG-0011", "ORG-0010*"),
    )
    assert award.winner == "Manufacture d’orgues, Facteur associé"
    assert (award.winner_siret, award.amount) == ("33344455500017", None)
    assert award.concluded_on is None


def test_without_contracts_the_first_ranked_has_won() -> None:
    found = awarded(
        result("LOT-0001", "TEN-0001", "TEN-0002"),
        tender("TEN-0001", "TPA-0002", "1", rank="2"),
        tender("TEN-0002", "TPA-0001", "2", rank="1"),
        party("TPA-0001", "ORG-0010"),
        party("TPA-0002", "ORG-0012"),
    )
    assert [one.winner for one in found] == ["Manufacture d’orgues"]


@pytest.mark.parametrize(
    "parts",
    [
        (result("LOT-0001", status="clos-nw"),),
        (result("LOT-0001", "TEN-0001", status="open-nw"), tender("TEN-0001", "TPA-0001")),
        (result("LOT-0001", "TEN-0404"),),
        (result("LOT-0001", "TEN-0001"), tender("TEN-0001", "TPA-0404")),
        (
            result("LOT-0001", "TEN-0001"),
            tender("TEN-0001", "TPA-0001"),
            party("TPA-0001", "ORG-0404"),
        ),
    ],
)
def test_a_lot_without_a_known_winner_has_no_award(parts: tuple[str, ...]) -> None:
    assert awarded(*parts) == ()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (notice().replace("Entretien des orgues", "…"), "objet"),
        (notice().replace("2025-08-1", "2025-18-1"), "date de parution"),
        (notice(published="néant").replace(UUID, "néant"), "identifiant"),
        (notice()[:2000], "incomplet"),
        ("<TED_EXPORT/>", "avant les eForms"),
        ("<rss/>", "identifiant"),
        ("", "incomplet"),
        (None, "document XML"),
    ],
)
def test_what_cannot_be_named_dated_or_titled_is_set_aside(document: object, reason: str) -> None:
    with pytest.raises(UnreadableItem, match=reason):
        read(document)


def test_the_title_of_a_lone_lot_stands_for_a_missing_one() -> None:
    untitled = project().replace("Entretien des orgues", "")
    assert read(notice(lot(), about=untitled)).title == "Orgue de chœur"


def test_extensions_may_be_several() -> None:
    more = extended("<efac:Whatever/>")
    call = notice().replace("<cbc:ID schemeName", more + "<cbc:ID schemeName", 1)
    assert EU in call
    assert read(call).source_id == "537513-2025"
