"""Private calendar addresses over HTTP, and the calendars that they lead to."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Annotated

from fastapi import Header, Path, Response

from app.alerts import domain, ics, repository, service
from app.alerts.schemas import AddressIn, AddressOut, FreshAddressOut
from app.infra.http.deps import Caller, Here, Session, Visitor
from app.infra.http.errors import refusals
from app.infra.http.ids import CalendarAddressId
from app.infra.http.items import ItemReader
from app.infra.http.listing import PAGE, Listed
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound, Unauthenticated
from app.people.sessions.deps import MeInSession

router = room_router(tags=["calendars"])

PAST = timedelta(days=30)
"""How long a deadline that is over stays in a calendar."""


@router.post(
    "/calendar-addresses",
    operation_id="open_calendar_address",
    status_code=201,
    responses=refusals(domain.TooManyAddresses),
)
async def open_calendar_address(
    body: AddressIn, session: Session, actor: MeInSession, caller: Caller, here: Here
) -> FreshAddressOut:
    """Open a private calendar address, shown this once: deadlines, read only, never a price."""
    opened = await service.open_address(session, actor, caller, body.name)
    return FreshAddressOut(
        id=opened.id,
        name=opened.name,
        created_at=opened.created_at,
        url=f"{here.settings.site()}/v1/calendars/{opened.secret}.ics",
    )


@router.get(
    "/calendar-addresses",
    operation_id="list_calendar_addresses",
    response_model=ListOut[AddressOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_calendar_addresses(page: Listed) -> Response:
    """The caller's calendar addresses, newest first, without their secrets."""
    return await page.list(repository.ADDRESSES)


@router.delete(
    "/calendar-addresses/{address_id}",
    operation_id="close_calendar_address",
    status_code=204,
    responses=refusals(NotFound),
)
async def close_calendar_address(
    address_id: CalendarAddressId, session: Session, actor: MeInSession
) -> None:
    """Close a calendar address: it fails from the next request on."""
    await service.close_address(session, actor, address_id)


@router.get(
    "/calendars/{secret}.ics",
    operation_id="get_calendar",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "Nothing has changed since the `ETag` in `If-None-Match`."},
        **refusals(NotFound),
    },
)
async def get_calendar(
    secret: Annotated[str, Path(pattern="^grappe_[A-Za-z0-9_-]{43}$", max_length=60)],
    here: Here,
    visitor: Visitor,
    if_none_match: Annotated[str | None, Header(max_length=500)] = None,
) -> Response:
    """The deadlines that the cluster follows, as iCalendar. The address is the credential."""
    caller = replace(visitor, token=secret, feed=True)
    try:
        _, shown = await ItemReader(here, caller).data(repository.calendar(caller.now - PAST))
    except Unauthenticated:  # a closed address is one that never was
        raise NotFound from None
    # Weak: of what is shown, not of the moment that each event is stamped with.
    etag = f'W/"{sha256(repr(shown).encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and etag in {one.strip() for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    body = ics.calendar(shown, caller.now)
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")
