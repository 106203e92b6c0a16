"""What a party bills, and the lead's word on it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.contracts import domain, invoice_repository, repository
from app.contracts.domain import Bill, InvoiceKind
from app.contracts.events import (
    InvoiceApproved,
    InvoiceRefused,
    InvoiceReversed,
    InvoiceSubmitted,
)
from app.contracts.invoice_models import Invoice, InvoiceDecision
from app.contracts.service.parts import check_day
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoice, and whether the lead approved it (None: not decided)."""

    invoice: Invoice
    approved: bool | None
    reason: str | None = None


async def submit_invoice(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    bill: Bill,
    *,
    beyond_part: bool = False,
) -> Billed:
    """Record what a party bills: itself, or the lead for it (R2192-10).

    A penalty is the lead's to assign, and stands at once. ``beyond_part`` confirms that more is
    billed than the part. Raises NotFound, NotParty, NotYourPart, UnknownParty, ContractClosed,
    PenaltyIsLeads, InvoiceUnclear, InvoiceExists, InvoicedBeyondPart, Invalid.
    """
    standing = await consortia.speak(
        session, actor, consortium_id, Permission.RECORD_RECEIPT, for_party=bill.party_id
    )
    contract = await repository.running(session, standing, contract_id)
    if bill.kind == InvoiceKind.PENALTY and not standing.by_lead:
        raise domain.PenaltyIsLeads
    bill.check()
    check_day(actor, contract, bill.issued_on, "/issued_on")
    if bill.kind in domain.OF_THE_PART and not beyond_part:
        parts = await repository.parts(session, contract)
        so_far = await invoice_repository.invoiced(
            session, contract, bill.party_id, domain.OF_THE_PART
        )
        domain.check_part(parts.get(bill.party_id, 0), so_far, bill.amount_cents)
    invoice = Invoice(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        party_id=bill.party_id,
        kind=bill.kind,
        number=bill.number,
        period_from=bill.period_from,
        period_to=bill.period_to,
        issued_on=bill.issued_on,
        amount_cents=bill.amount_cents,
        vat_bps=bill.vat_bps,
        tax_cents=bill.tax_cents,
        note=bill.note,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, invoice, domain.InvoiceExists)
    await consortia.run(session, standing)
    event = InvoiceSubmitted(consortium_id, contract_id, invoice.id)
    await record_event(session, actor, event, invoice.id, consortium_id=consortium_id)
    if bill.kind != InvoiceKind.PENALTY:
        return Billed(invoice, None)
    await _decide(session, actor, invoice, approved=True, reason=None)
    return Billed(invoice, approved=True)


async def decide_invoice(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    invoice_id: UUID,
    *,
    approved: bool,
    reason: str | None,
) -> Billed:
    """Approve an invoice, or refuse it with its reason: a new one answers (lead, R2142-24).

    Raises NotFound, NotLead, InvoiceDecided.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    contract = await repository.contract(session, standing, contract_id)
    invoice = await invoice_repository.invoice(session, contract, invoice_id)
    stands, decided = await invoice_repository.standing(session, invoice)
    if not stands or decided is not None:
        raise domain.InvoiceDecided
    await _decide(session, actor, invoice, approved=approved, reason=reason)
    await consortia.opened(session, actor, consortium_id)
    return Billed(invoice, approved, reason)


async def _decide(
    session: AsyncSession, actor: Actor, invoice: Invoice, *, approved: bool, reason: str | None
) -> None:
    decision = InvoiceDecision(
        cluster_id=actor.cluster_id,
        consortium_id=invoice.consortium_id,
        invoice_id=invoice.id,
        approved=approved,
        reason=reason,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, decision, domain.InvoiceDecided)
    told = InvoiceApproved if approved else InvoiceRefused
    event = told(invoice.consortium_id, invoice.contract_id, invoice.id)
    await record_event(session, actor, event, invoice.id, consortium_id=invoice.consortium_id)


async def reverse_invoice(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    invoice_id: UUID,
    *,
    reason: str,
) -> Billed:
    """Take an invoice back by its opposite (a credit note): its party, or the lead.

    Raises NotFound, NotParty, NotYourPart, AlreadyReversed, InvoicePaid, PenaltyIsLeads.
    """
    wrong = await session.get(Invoice, (actor.cluster_id, invoice_id))
    own = wrong.party_id if wrong and wrong.consortium_id == consortium_id else None
    standing = await consortia.speak(
        session, actor, consortium_id, Permission.RECORD_RECEIPT, for_party=own
    )
    contract = await repository.contract(session, standing, contract_id)
    wrong = await invoice_repository.invoice(session, contract, invoice_id)
    if wrong.kind == InvoiceKind.PENALTY and not standing.by_lead:
        raise domain.PenaltyIsLeads
    if wrong.reverses is not None:
        raise domain.AlreadyReversed
    moved = await invoice_repository.movements(session, contract)
    paid = await invoice_repository.payable(session, contract, [wrong.id])
    if paid[wrong.id].invoice_paid_cents or wrong.id in domain.owed_by_invoice(moved):
        raise domain.InvoicePaid
    back = Invoice(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        party_id=wrong.party_id,
        kind=wrong.kind,
        number=wrong.number,
        period_from=wrong.period_from,
        period_to=wrong.period_to,
        issued_on=wrong.issued_on,
        amount_cents=-wrong.amount_cents,
        vat_bps=wrong.vat_bps,
        tax_cents=-wrong.tax_cents,
        note=reason,
        reverses=wrong.id,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, back, domain.AlreadyReversed)
    await consortia.opened(session, actor, consortium_id)
    event = InvoiceReversed(consortium_id, contract_id, wrong.id)
    await record_event(session, actor, event, wrong.id, consortium_id=consortium_id)
    return Billed(back, None)
