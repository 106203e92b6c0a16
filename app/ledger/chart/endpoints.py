"""The chart of accounts over HTTP."""

from fastapi import Response

from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
from app.kernel.errors import PreconditionFailed, PreconditionRequired
from app.ledger import access
from app.ledger.chart import domain, repository, service
from app.ledger.chart.schemas import ChartIn, ChartOut

router = room_router(path="/ledger", tags=["ledger"])


@router.get(
    "/chart",
    operation_id="get_chart",
    response_model=ChartOut,
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def get_chart(item: Item) -> Response:
    """How our accounts are called in the accountant's books (coordinator, treasurer, auditor)."""
    return await item.item(repository.CHART, check=access.read_books)


@router.put(
    "/chart",
    operation_id="write_chart",
    responses=refusals(
        domain.InvalidChart, domain.FiscalYearFixed, PreconditionFailed, PreconditionRequired
    ),
)
async def write_chart(
    body: ChartIn, version: IfMatch, session: Session, actor: Me, response: Response
) -> ChartOut:
    """Name the accounts anew (coordinator, treasurer); what is closed is exported as before."""
    chart = await service.write_chart(session, actor, body.chart(version))
    set_etag(response, chart.version)
    return ChartOut.model_validate(chart)
