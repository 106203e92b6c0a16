"""The companies of the cluster over HTTP."""

from fastapi import Response

from app.clusters import domain, repository, service
from app.clusters.endpoints.register import Registered
from app.clusters.schemas.members import (
    CompanyIn,
    MemberChangeIn,
    MemberChangeOut,
    MemberChangesOut,
    MemberOut,
)
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import MemberId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router("/members", tags=["members"])


@router.get(
    "",
    operation_id="list_members",
    response_model=ListOut[MemberOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_members(page: Listed) -> Response:
    """The companies of the cluster, newest first; those that left stay listed as such."""
    return await page.list(repository.MEMBERS)


@router.post(
    "",
    operation_id="admit_member",
    status_code=201,
    response_model=MemberOut,
    responses=refusals(
        domain.InvalidSiren,
        domain.NameMissing,
        domain.AdmissionByVote,
        domain.CandidacyOpen,
        domain.MemberExists,
        *ONCE_ERRORS,
    ),
)
async def admit_member(
    body: CompanyIn, registered: Registered, session: Session, actor: Me, once: Once
) -> Response:
    """Admit a company into the cluster (coordinator), where no vote decides.

    One that had left comes back as the member that it was.
    """
    member = await service.admit_member(session, actor, body.company(registered))
    return await once.keep(MemberOut.model_validate(member))


@router.get(
    "/{member_id}",
    operation_id="get_member",
    response_model=MemberOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_member(member_id: MemberId, item: Item) -> Response:
    """One company of the cluster."""
    return await item.item(repository.member_item(member_id))


@router.get(
    "/{member_id}/changes",
    operation_id="list_member_changes",
    response_model=MemberChangesOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def list_member_changes(member_id: MemberId, item: Item) -> Response:
    """What a company was called, and where it sat, since when."""
    return await item.item(repository.changes_item(member_id))


@router.post(
    "/{member_id}/changes",
    operation_id="change_member",
    status_code=201,
    response_model=MemberChangeOut,
    responses=refusals(
        NotFound,
        domain.InvalidSiren,
        domain.NothingChanges,
        domain.WrongStanding,
        *ONCE_ERRORS,
    ),
)
async def change_member(
    member_id: MemberId, body: MemberChangeIn, session: Session, actor: Me, once: Once
) -> Response:
    """Change a company's name, SIRET, form, city or address (its manager, the coordinator).

    Its SIREN stays: another SIREN is another company.
    """
    change = await service.change_member(
        session, actor, member_id, on=body.on, fields=body.fields(), reason=body.reason
    )
    return await once.keep(MemberChangeOut.model_validate(change))
