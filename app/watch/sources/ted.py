"""Reading one notice of TED, the supplement to the Official Journal of the European Union.

Pure: an eForms document in, a notice out (SOURCES, eForms XML).
"""

import re
from datetime import date

from app.watch.areas import departments_of_nuts
from app.watch.domain import Notice, NoticeKind, UnreadableItem
from app.watch.sources import xml_tree
from app.watch.sources.body import Body, dated, titled
from app.watch.sources.deadline import Trust
from app.watch.sources.eforms import Form, changes, eforms, form, number
from app.watch.sources.eforms_lots import EXTENSION
from app.watch.sources.tree import text
from app.watch.zones import COUNTRIES, department_of_postcode, zone_of, zone_of_postcode

PAGE = "https://ted.europa.eu/fr/notice/-/detail/"

HEAD = 20_000
"""Characters in which a document's namespaces stand, comments before them included."""

FORMER = ("TED_EXPORT", "OTH_NOT")
"""Roots of the schemas before eForms (until October 2023)."""

_EFORMS = re.compile(
    r"""["'](?:urn:oasis:names:specification:ubl:schema:xsd:\w+Notice-2
    |http://data\.europa\.eu/p27/eforms-)""",
    re.VERBOSE,
)
_PUBLICATION = (*EXTENSION, "efac:Publication")
_FORMS = {
    Form.COMPETITION: NoticeKind.CALL,
    Form.RESULT: NoticeKind.AWARD,
    Form.DIRECT_AWARD: NoticeKind.AWARD,
}


def knows(item: object) -> bool:
    """Whether an item is an eForms document, by its namespaces."""
    return isinstance(item, str) and bool(_EFORMS.search(item, 0, HEAD))


def read(item: object) -> Notice:
    """The notice that an eForms document tells of.

    Whatever is unknown or missing is passed over as long as the notice can be named, dated and
    titled. Raises ``UnreadableItem``, with a short reason in French, otherwise.
    """
    if not isinstance(item, str):
        raise UnreadableItem("L'élément n'est pas un document XML.")
    root, tree = xml_tree.parse(item)
    if root in FORMER:
        raise UnreadableItem("L'avis est dans un schéma de TED d'avant les eForms.")
    notice = [tree]
    source_id = _source_id(notice)
    body = eforms(notice)
    published_on = _published_on(notice)
    title = _title(body)
    departments = _departments(body)
    dates = dated(body, Trust.STATED, _zone(body, departments))
    return Notice(
        source_id=source_id,
        title=title,
        buyer=body.buyer,
        published_on=published_on,
        kind=_kind(notice, body),
        procedure_id=body.procedure_id,
        follows=tuple(known for known in body.follows if known != source_id),
        description=body.description if body.description != title else "",
        buyer_siret=body.buyer_siret,
        nature=body.nature,
        concession=body.concession,
        procedure=body.procedure,
        cpv=body.cpv,
        departments=departments,
        nuts=body.nuts,
        lots=dates.lots,
        estimate=body.estimate,
        deadline=dates.first,
        application_deadline=dates.application,
        bid_deadline=dates.bid,
        criteria=body.criteria,
        reserved=body.reserved,
        documents=body.documents,
        renews=body.renews,
        duration_months=body.duration_months,
        awards=body.awards,
        url=PAGE + source_id if _published(notice) else None,
    )


def _published(notice: list[object]) -> str | None:
    return number(text(notice, *_PUBLICATION, "efbc:NoticePublicationID"))


def _source_id(notice: list[object]) -> str:
    """Its publication number, else its identifier and version (BT-701, BT-757)."""
    if published := _published(notice):
        return published
    identifier = text(notice, "cbc:ID")
    version = text(notice, "cbc:VersionID") or "01"
    named = number(f"{identifier}-{version}") or number(identifier)
    if named is None:
        raise UnreadableItem("L'avis n'a ni numéro de publication ni identifiant lisible.")
    return named


def _published_on(notice: list[object]) -> date:
    """The day of the journal, else the day it was sent there (BT-05)."""
    known = (text(notice, *_PUBLICATION, "efbc:PublicationDate"), text(notice, "cbc:IssueDate"))
    for written in known:
        try:
            return date.fromisoformat(written[:10])
        except ValueError:
            continue
    raise UnreadableItem("L'avis n'a pas de date de parution lisible.")


def _title(body: Body) -> str:
    if not any(sign.isalnum() for sign in body.title):
        raise UnreadableItem("L'avis n'a pas d'objet lisible.")
    return titled(body.title)


def _kind(notice: list[object], body: Body) -> NoticeKind:
    """A cancelled award is cancelled; a corrected award is still an award, with no bid to make."""
    if body.cancelled:
        return NoticeKind.CANCELLATION
    announced = _FORMS.get(form(notice), NoticeKind.OTHER)
    if announced is not NoticeKind.AWARD and changes(notice):
        return NoticeKind.CORRECTION
    return announced


def _departments(body: Body) -> tuple[str, ...]:
    """Where the contract is performed, when that is narrower than France; else the buyer's."""
    places = [*body.nuts, *(code for lot in body.lots for code in lot.nuts)]
    within = [code for code in places if len(code) > len("FR")]
    found = dict.fromkeys(one for code in within for one in departments_of_nuts(code))
    if found or within:
        return tuple(found)
    home = departments_of_nuts(body.buyer_nuts) if len(body.buyer_nuts) > len("FR") else ()
    if not home and body.buyer_country == "FRA":
        home = tuple(filter(None, [department_of_postcode(body.buyer_postcode)]))
    return home


def _zone(body: Body, departments: tuple[str, ...]) -> str | None:
    if abroad := COUNTRIES.get(body.buyer_country):
        return abroad
    return zone_of_postcode(body.buyer_postcode) or zone_of(departments)
