"""Queries of preferences and of mails, by name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.digests.domain import DEFAULT, MAX_TOLD, Preference, Rhythm
from app.alerts.models import AlertPreference, Digest
from app.alerts.words import MAX_REASONS
from app.infra.db import ItemQuery
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.searches.repository import WHY
from app.watch.codes.repository import CPV_LABELS

AT_ONCE = 500
"""Mails that one job closes; the next minute's closes the others."""

PREFERENCE = ItemQuery(
    f"""
    SELECT json_build_object('digest', coalesce(p.digest, '{DEFAULT.rhythm.value}'),
      'hour', coalesce(p.hour, {DEFAULT.hour}),
      'weekday', coalesce(p.weekday, {DEFAULT.weekday})) AS item, NULL AS version
    FROM (SELECT) nothing LEFT JOIN alert_preference p
      ON p.cluster_id = app.cluster() AND p.membership_id = app.membership()"""
)
"""How the caller, in their present role, wishes to be told."""


async def preferences(
    session: AsyncSession, actor: Actor, memberships: Iterable[UUID]
) -> dict[UUID, Preference]:
    """How each of these wishes to be told."""
    asked = set(memberships)
    found = await session.scalars(
        select(AlertPreference).where(
            AlertPreference.cluster_id == actor.cluster_id,
            AlertPreference.membership_id.in_(asked),
        )
    )
    said = {
        one.membership_id: Preference(Rhythm(one.digest), one.hour, one.weekday) for one in found
    }
    return {membership: said.get(membership, DEFAULT) for membership in asked}


async def set_preference(session: AsyncSession, actor: Actor, preference: Preference) -> None:
    """Write how the caller wishes to be told."""
    word = {
        "digest": preference.rhythm.value,
        "hour": preference.hour,
        "weekday": preference.weekday,
        "changed_at": actor.now,
    }
    await session.execute(
        insert(AlertPreference)
        .values(cluster_id=actor.cluster_id, membership_id=actor.membership_id, **word)
        .on_conflict_do_update(index_elements=["cluster_id", "membership_id"], set_=word)
    )


async def move_open(session: AsyncSession, actor: Actor, due_at: datetime | None) -> None:
    """Move the caller's mail that is being gathered; with None it is closed, and never sent."""
    await session.execute(
        text(
            "UPDATE digest SET due_at = coalesce(CAST(:due AS timestamptz), due_at),"
            " until = CASE WHEN CAST(:due AS timestamptz) IS NULL"
            " THEN CAST(:now AS timestamptz) END"
            " WHERE cluster_id = :cluster AND membership_id = :membership AND until IS NULL"
        ),
        {
            "due": due_at,
            "now": actor.now,
            "cluster": actor.cluster_id,
            "membership": actor.membership_id,
        },
    )


# The row that is there is written again, and so held: whoever closes it meanwhile is waited for,
# and then another is begun.
_BEGIN = text("""
    INSERT INTO digest AS d (cluster_id, id, membership_id, since, due_at)
    SELECT :cluster, one.id, one.membership_id, :at, one.due_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:memberships AS uuid[]), CAST(:dues AS timestamptz[]))
      AS one (id, membership_id, due_at)
    ON CONFLICT (cluster_id, membership_id) WHERE until IS NULL
      DO UPDATE SET due_at = least(d.due_at, excluded.due_at)
    RETURNING d.membership_id, d.id
""")


async def begin(
    session: AsyncSession, actor: Actor, dues: Mapping[UUID, datetime]
) -> dict[UUID, UUID]:
    """The mail that is gathered for each membership, begun now if there is none."""
    memberships = sorted(dues)
    values = {
        "cluster": actor.cluster_id,
        "at": actor.now,
        "ids": [new_id() for _ in memberships],
        "memberships": memberships,
        "dues": [dues[one] for one in memberships],
    }
    return {row[0]: row[1] for row in await session.execute(_BEGIN, values)}


_CLOSE = text(f"""
    UPDATE digest d SET until = :now FROM (
      SELECT id FROM digest WHERE cluster_id = :cluster AND until IS NULL AND due_at <= :now
      ORDER BY due_at, id LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED) due
    WHERE d.cluster_id = :cluster AND d.id = due.id
    RETURNING d.id, d.membership_id
""")


async def close_due(session: AsyncSession, actor: Actor) -> dict[UUID, UUID]:
    """Close the cluster's mails that are due: each one's id, and for whom."""
    values = {"cluster": actor.cluster_id, "now": actor.now}
    return {row[0]: row[1] for row in await session.execute(_CLOSE, values)}


async def unsent(session: AsyncSession, actor: Actor, digest_ids: Sequence[UUID]) -> list[Digest]:
    """Those of these mails that are closed and not sent, oldest first."""
    query = select(Digest).where(
        Digest.cluster_id == actor.cluster_id,
        Digest.id.in_(digest_ids),
        Digest.until.is_not(None),
        Digest.sent_at.is_(None),
    )
    return list(await session.scalars(query.order_by(Digest.id)))


# What a person hears of in two roles, or by two searches, is one thing, and what befell what they
# follow is no find besides. What no longer fits, or was put aside meanwhile by who would be told,
# is left out. What changes for a bidder comes before what is new: a flood of matches pushes no
# moved deadline out of the mail.
_TOLD = text(f"""
    WITH mail AS (
      SELECT * FROM unnest(CAST(:digests AS uuid[]), CAST(:holders AS uuid[]))
        AS mail (digest_id, holder)),
    thing AS (
      SELECT a.kind, a.notice_id, a.consortium_id,
        CASE WHEN a.kind <> 'match' AND a.consortium_id IS NULL THEN a.subject_id END AS tender_id,
        CASE WHEN a.kind <> 'match' AND a.consortium_id IS NULL THEN a.version END AS version,
        min(a.deadline_before) AS deadline_before, min(a.due_on) AS due_on,
        array_agg(f.id ORDER BY s.name, f.id) AS matches,
        array_agg(DISTINCT s.name ORDER BY s.name) FILTER (WHERE s.id IS NOT NULL) AS searches
      FROM mail
      JOIN alert a ON a.cluster_id = :cluster AND a.digest_id = mail.digest_id
      LEFT JOIN search_match f ON a.kind = 'match'
        AND f.cluster_id = a.cluster_id AND f.id = a.subject_id
      LEFT JOIN match_decision d ON d.cluster_id = f.cluster_id AND d.match_id = f.id
        AND d.holder = mail.holder AND d.state = 'dismissed'
      LEFT JOIN saved_search s ON s.cluster_id = f.cluster_id AND s.id = f.search_id
      WHERE a.read_at IS NULL AND (a.kind <> 'match' OR (s.ended_at IS NULL
        AND f.lapsed_at IS NULL AND d.id IS NULL AND a.notice_id NOT IN (
          SELECT b.notice_id FROM mail JOIN alert b ON b.cluster_id = :cluster
            AND b.digest_id = mail.digest_id AND b.kind <> 'match' AND b.read_at IS NULL
            AND b.notice_id IS NOT NULL)))
        -- Who left a joint answer meanwhile hears no more of it.
        AND (a.consortium_id IS NULL OR EXISTS (SELECT FROM party p
          WHERE p.cluster_id = a.cluster_id AND p.consortium_id = a.consortium_id
            AND p.member_id = mail.holder AND p.left_at IS NULL))
      GROUP BY 1, 2, 3, 4, 5),
    -- A correction says what its call said, and what holds now: the call beside it misleads.
    said AS MATERIALIZED (
      SELECT n.id, n.source, n.kind, n.follows, n.procedure_id, n.published_on FROM notice n
      WHERE n.id IN (SELECT notice_id FROM thing)),
    corrected AS (
      SELECT e.id FROM said n JOIN notice e ON e.source = n.source AND e.source_id = ANY(n.follows)
      UNION ALL
      SELECT e.id FROM said n JOIN said e ON e.source = n.source AND e.id <> n.id
        AND e.procedure_id = n.procedure_id AND (e.published_on < n.published_on
          OR (e.published_on = n.published_on AND n.kind <> 'call'))),
    first AS (
      SELECT thing.*, count(*) OVER () AS of FROM thing LEFT JOIN notice n ON n.id = thing.notice_id
      WHERE thing.kind <> 'match' OR n.id NOT IN (SELECT id FROM corrected)
      ORDER BY thing.kind = 'match', thing.searches[1], n.deadline_at, thing.tender_id,
        thing.version, n.id, thing.kind, thing.consortium_id LIMIT {MAX_TOLD})
    SELECT o.kind, o.of, coalesce(o.searches, '{{}}') AS searches,
      ARRAY(SELECT {WHY} FROM search_match m
        JOIN saved_search s ON s.cluster_id = m.cluster_id AND s.id = m.search_id
        WHERE m.cluster_id = :cluster AND m.id = ANY(o.matches[1:{MAX_REASONS}])
        ORDER BY s.name, m.id) AS why,
      CASE WHEN o.kind = 'match' THEN {CPV_LABELS} ELSE '{{}}' END AS labels,
      coalesce(t.title, n.title) AS title, coalesce(t.buyer, n.buyer) AS buyer,
      n.kind AS notice_kind, coalesce(n.departments, '{{}}') AS departments,
      n.estimate_cents, n.currency, n.url,
      coalesce(t.deadline_at, n.deadline_at) AS deadline_at,
      coalesce(t.deadline_zone, n.deadline_zone) AS deadline_zone,
      coalesce(t.deadline_certain, n.deadline_certain) AS deadline_certain, o.deadline_before,
      o.due_on
    FROM first o
    LEFT JOIN notice n ON n.id = o.notice_id
    LEFT JOIN consortium c ON c.cluster_id = :cluster AND c.id = o.consortium_id
    LEFT JOIN tender t ON t.cluster_id = :cluster AND t.id = coalesce(c.tender_id, o.tender_id)
    ORDER BY o.kind = 'match', o.searches[1], n.deadline_at, o.tender_id, o.version, n.id, o.kind,
      o.consortium_id
""")


async def told(
    session: AsyncSession, actor: Actor, mails: Sequence[tuple[UUID, UUID]]
) -> Sequence[Row[Any]]:
    """What mails tell, what was read meanwhile left out: the first of it, and how much.

    Each comes with the company that its reader acts for there, else the cluster.
    """
    values = {
        "cluster": actor.cluster_id,
        "digests": [digest_id for digest_id, _ in mails],
        "holders": [holder for _, holder in mails],
    }
    return (await session.execute(_TOLD, values)).all()


async def end(session: AsyncSession, actor: Actor, digest_ids: Sequence[UUID]) -> None:
    """Note that these mails went out."""
    await session.execute(
        text(
            "UPDATE digest SET sent_at = :now WHERE cluster_id = :cluster"
            " AND id = ANY(CAST(:ids AS uuid[])) AND sent_at IS NULL"
        ),
        {"now": actor.now, "cluster": actor.cluster_id, "ids": list(digest_ids)},
    )
