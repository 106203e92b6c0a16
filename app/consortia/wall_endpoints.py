"""Walls between rivals over HTTP: who is named on a consortium, and the coordinator's decisions."""

from fastapi import APIRouter, Response

from app.clusters.domain import UnknownMember
from app.consortia import domain, lists, service, wall_repository
from app.consortia.schemas import DecisionIn, DecisionOut, NamedIn, NamedOut, NamedPeopleOut
from app.consortia.shut import told_why
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ConsortiumId, DecisionId, NamedId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.tenders.domain import UnknownLot

people: APIRouter = room_router(path="/consortia", tags=["consortia"])
decisions: APIRouter = room_router(path="/wall-decisions", tags=["walls"])


@people.get(
    "/{consortium_id}/people",
    operation_id="list_named_people",
    response_model=NamedPeopleOut,
    responses=refusals(NotFound, *domain.SHUT.values()),
    openapi_extra=SIGNED_IN,
)
async def list_named_people(consortium_id: ConsortiumId, item: Item) -> Response:
    """Who is named on a joint answer, and sees what its parties see."""
    return await told_why(item, consortium_id, item.item(lists.named_people(consortium_id)))


@people.post(
    "/{consortium_id}/people",
    operation_id="name_person",
    status_code=201,
    response_model=NamedOut,
    responses=refusals(
        NotFound,
        *domain.SHUT.values(),
        domain.NotLead,
        domain.UnknownPerson,
        domain.AlreadyNamed,
        *ONCE_ERRORS,
    ),
)
async def name_person(
    consortium_id: ConsortiumId, body: NamedIn, session: Session, actor: Me, once: Once
) -> Response:
    """Let a person of the cluster see what the parties see; they act on nothing (lead)."""
    named = await service.name_person(session, actor, consortium_id, body.person_id)
    return await once.keep(NamedOut.model_validate(named))


@people.post(
    "/{consortium_id}/people/{named_id}/departures",
    operation_id="end_naming",
    status_code=201,
    response_model=NamedOut,
    responses=refusals(NotFound, *domain.SHUT.values(), domain.NotYourName, *ONCE_ERRORS),
)
async def end_naming(
    consortium_id: ConsortiumId, named_id: NamedId, session: Session, actor: Me, once: Once
) -> Response:
    """Remove a person (lead), or leave (the person): nothing is seen from then on."""
    named = await service.end_naming(session, actor, consortium_id, named_id)
    return await once.keep(NamedOut.model_validate(named))


@decisions.get(
    "",
    operation_id="list_wall_decisions",
    response_model=ListOut[DecisionOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_wall_decisions(page: Listed) -> Response:
    """Decisions on rivals, newest first: all for overseers, else those on the caller."""
    return await page.list(wall_repository.DECISIONS)


@decisions.post(
    "",
    operation_id="decide_wall",
    status_code=201,
    response_model=DecisionOut,
    responses=refusals(
        domain.OwnDecision,
        domain.UnknownPerson,
        UnknownMember,
        UnknownLot,
        domain.AlreadyDecided,
        *ONCE_ERRORS,
    ),
)
async def decide_wall(body: DecisionIn, session: Session, actor: Me, once: Once) -> Response:
    """Let a person or a company into rival consortia on one lot, with the reason (coordinator)."""
    decided = await service.decide_wall(
        session,
        actor,
        person_id=body.person_id,
        member_id=body.member_id,
        lot_id=body.lot_id,
        reason=body.reason,
    )
    return await once.keep(DecisionOut.model_validate(decided))


@decisions.post(
    "/{decision_id}/withdrawals",
    operation_id="withdraw_wall_decision",
    status_code=201,
    response_model=DecisionOut,
    responses=refusals(NotFound, domain.OwnDecision, domain.DecisionWithdrawn, *ONCE_ERRORS),
)
async def withdraw_wall_decision(
    decision_id: DecisionId, session: Session, actor: Me, once: Once
) -> Response:
    """The wall is there again, from the next request on (coordinator)."""
    decided = await service.withdraw_decision(session, actor, decision_id)
    return await once.keep(DecisionOut.model_validate(decided))
