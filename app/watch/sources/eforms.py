"""The dialect EFORMS of BOAMP: UBL 2.3 turned into JSON, names with their prefixes."""

from app.kernel.money import Money
from app.watch.domain import NoticeLot
from app.watch.sources.boamp_dialects import NATURES, Body, lot_of, numbered
from app.watch.sources.tree import cpv, find, money, prose, raw_text, siret, text

CONCESSIONS = "32014L0023"
"""CELEX number of directive 2014/23/EU, as the notice states its legal basis (BT-01)."""

_EXTENSION = (
    "ext:UBLExtensions",
    "ext:UBLExtension",
    "ext:ExtensionContent",
    "efext:EformsExtension",
)
_REASON = ("efac:Changes", "efac:ChangeReason", "cbc:ReasonCode")  # BT-140
_PERIODS = (
    ("cac:TenderSubmissionDeadlinePeriod",),  # BT-131
    ("cac:ParticipationRequestReceptionPeriod",),  # BT-1311
    (*_EXTENSION, "efac:InterestExpressionReceptionPeriod"),  # BT-630
)


def eforms(root: object) -> Body:
    """A European notice; ``root`` holds one child named after the kind of notice."""
    notice = (
        [child for name in root for child in find(root, name)] if isinstance(root, dict) else []
    )
    project = find(notice, "cac:ProcurementProject")
    lots = [lot for lot in find(notice, "cac:ProcurementProjectLot") if _is_lot(lot)]
    buyer = _buyer(notice)
    return Body(
        title=text(project, "cbc:Name"),
        description=prose(project, "cbc:Description"),
        buyer=text(buyer, "cac:PartyName", "cbc:Name"),
        buyer_siret=siret(text(buyer, "cac:PartyLegalEntity", "cbc:CompanyID")),
        buyer_postcode=text(buyer, "cac:PostalAddress", "cbc:PostalZone"),
        nature=NATURES.get(text(project, "cbc:ProcurementTypeCode").lower()),
        concession=text(notice, "cbc:RegulatoryDomain").upper() == CONCESSIONS,
        cpv=cpv(*_classes(project), *_classes(find(lots, "cac:ProcurementProject"))),
        lots=numbered([_lot(lot) for lot in lots]),
        estimate=_estimate(project),
        periods=tuple(period for lot in lots for period in _periods(lot)),
        cancelled=text(notice, *_EXTENSION, *_REASON) == "cancel",
    )


def _buyer(notice: list[object]) -> list[object]:
    """The organisation that ContractingParty names; the first one listed may be the platform."""
    party = ("cac:ContractingParty", "cac:Party", "cac:PartyIdentification", "cbc:ID")
    named = text(notice, *party)
    companies = find(notice, *_EXTENSION, "efac:Organizations", "efac:Organization", "efac:Company")
    for company in companies:
        if named and text(company, "cac:PartyIdentification", "cbc:ID") == named:
            return [company]
    return []


def _is_lot(lot: object) -> bool:
    """Parts of planning notices and groups of lots stand beside lots (BT-137, scheme)."""
    schemes = [node.get("@schemeName") for node in find(lot, "cbc:ID") if isinstance(node, dict)]
    return not schemes or schemes[0] in (None, "Lot")


def _lot(lot: object) -> NoticeLot:
    # Not the internal identifier: LOT-0001 is what corrections and awards name.
    project = find(lot, "cac:ProcurementProject")
    number = text(lot, "cbc:ID")
    return lot_of(
        number,
        text(project, "cbc:Name") or number,
        prose(project, "cbc:Description"),
        cpv(*_classes(project)),
        _estimate(project),
    )


def _classes(project: list[object]) -> list[str]:
    main = find(project, "cac:MainCommodityClassification", "cbc:ItemClassificationCode")
    more = find(project, "cac:AdditionalCommodityClassification", "cbc:ItemClassificationCode")
    return [raw_text(code) for code in [*main, *more]]


def _estimate(project: list[object]) -> Money | None:
    amounts = find(project, "cac:RequestedTenderTotal", "cbc:EstimatedOverallContractAmount")
    return next((sum_ for amount in amounts if (sum_ := money(amount))), None)


def _periods(lot: object) -> list[str]:
    periods = [period for path in _PERIODS for period in find(lot, "cac:TenderingProcess", *path)]
    written = ((text(period, "cbc:EndDate"), text(period, "cbc:EndTime")) for period in periods)
    return [f"{day} {time}".strip() for day, time in written]
