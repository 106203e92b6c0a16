"""Sign-in, and who the caller is, over HTTP."""

from fastapi import Response

from app.infra.http.deps import Caller, Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
from app.people import domain, sessions
from app.people.schemas import MeOut, SessionIn, SessionOut

router = room_router()


@router.post(
    "/sessions",
    tags=["sessions"],
    operation_id="open_session",
    status_code=201,
    responses=refusals(domain.WrongCredentials, domain.ChooseMembership, domain.TooManySignIns),
)
async def open_session(body: SessionIn, here: Here) -> SessionOut:
    """Sign in with a mail address and a password."""
    opened = await sessions.open_session(
        here.database,
        email=body.email,
        password=body.password,
        membership_id=body.membership_id,
        now=here.clock(),
        hours=here.settings.session_hours,
    )
    return SessionOut.model_validate(opened)


@router.delete(
    "/sessions/current",
    tags=["sessions"],
    operation_id="close_session",
    status_code=204,
    responses=refusals(),
)
async def close_session(session: Session, actor: Me, caller: Caller) -> Response:
    """Sign out: the token that came with this request fails from the next one on."""
    await sessions.close_session(session, caller.token or "", actor.now)
    return Response(status_code=204)


@router.get(
    "/me",
    tags=["sessions"],
    operation_id="get_me",
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def get_me(item: Item) -> MeOut:
    """Who the caller is, and for whom they act."""
    return MeOut.model_validate(await item.actor())
