"""Queries of contracts by name; each starts from what the caller may see."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.service import Standing
from app.contracts import domain
from app.contracts.domain import Ground
from app.contracts.models import (
    Amendment,
    Closure,
    ContractOrder,
    ContractPart,
    SignedContract,
)
from app.kernel.errors import NotFound

Row = TypeVar("Row", ContractOrder, Amendment)


async def contract(session: AsyncSession, standing: Standing, contract_id: UUID) -> SignedContract:
    """A contract of the joint answer; raises NotFound."""
    found = await session.get(SignedContract, (standing.consortium.cluster_id, contract_id))
    if found is None or found.consortium_id != standing.consortium.id:
        raise NotFound
    return found


async def running(session: AsyncSession, standing: Standing, contract_id: UUID) -> SignedContract:
    """A contract that is not over; raises NotFound, ContractClosed."""
    found = await contract(session, standing, contract_id)
    if await closure(session, found) is not None:
        raise domain.ContractClosed
    return found


async def closure(session: AsyncSession, contract: SignedContract) -> Closure | None:
    """How it ended, if it has."""
    found: Closure | None = await session.scalar(
        select(Closure).where(
            Closure.cluster_id == contract.cluster_id, Closure.contract_id == contract.id
        )
    )
    return found


async def closed_awards(session: AsyncSession, standing: Standing) -> list[UUID]:
    """The awards of the joint answer whose contract is over."""
    query = (
        select(SignedContract.award_id)
        .join(
            Closure,
            (Closure.cluster_id == SignedContract.cluster_id)
            & (Closure.contract_id == SignedContract.id),
        )
        .where(
            SignedContract.cluster_id == standing.consortium.cluster_id,
            SignedContract.consortium_id == standing.consortium.id,
        )
    )
    return list(await session.scalars(query))


async def parts(session: AsyncSession, contract: SignedContract) -> dict[UUID, int]:
    """Each party's part as it now is, in cents."""
    query = (
        select(ContractPart.party_id, func.sum(ContractPart.amount_cents))
        .where(
            ContractPart.cluster_id == contract.cluster_id, ContractPart.contract_id == contract.id
        )
        .group_by(ContractPart.party_id)
        .order_by(ContractPart.party_id)
    )
    return {party_id: int(cents) for party_id, cents in await session.execute(query)}


async def moved_by(session: AsyncSession, cause: ContractOrder | Amendment) -> dict[UUID, int]:
    """By how much an order or an amendment moved each part."""
    column = (
        ContractPart.order_id if isinstance(cause, ContractOrder) else ContractPart.amendment_id
    )
    query = select(ContractPart.party_id, ContractPart.amount_cents).where(
        ContractPart.cluster_id == cause.cluster_id, column == cause.id
    )
    return dict(row for row in await session.execute(query))


async def ordered(session: AsyncSession, contract: SignedContract) -> int:
    """What was ordered so far, in cents."""
    query = select(func.coalesce(func.sum(ContractOrder.amount_cents), 0)).where(
        ContractOrder.cluster_id == contract.cluster_id, ContractOrder.contract_id == contract.id
    )
    return int(await session.scalar(query) or 0)


async def changed_by(
    session: AsyncSession, contract: SignedContract, ground: Ground | None = None
) -> int:
    """What amendments come to on balance, in cents; those of one ground alone, if given."""
    query = select(func.coalesce(func.sum(Amendment.change_cents), 0)).where(
        Amendment.cluster_id == contract.cluster_id, Amendment.contract_id == contract.id
    )
    if ground is not None:
        query = query.where(Amendment.ground == ground.value)
    return int(await session.scalar(query) or 0)


async def row_of(
    session: AsyncSession, kind: type[Row], contract: SignedContract, row_id: UUID
) -> Row:
    """An order or an amendment of a contract, that can be taken back.

    Raises NotFound, AlreadyReversed.
    """
    found: Row | None = await session.get(kind, (contract.cluster_id, row_id))
    if found is None or found.contract_id != contract.id:
        raise NotFound
    if found.reverses is not None:
        raise domain.AlreadyReversed
    return found
