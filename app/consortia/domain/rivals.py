"""Rival consortia: what their walls refuse, and on which ground.

Two consortia are rivals when they answer a common lot. Prices are exchanged inside one alone:
whoever has seen them may not bid apart (ADLC 22-D-04, Vinci Energies/Neu). Buyers forbid several
bids lot by lot (CCP R2142-21, R2151-7), so that lot 1 in one and lot 2 in another is lawful.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.kernel.errors import AppError, Conflict, Forbidden, Invalid, OnRecord
from app.kernel.ids import encode


class Ground(StrEnum):
    """What the caller, company or person, is held to by another bid: the gravest first."""

    LEADS = "leads"
    PERSON_SAW = "person_saw"
    COMPANY_SAW = "company_saw"
    COMPANY_SIGNED = "company_signed"
    """It has made another bid its own: approved it, or bids alone."""
    LINKED = "linked"
    """A company that is linked to it is another candidate."""
    IN_RIVAL = "in_rival"
    ALONE = "alone"
    """The company bids alone."""
    PERSON_IN = "person_in"
    PERSON_SIGNED = "person_signed"


@dataclass(frozen=True, slots=True)
class Held:
    """One ground, on one lot."""

    ground: Ground
    lot_id: UUID


class AlreadyLeads(Conflict):
    """Nobody leads two consortia for one contract, and each lot is one (R2142-23)."""

    code = "already_leads"
    title = (
        "Votre entreprise est déjà mandataire d'un groupement sur ce lot (CCP R2142-23) : "
        "une même personne ne peut représenter plus d'un candidat pour un même marché."
    )


class SeveralBidsForbidden(Conflict):
    """The buyer forbids several bids by one company (R2142-21, R2151-7)."""

    code = "several_bids_forbidden"
    title = (
        "L'acheteur interdit à une entreprise de se présenter plusieurs fois, seule ou en "
        "groupement (CCP R2142-21, R2151-7), et la vôtre s'est déjà engagée sur ce lot."
    )


class OneSignatory(Conflict):
    """One natural person signs for one candidate per contract (R2142-4)."""

    code = "one_signatory"
    title = (
        "Vous vous êtes déjà engagé pour une autre entreprise, dans un groupement rival sur ce "
        "lot : une même personne ne représente qu'un candidat par marché (CCP R2142-4)."
    )


class InRivalConsortium(OnRecord, Conflict):
    """One company, one consortium per lot, unless the coordinator decides otherwise."""

    code = "in_rival_consortium"
    title = (
        "Votre entreprise est déjà d'un autre groupement sur ce lot (CCP R2142-21, R2151-7) : "
        "seule une décision du coordinateur sur ce lot, pour votre entreprise, le permettrait."
    )


class BidsAlone(Conflict):
    """Who bids alone learns no price of who bids against it.

    Not on record: who reads the cluster's trail is not to learn who bids alone for what.
    """

    code = "bids_alone"
    title = (
        "Votre entreprise répond seule à ce lot (CCP R2142-21, R2151-7 ; ADLC 22-D-04) : retirez "
        "d'abord cette offre ; sinon, seule une décision du coordinateur sur ce lot, pour votre "
        "entreprise, le permettrait."
    )


class AlreadyBidsAlone(Conflict):
    """One company, one bid of its own on a lot."""

    code = "already_bids_alone"
    title = "Votre entreprise répond déjà seule à ce lot."


class SoloBidWithdrawn(Conflict):
    """A bid is withdrawn once."""

    code = "solo_bid_withdrawn"
    title = "Cette offre est déjà retirée."


class ColleagueInRival(OnRecord, Forbidden):
    """Named on a consortium, a person of its rival sees nothing of it."""

    code = "in_rival_consortium"
    title = (
        "Votre entreprise est d'un groupement rival sur ce lot : seule une décision du "
        "coordinateur sur ce lot, pour vous, vous ouvrirait celui-ci."
    )


class CompanySawRivalPrices(OnRecord, Conflict):
    """A company that saw a rival's prices does not bid against them, though it left."""

    code = "saw_rival_prices"
    title = (
        "Votre entreprise a vu les prix d'un groupement rival sur ce lot (ADLC 22-D-04) : seule "
        "une décision du coordinateur sur ce lot, pour votre entreprise, le permettrait."
    )


class SawRivalPrices(OnRecord, Forbidden):
    """The wall binds the person, whatever company they act for."""

    code = "saw_rival_prices"
    title = (
        "Vous avez vu les prix d'un groupement rival sur ce lot (ADLC 22-D-04) : seule une "
        "décision du coordinateur sur ce lot, pour vous, vous ouvrirait celui-ci."
    )


class AlreadyDecided(Conflict):
    """One decision at a time on a person or a company and a lot."""

    code = "already_decided"
    title = "Une décision vaut déjà sur ce lot pour cette personne ou cette entreprise."


class DecisionWithdrawn(Conflict):
    """A decision is withdrawn once."""

    code = "decision_withdrawn"
    title = "Cette décision est déjà retirée."


class OwnDecision(Forbidden):
    """Two persons: nobody lets themselves, nor their own company, through the wall."""

    code = "own_decision"
    title = "Nul ne décide pour soi ni pour son entreprise : demandez à un autre coordinateur."


class UnknownPerson(Invalid):
    """Whoever is named has a role in this cluster."""

    code = "unknown_person"
    title = "Cette personne n'est pas de ce regroupement."


class AlreadyNamed(Conflict):
    """A person is named once."""

    code = "already_named"
    title = "Cette personne est déjà nommée sur ce groupement."


class NotYourName(Forbidden):
    """The lead names and removes; the person may leave."""

    code = "not_your_name"
    title = "Seuls le mandataire et la personne elle-même mettent fin à sa nomination."


FORMING: dict[Ground, type[AppError]] = {
    Ground.LEADS: AlreadyLeads,
    Ground.PERSON_SAW: SawRivalPrices,
    Ground.COMPANY_SAW: CompanySawRivalPrices,
    Ground.IN_RIVAL: InRivalConsortium,
    Ground.ALONE: BidsAlone,
    Ground.PERSON_IN: OneSignatory,
}
"""What bars a company from opening a consortium."""

JOINING: dict[Ground, type[AppError]] = {
    ground: refusal for ground, refusal in FORMING.items() if ground != Ground.LEADS
}
"""What bars it from accepting an invitation."""

APPROVING: dict[Ground, type[AppError]] = {
    Ground.PERSON_SIGNED: OneSignatory,
    Ground.IN_RIVAL: InRivalConsortium,
    Ground.ALONE: BidsAlone,
}
"""What bars it from approving: a decision may have been withdrawn since it came in."""

BIDDING_ALONE: dict[Ground, type[AppError]] = {
    **JOINING,
    Ground.ALONE: AlreadyBidsAlone,
    Ground.PERSON_SIGNED: OneSignatory,
}
"""What bars it from bidding alone: it comes in and signs at once."""

SHUT: dict[Ground, type[AppError]] = {
    Ground.PERSON_SAW: SawRivalPrices,
    Ground.IN_RIVAL: ColleagueInRival,
}
"""What shuts a consortium to who would otherwise be inside."""


def require_free(held: Iterable[Held], barring: Mapping[Ground, type[AppError]]) -> None:
    """Raise the gravest refusal of ``barring`` that there is a ground for."""
    found = list(held)
    for ground in Ground:
        lots = sorted({one.lot_id for one in found if one.ground == ground})
        refusal = barring.get(ground)
        if not lots or refusal is None:
            continue
        if issubclass(refusal, OnRecord):
            raise refusal({"lot_ids": [encode("lot", lot) for lot in lots]})
        raise refusal
