"""Queries of private addresses, and of what a calendar shows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.domain import MAX_ADDRESSES
from app.infra.db import ItemQuery, ListQuery, instant, public_id
from app.kernel.actor import Actor
from app.people.domain import FreshToken

MAX_DEADLINES = 1_000
"""Deadlines in one calendar, the earliest first."""

ADDRESSES = ListQuery(
    select=f"""
        SELECT json_build_object('id', {public_id("cal", "id")}, 'name', name,
          'created_at', {instant("created_at")}) AS item, ARRAY[id::text] AS keys
        FROM app.my_feeds() WHERE true""",
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""The caller's live addresses in their present role, newest first."""

# A consortium is named while the caller's own company is of it, and to nobody else; there is no
# amount in any of these tables' columns that stand here.
_CALENDAR = f"""
    SELECT json_build_object(
      'name', (SELECT name FROM cluster WHERE cluster_id = app.cluster()),
      'deadlines', (
        SELECT coalesce(json_agg(json_build_object(
          'id', {public_id("ten", "t.id")}, 'version', t.version, 'title', t.title,
          'buyer', t.buyer, 'url', t.url, 'cancelled', t.cancelled,
          'at', {instant("t.deadline_at")}, 'zone', t.deadline_zone,
          'certain', t.deadline_certain,
          'stances', (
            SELECT coalesce(json_agg(DISTINCT i.stance), '[]') FROM interest i
            WHERE i.cluster_id = t.cluster_id AND i.tender_id = t.id
              AND i.member_id = app.member()),
          'consortia', (
            SELECT coalesce(json_agg(c.name ORDER BY c.id), '[]') FROM consortium c
            WHERE c.cluster_id = t.cluster_id AND c.tender_id = t.id
              AND c.id = ANY ((SELECT app.my_consortia())::uuid[])))
          ORDER BY t.deadline_at, t.id), '[]')
        FROM (
          SELECT * FROM tender
          WHERE cluster_id = app.cluster() AND deadline_at >= $1::timestamptz
          ORDER BY deadline_at, id LIMIT {MAX_DEADLINES}) t)) AS item, NULL AS version"""


def calendar(since: datetime) -> ItemQuery:
    """The deadlines of what the cluster follows, from an instant on."""
    return ItemQuery(_CALENDAR, [since])


async def add_address(
    session: AsyncSession, actor: Actor, address_id: UUID, name: str, token: FreshToken
) -> bool:
    """Add an address of the caller's; False when there are enough of them."""
    added = await session.scalar(
        text("SELECT app.open_feed(:id, :name, :prefix, :hash, :now, :limit)"),
        {
            "id": address_id,
            "name": name,
            "prefix": token.prefix,
            "hash": token.hash,
            "now": actor.now,
            "limit": MAX_ADDRESSES,
        },
    )
    return added is not None


async def close_address(session: AsyncSession, actor: Actor, address_id: UUID) -> bool:
    """Close one of the caller's addresses; False when there is no such one."""
    closed = await session.scalar(
        text("SELECT app.close_feed(:id, :now)"), {"id": address_id, "now": actor.now}
    )
    return closed is not None
