"""How parties are bound at bid and at award, and why they answer together."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import repository
from app.consortia.access import require_lead
from app.consortia.domain import Form
from app.consortia.events import FormChanged
from app.consortia.life_models import Justification
from app.consortia.models import Consortium
from app.infra.db import changed
from app.journal.service import record_event
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


async def change_form(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    version: int,
    *,
    form: Form,
    form_at_award: Form | None,
    justification: str | None,
) -> Consortium:
    """Say how parties are bound, at bid and at award (R2142-22), and why they form a group.

    An oversized group without justification is an offence (ADLC 22-D-04). Raises NotFound,
    NotLead, PreconditionFailed, SplitFrozen.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id, version)
    consortium.require_open()
    statement = (
        update(Consortium)
        .where(Consortium.cluster_id == actor.cluster_id, Consortium.id == consortium_id)
        .values(form=form, form_at_award=form_at_award)
    )
    fresh = await changed(session, Consortium, statement)
    if fresh is None:
        raise NotFound
    if justification is not None:
        session.add(
            Justification(
                cluster_id=actor.cluster_id,
                consortium_id=consortium_id,
                text=justification,
                person_id=actor.person_id,
                recorded_at=actor.now,
            )
        )
        await session.flush()
    event = FormChanged(consortium_id)
    await record_event(session, actor, event, consortium_id, consortium_id=consortium_id)
    return fresh
