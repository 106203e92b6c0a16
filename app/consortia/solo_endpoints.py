"""Bids that a company makes alone, over HTTP: its own people alone see them."""

from uuid import UUID

from fastapi import Response
from pydantic import AwareDatetime, Field

from app.clusters.domain import MemberNotActive
from app.consortia import domain, service
from app.infra.db import ItemQuery, instant, public_id
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import LotId, PersonId, SoloBidId, TenderId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import In, Out
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.tenders.domain import UnknownLot

router = room_router(path="/tenders/{tender_id}/solo-bids", tags=["consortia"])


class SoloBidIn(In):
    """A lot that the caller's company answers alone."""

    lot_id: LotId


class SoloBidOut(Out):
    """A lot that the company answers alone."""

    id: SoloBidId
    tender_id: TenderId
    lot_id: LotId
    person_id: PersonId
    recorded_at: AwareDatetime
    withdrawn_at: AwareDatetime | None


class SoloBidRecordedOut(SoloBidOut):
    """A fresh one, with what to mind."""

    warnings: list[str]


class SoloBidsOut(Out):
    """What the company answers alone, oldest first."""

    items: list[SoloBidOut] = Field(description="The caller's company's own.")


def _own(tender_id: UUID) -> ItemQuery:
    return ItemQuery(
        f"""
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object(
        'id', {public_id("sol", "s.id")}, 'tender_id', {public_id("ten", "s.tender_id")},
        'lot_id', {public_id("lot", "s.lot_id")}, 'person_id', {public_id("per", "s.person_id")},
        'recorded_at', {instant("s.recorded_at")}, 'withdrawn_at', {instant("s.withdrawn_at")})
        ORDER BY s.id), '[]')
      FROM solo_bid s WHERE s.cluster_id = t.cluster_id AND s.tender_id = t.id)) AS item,
      NULL AS version
    FROM tender t WHERE t.cluster_id = app.cluster() AND t.id = $1::uuid""",
        [tender_id],
    )


@router.get(
    "",
    operation_id="list_solo_bids",
    response_model=SoloBidsOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def list_solo_bids(tender_id: TenderId, item: Item) -> Response:
    """The lots that the caller's company answers alone; nobody else sees them."""
    return await item.item(_own(tender_id))


@router.post(
    "",
    operation_id="record_solo_bid",
    status_code=201,
    response_model=SoloBidRecordedOut,
    responses=refusals(
        NotFound,
        MemberNotActive,
        UnknownLot,
        domain.AlreadyBidsAlone,
        *domain.BIDDING_ALONE.values(),
        *domain.BY_DOCUMENTS,
        *ONCE_ERRORS,
    ),
)
async def record_solo_bid(
    tender_id: TenderId, body: SoloBidIn, session: Session, actor: Me, once: Once
) -> Response:
    """Say that the caller's company answers a lot alone: it is a candidate like a group."""
    bid, warnings = await service.record_solo_bid(session, actor, tender_id, body.lot_id)
    shown = SoloBidOut.model_validate(bid)
    return await once.keep(SoloBidRecordedOut(**shown.model_dump(), warnings=warnings))


@router.post(
    "/{solo_bid_id}/withdrawals",
    operation_id="withdraw_solo_bid",
    status_code=201,
    response_model=SoloBidOut,
    responses=refusals(NotFound, domain.SoloBidWithdrawn, *ONCE_ERRORS),
)
async def withdraw_solo_bid(
    tender_id: TenderId, solo_bid_id: SoloBidId, session: Session, actor: Me, once: Once
) -> Response:
    """The caller's company no longer answers the lot alone."""
    bid = await service.withdraw_solo_bid(session, actor, tender_id, solo_bid_id)
    return await once.keep(SoloBidOut.model_validate(bid))
