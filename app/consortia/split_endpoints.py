"""The split over HTTP: who does what for how much."""

from fastapi import Response

from app.consortia import domain, service, split_lists
from app.consortia.schemas import (
    SplitChangesOut,
    SplitIn,
    SplitOut,
    SplitVersionOut,
    split_out,
)
from app.consortia.shut import told_why
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import ConsortiumId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.infra.http.versions import Before, Number
from app.kernel.errors import NotFound, PreconditionFailed, PreconditionRequired

router = room_router(path="/consortia", tags=["consortia"])


@router.get(
    "/{consortium_id}/split",
    operation_id="get_split",
    response_model=SplitOut,
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_split(consortium_id: ConsortiumId, item: Item) -> Response:
    """The newest version of the split (parties; coordinator and treasurer once it has won)."""
    return await told_why(item, consortium_id, item.item(split_lists.split(consortium_id)))


@router.put(
    "/{consortium_id}/split",
    operation_id="write_split",
    responses=refusals(
        NotFound,
        domain.NotParty,
        domain.SplitFrozen,
        domain.SplitNotExact,
        domain.LotNotAnswered,
        domain.UnknownParty,
        PreconditionRequired,
        PreconditionFailed,
    ),
)
async def write_split(
    consortium_id: ConsortiumId,
    body: SplitIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    response: Response,
) -> SplitOut:
    """Write the whole split anew: every lot, parts that sum to the whole to the cent."""
    lots = [lot.lot_split() for lot in body.lots]
    view = await service.write_split(session, actor, consortium_id, version, lots)
    set_etag(response, view.consortium.version)
    return split_out(view)


@router.get(
    "/{consortium_id}/splits",
    operation_id="list_splits",
    response_model=ListOut[SplitVersionOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_splits(consortium_id: ConsortiumId, page: Listed) -> Response:
    """Every version of the split, newest first: who wrote it, when, at which prices."""
    return await page.list(split_lists.versions(consortium_id))


@router.get(
    "/{consortium_id}/splits/{number}",
    operation_id="get_split_version",
    response_model=SplitOut,
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_split_version(consortium_id: ConsortiumId, number: Number, item: Item) -> Response:
    """One version of the split, as it was written."""
    return await told_why(
        item, consortium_id, item.item(split_lists.version(consortium_id, number))
    )


@router.get(
    "/{consortium_id}/splits/{number}/changes",
    operation_id="get_split_changes",
    response_model=SplitChangesOut,
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_split_changes(
    consortium_id: ConsortiumId, number: Number, item: Item, before: Before
) -> Response:
    """What each party gains and loses from one version to another, line by line."""
    query = split_lists.changes(consortium_id, number, before)
    return await told_why(item, consortium_id, item.item(query))
