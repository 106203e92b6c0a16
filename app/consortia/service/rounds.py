"""The application, and the rounds after a first bid."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, life_repository, readiness_lists, repository
from app.consortia.access import require_lead
from app.consortia.domain import RoundGround, SignedBy, Step
from app.consortia.events import ApplicationSubmitted, RoundOpened
from app.consortia.life_models import Application, Round
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.tenders import service as tenders
from app.tenders.domain import is_late


async def apply(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    submitted_at: datetime,
    signed_by: SignedBy = SignedBy.ALL,
    platform: str | None,
    reference: str | None,
) -> Application:
    """Record that the application was handed in: the composition is frozen (R2142-26).

    Raises NotFound, NotLead, AlreadySubmitted, NotReady, TooLate, Invalid, ApplicationExists.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_before_bid()
    facts = await readiness_lists.read(session, consortium_id, actor.now)
    domain.require_ready(domain.missing_for(Step.APPLY, facts, signed_by))
    tender = await tenders.get_tender(session, actor, consortium.tender_id)
    if is_late(tender.deadline_at, tender.deadline_certain, submitted_at):
        raise domain.TooLate
    if submitted_at > actor.now:
        raise Invalid.at("/submitted_at", "in_the_future", "Ce dépôt est encore à venir.")
    application = Application(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        submitted_at=submitted_at,
        signed_by=signed_by,
        platform=platform,
        reference=reference,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, application, domain.ApplicationExists)
    await record_event(
        session,
        actor,
        ApplicationSubmitted(consortium_id),
        application.id,
        consortium_id=consortium_id,
    )
    return application


async def open_round(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    ground: RoundGround,
    reason: str,
    deadline_at: datetime | None,
) -> Round:
    """Open a bid that is out again: it is written, agreed and handed in anew.

    What was agreed gives way, and stays on record. Raises NotFound, NotLead, RoundNotOpen.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    if await repository.awards(session, consortium):
        raise domain.RoundNotOpen
    consortium.require_bid_out()
    last = await life_repository.last_round(session, consortium)
    opened = Round(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        number=last.number + 1 if last else 1,
        ground=ground,
        reason=reason,
        deadline_at=deadline_at,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(opened)
    await session.flush()
    await repository.lapse(session, actor, consortium)
    consortium.negotiate()
    await record_event(
        session,
        actor,
        RoundOpened(consortium_id, opened.id),
        opened.id,
        consortium_id=consortium_id,
    )
    return opened
