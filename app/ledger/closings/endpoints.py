"""Closings over HTTP."""

from fastapi import Response

from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ClosingId
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.ledger import access
from app.ledger.closings import domain, repository, service
from app.ledger.closings.schemas import BalanceOut, ClosingIn, ClosingOut

router = room_router(path="/ledger", tags=["ledger"])


@router.get(
    "/closings",
    operation_id="list_closings",
    response_model=ListOut[ClosingOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_closings(page: Listed) -> Response:
    """The periods that are closed, newest first (coordinator, treasurer, auditor)."""
    return await page.list(repository.CLOSINGS, check=access.read_books)


@router.post(
    "/closings",
    operation_id="close_books",
    status_code=201,
    response_model=ClosingOut,
    responses=refusals(domain.ClosingOutOfOrder, *ONCE_ERRORS),
)
async def close_books(body: ClosingIn, session: Session, actor: Me, once: Once) -> Response:
    """Close the books up to a day, for ever (coordinator, treasurer).

    Its entries take their numbers. What is dated in it and comes later counts on the first day
    after.
    """
    closing, entries = await service.close_books(session, actor, body.until)
    return await once.keep(ClosingOut.of(closing, entries))


@router.get(
    "/closings/{closing_id}/balances",
    operation_id="list_closing_balances",
    response_model=ListOut[BalanceOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_closing_balances(closing_id: ClosingId, page: Listed) -> Response:
    """The trial balance at a closing, by account (coordinator, treasurer, auditor)."""
    return await page.list(repository.balances(closing_id), check=access.read_books)
