"""The cluster and the public register over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from app.clusters import domain, repository, service
from app.clusters.endpoints.register import Register
from app.clusters.schemas.cluster import ClusterIn, ClusterOut, cluster_out
from app.clusters.schemas.members import SearchOut, Siren
from app.infra.http.deps import Caller, Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
from app.kernel.errors import PreconditionFailed, PreconditionRequired

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
    """The caller's cluster: its language, its zone, its way of admitting companies."""
    return await item.item(repository.CLUSTER)


@router.put(
    "/cluster",
    tags=["cluster"],
    operation_id="change_cluster",
    responses=refusals(domain.UnknownZone, PreconditionFailed, PreconditionRequired),
)
async def change_cluster(
    body: ClusterIn, version: IfMatch, session: Session, actor: Me, response: Response
) -> ClusterOut:
    """Set the cluster up anew (coordinator); open candidacies keep the rule they began under."""
    cluster = await service.change_cluster(session, actor, version, body.settings())
    set_etag(response, cluster.version)
    return cluster_out(cluster)


@router.get(
    "/company-search",
    tags=["members"],
    operation_id="search_company",
    responses=refusals(domain.InvalidSiren),
)
async def search_company(
    siren: Annotated[Siren, Query(examples=["732829320"])],
    register: Register,
    caller: Caller,
    here: Here,
) -> SearchOut:
    """What the public register says of a company, for those who may present one."""
    return SearchOut.model_validate(
        await service.search_company(here.database, caller, register, siren)
    )
