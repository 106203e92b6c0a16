"""Who answers together, over HTTP: invitations and their answers."""

from fastapi import Response

from app.clusters.domain import InvalidSiren, MemberNotActive, UnknownMember
from app.consortia import domain, service
from app.consortia.schemas import JoinedOut, PartyIn, PartyOut
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ConsortiumId, PartyId
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["consortia"])


@router.post(
    "/{consortium_id}/parties",
    operation_id="invite_party",
    status_code=201,
    response_model=PartyOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.SplitFrozen,
        domain.CompositionFrozen,
        domain.CompositionClosed,
        domain.SecondLead,
        domain.SubcontractorUndescribed,
        domain.UnknownParty,
        domain.OutsideIsMember,
        InvalidSiren,
        domain.PartyExists,
        UnknownMember,
        *ONCE_ERRORS,
    ),
)
async def invite_party(
    consortium_id: ConsortiumId, body: PartyIn, session: Session, actor: Me, once: Once
) -> Response:
    """Ask a company in (lead). One of the cluster sees the header alone until it accepts; one from

    outside has no account: the lead records its acceptance, its refusal, its approval.
    """
    party = await service.invite(
        session,
        actor,
        consortium_id,
        body.asked(),
    )
    return await once.keep(PartyOut.model_validate(party))


@router.post(
    "/{consortium_id}/parties/{party_id}/acceptances",
    operation_id="accept_invitation",
    status_code=201,
    response_model=JoinedOut,
    responses=refusals(
        NotFound,
        MemberNotActive,
        domain.NotInvited,
        domain.AlreadyAnswered,
        domain.SplitFrozen,
        domain.CompositionFrozen,
        *domain.JOINING.values(),
        *domain.BY_DOCUMENTS,
        *ONCE_ERRORS,
    ),
)
async def accept_invitation(
    consortium_id: ConsortiumId, party_id: PartyId, session: Session, actor: Me, once: Once
) -> Response:
    """Come in, for the caller's company: it takes part from here on."""
    party, warnings = await service.accept_invitation(session, actor, consortium_id, party_id)
    shown = PartyOut.model_validate(party)
    return await once.keep(JoinedOut(**shown.model_dump(), warnings=warnings))


@router.post(
    "/{consortium_id}/parties/{party_id}/refusals",
    operation_id="refuse_invitation",
    status_code=201,
    response_model=PartyOut,
    responses=refusals(NotFound, domain.NotInvited, domain.AlreadyAnswered, *ONCE_ERRORS),
)
async def refuse_invitation(
    consortium_id: ConsortiumId, party_id: PartyId, session: Session, actor: Me, once: Once
) -> Response:
    """Decline, for the caller's company: it sees nothing of the consortium any more."""
    party = await service.refuse_invitation(session, actor, consortium_id, party_id)
    return await once.keep(PartyOut.model_validate(party))


@router.post(
    "/{consortium_id}/parties/{party_id}/withdrawals",
    operation_id="withdraw_party",
    status_code=201,
    response_model=PartyOut,
    responses=refusals(
        NotFound,
        domain.NotYourParty,
        domain.LeadStays,
        domain.InvitationPending,
        domain.AlreadyJoined,
        domain.AlreadyAnswered,
        domain.SplitFrozen,
        domain.CompositionFrozen,
        *ONCE_ERRORS,
    ),
)
async def withdraw_party(
    consortium_id: ConsortiumId, party_id: PartyId, session: Session, actor: Me, once: Once
) -> Response:
    """Leave while talks are open; or take an unanswered invitation back (lead)."""
    party = await service.withdraw_party(session, actor, consortium_id, party_id)
    return await once.keep(PartyOut.model_validate(party))
