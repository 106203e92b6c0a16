"""The audit trail over HTTP. That of a consortium is under `/consortia`."""

from datetime import UTC, timedelta
from typing import Annotated

from fastapi import Response

from app.infra.http.errors import refusals
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.journal import lists
from app.journal.schemas import AuditPage, DaySealOut, EntryOut
from app.kernel.access import Permission, require
from app.kernel.actor import Actor

SETTLES = timedelta(hours=1)
"""After midnight, until what began before is sealed: a day's seal that moved would tell of it."""

router = room_router(path="/audit", tags=["audit"])


def _may_read(actor: Actor) -> None:
    require(actor, Permission.READ_AUDIT)


@router.get(
    "",
    operation_id="list_audit",
    response_model=ListOut[EntryOut],
    responses=refusals(),
    openapi_extra=asks(AuditPage),
)
async def list_audit(page: Annotated[Reader[AuditPage], listing(AuditPage)]) -> Response:
    """Who did what in the cluster, newest first (coordinator, treasurer, auditor).

    What was done in a consortium shows once it has won; what was done in one that lost, never.
    """
    return await page.list(lists.entries(page.asked.asked()), check=_may_read)


@router.get(
    "/seal",
    operation_id="get_audit_seal",
    response_model=DaySealOut,
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def get_audit_seal(thing: Item) -> Response:
    """The seal of the trail as it was when yesterday ended (UTC), for every person to keep."""
    closed = thing.caller.now.astimezone(UTC) - SETTLES - timedelta(days=1)
    return await thing.item(lists.day_seal(closed.date()))
