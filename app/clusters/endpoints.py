"""The cluster and its members over HTTP."""

from fastapi import Response

from app.clusters import domain, repository, service
from app.clusters.schemas import ClusterOut, MemberIn, MemberOut
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import MemberId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router()


@router.get(
    "/cluster",
    tags=["cluster"],
    operation_id="get_cluster",
    response_model=ClusterOut,
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def get_cluster(item: Item) -> Response:
    """The caller's cluster."""
    return await item.item(repository.CLUSTER)


@router.get(
    "/members",
    tags=["members"],
    operation_id="list_members",
    response_model=ListOut[MemberOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_members(page: Listed) -> Response:
    """The companies of the cluster, newest first."""
    return await page.list(repository.MEMBERS)


@router.post(
    "/members",
    tags=["members"],
    operation_id="admit_member",
    status_code=201,
    response_model=MemberOut,
    responses=refusals(domain.InvalidSiren, domain.MemberExists, *ONCE_ERRORS),
)
async def admit_member(body: MemberIn, session: Session, actor: Me, once: Once) -> Response:
    """Admit a company into the cluster (coordinator)."""
    member = await service.admit_member(session, actor, body.company())
    return await once.keep(MemberOut.model_validate(member))


@router.get(
    "/members/{member_id}",
    tags=["members"],
    operation_id="get_member",
    response_model=MemberOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_member(member_id: MemberId, item: Item) -> Response:
    """One company of the cluster."""
    return await item.item(repository.member(member_id))
