"""Saved searches over HTTP."""

from fastapi import Response

from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import SavedSearchId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound, PreconditionFailed, PreconditionRequired
from app.searches import domain, repository, service
from app.searches.schemas import PreviewIn, PreviewOut, SearchIn, SearchOut

router = room_router(path="/saved-searches", tags=["saved-searches"])
previews = room_router(path="/search-previews", tags=["saved-searches"])


@router.get(
    "",
    operation_id="list_saved_searches",
    response_model=ListOut[SearchOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_saved_searches(page: Listed) -> Response:
    """The cluster's searches, and those of the caller's company, newest first."""
    return await page.list(repository.SEARCHES)


@router.post(
    "",
    operation_id="save_search",
    status_code=201,
    response_model=SearchOut,
    responses=refusals(domain.NothingAsked, domain.TooCommon, domain.TooManySearches, *ONCE_ERRORS),
)
async def save_search(body: SearchIn, session: Session, actor: Me, once: Once) -> Response:
    """Save a search: the cluster's when its coordinator does, else the caller's company's.

    What it finds among the notices of the last 90 days that are still open is there in a moment,
    and announced to nobody; what it finds from now on is.
    """
    saved = await service.save(session, actor, body.asked())
    return await once.keep(SearchOut.model_validate(saved))


@previews.post(
    "",
    operation_id="preview_search",
    response_model=PreviewOut,
    responses=refusals(domain.NothingAsked, domain.TooCommon),
)
async def preview_search(body: PreviewIn, session: Session, actor: Me) -> Response:
    """What these criteria would have given over the last 90 days; nothing is saved."""
    found = await service.preview(session, actor, body.criteria.criteria())
    return Response(found, media_type="application/json")


@router.get(
    "/{search_id}",
    operation_id="get_saved_search",
    response_model=SearchOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_saved_search(search_id: SavedSearchId, item: Item) -> Response:
    """A saved search."""
    return await item.item(repository.search(search_id))


@router.put(
    "/{search_id}",
    operation_id="change_saved_search",
    responses=refusals(
        NotFound,
        PreconditionRequired,
        PreconditionFailed,
        domain.NothingAsked,
        domain.TooCommon,
    ),
)
async def change_saved_search(
    search_id: SavedSearchId,
    body: SearchIn,
    session: Session,
    actor: Me,
    version: IfMatch,
    response: Response,
) -> SearchOut:
    """Change a search: what fits it no more is marked, what fits it now is added in a moment."""
    fresh = await service.change(session, actor, search_id, version, body.asked())
    set_etag(response, fresh.version)
    return SearchOut.model_validate(fresh)


@router.delete(
    "/{search_id}",
    operation_id="end_saved_search",
    status_code=204,
    responses=refusals(NotFound),
)
async def end_saved_search(search_id: SavedSearchId, session: Session, actor: Me) -> None:
    """End a search: it finds nothing more, and what it found is shown no more."""
    await service.end(session, actor, search_id)
