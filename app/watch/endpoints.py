"""Notices, their versions, the sources they come from and the imports that brought them."""

from typing import Annotated

from fastapi import Depends, Response
from pydantic import Field

from app.infra.http.deps import CursorText, Limit, Me, Read, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ImportId, NoticeId
from app.infra.http.query import query_model, query_parameters
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.watch import repository, service
from app.watch.schemas import (
    ImportOut,
    NoticeDetail,
    NoticeOut,
    NoticeSearch,
    SetAsideOut,
    SourceOut,
    VersionOut,
    detail,
)

router = room_router()


class NoticePage(NoticeSearch):
    """A page of a search."""

    limit: int = Field(20, ge=1, le=100, description="Items on a page.")
    cursor: str | None = Field(
        None, max_length=500, description="`next_cursor` of the page before."
    )


@router.get(
    "/notices",
    tags=["notices"],
    operation_id="search_notices",
    response_model=ListOut[NoticeOut],
    responses=refusals(),
    openapi_extra=query_parameters(NoticePage),
)
async def search_notices(
    read: Read, asked: Annotated[NoticePage, Depends(query_model(NoticePage))]
) -> Response:
    """Search the notices of all sources, newest first."""
    return await read.list(repository.notices(asked.search()), asked.limit, asked.cursor)


@router.get(
    "/notices/{notice_id}",
    tags=["notices"],
    operation_id="get_notice",
    responses=refusals(NotFound),
)
async def get_notice(notice_id: NoticeId, session: Session) -> NoticeDetail:
    """A notice with its lots, its versions and what followed it."""
    notice = await service.get_notice(session, notice_id)
    versions = await service.versions_of(session, notice_id)
    return detail(notice, versions, await service.later_notices(session, notice))


@router.get(
    "/notices/{notice_id}/versions",
    tags=["notices"],
    operation_id="list_notice_versions",
    response_model=ListOut[VersionOut],
    responses=refusals(NotFound),
)
async def list_notice_versions(
    notice_id: NoticeId, session: Session, read: Read, limit: Limit = 20, cursor: CursorText = None
) -> Response:
    """What a notice said, version by version, newest first."""
    await service.get_notice(session, notice_id)
    return await read.list(repository.versions(notice_id), limit, cursor)


@router.get(
    "/sources",
    tags=["sources"],
    operation_id="list_sources",
    response_model=ListOut[SourceOut],
    responses=refusals(),
)
async def list_sources(read: Read, limit: Limit = 20, cursor: CursorText = None) -> Response:
    """Where notices come from, and how fresh they are."""
    return await read.list(repository.SOURCES, limit, cursor)


@router.get(
    "/imports",
    tags=["sources"],
    operation_id="list_imports",
    response_model=ListOut[ImportOut],
    responses=refusals(),
)
async def list_imports(read: Read, limit: Limit = 20, cursor: CursorText = None) -> Response:
    """The imports and their counts, newest first."""
    return await read.list(repository.RUNS, limit, cursor)


@router.get(
    "/imports/{import_id}/set-aside",
    tags=["sources"],
    operation_id="list_set_aside_items",
    response_model=ListOut[SetAsideOut],
    responses=refusals(NotFound),
)
async def list_set_aside_items(
    import_id: ImportId,
    session: Session,
    actor: Me,
    read: Read,
    limit: Limit = 20,
    cursor: CursorText = None,
) -> Response:
    """What an import could not read, and why (coordinator)."""
    await service.require_run(session, actor, import_id)
    return await read.list(repository.set_aside(import_id), limit, cursor)
