"""What every party approves: form and split, frozen."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import (
    domain,
    party_repository,
    readiness_lists,
    repository,
    split_repository,
)
from app.consortia.access import own_party, require_lead
from app.consortia.domain import Step
from app.consortia.events import AgreementProposed, AgreementReached, AgreementWithdrawn
from app.consortia.models import Agreement, Approval, Consortium, Party
from app.consortia.service.conflicts import may_answer
from app.infra.db import add_or_refuse
from app.journal.service import publish, record, record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


async def propose(session: AsyncSession, actor: Actor, consortium_id: UUID) -> Agreement:
    """Freeze the newest split and ask every party to approve it.

    Raises NotFound, NotLead, SplitFrozen, NotReady.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.propose()
    split = await split_repository.latest_split(session, consortium)
    facts = await readiness_lists.read(session, consortium_id, actor.now)
    domain.require_ready(domain.missing_for(Step.PROPOSE, facts))
    if split is None:
        raise domain.SplitMissing
    agreement = Agreement(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        split_id=split.id,
        split_number=split.number,
        form=consortium.form,
        person_id=actor.person_id,
        proposed_at=actor.now,
    )
    session.add(agreement)
    await session.flush()
    await record_event(
        session,
        actor,
        AgreementProposed(consortium_id, agreement.id),
        agreement.id,
        consortium_id=consortium_id,
    )
    return agreement


async def withdraw_agreement(
    session: AsyncSession, actor: Actor, consortium_id: UUID, agreement_id: UUID
) -> Agreement:
    """Take the proposal back before the bid is out: approvals lapse, talks go on.

    Raises NotFound, NotLead, NotProposed.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    agreement = await _current(session, consortium, agreement_id)
    consortium.reopen()
    agreement.withdrawn_at = actor.now
    await record_event(
        session,
        actor,
        AgreementWithdrawn(consortium_id, agreement.id),
        agreement.id,
        consortium_id=consortium_id,
    )
    return agreement


async def approve(
    session: AsyncSession, actor: Actor, consortium_id: UUID, agreement_id: UUID
) -> tuple[Approval, list[str]]:
    """Approve an agreement for the caller's company; warnings come with it.

    Naming the agreement stands in for If-Match, so that twenty-five at once do not collide.
    Raises NotFound, NotParty, NotProposed, AlreadyApproved, and what ``may_answer`` refuses
    (``domain.APPROVING``).
    """
    consortium = await repository.load(session, actor, consortium_id)
    party = own_party(
        actor, await party_repository.parties(session, consortium), Permission.COMMIT_COMPANY
    )
    await clusters.require_active(session, actor)
    consortium = await repository.lock(session, actor, consortium_id)
    agreement = await _current(session, consortium, agreement_id)
    consortium.require_proposed()
    warnings = await may_answer(
        session,
        actor,
        consortium.tender_id,
        await repository.lot_ids(session, consortium),
        domain.APPROVING,
        but=consortium.id,
        leading=consortium.lead_member_id == actor.member_id,
    )
    return await _keep(session, actor, consortium, agreement, party), warnings


async def record_approval(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    agreement_id: UUID,
    *,
    party_id: UUID,
    evidence: str,
) -> Approval:
    """The lead records that a company from outside approved, and what proves it.

    Raises NotFound, NotLead, NotOutside, NotProposed, AlreadyApproved.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    party = await party_repository.live_party(session, consortium, party_id)
    if party.member_id is not None or not party.holds:
        raise domain.NotOutside
    consortium = await repository.lock(session, actor, consortium_id)
    agreement = await _current(session, consortium, agreement_id)
    consortium.require_proposed()
    return await _keep(session, actor, consortium, agreement, party, evidence=evidence)


async def _keep(
    session: AsyncSession,
    actor: Actor,
    consortium: Consortium,
    agreement: Agreement,
    party: Party,
    *,
    evidence: str | None = None,
) -> Approval:
    """Keep a party's yes; with the last one, the agreement is reached. Raises AlreadyApproved."""
    approval = Approval(
        cluster_id=actor.cluster_id,
        consortium_id=consortium.id,
        agreement_id=agreement.id,
        party_id=party.id,
        person_id=actor.person_id,
        approved_at=actor.now,
        evidence=evidence,
    )
    await add_or_refuse(session, approval, domain.AlreadyApproved)
    await record(session, actor, "agreement.approved", agreement.id, consortium_id=consortium.id)
    approved = {one.party_id for one in await repository.approvals(session, agreement)}
    if approved >= {one.id for one in await party_repository.holders(session, consortium)}:
        consortium.agree()
        await publish(
            session,
            actor,
            AgreementReached(consortium.id, agreement.id),
            consortium_id=consortium.id,
        )
    return approval


async def _current(session: AsyncSession, consortium: Consortium, agreement_id: UUID) -> Agreement:
    agreement = await repository.current_agreement(session, consortium)
    if agreement is None or agreement.id != agreement_id:
        raise NotFound
    return agreement
