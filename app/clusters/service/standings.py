"""What a company is to the cluster: suspended, reinstated, gone, merged."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import domain, repository
from app.clusters.domain import Kind, State
from app.clusters.events import (
    MemberAdmitted,
    MemberLeft,
    MemberMerged,
    MemberReinstated,
    MemberSuspended,
)
from app.clusters.models import Member, Standing
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.events import Event

_FACT: dict[Kind, Callable[[UUID], Event]] = {
    Kind.ADMITTED: MemberAdmitted,
    Kind.SUSPENDED: MemberSuspended,
    Kind.REINSTATED: MemberReinstated,
    Kind.LEFT: MemberLeft,
}


async def suspend(
    session: AsyncSession, actor: Actor, member_id: UUID, reason: str | None
) -> Standing:
    """Keep a company from taking on anything new; what runs goes on, and it still sees all.

    Raises NotFound, Forbidden, WrongStanding.
    """
    await repository.member(session, actor, member_id)
    require(actor, Permission.MANAGE_MEMBERS)
    return await _move(session, actor, member_id, Kind.SUSPENDED, reason=reason)


async def reinstate(
    session: AsyncSession, actor: Actor, member_id: UUID, reason: str | None
) -> Standing:
    """End a suspension. Raises NotFound, Forbidden, WrongStanding."""
    await repository.member(session, actor, member_id)
    require(actor, Permission.MANAGE_MEMBERS)
    return await _move(session, actor, member_id, Kind.REINSTATED, reason=reason)


async def leave(
    session: AsyncSession, actor: Actor, member_id: UUID, *, on: date, reason: str | None
) -> Standing:
    """A company leaves the cluster, by its own manager or the coordinator.

    It stays a party of its consortia: leaving the one is not leaving the other. Raises NotFound,
    Forbidden, WrongStanding, Invalid.
    """
    await repository.member(session, actor, member_id)
    own = actor.member_id == member_id
    require(actor, Permission.COMMIT_COMPANY if own else Permission.MANAGE_MEMBERS)
    return await _move(session, actor, member_id, Kind.LEFT, on=on, reason=reason)


async def merge(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    *,
    into: UUID,
    on: date,
    reason: str | None,
) -> Standing:
    """A company was absorbed by another member, which takes over none of its contracts by this.

    Raises NotFound, Forbidden, MergedIntoItself, UnknownMember, WrongStanding, Invalid.
    """
    await repository.member(session, actor, member_id)
    require(actor, Permission.MANAGE_MEMBERS)
    if into == member_id:
        raise domain.MergedIntoItself
    # In the order of ids: two companies said to absorb each other wait, and one is refused.
    for one in sorted((into, member_id)):
        heir = await repository.lock_member(session, actor, one)
        if one == into and (heir is None or heir.state != State.ACTIVE):
            raise domain.UnknownMember
    return await _move(session, actor, member_id, Kind.MERGED, on=on, reason=reason, into=into)


async def write_standing(
    session: AsyncSession,
    actor: Actor,
    member: Member,
    kind: Kind,
    *,
    on: date,
    reason: str | None = None,
    into: UUID | None = None,
) -> Standing:
    """Add a line to a company's history; the database moves its state by it."""
    standing = Standing(
        cluster_id=actor.cluster_id,
        member_id=member.id,
        kind=kind,
        on_day=on,
        reason=reason,
        into_member_id=into,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(standing)
    await session.flush()
    await session.refresh(member)
    fact = MemberMerged(member.id, into) if into is not None else _FACT[kind](member.id)
    await record_event(session, actor, fact, member.id, detail={"on": on.isoformat()})
    return standing


async def _move(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    kind: Kind,
    *,
    on: date | None = None,
    reason: str | None = None,
    into: UUID | None = None,
) -> Standing:
    member = await repository.lock_member(session, actor, member_id)
    if member is None:  # seen a moment ago: nothing deletes a member
        raise domain.UnknownMember
    domain.check_move(member.state, kind)
    today = actor.now.date()
    if on is not None:
        past = await repository.standings(session, actor, member_id)
        last = max((member.joined_on, *(one.on_day for one in past)))
        domain.check_day(on, today, not_before=last)
    return await write_standing(
        session, actor, member, kind, on=on or today, reason=reason, into=into
    )
