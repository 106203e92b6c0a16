"""Money that comes in: to a party directly, or on the joint account and out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.consortia.service import Standing
from app.contracts import domain, invoice_repository, repository
from app.contracts.domain import Owed, Payment
from app.contracts.events import AccountReceived, AccountReversed, AccountTransferred, InvoicePaid
from app.contracts.invoice_models import AccountLine, AccountReceipt, Invoice, InvoicePayment
from app.contracts.models import SignedContract
from app.contracts.service.parts import check_day
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.money import share


@dataclass(frozen=True, slots=True)
class Money:
    """What came in, in cents excluding tax, on which day, and the bank's reference."""

    amount_cents: int
    received_on: date
    reference: str


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, its amount excluding tax, and what is left to pay on its invoice."""

    payment: InvoicePayment
    amount_cents: int
    left_cents: int


async def pay_invoice(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    invoice_id: UUID,
    *,
    money: Money,
    beyond_approved: bool = False,
) -> Paid:
    """Record that a party was paid on an invoice: its contribution falls due (DOMAIN 5.9).

    Paid directly, the party records it, or the lead; out of the joint account, the lead alone,
    and never more than stands there for the invoice. ``beyond_approved`` confirms that more came
    in than was approved. Raises NotFound, NotParty, NotLead, NotYourPart, NotApproved,
    BeyondApproved, AccountShort, ReceiptExists, Invalid.
    """
    standing, contract, invoice = await _of_party(
        session, actor, consortium_id, contract_id, invoice_id
    )
    check_day(actor, contract, money.received_on, "/received_on")
    payable = (await invoice_repository.payable(session, contract, [invoice.id]))[invoice.id]
    payable.require_approved()
    if not beyond_approved:
        payable.check(money.amount_cents)
    joint = contract.payment == Payment.JOINT_ACCOUNT
    tax = await _tax(session, contract, invoice, money.amount_cents)
    receipt = await consortia.record_receipt(
        session,
        actor,
        consortium_id,
        lot_id=contract.lot_id,
        party_id=invoice.party_id,
        amount_cents=money.amount_cents,
        received_on=money.received_on,
        reference=money.reference,
        by_contract=True,
    )
    payment = InvoicePayment(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        invoice_id=invoice.id,
        party_id=invoice.party_id,
        receipt_id=receipt.id,
        through_account=joint,
        tax_cents=tax,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(payment)
    await session.flush()
    await consortia.run(session, standing)
    told = AccountTransferred if joint else InvoicePaid
    event = told(consortium_id, contract_id, invoice.id)
    await record_event(session, actor, event, payment.id, consortium_id=consortium_id)
    left = max(0, invoice.amount_cents - payable.invoice_paid_cents - money.amount_cents)
    return Paid(payment, money.amount_cents, left)


async def _tax(
    session: AsyncSession, contract: SignedContract, invoice: Invoice, cents: int
) -> int:
    """The tax that moves with a payment; out of the joint account, of what stands there."""
    usual = share(cents, invoice.vat_bps)
    if contract.payment != Payment.JOINT_ACCOUNT:
        return usual
    moved = await invoice_repository.movements(session, contract)
    stands = domain.owed_by_invoice(moved).get(invoice.id, Owed())
    stands.check(cents)
    return stands.tax_of(cents, usual)


async def _of_party(
    session: AsyncSession, actor: Actor, consortium_id: UUID, contract_id: UUID, invoice_id: UUID
) -> tuple[Standing, SignedContract, Invoice]:
    """Hold the joint answer as the invoice's party, or as the lead: it alone on an account."""
    found = await session.get(Invoice, (actor.cluster_id, invoice_id))
    known = found if found and found.consortium_id == consortium_id else None
    contract = await session.get(SignedContract, (actor.cluster_id, contract_id))
    joint = contract is not None and contract.payment == Payment.JOINT_ACCOUNT
    own = known.party_id if known and not joint else None
    standing = await consortia.speak(
        session, actor, consortium_id, Permission.RECORD_RECEIPT, for_party=own
    )
    contract = await repository.contract(session, standing, contract_id)
    return standing, contract, await invoice_repository.invoice(session, contract, invoice_id)


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt on the joint account with its lines."""

    receipt: AccountReceipt
    lines: list[AccountLine]


async def receive_on_account(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    *,
    received_on: date,
    reference: str,
    amounts: Mapping[UUID, int],
    beyond_approved: bool = False,
) -> Received:
    """Record what the buyer paid on the joint account, invoice by invoice, excluding tax (lead).

    It is each party's from then on, and charges nothing yet: a party's contribution falls due
    when its part reaches it. Raises NotFound, NotLead, NoJointAccount, NotApproved,
    BeyondApproved, AccountReceiptExists, Invalid.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.RECORD_RECEIPT)
    contract = await repository.contract(session, standing, contract_id)
    if contract.payment != Payment.JOINT_ACCOUNT:
        raise domain.NoJointAccount
    check_day(actor, contract, received_on, "/received_on")
    receipt = AccountReceipt(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        received_on=received_on,
        reference=reference,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, receipt, domain.AccountReceiptExists)
    lines = []
    moved = await invoice_repository.movements(session, contract)
    arrived = {one: owed.amount_cents for one, owed in domain.owed_by_invoice(moved).items()}
    billed = await invoice_repository.invoices(session, contract, {*amounts, *arrived})
    payable = await invoice_repository.payable(session, contract, amounts)
    for invoice_id, cents in amounts.items():
        invoice = billed[invoice_id]
        payable[invoice_id].require_approved()
        arrived[invoice_id] = arrived.get(invoice_id, 0) + cents
        if not beyond_approved:
            beside = sum(
                one
                for other, one in arrived.items()
                if other != invoice_id and billed[other].party_id == invoice.party_id
            )
            payable[invoice_id].check(arrived[invoice_id], beside)
        lines.append(_line(receipt, invoice, cents, share(cents, invoice.vat_bps)))
    session.add_all(lines)
    await session.flush()
    await consortia.run(session, standing)
    await consortia.opened(session, actor, consortium_id)
    event = AccountReceived(consortium_id, contract_id, receipt.id)
    await record_event(session, actor, event, receipt.id, consortium_id=consortium_id)
    return Received(receipt, lines)


def _line(receipt: AccountReceipt, invoice: Invoice, cents: int, tax: int) -> AccountLine:
    return AccountLine(
        cluster_id=receipt.cluster_id,
        consortium_id=receipt.consortium_id,
        contract_id=receipt.contract_id,
        account_receipt_id=receipt.id,
        invoice_id=invoice.id,
        party_id=invoice.party_id,
        amount_cents=cents,
        tax_cents=tax,
    )


async def reverse_account_receipt(
    session: AsyncSession, actor: Actor, consortium_id: UUID, contract_id: UUID, receipt_id: UUID
) -> Received:
    """Take a receipt on the joint account back by its opposite, while it still stands (lead).

    Raises NotFound, NotLead, AlreadyReversed, AccountShort.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.RECORD_RECEIPT)
    contract = await repository.contract(session, standing, contract_id)
    wrong = await invoice_repository.account_receipt(session, contract, receipt_id)
    back = AccountReceipt(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        received_on=wrong.received_on,
        reference=wrong.reference,
        reverses=wrong.id,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, back, domain.AlreadyReversed)
    stands = domain.owed_by_invoice(await invoice_repository.movements(session, contract))
    lines = []
    entered = await invoice_repository.lines(session, wrong)
    billed = await invoice_repository.invoices(session, contract, {one[0] for one in entered})
    for invoice_id, _, cents, tax in entered:
        left = stands.get(invoice_id, Owed())
        left.check(cents)
        lines.append(_line(back, billed[invoice_id], -cents, -left.tax_of(cents, tax)))
    session.add_all(lines)
    await session.flush()
    await consortia.opened(session, actor, consortium_id)
    event = AccountReversed(consortium_id, contract_id, wrong.id)
    await record_event(session, actor, event, wrong.id, consortium_id=consortium_id)
    return Received(back, lines)
