"""The cluster's clauses, and which of them a joint answer's agreement has."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.consortia.domain import Form
from app.documents import domain
from app.documents.domain import LibraryClause
from app.documents.models import ClauseChoice, ClauseVersion
from app.infra.db import hold
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import PreconditionFailed


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause as its editor gives it."""

    position: int
    title: str
    text: str
    law: str | None
    forms: tuple[Form, ...]
    standard: bool


async def edit_clause(
    session: AsyncSession, actor: Actor, key: str, version: int, given: ClauseText
) -> ClauseVersion:
    """Write the next version of a clause, or a new one (version 0); others are kept.

    Raises Forbidden, UnknownPlaceholder, PreconditionFailed, TooManyClauses.
    """
    require(actor, Permission.EDIT_CLAUSES)
    domain.check_text(given.title, given.text)
    await hold(session, f"clauses {actor.cluster_id}")
    known = {one.key: one for one in await library_of(session, actor)}
    current = known[key].version if key in known else 0
    if version != current:
        raise PreconditionFailed
    full = key not in known and len(known) >= domain.MOST_CLAUSES
    if full or current >= domain.MOST_VERSIONS:
        raise domain.TooManyClauses
    edited = ClauseVersion(
        cluster_id=actor.cluster_id,
        key=key,
        number=current + 1,
        position=given.position,
        title=given.title,
        text=given.text,
        law=given.law,
        forms=[form.value for form in given.forms or Form],
        standard=given.standard,
        person_id=actor.person_id,
        written_at=actor.now,
    )
    session.add(edited)
    await session.flush()
    detail = {"clause": key, "version": edited.number}
    await record(session, actor, "clause.edited", edited.id, detail=detail)
    return edited


async def library_of(session: AsyncSession, actor: Actor) -> list[LibraryClause]:
    """The clauses of the caller's cluster, in order."""
    newest = (
        select(ClauseVersion)
        .where(ClauseVersion.cluster_id == actor.cluster_id)
        .ext(distinct_on(ClauseVersion.key))
        .order_by(ClauseVersion.key, ClauseVersion.number.desc())
    )
    return domain.library(one.clause() for one in await session.scalars(newest))


async def choose_clauses(
    session: AsyncSession, actor: Actor, consortium_id: UUID, version: int, keys: Sequence[str]
) -> tuple[ClauseChoice, list[LibraryClause]]:
    """Say which clauses the agreement has (lead). Choices are kept.

    Raises NotFound, NotLead, UnknownClause, PreconditionFailed.
    """
    consortium = await consortia.led(session, actor, consortium_id)
    clauses = await library_of(session, actor)
    domain.check_choice(clauses, Form(consortium.form), keys)
    await hold(session, f"documents {consortium_id}")
    number = func.coalesce(func.max(ClauseChoice.number), 0)
    last = await session.scalar(
        select(number).where(
            ClauseChoice.cluster_id == actor.cluster_id,
            ClauseChoice.consortium_id == consortium_id,
        )
    )
    if last != version:
        raise PreconditionFailed
    chosen = ClauseChoice(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        number=version + 1,
        keys=list(dict.fromkeys(keys)),
        person_id=actor.person_id,
        chosen_at=actor.now,
    )
    session.add(chosen)
    await session.flush()
    await record(session, actor, "clauses.chosen", chosen.id, consortium_id=consortium_id)
    return chosen, domain.in_agreement(clauses, Form(consortium.form), chosen.keys)


async def clauses_of(
    session: AsyncSession, actor: Actor, consortium_id: UUID, form: Form
) -> list[LibraryClause]:
    """The clauses that an agreement issued now has."""
    newest = (
        select(ClauseChoice.keys)
        .where(
            ClauseChoice.cluster_id == actor.cluster_id,
            ClauseChoice.consortium_id == consortium_id,
        )
        .order_by(ClauseChoice.number.desc())
        .limit(1)
    )
    return domain.in_agreement(await library_of(session, actor), form, await session.scalar(newest))
