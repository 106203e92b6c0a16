"""French words and figures of documents. Amounts never pass through a float."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime

from app.certificates.domain import Kind
from app.consortia.domain import PartyRole
from app.kernel import words
from app.kernel.money import BPS_WHOLE, allot

_ARTICLE = re.compile(r"\b([LRD]\.) (?=\d)")
_ENDLESS = re.compile(r"\S{24}(?=\S)")
"""A word that no column holds: the line may break within."""
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_ODD = re.compile("[^\n -~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027\u20ac]")
"""All but Latin letters, figures and usual signs, which stay what they are."""

PROOFS = {
    Kind.SOCIAL: "Attestation de vigilance (URSSAF)",
    Kind.TAX: "Attestation de régularité fiscale",
    Kind.REGISTRATION: "Extrait du registre national des entreprises",
    Kind.SOLEMN_STATEMENT: "Déclaration sur l'honneur",
    Kind.LIABILITY_INSURANCE: "Assurance de responsabilité civile professionnelle",
    Kind.DECENNIAL_INSURANCE: "Assurance de responsabilité décennale",
    Kind.SIGNING_POWER: "Pouvoir du signataire",
    Kind.QUALIOPI: "Certification Qualiopi",
    Kind.ESUS: "Agrément « entreprise solidaire d'utilité sociale »",
    Kind.INSERTION: "Convention d'insertion par l'activité économique",
    Kind.ADAPTED: "Agrément d'entreprise adaptée, d'ESAT ou équivalent",
    Kind.RGE: "Qualification RGE",
    Kind.QUALIFICATION: "Certificat de qualification",
    Kind.OTHER: "Autre document",
}

ROLES = {
    PartyRole.LEAD: "Mandataire, cotraitant",
    PartyRole.CO_CONTRACTOR: "Cotraitant",
    PartyRole.SUBCONTRACTOR: "Sous-traitant",
    PartyRole.RELIED_UPON: "Opérateur dont les capacités sont mobilisées",
}


def euros(cents: int | None) -> str:
    """``123456`` as ``1 234,56 €``; an en dash when there is no amount."""
    if cents is None:
        return "–"
    return _unbroken(words.euros(cents))


def percent(bps: int | None) -> str:
    """``3333`` as ``33,33 %``; an en dash when there is no share."""
    if bps is None:
        return "–"
    return _unbroken(words.percent(bps))


def _unbroken(figure: str) -> str:
    """Its unit stays on its line."""
    return figure.replace(" ", "\u00a0")


def percents(cents: Sequence[int | None], bps: Sequence[int | None] = ()) -> list[str]:
    """The parts of a whole, that make 100 % together; the shares where there are no amounts.

    Cents of a per cent that do not divide go to the largest remainders, as euros do.
    """
    known = [one for one in cents if one is not None]
    if len(known) == len(cents) and sum(known) > 0:
        bps = allot(BPS_WHOLE, known)
    return [percent(one) for one in bps or [None] * len(cents)]


def until(first: date, last: date | None) -> str:
    """``du 1er mars 2026 au 31 août 2026``, ``depuis le 1er mars 2026``."""
    if last is None:
        return f"depuis le {words.day(first)}"
    return f"du {words.day(first)} au {words.day(last)}"


def instant(at: datetime) -> str:
    """``20 mars 2026 à 12 h 00``, in the zone that it comes in."""
    return f"{words.day(at)} à {at.hour}\u00a0h\u00a0{at.minute:02d}"


def siret(number: str | None) -> str | None:
    """``123 456 789 00012``."""
    if number is None:
        return None
    return f"{siren(number[:9])}\u00a0{number[9:]}"


def siren(number: str | None) -> str | None:
    """``123 456 789``."""
    if number is None:
        return None
    return "\u00a0".join(number[at : at + 3] for at in range(0, len(number), 3))


def plain(given: str) -> str:
    """A text as paper takes it: one composed form, and nothing that shows nothing.

    Overrides of direction would make a reader sign another order of words than the one that is
    hashed; what no font has a place for (private and unassigned signs) becomes U+FFFD.
    """
    text = unicodedata.normalize("NFC", given.replace("\r\n", "\n").replace("\r", "\n"))
    seen = _APOSTROPHE.sub("’", _ODD.sub(lambda one: _sign(one[0]), text)).strip()
    seen = _ARTICLE.sub("\\1\u00a0", seen)
    return _ENDLESS.sub("\\g<0>\u200b", seen)


def _sign(one: str) -> str:
    if one in "\n ":
        return one
    kind = unicodedata.category(one)
    if kind == "Cf" or "\ufe00" <= one <= "\ufe0f":
        return ""
    if kind == "Cc":
        return " "
    if kind in {"Zl", "Zp"}:
        return "\n"
    return "\ufffd" if kind in {"Co", "Cn", "Cs"} else one


def one_line(given: str) -> str:
    """The same on one line: for headers and cells of a head."""
    return re.sub(r"\s+", " ", plain(given))
