"""A small cluster in which tests happen: four companies and their people, signed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient, Response
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from stdnum import luhn

from app.clusters import service as clusters
from app.clusters.models import Member
from app.contributions import service as contributions
from app.infra.db import Database, system_actor
from app.kernel.actor import Role
from app.kernel.ids import encode, new_id
from app.people import models as people_models
from app.people.domain import fresh_token

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Person:
    """Someone signed in, and how they speak to the API."""

    client: AsyncClient
    token: str
    member_id: UUID | None

    @property
    def member(self) -> str:
        """The public id of the company acted for."""
        assert self.member_id is not None
        return encode("mem", self.member_id)

    def headers(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        """Credentials, and whatever else."""
        return {"Authorization": f"Bearer {self.token}", **(extra or {})}

    async def get(self, path: str, **params: Any) -> Response:
        """GET as this person."""
        return await self.client.get(path, headers=self.headers(), params=params)

    async def post(
        self, path: str, body: object = None, *, key: str | None = None, **headers: str
    ) -> Response:
        """POST as this person, under a fresh idempotency key."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(
            path,
            json=body if body is not None else {},
            headers=self.headers({"Idempotency-Key": key or uuid4().hex, **names}),
        )

    async def put(self, path: str, body: object, version: int | str) -> Response:
        """PUT as this person, naming the version read."""
        return await self.client.put(
            path, json=body, headers=self.headers({"If-Match": f'"{version}"'})
        )


@dataclass
class World:
    """The cluster: its people by name."""

    cluster_id: UUID
    client: AsyncClient
    owner: Database
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def siren(seed: str) -> str:
    """A SIREN with a right check digit."""
    stem = str(int(sha256(seed.encode()).hexdigest(), 16))[:8]
    return stem + luhn.calc_check_digit(stem)


async def enrol(
    session: AsyncSession, world: World, name: str, role: Role, member_id: UUID | None
) -> None:
    """Bring a person into a world, signed in; in the owner's session."""
    await enrol_all(session, world, [(name, role, member_id)])


async def enrol_all(
    session: AsyncSession, world: World, wanted: Sequence[tuple[str, Role, UUID | None]]
) -> None:
    """Bring people into a world, in three statements: thousands of tests begin with it."""
    persons, memberships, tokens = [], [], []
    for name, role, member_id in wanted:
        person, membership, token = new_id(), new_id(), fresh_token()
        email = f"{name}@test-{world.cluster_id.hex}.example"
        persons.append({"id": person, "email": email, "name": name.capitalize(), "created_at": NOW})
        memberships.append(
            {
                "cluster_id": world.cluster_id,
                "id": membership,
                "person_id": person,
                "member_id": member_id,
                "role": role,
                "created_at": NOW,
            }
        )
        tokens.append(
            {
                "cluster_id": world.cluster_id,
                "id": new_id(),
                "membership_id": membership,
                "kind": "api" if role is Role.INTEGRATION else "session",
                "name": "test",
                "prefix": token.prefix,
                "hash": token.hash,
                "created_at": NOW,
                "expires_at": NOW + timedelta(days=1),
            }
        )
        world.people[name] = Person(world.client, token.secret, member_id)
    for model, rows in (
        (people_models.Person, persons),
        (people_models.Membership, memberships),
        (people_models.Token, tokens),
    ):
        await session.execute(insert(model), rows)


async def build_world(client: AsyncClient, owner: Database) -> World:
    """Companies alpha to delta, a manager in each; in alpha one of each role; the cluster's own."""
    slug = f"test-{uuid4().hex[:12]}"
    async with owner.transaction() as session:
        cluster = await clusters.create_cluster(
            session, name="Grappe d'essai", slug=slug, zone="Europe/Paris", now=NOW
        )
        world = World(cluster.cluster_id, client, owner)
        ids = {name: new_id() for name in ("alpha", "beta", "gamma", "delta")}
        members = [
            {
                "cluster_id": cluster.cluster_id,
                "id": id_,
                "name": name.capitalize(),
                "siren": siren(f"{slug}-{name}"),
                "skills": [],
                "headcount": 12,
                "state": "active",
                "joined_on": NOW.date(),
            }
            for name, id_ in ids.items()
        ]
        await session.execute(insert(Member), members)
        roles: list[tuple[str, Role, UUID | None]] = [
            (name, Role.MANAGER, id_) for name, id_ in ids.items()
        ]
        roles += [("coordinator", Role.COORDINATOR, None), ("treasurer", Role.TREASURER, None)]
        roles += [("auditor", Role.AUDITOR, None), ("viewer", Role.VIEWER, ids["alpha"])]
        roles += [("contributor", Role.CONTRIBUTOR, ids["alpha"])]
        roles += [("integration", Role.INTEGRATION, ids["alpha"])]
        await enrol_all(session, world, roles)
        actor = await system_actor(session, cluster.cluster_id, NOW, "test")
        await contributions.ensure_default_policy(session, actor, date(2025, 1, 1))
    return world
