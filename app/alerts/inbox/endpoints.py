"""Alerts over HTTP: the caller's own, in their present role."""

from typing import Annotated

from fastapi import Response

from app.alerts.inbox import repository, service
from app.alerts.inbox.schemas import AlertOut, AlertPage, ReadingIn
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import AlertId
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(path="/alerts", tags=["alerts"])


@router.get(
    "",
    operation_id="list_alerts",
    response_model=ListOut[AlertOut],
    responses=refusals(),
    openapi_extra=asks(AlertPage),
)
async def list_alerts(page: Annotated[Reader[AlertPage], listing(AlertPage)]) -> Response:
    """What the caller should know, newest first: matches of saved searches, moved deadlines,
    corrections, cancellations and results of what their company follows.
    """
    return await page.list(repository.alerts(unread=page.asked.unread))


@router.put("/reading", operation_id="read_alerts", status_code=204, responses=refusals(NotFound))
async def read_alerts(body: ReadingIn, session: Session, actor: Me) -> None:
    """Mark an alert read with all that came before it; what came meanwhile stays unread."""
    await service.mark_read_up_to(session, actor, body.up_to)


@router.put(
    "/{alert_id}/reading",
    operation_id="read_alert",
    status_code=204,
    responses=refusals(NotFound),
)
async def read_alert(alert_id: AlertId, session: Session, actor: Me) -> None:
    """Mark one alert read."""
    await service.mark_read(session, actor, alert_id)
