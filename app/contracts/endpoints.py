"""Contracts that are carried out over HTTP: signature, orders, amendments, end."""

from fastapi import Response

from app.consortia import domain as consortia
from app.consortia.shut import told_why
from app.consortia.telling import told
from app.contracts import domain, lists, service
from app.contracts.schemas import (
    AmendedOut,
    AmendmentIn,
    AmendmentOut,
    ClosureIn,
    ClosureOut,
    ContractIn,
    ContractOut,
    ContractState,
    OrderIn,
    OrderOut,
    ReversalIn,
    SignedOut,
    amended_out,
    order_out,
    signed_out,
)
from app.infra.http.deps import Caller, Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch
from app.infra.http.ids import AmendmentId, ConsortiumId, OrderId, SignedContractId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound, PreconditionFailed, PreconditionRequired

router = room_router(path="/consortia", tags=["contracts"])


@router.get(
    "/{consortium_id}/contracts",
    operation_id="list_contracts",
    response_model=ListOut[ContractOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_contracts(consortium_id: ConsortiumId, page: Listed) -> Response:
    """The contracts of a joint answer (its parties; coordinator and treasurer too)."""
    return await page.list(lists.contracts(consortium_id))


@router.post(
    "/{consortium_id}/contracts",
    operation_id="sign_contract",
    status_code=201,
    response_model=SignedOut,
    responses=refusals(
        NotFound,
        consortia.NotLead,
        consortia.NotAwarded,
        domain.ContractExists,
        domain.MaximumMissing,
        domain.MaximumUnexpected,
        domain.FormNotTaken,
        domain.FormUnjustified,
        domain.JointAccountUnexpected,
        *ONCE_ERRORS,
    ),
)
async def sign_contract(
    consortium_id: ConsortiumId, body: ContractIn, session: Session, actor: Me, once: Once
) -> Response:
    """Record the contract of a won lot: each party's euros are the truth from now on (lead)."""
    signed = await service.sign(session, actor, consortium_id, body.award_id, body.terms())
    return await once.keep(signed_out(signed))


@router.get(
    "/{consortium_id}/contracts/{contract_id}",
    operation_id="get_contract",
    response_model=ContractState,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_contract(
    consortium_id: ConsortiumId, contract_id: SignedContractId, item: Item
) -> Response:
    """A contract as it now stands: parts, amendments against their limit, end."""
    read = item.item(lists.contract(consortium_id, contract_id))
    return await told_why(item, consortium_id, read)


@router.get(
    "/{consortium_id}/contracts/{contract_id}/orders",
    operation_id="list_orders",
    response_model=ListOut[OrderOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_orders(
    consortium_id: ConsortiumId, contract_id: SignedContractId, page: Listed
) -> Response:
    """The orders under a framework, newest first."""
    return await page.list(lists.orders(consortium_id, contract_id))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/orders",
    operation_id="place_order",
    status_code=201,
    response_model=OrderOut,
    responses=refusals(
        NotFound,
        consortia.NotLead,
        domain.NotFramework,
        domain.ContractClosed,
        domain.OrderExists,
        domain.BeyondMaximum,
        domain.PartsNotExact,
        domain.NotInContract,
        *ONCE_ERRORS,
    ),
)
async def place_order(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    body: OrderIn,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Record an order of the buyer, within the maximum (lead)."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        ordered = await service.place_order(session, actor, consortium_id, contract_id, body.call())
    return await once.keep(order_out(ordered))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/orders/{order_id}/reversals",
    operation_id="reverse_order",
    status_code=201,
    response_model=OrderOut,
    responses=refusals(
        NotFound,
        consortia.NotLead,
        domain.ContractClosed,
        domain.AlreadyReversed,
        domain.BelowInvoiced,
        domain.BelowNothing,
        *ONCE_ERRORS,
    ),
)
async def reverse_order(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    order_id: OrderId,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Take an order back by its opposite (lead)."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        ordered = await service.reverse_order(session, actor, consortium_id, contract_id, order_id)
    return await once.keep(order_out(ordered))


@router.get(
    "/{consortium_id}/contracts/{contract_id}/amendments",
    operation_id="list_amendments",
    response_model=ListOut[AmendmentOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_amendments(
    consortium_id: ConsortiumId, contract_id: SignedContractId, page: Listed
) -> Response:
    """The amendments of a contract, newest first."""
    return await page.list(lists.amendments(consortium_id, contract_id))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/amendments",
    operation_id="amend_contract",
    status_code=201,
    response_model=AmendedOut,
    responses=refusals(
        NotFound,
        consortia.NotLead,
        domain.ContractClosed,
        domain.BeyondLowAmount,
        domain.BeyondHalf,
        domain.BelowInvoiced,
        domain.BelowNothing,
        domain.PartsNotExact,
        domain.NotInContract,
        PreconditionRequired,
        PreconditionFailed,
        *ONCE_ERRORS,
    ),
)
async def amend_contract(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    body: AmendmentIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Record an amendment on its ground: what is forecast follows its parts (lead)."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        amended = await service.amend(
            session, actor, consortium_id, contract_id, body.change(), version=version
        )
    return await once.keep(amended_out(amended))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/amendments/{amendment_id}/reversals",
    operation_id="reverse_amendment",
    status_code=201,
    response_model=AmendedOut,
    responses=refusals(
        NotFound,
        consortia.NotLead,
        domain.ContractClosed,
        domain.AlreadyReversed,
        domain.BelowInvoiced,
        domain.BelowNothing,
        *ONCE_ERRORS,
    ),
)
async def reverse_amendment(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    amendment_id: AmendmentId,
    body: ReversalIn,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Take an amendment back by its opposite (lead)."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        amended = await service.reverse_amendment(
            session, actor, consortium_id, contract_id, amendment_id, reason=body.reason
        )
    return await once.keep(amended_out(amended))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/closures",
    operation_id="close_contract",
    status_code=201,
    response_model=ClosureOut,
    responses=refusals(
        NotFound, consortia.NotLead, domain.AlreadyClosed, domain.NotSettled, *ONCE_ERRORS
    ),
)
async def close_contract(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    body: ClosureIn,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Record that a contract is over, and why; with the last one, the joint answer is (lead)."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        closure = await service.close(
            session,
            actor,
            consortium_id,
            contract_id,
            ground=body.ground,
            reason=body.reason,
            ended_on=body.ended_on,
        )
    return await once.keep(ClosureOut.model_validate(closure))
