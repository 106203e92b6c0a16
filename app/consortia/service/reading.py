"""What a caller may see of a joint answer."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import party_repository, repository, wall_repository
from app.consortia.models import Agreement, Approval, Award, Consortium, Party
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class ConsortiumView:
    """The header, and what row security lets through of the rest."""

    consortium: Consortium
    lot_ids: list[UUID]
    parties: list[Party]
    agreement: Agreement | None
    approvals: list[Approval]
    awards: list[Award]


async def view(session: AsyncSession, actor: Actor, consortium_id: UUID) -> ConsortiumView:
    """A consortium as the caller sees it; raises NotFound."""
    consortium = await repository.load(session, actor, consortium_id)
    agreement = await repository.current_agreement(session, consortium)
    return ConsortiumView(
        consortium,
        await repository.lot_ids(session, consortium),
        await party_repository.composition(session, consortium),
        agreement,
        await repository.approvals(session, agreement) if agreement else [],
        await repository.awards(session, consortium),
    )


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who has to do with a joint answer: companies, and people named on it."""

    companies: frozenset[UUID]
    people: frozenset[UUID]


async def concerned(session: AsyncSession, actor: Actor, tender_id: UUID) -> Concerned:
    """Who has to do with any joint answer to a tender, the invited included.

    A job's question: from the answer nobody may learn of another.
    """
    return Concerned(
        frozenset(await party_repository.companies_on(session, actor, tender_id)),
        frozenset(await wall_repository.named_on(session, actor, tender_id)),
    )
