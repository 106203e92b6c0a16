"""Each party's part: rows that are added up, and what the cluster expects of them."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import service as consortia
from app.consortia.service import Standing
from app.contracts import domain, invoice_repository, repository
from app.contracts.models import Amendment, ContractOrder, ContractPart, SignedContract
from app.contributions import service as contributions
from app.contributions.domain import Part
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.kernel.errors import Invalid


def check_day(actor: Actor, contract: SignedContract, day: date, pointer: str) -> None:
    """What befalls a contract comes after its signature, and is not to come. Raises Invalid."""
    not_in_future(day, actor.now.date(), pointer)
    if day < contract.signed_on:
        message = "Cette date précède la signature du marché."
        raise Invalid.at(pointer, "before_the_contract", message)


def add_parts(
    session: AsyncSession,
    contract: SignedContract,
    moved: Mapping[UUID, int],
    cause: ContractOrder | Amendment | None = None,
) -> None:
    """Write by how much each part moves, and what moved it."""
    session.add_all(
        ContractPart(
            cluster_id=contract.cluster_id,
            consortium_id=contract.consortium_id,
            contract_id=contract.id,
            party_id=party_id,
            order_id=cause.id if isinstance(cause, ContractOrder) else None,
            amendment_id=cause.id if isinstance(cause, Amendment) else None,
            amount_cents=cents,
        )
        for party_id, cents in moved.items()
        if cents
    )


def require_holders(standing: Standing, parts: Mapping[UUID, int]) -> None:
    """Raise NotInContract unless all who get a part hold the contract (DOMAIN 5.10)."""
    if not standing.holders.keys() >= parts.keys():
        raise domain.NotInContract


async def require_invoiced(
    session: AsyncSession,
    actor: Actor,
    standing: Standing,
    contract: SignedContract,
    moved: Mapping[UUID, int],
) -> None:
    """Raise BelowInvoiced when a part would fall under what was approved of its party.

    To be asked before the move is written.
    """
    if min(moved.values(), default=0) >= 0:
        return
    approved = await invoice_repository.approved(session, contract, domain.OF_THE_PART)
    current = await repository.parts(session, contract)
    holders = standing.holders
    ids = {one.member_id for one in holders.values() if one.member_id is not None}
    companies = await clusters.members_by_id(session, actor, ids)
    names = {
        party_id: companies[one.member_id].name if one.member_id else one.company_name or ""
        for party_id, one in holders.items()
    }
    domain.require_invoiced(current, moved, approved, names)


async def expect(
    session: AsyncSession, actor: Actor, standing: Standing, contract: SignedContract
) -> dict[UUID, int]:
    """Forecast anew what each part will bring the cluster; gives the parts as they now are.

    It takes the place of the forecast before, at the rate of the award's day; an award that was
    charged at once is charged the difference at its first rate (DOMAIN 5.8). Raises
    BelowNothing.
    """
    await session.flush()
    parts = await repository.parts(session, contract)
    if min(parts.values(), default=0) < 0:
        raise domain.BelowNothing
    award, _ = await consortia.won_award(session, standing, contract.award_id)
    await contributions.forecast(
        session,
        actor,
        consortium_id=contract.consortium_id,
        award_id=award.id,
        lot_id=award.lot_id,
        parts=[
            Part(party_id, standing.holders[party_id].contributor, cents)
            for party_id, cents in parts.items()
            if cents and party_id in standing.holders
        ],
        on=award.notified_on,
    )
    return parts
