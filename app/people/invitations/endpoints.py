"""Invitations over HTTP."""

from fastapi import Request, Response

from app.clusters.domain import UnknownMember
from app.infra.http.deps import Here, Me, Session, caller_of
from app.infra.http.errors import refusals
from app.infra.http.ids import InvitationId
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.people import admission, domain
from app.people.invitations import repository, service
from app.people.invitations.schemas import AcceptanceIn, AcceptanceOut, InvitationIn, InvitationOut
from app.people.sessions.deps import MeInSession

router = room_router(path="/invitations", tags=["people"])


@router.post(
    "",
    operation_id="invite_person",
    status_code=201,
    response_model=InvitationOut,
    responses=refusals(
        *ONCE_ERRORS,
        domain.SessionOnly,
        domain.BadEmail,
        UnknownMember,
        admission.UnfitRole,
        admission.RoleHeld,
        admission.TooManyInvitations,
        admission.AlreadyInvited,
    ),
)
async def invite_person(
    body: InvitationIn, session: Session, actor: MeInSession, once: Once
) -> Response:
    """Ask someone in by mail (coordinator: any role; manager: those of their own company).

    The link serves once, for that address, for seven days, as long as its inviter is here.
    """
    made = await service.invite(
        session, actor, email=body.email, role=body.role, member_id=body.member_id
    )
    return await once.keep(InvitationOut.model_validate(made))


@router.get(
    "",
    operation_id="list_invitations",
    response_model=ListOut[InvitationOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_invitations(page: Listed) -> Response:
    """Who was asked in, newest first (coordinator: all; manager: their own company's)."""
    return await page.list(repository.INVITATIONS, check=_manages)


def _manages(actor: Actor) -> None:
    require(actor, Permission.MANAGE_PEOPLE)


@router.post(
    "/{invitation_id}/withdrawals",
    operation_id="withdraw_invitation",
    status_code=201,
    response_model=InvitationOut,
    responses=refusals(*ONCE_ERRORS, NotFound, admission.InvitationEnded),
)
async def withdraw_invitation(
    invitation_id: InvitationId, session: Session, actor: Me, once: Once
) -> Response:
    """Take an invitation back: its link serves no more."""
    ended = await service.withdraw_invitation(session, actor, invitation_id)
    return await once.keep(InvitationOut.model_validate(ended))


@router.post(
    "/acceptances",
    operation_id="join_cluster",
    status_code=201,
    responses=refusals(
        admission.UnusableLink,
        admission.NameAndPasswordNeeded,
        domain.WeakPassword,
        domain.TooManySignIns,
    ),
)
async def join_cluster(body: AcceptanceIn, here: Here, request: Request) -> AcceptanceOut:
    """Come in by the link of a mail, without being signed in.

    A known person keeps name and password. A link that was used, has expired, was withdrawn or
    never was gets the same answer.
    """
    caller = caller_of(request, here)
    newcomer = service.Newcomer(
        body.name, body.password, caller.now, caller.request_id, caller.origin
    )
    accepted = await service.accept_invitation(here.database, here.secret, body.token, newcomer)
    return AcceptanceOut.model_validate(accepted)
