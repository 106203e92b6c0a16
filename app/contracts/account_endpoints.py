"""The joint account of a contract over HTTP."""

from datetime import date
from uuid import UUID

from fastapi import Response

from app.consortia import domain as consortia
from app.consortia.shut import told_why
from app.consortia.telling import told
from app.contracts import domain, invoice_lists, service
from app.contracts.domain import Movement
from app.contracts.schemas.account import (
    AccountReceiptIn,
    AccountReceiptOut,
    JointAccountOut,
    account_out,
    account_receipt_out,
)
from app.infra.http.deps import Caller, Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import AccountReceiptId, ConsortiumId, SignedContractId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["contracts"])


@router.get(
    "/{consortium_id}/contracts/{contract_id}/account",
    operation_id="get_joint_account",
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_joint_account(
    consortium_id: ConsortiumId, contract_id: SignedContractId, item: Item
) -> JointAccountOut:
    """The joint account today: whom it still owes, and whether it should be empty by now."""
    read = item.data(invoice_lists.account(consortium_id, contract_id))
    actor, found = await told_why(item, consortium_id, read)
    moved = [
        Movement(UUID(invoice), UUID(party), date.fromisoformat(day), cents, tax)
        for invoice, party, day, cents, tax in found["moved"]
    ]
    state = domain.state_of(moved, found["days"], actor.now.date())
    return account_out(state, found["days"])


@router.post(
    "/{consortium_id}/contracts/{contract_id}/account/receipts",
    operation_id="receive_on_account",
    status_code=201,
    response_model=AccountReceiptOut,
    responses=refusals(
        NotFound,
        consortia.NotLead,
        domain.NoJointAccount,
        domain.NotApproved,
        domain.BeyondApproved,
        domain.AccountReceiptExists,
        *ONCE_ERRORS,
    ),
)
async def receive_on_account(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    body: AccountReceiptIn,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Record what the buyer paid on the joint account, invoice by invoice (lead)."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        received = await service.receive_on_account(
            session,
            actor,
            consortium_id,
            contract_id,
            received_on=body.received_on,
            reference=body.reference,
            amounts=body.amounts(),
            beyond_approved=body.beyond_approved,
        )
    return await once.keep(account_receipt_out(received))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/account/receipts/{account_receipt_id}/reversals",
    operation_id="reverse_account_receipt",
    status_code=201,
    response_model=AccountReceiptOut,
    responses=refusals(
        NotFound,
        consortia.NotLead,
        domain.AlreadyReversed,
        domain.AccountShort,
        *ONCE_ERRORS,
    ),
)
async def reverse_account_receipt(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    account_receipt_id: AccountReceiptId,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Take a receipt on the joint account back, while it still stands there (lead)."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        received = await service.reverse_account_receipt(
            session, actor, consortium_id, contract_id, account_receipt_id
        )
    return await once.keep(account_receipt_out(received))
