"""Tenders, their lots and interests over HTTP."""

from typing import Annotated

from fastapi import Response

from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import TenderId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound, PreconditionFailed, PreconditionRequired
from app.tenders import domain, repository, service
from app.tenders.schemas import (
    InterestBody,
    InterestOut,
    InterestsOut,
    RulesIn,
    RulesOut,
    TenderBody,
    TenderOut,
    TenderPage,
    TenderSummary,
    tender_out,
)

router = room_router(path="/tenders", tags=["tenders"])


@router.get(
    "",
    operation_id="list_tenders",
    response_model=ListOut[TenderSummary],
    responses=refusals(),
    openapi_extra=asks(TenderPage),
)
async def list_tenders(page: Annotated[Reader[TenderPage], listing(TenderPage)]) -> Response:
    """The tenders that the cluster follows, newest first."""
    return await page.list(repository.tenders(page.caller.now if page.asked.open_only else None))


@router.post(
    "",
    operation_id="follow_tender",
    status_code=201,
    response_model=TenderOut,
    responses=refusals(NotFound, domain.AlreadyFollowed, *ONCE_ERRORS),
)
async def follow_tender(body: TenderBody, session: Session, actor: Me, once: Once) -> Response:
    """Follow a notice as a tender with its lots, or write one by hand."""
    if body.notice_id is not None:
        tender = await service.follow_notice(session, actor, body.notice_id, body.several_bids)
    else:
        tender = await service.write_tender(session, actor, body.tender(), body.several_bids)
    return await once.keep(tender_out(tender, await service.lots_of(session, actor, tender.id)))


@router.get(
    "/{tender_id}",
    operation_id="get_tender",
    response_model=TenderOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_tender(tender_id: TenderId, item: Item) -> Response:
    """A tender with its lots."""
    return await item.item(repository.tender(tender_id))


@router.get(
    "/{tender_id}/rules",
    operation_id="get_tender_rules",
    response_model=RulesOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_tender_rules(tender_id: TenderId, item: Item) -> Response:
    """What the documents of a tender allow, forbid and ask for, as someone last read them."""
    return await item.item(repository.rules(tender_id))


@router.put(
    "/{tender_id}/rules",
    operation_id="write_tender_rules",
    status_code=204,
    responses=refusals(
        NotFound,
        domain.UnknownLot,
        domain.UnjustifiedForm,
        domain.UnknownReservation,
        PreconditionRequired,
        PreconditionFailed,
    ),
)
async def write_tender_rules(
    tender_id: TenderId,
    body: RulesIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    response: Response,
) -> None:
    """Say what the documents allow, forbid and ask for: joint answers are held to it."""
    tender = await service.say_rules(session, actor, tender_id, version, body.rules())
    set_etag(response, tender.version)


@router.get(
    "/{tender_id}/interests",
    operation_id="list_interests",
    response_model=InterestsOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def list_interests(tender_id: TenderId, item: Item) -> Response:
    """Who would take what of a tender."""
    return await item.item(repository.interests(tender_id))


@router.post(
    "/{tender_id}/interests",
    operation_id="declare_interest",
    status_code=201,
    response_model=InterestOut,
    responses=refusals(NotFound, domain.UnknownLot, *ONCE_ERRORS),
)
async def declare_interest(
    tender_id: TenderId, body: InterestBody, session: Session, actor: Me, once: Once
) -> Response:
    """Say what the caller's company would take of a lot; said again, it replaces."""
    interest = await service.declare_interest(
        session, actor, tender_id, lot_id=body.lot_id, stance=body.stance, note=body.note
    )
    return await once.keep(InterestOut.model_validate(interest))
