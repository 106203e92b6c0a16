"""Notices that may be of one procedure, over HTTP: proposed to all, decided by the coordinator."""

from typing import Annotated

from fastapi import Response

from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import PairId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.watch.groups import repository, service
from app.watch.groups.schemas import PairDecisionIn, PairDecisionOut, PairOut, PairPage

router = room_router(path="/notice-pairs", tags=["notices"])


@router.get(
    "",
    operation_id="list_notice_pairs",
    response_model=ListOut[PairOut],
    responses=refusals(),
    openapi_extra=asks(PairPage),
)
async def list_notice_pairs(page: Annotated[Reader[PairPage], listing(PairPage)]) -> Response:
    """Notices that may be of one procedure, by buyer, title and deadline: the latest first."""
    return await page.list(repository.pairs(page.asked.state))


@router.get(
    "/{pair_id}",
    operation_id="get_notice_pair",
    response_model=PairOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_notice_pair(pair_id: PairId, item: Item) -> Response:
    """One pair, and what the cluster has made of it."""
    return await item.item(repository.pair(pair_id))


@router.post(
    "/{pair_id}/decisions",
    operation_id="decide_notice_pair",
    status_code=201,
    response_model=PairDecisionOut,
    responses=refusals(NotFound, *ONCE_ERRORS),
)
async def decide_notice_pair(
    pair_id: PairId, body: PairDecisionIn, session: Session, actor: Me, once: Once
) -> Response:
    """Say whether they are of one procedure, for this cluster alone (coordinator).

    From then on its lists show them as one entry, and one tender follows both. Said again, the
    last word holds.
    """
    decision = await service.decide(session, actor, pair_id, same=body.same)
    return await once.keep(PairDecisionOut.model_validate(decision))
