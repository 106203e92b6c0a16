"""What a joint answer still needs, and the words that companies give, over HTTP."""

from fastapi import Response

from app.certificates.domain import NotSigningPower
from app.consortia import domain, readiness_lists, service
from app.consortia.domain import SignedBy, Step
from app.consortia.schemas.readiness import (
    FormIn,
    MandateIn,
    MandateOut,
    ProofsOut,
    ReadinessOut,
    UndertakingIn,
    UndertakingOut,
    proofs_out,
    readiness_out,
)
from app.consortia.schemas.shown import ConsortiumSummary
from app.consortia.shut import told_why
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import ConsortiumId, MandateId, PartyId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound, PreconditionFailed, PreconditionRequired

router = room_router(path="/consortia", tags=["consortia"])


@router.get(
    "/{consortium_id}/readiness",
    operation_id="get_consortium_readiness",
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_readiness(
    consortium_id: ConsortiumId,
    item: Item,
    step: Step = Step.SUBMIT,
    signed_by: SignedBy = SignedBy.ALL,
) -> ReadinessOut:
    """All that a step still needs, on the day of the deadline (parties)."""
    read = item.data(readiness_lists.facts(consortium_id))
    actor, data = await told_why(item, consortium_id, read)
    facts = readiness_lists.facts_of(data, actor.now)
    return readiness_out(step, facts, domain.missing_for(step, facts, signed_by))


@router.get(
    "/{consortium_id}/proofs",
    operation_id="get_proofs",
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def get_proofs(consortium_id: ConsortiumId, item: Item) -> ProofsOut:
    """Party × certificate × lot: what is missing or will have expired on the deadline (parties)."""
    read = item.data(readiness_lists.facts(consortium_id))
    actor, data = await told_why(item, consortium_id, read)
    return proofs_out(readiness_lists.facts_of(data, actor.now))


@router.put(
    "/{consortium_id}/form",
    operation_id="write_form",
    responses=refusals(
        NotFound, domain.NotLead, domain.SplitFrozen, PreconditionRequired, PreconditionFailed
    ),
)
async def write_form(
    consortium_id: ConsortiumId,
    body: FormIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    response: Response,
) -> ConsortiumSummary:
    """Say how parties are bound at bid and at award, and why they form a group (lead)."""
    consortium = await service.change_form(
        session,
        actor,
        consortium_id,
        version,
        form=body.form,
        form_at_award=body.form_at_award,
        justification=body.justification,
    )
    set_etag(response, consortium.version)
    return ConsortiumSummary.model_validate(consortium)


@router.post(
    "/{consortium_id}/parties/{party_id}/mandates",
    operation_id="give_mandate",
    status_code=201,
    response_model=MandateOut,
    responses=refusals(
        NotFound,
        domain.NotYourParty,
        domain.InvitationPending,
        domain.MandateOfTheLead,
        domain.EvidenceMissing,
        NotSigningPower,
        *ONCE_ERRORS,
    ),
)
async def give_mandate(
    consortium_id: ConsortiumId,
    party_id: PartyId,
    body: MandateIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Let the lead sign for the caller's company, from when to when (R2142-23)."""
    mandate = await service.give_mandate(session, actor, consortium_id, party_id, body.given())
    return await once.keep(MandateOut.model_validate(mandate))


@router.post(
    "/{consortium_id}/parties/{party_id}/mandates/{mandate_id}/endings",
    operation_id="end_mandate",
    status_code=201,
    response_model=MandateOut,
    responses=refusals(NotFound, domain.NotYourParty, *ONCE_ERRORS),
)
async def end_mandate(
    consortium_id: ConsortiumId,
    party_id: PartyId,
    mandate_id: MandateId,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """The lead signs no more for the caller's company; what it signed stays signed."""
    mandate = await service.end_mandate(session, actor, consortium_id, party_id, mandate_id)
    return await once.keep(MandateOut.model_validate(mandate))


@router.post(
    "/{consortium_id}/parties/{party_id}/undertakings",
    operation_id="record_undertaking",
    status_code=201,
    response_model=UndertakingOut,
    responses=refusals(
        NotFound,
        domain.NotYourParty,
        domain.InvitationPending,
        domain.NothingToUndertake,
        domain.EvidenceMissing,
        domain.AlreadyUndertaken,
        *ONCE_ERRORS,
    ),
)
async def undertake(
    consortium_id: ConsortiumId,
    party_id: PartyId,
    body: UndertakingIn,
    session: Session,
    actor: Me,
    once: Once,
) -> Response:
    """Undertake in writing to work for a holder, or to lend it one's means (R2193-1, R2142-3)."""
    undertaking = await service.undertake(
        session,
        actor,
        consortium_id,
        party_id,
        text=body.text,
        signed_on=body.signed_on,
        evidence=body.evidence,
    )
    return await once.keep(UndertakingOut.model_validate(undertaking))
