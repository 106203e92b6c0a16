"""Who is in a joint answer, and as what."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.kernel.errors import Conflict, Fault, Invalid


class PartyRole(StrEnum):
    """What a company is in the answer."""

    LEAD = "lead"
    CO_CONTRACTOR = "co_contractor"
    SUBCONTRACTOR = "subcontractor"
    """Works for a holder, who stays bound for all of it (L2193-1, L2193-3)."""
    RELIED_UPON = "relied_upon"
    """Lends its means to a holder (R2142-3)."""


HOLDERS = frozenset({PartyRole.LEAD, PartyRole.CO_CONTRACTOR})
"""Who will hold the contract: they see the prices, approve, and owe the cluster its part."""


@dataclass(frozen=True, slots=True)
class Outside:
    """A company that is not of the cluster; its SIRET has fourteen digits, where it has one."""

    name: str
    siret: str | None


@dataclass(frozen=True, slots=True)
class Subcontract:
    """For whom a subcontractor works, and how it is paid (R2193-1, R2193-10)."""

    works_for: UUID
    payment_direct: bool
    payment_terms: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the lead asks in: a member, or a company from outside."""

    company: UUID | Outside
    role: PartyRole
    tasks: str | None
    subcontract: Subcontract | None = None

    def check(self) -> None:
        """Raise SecondLead, or SubcontractorUndescribed with all that is missing."""
        if self.role == PartyRole.LEAD:
            raise SecondLead
        wanted = self.role == PartyRole.SUBCONTRACTOR
        faults = []
        if wanted and self.subcontract is None:
            message = "Dites pour qui l'entreprise travaille et comment elle est payée."
            faults.append(Fault("/subcontract", "missing", message))
        if wanted and not self.tasks:
            message = "Décrivez les prestations sous-traitées."
            faults.append(Fault("/tasks", "missing", message))
        if not wanted and self.subcontract is not None:
            message = "Seul un sous-traitant a des conditions de sous-traitance."
            faults.append(Fault("/subcontract", "unexpected", message))
        if faults:
            raise SubcontractorUndescribed(None, tuple(faults))


class SecondLead(Conflict):
    """Exactly one lead (R2142-24; CE 28/4/2006 n° 283942)."""

    code = "second_lead"
    title = "Un groupement a un seul mandataire (CCP R2142-24 ; CE 28/4/2006 n° 283942)."


class SubcontractorUndescribed(Invalid):
    """The buyer accepts a subcontractor and its terms of payment, or neither (R2193-1)."""

    code = "subcontractor_undescribed"
    title = (
        "Un sous-traitant est présenté avec la nature de ses prestations et ses conditions de "
        "paiement (CCP R2193-1)."
    )


class OutsideIsMember(Conflict):
    """A company of the cluster comes in by its own word."""

    code = "outside_is_member"
    title = "Cette entreprise est adhérente du regroupement : invitez-la comme telle."


class NotOutside(Conflict):
    """A member speaks for itself; the lead records the word of companies from outside alone."""

    code = "not_outside"
    title = "Seule la parole d'une entreprise extérieure est consignée par le mandataire."


class MandateOfTheLead(Conflict):
    """Co-contractors let the lead sign for them; nobody else needs to."""

    code = "mandate_of_the_lead"
    title = "L'habilitation se donne par un cotraitant au mandataire (CCP R2142-23)."


class EvidenceMissing(Invalid):
    """What a company from outside said is recorded with what proves it."""

    code = "evidence_missing"
    title = "Dites ce qui prouve la parole de l'entreprise extérieure (evidence)."


class NothingToUndertake(Conflict):
    """Holders are bound by the agreement."""

    code = "nothing_to_undertake"
    title = (
        "L'engagement écrit est celui d'un sous-traitant ou d'une entreprise dont les capacités "
        "sont invoquées (CCP R2193-1, R2142-3) : un membre du groupement approuve la convention."
    )


class AlreadyUndertaken(Conflict):
    """Once said, it binds."""

    code = "already_undertaken"
    title = "L'engagement de cette entreprise est déjà consigné."
