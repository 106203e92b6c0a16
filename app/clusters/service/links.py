"""Which companies are linked, as they say themselves or the coordinator has found."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import domain, repository
from app.clusters.domain import LinkKind
from app.clusters.events import MemberLinked, MemberLinkEnded
from app.clusters.models import MemberLink
from app.clusters.service.members import active_members, require_active
from app.infra.db import add_or_refuse, changed
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


async def declare_link(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    *,
    other_member_id: UUID,
    kind: LinkKind,
    evidence: str,
) -> MemberLink:
    """Say that two companies are linked, and what proves it.

    The coordinator's word binds; a company's own, once the other has said the same. Raises
    NotFound, Forbidden, MemberNotActive, LinkedToItself, UnknownMember, AlreadyLinked.
    """
    await repository.member(session, actor, member_id)
    own = actor.member_id == member_id
    require(actor, Permission.COMMIT_COMPANY if own else Permission.MANAGE_MEMBERS)
    if own:
        await require_active(session, actor)
    if other_member_id == member_id:
        raise domain.LinkedToItself
    await active_members(session, actor, {other_member_id})
    link = MemberLink(
        cluster_id=actor.cluster_id,
        member_id=member_id,
        other_member_id=other_member_id,
        kind=kind,
        evidence=evidence,
        said_for=actor.member_id,
        person_id=actor.person_id,
        said_at=actor.now,
    )
    await add_or_refuse(session, link, domain.AlreadyLinked)
    await record_event(session, actor, MemberLinked(member_id, other_member_id), link.id)
    return link


async def end_link(
    session: AsyncSession, actor: Actor, member_id: UUID, link_id: UUID
) -> MemberLink:
    """Take a word on two companies back: who gave it its own, the coordinator any.

    Raises NotFound, Forbidden, NotYourWord, LinkEnded.
    """
    link = await session.get(MemberLink, (actor.cluster_id, link_id))
    if link is None or member_id not in {link.member_id, link.other_member_id}:
        raise NotFound
    require(actor, Permission.COMMIT_COMPANY if actor.member_id else Permission.MANAGE_MEMBERS)
    if actor.member_id is not None and link.said_for != actor.member_id:
        raise domain.NotYourWord
    ended = await changed(
        session,
        MemberLink,
        update(MemberLink)
        .where(
            MemberLink.cluster_id == link.cluster_id,
            MemberLink.id == link.id,
            MemberLink.ended_at.is_(None),
        )
        .values(ended_at=actor.now, ended_by=actor.person_id),
    )
    if ended is None:
        raise domain.LinkEnded
    await record_event(
        session, actor, MemberLinkEnded(ended.member_id, ended.other_member_id), link_id
    )
    return ended
