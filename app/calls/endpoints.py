"""Calls for contributions over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from app.calls import domain, repository, service
from app.calls.schemas import (
    BillingIn,
    BillingOut,
    CallIn,
    CallLineOut,
    CallOut,
    CallPage,
    CallPreviewOut,
    CallRunIn,
    CallRunOut,
    CreditNoteIn,
)
from app.infra.files import FilesUnusable, MediaType
from app.infra.http.day import Day
from app.infra.http.deps import Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.etag import IfMatch, set_etag
from app.infra.http.ids import CallId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed, Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.infra.http.uploads import DOWNLOAD, download
from app.infra.sweeping import file_key
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import Invalid, NotFound, PreconditionFailed, PreconditionRequired

router = room_router(tags=["calls"])


def _may_read(actor: Actor) -> None:
    require(actor, Permission.READ_BOOKS)


@router.get(
    "/billing",
    operation_id="get_billing",
    response_model=BillingOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_billing(item: Item) -> Response:
    """Who bills, and how (coordinator, treasurer, auditor); 404 until somebody has said so."""
    return await item.item(repository.BILLING, check=_may_read)


@router.put(
    "/billing",
    operation_id="write_billing",
    responses=refusals(domain.InvalidBilling, PreconditionFailed, PreconditionRequired),
)
async def write_billing(
    body: BillingIn, version: IfMatch, session: Session, actor: Me, response: Response
) -> BillingOut:
    """Say who bills (coordinator, treasurer), `"0"` at first; what was sent stays as it was."""
    billing = body.billing()
    set_etag(response, await service.write_billing(session, actor, billing, version))
    return BillingOut.model_validate(billing)


@router.get(
    "/calls",
    operation_id="list_calls",
    response_model=ListOut[CallOut],
    responses=refusals(),
    openapi_extra=asks(CallPage),
)
async def list_calls(page: Annotated[Reader[CallPage], listing(CallPage)]) -> Response:
    """Calls and credit notes, newest first: the caller's own; all for who oversees."""
    return await page.list(repository.calls(page.asked.member_id, page.asked.year))


@router.post(
    "/calls",
    operation_id="issue_calls",
    status_code=201,
    response_model=CallRunOut,
    responses=refusals(
        NotFound, Invalid, domain.BillingMissing, domain.NothingToCall, *ONCE_ERRORS
    ),
)
async def issue_calls(body: CallIn, session: Session, actor: Me, once: Once) -> Response:
    """Call what a member owes (coordinator, treasurer): a call for contributions, one for fees."""
    made = await service.issue(session, actor, body.member_id, body.until)
    return await once.keep(CallRunOut.of(made))


@router.post(
    "/call-runs",
    operation_id="run_calls",
    status_code=201,
    response_model=CallRunOut,
    responses=refusals(Invalid, domain.BillingMissing, *ONCE_ERRORS),
)
async def run_calls(body: CallRunIn, session: Session, actor: Me, once: Once) -> Response:
    """Call what every member owes (coordinator, treasurer); what is called is not called again."""
    return await once.keep(CallRunOut.of(await service.issue_all(session, actor, body.until)))


@router.get(
    "/call-runs/preview",
    operation_id="preview_call_run",
    response_model=CallPreviewOut,
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def preview_call_run(
    until: Annotated[Day, Query(examples=["2026-12-31"])], item: Item
) -> Response:
    """What waits to be called, by member (coordinator, treasurer, auditor)."""
    return await item.item(repository.preview(until), check=_may_read)


@router.get(
    "/calls/{call_id}",
    operation_id="get_call",
    response_model=CallOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_call(call_id: CallId, item: Item) -> Response:
    """A call or a credit note."""
    return await item.item(repository.call(call_id))


@router.get(
    "/calls/{call_id}/lines",
    operation_id="list_call_lines",
    response_model=ListOut[CallLineOut],
    responses=refusals(NotFound),
    openapi_extra=PAGE,
)
async def list_call_lines(call_id: CallId, page: Listed) -> Response:
    """The charges of a call, each with its part of the tax."""
    return await page.list(repository.lines(call_id))


@router.get(
    "/calls/{call_id}/file",
    operation_id="download_call",
    response_class=Response,
    responses={**refusals(NotFound, domain.FileNotDrawn, FilesUnusable), **DOWNLOAD},
    openapi_extra=SIGNED_IN,
)
async def download_call(call_id: CallId, item: Item, here: Here) -> Response:
    """A call as Factur-X: a PDF/A-3 that carries its data (EN 16931)."""
    _, found = await item.data(repository.file(call_id))
    if found["size"] is None:
        raise domain.FileNotDrawn
    kind = "avoir" if found["kind"] == domain.Kind.CREDIT_NOTE else "appel"
    parts = await here.files.get(file_key(service.PREFIX, UUID(found["cluster"]), call_id))
    return download(parts, f"{kind}-{found['number']}", MediaType.PDF, found["size"])


@router.post(
    "/calls/{call_id}/credit-notes",
    operation_id="take_call_back",
    status_code=201,
    response_model=CallOut,
    responses=refusals(NotFound, domain.NotACall, domain.AlreadyCorrected, *ONCE_ERRORS),
)
async def take_call_back(
    call_id: CallId, body: CreditNoteIn, session: Session, actor: Me, once: Once
) -> Response:
    """Take a call back by a credit note (coordinator, treasurer); its charges wait once more."""
    note = await service.credit(session, actor, call_id, body.reason)
    shown: Any = await repository.shown(session, note.id)
    return await once.keep(shown)
