"""Joint answers over HTTP."""

from fastapi import Response

from app.consortia import domain, lists, service
from app.consortia.schemas import (
    AgreementOut,
    ApprovalOut,
    ApprovedOut,
    ConsortiumIn,
    ConsortiumOut,
    ConsortiumSummary,
    FormedOut,
    OutsideApprovalIn,
    SubmissionIn,
    SubmissionOut,
    consortium_out,
)
from app.consortia.shut import told_why
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import AgreementId, ConsortiumId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["consortia"])


@router.get(
    "",
    operation_id="list_consortia",
    response_model=ListOut[ConsortiumSummary],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_consortia(page: Listed) -> Response:
    """The joint answers of the caller's company; all headers for coordinator and treasurer."""
    return await page.list(lists.CONSORTIA)


@router.post(
    "",
    operation_id="form_consortium",
    status_code=201,
    response_model=FormedOut,
    responses=refusals(
        NotFound,
        domain.LotNotAnswered,
        *domain.FORMING.values(),
        *domain.BY_DOCUMENTS,
        domain.LeadsOnTender,
        *ONCE_ERRORS,
    ),
)
async def form_consortium(body: ConsortiumIn, session: Session, actor: Me, once: Once) -> Response:
    """Open a joint answer on some lots of a tender; the caller's company leads it."""
    consortium, warnings = await service.form(
        session,
        actor,
        tender_id=body.tender_id,
        name=body.name,
        form=body.form,
        lot_ids=body.lot_ids,
    )
    shown = consortium_out(await service.view(session, actor, consortium.id))
    formed = FormedOut(**shown.model_dump(), warnings=warnings)
    return await once.keep(formed, consortium_id=consortium.id)


@router.get(
    "/{consortium_id}",
    operation_id="get_consortium",
    response_model=ConsortiumOut,
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_consortium(consortium_id: ConsortiumId, item: Item) -> Response:
    """A joint answer; its ETag is what a write of the split names in If-Match."""
    return await told_why(item, consortium_id, item.item(lists.consortium(consortium_id)))


@router.post(
    "/{consortium_id}/agreements",
    operation_id="propose_agreement",
    status_code=201,
    response_model=AgreementOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.SplitFrozen,
        domain.NotReady,
        *ONCE_ERRORS,
    ),
)
async def propose_agreement(
    consortium_id: ConsortiumId, session: Session, actor: Me, once: Once
) -> Response:
    """Freeze the split and ask every party to approve it (lead)."""
    agreement = await service.propose(session, actor, consortium_id)
    return await once.keep(AgreementOut.model_validate(agreement))


@router.post(
    "/{consortium_id}/agreements/{agreement_id}/withdrawals",
    operation_id="withdraw_agreement",
    status_code=201,
    response_model=AgreementOut,
    responses=refusals(NotFound, domain.NotLead, domain.NotProposed, *ONCE_ERRORS),
)
async def withdraw_agreement(
    consortium_id: ConsortiumId, agreement_id: AgreementId, session: Session, actor: Me, once: Once
) -> Response:
    """Take a proposal back before the bid is out: approvals lapse, talks go on (lead)."""
    agreement = await service.withdraw_agreement(session, actor, consortium_id, agreement_id)
    return await once.keep(AgreementOut.model_validate(agreement))


@router.post(
    "/{consortium_id}/agreements/{agreement_id}/approvals",
    operation_id="approve_agreement",
    status_code=201,
    response_model=ApprovedOut,
    responses=refusals(
        NotFound,
        domain.NotParty,
        domain.NotProposed,
        domain.AlreadyApproved,
        *domain.APPROVING.values(),
        *domain.BY_DOCUMENTS,
        domain.LeadsOnTender,
        *ONCE_ERRORS,
    ),
)
async def approve_agreement(
    consortium_id: ConsortiumId, agreement_id: AgreementId, session: Session, actor: Me, once: Once
) -> Response:
    """Approve an agreement for the caller's company."""
    approval, warnings = await service.approve(session, actor, consortium_id, agreement_id)
    shown = ApprovalOut.model_validate(approval)
    return await once.keep(ApprovedOut(**shown.model_dump(), warnings=warnings))


@router.post(
    "/{consortium_id}/agreements/{agreement_id}/outside-approvals",
    operation_id="record_outside_approval",
    status_code=201,
    response_model=ApprovalOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.NotOutside,
        domain.NotProposed,
        domain.AlreadyApproved,
        *ONCE_ERRORS,
    ),
)
async def record_outside_approval(
    consortium_id: ConsortiumId,
    agreement_id: AgreementId,
    body: OutsideApprovalIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Record that a company from outside the cluster approved, and what proves it (lead)."""
    approval = await service.record_approval(
        session,
        actor,
        consortium_id,
        agreement_id,
        party_id=body.party_id,
        evidence=body.evidence,
    )
    return await once.keep(ApprovalOut.model_validate(approval))


@router.post(
    "/{consortium_id}/submissions",
    operation_id="submit_bid",
    status_code=201,
    response_model=SubmissionOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.AlreadySubmitted,
        domain.NotReady,
        domain.TooLate,
        *ONCE_ERRORS,
    ),
)
async def submit_bid(
    consortium_id: ConsortiumId, body: SubmissionIn, session: Session, actor: Me, once: Once
) -> Response:
    """Record that the bid was handed in (lead)."""
    submission = await service.submit(
        session,
        actor,
        consortium_id,
        submitted_at=body.submitted_at,
        signed_by=body.signed_by,
        platform=body.platform,
        reference=body.reference,
    )
    return await once.keep(SubmissionOut.model_validate(submission))
