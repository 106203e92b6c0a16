"""French words and figures of documents. Amounts never pass through a float."""

import re
import unicodedata
from datetime import datetime

from app.consortia.domain import Form, PartyRole

_NARROW = "\u202f"
_ENDLESS = re.compile(r"\S{24}(?=\S)")
"""A word that no column holds: the line may break within."""
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)

FORMS = {
    Form.CONJOINT: "groupement conjoint",
    Form.CONJOINT_LIABLE_LEAD: "groupement conjoint avec mandataire solidaire",
    Form.SOLIDAIRE: "groupement solidaire",
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
    sign = "−" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", _NARROW) + f",{part:02d}\u00a0€"


def percent(cents: int | None, of: int | None, bps: int | None = None) -> str:
    """A part of a whole to a hundredth of a per cent, half up; the share where there is no amount.

    Once there are amounts they are the truth, and percentages derive from them.
    """
    if cents is not None and of:
        bps = (2 * cents * 10_000 + of) // (2 * of)
    if bps is None:
        return "–"
    return f"{bps // 100},{bps % 100:02d}\u00a0%"


def day(at: datetime) -> str:
    """``1er mars 2026``."""
    return f"{'1er' if at.day == 1 else at.day} {_MONTHS[at.month - 1]} {at.year}"


def instant(at: datetime) -> str:
    """``20 mars 2026 à 12 h 00``, in the zone that it comes in."""
    return f"{day(at)} à {at.hour}\u00a0h\u00a0{at.minute:02d}"


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
    seen = _APOSTROPHE.sub("’", "".join(map(_sign, text))).strip()
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
