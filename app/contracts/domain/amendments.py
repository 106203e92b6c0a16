"""By how much a contract may change without a new call.

R2194-1 to R2194-9 for procurement; R3135-1 to R3135-9, number for number, for concessions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.contracts.domain.errors import (
    BelowInvoiced,
    BelowNothing,
    BeyondHalf,
    BeyondLowAmount,
    BeyondMaximum,
    PartsNotExact,
)
from app.contracts.domain.terms import ContractNature, Law
from app.kernel.errors import Fault
from app.kernel.money import BPS_WHOLE
from app.kernel.words import euros, percent


class Ground(StrEnum):
    """Why a contract is amended."""

    REVIEW_CLAUSE = "review_clause"
    """R2194-1: the documents foresaw it, in clear terms."""
    ADDITIONAL_WORKS = "additional_works"
    """R2194-2: needed, and another holder could not do them."""
    UNFORESEEN = "unforeseen"
    """R2194-5: what a diligent buyer could not foresee."""
    SUBSTITUTION = "substitution"
    """R2194-6: another holder takes a place (CE 16/5/2022 n° 459408)."""
    NOT_SUBSTANTIAL = "not_substantial"
    """R2194-7."""
    LOW_AMOUNT = "low_amount"
    """R2194-8."""


SERIES = {Law.PROCUREMENT: "R2194", Law.CONCESSION: "R3135"}
_NUMBERS = {
    Ground.REVIEW_CLAUSE: 1,
    Ground.ADDITIONAL_WORKS: 2,
    Ground.UNFORESEEN: 5,
    Ground.SUBSTITUTION: 6,
    Ground.NOT_SUBSTANTIAL: 7,
    Ground.LOW_AMOUNT: 8,
}
ARTICLES = {
    law: {ground: f"{series}-{number}" for ground, number in _NUMBERS.items()}
    for law, series in SERIES.items()
}
UP_TO_HALF = frozenset({Ground.ADDITIONAL_WORKS, Ground.UNFORESEEN})
"""Each of them stays within half of the initial amount (R2194-3, R2194-5; R3135-3, R3135-5)."""


def limit_bps(law: Law, nature: ContractNature) -> int:
    """What amendments of low amount stay under, cumulated, in basis points.

    15 % of procured works (R2194-8), 10 % of all else, concessions of works too (R3135-8).
    """
    procured_works = law == Law.PROCUREMENT and nature == ContractNature.WORKS
    return 1_500 if procured_works else 1_000


def cumulated_bps(initial_cents: int, change_cents: int) -> int:
    """A change in basis points of the initial amount, cut: under a limit exactly when it is."""
    return abs(change_cents) * BPS_WHOLE // initial_cents


@dataclass(frozen=True, slots=True)
class Base:
    """What changes are measured against: the initial amount, or the maximum of a framework."""

    initial_cents: int
    law: Law
    nature: ContractNature
    threshold_cents: int

    @property
    def limit_bps(self) -> int:
        """What amendments of low amount stay under, cumulated."""
        return limit_bps(self.law, self.nature)

    def most(self) -> int:
        """The largest cumulated change of low amount, in cents: strictly under both limits."""
        under_share = (self.initial_cents * self.limit_bps - 1) // BPS_WHOLE
        return min(under_share, self.threshold_cents - 1)

    def check(self, ground: Ground, change_cents: int, low_so_far_cents: int) -> None:
        """Raise BeyondHalf or BeyondLowAmount, each with what would be accepted.

        ``low_so_far_cents`` is what former amendments of low amount come to on balance: they
        count together (R2194-9, R3135-9; directives 2014/24 article 72.2 and 2014/23 article
        43.2, net cumulative value).
        """
        if ground in UP_TO_HALF and abs(change_cents) * 2 > self.initial_cents:
            article, half = ARTICLES[self.law][ground], euros(self.initial_cents // 2)
            raise BeyondHalf(
                f"Une modification de l'article {article} ne dépasse pas 50 % du montant "
                f"initial (CCP {SERIES[self.law]}-3) : au plus {half}."
            )
        total = low_so_far_cents + change_cents
        if ground == Ground.LOW_AMOUNT and abs(total) > self.most():
            raise BeyondLowAmount(self._refusal(change_cents, low_so_far_cents))

    def _refusal(self, change_cents: int, so_far_cents: int) -> str:
        sign, series = 1 if change_cents > 0 else -1, SERIES[self.law]
        left = sign * self.most() - so_far_cents
        total = percent(cumulated_bps(self.initial_cents, so_far_cents + change_cents))
        accepted = (
            f"Au plus {euros(left)} encore"
            if left * sign > 0
            else "Il ne reste rien à modifier ainsi"
        )
        return (
            f"Cumulées, les modifications de faible montant feraient {total} du montant initial : "
            f"il faut moins de {percent(self.limit_bps)}, et moins que le seuil européen "
            f"de {euros(self.threshold_cents)} (CCP {series}-8, {series}-9). {accepted}."
        )


def moves(
    current: Mapping[UUID, int], wanted: Mapping[UUID, int], change_cents: int
) -> dict[UUID, int]:
    """By how much each part moves from ``current`` to ``wanted``; parties that move alone.

    The wanted parts sum to the present total and the change, to the cent; raises PartsNotExact.
    """
    exact(wanted.values(), sum(current.values()) + change_cents, "/parts")
    moved = {one: wanted.get(one, 0) - current.get(one, 0) for one in {*current, *wanted}}
    return {one: cents for one, cents in sorted(moved.items()) if cents}


def require_invoiced(
    current: Mapping[UUID, int],
    moved: Mapping[UUID, int],
    approved: Mapping[UUID, int],
    names: Mapping[UUID, str],
) -> None:
    """Raise BelowInvoiced, naming each party whose part falls under what was approved of it.

    ``approved``: the invoices of work and advances that stand, less what was recovered; prices
    revised and penalties move beside the part. A part that is under it already, as was confirmed,
    is not lowered further.
    """
    faults = []
    for party_id, cents in moved.items():
        left, floor = current.get(party_id, 0) + cents, approved.get(party_id, 0)
        if cents < 0 and max(left, 0) < floor:
            message = (
                f"La part de {names[party_id]} serait de {euros(left)} pour {euros(floor)} de "
                "factures déjà approuvées (CCP R2142-20, R2194-1 et suivants) : laissez-lui au "
                f"moins {euros(floor)}, ou annulez d'abord ses factures."
            )
            faults.append(Fault("/parts", "below_invoiced", message))
    if faults:
        raise BelowInvoiced(" ".join(one.message for one in faults), tuple(faults))


def exact(parts: Iterable[int], total_cents: int, pointer: str) -> None:
    """Raise PartsNotExact, with what is missing, unless the parts sum to the total."""
    given = sum(parts)
    if given != total_cents:
        wanted = euros(total_cents)
        message = f"Les parts font {euros(given)} ; il faut exactement {wanted} (CCP R2142-20)."
        raise PartsNotExact.at(pointer, "not_whole", message)


def check_order(ordered_cents: int, order_cents: int, maximum_cents: int) -> None:
    """Raise BeyondMaximum when orders, cumulated, go beyond the maximum (L2125-1, R2162-4)."""
    if ordered_cents + order_cents > maximum_cents:
        raise BeyondMaximum(
            f"Les commandes feraient {euros(ordered_cents + order_cents)} pour un maximum de "
            f"{euros(maximum_cents)} (CCP R2162-4, L2125-1) : au plus "
            f"{euros(maximum_cents - ordered_cents)} encore."
        )


def check_left(maximum_cents: int, ordered_cents: int) -> None:
    """Raise BelowNothing when a maximum falls under what was ordered."""
    if maximum_cents < max(ordered_cents, 1):
        raise BelowNothing
