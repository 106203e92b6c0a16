"""Who is here, over HTTP: the list, departures, new roles."""

from fastapi import Response

from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import MembershipId
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.people import admission, domain
from app.people.memberships import repository, service
from app.people.memberships.schemas import DepartureOut, PersonOut, RoleIn, RoleOut
from app.people.sessions.deps import MeInSession

router = room_router(path="/people", tags=["people"])


@router.get(
    "",
    operation_id="list_people",
    response_model=ListOut[PersonOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_people(page: Listed) -> Response:
    """Who is here, newest first: coordinator, treasurer, auditor see the cluster's people, a
    manager those of their own company.
    """
    return await page.list(repository.PEOPLE, check=_reads)


def _reads(actor: Actor) -> None:
    require(actor, Permission.READ_PEOPLE)


@router.post(
    "/{membership_id}/departures",
    operation_id="end_membership",
    status_code=201,
    response_model=DepartureOut,
    responses=refusals(*ONCE_ERRORS, NotFound, admission.LastCoordinator),
)
async def end_membership(
    membership_id: MembershipId, session: Session, actor: Me, once: Once
) -> Response:
    """End what someone is here: sessions and tokens fail from their next request on.

    Coordinator: anyone's; manager: their own company's. The last coordinator stays.
    """
    await service.end_membership(session, actor, membership_id)
    return await once.keep(DepartureOut(id=membership_id, ended_at=actor.now))


@router.post(
    "/{membership_id}/roles",
    operation_id="change_role",
    status_code=201,
    response_model=RoleOut,
    responses=refusals(
        *ONCE_ERRORS,
        NotFound,
        domain.SessionOnly,
        admission.UnfitRole,
        admission.RoleHeld,
        admission.LastCoordinator,
    ),
)
async def change_role(
    membership_id: MembershipId, body: RoleIn, session: Session, actor: MeInSession, once: Once
) -> Response:
    """Give someone another role in the same company, or in none: a new membership begins.

    The old one ends with its sessions and tokens: the person signs in anew.
    """
    fresh = await service.change_role(session, actor, membership_id, body.role)
    return await once.keep(RoleOut(id=fresh, role=body.role))
