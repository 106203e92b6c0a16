"""Whether a company may answer: the walls, then what the documents of the tender say."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, repository, wall_repository
from app.consortia.domain import Ground, Outcome
from app.consortia.models import Award, Consortium
from app.kernel.actor import Actor
from app.kernel.errors import AppError
from app.tenders import service as tenders
from app.tenders.domain import SeveralBids


async def may_answer(
    session: AsyncSession,
    actor: Actor,
    tender_id: UUID,
    lots: Sequence[UUID],
    barring: Mapping[Ground, type[AppError]],
    *,
    but: UUID | None = None,
    leading: bool = False,
) -> list[str]:
    """What to mind when the caller's company answers these lots; ``but`` is the consortium.

    ``leading``: whether it leads there. Raises NotFound, what ``barring`` says,
    SeveralBidsForbidden, LinkedBidsForbidden, LeadsOnTender, TooManyLots.
    """
    rules = await tenders.rules_of(session, actor, tender_id)
    counted = rules.one_lead or rules.bid_cap is not None
    # Linked companies wait for each other only where what one does may bar the other.
    apart = rules.linked_bids is SeveralBids.FORBIDDEN
    linked = await wall_repository.linked_members(session) if apart else []
    places = [*lots, tender_id] if counted else lots
    await wall_repository.lock_commitments(session, actor, places, *linked)
    held = await wall_repository.held(session, lots, but)
    warnings = domain.weigh(held, barring, rules)
    if counted:
        bids = await wall_repository.own_bids(session, tender_id, but)
        domain.require_under_cap(rules, bids, lots)
        if leading:
            domain.require_one_lead(rules, bids)
    return warnings


async def may_lead(session: AsyncSession, actor: Actor, consortium: Consortium) -> None:
    """Raise AlreadyLeads or LeadsOnTender when a company that is in would be second lead."""
    rules = await tenders.rules_of(session, actor, consortium.tender_id)
    lots = await repository.lot_ids(session, consortium)
    await wall_repository.lock_commitments(session, actor, [*lots, consortium.tender_id])
    held = await wall_repository.held(session, lots, consortium.id)
    domain.require_free(held, {Ground.LEADS: domain.AlreadyLeads})
    bids = await wall_repository.own_bids(session, consortium.tender_id, consortium.id)
    domain.require_one_lead(rules, bids)


async def mind_wins(session: AsyncSession, actor: Actor, award: Award) -> list[str]:
    """What to mind of an outcome that is recorded: more lots won than the buyer lets (L2113-10).

    What a buyer decided is not refused. The lots of the caller's company count, who leads: how
    many a partner has won elsewhere is not its to know.
    """
    if award.outcome != Outcome.WON:
        return []
    consortium = await repository.load(session, actor, award.consortium_id)
    rules = await tenders.rules_of(session, actor, consortium.tender_id)
    if rules.win_cap is None:
        return []
    won = await repository.lots_won(session, actor, consortium.tender_id)
    return domain.mind_won(rules.win_cap, len(won))
