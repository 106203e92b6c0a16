"""The bid goes out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, life_repository, readiness_lists, repository
from app.consortia.access import require_lead
from app.consortia.domain import SignedBy, Step
from app.consortia.events import BidSubmitted
from app.consortia.life_models import Round
from app.consortia.models import Consortium, Submission
from app.journal.service import record_event
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.tenders import service as tenders
from app.tenders.domain import is_late


async def submit(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    submitted_at: datetime,
    signed_by: SignedBy = SignedBy.ALL,
    platform: str | None,
    reference: str | None,
) -> Submission:
    """Record that the bid was handed in; ``submitted_at`` is the end of the upload.

    Raises NotFound, NotLead, AlreadySubmitted, NotReady, TooLate, Invalid (to come, or before the
    proposal).
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_before_bid()
    facts = await readiness_lists.read(session, consortium_id, actor.now)
    domain.require_ready(domain.missing_for(Step.SUBMIT, facts, signed_by))
    consortium.submit()
    turn = await life_repository.last_round(session, consortium)
    if await _is_late(session, actor, consortium, turn, submitted_at):
        raise domain.TooLate
    agreement = await repository.current_agreement(session, consortium)
    if agreement is None:
        raise domain.NotAgreed
    if not agreement.proposed_at <= submitted_at <= actor.now:
        message = "Le dépôt vient après la proposition de la convention, et n'est pas à venir."
        raise Invalid.at("/submitted_at", "out_of_order", message)
    submission = Submission(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        agreement_id=agreement.id,
        person_id=actor.person_id,
        platform=platform,
        reference=reference,
        submitted_at=submitted_at,
        signed_by=signed_by,
        round=turn.number if turn else 0,
    )
    session.add(submission)
    await session.flush()
    await record_event(
        session, actor, BidSubmitted(consortium_id), submission.id, consortium_id=consortium_id
    )
    return submission


async def _is_late(
    session: AsyncSession,
    actor: Actor,
    consortium: Consortium,
    turn: Round | None,
    submitted_at: datetime,
) -> bool:
    """By the deadline of the round, else of the tender.

    After an application of its own the tender's deadline was that of the application.
    """
    if turn is not None:
        return is_late(turn.deadline_at, True, submitted_at)
    if await life_repository.applied(session, consortium):
        return False
    tender = await tenders.get_tender(session, actor, consortium.tender_id)
    return is_late(tender.deadline_at, tender.deadline_certain, submitted_at)
