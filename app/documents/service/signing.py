"""Signing: each party puts the file that it has signed, once."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.documents import domain
from app.documents.events import DocumentSigned
from app.documents.models import Document, Signature
from app.forms import Kind
from app.infra.files import Stored
from app.journal.service import record_event
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import new_id


async def may_sign(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    document_id: UUID,
    party_id: UUID | None,
) -> UUID:
    """The party that the caller puts a signed document of: theirs, or one from outside (lead).

    Raises NotFound, NotParty, NotLead, NotOutside, NotToSign.
    """
    party, parties = await consortia.signing_party(session, actor, consortium_id, party_id)
    document = await session.scalar(
        select(Document).where(
            Document.cluster_id == actor.cluster_id,
            Document.consortium_id == consortium_id,
            Document.id == document_id,
        )
    )
    if document is None:
        raise NotFound
    # A declaration is its company's; of a subcontractor, also of whom it works for.
    of = {one.id: one.works_for for one in parties if one.id == document.party_id}
    concerned = {*of, *of.values()} if document.party_id else {party.id}
    if document.kind == Kind.SUMMARY or party.id not in concerned:
        raise domain.NotToSign
    return party.id


async def sign(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    document_id: UUID,
    *,
    party_id: UUID | None,
    file_id: UUID,
    stored: Stored,
) -> tuple[Signature, bool]:
    """Name a stored file as what a company signed, and say whether it is the one.

    The same bytes sent again change nothing. Raises NotFound, NotParty, NotLead, NotOutside,
    NotToSign, SignedFileThere.
    """
    party_id = await may_sign(session, actor, consortium_id, document_id, party_id)
    put = (
        insert(Signature)
        .values(
            cluster_id=actor.cluster_id,
            id=new_id(),
            consortium_id=consortium_id,
            document_id=document_id,
            party_id=party_id,
            person_id=actor.person_id,
            signed_at=actor.now,
            file_id=file_id,
            file_type=stored.media_type.value,
            file_size=stored.size,
            file_hash=stored.sha256,
        )
        .on_conflict_do_nothing()
        .returning(Signature)
    )
    fresh: Signature | None = await session.scalar(put)
    if fresh is None:
        there = await session.scalar(
            select(Signature).where(
                Signature.cluster_id == actor.cluster_id,
                Signature.document_id == document_id,
                Signature.party_id == party_id,
            )
        )
        if there is None or there.file_hash != stored.sha256:
            raise domain.SignedFileThere
        return there, False
    event = DocumentSigned(consortium_id, document_id, party_id)
    detail = {"sha256": stored.sha256.hex()}
    await record_event(
        session, actor, event, document_id, consortium_id=consortium_id, detail=detail
    )
    return fresh, True
