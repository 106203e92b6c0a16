"""Rules of clauses and documents, without a database."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from app.consortia.domain import Form
from app.forms import PLACEHOLDERS, Clause, Kind, unknown_placeholders
from app.forms.kinds import OF_A_LOT, OF_A_PARTY
from app.kernel.errors import Conflict, Fault, Invalid

LIBRARY = Path(__file__).parent / "library.toml"
STEP = 10
"""Between the positions of shipped clauses: a cluster's own may stand between two."""
MOST_CLAUSES = 100
"""In the library of one cluster."""
MOST_VERSIONS = 500
"""Of one clause."""
MOST_DOCUMENTS = 1_000
"""Of one joint answer."""


class UnknownPlaceholder(Invalid):
    """A name in braces that stands for nothing would be signed as it is."""

    code = "unknown_placeholder"
    title = "Une accolade contient un nom inconnu."


class UnknownClause(Invalid):
    """The library has no such clause for this form of group."""

    code = "unknown_clause"
    title = "Une clause est inconnue de la bibliothèque, ou prévue pour une autre forme."


class TooManyClauses(Conflict):
    """Nobody reads an agreement of so many articles."""

    code = "too_many_clauses"
    title = f"Pas plus de {MOST_CLAUSES} clauses, ni de {MOST_VERSIONS} versions de l'une."


class OfWhat(Invalid):
    """The document is of one lot, or of one party, and of nothing else."""

    code = "of_what"
    title = "Ce document se rapporte à un lot ou à un membre : précisez lequel."


class TooManyDocuments(Conflict):
    """Nobody finds one among so many."""

    code = "too_many_documents"
    title = f"Pas plus de {MOST_DOCUMENTS} documents pour un groupement."


class SignedFileThere(Conflict):
    """What a company has signed stays what it is."""

    code = "signed_file_there"
    title = "Votre entreprise a déjà déposé ce document signé : éditez une nouvelle version."


class NotToSign(Conflict):
    """The summary is for the group alone; a declaration is signed by whom it is of."""

    code = "not_to_sign"
    title = "Ce document ne se signe pas, ou pas par votre entreprise."


class NotASubcontractor(Invalid):
    """Form DC4 is of a subcontractor, and of nobody else (R2193-1)."""

    code = "not_a_subcontractor"
    title = "Une déclaration de sous-traitance porte sur un sous-traitant (CCP R2193-1)."


@dataclass(frozen=True, slots=True)
class LibraryClause:
    """A clause as the library has it; version 0 is the one that is shipped.

    ``forms`` are those that it is for; ``standard`` says that an agreement has it unless its lead
    chooses otherwise.
    """

    key: str
    version: int
    position: int
    title: str
    text: str
    law: str | None
    forms: frozenset[Form]
    standard: bool

    def printed(self) -> Clause:
        """The same, as paper needs it."""
        return Clause(self.key, self.title, self.text, self.law)


@cache
def shipped() -> dict[str, LibraryClause]:
    """The clauses that come with the program, by key, in order."""
    read = tomllib.loads(LIBRARY.read_text())["clause"]
    return {
        one["key"]: LibraryClause(
            one["key"],
            0,
            at * STEP,
            one["title"],
            one["text"].strip(),
            one.get("law"),
            frozenset(Form(form) for form in one.get("forms", list(Form))),
            one.get("standard", True),
        )
        for at, one in enumerate(read, start=1)
    }


def library(edited: Iterable[LibraryClause]) -> list[LibraryClause]:
    """The clauses of a cluster, in order: its own versions in the place of what is shipped."""
    held = {**shipped(), **{one.key: one for one in edited}}
    return sorted(held.values(), key=lambda one: (one.position, one.key))


def in_agreement(
    clauses: Iterable[LibraryClause], form: Form, chosen: Sequence[str] | None
) -> list[LibraryClause]:
    """The clauses of an agreement: as its lead chose, else the standard ones; of its form."""
    return [
        one
        for one in clauses
        if form in one.forms and (one.standard if chosen is None else one.key in chosen)
    ]


def check_choice(clauses: Iterable[LibraryClause], form: Form, keys: Sequence[str]) -> None:
    """Raise UnknownClause on a key that no clause of this form has."""
    known = {one.key for one in clauses if form in one.forms}
    wrong = [at for at, key in enumerate(keys) if key not in known]
    if wrong:
        message = "Cette clause n'existe pas, ou pas pour cette forme de groupement."
        faults = tuple(Fault(f"/clause_ids/{at}", "unknown_clause", message) for at in wrong[:10])
        raise UnknownClause(message, faults)


def check_text(title: str, text: str) -> None:
    """Raise UnknownPlaceholder on a name in braces that stands for nothing."""
    known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
    message = f"Noms possibles : {known}."
    faults = tuple(
        Fault(pointer, "unknown_placeholder", message)
        for pointer, given in (("/title", title), ("/text", text))
        if unknown_placeholders(given)
    )
    if faults:
        raise UnknownPlaceholder(message, faults)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is of: a kind, and the lot or the party that it is about."""

    kind: Kind
    lot_id: UUID | None = None
    party_id: UUID | None = None

    def check(self) -> None:
        """Raise OfWhat unless a lot is named exactly when the kind is of one; so for a party."""
        wanted = (
            ("/lot_id", self.lot_id, self.kind in OF_A_LOT),
            ("/party_id", self.party_id, self.kind in OF_A_PARTY),
        )
        faults = tuple(
            Fault(pointer, "of_what", "À préciser." if asked else "À ne pas préciser.")
            for pointer, given, asked in wanted
            if (given is not None) != asked
        )
        if faults:
            raise OfWhat(faults=faults)
