"""The lead hands over: a joint answer has a lead as long as it lasts (R2142-24)."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import domain, life_repository, party_repository, repository
from app.consortia.access import own_party
from app.consortia.events import LeadSucceeded, SuccessionOffered
from app.consortia.life_models import Succession
from app.consortia.service.conflicts import may_lead
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.days import not_in_future


async def offer_succession(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    party_id: UUID,
    reason: str,
    accepted_on: date | None,
) -> Succession:
    """Offer the lead's place to another holder: the lead, or another once the lead has failed.

    ``accepted_on`` is the day of the buyer's acceptance. Raises NotFound, NotParty, UnknownParty,
    NotYourSuccession, SuccessionUnaccepted, CompositionClosed, Invalid.
    """
    consortium = await repository.load(session, actor, consortium_id)
    holders = await party_repository.holders(session, consortium)
    own = own_party(actor, holders, Permission.COMMIT_COMPANY)
    lead = next(one for one in holders if one.member_id == consortium.lead_member_id)
    failed = await life_repository.failed(session, consortium)
    if own.id != lead.id and lead.id not in failed:
        raise domain.NotYourSuccession
    candidates = {one.id for one in holders if one.member_id is not None} - {lead.id}
    if party_id not in candidates:
        raise domain.UnknownParty
    if accepted_on is not None:
        not_in_future(accepted_on, actor.now.date(), "/accepted_on")
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_going_on()
    if accepted_on is None and await life_repository.frozen(session, consortium):
        raise domain.SuccessionUnaccepted
    offer = Succession(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        from_id=lead.id,
        to_id=party_id,
        reason=reason,
        accepted_on=accepted_on,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(offer)
    await session.flush()
    await record_event(
        session,
        actor,
        SuccessionOffered(consortium_id, offer.id),
        offer.id,
        consortium_id=consortium_id,
    )
    return offer


async def take_succession(
    session: AsyncSession, actor: Actor, consortium_id: UUID, succession_id: UUID
) -> Succession:
    """The company that was offered the lead's place takes it, by its own word.

    Nobody leads two groups for one contract (R2142-23). Raises NotFound, NotYourSuccession,
    MemberNotActive, SuccessionTaken, AlreadyLeads, LeadsOnTender, CompositionClosed.
    """
    consortium = await repository.load(session, actor, consortium_id)
    offer = await life_repository.succession(session, consortium, succession_id)
    require(actor, Permission.COMMIT_COMPANY)
    successor = await party_repository.live_party(session, consortium, offer.to_id)
    if successor.member_id != actor.member_id:
        raise domain.NotYourSuccession
    await clusters.require_active(session, actor)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_going_on()
    await may_lead(session, actor, consortium)
    lead = await party_repository.live_party(session, consortium, offer.from_id)
    taken = await life_repository.take(session, actor, offer)
    if taken is None or lead.member_id != consortium.lead_member_id:
        raise domain.SuccessionTaken
    await life_repository.hand_over(session, consortium, offer, successor)
    await record_event(
        session,
        actor,
        LeadSucceeded(consortium_id, offer.to_id),
        offer.id,
        consortium_id=consortium_id,
    )
    return taken
