"""Notices, their versions, the sources they come from and the imports that brought them."""

from typing import Annotated

from fastapi import Response

from app.infra.http.errors import refusals
from app.infra.http.ids import ImportId, NoticeId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed, Reader, asks, listing
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.watch import access, repository
from app.watch.schemas import (
    ImportOut,
    NoticeDetail,
    NoticeOut,
    NoticeSearch,
    SetAsideOut,
    SourceOut,
    VersionOut,
)

router = room_router()


@router.get(
    "/notices",
    tags=["notices"],
    operation_id="search_notices",
    response_model=ListOut[NoticeOut],
    responses=refusals(),
    openapi_extra=asks(NoticeSearch),
)
async def search_notices(
    page: Annotated[Reader[NoticeSearch], listing(NoticeSearch)],
) -> Response:
    """Search the notices of all sources, newest first."""
    return await page.list(repository.notices(page.asked.search()))


@router.get(
    "/notices/{notice_id}",
    tags=["notices"],
    operation_id="get_notice",
    response_model=NoticeDetail,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_notice(notice_id: NoticeId, item: Item) -> Response:
    """A notice with its lots, its versions and what followed it."""
    return await item.item(repository.notice(notice_id))


@router.get(
    "/notices/{notice_id}/versions",
    tags=["notices"],
    operation_id="list_notice_versions",
    response_model=ListOut[VersionOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_notice_versions(notice_id: NoticeId, page: Listed) -> Response:
    """What a notice said, version by version, newest first."""
    return await page.list(repository.versions(notice_id))


@router.get(
    "/sources",
    tags=["sources"],
    operation_id="list_sources",
    response_model=ListOut[SourceOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_sources(page: Listed) -> Response:
    """Where notices come from, and how fresh they are."""
    return await page.list(repository.SOURCES)


@router.get(
    "/imports",
    tags=["sources"],
    operation_id="list_imports",
    response_model=ListOut[ImportOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_imports(page: Listed) -> Response:
    """The imports and their counts, newest first."""
    return await page.list(repository.RUNS)


@router.get(
    "/imports/{import_id}/set-aside",
    tags=["sources"],
    operation_id="list_set_aside_items",
    response_model=ListOut[SetAsideOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_set_aside_items(import_id: ImportId, page: Listed) -> Response:
    """What an import could not read, and why (coordinator)."""
    return await page.list(repository.set_aside(import_id), check=access.read_set_aside)
