"""What a step still needs: all that is missing, each with its article."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.certificates.domain import Kind, Standing, standing
from app.consortia.domain.conflicts import conflicts_of
from app.consortia.domain.facts import Facts, PartyFacts, Scope
from app.consortia.domain.parties import PartyRole
from app.consortia.domain.states import FORMS
from app.kernel.errors import Conflict, Fault


class Step(StrEnum):
    """A step that asks whether all is ready."""

    PROPOSE = "propose"
    APPLY = "apply"
    SUBMIT = "submit"


class SignedBy(StrEnum):
    """Who signed what was handed in: each company, or the lead with its mandates (R2142-23)."""

    ALL = "all"
    LEAD = "lead"


class Proof(StrEnum):
    """What a company's certificate of a kind is worth on the deadline."""

    VALID = "valid"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """Of a company from outside: its certificates are not kept here."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a step still needs; ``blocking`` unless it is only to be looked at."""

    step: Step
    code: str
    message: str
    party_id: UUID | None = None
    lot_id: UUID | None = None
    kind: Kind | None = None
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """Party × certificate × lot: what it is worth on the deadline."""

    party_id: UUID
    lot_id: UUID | None
    """None: asked of the party whatever the lot."""
    kind: Kind
    proof: Proof
    certificate_id: UUID | None
    valid_until: date | None


class NotReady(Conflict):
    """Everything that the step still needs is in ``errors``."""

    code = "not_ready"
    title = "Cette étape demande encore ce qui suit."


def require_ready(missing: Collection[Missing]) -> None:
    """Raise NotReady with everything that blocks."""
    faults = tuple(Fault("", one.code, one.message) for one in missing if one.blocking)
    if faults:
        raise NotReady(" ".join(dict.fromkeys(one.message for one in faults)), faults)


def missing_for(step: Step, facts: Facts, signed_by: SignedBy = SignedBy.ALL) -> list[Missing]:
    """Everything that a step still needs, in the order in which people would settle it."""
    found = [*_composition(step, facts), *_conflicts(step, facts)]
    found += _form(step, facts)
    if step == Step.PROPOSE:
        return [*found, *_split(facts)]
    found += _words(step, facts, signed_by)
    if step == Step.SUBMIT:
        found += [*_agreement(facts), *_failures(facts)]
    return [*found, *_proofs(step, facts)]


def _composition(step: Step, facts: Facts) -> Iterator[Missing]:
    for party in facts.parties:
        if not party.joined and (party.holds or step != Step.APPLY):
            message = (
                "Une entreprise invitée n'a pas encore répondu : attendez sa réponse, ou retirez "
                "l'invitation."
            )
            yield Missing(step, "invitation_pending", message, party.id)
    if len(facts.holders) == 1:
        yield Missing(step, "alone", "Un groupement réunit deux entreprises au moins (R2142-19).")


def _conflicts(step: Step, facts: Facts) -> Iterator[Missing]:
    """Of the caller's own company, where it holds: a partner's would tell of its rivals."""
    own = facts.own
    for party in facts.holders:
        if party.member_id is not None and party.member_id == own.member_id:
            leads = party.role == PartyRole.LEAD
            for one in conflicts_of(own.held, own.bids, own.rules, facts.lots, leading=leads):
                yield Missing(
                    step, one.code, one.message, party.id, one.lot_id, blocking=one.blocking
                )


def _form(step: Step, facts: Facts) -> Iterator[Missing]:
    """The agreement foresees what the winner must be; a candidate needs no form (R2142-22)."""
    imposed = facts.imposed_form
    if imposed is not None and facts.form_at_award != imposed:
        message = (
            f"Les documents imposent à l'attributaire la forme « {FORMS[imposed]} » (CCP R2142-22, "
            "R3123-10 ; R2142-24 pour un mandataire solidaire) : inscrivez-la comme forme à "
            "l'attribution, pour que la convention la prévoie."
        )
        yield Missing(step, "form_at_award", message, blocking=step == Step.PROPOSE)


def _split(facts: Facts) -> Iterator[Missing]:
    if not facts.has_split:
        message = "Écrivez d'abord la répartition de chaque lot (CCP R2142-20)."
        yield Missing(Step.PROPOSE, "split_missing", message)
        return
    if facts.split_strangers:
        message = (
            "La répartition nomme une entreprise qui s'est retirée : écrivez-la de nouveau avant "
            "de proposer la convention."
        )
        yield Missing(Step.PROPOSE, "split_outdated", message)
    for party in facts.holders:
        if not party.in_split:
            message = (
                "Chaque entreprise du groupement doit avoir une part dans la répartition "
                "(CCP R2142-20)."
            )
            yield Missing(Step.PROPOSE, "party_without_part", message, party.id)


def _words(step: Step, facts: Facts, signed_by: SignedBy) -> Iterator[Missing]:
    scope = Scope.APPLICATION if step == Step.APPLY else Scope.BID
    covered = {one.party_id for one in facts.mandates if one.covers(scope, facts.day)}
    for party in facts.holders:
        bound = party.role != PartyRole.LEAD and party.id not in covered
        if signed_by == SignedBy.LEAD and bound:
            message = (
                "Le mandataire ne signe seul qu'avec l'habilitation de chaque membre, valable à la "
                "date limite (CCP R2142-23)."
            )
            yield Missing(step, "mandate_missing", message, party.id)
    for party in facts.parties:
        lends = party.role == PartyRole.RELIED_UPON
        works = party.role == PartyRole.SUBCONTRACTOR and step == Step.SUBMIT
        if (lends or works) and party.joined and not party.undertook:
            article = "R2142-3" if lends else "R2193-1"
            message = f"Il manque l'engagement écrit de cette entreprise (CCP {article})."
            yield Missing(step, "undertaking_missing", message, party.id)


def _agreement(facts: Facts) -> Iterator[Missing]:
    if not facts.proposed:
        message = "Proposez d'abord la convention : chaque entreprise l'approuve avant le dépôt."
        yield Missing(Step.SUBMIT, "agreement_missing", message)
        return
    for party in facts.holders:
        if not party.approved:
            message = "Chaque entreprise doit avoir approuvé la convention avant le dépôt."
            yield Missing(Step.SUBMIT, "approval_missing", message, party.id)


def _failures(facts: Facts) -> Iterator[Missing]:
    for party in facts.parties:
        if party.failed:
            message = (
                "Une entreprise s'est retirée ou est défaillante : faites accepter sa sortie ou "
                "son remplacement par l'acheteur (CCP R2142-26)."
            )
            yield Missing(Step.SUBMIT, "failure_unsettled", message, party.id)


_PROVED = {
    Proof.MISSING: "Il manque une attestation demandée (CCP R2143-3).",
    Proof.EXPIRED: "Une attestation demandée aura expiré à la date limite (CCP R2143-3).",
    Proof.NOT_YET: "Une attestation demandée ne vaut pas encore à la date limite (CCP R2143-3).",
    Proof.UNKNOWN: "Vérifiez les attestations de l'entreprise extérieure : elles ne sont pas ici.",
}


def _proofs(step: Step, facts: Facts) -> Iterator[Missing]:
    for cell in proofs(facts):
        if cell.proof == Proof.VALID:
            continue
        message = _PROVED[cell.proof]
        if cell.lot_id is not None:
            message = "Ce lot est réservé (CCP L2113-12 à L2113-16). " + message
        yield Missing(
            step,
            f"certificate_{cell.proof}",
            message,
            cell.party_id,
            cell.lot_id,
            cell.kind,
            blocking=cell.proof != Proof.UNKNOWN,
        )


def proofs(facts: Facts) -> list[Cell]:
    """The matrix party × certificate × lot on the deadline (DOMAIN 5.15).

    Of a reserved lot, one kind is enough: the cell tells the one that proves most.
    """
    cells = []
    for party in facts.holders:
        cells += [_cell(facts, party, None, [kind]) for kind in sorted(facts.asked)]
        cells += [
            _cell(facts, party, lot, sorted(facts.reserved[lot]))
            for lot in facts.lots
            if lot in facts.reserved
        ]
    return cells


_BEST_FIRST = (Proof.VALID, Proof.NOT_YET, Proof.EXPIRED, Proof.MISSING)


def _cell(facts: Facts, party: PartyFacts, lot_id: UUID | None, kinds: list[Kind]) -> Cell:
    if party.member_id is None:
        return Cell(party.id, lot_id, kinds[0], Proof.UNKNOWN, None, None)
    found = [Cell(party.id, lot_id, kinds[0], Proof.MISSING, None, None)]
    for one in facts.certificates:
        if one.member_id == party.member_id and one.kind in kinds:
            worth = standing(one.valid_from, one.valid_until, facts.day)
            proof = {
                Standing.VALID: Proof.VALID,
                Standing.NOT_YET: Proof.NOT_YET,
                Standing.EXPIRED: Proof.EXPIRED,
            }[worth]
            found.append(Cell(party.id, lot_id, one.kind, proof, one.id, one.valid_until))
    return min(found, key=lambda cell: _BEST_FIRST.index(cell.proof))
