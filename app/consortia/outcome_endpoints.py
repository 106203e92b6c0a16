"""Awards, receipts and contributions of joint answers over HTTP."""

from fastapi import Response

from app.consortia import domain, lists, service
from app.consortia.schemas import (
    AwardedOut,
    AwardIn,
    AwardReversedOut,
    ReceiptIn,
    ReceiptOut,
    WithdrawalOut,
    WithReason,
    award_reversed_out,
    awarded_out,
    receipt_out,
)
from app.consortia.shut import told_why
from app.consortia.telling import told
from app.contributions import service as contributions
from app.contributions.schemas import ConsortiumContributionOut
from app.infra.http.deps import Caller, Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import AwardId, ConsortiumId, ReceiptId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["consortia"])


@router.post(
    "/{consortium_id}/awards",
    operation_id="record_award",
    status_code=201,
    response_model=AwardedOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.NotSubmitted,
        domain.AlreadyAwarded,
        domain.LotNotAnswered,
        *ONCE_ERRORS,
    ),
)
async def record_award(
    consortium_id: ConsortiumId, body: AwardIn, session: Session, actor: Me, once: Once
) -> Response:
    """Record the outcome of one lot; winning forecasts each party's contribution (lead)."""
    award, parts = await service.award(
        session,
        actor,
        consortium_id,
        lot_id=body.lot_id,
        outcome=body.outcome,
        amount_cents=body.amount.amount_cents if body.amount else None,
        notified_on=body.notified_on,
        details=body.details(),
    )
    warnings = await service.mind_wins(session, actor, award)
    return await once.keep(awarded_out(award, parts, warnings))


@router.post(
    "/{consortium_id}/awards/{award_id}/reversals",
    operation_id="reverse_award",
    status_code=201,
    response_model=AwardReversedOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.AlreadySigned,
        domain.AlreadyTakenBack,
        domain.MoneyCameIn,
        *ONCE_ERRORS,
    ),
)
async def reverse_award(
    consortium_id: ConsortiumId,
    award_id: AwardId,
    body: WithReason,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Take an outcome back: recorded wrongly, or set aside by the buyer or a judge (lead)."""
    award = await service.reverse_award(session, actor, consortium_id, award_id, body.reason)
    return await once.keep(award_reversed_out(award))


@router.post(
    "/{consortium_id}/withdrawals",
    operation_id="withdraw_consortium",
    status_code=201,
    response_model=WithdrawalOut,
    responses=refusals(
        NotFound, domain.NotLead, domain.AlreadySigned, domain.NothingToWithdraw, *ONCE_ERRORS
    ),
)
async def withdraw_consortium(
    consortium_id: ConsortiumId, body: WithReason, session: Session, actor: Me, once: Once
) -> Response:
    """Give up the joint answer: what was agreed lapses, forecasts with it (lead)."""
    withdrawal = await service.withdraw_consortium(session, actor, consortium_id, body.reason)
    return await once.keep(WithdrawalOut.model_validate(withdrawal))


@router.post(
    "/{consortium_id}/receipts",
    operation_id="record_receipt",
    status_code=201,
    response_model=ReceiptOut,
    responses=refusals(
        NotFound,
        domain.NotParty,
        domain.NotYourPart,
        domain.UnknownParty,
        domain.NotAwarded,
        domain.NoPart,
        domain.BeyondPart,
        domain.ReceiptExists,
        *ONCE_ERRORS,
    ),
)
async def record_receipt(
    consortium_id: ConsortiumId,
    body: ReceiptIn,
    session: Session,
    actor: Me,
    once: Once,
    caller: Caller,
    here: Here,
) -> Response:
    """Record money that a party received: its contribution falls due and is charged."""
    async with told(session, here, caller, consortium_id, (domain.BeyondPart,)):
        receipt = await service.record_receipt(
            session,
            actor,
            consortium_id,
            lot_id=body.lot_id,
            party_id=body.party_id,
            amount_cents=body.amount.amount_cents,
            received_on=body.received_on,
            reference=body.reference,
            beyond_part=body.beyond_part,
        )
    return await once.keep(receipt_out(receipt))


@router.post(
    "/{consortium_id}/receipts/{receipt_id}/reversals",
    operation_id="reverse_receipt",
    status_code=201,
    response_model=ReceiptOut,
    responses=refusals(
        NotFound, domain.NotParty, domain.NotYourPart, domain.AlreadyReversed, *ONCE_ERRORS
    ),
)
async def reverse_receipt(
    consortium_id: ConsortiumId, receipt_id: ReceiptId, session: Session, actor: Me, once: Once
) -> Response:
    """Take a receipt back: its charge is taken back at the rate that it had."""
    receipt = await service.reverse_receipt(session, actor, consortium_id, receipt_id)
    return await once.keep(receipt_out(receipt))


@router.get(
    "/{consortium_id}/contribution",
    operation_id="get_contribution",
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_contribution(consortium_id: ConsortiumId, item: Item) -> ConsortiumContributionOut:
    """What each party owes the cluster: forecast, due, charged, paid, each with its evidence."""
    read = item.data(lists.contribution(consortium_id))
    _, rows = await told_why(item, consortium_id, read)
    return ConsortiumContributionOut.model_validate(contributions.statement(consortium_id, rows))
