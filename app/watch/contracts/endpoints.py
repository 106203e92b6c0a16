"""Renewals: contracts that end, and when their call is likely."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Response

from app.infra.http.errors import refusals
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.watch.contracts import repository
from app.watch.contracts.schemas import RenewalOut, RenewalPage
from app.watch.zones import PARIS

router = room_router()


@router.get(
    "/renewals",
    tags=["renewals"],
    operation_id="list_renewals",
    response_model=ListOut[RenewalOut],
    responses=refusals(),
    openapi_extra=asks(RenewalPage),
)
async def list_renewals(page: Annotated[Reader[RenewalPage], listing(RenewalPage)]) -> Response:
    """Contracts that end and are likely to be called for anew, the next call first.

    The window is an estimate from the term and from how the contract was let; contracts that
    have ended are left out. Follow the call itself, once it is there (`renewed_by`).
    """
    today = page.caller.now.astimezone(ZoneInfo(PARIS)).date()
    return await page.list(repository.renewals(page.asked.search(), today))
