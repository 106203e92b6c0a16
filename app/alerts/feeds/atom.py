"""Alerts as Atom (RFC 4287): what others wrote is inert text, no amount of ours is in it.

An entry keeps its id for ever. The feed's id is its reader's in one role, or its search's:
another address of theirs is the same feed.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from app.alerts.inbox.domain import AlertKind
from app.alerts.words import ADDING, TITLE_LENGTH, Told, details
from app.infra.mail import quoted
from app.kernel.ids import decode
from app.people.letters import WIDE

NAMESPACE = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"

_WHAT = {
    AlertKind.MATCH: "Nouvel avis",
    AlertKind.DEADLINE_MOVED: "Date limite déplacée",
    AlertKind.NOTICE_CORRECTED: "Avis rectifié",
    AlertKind.CALL_CANCELLED: "Procédure annulée",
    AlertKind.RESULT_PUBLISHED: "Résultat publié",
    AlertKind.ACCOUNT_STANDING: "Compte joint à solder",
    AlertKind.INVOICE_UNDECIDED: "Facture à viser",
    AlertKind.REPORT_MISSING: "Rapport annuel à remettre",
    AlertKind.CERTIFICATE_LAPSING: "Attestation à renouveler",
    AlertKind.MANDATE_ENDING: "Habilitation à renouveler",
}


def feed(shown: Mapping[str, Any], site: str) -> bytes:
    """The feed of what a query of ``repository`` gave; ``site`` is the service's own address."""
    made = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "fr"})
    search = shown["search"]
    _text(made, "id", _urn("ssr", search["id"]) if search else _urn("msh", shown["id"]))
    subject = quoted(search["name"]) if search else "alertes"
    _text(made, "title", f"{quoted(shown['name'])}{WIDE}: {subject}")
    newest = max((entry["at"] for entry in shown["entries"]), default=shown["since"])
    _text(made, "updated", newest)
    _text(SubElement(made, "author"), "name", "Grappe")
    SubElement(made, "link", {"rel": "alternate", "href": f"{site}/"})
    for entry in shown["entries"]:
        _entry(SubElement(made, "entry"), entry)
    body: bytes = tostring(made, encoding="utf-8", xml_declaration=True)
    return body


def _entry(made: Element, shown: Mapping[str, Any]) -> None:
    told = Told.shown(shown)
    what = _WHAT[AlertKind(told.kind)]
    if told.kind == AlertKind.MATCH and told.notice_kind:
        what = ADDING.get(told.notice_kind, what)
    _text(made, "id", _urn("alt", shown["id"]))
    _text(made, "title", f"{what}{WIDE}: {quoted(told.title, TITLE_LENGTH)}")
    _text(made, "updated", shown["at"])
    SubElement(made, "category", {"term": told.kind, "label": what})
    if told.link:
        SubElement(made, "link", {"rel": "alternate", "href": told.link})
    # Readers run the lines of a plain text together; as paragraphs they stay apart, and inert.
    content = SubElement(made, "content", {"type": "xhtml"})
    division = SubElement(content, "div", {"xmlns": XHTML})
    for line in details(told):
        _text(division, "p", line)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _urn(prefix: str, public: str) -> str:
    return decode(prefix, public).urn
