"""What the operator does to people, in the owner's session: for the whole installation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters.models import Cluster
from app.infra.db import operator_actor
from app.journal.service import record
from app.kernel.actor import Role
from app.kernel.errors import NotFound
from app.kernel.mail import normal_address
from app.people import domain
from app.people.models import (
    Invitation,
    Membership,
    PasswordReset,
    Person,
    RecoveryCode,
    SecondFactor,
    Token,
)
from app.people.passwords import hashing


async def enrol_person(
    session: AsyncSession,
    *,
    cluster_id: UUID,
    email: str,
    name: str,
    password: str | None,
    role: Role,
    member_id: UUID | None,
    now: datetime,
) -> Membership:
    """Give a person a role in a cluster; the operator's act, in the owner's session.

    A known mail keeps its person and password. Raises BadEmail, WeakPassword.
    """
    address = normal_address(email)
    domain.check_email(address)
    person = await session.scalar(select(Person).where(Person.email == address))
    if person is None:
        cluster = await session.get_one(Cluster, cluster_id)
        known = (address, name, cluster.name)
        person = Person(
            email=address,
            name=name,
            password_hash=await hashing.hash_new_password(password, known) if password else None,
            created_at=now,
        )
        session.add(person)
        await session.flush()
    membership = Membership(
        cluster_id=cluster_id,
        person_id=person.id,
        member_id=member_id,
        role=role,
        created_at=now,
    )
    session.add(membership)
    await session.flush()
    return membership


async def create_token(
    session: AsyncSession,
    *,
    email: str,
    cluster_slug: str | None,
    name: str,
    scopes: list[str] | None = None,
    now: datetime,
    expires_at: datetime,
) -> str:
    """Make an API token for a person; the operator's act. Returns the secret, shown once.

    Raises NotFound when no live membership matches, ChooseMembership when several do.
    """
    query = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(Cluster, Cluster.cluster_id == Membership.cluster_id)
        .where(Person.email == normal_address(email), Membership.ended_at.is_(None))
    )
    if cluster_slug is not None:
        query = query.where(Cluster.slug == cluster_slug)
    found = (await session.scalars(query)).all()
    if not found:
        raise NotFound("Personne inconnue dans ce regroupement.")
    if len(found) > 1:
        raise domain.ChooseMembership("Précisez le regroupement avec --cluster.")
    token = domain.fresh_token()
    row = Token(
        cluster_id=found[0].cluster_id,
        membership_id=found[0].id,
        kind="api",
        name=name,
        scopes=scopes,
        prefix=token.prefix,
        hash=token.hash,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    actor = await operator_actor(session, row.cluster_id, now)
    await record(session, actor, "token.created", row.id)
    return token.secret


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
