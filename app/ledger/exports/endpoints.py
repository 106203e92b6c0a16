"""The exports over HTTP: streamed, a page of entries at a time."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from app.infra.http.errors import refusals
from app.infra.http.items import SIGNED_IN, Item, ItemReader
from app.infra.http.strict import room_router
from app.ledger import access
from app.ledger.chart.domain import Chart, SirenMissing, accounts_from
from app.ledger.exports import domain, repository
from app.ledger.exports.domain import Entry, NothingClosed, entry_from

router = room_router(path="/ledger/exports", tags=["ledger"])

Year = Annotated[
    int,
    Query(
        ge=1900,
        le=9999,
        description="The calendar year in which the fiscal year ends.",
        examples=[2026],
    ),
]


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": "The file.", "content": {media_type: binary}}}


@router.get(
    "/fec",
    operation_id="export_fec",
    response_class=StreamingResponse,
    responses={**_file("text/plain"), **refusals(NothingClosed, SirenMissing)},
    openapi_extra=SIGNED_IN,
)
async def export_fec(year: Year, item: Item) -> StreamingResponse:
    """What is closed of a fiscal year, laid out as a FEC (coordinator, treasurer, auditor).

    Article A47 A-1 LPF: 18 columns, tabs, ISO 8859-15. The same bytes each time.
    """
    page = await _page(item, year, 0)
    if page.siren is None:
        raise SirenMissing
    return _stream(
        item,
        year,
        page,
        domain.fec_head(),
        domain.fec,
        "text/plain",
        domain.FEC_ENCODING,
        domain.fec_name(page.siren, page.until),
    )


@router.get(
    "/journal",
    operation_id="export_journal",
    response_class=StreamingResponse,
    responses={**_file("text/plain"), **refusals(NothingClosed)},
    openapi_extra=SIGNED_IN,
)
async def export_journal(year: Year, item: Item) -> StreamingResponse:
    """The same as plain text accounting, which hledger reads (coordinator, treasurer, auditor)."""
    page = await _page(item, year, 0)
    return _stream(
        item,
        year,
        page,
        domain.journal_head(year),
        domain.journal,
        "text/plain",
        "utf-8",
        f"grappe-{page.until:%Y%m%d}.journal",
    )


@dataclass(frozen=True, slots=True)
class _Page:
    siren: str | None
    until: date
    last: int
    charts: Mapping[int, Chart]
    entries: tuple[Entry, ...]


async def _page(item: ItemReader, year: int, after: int) -> _Page:
    """The entries after a number; raises Forbidden, NothingClosed."""
    _, read = await item.data(repository.entries(year, after), check=access.read_books)
    if read["until"] is None:
        raise NothingClosed
    return _Page(
        read["siren"],
        date.fromisoformat(read["until"]),
        read["last"] or 0,
        {
            int(version): Chart(
                int(version), one["siren"], one["first_month"], accounts_from(one["accounts"])
            )
            for version, one in read["charts"].items()
        },
        tuple(entry_from(one) for one in read["entries"]),
    )


def _stream(
    item: ItemReader,
    year: int,
    first: _Page,
    head: bytes,
    render: Callable[[Entry, Chart], bytes],
    media_type: str,
    charset: str,
    name: str,
) -> StreamingResponse:
    """The file; each page is a read of its own, so that a slow reader holds no connection.

    Entries of a closing that came meanwhile are left for the next time.
    """

    async def pages() -> AsyncIterator[bytes]:
        yield head
        page = first
        while page.entries:
            shown = [one for one in page.entries if one.number <= first.last]
            yield b"".join(render(one, page.charts[one.chart_version]) for one in shown)
            if page.entries[-1].number >= first.last:
                return
            page = await _page(item, year, page.entries[-1].number)

    return StreamingResponse(
        pages(),
        media_type=f"{media_type}; charset={charset}",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
