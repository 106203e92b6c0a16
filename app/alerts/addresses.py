"""Private addresses: each opens one thing, read only, until it is closed or the role ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts import domain
from app.infra.db import Anyone, ListQuery, instant, public_id
from app.journal.service import record
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import new_id
from app.people.domain import fresh_token
from app.people.sessions.service import hold_maker

WRITTEN = "^grappe_[A-Za-z0-9_-]{43}$"
"""How the secret in an address is written."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an address opens: the scope of its token, and what people and the trail call it."""

    opens: str
    prefix: str
    noun: str
    full: type[Conflict]

    @property
    def mine(self) -> ListQuery:
        """The caller's live addresses in their present role, newest first."""
        return ListQuery(
            select=f"""
                SELECT json_build_object('id', {public_id(self.prefix, "id")}, 'name', name,
                  'created_at', {instant("created_at")}) AS item, ARRAY[id::text] AS keys
                FROM app.my_feeds('{self.opens}') WHERE true""",
            order="id DESC",
            after="id < {}::uuid",
            position_length=1,
        )


CALENDAR = Kind("calendars:read", "cal", "calendar_address", domain.TooManyCalendarAddresses)
FEED = Kind("feeds:read", "fad", "feed_address", domain.TooManyFeedAddresses)


@dataclass(frozen=True, slots=True)
class Address:
    """A fresh private address; ``secret`` is shown this once, its hash is what is stored."""

    id: UUID
    name: str
    secret: str
    created_at: datetime


async def open_address(
    session: AsyncSession, actor: Actor, caller: Anyone, kind: Kind, name: str
) -> Address:
    """A private address of the caller in their present role.

    Raises the kind's ``full``, Unauthenticated (a session that ended at this moment).
    """
    await hold_maker(session, caller, actor.membership_id)
    token = fresh_token()
    address = Address(new_id(), name, token.secret, actor.now)
    values: dict[str, Any] = {
        "id": address.id,
        "name": name,
        "prefix": token.prefix,
        "hash": token.hash,
        "now": actor.now,
        "limit": domain.MAX_ADDRESSES,
        "opens": kind.opens,
    }
    opened = text("SELECT app.open_feed(:id, :name, :prefix, :hash, :now, :limit, :opens)")
    if await session.scalar(opened, values) is None:
        raise kind.full
    await record(session, actor, f"{kind.noun}.opened", address.id)
    return address


async def close_address(session: AsyncSession, actor: Actor, kind: Kind, address_id: UUID) -> None:
    """Close one of the caller's addresses: it fails from the next request on; raises NotFound."""
    values = {"id": address_id, "now": actor.now, "opens": kind.opens}
    if await session.scalar(text("SELECT app.close_feed(:id, :now, :opens)"), values) is None:
        raise NotFound
    await record(session, actor, f"{kind.noun}.closed", address_id)
