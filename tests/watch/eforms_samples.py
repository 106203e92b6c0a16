"""Invented eForms notices, put together from parts: nobody's data, every trap."""

from collections.abc import Iterable

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
EU = "http://data.europa.eu/p27/eforms-ubl-extension"
NAMESPACES = (
    f'xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2"'
    f' xmlns:ext="{UBL}CommonExtensionComponents-2" xmlns:efext="{EU}s/1"'
    f' xmlns:efac="{EU}-aggregate-components/1" xmlns:efbc="{EU}-basic-components/1"'
)
UUID = "0f0e0d0c-1111-4222-8333-444455556666"
FOLDER = "aaaaaaaa-1111-4222-8333-444455556666"


def extended(*parts: str) -> str:
    """What stands in an extension of eForms."""
    inner = "".join(parts)
    return (
        "<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>"
        f"{inner}</efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension>"
        "</ext:UBLExtensions>"
    )


def organisation(number: str, name: str, company: str = "", **address: str) -> str:
    """A company; ``address`` may have ``postcode``, ``nuts``, ``country`` and a ``touchpoint``."""
    touch = address.get("touchpoint", "")
    point = (
        f"<efac:TouchPoint><cac:PartyIdentification><cbc:ID>{touch}</cbc:ID>"
        "</cac:PartyIdentification></efac:TouchPoint>"
        if touch
        else ""
    )
    return f"""<efac:Organization><efac:Company>
      <cac:PartyIdentification><cbc:ID schemeName="organization">{number}</cbc:ID>
      </cac:PartyIdentification>
      <cac:PartyName><cbc:Name languageID="FRA">{name}</cbc:Name></cac:PartyName>
      <cac:PostalAddress><cbc:PostalZone>{address.get("postcode", "44000")}</cbc:PostalZone>
      <cbc:CountrySubentityCode>{address.get("nuts", "FRG01")}</cbc:CountrySubentityCode>
      <cac:Country><cbc:IdentificationCode>{address.get("country", "FRA")}</cbc:IdentificationCode>
      </cac:Country></cac:PostalAddress>
      <cac:PartyLegalEntity><cbc:CompanyID>{company}</cbc:CompanyID></cac:PartyLegalEntity>
    </efac:Company>{point}</efac:Organization>"""


PLATFORM = organisation("ORG-0000", "La Plateforme", "111 222 333 00011", postcode="75001")
BUYER = organisation("ORG-0001", "Ville de Saint-Aubin", "212 345 678 00019")


def project(name: str = "Entretien des orgues", *parts: str, cpv: str = "50860000") -> str:
    """What is bought, of the whole or of a lot."""
    return f"""<cac:ProcurementProject>
      <cbc:Name languageID="FRA">{name}</cbc:Name>
      <cbc:Description languageID="FRA">Deux visites par an.</cbc:Description>
      <cbc:ProcurementTypeCode listName="contract-nature">services</cbc:ProcurementTypeCode>
      {"".join(parts)}
      <cac:MainCommodityClassification><cbc:ItemClassificationCode listName="cpv">{cpv}
      </cbc:ItemClassificationCode></cac:MainCommodityClassification>
    </cac:ProcurementProject>"""


def place(nuts: str) -> str:
    return (
        f"<cac:RealizedLocation><cac:Address><cbc:CountrySubentityCode>{nuts}"
        "</cbc:CountrySubentityCode></cac:Address></cac:RealizedLocation>"
    )


def amount(value: str, currency: str = "EUR") -> str:
    return (
        "<cac:RequestedTenderTotal><cbc:EstimatedOverallContractAmount"
        f' currencyID="{currency}">{value}</cbc:EstimatedOverallContractAmount>'
        "</cac:RequestedTenderTotal>"
    )


def duration(value: str, unit: str) -> str:
    measure = f'<cbc:DurationMeasure unitCode="{unit}">{value}</cbc:DurationMeasure>'
    return f"<cac:PlannedPeriod>{measure}</cac:PlannedPeriod>"


def period(kind: str, day: str, time: str = "12:00:00+01:00") -> str:
    """``bid``, ``application`` or ``interest``."""
    ends = f"<cbc:EndDate>{day}</cbc:EndDate>"
    ends += f"<cbc:EndTime>{time}</cbc:EndTime>" if time else ""
    if kind == "interest":
        tag = "efac:InterestExpressionReceptionPeriod"
        return extended(f"<{tag}>{ends}</{tag}>")
    tag = {
        "bid": "cac:TenderSubmissionDeadlinePeriod",
        "application": "cac:ParticipationRequestReceptionPeriod",
    }[kind]
    return f"<{tag}>{ends}</{tag}>"


def criterion(kind: str, name: str = "", weight: str = "", code: str = "", says: str = "") -> str:
    """An award criterion; ``code`` is its weight's, after the list's name and a slash."""
    names, _, unit = code.partition("/")
    parameter = (
        "<efac:AwardCriterionParameter>"
        f'<efbc:ParameterCode listName="{names}">{unit}</efbc:ParameterCode>'
        f"<efbc:ParameterNumeric>{weight}</efbc:ParameterNumeric></efac:AwardCriterionParameter>"
    )
    return (
        "<cac:SubordinateAwardingCriterion>"
        + (extended(parameter) if weight else "")
        + f'<cbc:AwardingCriterionTypeCode listName="award-criterion-type">{kind}'
        "</cbc:AwardingCriterionTypeCode>"
        + (f'<cbc:Name languageID="FRA">{name}</cbc:Name>' if name else "")
        + (f'<cbc:Description languageID="FRA">{says}</cbc:Description>' if says else "")
        + "</cac:SubordinateAwardingCriterion>"
    )


def terms(*criteria: str, reserved: Iterable[str] = (), documents: Iterable[str] = ()) -> str:
    """How a lot is chosen, for whom, and where its documents are."""
    files = "".join(
        "<cac:CallForTendersDocumentReference><cbc:ID>D</cbc:ID><cac:Attachment>"
        f"<cac:ExternalReference><cbc:URI>{one}</cbc:URI></cac:ExternalReference>"
        "</cac:Attachment></cac:CallForTendersDocumentReference>"
        for one in documents
    )
    asked = "".join(
        "<cac:TendererQualificationRequest><cac:SpecificTendererRequirement>"
        f'<cbc:TendererRequirementTypeCode listName="reserved-procurement">{code}'
        "</cbc:TendererRequirementTypeCode></cac:SpecificTendererRequirement>"
        "</cac:TendererQualificationRequest>"
        for code in reserved
    )
    chosen = "".join(criteria)
    return (
        f"<cac:TenderingTerms>{files}{asked}<cac:AwardingTerms><cac:AwardingCriterion>{chosen}"
        "</cac:AwardingCriterion></cac:AwardingTerms></cac:TenderingTerms>"
    )


def lot(
    number: str = "LOT-0001", *parts: str, periods: str = "", about: str = "", scheme: str = "Lot"
) -> str:
    """A lot, its terms in ``parts``."""
    return (
        f'<cac:ProcurementProjectLot><cbc:ID schemeName="{scheme}">{number}</cbc:ID>'
        f"{''.join(parts)}<cac:TenderingProcess>{periods}</cac:TenderingProcess>"
        f"{about or project('Orgue de chœur')}</cac:ProcurementProjectLot>"
    )


def notice(
    *lots: str,
    root: str = "ContractNotice",
    published: str = "00537513-2025",
    kind: tuple[str, str] = ("competition", "cn-standard"),
    extension: str = "",
    about: str = "",
    head: str = "",
    basis: str = "32014L0024",
    process: str = '<cbc:ProcedureCode listName="procurement-procedure-type">open'
    "</cbc:ProcedureCode>",
    organisations: str = PLATFORM + BUYER,
    buyer: str = "ORG-0001",
) -> str:
    """A whole document; by default a call that says little."""
    publication = (
        "<efac:Publication>"
        f'<efbc:NoticePublicationID schemeName="ojs-notice-id">{published}'
        "</efbc:NoticePublicationID><efbc:PublicationDate>2025-08-18+02:00"
        "</efbc:PublicationDate></efac:Publication>"
        if published
        else ""
    )
    known = f"<efac:Organizations>{organisations}</efac:Organizations>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <{root} xmlns="{UBL}{root}-2" {NAMESPACES}>
    {extended(publication, known, extension)}
    <cbc:ID schemeName="notice-id">{UUID}</cbc:ID>
    <cbc:ContractFolderID schemeName="procedure-id">{FOLDER}</cbc:ContractFolderID>
    <cbc:IssueDate>2025-08-14+02:00</cbc:IssueDate><cbc:VersionID>01</cbc:VersionID>
    <cbc:RegulatoryDomain>{basis}</cbc:RegulatoryDomain>
    <cbc:NoticeTypeCode listName="{kind[0]}">{kind[1]}</cbc:NoticeTypeCode>{head}
    <cac:ContractingParty><cac:Party><cac:PartyIdentification><cbc:ID>{buyer}</cbc:ID>
    </cac:PartyIdentification></cac:Party></cac:ContractingParty>
    <cac:TenderingProcess>{process}</cac:TenderingProcess>
    {about or project()}{"".join(lots)}</{root}>"""


def changed(*identifiers: str, reason: str = "cor-buy") -> str:
    """That it changes earlier notices."""
    named = "".join(
        f"<efbc:ChangedNoticeIdentifier>{one}</efbc:ChangedNoticeIdentifier>" for one in identifiers
    )
    return (
        f"<efac:Changes>{named}<efac:ChangeReason><cbc:ReasonCode>{reason}</cbc:ReasonCode>"
        "</efac:ChangeReason></efac:Changes>"
    )


def tender(number: str, party: str, value: str = "", rank: str = "") -> str:
    money = (
        f'<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">{value}'
        "</cbc:PayableAmount></cac:LegalMonetaryTotal>"
        if value
        else ""
    )
    ranked = f"<cbc:RankCode>{rank}</cbc:RankCode>" if rank else ""
    return (
        f"<efac:LotTender><cbc:ID>{number}</cbc:ID>{ranked}{money}<efac:TenderingParty>"
        f"<cbc:ID>{party}</cbc:ID></efac:TenderingParty></efac:LotTender>"
    )


def party(number: str, *members: str) -> str:
    """Who tenders together; a leader's number ends in ``*``."""
    listed = "".join(
        f"<efac:Tenderer><cbc:ID>{one.rstrip('*')}</cbc:ID><efbc:GroupLeadIndicator>"
        f"{'true' if one.endswith('*') else 'false'}</efbc:GroupLeadIndicator></efac:Tenderer>"
        for one in members
    )
    return f"<efac:TenderingParty><cbc:ID>{number}</cbc:ID>{listed}</efac:TenderingParty>"


def contract(number: str, tender_id: str, signed: str) -> str:
    return (
        f"<efac:SettledContract><cbc:ID>{number}</cbc:ID><cbc:IssueDate>{signed}</cbc:IssueDate>"
        f"<efac:LotTender><cbc:ID>{tender_id}</cbc:ID></efac:LotTender></efac:SettledContract>"
    )


def result(
    lot_id: str, *tenders: str, status: str = "selec-w", contracts: Iterable[str] = ()
) -> str:
    """What became of a lot."""
    listed = "".join(f"<efac:LotTender><cbc:ID>{one}</cbc:ID></efac:LotTender>" for one in tenders)
    signed = "".join(
        f"<efac:SettledContract><cbc:ID>{one}</cbc:ID></efac:SettledContract>" for one in contracts
    )
    return (
        f"<efac:LotResult><cbc:ID>RES</cbc:ID><cbc:TenderResultCode>{status}"
        f"</cbc:TenderResultCode>{listed}{signed}<efac:TenderLot><cbc:ID>{lot_id}</cbc:ID>"
        "</efac:TenderLot></efac:LotResult>"
    )
