"""The lots of a European notice: when, for whom and how each is chosen (eForms, BT of lots)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from app.kernel.money import Money
from app.watch.domain import Criterion, CriterionKind, NoticeLot, Reservation
from app.watch.sources.body import DAYS_A_MONTH, MAX_NAME, documents, lot_of, months
from app.watch.sources.tree import cpv, find, money, nuts, prose, raw_text, text

EXTENSION = (
    "ext:UBLExtensions",
    "ext:UBLExtension",
    "ext:ExtensionContent",
    "efext:EformsExtension",
)

_UNITS: dict[str, Callable[[float], float]] = {
    "YEAR": lambda years: years * 12,
    "ANN": lambda years: years * 12,
    "MONTH": lambda months: months,
    "MON": lambda months: months,
    "WEEK": lambda weeks: weeks * 7 / DAYS_A_MONTH,
    "DAY": lambda days: days / DAYS_A_MONTH,
    "CALENDAR_DAY": lambda days: days / DAYS_A_MONTH,
}
"""Units of durations (BT-36); days at work, hours and seconds are no length of a contract."""

_RESERVED = {"res-ws": Reservation.SHELTERED, "res-pub-ser": Reservation.SOCIAL_ECONOMY}
_KINDS = {kind.value: kind for kind in CriterionKind}
_NAMES = {CriterionKind.PRICE: "Prix", CriterionKind.COST: "Coût", CriterionKind.QUALITY: "Qualité"}
_WEIGHTS = {"per": "percent", "poi": "points", "ord": "rank"}
"""What a weight's code begins with (BT-5421): exact or the middle of a range."""

_APPLICATIONS = (
    ("cac:ParticipationRequestReceptionPeriod",),  # BT-1311
    (*EXTENSION, "efac:InterestExpressionReceptionPeriod"),  # BT-630
)
_BIDS = (("cac:TenderSubmissionDeadlinePeriod",),)  # BT-131


def lots_of(notice: list[object]) -> list[object]:
    """The lots themselves: parts of planning notices and groups of lots stand beside them."""
    return [lot for lot in find(notice, "cac:ProcurementProjectLot") if _is_lot(lot)]


def _is_lot(lot: object) -> bool:
    schemes = [node.get("@schemeName") for node in find(lot, "cbc:ID") if isinstance(node, dict)]
    return not schemes or schemes[0] in (None, "Lot")


def read_lot(lot: object) -> NoticeLot:
    """A lot, without its deadlines: only who knows the buyer's clock reads these."""
    # Not the internal identifier: LOT-0001 is what corrections and awards name.
    project = find(lot, "cac:ProcurementProject")
    number = text(lot, "cbc:ID")
    plain = lot_of(
        number,
        text(project, "cbc:Name") or number,
        prose(project, "cbc:Description"),
        cpv(*classes(project)),
        estimate(project),
    )
    return replace(
        plain,
        nuts=places(project),
        criteria=_criteria(lot),
        reserved=_reserved(lot),
        duration_months=_duration(project),
    )


def classes(project: list[object]) -> list[str]:
    """CPV codes, the main one first (BT-262, BT-263)."""
    main = find(project, "cac:MainCommodityClassification", "cbc:ItemClassificationCode")
    more = find(project, "cac:AdditionalCommodityClassification", "cbc:ItemClassificationCode")
    return [raw_text(code) for code in [*main, *more]]


def estimate(project: list[object]) -> Money | None:
    """The estimated value (BT-27); a framework's maximum is another thing."""
    amounts = find(project, "cac:RequestedTenderTotal", "cbc:EstimatedOverallContractAmount")
    return next((sum_ for amount in amounts if (sum_ := money(amount))), None)


def places(project: list[object]) -> tuple[str, ...]:
    """NUTS codes of where the contract is performed (BT-5071)."""
    codes = find(project, "cac:RealizedLocation", "cac:Address", "cbc:CountrySubentityCode")
    return nuts(*(raw_text(code) for code in codes))


def applications(lot: object) -> tuple[str, ...]:
    """Until when one may ask to take part, or say one is interested."""
    return _ends(lot, _APPLICATIONS)


def bids(lot: object) -> tuple[str, ...]:
    """Until when one may bid."""
    return _ends(lot, _BIDS)


def lot_documents(lots: list[object]) -> tuple[str, ...]:
    """Where the documents are (BT-15), or how one gets those that are kept back (BT-615)."""
    files = find(lots, "cac:TenderingTerms", "cac:CallForTendersDocumentReference")
    addresses = find(files, "cac:Attachment", "cac:ExternalReference", "cbc:URI")
    return documents(raw_text(address) for address in addresses)


def _ends(lot: object, paths: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    periods = [period for path in paths for period in find(lot, "cac:TenderingProcess", *path)]
    written = ((text(period, "cbc:EndDate"), text(period, "cbc:EndTime")) for period in periods)
    return tuple(f"{day} {time}".strip() for day, time in written if day)


def _criteria(lot: object) -> tuple[Criterion, ...]:
    terms = find(lot, "cac:TenderingTerms", "cac:AwardingTerms", "cac:AwardingCriterion")
    read = (_criterion(one) for one in find(terms, "cac:SubordinateAwardingCriterion"))
    return tuple(criterion for criterion in read if criterion)


def _criterion(node: object) -> Criterion | None:
    """One criterion (BT-539 to BT-541, BT-734); one without a name is told by its kind."""
    code = text(node, "cbc:AwardingCriterionTypeCode").lower()
    kind = _KINDS.get(code, CriterionKind.OTHER)
    name = text(node, "cbc:Name") or text(node, "cbc:Description") or _NAMES.get(kind, "")
    weight, unit = _weight(node)
    if not name:
        return None
    name = name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"
    return Criterion(kind, name, weight, unit)


def _weight(node: object) -> tuple[str | None, str | None]:
    """A weight in its own words; fixed sums and thresholds (BT-5422, BT-5423) are none."""
    for parameter in find(node, *EXTENSION, "efac:AwardCriterionParameter"):
        codes = find(parameter, "efbc:ParameterCode")
        lists = [code.get("@listName") for code in codes if isinstance(code, dict)]
        number = text(parameter, "efbc:ParameterNumeric")
        if number and (not lists or lists[0] in (None, "number-weight")):
            return number, _WEIGHTS.get(text(parameter, "efbc:ParameterCode")[:3])
    return None, None


def _reserved(lot: object) -> tuple[Reservation, ...]:
    """For whom the lot is reserved (BT-71; CCP L2113-12 to L2113-16)."""
    asked = find(lot, "cac:TenderingTerms", "cac:TendererQualificationRequest")
    codes = find(asked, "cac:SpecificTendererRequirement", "cbc:TendererRequirementTypeCode")
    known = (_RESERVED.get(raw_text(code).strip()) for code in codes)
    return tuple(sorted({one for one in known if one}))


def _duration(project: list[object]) -> int | None:
    """Months of the contract (BT-36), else between its first and last day (BT-536, BT-537)."""
    for period in find(project, "cac:PlannedPeriod"):
        for measure in find(period, "cbc:DurationMeasure"):
            code = measure.get("@unitCode") if isinstance(measure, dict) else None
            unit = _UNITS.get(code.upper()) if isinstance(code, str) else None
            if unit is not None:
                return months(raw_text(measure), unit)
        first, last = _day(text(period, "cbc:StartDate")), _day(text(period, "cbc:EndDate"))
        if first and last:
            return months(str((last - first).days + 1), _UNITS["DAY"])
    return None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None
