"""A frozen composition changes on grounds of the law alone, each on record."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, life_repository, party_repository, repository
from app.consortia.access import own_party, require_lead
from app.consortia.domain import Asked, ChangeGround, FailureKind, State
from app.consortia.events import CompositionChanged, PartyFailed
from app.consortia.life_models import CompositionChange, Failure
from app.consortia.models import Consortium, Party
from app.consortia.service.composition import ask_in
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.tenders import service as tenders


async def change_composition(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    ground: ChangeGround,
    reason: str,
    accepted_on: date,
    leaving_id: UUID | None,
    joining: Asked | None,
) -> CompositionChange:
    """Let a company leave a frozen composition, or come in, as the buyer accepted.

    Nothing is spread by itself: the part of who left stays in the split until a round, or an
    amendment, writes it anew; an agreement that no bid went out with lapses. Who comes in accepts
    by its own word. Raises NotFound, NotLead,
    Invalid, CompositionClosed, NotFrozen, UnlawfulChange, LeadStays, and what ``ask_in`` refuses.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    domain.require_one_change(leaving_id, joining)
    not_in_future(accepted_on, actor.now.date(), "/accepted_on")
    consortium = await repository.lock(session, actor, consortium_id)
    await _check_ground(session, actor, consortium, ground)
    leaving = await _leaving(session, consortium, leaving_id) if leaving_id else None
    entering = await ask_in(session, actor, consortium, joining) if joining else None
    await _reopen(session, actor, consortium)
    change = CompositionChange(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        ground=ground,
        reason=reason,
        accepted_on=accepted_on,
        leaving_id=leaving_id,
        joining_id=entering.id if entering else None,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(change)
    await session.flush()
    if leaving is not None:
        await party_repository.leave(session, leaving, actor.now)
    await record_event(
        session,
        actor,
        CompositionChanged(consortium_id, change.id),
        change.id,
        consortium_id=consortium_id,
    )
    return change


async def _check_ground(
    session: AsyncSession, actor: Actor, consortium: Consortium, ground: ChangeGround
) -> None:
    rules = await tenders.rules_of(session, actor, consortium.tender_id)
    domain.check_change(
        ground,
        State(consortium.state),
        frozen=await life_repository.frozen(session, consortium),
        negotiated=rules.negotiated,
        launched_on=rules.launched_on,
    )


async def _reopen(session: AsyncSession, actor: Actor, consortium: Consortium) -> None:
    """What was proposed or agreed before the bid was so by others: it is agreed on anew."""
    if consortium.state in {State.PROPOSED, State.AGREED}:
        consortium.reopen()
        await repository.lapse(session, actor, consortium)


async def _leaving(session: AsyncSession, consortium: Consortium, party_id: UUID) -> Party:
    leaving = await party_repository.live_party(session, consortium, party_id)
    if leaving.member_id == consortium.lead_member_id:
        raise domain.LeadStays(
            "Désignez d'abord un autre mandataire par succession (CCP R2142-24, R2142-26)."
        )
    return leaving


async def record_failure(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    party_id: UUID,
    *,
    kind: FailureKind,
    reason: str,
    on_day: date,
) -> Failure:
    """A company withdraws once the composition is frozen, or defaults: nothing is spread.

    It stays bound by what it signed, and in its part, until a change is agreed on. A withdrawal
    is its own word (the lead's for a company from outside), a default another party's. Raises
    NotFound, NotParty, NotForYou, NotFrozen, Invalid, AlreadyFailed.
    """
    consortium = await repository.load(session, actor, consortium_id)
    holders = await party_repository.holders(session, consortium)
    own = own_party(actor, holders, Permission.COMMIT_COMPANY)
    party = await party_repository.live_party(session, consortium, party_id)
    _check_speaker(own, party, kind, leads=consortium.lead_member_id == actor.member_id)
    not_in_future(on_day, actor.now.date(), "/on_day")
    consortium = await repository.lock(session, actor, consortium_id)
    if not await life_repository.frozen(session, consortium):
        raise domain.NotFrozen
    failure = Failure(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        party_id=party_id,
        kind=kind,
        reason=reason,
        on_day=on_day,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, failure, domain.AlreadyFailed)
    await record_event(
        session,
        actor,
        PartyFailed(consortium_id, party_id),
        party_id,
        consortium_id=consortium_id,
    )
    return failure


def _check_speaker(own: Party, party: Party, kind: FailureKind, *, leads: bool) -> None:
    itself = own.id == party.id or (party.member_id is None and leads)
    if kind == FailureKind.WITHDRAWAL and not itself:
        raise domain.NotForYou
    if kind == FailureKind.DEFAULT and own.id == party.id:
        raise domain.NotForYou
