"""European notices (eForms, UBL 2.3): one reader for TED's XML and BOAMP's XML and JSON.

Names bear their prefixes, as ``xml_tree`` and BOAMP's own conversion write them. Paths are those
of the eForms SDK; subtypes are never listed, since countries have their own.
"""

import re
from enum import StrEnum

from app.watch.domain import NoticeLot
from app.watch.sources import eforms_lots
from app.watch.sources.body import NATURES, Body, Periods, hoisted, numbered
from app.watch.sources.eforms_awards import awards, companies
from app.watch.sources.eforms_lots import EXTENSION
from app.watch.sources.tree import cpv, find, prose, siret, text, texts

CONCESSIONS = "32014L0023"
"""CELEX number of directive 2014/23/EU, as the notice states its legal basis (BT-01)."""

CONCESSION_SUBTYPES = frozenset({"14", "19", "28", "32", "35", "40"})
"""Forms of the same directive (OPP-070), which tell when the legal basis is a national one."""

CHANGES = (*EXTENSION, "efac:Changes")
_REASON = (*CHANGES, "efac:ChangeReason", "cbc:ReasonCode")  # BT-140

PROCEDURES = {
    "open": "Procédure Ouverte",
    "restricted": "Procédure Restreinte",
    "neg-w-call": "Procédure Négociée",
    "neg-wo-call": "Procédure Négociée sans publicité",
    "comp-dial": "Dialogue Compétitif",
    "innovation": "Partenariat d'Innovation",
    "oth-single": "Autre procédure en une étape",
    "oth-mult": "Autre procédure en plusieurs étapes",
    "comp-tend": "Mise en concurrence (transport public)",
    "exp-int-rail": "Appel à manifestation d'intérêt (transport public)",
}
"""Codes of BT-105, in the words of the French bulletin where it has some."""

_PUBLICATION = re.compile(r"0*([1-9][0-9]{0,8})-([0-9]{4})")
_NOTICE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-[0-9]{2})?")


class Form(StrEnum):
    """What a notice is for (BT-03): the list that its type is from."""

    PLANNING = "planning"
    COMPETITION = "competition"
    RESULT = "result"
    DIRECT_AWARD = "dir-awa-pre"
    OTHER = "other"


def number(written: str) -> str | None:
    """A notice as others name it: ``00537513-2025`` → ``537513-2025``, or its UUID-version."""
    tidy = written.strip().lower()
    if found := _PUBLICATION.fullmatch(tidy):
        return f"{found.group(1)}-{found.group(2)}"
    return tidy if _NOTICE.fullmatch(tidy) else None


def notices_in(root: object) -> list[object]:
    """What stands under a root with one child, named after the kind of notice."""
    if not isinstance(root, dict):
        return []
    return [child for name in root for child in find(root, name)]


def eforms(notice: list[object]) -> Body:
    """What a European notice says; ``notice`` is the element that holds it, alone in a list."""
    project = find(notice, "cac:ProcurementProject")
    lots = eforms_lots.lots_of(notice)
    read = numbered([eforms_lots.read_lot(lot) for lot in lots])
    known = companies(notice)
    buyer = _buyer(notice, known)
    code = text(notice, "cac:TenderingProcess", "cbc:ProcedureCode")
    body = Body(
        title=_title(notice, project, read),
        description=prose(project, "cbc:Description"),
        buyer=text(buyer, "cac:PartyName", "cbc:Name"),
        buyer_siret=siret(text(buyer, "cac:PartyLegalEntity", "cbc:CompanyID")),
        buyer_postcode=text(buyer, "cac:PostalAddress", "cbc:PostalZone"),
        buyer_country=text(buyer, "cac:PostalAddress", "cac:Country", "cbc:IdentificationCode"),
        buyer_nuts=text(buyer, "cac:PostalAddress", "cbc:CountrySubentityCode"),
        nature=NATURES.get(text(project, "cbc:ProcurementTypeCode").lower()),
        concession=_concession(notice),
        procedure=PROCEDURES.get(code, code) or None,
        procedure_id=text(notice, "cbc:ContractFolderID").lower() or None,
        cpv=_cpv(project, lots),
        nuts=eforms_lots.places(project),
        lots=read,
        estimate=eforms_lots.estimate(project),
        periods=_periods(lots, read),
        documents=eforms_lots.lot_documents(lots),
        renews=_renews(notice),
        awards=awards(notice, known),
        follows=_follows(notice, lots),
        cancelled="cancel" in texts(notice, *_REASON),
    )
    return hoisted(body)


def form(notice: list[object]) -> Form:
    """What a notice is for, by the list of its type; what it is named tells when that is gone."""
    types = find(notice, "cbc:NoticeTypeCode")
    lists = [node.get("@listName") for node in types if isinstance(node, dict)]
    known = {one.value: one for one in Form}
    for name in lists:
        if isinstance(name, str) and name in known:
            return known[name]
    code = text(notice, "cbc:NoticeTypeCode")
    if lists and lists[0]:
        return Form.OTHER
    if code.startswith(("cn-", "pin-cfc", "qu-sy")):
        return Form.COMPETITION
    return Form.RESULT if code.startswith("can-") and code != "can-modif" else Form.OTHER


def changes(notice: list[object]) -> bool:
    """Whether it says that it changes an earlier one (BT-758)."""
    return bool(find(notice, *CHANGES))


def _title(notice: list[object], project: list[object], lots: tuple[NoticeLot, ...]) -> str:
    """The procedure's title (BT-21), else that of its only lot, else its first part's."""
    if title := text(project, "cbc:Name"):
        return title
    if lots and lots[0].title != lots[0].number:
        return lots[0].title
    parts = find(notice, "cac:ProcurementProjectLot", "cac:ProcurementProject")
    return text(parts, "cbc:Name")


def _buyer(notice: list[object], known: dict[str, object]) -> object:
    """The organisation that ContractingParty names; the first one listed may be the platform."""
    party = ("cac:ContractingParty", "cac:Party", "cac:PartyIdentification", "cbc:ID")
    return next((known[one] for one in texts(notice, *party) if one in known), None)


def _concession(notice: list[object]) -> bool:
    """By its legal basis or its form: the type alone does not tell (CCP L1121-1)."""
    subtype = text(notice, *EXTENSION, "efac:NoticeSubType", "cbc:SubTypeCode")
    basis = text(notice, "cbc:RegulatoryDomain").upper()
    return basis == CONCESSIONS or subtype in CONCESSION_SUBTYPES


def _cpv(project: list[object], lots: list[object]) -> tuple[str, ...]:
    inner = find(lots, "cac:ProcurementProject")
    return cpv(*eforms_lots.classes(project), *eforms_lots.classes(inner))


def _periods(lots: list[object], read: tuple[NoticeLot, ...]) -> Periods:
    applications = [eforms_lots.applications(lot) for lot in lots]
    bids = [eforms_lots.bids(lot) for lot in lots]
    return Periods(
        tuple(period for one in applications for period in one),
        tuple(period for one in bids for period in one),
        {lot.number: one + two for lot, one, two in zip(read, applications, bids, strict=True)},
    )


def _renews(notice: list[object]) -> str | None:
    """The earlier procedure that a direct award continues (BT-1252)."""
    for one in find(notice, "cac:TenderingProcess", "cac:ProcessJustification"):
        codes = find(one, "cbc:ProcessReasonCode")
        lists = [code.get("@listName") for code in codes if isinstance(code, dict)]
        if lists == ["direct-award-justification"]:
            return text(one, "cbc:Description") or None
    return None


def _follows(notice: list[object], lots: list[object]) -> tuple[str, ...]:
    """What it changes (BT-758), what it modifies (BT-1501), what announced it (BT-125)."""
    modified = (*EXTENSION, "efac:ContractModification", "efbc:ChangedNoticeIdentifier")
    planned = ("cac:TenderingProcess", "cac:NoticeDocumentReference", "cbc:ID")
    named = [
        *texts(notice, *CHANGES, "efbc:ChangedNoticeIdentifier"),
        *texts(notice, *modified),
        *texts(notice, *planned),
        *texts(lots, *planned),
    ]
    return tuple(dict.fromkeys(known for one in named if (known := number(one))))
