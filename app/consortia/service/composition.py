"""Who answers together: opening a consortium, inviting companies."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import domain, life_repository, party_repository, repository
from app.consortia.access import require_lead
from app.consortia.domain import Asked, Form, Outside, PartyRole, State
from app.consortia.events import ConsortiumFormed, PartyInvited
from app.consortia.models import Consortium, ConsortiumLot, Party
from app.consortia.service.conflicts import may_answer
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import Fault
from app.tenders import service as tenders


async def form(
    session: AsyncSession,
    actor: Actor,
    *,
    tender_id: UUID,
    name: str,
    form: Form,
    lot_ids: Sequence[UUID],
) -> tuple[Consortium, list[str]]:
    """Open a joint answer on some lots; the caller's company leads it. Warnings come with it.

    Raises NotFound, Forbidden, LotNotAnswered, and what ``may_answer`` refuses
    (``domain.FORMING``).
    """
    tender = await tenders.get_tender(session, actor, tender_id)
    require(actor, Permission.COMMIT_COMPANY)
    await clusters.require_active(session, actor)
    # In one order for all: each takes a lock as its row is written.
    wanted = sorted(set(lot_ids))
    known = {lot.id for lot in await tenders.lots_of(session, actor, tender_id)}
    if not known.issuperset(wanted):
        raise domain.LotNotAnswered
    warnings = await may_answer(session, actor, tender_id, wanted, domain.FORMING, leading=True)
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
    lead = _party(actor, consortium.id, Asked(consortium.lead_member_id, PartyRole.LEAD, None))
    lead.joined_at, lead.joined_by = actor.now, actor.person_id
    session.add(lead)
    await session.flush()
    await record_event(
        session, actor, ConsortiumFormed(consortium.id), consortium.id, consortium_id=consortium.id
    )
    return consortium, warnings


async def invite(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    asked: Asked,
) -> Party:
    """Ask a company in. Of the cluster, it sees the header until it accepts.

    The word of a company from outside is the lead's to record. Raises NotFound, NotLead,
    SplitFrozen, CompositionFrozen, CompositionClosed, and what ``ask_in`` refuses.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    await clusters.require_active(session, actor)
    consortium = await repository.lock(session, actor, consortium_id)
    if asked.role == PartyRole.SUBCONTRACTOR:
        # Presented with the bid, or at any time later (R2193-1, R2193-3).
        consortium.require_going_on()
    else:
        consortium.require_open()
        if await life_repository.frozen(session, consortium):
            raise domain.CompositionFrozen
    party = await ask_in(session, actor, consortium, asked)
    await record_event(
        session, actor, PartyInvited(consortium_id, party.id), party.id, consortium_id=consortium_id
    )
    return party


async def ask_in(
    session: AsyncSession, actor: Actor, consortium: Consortium, asked: Asked
) -> Party:
    """Write the invitation of a company. The caller has locked the consortium.

    Raises SecondLead, SubcontractorUndescribed, UnknownMember, UnknownParty, InvalidSiren,
    OutsideIsMember, PartyExists.
    """
    asked.check()
    if isinstance(asked.company, Outside):
        asked = replace(asked, company=await _from_outside(session, actor, asked.company))
    else:
        await clusters.active_members(session, actor, {asked.company})
    await _check_subcontract(session, consortium, asked)
    party = _party(actor, consortium.id, asked)
    await add_or_refuse(session, party, domain.PartyExists)
    return party


async def _from_outside(session: AsyncSession, actor: Actor, outside: Outside) -> Outside:
    """The same with a bare SIRET; raises InvalidSiren, OutsideIsMember."""
    if outside.siret is None:
        return outside
    siret = clusters.checked_siret(outside.siret)
    if await clusters.is_member(session, actor, siret[:9]):
        raise domain.OutsideIsMember
    return replace(outside, siret=siret)


async def _check_subcontract(session: AsyncSession, consortium: Consortium, asked: Asked) -> None:
    """A subcontractor works for a holder of the same answer; raises UnknownParty."""
    if asked.subcontract is None:
        return
    holders = {one.id for one in await party_repository.holders(session, consortium)}
    if asked.subcontract.works_for not in holders:
        message = "Un sous-traitant travaille pour un membre du groupement (CCP L2193-1)."
        fault = Fault("/subcontract/works_for", "not_a_holder", message)
        raise domain.UnknownParty(message, (fault,))


def _party(actor: Actor, consortium_id: UUID, asked: Asked) -> Party:
    outside = asked.company if isinstance(asked.company, Outside) else None
    terms = asked.subcontract
    return Party(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        member_id=None if isinstance(asked.company, Outside) else asked.company,
        company_name=outside.name if outside else None,
        company_siret=outside.siret if outside else None,
        role=asked.role,
        tasks=asked.tasks,
        works_for=terms.works_for if terms else None,
        payment_direct=terms.payment_direct if terms else None,
        payment_terms=terms.payment_terms if terms else None,
        invited_at=actor.now,
    )
