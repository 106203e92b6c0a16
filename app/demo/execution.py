"""What the demo's winners carry out: their contract, what two of them bill, an amendment."""

from datetime import datetime, timedelta
from uuid import UUID

from app.consortia.domain import Form
from app.contracts import service as contracts
from app.contracts.domain import Bill, ContractNature, Ground, InvoiceKind, Payment, Terms
from app.contracts.service import Change
from app.demo.companies import BY_KEY
from app.demo.stage import Group

MOVED = 15_000_00
"""What a party leaves to another by the amendment, in cents; the total stands."""
BILLED = (("bobine", "B-2031", 12_500_00, True), ("puits", "2026/07", 8_400_00, False))
"""Who bills what, in cents, and whether the lead has approved it yet."""


async def carry_out(group: Group, award_id: UUID, now: datetime) -> None:
    """Sign the contract, move a part from one to another, and bill."""
    lead = BY_KEY[group.lead].email
    signed = now - timedelta(days=142)
    terms = Terms(
        number="DSP-FORGE-01",
        signed_on=signed.date(),
        starts_on=signed.date() + timedelta(days=10),
        months=60,
        nature=ContractNature.SERVICES,
        form=Form.CONJOINT_LIABLE_LEAD,
        form_reason=None,
        payment=Payment.SEPARATE,
        maximum_cents=None,
        threshold_cents=None,
        account_days=30,
    )
    async with group.stage.acting(lead, signed) as (session, actor):
        made = await contracts.sign(session, actor, group.id, award_id, terms)
        contract_id, parts = made.contract.id, dict(made.parts)
    await _amend(group, contract_id, parts, now - timedelta(days=40))
    for key, number, cents, approved in BILLED:
        at = now - timedelta(days=6)
        await _bill(group, contract_id, at, key=key, number=number, cents=cents, approved=approved)


async def _amend(group: Group, contract_id: UUID, parts: dict[UUID, int], at: datetime) -> None:
    parts[group.parties["plomb"]] -= MOVED
    parts[group.parties["crassier"]] += MOVED
    async with group.stage.acting(BY_KEY[group.lead].email, at) as (session, actor):
        change = Change(
            Ground.NOT_SUBSTANTIAL,
            "La captation des concerts passe d'une entreprise à l'autre.",
            at.date(),
            0,
            parts,
        )
        version = await group.version(session, actor)
        await contracts.amend(session, actor, group.id, contract_id, change, version=version)


async def _bill(
    group: Group,
    contract_id: UUID,
    at: datetime,
    *,
    key: str,
    number: str,
    cents: int,
    approved: bool,
) -> None:
    bill = Bill(
        party_id=group.parties[key],
        kind=InvoiceKind.NORMAL,
        number=number,
        period_from=None,
        period_to=None,
        issued_on=at.date(),
        amount_cents=cents,
        vat_bps=2_000,
        note=None,
    )
    async with group.stage.acting(BY_KEY[key].email, at) as (session, actor):
        made = await contracts.submit_invoice(session, actor, group.id, contract_id, bill)
        invoice_id = made.invoice.id
    if approved:
        async with group.stage.acting(BY_KEY[group.lead].email, at) as (session, actor):
            await contracts.decide_invoice(
                session,
                actor,
                group.id,
                contract_id,
                invoice_id,
                approved=True,
                reason=None,
            )
