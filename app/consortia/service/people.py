"""People named on a consortium: they see what its parties see, and act on nothing."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, repository, wall_repository
from app.consortia.access import require_lead
from app.consortia.events import PersonLeft, PersonNamed
from app.consortia.models import NamedPerson
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


async def name_person(
    session: AsyncSession, actor: Actor, consortium_id: UUID, person_id: UUID
) -> NamedPerson:
    """Let a person of the cluster see the consortium (lead).

    Whether a wall keeps that person from it is for the person to learn, when they ask: a refusal
    here would tell the lead of another consortium. Raises NotFound, NotLead, UnknownPerson,
    AlreadyNamed.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    if not await wall_repository.is_of_cluster(session, person_id):
        raise domain.UnknownPerson
    named = NamedPerson(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        person_id=person_id,
        named_by=actor.person_id,
        named_at=actor.now,
    )
    await add_or_refuse(session, named, domain.AlreadyNamed)
    await record_event(
        session, actor, PersonNamed(consortium_id, named.id), named.id, consortium_id=consortium_id
    )
    return named


async def end_naming(
    session: AsyncSession, actor: Actor, consortium_id: UUID, named_id: UUID
) -> NamedPerson:
    """The lead removes a person, or the person leaves: they see nothing any more.

    Raises NotFound, NotYourName.
    """
    consortium = await repository.load(session, actor, consortium_id)
    named = await wall_repository.named_person(session, consortium, named_id)
    if named.person_id != actor.person_id:
        try:
            require_lead(actor, consortium)
        except domain.NotLead:
            raise domain.NotYourName from None
    await record_event(
        session, actor, PersonLeft(consortium_id, named.id), named.id, consortium_id=consortium_id
    )
    # Written while the person may still speak: once they have left, they are outside.
    await session.flush()
    ended = await wall_repository.end_naming(session, actor, named)
    if ended is None:
        raise NotFound
    return ended
