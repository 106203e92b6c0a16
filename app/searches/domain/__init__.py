"""Rules of saved searches: what one may ask for, and what of it is looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.kernel.errors import Conflict, Fault, Invalid
from app.watch.areas import DEPARTMENTS, around, departments_of, departments_of_nuts, nuts_of
from app.watch.domain import Nature, NoticeKind, Reservation
from app.watch.words import MAX_WORDS, Words, read_words

MAX_OF_COMPANY = 50
"""Live searches of one company."""

MAX_OF_CLUSTER = 200
"""Live searches of the cluster itself."""

LOOKS_BACK = timedelta(days=90)
"""How old a publication may be and still be worth an alert; ``app.match`` says the same."""

MAX_FOUND_AT_ONCE = 1_000
"""Matches that a search gets when it is made or changed: the newest."""

SHOWN_IN_PREVIEW = 20
COUNTED_IN_PREVIEW = 100
"""Beyond, a preview says that there are more."""

WORTH_AN_ALERT = (NoticeKind.CALL, NoticeKind.CORRECTION)
"""Kinds of notices that are looked for when a search names none."""


class State(StrEnum):
    """What someone has made of a match."""

    NEW = "new"
    DISMISSED = "dismissed"
    ASSIGNED = "assigned"
    FOLLOWED = "followed"


class NothingAsked(Invalid):
    """It would match every notice, or every one but a few."""

    code = "nothing_asked"
    title = (
        "Une recherche demande au moins un critère positif : un mot, un code CPV, un lieu, un "
        "acheteur, une nature, une procédure, une concession, un montant, un délai, une réserve "
        "ou un type d'avis. Des exclusions seules ne suffisent pas."
    )


class TooCommon(Invalid):
    """Words such as « de la » are in every notice, and looked for in none."""

    code = "words_too_common"
    title = "Ces mots sont trop courants pour être cherchés : ajoutez-en un qui ait un sens."


class TooManySearches(Conflict):
    """Whoever needs a further one ends one that serves no more."""

    code = "too_many_searches"
    title = "Il y a trop de recherches enregistrées : supprimez-en une."


class NotAColleague(Invalid):
    """A match is assigned within a company, or within the cluster's own staff."""

    code = "not_a_colleague"
    title = "Un avis se confie à une personne de la même entreprise."


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a search asks of a notice: every criterion given must hold, any value of each.

    ``cpv`` are branches (see ``watch.service.prepare.branch``); ``departments`` and ``regions``
    INSEE codes, ``around`` adds the neighbours of every department named. ``buyers`` are words of
    a name, ``sirens`` numbers. Amounts are cents of euro; ``days`` are whole days left before the
    deadline when the notice arrives.
    """

    words: str | None = None
    cpv: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    nuts: tuple[str, ...] = ()
    around: bool = False
    buyers: tuple[str, ...] = ()
    sirens: tuple[str, ...] = ()
    natures: tuple[Nature, ...] = ()
    procedures: tuple[str, ...] = ()
    concession: bool | None = None
    estimate_from: int | None = None
    estimate_to: int | None = None
    days_from: int | None = None
    days_to: int | None = None
    reserved: tuple[Reservation, ...] = ()
    kinds: tuple[NoticeKind, ...] = ()

    def read(self) -> Words:
        """The words, read."""
        return read_words(self.words or "")

    def check(self) -> None:
        """Raise NothingAsked, or Invalid with what is at fault."""
        faults = tuple(self._faults())
        if faults:
            raise Invalid(faults=faults)
        positive = (
            self.read().any,
            self.cpv,
            self.departments,
            self.regions,
            self.nuts,
            self.buyers,
            self.sirens,
            self.natures,
            self.procedures,
            self.reserved,
            self.kinds,
        )
        bounds = (self.estimate_from, self.estimate_to, self.days_from, self.days_to)
        if not any(positive) and self.concession is None and bounds == (None,) * len(bounds):
            raise NothingAsked

    def _faults(self) -> Iterator[Fault]:
        if len((self.words or "").split()) > MAX_WORDS:
            yield Fault("/body/criteria/words", "too_many_words", f"{MAX_WORDS} mots au plus.")
        for name, low, high in (
            ("estimate", self.estimate_from, self.estimate_to),
            ("days_left", self.days_from, self.days_to),
        ):
            if low is not None and high is not None and low > high:
                message = "Le maximum est inférieur au minimum."
                yield Fault(f"/body/criteria/{name}_to", "below_minimum", message)
        if self.around and not (self.departments or self.regions):
            message = "Dites autour de quels départements ou régions."
            yield Fault("/body/criteria/around", "around_nothing", message)

    def places(self) -> tuple[list[str], list[str]] | None:
        """Departments and NUTS areas that a notice may lie in; None when anywhere will do."""
        if not (self.departments or self.regions or self.nuts):
            return None
        named = {*self.departments, *(d for one in self.regions for d in departments_of(one))}
        if self.around:
            named |= {neighbour for one in named for neighbour in around(one)}
        named |= {d for one in self.nuts for d in departments_of_nuts(one)}
        codes = {*self.nuts, *(code for one in named if (code := nuts_of(one)))}
        return sorted(named), sorted(codes)


def is_department(code: str) -> bool:
    """Whether an INSEE code is one of a department, or of a collectivity overseas."""
    return code in DEPARTMENTS
