"""What a contract says: its nature, how it pays, how it ends, and the thresholds that it meets."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.consortia.domain import FORMS, Form
from app.contracts.domain.errors import (
    FormNotTaken,
    FormUnjustified,
    JointAccountUnexpected,
    MaximumMissing,
    MaximumUnexpected,
)


class Law(StrEnum):
    """The part of the code that a contract is under: its articles and its limits."""

    PROCUREMENT = "procurement"
    """Part two: the buyer pays a price."""
    CONCESSION = "concession"
    """Part three: the holder carries the risk (L1121-1)."""


class ContractNature(StrEnum):
    """What is bought: the threshold of R2194-8 depends on it."""

    WORKS = "works"
    SERVICES = "services"
    SUPPLIES = "supplies"


class Payment(StrEnum):
    """Where the buyer pays."""

    SEPARATE = "separate"
    """Each party on its own account."""
    JOINT_ACCOUNT = "joint_account"
    """All on one account, from which the lead pays each its part."""


class Ending(StrEnum):
    """Why a contract ended."""

    PERFORMED = "performed"
    AGREED = "agreed"
    """Buyer and holders end it together."""
    FORCE_MAJEURE = "force_majeure"
    """L2195-2."""
    FAULT = "fault"
    """L2195-3 1°."""
    GENERAL_INTEREST = "general_interest"
    """L2195-3 2°."""
    EXCLUSION = "exclusion"
    """L2195-4."""
    AWARD_UNLAWFUL = "award_unlawful"
    """L2195-5."""
    AMENDMENT_UNLAWFUL = "amendment_unlawful"
    """L2195-6."""


_EUROPEAN = (
    (date(2026, 1, 1), 5_404_000_00, 216_000_00),
    (date(2024, 1, 1), 5_538_000_00, 221_000_00),
    (date.min, 5_382_000_00, 215_000_00),
)
"""From which day on: works and concessions, then the rest, of local buyers (annex 2)."""


def european_threshold(law: Law, nature: ContractNature, on: date) -> int:
    """The threshold in force on a day, in cents excluding tax, of buyers other than the State.

    Those of the State (services and supplies) and of network operators differ: a contract may
    name its own.
    """
    found = next(one for one in _EUROPEAN if on >= one[0])
    large = law == Law.CONCESSION or nature == ContractNature.WORKS
    return found[1] if large else found[2]


@dataclass(frozen=True, slots=True)
class Forms:
    """How parties are bound: by the bid, as they undertook, as the documents impose (R2142-22)."""

    bid: Form
    undertaken: Form | None
    imposed: Form | None

    def check(self, signed: Form, reason: str | None) -> None:
        """Raise FormNotTaken or FormUnjustified, each with what would be accepted.

        What the documents impose on the winner comes before what the group undertook.
        """
        wanted = self.imposed or self.undertaken
        if wanted is None:
            if signed != self.bid and not reason:
                raise FormUnjustified
        elif signed != wanted:
            who = (
                "Les documents de la consultation imposent à l'attributaire la forme"
                if self.imposed
                else "Le groupement s'est engagé à prendre, attributaire, la forme"
            )
            raise FormNotTaken(
                f"{who} « {FORMS[wanted]} » (CCP R2142-22, R3123-10 ; R2142-24 pour un mandataire "
                f"solidaire) : le marché se signe sous cette forme, et non « {FORMS[signed]} »."
            )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is signed; amounts in cents excluding tax, ``months`` from 1 to 600.

    ``account_days``: how long the joint account may hold money before it warns, 1 to 365.
    """

    number: str
    signed_on: date
    starts_on: date
    months: int
    nature: ContractNature
    form: Form
    form_reason: str | None
    payment: Payment
    maximum_cents: int | None
    threshold_cents: int | None
    account_days: int

    def check(self, forms: Forms, awarded_cents: int | None) -> None:
        """Raise MaximumMissing, MaximumUnexpected, JointAccountUnexpected, or for its form."""
        if awarded_cents is None and self.maximum_cents is None:
            raise MaximumMissing
        if awarded_cents is not None and self.maximum_cents is not None:
            raise MaximumUnexpected
        forms.check(self.form, self.form_reason)
        if self.payment == Payment.JOINT_ACCOUNT and self.form != Form.SOLIDAIRE:
            raise JointAccountUnexpected

    def threshold(self, law: Law) -> int:
        """The European threshold that its amendments stay under, in cents."""
        if self.threshold_cents is not None:
            return self.threshold_cents
        return european_threshold(law, self.nature, self.signed_on)
