"""Queries of alerts, by name; each starts from what is the caller's own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.inbox.domain import Fact
from app.infra.db import ListQuery, instant, money, public_id
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.searches.repository import WHY

# What a tender says stands before what its notice says: it carries the corrections.
ALERT = f"""
      'id', {public_id("alt", "a.id")}, 'kind', a.kind, 'at', {instant("a.at")},
      'read_at', {instant("a.read_at")},
      'consortium_id', {public_id("con", "a.consortium_id")}, 'due_on', a.due_on,
      'tender_id', {public_id("ten", "t.id")}, 'notice_id', {public_id("not", "n.id")},
      'notice_kind', n.kind,
      'title', coalesce(t.title, n.title), 'buyer', coalesce(t.buyer, n.buyer),
      'departments', coalesce(n.departments, '{{}}'),
      'estimate', {money("n.estimate_cents", "n.currency")},
      'deadline', CASE WHEN coalesce(t.deadline_at, n.deadline_at) IS NOT NULL THEN
        json_build_object(
          'at', {instant("coalesce(t.deadline_at, n.deadline_at)")},
          'zone', coalesce(t.deadline_zone, n.deadline_zone),
          'text', CASE WHEN t.deadline_at IS NULL THEN n.deadline_text ELSE t.deadline_text END,
          'certain', coalesce(t.deadline_certain, n.deadline_certain)) END,
      'deadline_before', {instant("a.deadline_before")},
      'url', n.url,
      'search_id', {public_id("ssr", "s.id")}, 'search_name', s.name,
      'match_id', {public_id("mat", "m.id")},
      'why', CASE WHEN s.id IS NOT NULL THEN {WHY} END"""

JOINED = """
    LEFT JOIN notice n ON n.id = a.notice_id
    LEFT JOIN consortium c ON c.cluster_id = a.cluster_id AND c.id = a.consortium_id
    LEFT JOIN tender t ON a.kind <> 'match'
      AND t.cluster_id = a.cluster_id AND t.id = coalesce(c.tender_id, a.subject_id)
    LEFT JOIN search_match m ON a.kind = 'match'
      AND m.cluster_id = a.cluster_id AND m.id = a.subject_id
    LEFT JOIN saved_search s ON s.cluster_id = m.cluster_id AND s.id = m.search_id"""

SHOWN = "(a.consortium_id IS NULL OR c.id IS NOT NULL)"
"""SQL: of a joint answer that the reader has left, no alert is left."""

_ALERTS = f"""
    SELECT json_build_object({ALERT}) AS item, ARRAY[a.id::text] AS keys
    FROM alert a {JOINED}
    WHERE a.cluster_id = app.cluster() AND a.membership_id = app.membership()
      AND {SHOWN}"""


def alerts(*, unread: bool) -> ListQuery:
    """The caller's alerts in their present role, newest first; with ``unread``, those alone."""
    return ListQuery(
        select=_ALERTS,
        order="a.id DESC",
        after="a.id < {}::uuid",
        position_length=1,
        filters=[("a.read_at IS NULL", [])] if unread else [],
    )


# In one order, so that two jobs that tell the same people do not wait for each other.
_ADD = text("""
    INSERT INTO alert
      (cluster_id, id, membership_id, kind, subject_id, version, notice_id, deadline_before,
       consortium_id, due_on, digest_id, at)
    SELECT :cluster, one.* , :at FROM unnest(CAST(:ids AS uuid[]), CAST(:memberships AS uuid[]),
      CAST(:kinds AS text[]), CAST(:subjects AS uuid[]), CAST(:versions AS bigint[]),
      CAST(:notices AS uuid[]), CAST(:befores AS timestamptz[]),
      CAST(:consortia AS uuid[]), CAST(:dues AS date[]), CAST(:digests AS uuid[])) AS one
    ON CONFLICT (cluster_id, membership_id, kind, subject_id, version) DO NOTHING
""")


async def add(
    session: AsyncSession,
    actor: Actor,
    told: Sequence[tuple[UUID, Fact]],
    mails: Mapping[UUID, UUID],
) -> int:
    """Add an alert for each membership and fact, into the mail that is begun; how many are new."""
    given = sorted(told, key=lambda one: (one[0], one[1].subject_id, one[1].version))
    values = {
        "cluster": actor.cluster_id,
        "at": actor.now,
        "ids": [new_id() for _ in given],
        "memberships": [membership for membership, _ in given],
        "kinds": [fact.kind.value for _, fact in given],
        "subjects": [fact.subject_id for _, fact in given],
        "versions": [fact.version for _, fact in given],
        "notices": [fact.notice_id for _, fact in given],
        "befores": [fact.deadline_before for _, fact in given],
        "consortia": [fact.consortium_id for _, fact in given],
        "dues": [fact.due_on for _, fact in given],
        "digests": [mails.get(membership) for membership, _ in given],
    }
    added: CursorResult[Any] = await session.execute(_ADD, values)  # type: ignore[assignment]
    return added.rowcount


# By memberships and keys apart: of a few of each, the whole product is looked up.
_TOLD = text("""
    SELECT a.membership_id, a.kind, a.subject_id, a.version FROM alert a
    WHERE a.cluster_id = :cluster AND a.membership_id = ANY (CAST(:memberships AS uuid[]))
      AND a.subject_id = ANY (CAST(:subjects AS uuid[]))
""")


async def told(
    session: AsyncSession, actor: Actor, asked: Collection[tuple[UUID, Fact]]
) -> set[tuple[UUID, tuple[str, UUID, int]]]:
    """Which memberships were told of these subjects before, each with the fact's key."""
    values = {
        "cluster": actor.cluster_id,
        "memberships": list({membership for membership, _ in asked}),
        "subjects": list({fact.subject_id for _, fact in asked}),
    }
    return {(row[0], (row[1], row[2], row[3])) for row in await session.execute(_TOLD, values)}


async def mark_read(
    session: AsyncSession, actor: Actor, *, alert_id: UUID, older_too: bool, at: datetime
) -> bool:
    """Mark an alert of the caller's read, and the older ones; False when it is none of theirs."""
    there = await session.scalar(
        text("SELECT EXISTS (SELECT FROM alert WHERE cluster_id = :cluster AND id = :id)"),
        {"cluster": actor.cluster_id, "id": alert_id},
    )
    marked = "id <= :id" if older_too else "id = :id"
    await session.execute(
        text(
            "UPDATE alert SET read_at = :at WHERE cluster_id = :cluster"
            f" AND membership_id = :membership AND read_at IS NULL AND {marked}"
        ),
        {
            "cluster": actor.cluster_id,
            "membership": actor.membership_id,
            "id": alert_id,
            "at": at,
        },
    )
    return bool(there)
