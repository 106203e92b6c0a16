"""Reading one release or record of the Open Contracting Data Standard, 1.0 and 1.1.

Pure: an object in, a notice out. A release is what was published at one moment: a notice, named
by its process (``ocid``) and its own ``id``. A record is the process as it stands: one notice,
named by the process, whose versions follow each other. Notices of one process share its number,
so that later releases find those that they amend, cancel or award.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

from app.watch.domain import Nature, Notice, NoticeKind, UnreadableItem
from app.watch.sources import ocds_parts as parts
from app.watch.sources.body import MAX_TITLE, titled
from app.watch.sources.deadline import day, earliest
from app.watch.sources.ocds_tree import Node, merged, node, nodes, prose, said, text, texts

MAX_ID = 300
"""Characters; the longest known number of a process and a release has ninety."""

MAX_RELEASES = 1000
"""Releases of one record that are merged; processes have tens."""

AWARDING = {"award", "awardupdate", "contract", "contractupdate", "contractamendment"}
CANCELLING = {"tendercancellation", "awardcancellation", "planningcancellation"}
CORRECTING = {"tenderamendment", "tenderupdate"}
OPEN = {"active", ""}
GIVEN_UP = {"cancelled", "withdrawn", "unsuccessful"}
"""States of a tender that no bid answers any more (OCDS 1.1, tenderStatus)."""

NATURES = {"goods": Nature.SUPPLIES, "works": Nature.WORKS, "services": Nature.SERVICES}
PROCEDURES = {
    "open": "Procédure ouverte",
    "selective": "Procédure restreinte",
    "limited": "Procédure limitée",
    "direct": "Sans mise en concurrence",
}
CONCESSIONS = {"32014L0023"}
"""The European directive on concessions, by its CELEX number."""


@dataclass(frozen=True, slots=True)
class _Process:
    """A release, or all that a record says of a process; ``tags`` in small letters."""

    release: Node
    source_id: str
    ocid: str
    zone: str | None
    tags: frozenset[str]
    tender: Node = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tender", node(self.release, "tender"))


def knows(item: object) -> bool:
    """Whether an object is a release or a record, by what the standard asks of both."""
    return isinstance(item, dict) and (
        not item.keys().isdisjoint({"ocid", "compiledRelease"})
        or item.keys() >= {"tag", "initiationType"}
    )


def read(item: object, zone: str | None = None) -> Notice:
    """The notice that a release or a record tells of; ``zone`` is the publisher's IANA zone.

    Unknown, missing and malformed fields are passed over as long as the notice can be named,
    dated and titled. Raises ``UnreadableItem``, with a short reason in French, otherwise.
    """
    if not isinstance(item, dict):
        raise UnreadableItem("L'élément n'est pas un objet JSON.")
    process = _record(item, zone) if _is_record(item) else _release(item, zone)
    release, tender = process.release, process.tender
    every = parts.items(release)
    lots = parts.lots(tender, process.zone)
    nuts, departments = parts.places(tender, every)
    own = parts.deadline(text(tender, "tenderPeriod", "endDate"), process.zone)
    application = parts.deadline(text(tender, "expressionOfInterestDeadline"), process.zone)
    known = [one for one in (application, own, *(lot.deadline for lot in lots)) if one]
    title, description = _title(process)
    awards = parts.awards(release)
    return Notice(
        source_id=process.source_id,
        title=title,
        buyer=parts.buyer_name(release),
        published_on=_published_on(release),
        kind=_kind(process, awarded=bool(awards)),
        procedure_id=process.ocid or None,
        follows=_amended(process),
        description=description,
        buyer_siret=parts.siret(parts.buyer(release)),
        nature=NATURES.get(text(tender, "mainProcurementCategory").lower()),
        concession=_concession(tender),
        procedure=_procedure(tender),
        cpv=parts.cpv(tender, every),
        departments=departments,
        nuts=nuts,
        lots=lots,
        estimate=parts.value(tender),
        deadline=earliest(known),
        application_deadline=application,
        bid_deadline=own,
        criteria=parts.criteria(tender),
        reserved=parts.reserved(tender),
        documents=parts.documents(release),
        renews=_renewed(release),
        duration_months=parts.duration(release),
        awards=awards,
        url=parts.own_page(release),
    )


def _is_record(item: Node) -> bool:
    return "compiledRelease" in item or ("releases" in item and "tag" not in item)


def _release(item: Node, zone: str | None) -> _Process:
    ocid, own = said(item.get("ocid")), said(item.get("id"))
    tags = _tags([item])
    if not own and ocid and (moment := said(item.get("date"))):
        # The standard tells versions apart by date and tag where the id is lacking.
        own = " ".join([moment, *sorted(tags)])
    if not own:
        raise UnreadableItem("L'avis n'a pas de numéro (ocid, id) lisible.")
    return _Process(item, _bounded(f"{ocid}/{own}" if ocid else own), ocid, zone, tags)


def _record(item: Node, zone: str | None) -> _Process:
    compiled = node(item, "compiledRelease")
    # Linked releases hold an address, a date and a tag, and nothing to read.
    embedded = [one for one in nodes(item, "releases") if "url" not in one][:MAX_RELEASES]
    if not compiled and not embedded:
        raise UnreadableItem("Le dossier ne contient que des liens vers ses publications.")
    if not compiled:
        compiled = _merge(embedded)
    ocid = said(item.get("ocid")) or said(compiled.get("ocid"))
    if not ocid:
        raise UnreadableItem("Le dossier n'a pas de numéro (ocid) lisible.")
    return _Process(compiled, _bounded(ocid), ocid, zone, frozenset())


def _merge(releases: list[Node]) -> Node:
    return reduce(merged, sorted(releases, key=lambda one: said(one.get("date"))))


def _bounded(number: str) -> str:
    if len(number) > MAX_ID:
        raise UnreadableItem(f"Le numéro de l'avis dépasse {MAX_ID} caractères.")
    return number


def _tags(releases: Iterable[Node]) -> frozenset[str]:
    return frozenset(tag.lower() for one in releases for tag in texts(one, "tag"))


def _published_on(release: Node) -> date:
    """The release's day as it is written, else the latest day that its documents bear."""
    stated = day(said(release.get("date")))
    published = (text(release, "tender", "datePublished"), text(release, "publishedDate"))
    for known in (stated, *map(day, published)):
        if known:
            return known
    days = [day(words) for words in parts.documents_dates(release)]
    if found := max((one for one in days if one), default=None):
        return found
    raise UnreadableItem("L'avis n'a pas de date de publication lisible.")


def _title(process: _Process) -> tuple[str, str]:
    """The title, and the description unless it says the same: awards may stand without a tender."""
    release = process.release
    descriptions = (
        prose(process.tender.get("description")),
        *(prose(one.get("description")) for one in nodes(release, "contracts")),
        *(prose(one.get("description")) for one in nodes(release, "awards")),
        prose(node(release, "planning").get("rationale")),
        text(release, "planning", "budget", "description"),
    )
    description = next((words for words in descriptions if words), "")
    titles = (
        text(process.tender, "title"),
        text(release, "contracts", "title"),
        text(release, "awards", "title"),
        text(release, "planning", "project", "title"),
        " ".join(description.split()),
        text(release, "tender", "items", "description"),
    )
    title = next((words for words in titles if any(sign.isalnum() for sign in words)), "")
    if not title:
        raise UnreadableItem("L'avis n'a pas d'objet lisible.")
    if " ".join(description.split()) == title and len(title) <= MAX_TITLE:
        description = ""
    return titled(title), description


def _kind(process: _Process, *, awarded: bool) -> NoticeKind:
    """What a release announces, by its tags; what a record has come to, by what stands in it."""
    status = text(process.tender, "status").lower()
    if process.tags & CANCELLING or (status in GIVEN_UP and not awarded):
        return NoticeKind.CANCELLATION
    if process.tags & AWARDING or (awarded and "tender" not in process.tags):
        return NoticeKind.AWARD
    if process.tags & CORRECTING:
        return NoticeKind.CORRECTION
    if "tender" in process.tags:
        return NoticeKind.CALL
    told = process.tags - {"compiled"}
    if not told and process.tender and status in OPEN:
        return NoticeKind.CALL
    return NoticeKind.OTHER


def _amended(process: _Process) -> tuple[str, ...]:
    """The releases of the process that this one says it amends."""
    amendments = [*nodes(process.tender, "amendments"), *nodes(process.tender, "amendment")]
    named = [text(one, "amendsReleaseID") for one in amendments]
    ids = (f"{process.ocid}/{one}" for one in named if one and process.ocid)
    return tuple(dict.fromkeys(one for one in ids if one != process.source_id))


def _renewed(release: Node) -> str | None:
    """The earlier process that this one renews or replaces."""
    for related in nodes(release, "relatedProcesses"):
        kinds = {one.lower() for one in texts(related, "relationship")}
        if kinds & {"renewalprocess", "replacementprocess"}:
            named = (text(related, "title"), text(related, "identifier"))
            return " ".join(filter(None, named)) or None
    return None


def _concession(tender: Node) -> bool:
    """By its legal basis, or by the regime that British notices name."""
    basis = node(tender, "legalBasis")
    celex = {text(basis, "id"), text(basis, "wasDerivedFrom", "id")}
    return bool(celex & CONCESSIONS) or "concession" in set(texts(tender, "specialRegime"))


def _procedure(tender: Node) -> str | None:
    details = text(tender, "procurementMethodDetails")
    method = text(tender, "procurementMethod").lower()
    # Some write the whole law into the details.
    return details if 0 < len(details) <= 200 else PROCEDURES.get(method)
