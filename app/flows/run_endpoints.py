"""Charging runs over HTTP: preview, ask, follow."""

from typing import Annotated

from fastapi import Query, Response

from app.flows import run_queries, runs
from app.flows.run_schemas import PreviewLineOut, PreviewOut, RunIn, RunOut, UntilPage
from app.infra.http.day import Day
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ChargeRunId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed, Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

router = room_router("/charge-runs", tags=["flows"])


def _may_read(actor: Actor) -> None:
    require(actor, Permission.READ_BOOKS)


@router.get(
    "",
    operation_id="list_charge_runs",
    response_model=ListOut[RunOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_charge_runs(page: Listed) -> Response:
    """The runs, newest first (coordinator, treasurer, auditor)."""
    return await page.list(run_queries.RUNS, check=_may_read)


@router.post(
    "",
    operation_id="start_charge_run",
    status_code=201,
    response_model=RunOut,
    responses=refusals(*ONCE_ERRORS),
)
async def start_charge_run(body: RunIn, session: Session, actor: Me, once: Once) -> Response:
    """Charge what waits (coordinator, treasurer); what is charged is not charged again."""
    return await once.keep(RunOut.of(await runs.ask_run(session, actor, body.until)))


@router.get(
    "/preview",
    operation_id="preview_charge_run",
    response_model=PreviewOut,
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def preview_charge_run(
    until: Annotated[Day, Query(examples=["2026-12-31"])], item: Item
) -> Response:
    """What a run would charge, by member and nature (coordinator, treasurer, auditor)."""
    return await item.item(run_queries.preview(until), check=_may_read)


@router.get(
    "/preview/lines",
    operation_id="list_charge_preview_lines",
    response_model=ListOut[PreviewLineOut],
    responses=refusals(),
    openapi_extra=asks(UntilPage),
)
async def list_charge_preview_lines(
    page: Annotated[Reader[UntilPage], listing(UntilPage)],
) -> Response:
    """The same, charge by charge."""
    return await page.list(run_queries.preview_lines(page.asked.until), check=_may_read)


@router.get(
    "/{run_id}",
    operation_id="get_charge_run",
    response_model=RunOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_charge_run(run_id: ChargeRunId, item: Item) -> Response:
    """A run, and how far it is."""
    return await item.item(run_queries.run(run_id), check=_may_read)
