"""What was written before over HTTP: versions of a concession's terms and of its forecast."""

from fastapi import Response

from app.concessions import lists
from app.concessions.schemas import ForecastOut, TermsOut
from app.concessions.version_schemas import ForecastChangesOut, ForecastVersionOut
from app.consortia import domain as consortia
from app.consortia.shut import told_why
from app.infra.http.errors import refusals
from app.infra.http.ids import ConsortiumId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.infra.http.versions import Before, Number
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["concessions"])


@router.get(
    "/{consortium_id}/concession/versions",
    operation_id="list_concession_versions",
    response_model=ListOut[TermsOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_concession_versions(consortium_id: ConsortiumId, page: Listed) -> Response:
    """Every version of the terms, newest first: what each said, who wrote it, when."""
    return await page.list(lists.terms_versions(consortium_id))


@router.get(
    "/{consortium_id}/concession/forecasts",
    operation_id="list_concession_forecasts",
    response_model=ListOut[ForecastVersionOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_concession_forecasts(consortium_id: ConsortiumId, page: Listed) -> Response:
    """Every version of the forecast, newest first, with what it comes to."""
    return await page.list(lists.forecast_versions(consortium_id))


@router.get(
    "/{consortium_id}/concession/forecasts/{number}",
    operation_id="get_concession_forecast_version",
    response_model=ForecastOut,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_concession_forecast_version(
    consortium_id: ConsortiumId, number: Number, item: Item
) -> Response:
    """One version of the forecast, as it was written."""
    query = lists.forecast_version(consortium_id, number)
    return await told_why(item, consortium_id, item.item(query))


@router.get(
    "/{consortium_id}/concession/forecasts/{number}/changes",
    operation_id="get_concession_forecast_changes",
    response_model=ForecastChangesOut,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_concession_forecast_changes(
    consortium_id: ConsortiumId, number: Number, item: Item, before: Before
) -> Response:
    """What differs from one version of the forecast to another, line by line."""
    query = lists.forecast_changes(consortium_id, number, before)
    return await told_why(item, consortium_id, item.item(query))
