"""The books over HTTP: read only."""

from fastapi import Response

from app.infra.http.errors import refusals
from app.infra.http.listing import PAGE, Listed
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.ledger import access, repository
from app.ledger.schemas import AccountOut, TransactionOut

router = room_router(path="/ledger", tags=["ledger"])


@router.get(
    "/accounts",
    operation_id="list_accounts",
    response_model=ListOut[AccountOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_accounts(page: Listed) -> Response:
    """The accounts by code, with their balances (coordinator, treasurer)."""
    return await page.list(repository.ACCOUNTS, check=access.read_books)


@router.get(
    "/transactions",
    operation_id="list_transactions",
    response_model=ListOut[TransactionOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_transactions(page: Listed) -> Response:
    """What was written in the books, newest first (coordinator, treasurer)."""
    return await page.list(repository.TRANSACTIONS, check=access.read_books)
