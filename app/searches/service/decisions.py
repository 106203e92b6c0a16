"""What a company, or the cluster's staff, makes of a match. Each side has its own word."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.searches.domain import NotAColleague, State
from app.searches.models import MatchDecision, SavedSearch, SearchMatch
from app.tenders import service as tenders
from app.tenders.domain import SeveralBids


async def dismiss(
    session: AsyncSession, actor: Actor, search_id: UUID, match_id: UUID, reason: str
) -> MatchDecision:
    """Put a match aside, and say why. Raises NotFound, Forbidden."""
    await _workable(session, actor, search_id, match_id)
    return await _decide(session, actor, match_id, State.DISMISSED, reason=reason)


async def assign(
    session: AsyncSession, actor: Actor, search_id: UUID, match_id: UUID, person_id: UUID
) -> MatchDecision:
    """Give a match to a person of the caller's company, or of the cluster's own staff.

    Raises NotFound, Forbidden, NotAColleague.
    """
    await _workable(session, actor, search_id, match_id)
    known = await session.scalar(text("SELECT app.is_colleague(:person)"), {"person": person_id})
    if not known:
        raise NotAColleague
    return await _decide(session, actor, match_id, State.ASSIGNED, assigned_to=person_id)


async def reopen(
    session: AsyncSession, actor: Actor, search_id: UUID, match_id: UUID
) -> MatchDecision:
    """Take back what was made of a match: it is new again. Raises NotFound, Forbidden."""
    await _workable(session, actor, search_id, match_id)
    return await _decide(session, actor, match_id, State.NEW)


async def follow(session: AsyncSession, actor: Actor, search_id: UUID, match_id: UUID) -> UUID:
    """Follow the notice of a match as a tender, for the whole cluster; the tender's id.

    Raises NotFound, Forbidden, AlreadyFollowed.
    """
    match = await _match(session, actor, search_id, match_id)
    unknown = SeveralBids.UNKNOWN
    return (await tenders.follow_notice(session, actor, match.notice_id, unknown)).id


async def _workable(session: AsyncSession, actor: Actor, search_id: UUID, match_id: UUID) -> None:
    """Raise NotFound, Forbidden unless the caller may sort this match."""
    await _match(session, actor, search_id, match_id)
    require(actor, Permission.SAVE_SEARCH)
    await clusters.require_active(session, actor)


async def _match(
    session: AsyncSession, actor: Actor, search_id: UUID, match_id: UUID
) -> SearchMatch:
    found: SearchMatch | None = await session.scalar(
        select(SearchMatch)
        .join(
            SavedSearch,
            (SavedSearch.cluster_id == SearchMatch.cluster_id)
            & (SavedSearch.id == SearchMatch.search_id),
        )
        .where(
            SearchMatch.cluster_id == actor.cluster_id,
            SearchMatch.id == match_id,
            SearchMatch.search_id == search_id,
            SavedSearch.ended_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found


async def _decide(
    session: AsyncSession,
    actor: Actor,
    match_id: UUID,
    state: State,
    *,
    reason: str | None = None,
    assigned_to: UUID | None = None,
) -> MatchDecision:
    word = {
        "state": state.value,
        "reason": reason,
        "assigned_to": assigned_to,
        "decided_by": actor.person_id,
        "decided_at": actor.now,
    }
    decision: MatchDecision = await session.scalar(  # type: ignore[assignment]
        insert(MatchDecision)
        .values(
            cluster_id=actor.cluster_id,
            id=new_id(),
            match_id=match_id,
            holder=actor.member_id or actor.cluster_id,
            member_id=actor.member_id,
            **word,
        )
        .on_conflict_do_update(constraint="uq_match_decision_holder", set_=word)
        .returning(MatchDecision)
        .execution_options(populate_existing=True)
    )
    await record(session, actor, f"match.{state.value}", match_id)
    return decision
