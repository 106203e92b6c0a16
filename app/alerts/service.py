"""Use cases of private addresses."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import domain, repository
from app.infra.db import Anyone
from app.journal.service import record
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.people.domain import fresh_token
from app.people.sessions.service import hold_maker


@dataclass(frozen=True, slots=True)
class Address:
    """A fresh private address; ``secret`` is shown this once, its hash is what is stored."""

    id: UUID
    name: str
    secret: str
    created_at: datetime


async def open_address(session: AsyncSession, actor: Actor, caller: Anyone, name: str) -> Address:
    """A private calendar address of the caller in their present role.

    Raises TooManyAddresses, Unauthenticated (a session that ended at this moment).
    """
    await hold_maker(session, caller, actor.membership_id)
    token = fresh_token()
    address = Address(new_id(), name, token.secret, actor.now)
    if not await repository.add_address(session, actor, address.id, name, token):
        raise domain.TooManyAddresses
    await record(session, actor, "calendar_address.opened", address.id)
    return address


async def close_address(session: AsyncSession, actor: Actor, address_id: UUID) -> None:
    """Close one of the caller's addresses: it fails from the next request on; raises NotFound."""
    if not await repository.close_address(session, actor, address_id):
        raise NotFound
    await record(session, actor, "calendar_address.closed", address_id)
