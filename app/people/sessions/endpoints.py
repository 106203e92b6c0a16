"""Sign-in, and who the caller is, over HTTP."""

from fastapi import Request

from app.infra.http.credential import refuse_other_sites
from app.infra.http.deps import Caller, Here, Session, Visitor
from app.infra.http.errors import refusals
from app.infra.http.ids import SessionId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.people import domain
from app.people.attempts import TooManyAttempts
from app.people.second_factor import service as second_factor
from app.people.sessions import opening, repository, service
from app.people.sessions.deps import Deliver, MeInSession
from app.people.sessions.schemas import (
    MeOut,
    OpenSessionsOut,
    SessionIn,
    SessionOut,
    SwitchIn,
)

router = room_router(tags=["sessions"])


@router.post(
    "/sessions",
    operation_id="open_session",
    status_code=201,
    responses=refusals(
        domain.WrongCredentials,
        second_factor.SecondFactorRequired,
        second_factor.WrongCode,
        second_factor.SecondFactorUnreadable,
        TooManyAttempts,
        domain.TooManySignIns,
    ),
)
async def open_session(
    body: SessionIn, request: Request, visitor: Visitor, here: Here, deliver: Deliver
) -> SessionOut:
    """Sign in with a mail address and a password, and a code where there is a second factor."""
    if body.delivery == "cookie":  # nor does another site choose who is signed in here
        refuse_other_sites(request, here.settings.public_url)
    opened = await opening.open_session(
        here.database,
        visitor,
        secret=here.secret,
        life=deliver.life,
        email=body.email,
        password=body.password,
        code=body.code,
        membership_id=body.membership_id,
    )
    return deliver.give(opened, body.delivery)


@router.get(
    "/sessions",
    operation_id="list_sessions",
    responses=refusals(domain.SessionOnly),
    openapi_extra=SIGNED_IN,
)
async def list_sessions(item: Item) -> OpenSessionsOut:
    """Where the caller is signed in, under every hat, newest first; a hundred at most."""
    _, found = await item.data(repository.open_sessions(item.caller))
    service.require_session(found["in_session"])
    return OpenSessionsOut.model_validate(found)


@router.post(
    "/sessions/renewals",
    operation_id="renew_session",
    status_code=201,
    responses=refusals(domain.SessionOnly),
)
async def renew_session(
    session: Session,
    actor: MeInSession,
    caller: Caller,
    deliver: Deliver,
) -> SessionOut:
    """A fresh secret for the same session; the old one is dead.

    Some days after the sign-in, there are no more: the person signs in again.
    """
    opened = await service.renew_session(session, actor, caller, deliver.life, actor.membership_id)
    return deliver.give(opened)


@router.post(
    "/sessions/switches",
    operation_id="switch_session",
    status_code=201,
    responses=refusals(domain.SessionOnly, NotFound),
)
async def switch_session(
    body: SwitchIn,
    session: Session,
    actor: MeInSession,
    caller: Caller,
    deliver: Deliver,
) -> SessionOut:
    """Act for another cluster or company, under a fresh secret; the old one is dead."""
    opened = await service.switch_session(session, actor, caller, deliver.life, body.membership_id)
    return deliver.give(opened)


@router.delete(
    "/sessions/current",
    operation_id="close_session",
    status_code=204,
    responses=refusals(domain.SessionOnly),
)
async def close_session(session: Session, _: MeInSession, caller: Caller, deliver: Deliver) -> None:
    """Sign out: the secret that came with this request fails from the next one on."""
    await service.close_session(session, caller)
    deliver.take_back()


@router.delete(
    "/sessions/{session_id}",
    operation_id="end_session",
    status_code=204,
    responses=refusals(domain.SessionOnly, NotFound),
)
async def end_session(session_id: SessionId, session: Session, actor: MeInSession) -> None:
    """End one of the caller's sessions, wherever it is open."""
    await service.end_session(session, actor, session_id)


@router.get("/me", operation_id="get_me", responses=refusals(), openapi_extra=SIGNED_IN)
async def get_me(item: Item) -> MeOut:
    """Who the caller is, for whom they act, and for whom else they could."""
    actor, found = await item.data(repository.me(item.caller))
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    return MeOut.model_validate({**found, "role": actor.role, "scopes": scopes})
