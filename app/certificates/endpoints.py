"""Certificates over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.certificates import domain, repository, service
from app.certificates.schemas import CertificateIn, CertificateOut, CertificateSearch
from app.infra.db import enter
from app.infra.files import FilesUnusable, MediaType
from app.infra.http.deps import Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import CertificateId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.infra.http.uploads import DOWNLOAD, UPLOAD, UPLOAD_ERRORS, download, keep_upload
from app.kernel.errors import NotFound
from app.kernel.ids import decode, new_id

router = room_router("/certificates", tags=["certificates"])
files = room_router("/certificates", tags=["certificates"], route_class=APIRoute)
"""Files come as a stream: nothing reads their body beforehand."""


@router.get(
    "",
    operation_id="list_certificates",
    response_model=ListOut[CertificateOut],
    responses=refusals(),
    openapi_extra=asks(CertificateSearch),
)
async def list_certificates(
    page: Annotated[Reader[CertificateSearch], listing(CertificateSearch)],
) -> Response:
    """The certificates of the caller's company, and those that others let it see, newest first."""
    asked = page.asked
    query = repository.certificates(
        member_id=asked.member_id, kind=asked.kind, valid_on=asked.valid_on
    )
    return await page.list(query)


@router.post(
    "",
    operation_id="add_certificate",
    status_code=201,
    response_model=CertificateOut,
    responses=refusals(domain.TooManyCertificates, *ONCE_ERRORS),
)
async def add_certificate(body: CertificateIn, session: Session, actor: Me, once: Once) -> Response:
    """Add a certificate of the caller's company; then upload its file."""
    added = await service.add(session, actor, body.statement())
    return await once.keep(CertificateOut.model_validate(added))


@router.get(
    "/{certificate_id}",
    operation_id="get_certificate",
    response_model=CertificateOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def get_certificate(certificate_id: CertificateId, item: Item) -> Response:
    """A certificate."""
    return await item.item(repository.certificate(certificate_id))


@router.delete(
    "/{certificate_id}",
    operation_id="withdraw_certificate",
    status_code=204,
    responses=refusals(NotFound, domain.OthersCertificate),
)
async def withdraw_certificate(certificate_id: CertificateId, session: Session, actor: Me) -> None:
    """Take a certificate back: nobody sees it from then on."""
    await service.withdraw(session, actor, certificate_id)


@files.put(
    "/{certificate_id}/file",
    operation_id="upload_certificate_file",
    response_model=CertificateOut,
    responses=refusals(
        NotFound, domain.OthersCertificate, domain.FileThere, FilesUnusable, *UPLOAD_ERRORS
    ),
    openapi_extra=UPLOAD,
)
async def upload_certificate_file(
    certificate_id: CertificateId, request: Request, item: Item, here: Here
) -> CertificateOut:
    """Upload a certificate's file: a PDF, or an image. It then stays what it is.

    Sent again, the same bytes change nothing.
    """
    actor, found = await item.data(repository.certificate(certificate_id))
    service.may_change(actor, decode("mem", found["member_id"]))
    file_id = new_id()
    key = service.file_key(actor.cluster_id, file_id)
    stored = await keep_upload(request, here, key)
    kept = False
    try:
        async with here.database.transaction() as session:
            actor = await enter(session, item.caller)
            certificate, kept = await service.attach(
                session, actor, certificate_id, file_id, stored
            )
            answer = CertificateOut.model_validate(certificate)
    finally:
        if not kept:
            await here.files.delete(key)
    return answer


@files.get(
    "/{certificate_id}/file",
    operation_id="download_certificate_file",
    response_class=Response,
    responses={**refusals(NotFound, FilesUnusable), **DOWNLOAD},
    openapi_extra=SIGNED_IN,
)
async def download_certificate_file(
    certificate_id: CertificateId, item: Item, here: Here
) -> Response:
    """A certificate's file."""
    _, found = await item.data(repository.file(certificate_id))
    if found["file"] is None:
        raise NotFound
    key = service.file_key(UUID(found["cluster"]), UUID(found["file"]))
    name = f"{found['kind']}-{found['valid_from']}"
    parts = await here.files.get(key)
    return download(parts, name, MediaType(found["type"]), found["size"])
