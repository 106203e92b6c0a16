"""More people than the world has: second hats, colleagues, and what the coordinator decides."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from app.kernel.actor import Role
from app.kernel.ids import encode, new_id
from app.people import service as people
from app.people.domain import fresh_token
from app.people.models import Token
from tests.consortia.steps import ok
from tests.world import NOW, Person, World


async def enlist(
    world: World,
    company: Person | None,
    role: Role = Role.MANAGER,
    *,
    same_as: Person | None = None,
) -> Person:
    """A new person in a role, for a company or none; or another hat of one who is there."""
    email = await _mail(world, same_as) if same_as else f"{uuid4().hex}@exemple.example"
    async with world.owner.transaction() as session:
        membership = await people.enrol_person(
            session,
            cluster_id=world.cluster_id,
            email=email,
            name="Quelqu'un",
            password=None,
            role=role,
            member_id=company.member_id if company else None,
            now=NOW,
        )
        token = fresh_token()
        session.add(
            Token(
                cluster_id=world.cluster_id,
                id=new_id(),
                membership_id=membership.id,
                kind="api",
                name="test",
                prefix=token.prefix,
                hash=token.hash,
                created_at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
        )
    return Person(world.client, token.secret, membership.member_id)


async def person_id(world: World, person: Person) -> str:
    """The public id of a person."""
    return encode("per", UUID(str(await _of_token(world, person, "p.id"))))


async def decide(world: World, lot: str, **whom: str) -> Any:
    """The coordinator lets a ``person_id`` or a ``member_id`` through the wall on a lot."""
    body = {"lot_id": lot, "reason": "Seule compétence du territoire.", **whom}
    return ok(await world.coordinator.post("/v1/wall-decisions", body))


async def _mail(world: World, person: Person) -> str:
    return str(await _of_token(world, person, "p.email"))


async def _of_token(world: World, person: Person, column: str) -> object:
    query = text(
        f"SELECT {column} FROM token t JOIN membership m ON m.id = t.membership_id"
        " JOIN person p ON p.id = m.person_id WHERE t.hash = :hash"
    )
    async with world.owner.transaction() as session:
        return await session.scalar(query, {"hash": sha256(person.token.encode()).digest()})
