"""Drawing a call: a PDF that carries its data (Factur-X), once, and kept."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, time
from hashlib import sha256
from importlib import import_module
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.calls import repository
from app.calls.cii import xml_of
from app.calls.invoice import Invoice, invoice_of
from app.calls.models import CallFile
from app.calls.service import PREFIX
from app.calls.sheet import sheet
from app.forms.facts import Stamp
from app.forms.render import ARCHIVE_WITH_DATA, Rendering, render
from app.infra.files import Files
from app.infra.sweeping import file_key
from app.kernel.actor import Actor

LEVEL = "en16931"


async def draw(
    session: AsyncSession, actor: Actor, files: Files, turns: Rendering, call_id: UUID
) -> None:
    """Draw a call and keep its file, unless it is there; a job's work.

    Raises NotFound, DocumentTooLarge, RenderingBusy, FilesUnusable.
    """
    call = await repository.require_call(session, actor, call_id)
    if await session.get(CallFile, (actor.cluster_id, call_id)) is not None:
        return
    lines = await repository.lines_of(session, actor, call_id)
    corrects = await repository.corrected_by(session, actor, call)
    async with turns.turn():
        pdf = await file_of(invoice_of(call, lines, corrects))
    await files.put(file_key(PREFIX, actor.cluster_id, call_id), _parts(pdf))
    session.add(
        CallFile(
            cluster_id=actor.cluster_id,
            id=call_id,
            member_id=call.member_id,
            size=len(pdf),
            hash=sha256(pdf).digest(),
            drawn_at=actor.now,
        )
    )
    await session.flush()


async def file_of(invoice: Invoice) -> bytes:
    """The PDF/A-3 with the XML inside, which is held to its schema first."""
    stamp = Stamp(0, datetime.combine(invoice.issued_on, time(12), UTC))
    drawn = await render(sheet(invoice), stamp, archive=ARCHIVE_WITH_DATA)
    kind = "Avoir" if invoice.credit else "Appel"
    metadata = {
        "author": invoice.seller.name,
        "keywords": "Factur-X, facture",
        "title": f"{kind} {invoice.number} – {invoice.seller.name}",
        "subject": f"{kind} {invoice.number} du {invoice.issued_on:%d/%m/%Y}",
    }
    # Read here: each process that only asks for the job would hold 15 MB for nothing.
    made: bytes = await asyncio.to_thread(
        import_module("facturx").generate_from_binary,
        drawn.pdf,
        xml_of(invoice),
        flavor="factur-x",
        level=LEVEL,
        pdf_metadata=metadata,
        lang="fr-FR",
    )
    return made


async def _parts(pdf: bytes) -> AsyncIterator[bytes]:
    yield pdf


async def files_to_keep(
    session: AsyncSession, file_ids: Collection[UUID], _now: datetime
) -> set[UUID]:
    """Which of these files a call of the cluster has."""
    return set(await session.scalars(select(CallFile.id).where(CallFile.id.in_(file_ids))))
