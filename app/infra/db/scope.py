"""Who a transaction runs as.

``app.enter`` (SQL) turns the hash of a token into the caller's scope and sets it for the
transaction alone; row security reads it from there. An unknown, expired or revoked token
raises, so that no statement runs without a scope.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import psycopg.errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.actor import Actor, Role
from app.kernel.errors import Unauthenticated
from app.kernel.scopes import check_scope

ENTER = (
    "SELECT person_id, cluster_id, member_id, role, membership_id, scopes FROM app.enter({}, {})"
)
ENTER_FEED = ENTER.replace("app.enter(", "app.enter_feed(")
"""For private addresses, and for nothing else."""

SYSTEM_PERSON = UUID(int=0)
"""The person on record for what a job does by itself."""


@dataclass(frozen=True, slots=True)
class Anyone:
    """A caller before sign-in is checked: what came with the request, and when.

    ``needs`` is the scope that the operation asks of a program's token; ``feed`` says that the
    token is a private address.
    """

    token: str | None
    now: datetime
    request_id: str
    origin: str = "-"
    needs: str | None = None
    feed: bool = False

    def token_hash(self) -> bytes:
        """SHA-256 of the token, the only form of it that is stored; raises Unauthenticated."""
        if not self.token:
            raise Unauthenticated
        return sha256(self.token.encode()).digest()

    def scope(self) -> bytes:
        """The call of ``app.enter`` as one statement; raises Unauthenticated without a token."""
        hashed = self.token_hash().hex()
        enter = ENTER_FEED if self.feed else ENTER
        return enter.format(f"'\\x{hashed}'", f"'{self.now.isoformat()}'").encode()

    def as_actor(self, row: "Found") -> Actor:
        """The actor that ``app.enter`` found; raises ScopeMissing.

        Every way in, the session's and the hot read's, passes here.
        """
        person_id, cluster_id, member_id, role, membership_id, scopes = row
        granted = None if scopes is None else frozenset(scopes)
        check_scope(granted, self.needs)
        return Actor(
            person_id,
            cluster_id,
            member_id,
            Role(role),
            self.now,
            self.request_id,
            self.origin,
            membership_id,
            granted,
        )


Found = tuple[UUID, UUID, UUID | None, str, UUID, list[str] | None]
"""Person, cluster, company, role, membership and scopes, as ``app.enter`` gives them."""


async def enter(session: AsyncSession, caller: Anyone) -> Actor:
    """Set the transaction's scope from the caller's token.

    Raises Unauthenticated, ScopeMissing.
    """
    statement = text(ENTER.format(":hash", ":now"))
    values = {"hash": caller.token_hash(), "now": caller.now}
    try:
        row = (await session.execute(statement, values)).one()
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.InvalidAuthorizationSpecification):
            raise Unauthenticated from None
        raise
    return caller.as_actor(tuple(row))


async def enter_cluster(session: AsyncSession, cluster_id: UUID) -> None:
    """Set the cluster that a transaction is in, for what acts by itself or by a link of ours.

    As nobody: row security still shows no more than what asks for no person.
    """
    await session.execute(
        text("SELECT set_config('app.cluster', :id, true)"), {"id": str(cluster_id)}
    )


async def system_actor(
    session: AsyncSession, cluster_id: UUID, now: datetime, request_id: str
) -> Actor:
    """Set a job's scope to one cluster, and give the actor to record."""
    await enter_cluster(session, cluster_id)
    return _itself(cluster_id, now, request_id, "system")


async def operator_actor(session: AsyncSession, cluster_id: UUID, now: datetime) -> Actor:
    """Set the scope of an operator's command to one cluster, and give the actor to record."""
    await enter_cluster(session, cluster_id)
    return _itself(cluster_id, now, "cli", "operator")


def _itself(cluster_id: UUID, now: datetime, request_id: str, origin: str) -> Actor:
    return Actor(SYSTEM_PERSON, cluster_id, None, Role.COORDINATOR, now, request_id, origin)
