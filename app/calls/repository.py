"""Queries of calls by name; row security decides which rows."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.calls.domain import Billing, Kind, Subject, Uncalled
from app.calls.models import BillingVersion, Call, CallLine
from app.infra.db import ItemQuery, ListQuery, hold, instant, money, public_id
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

STANDS = """EXISTS (SELECT FROM call_line l
    WHERE l.cluster_id = c.cluster_id AND l.charge_id = c.id AND l.cancels_id IS NULL
      AND NOT EXISTS (SELECT FROM call_line x
        WHERE x.cluster_id = l.cluster_id AND x.cancels_id = l.id))"""
"""SQL: whether a call has the charge ``c``, and no credit note took it back."""

_UNCALLED = f"""
    FROM charge c JOIN flow f ON f.cluster_id = c.cluster_id AND f.id = c.flow_id
    WHERE c.cluster_id = app.cluster() AND c.amount_cents <> 0 AND NOT {STANDS}"""

_NEXT = text(f"""
    SELECT c.id, c.amount_cents, c.bps, f.nature, f.kind, f.occurred_on,
      (SELECT e.number FROM exchange e
        WHERE e.cluster_id = f.cluster_id AND e.id = f.subject_id) AS invoice,
      (SELECT k.name FROM consortium k
        WHERE k.cluster_id = f.cluster_id AND k.id = f.consortium_id) AS consortium,
      CAST(c.evidence ->> 'year' AS integer) AS fee_year,
      1 + (SELECT count(*) FROM call_line l WHERE l.cluster_id = c.cluster_id
        AND l.charge_id = c.id AND l.cancels_id IS NULL) AS turn
    {_UNCALLED} AND c.member_id = :member AND c.due_on <= :until AND (f.nature = 'fee') = :fees
    ORDER BY c.due_on, c.id LIMIT :most""")

_WAITING = text(f"""
    SELECT DISTINCT c.member_id {_UNCALLED} AND c.due_on <= :until ORDER BY c.member_id""")

_CORRECTED = text("""
    SELECT DISTINCT o.call_id
    FROM call_line l
    JOIN charge c ON c.cluster_id = l.cluster_id AND c.id = l.charge_id
    JOIN flow f ON f.cluster_id = c.cluster_id AND f.id = c.flow_id
    JOIN flow g ON g.cluster_id = f.cluster_id AND g.member_id = f.member_id
      AND (g.subject_id = f.subject_id OR g.party_id = f.party_id AND g.award_id = f.award_id
        OR g.kind = 'fee' AND f.kind = 'fee'
          AND split_part(g.key, ':', 2) = split_part(f.key, ':', 2))
    JOIN charge h ON h.cluster_id = g.cluster_id AND h.flow_id = g.id
    JOIN call_line o ON o.cluster_id = h.cluster_id AND o.charge_id = h.id
      AND o.net_cents > 0 AND o.cancels_id IS NULL AND o.call_id < l.call_id
    WHERE l.cluster_id = app.cluster() AND l.call_id = :call AND l.net_cents < 0""")

BILLING = ItemQuery(
    select="""
        SELECT facts AS item, number AS version FROM billing WHERE cluster_id = app.cluster()
        ORDER BY number DESC LIMIT 1""",
)
"""Who bills: the newest version."""

_PAID = """(SELECT coalesce(sum(s.amount_cents), 0) FROM call_line l
    JOIN settlement s ON s.cluster_id = l.cluster_id AND s.charge_id = l.charge_id
    WHERE l.cluster_id = d.cluster_id AND l.call_id = d.id AND l.cancels_id IS NULL
      AND NOT EXISTS (SELECT FROM call_line x
        WHERE x.cluster_id = l.cluster_id AND x.cancels_id = l.id))"""

_NUMBER = "d.year || '-' || lpad(d.number::text, greatest(4, length(d.number::text)), '0')"

_CALL = f"""
    SELECT json_build_object(
      'id', {public_id("cll", "d.id")}, 'member_id', {public_id("mem", "d.member_id")},
      'kind', d.kind, 'subject', d.subject,
      'number', {_NUMBER},
      'corrects_id', {public_id("cll", "d.corrects_id")}, 'reason', d.reason,
      'corrected_by', (SELECT {public_id("cll", "n.id")} FROM call n
        WHERE n.cluster_id = d.cluster_id AND n.corrects_id = d.id),
      'issued_on', d.issued_on, 'due_on', d.due_on, 'vat', d.vat, 'vat_bps', d.vat_bps,
      'net', {money("d.net_cents")}, 'vat_amount', {money("d.vat_cents")},
      'gross', {money("d.net_cents + d.vat_cents")}, 'paid', {money(_PAID)},
      'seller', d.seller, 'buyer', d.buyer, 'issued_at', {instant("d.issued_at")}) AS item,
      ARRAY[d.id::text] AS keys, NULL AS version
    FROM call d WHERE d.cluster_id = app.cluster()"""

_CALLS = ListQuery(select=_CALL, order="d.id DESC", after="d.id < {}::uuid", position_length=1)

_LINES = f"""
    SELECT json_build_object('position', l.position,
      'charge_id', {public_id("chg", "l.charge_id")}, 'label', l.label,
      'net', {money("l.net_cents")}, 'vat_amount', {money("l.vat_cents")}) AS item,
      ARRAY[l.position::text] AS keys
    FROM call_line l WHERE l.cluster_id = app.cluster()"""


def calls(member_id: UUID | None, year: int | None) -> ListQuery:
    """The calls that the caller may see, newest first."""
    filters: list[tuple[str, list[object]]] = []
    if member_id is not None:
        filters.append(("d.member_id = {}::uuid", [member_id]))
    if year is not None:
        filters.append(("d.year = {}::bigint", [year]))
    return replace(_CALLS, filters=filters)


def call(call_id: UUID) -> ItemQuery:
    """One call."""
    return ItemQuery(f"{_CALL} AND d.id = $1::uuid", [call_id])


async def shown(session: AsyncSession, call_id: UUID) -> Any:
    """The same, in a transaction."""
    row = await session.execute(text(f"{_CALL} AND d.id = :id"), {"id": call_id})
    return row.one().item


def lines(call_id: UUID) -> ListQuery:
    """The lines of a call, in order."""
    there = "EXISTS (SELECT FROM call d WHERE d.cluster_id = app.cluster() AND d.id = {}::uuid)"
    return ListQuery(
        select=_LINES,
        order="l.position",
        after="l.position > {}::bigint",
        position_length=1,
        filters=[("l.call_id = {}::uuid", [call_id])],
        parent=(there, [call_id]),
    )


def file(call_id: UUID) -> ItemQuery:
    """Where a call's file lies; its size is null until it is drawn."""
    return ItemQuery(
        f"""
        SELECT json_build_object('cluster', d.cluster_id, 'size', f.size, 'kind', d.kind,
          'number', {_NUMBER}) AS item, NULL AS version
        FROM call d LEFT JOIN call_file f ON f.cluster_id = d.cluster_id AND f.id = d.id
        WHERE d.cluster_id = app.cluster() AND d.id = $1::uuid""",
        [call_id],
    )


def preview(until: date) -> ItemQuery:
    """What waits to be called, by member and subject."""
    return ItemQuery(
        f"""
        SELECT json_build_object('until', $1::date, 'lines', coalesce(json_agg(json_build_object(
          'member_id', {public_id("mem", "w.member_id")}, 'subject', w.subject,
          'charges', w.charges, 'net', {money("w.cents")})
          ORDER BY w.member_id, w.subject), '[]')) AS item, NULL AS version
        FROM (SELECT c.member_id, count(*) AS charges, sum(c.amount_cents) AS cents,
          CASE WHEN f.nature = 'fee' THEN 'fees' ELSE 'contributions' END AS subject
          {_UNCALLED} AND c.due_on <= $1::date GROUP BY c.member_id, 4) AS w""",
        [until],
    )


async def hold_numbers(session: AsyncSession, actor: Actor) -> None:
    """Be alone to number calls in the cluster: one that is undone leaves no gap."""
    await hold(session, f"calls {actor.cluster_id}")


async def hold_billing(session: AsyncSession, actor: Actor) -> None:
    """Be alone to say who bills."""
    await hold(session, f"billing {actor.cluster_id}")


async def billing(session: AsyncSession, actor: Actor) -> tuple[int, Billing | None]:
    """The newest version and its number; 0 when nobody has said who bills."""
    found = await session.scalar(
        select(BillingVersion)
        .where(BillingVersion.cluster_id == actor.cluster_id)
        .order_by(BillingVersion.number.desc())
        .limit(1)
    )
    return (found.number, Billing.read(found.facts)) if found else (0, None)


async def uncalled(
    session: AsyncSession, member_id: UUID, subject: Subject, until: date, most: int
) -> list[Uncalled]:
    """The oldest charges of a member that no call has, due on a day or before."""
    values = {
        "member": member_id,
        "until": until,
        "fees": subject == Subject.FEES,
        "most": most,
    }
    return [Uncalled(*row) for row in await session.execute(_NEXT, values)]


async def waiting(session: AsyncSession, until: date) -> list[UUID]:
    """The members with charges that no call has, in the order of their ids."""
    return list(await session.scalars(_WAITING, {"until": until}))


async def last_number(session: AsyncSession, actor: Actor, year: int) -> int:
    """The number of a year's newest call; 0 before the first."""
    query = select(func.max(Call.number)).where(
        Call.cluster_id == actor.cluster_id, Call.year == year
    )
    return await session.scalar(query) or 0


async def require_call(session: AsyncSession, actor: Actor, call_id: UUID) -> Call:
    """A call that the caller may see; raises NotFound."""
    found = await session.scalar(
        select(Call).where(Call.cluster_id == actor.cluster_id, Call.id == call_id)
    )
    if found is None:
        raise NotFound
    return found


async def corrected_by(session: AsyncSession, actor: Actor, call: Call) -> list[Call]:
    """The calls that a credit note takes back: the one it names, or those of its flows before."""
    if call.corrects_id is not None:
        return [await require_call(session, actor, call.corrects_id)]
    if call.kind == Kind.CALL:
        return []
    found = await session.execute(_CORRECTED, {"call": call.id})
    query = select(Call).where(
        Call.cluster_id == actor.cluster_id, Call.id.in_([row.call_id for row in found])
    )
    return list(await session.scalars(query.order_by(Call.year, Call.number)))


async def lines_of(session: AsyncSession, actor: Actor, call_id: UUID) -> list[CallLine]:
    """The lines of a call, in order."""
    query = (
        select(CallLine)
        .where(CallLine.cluster_id == actor.cluster_id, CallLine.call_id == call_id)
        .order_by(CallLine.position)
    )
    return list(await session.scalars(query))
