"""What saved searches found, over HTTP: why, and what one makes of it."""

from typing import Annotated

from fastapi import Response
from fastapi.responses import JSONResponse

from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import MatchId, SavedSearchId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.searches import domain, repository, service
from app.searches.domain.passages import marked, passages
from app.searches.models import MatchDecision
from app.searches.schemas import (
    AssignmentIn,
    DismissalIn,
    FollowOut,
    MatchDetail,
    MatchOut,
    MatchPage,
    SortedOut,
    pieces_out,
)
from app.tenders.domain import AlreadyFollowed

router = room_router(path="/saved-searches/{search_id}/matches", tags=["saved-searches"])


@router.get(
    "",
    operation_id="list_matches",
    response_model=ListOut[MatchOut],
    responses=refusals(NotFound),
    openapi_extra=asks(MatchPage),
)
async def list_matches(
    search_id: SavedSearchId, page: Annotated[Reader[MatchPage], listing(MatchPage)]
) -> Response:
    """What a search found, the latest first, each with why, and with who follows it already."""
    return await page.list(repository.matches(search_id, page.asked.state))


@router.get(
    "/{match_id}",
    operation_id="get_match",
    response_model=MatchDetail,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_match(search_id: SavedSearchId, match_id: MatchId, item: Item) -> Response:
    """A match, and the passages of the notice in which its words stand."""
    _, shown = await item.data(repository.match(search_id, match_id))
    words, text = shown.pop("spelled"), shown.pop("description")
    shown["title"] = pieces_out(marked(shown["notice"]["title"], words))
    shown["passages"] = [pieces_out(one) for one in passages(text, words)]
    return JSONResponse(shown)


@router.post(
    "/{match_id}/dismissals",
    operation_id="dismiss_match",
    status_code=201,
    response_model=SortedOut,
    responses=refusals(NotFound, *ONCE_ERRORS),
)
async def dismiss_match(
    search_id: SavedSearchId,
    match_id: MatchId,
    body: DismissalIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Put a match aside, for the caller's side alone, and say why."""
    made = await service.dismiss(session, actor, search_id, match_id, body.reason)
    return await once.keep(_sorted(made))


@router.post(
    "/{match_id}/assignments",
    operation_id="assign_match",
    status_code=201,
    response_model=SortedOut,
    responses=refusals(NotFound, domain.NotAColleague, *ONCE_ERRORS),
)
async def assign_match(
    search_id: SavedSearchId,
    match_id: MatchId,
    body: AssignmentIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Give a match to a person of the caller's company, or of the cluster's own staff."""
    made = await service.assign(session, actor, search_id, match_id, body.person_id)
    return await once.keep(_sorted(made))


@router.post(
    "/{match_id}/reopenings",
    operation_id="reopen_match",
    status_code=201,
    response_model=SortedOut,
    responses=refusals(NotFound, *ONCE_ERRORS),
)
async def reopen_match(
    search_id: SavedSearchId, match_id: MatchId, session: Session, actor: Me, once: Once
) -> Response:
    """Take back what was made of a match: it is new again."""
    made = await service.reopen(session, actor, search_id, match_id)
    return await once.keep(_sorted(made))


@router.post(
    "/{match_id}/follows",
    operation_id="follow_match",
    status_code=201,
    response_model=FollowOut,
    responses=refusals(NotFound, AlreadyFollowed, *ONCE_ERRORS),
)
async def follow_match(
    search_id: SavedSearchId, match_id: MatchId, session: Session, actor: Me, once: Once
) -> Response:
    """Follow the notice as a tender, for the whole cluster."""
    tender_id = await service.follow(session, actor, search_id, match_id)
    return await once.keep(FollowOut(match_id=match_id, tender_id=tender_id))


def _sorted(made: MatchDecision) -> SortedOut:
    return SortedOut(
        match_id=made.match_id,
        state=domain.State(made.state),
        reason=made.reason,
        assigned_to=made.assigned_to,
        decided_at=made.decided_at,
    )
