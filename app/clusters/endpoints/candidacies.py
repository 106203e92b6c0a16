"""Candidacies and votes over HTTP."""

from fastapi import Response

from app.clusters import domain, repository, service
from app.clusters.endpoints.register import Registered
from app.clusters.schemas.candidacies import (
    CandidacyOut,
    CandidacySummary,
    DecisionIn,
    VoteIn,
    VoterOut,
    candidacy_out,
    voter_out,
)
from app.clusters.schemas.members import CompanyIn
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import CandidacyId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router("/candidacies", tags=["candidacies"])


@router.get(
    "",
    operation_id="list_candidacies",
    response_model=ListOut[CandidacySummary],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_candidacies(page: Listed) -> Response:
    """The companies that would join, newest first, and what became of each."""
    return await page.list(repository.CANDIDACIES)


@router.post(
    "",
    operation_id="present_company",
    status_code=201,
    response_model=CandidacyOut,
    responses=refusals(
        domain.InvalidSiren,
        domain.NameMissing,
        domain.MemberNotActive,
        domain.MemberExists,
        domain.CandidacyOpen,
        *ONCE_ERRORS,
    ),
)
async def present_company(
    body: CompanyIn, registered: Registered, session: Session, actor: Me, once: Once
) -> Response:
    """Present a company that would join (a member's manager, the coordinator)."""
    view = await service.present(session, actor, body.company(registered))
    return await once.keep(candidacy_out(view))


@router.get(
    "/{candidacy_id}",
    operation_id="get_candidacy",
    response_model=CandidacyOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_candidacy(candidacy_id: CandidacyId, item: Item) -> Response:
    """A candidacy: who has voted, and the count once it is decided."""
    return await item.item(repository.candidacy_item(candidacy_id))


@router.post(
    "/{candidacy_id}/votes",
    operation_id="cast_vote",
    status_code=201,
    response_model=VoterOut,
    responses=refusals(
        NotFound,
        domain.MemberNotActive,
        domain.NoVote,
        domain.CandidacyDecided,
        domain.VoteClosed,
        domain.AlreadyVoted,
        *ONCE_ERRORS,
    ),
)
async def cast_vote(
    candidacy_id: CandidacyId, body: VoteIn, session: Session, actor: Me, once: Once
) -> Response:
    """Vote for the caller's company: once, finally. That it voted is seen, how is not."""
    ballot = await service.vote(session, actor, candidacy_id, body.choice)
    return await once.keep(voter_out(ballot))


@router.post(
    "/{candidacy_id}/decisions",
    operation_id="decide_candidacy",
    status_code=201,
    response_model=CandidacyOut,
    responses=refusals(
        NotFound,
        domain.CandidacyDecided,
        domain.OutcomeMissing,
        domain.OutcomeGiven,
        domain.VoteNotOver,
        domain.MemberExists,
        *ONCE_ERRORS,
    ),
)
async def decide_candidacy(
    candidacy_id: CandidacyId, body: DecisionIn, session: Session, actor: Me, once: Once
) -> Response:
    """Close a candidacy (coordinator): the votes are counted, and the company admitted or not."""
    view = await service.decide(session, actor, candidacy_id, body.outcome)
    return await once.keep(candidacy_out(view))


@router.post(
    "/{candidacy_id}/withdrawals",
    operation_id="withdraw_candidacy",
    status_code=201,
    response_model=CandidacyOut,
    responses=refusals(NotFound, domain.NotPresenter, domain.CandidacyDecided, *ONCE_ERRORS),
)
async def withdraw_candidacy(
    candidacy_id: CandidacyId, session: Session, actor: Me, once: Once
) -> Response:
    """Take a candidacy back while it is open (who presented the company, the coordinator)."""
    view = await service.withdraw(session, actor, candidacy_id)
    return await once.keep(candidacy_out(view))
