"""Queries of flows by name: hot reads, newest first, and what a declaration has to know."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.flows.domain import Nature, Side, State
from app.flows.models import Exchange, ExchangeReversal, ExchangeWord
from app.infra.db import ItemQuery, ListQuery, instant, money, public_id
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

_STATE = """CASE WHEN r.id IS NOT NULL THEN 'reversed' WHEN s.id IS NULL THEN 'buyer_only'
  WHEN b.id IS NULL THEN 'seller_only'
  WHEN s.amount_cents = b.amount_cents AND s.invoiced_on = b.invoiced_on THEN 'matched'
  ELSE 'difference' END"""


def _word(alias: str) -> str:
    return f"""CASE WHEN {alias}.id IS NOT NULL THEN json_build_object(
      'side', {alias}.side, 'amount', {money(f"{alias}.amount_cents", f"{alias}.currency")},
      'invoiced_on', {alias}.invoiced_on, 'label', {alias}.label,
      'consortium_id', {public_id("con", f"{alias}.consortium_id")},
      'said_at', {instant(f"{alias}.said_at")}) END"""


def _side(alias: str, side: Side) -> str:
    return (
        f"LEFT JOIN exchange_word {alias} ON {alias}.cluster_id = e.cluster_id"
        f" AND {alias}.exchange_id = e.id AND {alias}.side = '{side.value}'"
    )


# The seller's word stands, until somebody says otherwise; the buyer's where there is no other.
_FLOW = f"""
    SELECT json_build_object(
      'id', {public_id("flo", "e.id")}, 'nature', e.nature, 'state', {_STATE},
      'seller_id', {public_id("mem", "e.seller_id")},
      'buyer_id', {public_id("mem", "e.buyer_id")},
      'partner_id', {public_id("mem", "e.partner_id")}, 'number', e.number,
      'corrects_id', {public_id("flo", "e.corrects_id")},
      'amount', {money("coalesce(s.amount_cents, b.amount_cents)")},
      'invoiced_on', coalesce(s.invoiced_on, b.invoiced_on),
      'charged_elsewhere', coalesce(s.consortium_id IS NOT NULL, false),
      'seller_word', {_word("s")}, 'buyer_word', {_word("b")},
      'reversal', CASE WHEN r.id IS NOT NULL THEN json_build_object(
        'reason', r.reason, 'reversed_at', {instant("r.reversed_at")}) END) AS item,
      ARRAY[e.id::text] AS keys, NULL AS version
    FROM exchange e {_side("s", Side.SELLER)} {_side("b", Side.BUYER)}
    LEFT JOIN exchange_reversal r ON r.cluster_id = e.cluster_id AND r.exchange_id = e.id
    WHERE e.cluster_id = app.cluster()"""


def flows(
    *,
    member_id: UUID | None = None,
    nature: Nature | None = None,
    state: State | None = None,
    since: date | None = None,
    until: date | None = None,
) -> ListQuery:
    """The flows that the caller may see, newest first; every filter given must hold."""
    filters: list[tuple[str, list[object]]] = []
    if member_id is not None:
        both = "(e.seller_id = {}::uuid OR e.buyer_id = {}::uuid)"
        filters.append((both, [member_id, member_id]))
    if nature is not None:
        filters.append(("e.nature = {}::text", [nature.value]))
    if state is not None:
        filters.append((f"{_STATE} = {{}}::text", [state.value]))
    day = "coalesce(s.invoiced_on, b.invoiced_on)"
    if since is not None:
        filters.append((f"{day} >= {{}}::date", [since]))
    if until is not None:
        filters.append((f"{day} <= {{}}::date", [until]))
    return ListQuery(
        select=_FLOW,
        order="e.id DESC",
        after="e.id < {}::uuid",
        position_length=1,
        filters=filters,
    )


def flow(flow_id: UUID) -> ItemQuery:
    """One flow."""
    return ItemQuery(f"{_FLOW} AND e.id = $1::uuid", [flow_id])


async def shown(session: AsyncSession, flow_id: UUID) -> Any:
    """One flow as a read shows it, within the transaction that has just written it."""
    await session.flush()
    return await session.scalar(text(f"{_FLOW} AND e.id = :id"), {"id": flow_id})


def _standing(actor: Actor) -> Any:
    reversed_ = exists().where(
        ExchangeReversal.cluster_id == Exchange.cluster_id,
        ExchangeReversal.exchange_id == Exchange.id,
    )
    return select(Exchange).where(Exchange.cluster_id == actor.cluster_id, ~reversed_)


async def standing(session: AsyncSession, actor: Actor, flow_id: UUID) -> Exchange | None:
    """A flow that the caller may see and that is not reversed."""
    found: Exchange | None = await session.scalar(_standing(actor).where(Exchange.id == flow_id))
    return found


async def by_number(
    session: AsyncSession, actor: Actor, seller_id: UUID, number: str
) -> list[Exchange]:
    """The flows not reversed of a seller's number that the caller may see."""
    query = _standing(actor).where(Exchange.seller_id == seller_id, Exchange.number == number)
    return list(await session.scalars(query))


async def turns(
    session: AsyncSession, actor: Actor, seller_id: UUID, buyer_id: UUID | None, number: str
) -> int:
    """How often an invoice was declared so far."""
    query = select(func.count()).where(
        Exchange.cluster_id == actor.cluster_id,
        Exchange.seller_id == seller_id,
        Exchange.buyer_id.is_not_distinct_from(buyer_id),
        Exchange.number == number,
    )
    return await session.scalar(query) or 0


async def word(
    session: AsyncSession, actor: Actor, flow_id: UUID, side: Side
) -> ExchangeWord | None:
    """What a side has said."""
    found: ExchangeWord | None = await session.scalar(
        select(ExchangeWord).where(
            ExchangeWord.cluster_id == actor.cluster_id,
            ExchangeWord.exchange_id == flow_id,
            ExchangeWord.side == side.value,
        )
    )
    return found


async def credit_notes_stand(session: AsyncSession, actor: Actor, flow_id: UUID) -> bool:
    """Whether a credit note that is not reversed corrects a flow."""
    found = await session.scalar(_standing(actor).where(Exchange.corrects_id == flow_id).limit(1))
    return found is not None


async def require_flow(session: AsyncSession, actor: Actor, flow_id: UUID) -> Exchange:
    """A flow that the caller may see; raises NotFound."""
    found = await session.get(Exchange, (actor.cluster_id, flow_id))
    if found is None:
        raise NotFound
    return found


async def share_an_award(
    session: AsyncSession, consortium_id: UUID, one: UUID, other: UUID
) -> bool:
    """Whether two companies are parties of a consortium that has won, which the caller may know."""
    statement = text("SELECT app.share_an_award(:consortium, :one, :other)")
    values = {"consortium": consortium_id, "one": one, "other": other}
    return bool(await session.scalar(statement, values))
