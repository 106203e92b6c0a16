"""Recording what happened, and telling those who subscribed, in the transaction that did it."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate.types import JSONValue
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra import jobs
from app.journal.models import AuditEntry, EventRow, Opening
from app.journal.openings import forestalled
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.events import Event
from app.kernel.ids import new_id

PUBLISH_ALL = text("""
    INSERT INTO event (cluster_id, id, at, type, member_id, data)
    SELECT :cluster, one.id, :at, :type, one.member_id, CAST(one.data AS jsonb)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:members AS uuid[]), CAST(:data AS text[]))
      AS one (id, member_id, data)
""")

_SUBSCRIBERS: dict[str, list[str]] = {}
_TOGETHER: dict[str, list[str]] = {}

TOGETHER = 500
"""Events of one kind that a job of ``subscribe_together`` gets at most."""


def subscribe(event_type: type[Event], task: str) -> None:
    """Have ``task`` run with the event's fields after each such event; idempotent."""
    tasks = _SUBSCRIBERS.setdefault(event_type.type, [])
    if task not in tasks:
        tasks.append(task)


def subscribe_together(event_type: type[Event], task: str) -> None:
    """Have ``task`` run once with all such ``events`` that are published at once; idempotent."""
    tasks = _TOGETHER.setdefault(event_type.type, [])
    if task not in tasks:
        tasks.append(task)


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_id: UUID,
    *,
    consortium_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line to the audit trail. ``detail`` must be JSON, and hold no secret."""
    session.add(
        AuditEntry(
            cluster_id=actor.cluster_id,
            at=actor.now,
            person_id=actor.person_id,
            member_id=actor.member_id,
            origin=actor.origin,
            request_id=actor.request_id,
            action=action,
            subject_id=subject_id,
            consortium_id=consortium_id,
            detail=detail or {},
        )
    )


async def record_opening(
    session: AsyncSession, actor: Actor, consortium_id: UUID, version: int
) -> None:
    """Record that the caller was shown the amounts of a version of a consortium's split.

    Once per person, consortium and version: whoever has seen them may not bid against them
    (ADLC 22-D-04). ``version`` is the split's number, 0 before there is one. No wall rises to
    the caller from then on, until the transaction ends. Raises NotFound when one has risen since
    the caller was let in: two rivals opened at one moment under two hats.
    """
    opening = (
        insert(Opening)
        .values(
            cluster_id=actor.cluster_id,
            id=new_id(),
            consortium_id=consortium_id,
            version=version,
            person_id=actor.person_id,
            member_id=actor.member_id,
            at=actor.now,
            origin=actor.origin,
            request_id=actor.request_id,
        )
        .on_conflict_do_nothing()
    )
    try:
        await session.execute(opening)
    except DBAPIError as error:
        if forestalled(error.orig):
            raise NotFound from None
        raise


async def clusters_to_seal(session: AsyncSession) -> list[UUID]:
    """The clusters in which openings wait to be sealed; a job's question."""
    return list(await session.scalars(text("SELECT app.clusters_to_seal()")))


async def seal_openings(session: AsyncSession) -> int:
    """Link the openings of the transaction's cluster into its chain; returns how many.

    Each is sealed once, whoever else seals at the same time.
    """
    return int(await session.scalar(text("SELECT app.seal_openings()")) or 0)


async def publish(
    session: AsyncSession, actor: Actor, event: Event, *, consortium_id: UUID | None = None
) -> None:
    """Store a cluster's event and enqueue its subscribers, all in this transaction."""
    await session.execute(
        insert(EventRow).values(
            cluster_id=actor.cluster_id,
            id=new_id(),
            at=actor.now,
            type=event.type,
            consortium_id=consortium_id,
            data=_plain(event),
        )
    )
    await announce(session, event)


async def publish_all(
    session: AsyncSession, actor: Actor, events: Sequence[tuple[Event, UUID | None]]
) -> None:
    """Store a cluster's events of one kind, and enqueue their subscribers, all at once.

    Each comes with the company that it is told to alone, or None.
    """
    if not events:
        return
    plain = [_plain(event) for event, _ in events]
    values = {
        "cluster": actor.cluster_id,
        "at": actor.now,
        "type": events[0][0].type,
        "ids": [new_id() for _ in events],
        "members": [member_id for _, member_id in events],
        "data": [json.dumps(one) for one in plain],
    }
    await session.execute(PUBLISH_ALL, values)
    for task in _SUBSCRIBERS.get(events[0][0].type, []):
        await jobs.defer_all(session, task, plain)
    for task in _TOGETHER.get(events[0][0].type, []):
        for start in range(0, len(plain), TOGETHER):
            some: list[JSONValue] = [*plain[start : start + TOGETHER]]
            await jobs.defer(session, task, events=some)


async def record_event(
    session: AsyncSession,
    actor: Actor,
    event: Event,
    subject_id: UUID,
    *,
    consortium_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record an event in the audit trail under its type, and publish it."""
    await record(session, actor, event.type, subject_id, consortium_id=consortium_id, detail=detail)
    await publish(session, actor, event, consortium_id=consortium_id)


async def announce(session: AsyncSession, event: Event) -> None:
    """Enqueue the subscribers of a fact that belongs to no cluster (a notice, say)."""
    for task in _SUBSCRIBERS.get(event.type, []):
        await jobs.defer(session, task, **_plain(event))
    for task in _TOGETHER.get(event.type, []):
        await jobs.defer(session, task, events=[_plain(event)])


def _plain(event: Event) -> dict[str, Any]:
    return {one.name: _text(getattr(event, one.name)) for one in fields(event)}


def _text(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_text(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
