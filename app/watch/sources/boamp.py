"""Reading one record of BOAMP, the French official bulletin of public contracts.

Pure: a record in, a notice out. Records come from the Opendatasoft portal as some 41 fields, of
which ``gestion`` and ``donnees`` hold JSON as text, or as six fields (SOURCES, BOAMP).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.watch.areas import departments_of_nuts
from app.watch.domain import Award, Deadline, Nature, Notice, NoticeKind, UnreadableItem
from app.watch.sources.boamp_dialects import NATIONAL, Dialect, legacy
from app.watch.sources.body import NATURES, Body, Dates, dated, titled
from app.watch.sources.deadline import Trust, earliest, read_deadline
from app.watch.sources.eforms import eforms, notices_in
from app.watch.sources.text import address, clean, clean_cut
from app.watch.sources.tree import each, find, flag, parsed, raw_text, text, texts
from app.watch.zones import department, zone_of, zone_of_postcode

PROCEDURES = {
    "OUVERT": "Procédure Ouverte",
    "RESTREINT": "Procédure Restreinte",
    "NEGOCIE": "Procédure Négociée",
    "PROCEDURE_ADAPTE": "Procédure Adaptée",
    "DIALOGUE_COMPETITIF": "Dialogue Compétitif",
}
"""Names of the procedure in ``gestion``, as ``procedure_libelle`` writes them."""

OBJECT_LIMIT = 200
"""Characters at which the source cuts ``objet``, with or without ``...``."""

_IDWEB = re.compile(r"[0-9]{2}-[0-9]{1,9}")
_TED = re.compile(r"[1-9][0-9]{2,8}-[0-9]{4}")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")
_TRUST = {Dialect.EFORMS: Trust.STATED, Dialect.LEGACY: Trust.LYING}


@dataclass(frozen=True, slots=True)
class _Record:
    """A record with its two trees unfolded."""

    fields: dict[str, object]
    gestion: object
    dialect: Dialect
    body: Body

    def text(self, name: str) -> str:
        """A field on one line, or ``""`` when it is no text."""
        return clean(raw_text(self.fields.get(name)))

    def code(self, name: str, *path: str) -> str:
        """A field's code, else the name of the child that says the same in ``gestion``."""
        return self.text(name).upper() or flag(self.gestion, *path).upper()


def read(record: object) -> Notice:
    """The notice that a BOAMP record tells of.

    Unknown, missing and malformed fields are passed over as long as the notice can be named,
    dated and titled. Raises ``UnreadableItem``, with a short reason in French, otherwise.
    """
    if not isinstance(record, dict):
        raise UnreadableItem("L'élément n'est pas un objet JSON.")
    source_id = record.get("idweb")
    if not isinstance(source_id, str) or not _IDWEB.fullmatch(source_id.strip()):
        raise UnreadableItem("L'avis n'a pas de numéro (idweb) lisible.")
    source_id = source_id.strip()
    entry = _unfold(record)
    body = entry.body
    published_on = _published_on(entry)
    title = _title(entry)
    departments = _departments(entry)
    zone = zone_of_postcode(body.buyer_postcode) or zone_of(departments)
    dates = dated(body, _TRUST.get(entry.dialect, Trust.LOCAL), zone)
    deadline = _deadline(entry, dates, zone)
    return Notice(
        source_id=source_id,
        title=title,
        buyer=_buyer(entry),
        published_on=published_on,
        kind=_kind(entry, deadline),
        procedure_id=entry.text("contractfolderid").lower() or body.procedure_id,
        follows=tuple(dict.fromkeys(known for known in _earlier(entry) if known != source_id)),
        description=body.description if clean(body.description) != title else "",
        buyer_siret=body.buyer_siret,
        nature=_nature(entry),
        concession=_concession(entry),
        procedure=_procedure(entry),
        cpv=body.cpv,
        departments=departments,
        nuts=body.nuts,
        lots=dates.lots,
        estimate=body.estimate,
        deadline=deadline,
        application_deadline=dates.application,
        bid_deadline=dates.bid,
        criteria=body.criteria,
        reserved=body.reserved,
        documents=body.documents,
        renews=body.renews,
        duration_months=body.duration_months,
        awards=body.awards or _winners(entry),
        url=address(raw_text(record.get("url_avis"))),
    )


def _unfold(record: dict[str, object]) -> _Record:
    gestion, donnees = parsed(record.get("gestion")), parsed(record.get("donnees"))
    dialect = _dialect(record, donnees)
    if dialect is Dialect.LEGACY:
        return _Record(record, gestion, dialect, legacy(donnees))
    root = donnees.get(dialect.value) if isinstance(donnees, dict) else None
    body = eforms(notices_in(root)) if dialect is Dialect.EFORMS else NATIONAL[dialect](root)
    return _Record(record, gestion, dialect, body)


def _dialect(record: dict[str, object], donnees: object) -> Dialect:
    """The root of ``donnees``, else what the other fields give away, else the least trusted."""
    roots = donnees if isinstance(donnees, dict) else {}
    for dialect in Dialect:
        if dialect.value in roots:
            return dialect
    if roots or raw_text(record.get("source_schema")).lower().startswith("boamp"):
        return Dialect.LEGACY
    if raw_text(record.get("contractfolderid")):
        return Dialect.EFORMS
    perimeter = raw_text(record.get("perimetre"))
    return next((dialect for dialect in NATIONAL if dialect.value == perimeter), Dialect.LEGACY)


def _published_on(entry: _Record) -> date:
    known = (entry.text("dateparution"), text(entry.gestion, "INDEXATION", "DATE_PUBLICATION"))
    for written in known:
        if found := _DAY.fullmatch(written):
            try:
                return date.fromisoformat(found.group(1))
            except ValueError:
                continue
    raise UnreadableItem("L'avis n'a pas de date de parution lisible.")


def _title(entry: _Record) -> str:
    written = raw_text(entry.fields.get("objet")).strip()
    cut = written.endswith(("...", "…")) or len(written) >= OBJECT_LIMIT
    title = (entry.body.title or clean_cut(written)) if cut else clean(written)
    title = title or entry.body.title or text(entry.gestion, "INDEXATION", "RESUME_OBJET")
    if not any(sign.isalnum() for sign in title):
        raise UnreadableItem("L'avis n'a pas d'objet lisible.")
    return titled(title)


def _buyer(entry: _Record) -> str:
    """The buyer's name as the bulletin writes it; eForms name the organisation itself."""
    listed = entry.text("nomacheteur") or text(entry.gestion, "INDEXATION", "NOMORGANISME")
    in_body = entry.body.buyer
    return in_body or listed if entry.dialect is Dialect.EFORMS else listed or in_body


def _kind(entry: _Record, deadline: Deadline | None) -> NoticeKind:
    """A cancelled award is cancelled; a corrected award is still an award, with no bid to make."""
    nature = entry.code("nature", "REFERENCE", "TYPE_AVIS", "NATURE")
    state = entry.code("etat", "REFERENCE", "TYPE_AVIS", "STATUT")
    if entry.body.cancelled or "ANNULATION" in (state, nature):
        return NoticeKind.CANCELLATION
    if nature == "ATTRIBUTION":
        return NoticeKind.AWARD
    if "RECTIFICATIF" in (state, nature):
        return NoticeKind.CORRECTION
    # Six-field records say nothing of their nature; only calls have a deadline.
    if nature == "APPEL_OFFRE" or (not nature and deadline):
        return NoticeKind.CALL
    return NoticeKind.OTHER


def _earlier(entry: _Record) -> Iterator[str]:
    listed = [
        *each(entry.fields.get("annonce_lie")),
        *each(entry.fields.get("annonces_anterieures")),
    ]
    named = [raw_text(value).strip() for value in listed]
    named += texts(entry.gestion, "REFERENCE", "ANNONCE_ANTERIEUR", "IDWEB")
    named += entry.body.follows
    return (known for known in named if _IDWEB.fullmatch(known) or _TED.fullmatch(known))


def _nature(entry: _Record) -> Nature | None:
    listed = [raw_text(value).lower() for value in each(entry.fields.get("type_marche"))]
    listed.append(flag(entry.gestion, "INDEXATION", "NATURE_MARCHE").lower())
    return entry.body.nature or next((NATURES[word] for word in listed if word in NATURES), None)


def _concession(entry: _Record) -> bool:
    """European concessions (CCP L1121-1) are not in the family DSP: their legal basis tells."""
    in_law = entry.text("perimetre") == "DIRECTIVE-23" or entry.body.concession
    return in_law or entry.text("famille") == "DSP"


def _procedure(entry: _Record) -> str | None:
    label = entry.text("procedure_libelle")
    if label.endswith(" NC"):  # « non communiquée »
        return None
    code = flag(entry.gestion, "INDEXATION", "TYPE_PROCEDURE")
    return label or PROCEDURES.get(code, code) or entry.body.procedure


def _departments(entry: _Record) -> tuple[str, ...]:
    """Where the contract is performed, when stated, then where the notice is published."""
    listed = [
        *each(entry.fields.get("code_departement_prestation")),
        *each(entry.fields.get("code_departement")),
        *find(entry.gestion, "INDEXATION", "DEP_PUBLICATION"),
    ]
    known = dict.fromkeys(code for value in listed if (code := department(value)))
    if not known:
        known = dict.fromkeys(one for code in entry.body.nuts for one in departments_of_nuts(code))
    return tuple(known)


def _deadline(entry: _Record, dates: Dates, zone: str | None) -> Deadline | None:
    """The bulletin's own text, else the notice's periods, else the field that lies."""
    trust = _TRUST.get(entry.dialect, Trust.LOCAL)
    stated = [raw_text(node) for node in find(entry.gestion, "INDEXATION", "DATE_LIMITE_REPONSE")]
    indexed = [read_deadline(words.strip(), trust, zone) for words in stated]
    if first := earliest([deadline for deadline in indexed if deadline]):
        return first
    field = raw_text(entry.fields.get("datelimitereponse")).strip()
    return dates.first or read_deadline(field, Trust.LYING, zone)


def _winners(entry: _Record) -> tuple[Award, ...]:
    """The names that the bulletin lists, when the body tells no more of them."""
    names = (clean(raw_text(name)) for name in each(entry.fields.get("titulaire")))
    return tuple(Award(name) for name in dict.fromkeys(names) if name)
