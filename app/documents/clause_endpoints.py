"""Clauses over HTTP: the cluster's library, and what a joint answer takes of it."""

from typing import Any

from fastapi import APIRouter, Response

from app.consortia import domain as consortium_domain
from app.consortia.domain import Form
from app.documents import domain, repository, service
from app.documents.domain import LibraryClause
from app.documents.schemas import (
    ChoiceIn,
    ChoiceOut,
    ClauseIn,
    ClauseKeyInPath,
    ClauseOut,
    ClausesOut,
)
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import ConsortiumId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound, PreconditionFailed, PreconditionRequired

library: APIRouter = room_router("/clauses", tags=["documents"])
choices: APIRouter = room_router("/consortia", tags=["documents"])


@library.get(
    "",
    operation_id="list_clauses",
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def list_clauses(item: Item) -> ClausesOut:
    """The clauses of the cluster's agreements, in order, each in its newest version."""
    _, edited = await item.data(repository.CLAUSES)
    return ClausesOut(items=_shown(edited))


@library.get(
    "/{clause_id}/versions",
    operation_id="list_clause_versions",
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def list_clause_versions(clause_id: ClauseKeyInPath, item: Item) -> ClausesOut:
    """Every version of a clause, newest first; the last is the one that is shipped, if any."""
    _, edited = await item.data(repository.versions(clause_id))
    items = [ClauseOut.model_validate(one) for one in edited]
    if clause_id in domain.shipped():
        items.append(ClauseOut.of(domain.shipped()[clause_id]))
    if not items:
        raise NotFound
    return ClausesOut(items=items)


@library.put(
    "/{clause_id}",
    operation_id="edit_clause",
    responses=refusals(
        domain.UnknownPlaceholder, domain.TooManyClauses, PreconditionRequired, PreconditionFailed
    ),
)
async def edit_clause(
    clause_id: ClauseKeyInPath,
    body: ClauseIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    response: Response,
) -> ClauseOut:
    """Write a clause anew, or add one (`If-Match: "0"`); former versions are kept (coordinator)."""
    edited = await service.edit_clause(session, actor, clause_id, version, body.clause())
    set_etag(response, edited.number)
    told = {"edited_by": edited.person_id, "edited_at": edited.written_at}
    return ClauseOut.of(edited.clause(), told)


@choices.get(
    "/{consortium_id}/clauses",
    operation_id="get_clause_choice",
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_clause_choice(
    consortium_id: ConsortiumId, item: Item, response: Response
) -> ChoiceOut:
    """The clauses that an agreement of the joint answer has, were it issued now."""
    _, found = await item.data(repository.chosen(consortium_id))
    choice = found["choice"] or {"number": 0, "keys": None}
    set_etag(response, choice["number"])
    form, keys = Form(found["form"]), choice["keys"]
    items = [
        one
        for one in _shown(found["edited"])
        if form in one.forms and (one.standard if keys is None else one.id in keys)
    ]
    return ChoiceOut(version=choice["number"], items=items)


@choices.put(
    "/{consortium_id}/clauses",
    operation_id="choose_clauses",
    responses=refusals(
        NotFound,
        consortium_domain.NotLead,
        domain.UnknownClause,
        PreconditionRequired,
        PreconditionFailed,
    ),
)
async def choose_clauses(
    consortium_id: ConsortiumId,
    body: ChoiceIn,
    version: IfMatch,
    session: Session,
    actor: Me,
    response: Response,
) -> ChoiceOut:
    """Say which clauses the agreement has (lead); those of another form are left out."""
    chosen, clauses = await service.choose_clauses(
        session, actor, consortium_id, version, body.clause_ids
    )
    set_etag(response, chosen.number)
    return ChoiceOut(version=chosen.number, items=[ClauseOut.of(one) for one in clauses])


def _shown(edited: list[dict[str, Any]]) -> list[ClauseOut]:
    """The library: the cluster's own versions in the place of what is shipped."""
    told = {one["id"]: one for one in edited}
    clauses = domain.library(_read(one) for one in edited)
    return [ClauseOut.of(one, told.get(one.key)) for one in clauses]


def _read(one: dict[str, Any]) -> LibraryClause:
    return LibraryClause(
        one["id"],
        one["version"],
        one["position"],
        one["title"],
        one["text"],
        one["law"],
        frozenset(map(Form, one["forms"])),
        one["standard"],
    )
