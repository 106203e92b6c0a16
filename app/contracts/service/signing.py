"""The contract of a won lot is signed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.consortia.domain import Form
from app.consortia.models import Consortium
from app.contracts import domain
from app.contracts.domain import Forms, Law, Terms
from app.contracts.events import ContractSigned
from app.contracts.models import SignedContract
from app.contracts.service.parts import add_parts
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.kernel.errors import Invalid
from app.tenders import service as tenders
from app.tenders.domain import Rules


@dataclass(frozen=True, slots=True)
class Signed:
    """A contract with each party's part of it, in cents."""

    contract: SignedContract
    parts: dict[UUID, int]


async def sign(
    session: AsyncSession, actor: Actor, consortium_id: UUID, award_id: UUID, terms: Terms
) -> Signed:
    """Record that the contract of a won lot was signed (lead).

    Each party's euros become the truth: they are the award's parts from now on, and percentages
    derive from them (DOMAIN 5.2). Raises NotFound, NotLead, NotAwarded, ContractExists,
    MaximumMissing, MaximumUnexpected, FormNotTaken, FormUnjustified, JointAccountUnexpected,
    Invalid.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    award, parts = await consortia.won_award(session, standing, award_id)
    tender = await tenders.get_tender(session, actor, standing.consortium.tender_id)
    law = Law.CONCESSION if tender.concession else Law.PROCUREMENT
    rules = await tenders.rules_of(session, actor, tender.id)
    forms = _forms(standing.consortium, rules)
    terms.check(forms, award.amount_cents)
    not_in_future(terms.signed_on, actor.now.date(), "/signed_on")
    if terms.signed_on < award.notified_on:
        message = "La signature vient après l'attribution."
        raise Invalid.at("/signed_on", "before_the_award", message)
    contract = SignedContract(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        award_id=award.id,
        lot_id=award.lot_id,
        number=terms.number,
        signed_on=terms.signed_on,
        starts_on=terms.starts_on,
        months=terms.months,
        law=law,
        nature=terms.nature,
        form=terms.form,
        form_reason=terms.form_reason or (rules.form_reason if forms.imposed else None),
        payment=terms.payment,
        amount_cents=award.amount_cents,
        maximum_cents=terms.maximum_cents,
        threshold_cents=terms.threshold(law),
        account_days=terms.account_days,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, contract, domain.ContractExists)
    add_parts(session, contract, parts)
    await consortia.sign(session, standing, award, terms.signed_on)
    if terms.starts_on <= actor.now.date():
        await consortia.run(session, standing)
    await consortia.opened(session, actor, consortium_id)
    await record_event(
        session,
        actor,
        ContractSigned(consortium_id, contract.id),
        contract.id,
        consortium_id=consortium_id,
    )
    return Signed(contract, parts)


def _forms(consortium: Consortium, rules: Rules) -> Forms:
    undertaken = consortium.form_at_award
    return Forms(
        Form(consortium.form),
        Form(undertaken) if undertaken else None,
        Form(rules.form_at_award) if rules.form_at_award else None,
    )
