"""What happened in a joint answer, over HTTP."""

from fastapi import Response

from app.consortia.lists import trail
from app.infra.http.errors import refusals
from app.infra.http.ids import ConsortiumId
from app.infra.http.listing import PAGE, Listed
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.journal.schemas import TrailOut
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["consortia"])


@router.get(
    "/{consortium_id}/trail",
    operation_id="list_trail",
    response_model=ListOut[TrailOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_trail(consortium_id: ConsortiumId, page: Listed) -> Response:
    """Who did what in it, and who opened its amounts, newest first.

    For its parties; coordinator, treasurer and auditor see the acts once it has won.
    """
    return await page.list(trail(consortium_id))
