"""Saving a search, changing it, ending it; each has its matches looked up anew by a job."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.infra import jobs
from app.infra.db import changed, hold
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import Forbidden, NotFound, PreconditionFailed
from app.kernel.ids import new_id
from app.searches import domain
from app.searches.domain import Criteria
from app.searches.models import SavedSearch
from app.searches.service.compiling import compiled

MATCH_SEARCH = "searches.match_search"


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as someone asks for it; ``shown`` are its criteria as they were given, in JSON."""

    name: str
    criteria: Criteria
    shown: dict[str, Any]


async def save(session: AsyncSession, actor: Actor, asked: Asked) -> SavedSearch:
    """Save a search of the caller's company, or the cluster's own.

    Raises Forbidden, NothingAsked, TooCommon, TooManySearches, Invalid.
    """
    require(actor, Permission.SAVE_SEARCH)
    await clusters.require_active(session, actor)
    columns = await compiled(session, asked.criteria)
    await _make_room(session, actor)
    search = SavedSearch(
        cluster_id=actor.cluster_id,
        id=new_id(),
        member_id=actor.member_id,
        name=asked.name,
        criteria=asked.shown,
        version=1,
        created_by=actor.person_id,
        created_at=actor.now,
        updated_at=actor.now,
        **columns,
    )
    session.add(search)
    await _matched_anew(session, actor, search.id, "saved_search.saved")
    return search


async def change(
    session: AsyncSession, actor: Actor, search_id: UUID, version: int, asked: Asked
) -> SavedSearch:
    """Change a search that the caller's side made.

    Raises NotFound, Forbidden, PreconditionFailed, and what ``save`` does.
    """
    await _own(session, actor, search_id)
    columns = await compiled(session, asked.criteria)
    fresh = await changed(
        session,
        SavedSearch,
        update(SavedSearch)
        .where(
            SavedSearch.cluster_id == actor.cluster_id,
            SavedSearch.id == search_id,
            SavedSearch.version == version,
            SavedSearch.ended_at.is_(None),
        )
        .values(
            name=asked.name,
            criteria=asked.shown,
            version=version + 1,
            updated_at=actor.now,
            **columns,
        ),
    )
    if fresh is None:
        raise PreconditionFailed
    await _matched_anew(session, actor, search_id, "saved_search.changed")
    return fresh


async def end(session: AsyncSession, actor: Actor, search_id: UUID) -> None:
    """End a search: it finds nothing more, and what it found is shown no more.

    Raises NotFound, Forbidden.
    """
    search = await _own(session, actor, search_id)
    search.ended_at = actor.now
    await session.flush()
    await record(session, actor, "saved_search.ended", search_id)


async def _own(session: AsyncSession, actor: Actor, search_id: UUID) -> SavedSearch:
    """A search that the caller may change; raises NotFound, Forbidden."""
    search = await session.get(SavedSearch, (actor.cluster_id, search_id))
    if search is None or search.ended_at is not None:
        raise NotFound
    require(actor, Permission.SAVE_SEARCH)
    if search.member_id != actor.member_id:  # the cluster's, seen by a company
        raise Forbidden
    await clusters.require_active(session, actor)
    return search


async def _make_room(session: AsyncSession, actor: Actor) -> None:
    """Raise TooManySearches when the caller's side has as many as it may."""
    await hold(session, f"searches {actor.cluster_id} {actor.member_id}")
    count = await session.scalar(
        select(func.count()).where(
            SavedSearch.cluster_id == actor.cluster_id,
            SavedSearch.member_id.is_not_distinct_from(actor.member_id),
            SavedSearch.ended_at.is_(None),
        )
    )
    most = domain.MAX_OF_COMPANY if actor.member_id else domain.MAX_OF_CLUSTER
    if (count or 0) >= most:
        raise domain.TooManySearches


async def _matched_anew(session: AsyncSession, actor: Actor, search_id: UUID, act: str) -> None:
    await session.flush()
    await record(session, actor, act, search_id)
    await jobs.defer(session, MATCH_SEARCH, search_id=str(search_id))
