"""The kinds of documents, and what each needs."""

from collections.abc import Sequence
from enum import StrEnum

from app.forms.blocks import Paper
from app.forms.facts import Clause, Facts
from app.forms.papers.agreement import agreement
from app.forms.papers.bid import candidacy, commitment, summary
from app.forms.papers.company import declaration
from app.forms.papers.subcontract import subcontract


class Kind(StrEnum):
    """A document of a joint answer."""

    AGREEMENT = "agreement"
    """Convention de groupement."""
    CANDIDACY = "dc1"
    """Lettre de candidature."""
    DECLARATION = "dc2"
    """Déclaration d'un membre."""
    COMMITMENT = "attri1"
    """Acte d'engagement d'un lot."""
    SUBCONTRACT = "dc4"
    """Déclaration de sous-traitance."""
    SUMMARY = "summary"
    """The bid on one page."""


OF_A_LOT = frozenset({Kind.COMMITMENT})
OF_A_PARTY = frozenset({Kind.DECLARATION, Kind.SUBCONTRACT})
PRICED = frozenset({Kind.AGREEMENT, Kind.COMMITMENT, Kind.SUBCONTRACT, Kind.SUMMARY})
"""Kinds from which a price can be read."""


def draw(
    kind: Kind,
    facts: Facts,
    *,
    lot: int | None = None,
    party: int | None = None,
    clauses: Sequence[Clause] = (),
) -> Paper:
    """The blocks of a document; ``lot`` and ``party`` are places in the facts."""
    if kind in OF_A_LOT and lot is not None:
        return commitment(facts, facts.lots[lot])
    if kind in OF_A_PARTY and party is not None:
        of = facts.parties[party]
        return declaration(facts, of) if kind is Kind.DECLARATION else subcontract(facts, of)
    if kind is Kind.AGREEMENT:
        return agreement(facts, clauses)
    return candidacy(facts) if kind is Kind.CANDIDACY else summary(facts)
