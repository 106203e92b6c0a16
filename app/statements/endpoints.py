"""Statements over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from app.infra.http.day import Day
from app.infra.http.deps import Here
from app.infra.http.errors import refusals
from app.infra.http.ids import MemberId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import Invalid, NotFound
from app.statements import domain, repository
from app.statements.schemas import StatementLineOut, StatementOut, StatementPage

AT_ONCE = 1_000
"""Lines of the file in one read: memory does not depend on how long the account is."""

First = Annotated[Day | None, Query(alias="from", description="Included.", examples=["2026-01-01"])]
Until = Annotated[Day | None, Query(description="Included.", examples=["2026-12-31"])]

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = room_router(path="/members/{member_id}/statement", tags=["statements"])


@router.get(
    "",
    operation_id="get_statement",
    response_model=StatementOut,
    responses=refusals(NotFound, Invalid),
    openapi_extra=SIGNED_IN,
)
async def get_statement(
    member_id: MemberId,
    item: Item,
    here: Here,
    first: First = None,
    until: Until = None,
) -> Response:
    """What a company owed, what was added and paid, what it owes: its own; any to who oversees.

    A line counts on the day that it was written: a period that is over never reads otherwise.
    """
    days = domain.period(first, until, here.clock().date())
    return await item.item(repository.statement(member_id, *days))


@router.get(
    "/lines",
    operation_id="list_statement_lines",
    response_model=ListOut[StatementLineOut],
    responses=refusals(NotFound, Invalid),
    openapi_extra=asks(StatementPage),
)
async def list_statement_lines(
    member_id: MemberId, page: Annotated[Reader[StatementPage], listing(StatementPage)], here: Here
) -> Response:
    """The lines of a period in the order of writing, each with its evidence; they sum."""
    days = domain.period(page.asked.first, page.asked.until, here.clock().date())
    return await page.list(repository.lines(member_id, *days))


@router.get(
    "/csv",
    operation_id="export_statement",
    response_class=StreamingResponse,
    responses={**FILE, **refusals(NotFound, Invalid)},
    openapi_extra=SIGNED_IN,
)
async def export_statement(
    member_id: MemberId,
    item: Item,
    here: Here,
    first: First = None,
    until: Until = None,
) -> StreamingResponse:
    """A statement for a French spreadsheet: semicolons, decimal commas, a running balance."""
    days = domain.period(first, until, here.clock().date())
    opening = 0
    if first is not None:
        _, sums = await item.data(repository.statement(member_id, *days))
        opening = sums["opening"]["amount_cents"]
    pages = item.pages(repository.lines(member_id, *days), AT_ONCE)
    # Before the answer begins: an account that is not there is a 404, not a file cut short.
    page = await anext(pages)

    async def written() -> AsyncIterator[str]:
        shown, balance = domain.rows(page, opening)
        yield domain.head(opening) + shown
        async for more in pages:
            shown, balance = domain.rows(more, balance)
            yield shown

    name = f"releve-{days[1]:%Y%m%d}.csv"
    return StreamingResponse(
        written(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
