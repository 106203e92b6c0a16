"""The split over HTTP: who does what for how much."""

from fastapi import Response

from app.consortia import domain, service, split_lists
from app.consortia.schemas import SplitIn, SplitOut, split_out
from app.consortia.shut import told_why
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import ConsortiumId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
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
