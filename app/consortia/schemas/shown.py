"""What callers are shown."""

from pydantic import AwareDatetime, Field

from app.consortia.domain import Form, PartyRole, SignedBy, State
from app.consortia.schemas.outcomes import AwardOut, award_out
from app.consortia.service.reading import ConsortiumView
from app.infra.http.ids import (
    AgreementId,
    ApprovalId,
    ConsortiumId,
    DecisionId,
    LotId,
    MemberId,
    NamedId,
    PartyId,
    PersonId,
    SubmissionId,
    TenderId,
)
from app.infra.http.schemas import Out


class ConsortiumSummary(Out):
    """The header of a joint answer: no amount in it."""

    id: ConsortiumId
    tender_id: TenderId
    name: str
    form: Form
    form_at_award: Form | None
    lead_member_id: MemberId
    state: State
    version: int = Field(description="Also the ETag.")
    created_at: AwareDatetime


class PartyOut(Out):
    """A company of the consortium, or invited to it."""

    id: PartyId
    member_id: MemberId | None = Field(description="Null for a company from outside.")
    company_name: str | None
    company_siret: str | None
    role: PartyRole
    tasks: str | None
    works_for: PartyId | None
    payment_direct: bool | None
    payment_terms: str | None
    invited_at: AwareDatetime
    joined_at: AwareDatetime | None = Field(description="Null until the company accepts.")
    left_at: AwareDatetime | None = Field(description="It refused, was uninvited, or withdrew.")


class JoinedOut(PartyOut):
    """A company that has just come in, with what to mind."""

    warnings: list[str]


class NamedOut(Out):
    """Someone who sees what the parties see."""

    id: NamedId
    person_id: PersonId
    named_by: PersonId
    named_at: AwareDatetime
    left_at: AwareDatetime | None


class NamedPeopleOut(Out):
    """Everyone who is named, in order."""

    items: list[NamedOut]


class DecisionOut(Out):
    """A person, or a company, let into rival consortia on a lot."""

    id: DecisionId
    person_id: PersonId | None
    member_id: MemberId | None
    lot_id: LotId
    reason: str
    decided_by: PersonId
    decided_at: AwareDatetime
    withdrawn_at: AwareDatetime | None


class ApprovalOut(Out):
    """A party's yes."""

    id: ApprovalId
    agreement_id: AgreementId
    party_id: PartyId
    approved_at: AwareDatetime
    evidence: str | None = Field(description="Of a company from outside.")


class ApprovedOut(ApprovalOut):
    """A fresh approval, with what to mind."""

    warnings: list[str]


class AgreementOut(Out):
    """A split and a form, proposed for approval."""

    id: AgreementId
    split_number: int = Field(description="The version of the split that is approved.")
    form: Form
    proposed_at: AwareDatetime
    withdrawn_at: AwareDatetime | None


class AgreementState(AgreementOut):
    """An agreement and who has approved it."""

    approvals: list[ApprovalOut]


class ConsortiumOut(ConsortiumSummary):
    """A joint answer; lists stay empty for who may see the header alone.

    An invited company sees the lots, and its own row among the parties.
    """

    justification: str | None = None
    lot_ids: list[LotId]
    parties: list[PartyOut]
    agreement: AgreementState | None
    awards: list[AwardOut]


class FormedOut(ConsortiumOut):
    """A fresh joint answer, with what to mind."""

    warnings: list[str]


class SubmissionOut(Out):
    """The bid as handed in."""

    id: SubmissionId
    submitted_at: AwareDatetime
    signed_by: SignedBy
    platform: str | None
    reference: str | None


def consortium_out(view: ConsortiumView) -> ConsortiumOut:
    """The answer that shows a joint answer."""
    agreement = None
    if view.agreement is not None:
        agreement = AgreementState(
            **AgreementOut.model_validate(view.agreement).model_dump(),
            approvals=[ApprovalOut.model_validate(one) for one in view.approvals],
        )
    return ConsortiumOut(
        **ConsortiumSummary.model_validate(view.consortium).model_dump(),
        lot_ids=view.lot_ids,
        parties=[PartyOut.model_validate(party) for party in view.parties],
        agreement=agreement,
        awards=[award_out(award) for award in view.awards],
    )
