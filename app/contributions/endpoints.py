"""Policies, charges and payments over HTTP. A consortium's statement is under `/consortia`."""

from typing import Annotated

from fastapi import Response

from app.contributions import domain, lists, service
from app.contributions.policy_schemas import PolicyIn, PolicyOut
from app.contributions.schemas import (
    ChargeOut,
    ListedPaymentOut,
    MemberPage,
    PaymentIn,
    PaymentOut,
)
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.listing import PAGE, Listed, Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(tags=["contributions"])


@router.get(
    "/policies",
    operation_id="list_policies",
    response_model=ListOut[PolicyOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_policies(page: Listed) -> Response:
    """The versions of the cluster's rates and fees, newest first."""
    return await page.list(lists.POLICIES)


@router.post(
    "/policies",
    operation_id="set_policy",
    status_code=201,
    response_model=PolicyOut,
    responses=refusals(domain.InvalidTerms, domain.PolicyOutOfOrder, *ONCE_ERRORS),
)
async def set_policy(body: PolicyIn, session: Session, actor: Me, once: Once) -> Response:
    """Set the rates and fees from a day on (coordinator); charges already made do not change."""
    terms = body.terms()
    policy = await service.set_policy(session, actor, valid_from=body.valid_from, terms=terms)
    return await once.keep(PolicyOut.of(policy, terms))


@router.get(
    "/charges",
    operation_id="list_charges",
    response_model=ListOut[ChargeOut],
    responses=refusals(),
    openapi_extra=asks(MemberPage),
)
async def list_charges(
    page: Annotated[Reader[MemberPage], listing(MemberPage)],
) -> Response:
    """Contributions charged, newest first.

    A company sees its own and those of its consortia; coordinator and treasurer see all.
    """
    return await page.list(lists.charges(page.asked.member_id))


@router.post(
    "/payments",
    operation_id="record_payment",
    status_code=201,
    response_model=PaymentOut,
    responses=refusals(domain.PaymentExists, NotFound, *ONCE_ERRORS),
)
async def record_payment(body: PaymentIn, session: Session, actor: Me, once: Once) -> Response:
    """Record a member's payment (coordinator, treasurer): the oldest charges are settled first."""
    payment = await service.record_payment(
        session,
        actor,
        member_id=body.member_id,
        amount_cents=body.amount.amount_cents,
        received_on=body.received_on,
        reference=body.reference,
        method=body.method,
    )
    return await once.keep(PaymentOut.of(payment))


@router.get(
    "/payments",
    operation_id="list_payments",
    response_model=ListOut[ListedPaymentOut],
    responses=refusals(),
    openapi_extra=asks(MemberPage),
)
async def list_payments(
    page: Annotated[Reader[MemberPage], listing(MemberPage)],
) -> Response:
    """Payments, newest first: the caller's own; all of them for coordinator and treasurer."""
    return await page.list(lists.payments(page.asked.member_id))
