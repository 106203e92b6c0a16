"""What companies are to the cluster, over HTTP."""

from fastapi import Response

from app.clusters import domain, repository, service
from app.clusters.schemas.members import (
    DepartureIn,
    MergerIn,
    ReasonIn,
    StandingOut,
    StandingsOut,
    SuspensionIn,
)
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import MemberId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router("/members/{member_id}", tags=["members"])
_REFUSALS = refusals(NotFound, domain.WrongStanding, *ONCE_ERRORS)


@router.get(
    "/standings",
    operation_id="list_standings",
    response_model=StandingsOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def list_standings(member_id: MemberId, item: Item) -> Response:
    """A company's history in the cluster; empty but for itself and the cluster's officers."""
    return await item.item(repository.standings_item(member_id))


@router.post(
    "/suspensions",
    operation_id="suspend_member",
    status_code=201,
    response_model=StandingOut,
    responses=_REFUSALS,
)
async def suspend_member(
    member_id: MemberId, body: SuspensionIn, session: Session, actor: Me, once: Once
) -> Response:
    """Keep a company from taking on anything new (coordinator); what runs goes on."""
    standing = await service.suspend(session, actor, member_id, body.reason)
    return await once.keep(StandingOut.model_validate(standing))


@router.post(
    "/reinstatements",
    operation_id="reinstate_member",
    status_code=201,
    response_model=StandingOut,
    responses=_REFUSALS,
)
async def reinstate_member(
    member_id: MemberId, body: ReasonIn, session: Session, actor: Me, once: Once
) -> Response:
    """End a suspension (coordinator)."""
    standing = await service.reinstate(session, actor, member_id, body.reason)
    return await once.keep(StandingOut.model_validate(standing))


@router.post(
    "/departures",
    operation_id="depart_member",
    status_code=201,
    response_model=StandingOut,
    responses=_REFUSALS,
)
async def depart_member(
    member_id: MemberId, body: DepartureIn, session: Session, actor: Me, once: Once
) -> Response:
    """A company leaves the cluster (its manager, the coordinator).

    It stays a party of its consortia, whose contracts go on; it takes on nothing new, and no
    longer sees what the cluster prepares.
    """
    standing = await service.leave(session, actor, member_id, on=body.on, reason=body.reason)
    return await once.keep(StandingOut.model_validate(standing))


@router.post(
    "/mergers",
    operation_id="merge_member",
    status_code=201,
    response_model=StandingOut,
    responses=refusals(
        NotFound,
        domain.WrongStanding,
        domain.MergedIntoItself,
        domain.UnknownMember,
        *ONCE_ERRORS,
    ),
)
async def merge_member(
    member_id: MemberId, body: MergerIn, session: Session, actor: Me, once: Once
) -> Response:
    """A company was absorbed by another member (coordinator).

    Its contracts, dues and people stay in its name until each contract is amended (R2194-6).
    """
    standing = await service.merge(
        session, actor, member_id, into=body.into, on=body.on, reason=body.reason
    )
    return await once.keep(StandingOut.model_validate(standing))
