"""Issuing: a document is drawn from what is agreed at this moment, and kept as it is."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain as consortium_domain
from app.consortia import service as consortia
from app.documents import domain
from app.documents.domain import Subject
from app.documents.events import DocumentIssued
from app.documents.facts import facts_of
from app.documents.models import Document, Signature
from app.documents.service.clauses import clauses_of
from app.forms import Kind, Stamp, draw
from app.forms.kinds import PRICED
from app.forms.render import Rendered, render
from app.infra.db import hold
from app.infra.files import Files
from app.infra.sweeping import file_key
from app.journal.service import record_event, record_opening
from app.kernel.actor import Actor
from app.kernel.ids import new_id

PREFIX = "documents"


async def issue(
    session: AsyncSession, actor: Actor, files: Files, consortium_id: UUID, subject: Subject
) -> Document:
    """Draw a document from the newest split, and keep it (any party). Within a turn.

    Raises NotFound, NotParty, OfWhat, SplitMissing, LotNotAnswered, UnknownParty,
    NotASubcontractor, TooManyDocuments, DocumentTooLarge, FilesUnusable.
    """
    subject.check()
    dossier = await consortia.dossier(session, actor, consortium_id)
    split, kind = dossier.split, subject.kind
    if split is None and kind is not Kind.DECLARATION:
        raise consortium_domain.SplitMissing
    places = _places(dossier, subject)
    if kind in PRICED and split is not None:
        # First: whoever is kept from the prices by now is told so, and nothing is drawn.
        await record_opening(session, actor, consortium_id, split.number)
    number = await _next_number(session, actor, consortium_id, subject)
    facts = facts_of(dossier)
    clauses = await clauses_of(session, actor, consortium_id, facts.form)
    paper = draw(kind, facts, clauses=[one.printed() for one in clauses], **places)
    stamp = Stamp(number, actor.now.astimezone(ZoneInfo(dossier.cluster.zone)))
    rendered = await render(paper, stamp)
    document = Document(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        kind=kind.value,
        lot_id=subject.lot_id,
        party_id=subject.party_id,
        number=number,
        split_number=split.number if split else None,
        content_hash=rendered.content_hash,
        person_id=actor.person_id,
        issued_at=actor.now,
        file_id=new_id(),
        file_size=len(rendered.pdf),
        file_hash=sha256(rendered.pdf).digest(),
    )
    await files.put(file_key(PREFIX, actor.cluster_id, document.file_id), _parts(rendered))
    session.add(document)
    await session.flush()
    event = DocumentIssued(consortium_id, document.id)
    detail = {"kind": kind.value, "sha256": document.file_hash.hex()}
    await record_event(
        session, actor, event, document.id, consortium_id=consortium_id, detail=detail
    )
    return document


async def _next_number(
    session: AsyncSession, actor: Actor, consortium_id: UUID, subject: Subject
) -> int:
    """The number of the next version; whoever else issues here waits. Raises TooManyDocuments."""
    await hold(session, f"documents {consortium_id}")
    same = (
        (Document.kind == subject.kind.value)
        & Document.lot_id.is_not_distinct_from(subject.lot_id)
        & Document.party_id.is_not_distinct_from(subject.party_id)
    )
    counted = select(func.count(), func.max(Document.number).filter(same)).where(
        Document.cluster_id == actor.cluster_id, Document.consortium_id == consortium_id
    )
    count, last = (await session.execute(counted)).one()
    if count >= domain.MOST_DOCUMENTS:
        raise domain.TooManyDocuments
    return (last or 0) + 1


def _places(dossier: consortia.Dossier, subject: Subject) -> dict[str, int]:
    """Where the lot or the party stands in the dossier."""
    if subject.lot_id is not None:
        lots = [one.id for one in dossier.lots]
        if subject.lot_id not in lots:
            raise consortium_domain.LotNotAnswered
        return {"lot": lots.index(subject.lot_id)}
    if subject.party_id is None:
        return {}
    parties = [one.id for one in dossier.parties]
    if subject.party_id not in parties:
        raise consortium_domain.UnknownParty
    place = parties.index(subject.party_id)
    if subject.kind is Kind.SUBCONTRACT and dossier.parties[place].works_for is None:
        raise domain.NotASubcontractor
    return {"party": place}


async def _parts(rendered: Rendered) -> AsyncIterator[bytes]:
    yield rendered.pdf


async def files_to_keep(
    session: AsyncSession, file_ids: Collection[UUID], _now: datetime
) -> set[UUID]:
    """Which of these files a document or a signature of the cluster names."""
    found: set[UUID] = set()
    for model in (Document, Signature):
        found.update(
            await session.scalars(select(model.file_id).where(model.file_id.in_(file_ids)))
        )
    return found
