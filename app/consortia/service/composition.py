"""Who answers together: opening a consortium, inviting companies."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import domain, repository, wall_repository
from app.consortia.access import require_lead
from app.consortia.domain import Form, PartyRole, State
from app.consortia.events import ConsortiumFormed, PartyInvited
from app.consortia.models import Consortium, ConsortiumLot, Party
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.tenders import service as tenders


async def form(
    session: AsyncSession,
    actor: Actor,
    *,
    tender_id: UUID,
    name: str,
    form: Form,
    lot_ids: Sequence[UUID],
) -> Consortium:
    """Open a joint answer on some lots; the caller's company leads it.

    Raises NotFound, Forbidden, LotNotAnswered, and what ``domain.FORMING`` says.
    """
    tender = await tenders.get_tender(session, actor, tender_id)
    require(actor, Permission.COMMIT_COMPANY)
    await clusters.require_active(session, actor)
    # In one order for all: each takes a lock as its row is written.
    wanted = sorted(set(lot_ids))
    known = {lot.id for lot in await tenders.lots_of(session, actor, tender_id)}
    if not known.issuperset(wanted):
        raise domain.LotNotAnswered
    await wall_repository.lock_commitments(session, actor, wanted)
    domain.require_free(await wall_repository.held(session, wanted), domain.FORMING)
    consortium = Consortium(
        cluster_id=actor.cluster_id,
        tender_id=tender.id,
        name=name,
        form=form,
        lead_member_id=actor.member_id,
        state=State.FORMING,
        version=1,
        created_at=actor.now,
    )
    session.add(consortium)
    await session.flush()
    session.add_all(
        ConsortiumLot(
            cluster_id=actor.cluster_id,
            consortium_id=consortium.id,
            tender_id=tender.id,
            lot_id=lot_id,
        )
        for lot_id in wanted
    )
    lead = _party(actor, consortium.id, consortium.lead_member_id, PartyRole.LEAD, None)
    lead.joined_at, lead.joined_by = actor.now, actor.person_id
    session.add(lead)
    await session.flush()
    await record_event(
        session, actor, ConsortiumFormed(consortium.id), consortium.id, consortium_id=consortium.id
    )
    return consortium


async def invite(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    member_id: UUID,
    role: PartyRole,
    tasks: str | None,
) -> Party:
    """Invite a company of the cluster: it sees the header until it accepts.

    Raises NotFound, NotLead, SplitFrozen, SecondLead, UnknownMember, PartyExists.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    await clusters.require_active(session, actor)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_open()
    if role == PartyRole.LEAD:
        raise domain.SecondLead
    await clusters.active_members(session, actor, {member_id})
    party = _party(actor, consortium_id, member_id, role, tasks)
    await add_or_refuse(session, party, domain.PartyExists)
    await record_event(
        session, actor, PartyInvited(consortium_id, party.id), party.id, consortium_id=consortium_id
    )
    return party


def _party(
    actor: Actor, consortium_id: UUID, member_id: UUID, role: PartyRole, tasks: str | None
) -> Party:
    return Party(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        member_id=member_id,
        role=role,
        tasks=tasks,
        invited_at=actor.now,
    )
