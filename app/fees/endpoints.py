"""Headcounts and fees over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from app.fees import domain, repository, service
from app.fees.schemas import (
    LATEST_YEAR,
    FeePreviewOut,
    FeeRunIn,
    FeeRunOut,
    HeadcountIn,
    HeadcountOut,
    HeadcountPage,
)
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import MemberId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import Invalid, NotFound

router = room_router(tags=["fees"])


@router.get(
    "/members/{member_id}/headcounts",
    operation_id="list_headcounts",
    response_model=ListOut[HeadcountOut],
    responses=refusals(NotFound),
    openapi_extra=asks(HeadcountPage),
)
async def list_headcounts(
    member_id: MemberId, page: Annotated[Reader[HeadcountPage], listing(HeadcountPage)]
) -> Response:
    """What a company declared, newest first: its own, or any to coordinator and treasurer."""
    return await page.list(repository.headcounts(member_id, page.asked.year))


@router.post(
    "/members/{member_id}/headcounts",
    operation_id="declare_headcount",
    status_code=201,
    response_model=HeadcountOut,
    responses=refusals(NotFound, Invalid, domain.TooManyDeclarations, *ONCE_ERRORS),
)
async def declare_headcount(
    member_id: MemberId, body: HeadcountIn, session: Session, actor: Me, once: Once
) -> Response:
    """Declare a company's headcount (its manager, the treasurer); again, it is a correction."""
    declared = await service.declare(
        session,
        actor,
        member_id,
        year=body.year,
        method=body.method,
        hundredths=body.fte_hundredths,
        declared_on=body.declared_on,
    )
    return await once.keep(HeadcountOut.model_validate(declared))


@router.get(
    "/fee-runs/preview",
    operation_id="preview_fee_run",
    responses=refusals(Invalid),
    openapi_extra=SIGNED_IN,
)
async def preview_fee_run(
    year: Annotated[int, Query(ge=domain.EARLIEST_YEAR, le=LATEST_YEAR, examples=[2026])],
    item: Item,
) -> FeePreviewOut:
    """What a run would charge for a year, and for whom it cannot; nothing is written."""
    actor, rows = await item.data(repository.facts_item(year), check=service.read_fees)
    return FeePreviewOut.of(year, service.plan(rows, year, actor.now.date()))


@router.post(
    "/fee-runs",
    operation_id="run_fees",
    status_code=201,
    response_model=FeeRunOut,
    responses=refusals(Invalid, *ONCE_ERRORS),
)
async def run_fees(body: FeeRunIn, session: Session, actor: Me, once: Once) -> Response:
    """Charge the fees of a year (treasurer): what is missing, and what changed; nothing twice."""
    planned = await service.run(session, actor, body.year)
    return await once.keep(FeeRunOut.of(body.year, planned))
