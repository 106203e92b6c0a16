"""What befalls a joint answer, over HTTP: application, rounds, a frozen composition, the lead."""

from fastapi import Response

from app.clusters.domain import MemberNotActive, UnknownMember
from app.consortia import domain, life_lists, service
from app.consortia.schemas.given import ApplicationIn, ChangeIn, FailureIn, RoundIn, SuccessionIn
from app.consortia.schemas.life import (
    ApplicationOut,
    ChangeOut,
    FailureOut,
    RoundOut,
    StepsOut,
    SuccessionOut,
)
from app.consortia.shut import told_why
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ConsortiumId, PartyId, SuccessionId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router(path="/consortia", tags=["consortia"])


@router.get(
    "/{consortium_id}/steps",
    operation_id="list_steps",
    response_model=StepsOut,
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def list_steps(consortium_id: ConsortiumId, item: Item) -> Response:
    """Every step so far, with its author and time (parties)."""
    return await told_why(item, consortium_id, item.item(life_lists.steps(consortium_id)))


@router.post(
    "/{consortium_id}/applications",
    operation_id="submit_application",
    status_code=201,
    response_model=ApplicationOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.NotReady,
        domain.AlreadySubmitted,
        domain.TooLate,
        domain.ApplicationExists,
        *ONCE_ERRORS,
    ),
)
async def submit_application(
    consortium_id: ConsortiumId, body: ApplicationIn, session: Session, actor: Me, once: Once
) -> Response:
    """Record that the application was handed in: the composition is frozen (lead; R2142-26)."""
    application = await service.apply(
        session,
        actor,
        consortium_id,
        submitted_at=body.submitted_at,
        signed_by=body.signed_by,
        platform=body.platform,
        reference=body.reference,
    )
    return await once.keep(ApplicationOut.model_validate(application))


@router.post(
    "/{consortium_id}/rounds",
    operation_id="open_round",
    status_code=201,
    response_model=RoundOut,
    responses=refusals(NotFound, domain.NotLead, domain.RoundNotOpen, *ONCE_ERRORS),
)
async def open_round(
    consortium_id: ConsortiumId, body: RoundIn, session: Session, actor: Me, once: Once
) -> Response:
    """Open a bid that is out again: it is written, agreed and handed in anew (lead)."""
    opened = await service.open_round(
        session,
        actor,
        consortium_id,
        ground=body.ground,
        reason=body.reason,
        deadline_at=body.deadline_at,
    )
    return await once.keep(RoundOut.model_validate(opened))


@router.post(
    "/{consortium_id}/parties/{party_id}/failures",
    operation_id="record_failure",
    status_code=201,
    response_model=FailureOut,
    responses=refusals(
        NotFound,
        domain.NotParty,
        domain.NotForYou,
        domain.NotFrozen,
        domain.AlreadyFailed,
        *ONCE_ERRORS,
    ),
)
async def record_failure(
    consortium_id: ConsortiumId,
    party_id: PartyId,
    body: FailureIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Record that a company withdraws or defaults, once the composition is frozen."""
    failure = await service.record_failure(
        session,
        actor,
        consortium_id,
        party_id,
        kind=body.kind,
        reason=body.reason,
        on_day=body.on_day,
    )
    return await once.keep(FailureOut.model_validate(failure))


@router.post(
    "/{consortium_id}/composition-changes",
    operation_id="change_composition",
    status_code=201,
    response_model=ChangeOut,
    responses=refusals(
        NotFound,
        domain.NotLead,
        domain.CompositionClosed,
        domain.NotFrozen,
        domain.UnlawfulChange,
        domain.LeadStays,
        domain.SecondLead,
        domain.SubcontractorUndescribed,
        domain.UnknownParty,
        domain.OutsideIsMember,
        domain.PartyExists,
        UnknownMember,
        *ONCE_ERRORS,
    ),
)
async def change_composition(
    consortium_id: ConsortiumId, body: ChangeIn, session: Session, actor: Me, once: Once
) -> Response:
    """Let a company leave a frozen composition, or come in, as the buyer accepted (lead)."""
    change = await service.change_composition(
        session,
        actor,
        consortium_id,
        ground=body.ground,
        reason=body.reason,
        accepted_on=body.accepted_on,
        leaving_id=body.leaving_id,
        joining=body.joining.asked() if body.joining else None,
    )
    return await once.keep(ChangeOut.model_validate(change))


@router.post(
    "/{consortium_id}/successions",
    operation_id="offer_succession",
    status_code=201,
    response_model=SuccessionOut,
    responses=refusals(
        NotFound,
        domain.NotParty,
        domain.NotYourSuccession,
        domain.UnknownParty,
        domain.CompositionClosed,
        domain.SuccessionUnaccepted,
        *ONCE_ERRORS,
    ),
)
async def offer_succession(
    consortium_id: ConsortiumId, body: SuccessionIn, session: Session, actor: Me, once: Once
) -> Response:
    """Offer the lead's place to another party (lead; the others once it has failed)."""
    offer = await service.offer_succession(
        session,
        actor,
        consortium_id,
        party_id=body.party_id,
        reason=body.reason,
        accepted_on=body.accepted_on,
    )
    return await once.keep(SuccessionOut.model_validate(offer))


@router.post(
    "/{consortium_id}/successions/{succession_id}/acceptances",
    operation_id="take_succession",
    status_code=201,
    response_model=SuccessionOut,
    responses=refusals(
        NotFound,
        MemberNotActive,
        domain.NotYourSuccession,
        domain.CompositionClosed,
        domain.SuccessionTaken,
        domain.AlreadyLeads,
        domain.LeadsOnTender,
        *ONCE_ERRORS,
    ),
)
async def take_succession(
    consortium_id: ConsortiumId,
    succession_id: SuccessionId,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Take the lead's place, for the caller's company."""
    taken = await service.take_succession(session, actor, consortium_id, succession_id)
    return await once.keep(SuccessionOut.model_validate(taken))
