"""Names that a clause may hold in braces, and what stands there in a group's agreement."""

import re
from collections.abc import Callable

from app.consortia.domain import FORMS
from app.forms.facts import Facts
from app.forms.words import euros, instant, one_line


def _lots(facts: Facts) -> str:
    if any(lot.undivided for lot in facts.lots):
        return "l'ensemble du contrat, qui n'est pas alloti"
    if len(facts.lots) == 1:
        return f"le lot n° {facts.lots[0].number} ({facts.lots[0].title})"
    numbers = [lot.number for lot in facts.lots]
    return f"les lots n° {', '.join(numbers[:-1])} et {numbers[-1]}"


PLACEHOLDERS: dict[str, Callable[[Facts], str]] = {
    "nom_du_groupement": lambda facts: facts.name,
    "forme": lambda facts: FORMS[facts.form],
    "acheteur": lambda facts: facts.buyer,
    "consultation": lambda facts: facts.tender,
    "mandataire": lambda facts: facts.lead.company.name,
    "regroupement": lambda facts: facts.cluster,
    "lots": _lots,
    "nombre_de_parties": lambda facts: str(len(facts.parties)),
    "date_limite": lambda facts: (
        instant(facts.deadline) if facts.deadline else "jour que fixe l'Acheteur"
    ),
    "montant": lambda facts: (
        f"{euros(facts.total_cents)} hors taxes"
        if facts.total_cents is not None
        else "un montant que les documents de la consultation ne fixent pas"
    ),
}
"""Every name, and what it stands for."""

_NAMED = re.compile(r"\{([^{}\n]{0,60})\}")


def unknown_placeholders(text: str) -> list[str]:
    """The names in braces that stand for nothing, in order."""
    return [one for one in _NAMED.findall(text) if one not in PLACEHOLDERS]


def filled(text: str, facts: Facts) -> str:
    """A clause's text for a group. In one pass: a group called ``{lots}`` keeps its name."""

    def value(found: re.Match[str]) -> str:
        make = PLACEHOLDERS.get(found[1])
        return one_line(make(facts)) if make else found[0]

    return _NAMED.sub(value, text)
