"""What parties bill and are paid over HTTP."""

from fastapi import Response

from app.consortia import domain as consortia
from app.consortia.shut import told_why
from app.consortia.telling import told
from app.contracts import domain, invoice_lists, service
from app.contracts.schemas.given import ReversalIn
from app.contracts.schemas.invoices import (
    InvoiceDecisionIn,
    InvoiceIn,
    InvoiceOut,
    InvoicePaidOut,
    InvoicePaymentIn,
    InvoicePaymentOut,
    ProgressesOut,
    invoice_out,
    payment_out,
)
from app.infra.http.deps import Caller, Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ConsortiumId, InvoiceId, SignedContractId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["contracts"])

_SPEAKING = (consortia.NotParty, consortia.NotYourPart)


@router.get(
    "/{consortium_id}/contracts/{contract_id}/invoices",
    operation_id="list_invoices",
    response_model=ListOut[InvoicePaidOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_invoices(
    consortium_id: ConsortiumId, contract_id: SignedContractId, page: Listed
) -> Response:
    """What parties bill under a contract, and what came in on it, newest first."""
    return await page.list(invoice_lists.invoices(consortium_id, contract_id))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/invoices",
    operation_id="submit_invoice",
    status_code=201,
    response_model=InvoiceOut,
    responses=refusals(
        NotFound,
        *_SPEAKING,
        consortia.UnknownParty,
        domain.ContractClosed,
        domain.PenaltyIsLeads,
        domain.InvoiceUnclear,
        domain.InvoiceExists,
        domain.InvoicedBeyondPart,
        *ONCE_ERRORS,
    ),
)
async def submit_invoice(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    body: InvoiceIn,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Record what a party bills (itself, or the lead); a penalty is the lead's to assign."""
    async with told(session, here, caller, consortium_id, domain.TELLING):
        billed = await service.submit_invoice(
            session,
            actor,
            consortium_id,
            contract_id,
            body.bill(),
            beyond_part=body.beyond_part,
        )
    return await once.keep(invoice_out(billed))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/invoices/{invoice_id}/decisions",
    operation_id="decide_invoice",
    status_code=201,
    response_model=InvoiceOut,
    responses=refusals(NotFound, consortia.NotLead, domain.InvoiceDecided, *ONCE_ERRORS),
)
async def decide_invoice(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    invoice_id: InvoiceId,
    body: InvoiceDecisionIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Approve an invoice, or refuse it and say why: a new one answers (lead)."""
    billed = await service.decide_invoice(
        session,
        actor,
        consortium_id,
        contract_id,
        invoice_id,
        approved=body.approved,
        reason=body.reason,
    )
    return await once.keep(invoice_out(billed))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/invoices/{invoice_id}/reversals",
    operation_id="reverse_invoice",
    status_code=201,
    response_model=InvoiceOut,
    responses=refusals(
        NotFound,
        *_SPEAKING,
        consortia.NotLead,
        domain.PenaltyIsLeads,
        domain.AlreadyReversed,
        domain.InvoicePaid,
        *ONCE_ERRORS,
    ),
)
async def reverse_invoice(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    invoice_id: InvoiceId,
    body: ReversalIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Take an invoice back by a credit note (its party, or the lead)."""
    billed = await service.reverse_invoice(
        session, actor, consortium_id, contract_id, invoice_id, reason=body.reason
    )
    return await once.keep(invoice_out(billed))


@router.post(
    "/{consortium_id}/contracts/{contract_id}/invoices/{invoice_id}/payments",
    operation_id="pay_invoice",
    status_code=201,
    response_model=InvoicePaymentOut,
    responses=refusals(
        NotFound,
        *_SPEAKING,
        consortia.NotLead,
        consortia.UnknownParty,
        consortia.ReceiptExists,
        domain.NotApproved,
        domain.BeyondApproved,
        domain.AccountShort,
        *ONCE_ERRORS,
    ),
)
async def pay_invoice(
    consortium_id: ConsortiumId,
    contract_id: SignedContractId,
    invoice_id: InvoiceId,
    body: InvoicePaymentIn,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Record that a party was paid: directly, or out of the joint account (then the lead).

    It is a receipt of the joint answer: the contribution falls due. It is taken back as one.
    """
    async with told(session, here, caller, consortium_id, domain.TELLING):
        paid = await service.pay_invoice(
            session,
            actor,
            consortium_id,
            contract_id,
            invoice_id,
            money=body.money(),
            beyond_approved=body.beyond_approved,
        )
    return await once.keep(payment_out(paid))


@router.get(
    "/{consortium_id}/contracts/{contract_id}/progress",
    operation_id="get_contract_progress",
    response_model=ProgressesOut,
    responses=refusals(NotFound, *consortia.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_contract_progress(
    consortium_id: ConsortiumId, contract_id: SignedContractId, item: Item
) -> Response:
    """Each party's part, what it billed against it, what was approved and paid."""
    read = item.item(invoice_lists.progress(consortium_id, contract_id))
    return await told_why(item, consortium_id, read)
