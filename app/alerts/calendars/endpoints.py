"""Private calendar addresses over HTTP, and the calendars that they lead to."""

from datetime import timedelta

from fastapi import Response

from app.alerts import domain
from app.alerts.addresses import CALENDAR, close_address, open_address
from app.alerts.calendars import ics, repository
from app.alerts.calendars.schemas import AddressIn, AddressOut, FreshAddressOut
from app.alerts.private import Private, at_private_address
from app.infra.http.deps import Caller, Here, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import CalendarAddressId
from app.infra.http.listing import PAGE, Listed
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.people.sessions.deps import MeInSession

router = room_router(tags=["calendars"])

PAST = timedelta(days=30)
"""How long a deadline that is over stays in a calendar."""


@router.post(
    "/calendar-addresses",
    operation_id="open_calendar_address",
    status_code=201,
    responses=refusals(domain.TooManyCalendarAddresses),
)
async def open_calendar_address(
    body: AddressIn, session: Session, actor: MeInSession, caller: Caller, here: Here
) -> FreshAddressOut:
    """Open a private calendar address, shown this once: deadlines, read only, never a price."""
    opened = await open_address(session, actor, caller, CALENDAR, body.name)
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
    return await page.list(CALENDAR.mine)


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
    await close_address(session, actor, CALENDAR, address_id)


@router.get(
    "/calendars/{secret}.ics",
    operation_id="get_calendar",
    response_class=Response,
    responses=at_private_address("text/calendar", refusals(NotFound)),
)
async def get_calendar(private: Private) -> Response:
    """The deadlines that the cluster follows, as iCalendar. The address is the credential."""
    now = private.caller.now
    return await private.read(
        CALENDAR,
        repository.calendar(now - PAST),
        "text/calendar; charset=utf-8",
        lambda shown: ics.calendar(shown, now),
    )
