"""Use cases of people: who they are in a cluster."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters.models import Cluster
from app.kernel.actor import Role
from app.kernel.mail import normal_address
from app.people import domain, passwords
from app.people.models import Membership, Person


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
            password_hash=await passwords.hash_new_password(password, known) if password else None,
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
