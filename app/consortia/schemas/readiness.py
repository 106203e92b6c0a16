"""Shapes of what a joint answer still needs, and of the words that companies give."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from app.certificates.domain import Kind
from app.consortia import domain
from app.consortia.domain import Facts, Form, Missing, Proof, Scope, Step
from app.consortia.schemas.given import Reason
from app.consortia.service import mandates
from app.infra.http.ids import CertificateId, LotId, MandateId, PartyId
from app.infra.http.schemas import In, LongText, Out


class FormIn(In):
    """How parties are bound, and why they answer together."""

    form: Form = Field(description="R2142-20; `conjoint_liable_lead`: R2142-24.")
    form_at_award: Form | None = Field(None, description="Where the documents ask (R2142-22).")
    justification: LongText | None = Field(
        None, description="Why a group: an oversized one is an offence (ADLC 22-D-04)."
    )


class MandateIn(In):
    """What the lead may sign for the company, from when to when; both days are included."""

    scope: Annotated[list[Scope], Field(min_length=1, max_length=4)]
    valid_from: date
    valid_until: date | None = None
    certificate_id: CertificateId | None = Field(
        None, description="The signed file: the company's certificate of kind `signing_power`."
    )
    evidence: Reason | None = Field(None, description="For a company from outside.")

    def given(self) -> mandates.MandateIn:
        """What the use case takes."""
        return mandates.MandateIn(
            frozenset(self.scope),
            self.valid_from,
            self.valid_until,
            self.certificate_id,
            self.evidence,
        )


class UndertakingIn(In):
    """What a company undertakes in writing."""

    text: LongText = Field(min_length=1, examples=["Met à disposition deux régisseurs."])
    signed_on: date
    evidence: Reason | None = Field(None, description="For a company from outside.")


class MandateOut(Out):
    """What the lead may sign for a company."""

    id: MandateId
    party_id: PartyId
    scope: list[Scope]
    valid_from: date
    valid_until: date | None
    certificate_id: CertificateId | None
    evidence: str | None
    recorded_at: AwareDatetime
    ended_at: AwareDatetime | None


class UndertakingOut(Out):
    """What a company undertook."""

    party_id: PartyId
    text: str
    signed_on: date
    evidence: str | None
    recorded_at: AwareDatetime


class MissingOut(Out):
    """One thing that a step still needs."""

    code: str = Field(examples=["certificate_expired"])
    message: str
    party_id: PartyId | None
    lot_id: LotId | None
    kind: Kind | None
    blocking: bool


class ReadinessOut(Out):
    """All that a step still needs; `ready` when nothing blocks."""

    step: Step
    ready: bool
    deadline_day: date = Field(description="At the buyer's; without a deadline, today.")
    missing: list[MissingOut]


class ProofOut(Out):
    """What a party's certificate is worth on the deadline."""

    party_id: PartyId
    lot_id: LotId | None = Field(description="Null: asked whatever the lot.")
    kind: Kind
    proof: Proof
    certificate_id: CertificateId | None
    valid_until: date | None


class ProofsOut(Out):
    """The matrix party × certificate × lot, on the deadline."""

    deadline_day: date
    items: list[ProofOut]


def readiness_out(step: Step, facts: Facts, missing: list[Missing]) -> ReadinessOut:
    """The answer that says what is missing."""
    return ReadinessOut(
        step=step,
        ready=not any(one.blocking for one in missing),
        deadline_day=facts.day,
        missing=[MissingOut.model_validate(one) for one in missing],
    )


def proofs_out(facts: Facts) -> ProofsOut:
    """The answer that shows the matrix."""
    cells = [ProofOut.model_validate(cell) for cell in domain.proofs(facts)]
    return ProofsOut(deadline_day=facts.day, items=cells)
