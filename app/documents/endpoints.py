"""Documents over HTTP: issued, read, signed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.routing import APIRoute

from app.consortia import domain as consortium_domain
from app.consortia.shut import told_why
from app.documents import domain, repository, service
from app.documents.schemas import DocumentIn, DocumentOut, SignatureOut, SignaturesOut
from app.documents.turns import Turn
from app.forms import DocumentTooLarge
from app.forms.render import RenderingBusy
from app.infra.db import enter
from app.infra.files import FilesUnusable, MediaType
from app.infra.http.deps import Here, Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import ConsortiumId, DocumentId, PartyId, SignatureId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import PAGE, Listed
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.infra.http.uploads import DOWNLOAD, UPLOAD, UPLOAD_ERRORS, download, keep_upload
from app.infra.sweeping import file_key
from app.kernel.errors import NotFound
from app.kernel.ids import new_id

router = room_router("/consortia", tags=["documents"])
files = room_router("/consortia", tags=["documents"], route_class=APIRoute)
"""Files come as a stream: nothing reads their body beforehand."""

SHUT = tuple(consortium_domain.SHUT.values())


@router.get(
    "/{consortium_id}/documents",
    operation_id="list_documents",
    response_model=ListOut[DocumentOut],
    responses=refusals(NotFound, *SHUT),
    openapi_extra=PAGE,
)
async def list_documents(consortium_id: ConsortiumId, page: Listed, item: Item) -> Response:
    """The documents of a joint answer, newest first (parties)."""
    return await told_why(item, consortium_id, page.list(repository.documents(consortium_id)))


@router.post(
    "/{consortium_id}/documents",
    operation_id="issue_document",
    status_code=201,
    response_model=DocumentOut,
    responses=refusals(
        NotFound,
        *SHUT,
        consortium_domain.NotParty,
        consortium_domain.SplitMissing,
        consortium_domain.LotNotAnswered,
        consortium_domain.UnknownParty,
        domain.OfWhat,
        domain.NotASubcontractor,
        domain.TooManyDocuments,
        DocumentTooLarge,
        RenderingBusy,
        FilesUnusable,
        *ONCE_ERRORS,
    ),
)
async def issue_document(
    consortium_id: ConsortiumId,
    body: DocumentIn,
    _turn: Turn,
    session: Session,
    actor: Me,
    here: Here,
    once: Once,
) -> Response:
    """Draw a document from the newest split, as a PDF that is kept as it is (any party)."""
    subject = domain.Subject(body.kind, body.lot_id, body.party_id)
    issued = await service.issue(session, actor, here.files, consortium_id, subject)
    return await once.keep(DocumentOut.issued(issued))


@router.get(
    "/{consortium_id}/documents/{document_id}",
    operation_id="get_document",
    response_model=DocumentOut,
    responses=refusals(NotFound, *SHUT),
    openapi_extra=SIGNED_IN,
)
async def get_document(
    consortium_id: ConsortiumId, document_id: DocumentId, item: Item
) -> Response:
    """A document: its version, its hashes, who has signed it, whether the split changed since."""
    read = item.item(repository.document(consortium_id, document_id))
    return await told_why(item, consortium_id, read)


@files.get(
    "/{consortium_id}/documents/{document_id}/file",
    operation_id="download_document",
    response_class=Response,
    responses={**refusals(NotFound, *SHUT, FilesUnusable), **DOWNLOAD},
    openapi_extra=SIGNED_IN,
)
async def download_document(
    consortium_id: ConsortiumId, document_id: DocumentId, item: Item, here: Here
) -> Response:
    """A document's file; where it shows prices, that they were opened is recorded."""
    read = item.data(repository.file(consortium_id, document_id))
    _, found = await told_why(item, consortium_id, read)
    return await _sent(here, found)


@router.get(
    "/{consortium_id}/documents/{document_id}/signatures",
    operation_id="list_signatures",
    response_model=SignaturesOut,
    responses=refusals(NotFound, *SHUT),
    openapi_extra=SIGNED_IN,
)
async def list_signatures(
    consortium_id: ConsortiumId, document_id: DocumentId, item: Item
) -> Response:
    """Who has signed a document: who put the file, when, and its hash."""
    read = item.item(repository.signatures(consortium_id, document_id))
    return await told_why(item, consortium_id, read)


@files.put(
    "/{consortium_id}/documents/{document_id}/signed-file",
    operation_id="upload_signed_document",
    response_model=SignatureOut,
    responses=refusals(
        NotFound,
        *SHUT,
        consortium_domain.NotParty,
        consortium_domain.NotLead,
        consortium_domain.NotOutside,
        domain.NotToSign,
        domain.SignedFileThere,
        FilesUnusable,
        *UPLOAD_ERRORS,
    ),
    openapi_extra=UPLOAD,
)
async def upload_signed_document(
    consortium_id: ConsortiumId,
    document_id: DocumentId,
    request: Request,
    item: Item,
    here: Here,
    party_id: Annotated[
        PartyId | None,
        Query(description="A company from outside the cluster, for the lead; else one's own."),
    ] = None,
) -> SignatureOut:
    """Put the file that the caller's company has signed: a PDF, or an image. It then stays.

    Sent again, the same bytes change nothing.
    """
    async with here.database.transaction() as session:
        actor = await enter(session, item.caller)
        await service.may_sign(session, actor, consortium_id, document_id, party_id)
    file_id = new_id()
    key = file_key(service.PREFIX, actor.cluster_id, file_id)
    stored = await keep_upload(request, here, key)
    kept = False
    try:
        async with here.database.transaction() as session:
            actor = await enter(session, item.caller)
            signature, kept = await service.sign(
                session,
                actor,
                consortium_id,
                document_id,
                party_id=party_id,
                file_id=file_id,
                stored=stored,
            )
            answer = SignatureOut.model_validate(signature)
    finally:
        if not kept:
            await here.files.delete(key)
    return answer


@files.get(
    "/{consortium_id}/documents/{document_id}/signatures/{signature_id}/file",
    operation_id="download_signed_document",
    response_class=Response,
    responses={**refusals(NotFound, *SHUT, FilesUnusable), **DOWNLOAD},
    openapi_extra=SIGNED_IN,
)
async def download_signed_document(
    consortium_id: ConsortiumId,
    document_id: DocumentId,
    signature_id: SignatureId,
    item: Item,
    here: Here,
) -> Response:
    """The file that a party signed; where it shows prices, that they were opened is recorded."""
    read = item.data(repository.signed_file(consortium_id, document_id, signature_id))
    _, found = await told_why(item, consortium_id, read)
    return await _sent(here, found, "-signe")


async def _sent(here: Here, found: dict[str, Any], suffix: str = "") -> Response:
    key = file_key(service.PREFIX, UUID(found["cluster"]), UUID(found["file"]))
    parts = await here.files.get(key)
    name = f"{found['kind']}-v{found['number']}{suffix}"
    return download(parts, name, MediaType(found["type"]), found["size"])
