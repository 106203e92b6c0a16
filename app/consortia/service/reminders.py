"""What of joint answers people should be reminded of: facts that only the calendar brings about.

A job's questions, asked inside one cluster: they read past the walls, and whoever tells the answers
tells each to the companies that it names alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

MANDATE_NOTICE = timedelta(days=30)
"""How long before its last day a mandate is spoken of: time to have another one signed."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that holds on a day, and whose companies it concerns.

    It is the same one as long as subject and version are; ``due_on`` is the last day in time.
    """

    consortium_id: UUID
    subject_id: UUID
    version: int
    due_on: date | None
    companies: frozenset[UUID]


# The day is the buyer's. A company that keeps no certificate of the kind is told by readiness; the
# one who is told here believes that all is well.
_LAPSING = text("""
    SELECT c.id AS consortium_id, p.id AS subject_id, due.on_day AS due_on,
      ARRAY[p.member_id] AS companies
    FROM consortium c
    JOIN tender t ON t.cluster_id = c.cluster_id AND t.id = c.tender_id
    JOIN LATERAL (SELECT x.asked FROM tender_rules x
      WHERE x.cluster_id = t.cluster_id AND x.tender_id = t.id
      ORDER BY x.number DESC LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT x.deadline_at FROM round x
      WHERE x.cluster_id = c.cluster_id AND x.consortium_id = c.id
      ORDER BY x.number DESC LIMIT 1) turn ON true
    CROSS JOIN LATERAL (SELECT (coalesce(turn.deadline_at, t.deadline_at)
      AT TIME ZONE coalesce(t.deadline_zone, 'UTC'))::date AS on_day) due
    JOIN party p ON p.cluster_id = c.cluster_id AND p.consortium_id = c.id
      AND p.joined_at IS NOT NULL AND p.left_at IS NULL AND p.member_id IS NOT NULL
    WHERE c.cluster_id = app.cluster() AND c.state IN ('forming', 'proposed', 'agreed')
      AND due.on_day >= :today
      AND EXISTS (SELECT FROM unnest(r.asked) kind
        WHERE EXISTS (SELECT FROM certificate x WHERE x.cluster_id = c.cluster_id
            AND x.member_id = p.member_id AND x.kind = kind AND x.withdrawn_at IS NULL
            AND x.valid_until < due.on_day)
          AND NOT EXISTS (SELECT FROM certificate x WHERE x.cluster_id = c.cluster_id
            AND x.member_id = p.member_id AND x.kind = kind AND x.withdrawn_at IS NULL
            AND (x.valid_until IS NULL OR x.valid_until >= due.on_day)))
    ORDER BY p.id""")

# Of what the lead may still have to sign: after the bid, the contract and what follows.
_ENDING = text("""
    SELECT c.id AS consortium_id, m.id AS subject_id, m.valid_until AS due_on,
      ARRAY[p.member_id, c.lead_member_id] AS companies
    FROM mandate m
    JOIN consortium c ON c.cluster_id = m.cluster_id AND c.id = m.consortium_id
    JOIN party p ON p.cluster_id = m.cluster_id AND p.id = m.party_id AND p.left_at IS NULL
    WHERE m.cluster_id = app.cluster() AND m.ended_at IS NULL
      AND m.valid_until BETWEEN :today AND :until
      AND m.scope && CASE
        WHEN c.state IN ('forming', 'proposed', 'agreed')
          THEN ARRAY['application', 'bid', 'contract', 'execution']
        WHEN c.state IN ('submitted', 'won') THEN ARRAY['contract', 'execution']
        WHEN c.state IN ('signed', 'running') THEN ARRAY['execution']
        ELSE '{}'::text[] END
      AND NOT EXISTS (SELECT FROM mandate n WHERE n.cluster_id = m.cluster_id
        AND n.party_id = m.party_id AND n.ended_at IS NULL AND n.scope @> m.scope
        AND (n.valid_until IS NULL OR n.valid_until > m.valid_until))
    ORDER BY m.id""")


async def lapsing_certificates(session: AsyncSession, today: date) -> list[Reminder]:
    """Companies whose certificates of a kind that is asked for will all have expired on the
    deadline of an answer that is not handed in; each is told of its own alone.
    """
    rows = await session.execute(_LAPSING, {"today": today})
    # A deadline that moves is another day to be valid on.
    return [reminder(row, version=row.due_on.toordinal()) for row in rows]


async def ending_mandates(session: AsyncSession, today: date) -> list[Reminder]:
    """Mandates that end within ``MANDATE_NOTICE`` and that no other one follows."""
    values = {"today": today, "until": today + MANDATE_NOTICE}
    return [reminder(row) for row in await session.execute(_ENDING, values)]


def reminder(row: Row[tuple[object, ...]], version: int = 1) -> Reminder:
    """What a row says; companies from outside the cluster are told nothing."""
    told = frozenset(one for one in row.companies if one is not None)
    return Reminder(row.consortium_id, row.subject_id, version, row.due_on, told)
