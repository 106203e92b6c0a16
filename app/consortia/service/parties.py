"""A company answers its invitation, and leaves, by its own word.

Whoever comes in or leaves is inside only after or before the change of their own row, and can
take the consortium only then: both rows are taken in this order, the party's first, by all who
answer or take back an invitation.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import domain, life_repository, party_repository, repository
from app.consortia.domain import PartyRole
from app.consortia.events import PartyJoined, PartyRefused, PartyUninvited, PartyWithdrew
from app.consortia.models import Consortium, Party
from app.consortia.service.conflicts import may_answer
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor


async def accept_invitation(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID
) -> tuple[Party, list[str]]:
    """The invited company comes in: it sees and takes part from here on; warnings come with it.

    Raises NotFound, Forbidden, NotInvited, MemberNotActive, AlreadyAnswered, SplitFrozen,
    CompositionFrozen, and what ``may_answer`` refuses (``domain.JOINING``).
    """
    party = await _invited(session, actor, consortium_id, party_id)
    await clusters.require_active(session, actor)
    joined = await party_repository.join(session, party, actor)
    if joined is None:
        raise domain.AlreadyAnswered
    warnings: list[str] = []
    if joined.holds:
        consortium = await repository.lock(session, actor, consortium_id)
        await _require_free_composition(session, consortium, joined)
        # The word of a company from outside binds neither the lead nor its person on rivals.
        if joined.member_id is not None:
            lots = await repository.lot_ids(session, consortium)
            warnings = await may_answer(
                session, actor, consortium.tender_id, lots, domain.JOINING, but=consortium_id
            )
    await record_event(
        session, actor, PartyJoined(consortium_id, party_id), party_id, consortium_id=consortium_id
    )
    return joined, warnings


async def refuse_invitation(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID
) -> Party:
    """The invited company declines, and sees nothing of it any more.

    Raises NotFound, Forbidden, NotInvited, AlreadyAnswered.
    """
    party = await _invited(session, actor, consortium_id, party_id)
    # Before the journal, as all who answer: two that take them the other way round wait for ever.
    if not await party_repository.hold_invitation(session, party):
        raise domain.AlreadyAnswered
    await _tell(session, actor, party, PartyRefused(consortium_id, party_id))
    refused = await party_repository.end_invitation(session, party, actor.now)
    if refused is None:
        raise domain.AlreadyAnswered
    return refused


async def withdraw_party(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID
) -> Party:
    """A company leaves while talks are open, or the lead takes back an unanswered invitation.

    That a company from outside leaves is the lead's to record.

    Raises NotFound, Forbidden, NotYourParty, LeadStays, InvitationPending, AlreadyJoined,
    SplitFrozen, CompositionFrozen.
    """
    consortium = await repository.load(session, actor, consortium_id)
    party = await party_repository.live_party(session, consortium, party_id)
    require(actor, Permission.COMMIT_COMPANY)
    leads = consortium.lead_member_id == actor.member_id
    if party.member_id == actor.member_id:
        if leads:
            raise domain.LeadStays
        return await _leave(session, actor, party)
    if not leads:
        raise domain.NotYourParty
    if party.member_id is None and party.joined_at is not None:
        return await _leave(session, actor, party)
    return await _uninvite(session, actor, party)


async def _invited(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID
) -> Party:
    consortium = await repository.load(session, actor, consortium_id)
    party = await party_repository.live_party(session, consortium, party_id)
    require(actor, Permission.COMMIT_COMPANY)
    if consortium.speaker_for(party) != actor.member_id:
        raise domain.NotInvited
    return party


async def _require_free_composition(
    session: AsyncSession, consortium: Consortium, party: Party
) -> None:
    """Raise SplitFrozen or CompositionFrozen, but for whom the buyer let in (R2142-26)."""
    if await life_repository.let_in(session, party):
        return
    if await life_repository.frozen(session, consortium):
        raise domain.CompositionFrozen
    consortium.require_open()


async def _leave(session: AsyncSession, actor: Actor, party: Party) -> Party:
    if party.joined_at is None:
        raise domain.InvitationPending("Refusez l'invitation : votre entreprise n'y est pas.")
    # Who holds nothing stays at the door, and takes nobody's turn.
    if party.holds or party.member_id is None:
        consortium = await repository.lock(session, actor, party.consortium_id)
        if party.role != PartyRole.SUBCONTRACTOR:
            await _require_free_composition(session, consortium, party)
    await _tell(session, actor, party, PartyWithdrew(party.consortium_id, party.id))
    left = await party_repository.leave(session, party, actor.now)
    if left is None:
        raise domain.AlreadyAnswered
    return left


async def _uninvite(session: AsyncSession, actor: Actor, party: Party) -> Party:
    ended = await party_repository.end_invitation(session, party, actor.now)
    if ended is None:
        raise domain.AlreadyJoined
    await repository.lock(session, actor, party.consortium_id)
    await _tell(session, actor, party, PartyUninvited(party.consortium_id, party.id))
    return ended


async def _tell(
    session: AsyncSession,
    actor: Actor,
    party: Party,
    event: PartyRefused | PartyUninvited | PartyWithdrew,
) -> None:
    await record_event(session, actor, event, party.id, consortium_id=party.consortium_id)
    # Written while the company may still speak: once it has left, it is outside.
    await session.flush()
