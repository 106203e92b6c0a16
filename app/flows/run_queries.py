"""What waits to be charged: invoices, in SQL that contributions price, and their corrections."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions.domain import FlowNature
from app.contributions.service import CHARGED, PRICED, Correction
from app.infra.db import ItemQuery, ListQuery, instant, money, public_id

_KEY = f"'invoice:' || {public_id('flo', 'e.id')}"

# What a buyer alone has said has no seller's word, and what a joint answer bore is not due (S6).
_WAITING = f"""
    SELECT e.id, {_KEY} AS key, e.seller_id, e.buyer_id, e.nature, s.amount_cents AS base_cents,
      s.invoiced_on AS occurred_on, EXISTS (SELECT FROM exchange_word b
        WHERE b.cluster_id = e.cluster_id AND b.exchange_id = e.id AND b.side = 'buyer') AS agreed
    FROM exchange e JOIN exchange_word s
      ON s.cluster_id = e.cluster_id AND s.exchange_id = e.id AND s.side = 'seller'
    WHERE e.cluster_id = app.cluster() AND s.amount_cents > 0 AND s.consortium_id IS NULL
      AND NOT EXISTS (SELECT FROM exchange_reversal r
        WHERE r.cluster_id = e.cluster_id AND r.exchange_id = e.id)
      AND NOT {CHARGED.format("e")}"""

DUE = f"""{_WAITING} AND s.invoiced_on <= CAST(:until AS date) AND e.id > CAST(:reached AS uuid)
    ORDER BY e.id LIMIT :size"""
"""SQL: the next invoices to charge, of ``:until`` or before, after ``:reached``."""

_CORRECTIONS = f"""
    SELECT e.id, {_KEY} AS key, 'invoice' AS kind, e.corrects_id AS subject_id, e.nature,
      s.amount_cents AS base_cents, s.invoiced_on AS occurred_on
    FROM exchange e JOIN exchange_word s
      ON s.cluster_id = e.cluster_id AND s.exchange_id = e.id AND s.side = 'seller'
    WHERE e.cluster_id = app.cluster() AND s.amount_cents < 0 AND s.consortium_id IS NULL
      AND NOT EXISTS (SELECT FROM exchange_reversal r
        WHERE r.cluster_id = e.cluster_id AND r.exchange_id = e.id)
      AND NOT {CHARGED.format("e")}
      AND EXISTS (SELECT FROM exchange o WHERE o.cluster_id = e.cluster_id
        AND o.id = e.corrects_id AND {CHARGED.format("o")})
    UNION ALL
    SELECT r.id, 'reversal:' || {public_id("flo", "e.id")}, 'reversal',
      coalesce(e.corrects_id, e.id), e.nature, -s.amount_cents,
      CAST(r.reversed_at AT TIME ZONE 'UTC' AS date)
    FROM exchange_reversal r
    JOIN exchange e ON e.cluster_id = r.cluster_id AND e.id = r.exchange_id
    JOIN exchange_word s
      ON s.cluster_id = e.cluster_id AND s.exchange_id = e.id AND s.side = 'seller'
    WHERE r.cluster_id = app.cluster() AND {CHARGED.format("e")} AND NOT {CHARGED.format("r")}"""

_NEXT_CORRECTIONS = text(f"""
    SELECT * FROM ({_CORRECTIONS}) AS c WHERE occurred_on <= :until ORDER BY id LIMIT :size""")


async def corrections(session: AsyncSession, until: date, size: int) -> list[Correction]:
    """The next credit notes and reversals to charge back, the oldest first."""
    rows = await session.execute(_NEXT_CORRECTIONS, {"until": until, "size": size})
    return [
        Correction(
            id=row.id,
            key=row.key,
            kind=row.kind,
            subject_id=row.subject_id,
            nature=FlowNature(row.nature),
            base_cents=row.base_cents,
            occurred_on=row.occurred_on,
        )
        for row in rows
    ]


def preview(until: date) -> ItemQuery:
    """What a run would charge, by member and nature, and how much waits for something else."""
    return ItemQuery(
        f"""
        WITH due AS ({_WAITING} AND s.invoiced_on <= $1::date), {PRICED},
        sums AS (SELECT member_id, nature, count(*) AS charges, sum(base_cents) AS base_cents,
          sum(amount_cents) AS amount_cents FROM priced GROUP BY member_id, nature)
        SELECT json_build_object('until', $1::date,
          'charges', (SELECT coalesce(sum(charges), 0) FROM sums),
          'amount', (SELECT {money("coalesce(sum(amount_cents), 0)")} FROM sums),
          'held', (SELECT count(*) FROM due)
            - (SELECT count(*) FROM priced WHERE half = 1),
          'corrections', (SELECT count(*) FROM ({_CORRECTIONS}) AS c WHERE occurred_on <= $1::date),
          'lines', (SELECT coalesce(json_agg(json_build_object(
            'member_id', {public_id("mem", "member_id")}, 'nature', nature, 'charges', charges,
            'base', {money("base_cents")}, 'amount', {money("amount_cents")})
            ORDER BY member_id, nature), '[]') FROM sums)) AS item, NULL AS version""",
        [until],
    )


def preview_lines(until: date | None) -> ListQuery:
    """The charges that a run would make on invoices, one by one, the oldest flow first."""
    return ListQuery(
        select=f"""
        WITH due AS ({_WAITING}), {PRICED}
        SELECT json_build_object('flow_id', {public_id("flo", "id")},
          'member_id', {public_id("mem", "member_id")}, 'nature', nature,
          'occurred_on', occurred_on, 'base', {money("base_cents")}, 'bps', bps,
          'policy_version', version, 'amount', {money("amount_cents")}) AS item,
          ARRAY[id::text, half::text] AS keys
        FROM priced WHERE true""",
        order="id, half",
        after="(id, half) > ({}::uuid, {}::int)",
        position_length=2,
        filters=[("occurred_on <= {}::date", [until])] if until else [],
    )


_RUN = f"""
    SELECT json_build_object('id', {public_id("run", "id")}, 'until', until_day, 'state', state,
      'charges', charges, 'amount', {money("amount_cents")}, 'asked_at', {instant("asked_at")},
      'ended_at', {instant("ended_at")}) AS item, ARRAY[id::text] AS keys, NULL AS version
    FROM charge_run WHERE cluster_id = app.cluster()"""

RUNS = ListQuery(select=_RUN, order="id DESC", after="id < {}::uuid", position_length=1)
"""The runs of the cluster, newest first."""


def run(run_id: UUID) -> ItemQuery:
    """One run, and how far it is."""
    return ItemQuery(f"{_RUN} AND id = $1::uuid", [run_id])
