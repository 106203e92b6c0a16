"""What the operator does to people, in the owner's session: for the whole installation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import operator_actor
from app.journal.service import record
from app.kernel.errors import NotFound
from app.kernel.mail import normal_address
from app.people.models import (
    Invitation,
    Membership,
    PasswordReset,
    Person,
    RecoveryCode,
    SecondFactor,
    Token,
)


async def disable_person(session: AsyncSession, email: str, now: datetime) -> None:
    """Shut someone out of every cluster: tokens, links and invitations end, roles stay.

    Raises NotFound.
    """
    person = await _find(session, email)
    person.disabled_at = person.disabled_at or now
    mine = select(Membership.id).where(Membership.person_id == person.id)
    await session.execute(
        update(Token)
        .where(Token.membership_id.in_(mine), Token.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    await session.execute(
        update(Invitation)
        .where(Invitation.invited_by.in_(mine), Invitation.ended_at.is_(None))
        .values(ended_at=now, ending="withdrawn")
    )
    await session.execute(
        update(PasswordReset)
        .where(PasswordReset.email == person.email, PasswordReset.ended_at.is_(None))
        .values(ended_at=now)
    )
    await _record(session, person.id, "person.disabled", now)


async def enable_person(session: AsyncSession, email: str, now: datetime) -> None:
    """Let someone in again, in the roles that they had: they sign in anew. Raises NotFound."""
    person = await _find(session, email)
    person.disabled_at = None
    await _record(session, person.id, "person.enabled", now)


async def reset_second_factor(session: AsyncSession, email: str, now: datetime) -> None:
    """Let in by password alone whoever lost authenticator and codes; raises NotFound."""
    person = await _find(session, email)
    for table in (RecoveryCode, SecondFactor):
        await session.execute(delete(table).where(table.person_id == person.id))
    await _record(session, person.id, "second_factor.reset", now)


async def _find(session: AsyncSession, email: str) -> Person:
    person = await session.scalar(
        select(Person).where(Person.email == normal_address(email)).with_for_update()
    )
    if person is None:
        raise NotFound("Personne n'a cette adresse.")
    return person


async def _record(session: AsyncSession, person_id: UUID, action: str, now: datetime) -> None:
    clusters = await session.scalars(
        select(Membership.cluster_id)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .distinct()
    )
    for cluster_id in list(clusters):
        actor = await operator_actor(session, cluster_id, now)
        await record(session, actor, action, person_id)
        await session.flush()
