"""Flows between members over HTTP."""

from typing import Annotated

from fastapi import Response

from app.clusters.domain import UnknownMember
from app.flows import domain, repository, service
from app.flows.schemas import FlowIn, FlowOut, FlowSearch, ReversalIn
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import FlowId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router("/flows", tags=["flows"])


@router.get(
    "",
    operation_id="list_flows",
    response_model=ListOut[FlowOut],
    responses=refusals(),
    openapi_extra=asks(FlowSearch),
)
async def list_flows(page: Annotated[Reader[FlowSearch], listing(FlowSearch)]) -> Response:
    """Invoices between members, newest first: the caller's own; all for who oversees."""
    asked = page.asked
    query = repository.flows(
        member_id=asked.member_id,
        nature=asked.nature,
        state=asked.state,
        since=asked.since,
        until=asked.until,
    )
    return await page.list(query)


@router.post(
    "",
    operation_id="declare_flow",
    status_code=201,
    response_model=FlowOut,
    responses=refusals(UnknownMember, domain.SaidOtherwise, *ONCE_ERRORS),
)
async def declare_flow(body: FlowIn, session: Session, actor: Me, once: Once) -> Response:
    """Declare an invoice between members, as seller or as buyer: declared twice, it is one flow."""
    flow_id = await service.declare(session, actor, body.statement(), member_id=body.member_id)
    return await once.keep(await repository.shown(session, flow_id))


@router.get(
    "/{flow_id}",
    operation_id="get_flow",
    response_model=FlowOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_flow(flow_id: FlowId, item: Item) -> Response:
    """An invoice between members, and what each side says of it."""
    return await item.item(repository.flow(flow_id))


@router.post(
    "/{flow_id}/reversals",
    operation_id="reverse_flow",
    status_code=201,
    response_model=FlowOut,
    responses=refusals(
        NotFound,
        domain.OthersFlow,
        domain.AlreadyReversed,
        domain.CreditNotesStand,
        *ONCE_ERRORS,
    ),
)
async def reverse_flow(
    flow_id: FlowId, body: ReversalIn, session: Session, actor: Me, once: Once
) -> Response:
    """Reverse a flow: it counts no more; to correct it, declare it anew."""
    await service.reverse(session, actor, flow_id, body.reason)
    return await once.keep(await repository.shown(session, flow_id))
