"""Queries of the tenant by name; each sees what row security lets the caller see."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters.domain import Tally
from app.clusters.models import Candidacy, Member, MemberChange, Standing
from app.infra.db import ItemQuery, ListQuery, hold, instant, public_id
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

_COMPANY = """'name', name, 'siren', siren, 'siret', siret, 'legal_form', legal_form,
      'city', city, 'address', address, 'headcount', headcount, 'skills', skills"""

_MEMBER = f"""
    SELECT json_build_object(
      'id', {public_id("mem", "id")}, {_COMPANY}, 'state', state, 'joined_on', joined_on,
      'left_on', left_on, 'merged_into', {public_id("mem", "merged_into")}) AS item, {{}}
    FROM member WHERE cluster_id = app.cluster()"""

_CANDIDACY = f"""'id', {public_id("can", "id")}, {_COMPANY}, 'admission', admission,
      'state', state, 'opened_at', {instant("opened_at")}, 'closes_at', {instant("closes_at")},
      'decided_at', {instant("decided_at")}, 'member_id', {public_id("mem", "member_id")}"""

CLUSTER = ItemQuery(f"""
    SELECT json_build_object(
      'id', {public_id("clu", "cluster_id")}, 'name', name, 'slug', slug, 'zone', zone,
      'language', language, 'admission', admission, 'vote', json_build_object(
        'quorum_bps', vote_quorum_bps, 'majority_bps', vote_majority_bps, 'days', vote_days),
      'version', version) AS item, version
    FROM cluster WHERE cluster_id = app.cluster()""")
"""The caller's cluster."""

MEMBERS = ListQuery(
    select=_MEMBER.format("ARRAY[id::text] AS keys"),
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""Members of the caller's cluster, newest first."""

CANDIDACIES = ListQuery(
    select=f"""
        SELECT json_build_object({_CANDIDACY}) AS item, ARRAY[id::text] AS keys
        FROM candidacy WHERE cluster_id = app.cluster()""",
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""Candidacies of the caller's cluster, newest first."""


def member_item(member_id: UUID) -> ItemQuery:
    """A member of the caller's cluster."""
    return ItemQuery(_MEMBER.format("NULL AS version") + " AND id = $1::uuid", [member_id])


def standings_item(member_id: UUID) -> ItemQuery:
    """What a company was to the cluster, oldest first."""
    return _history(
        member_id,
        "member_standing",
        f"""'id', {public_id("std", "h.id")}, 'member_id', {public_id("mem", "h.member_id")},
        'kind', h.kind, 'on', h.on_day, 'reason', h.reason,
        'into', {public_id("mem", "h.into_member_id")},
        'recorded_at', {instant("h.recorded_at")}""",
    )


def changes_item(member_id: UUID) -> ItemQuery:
    """The changes of a company's identity, oldest first."""
    return _history(
        member_id,
        "member_change",
        f"""'id', {public_id("chm", "h.id")}, 'member_id', {public_id("mem", "h.member_id")},
        'on', h.on_day, 'fields', h.fields, 'reason', h.reason,
        'recorded_at', {instant("h.recorded_at")}""",
    )


def links_item(member_id: UUID) -> ItemQuery:
    """What was said to link a company to others, by either side, oldest first."""
    return ItemQuery(
        f"""
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object(
        'id', {public_id("lnk", "l.id")}, 'member_id', {public_id("mem", "l.member_id")},
        'other_member_id', {public_id("mem", "l.other_member_id")}, 'kind', l.kind,
        'evidence', l.evidence, 'said_for', {public_id("mem", "l.said_for")},
        'said_at', {instant("l.said_at")}, 'ended_at', {instant("l.ended_at")})
        ORDER BY l.id), '[]')
      FROM member_link l WHERE l.cluster_id = member.cluster_id
        AND member.id IN (l.member_id, l.other_member_id))) AS item, NULL AS version
    FROM member WHERE cluster_id = app.cluster() AND id = $1::uuid""",
        [member_id],
    )


def _history(member_id: UUID, table: str, shown: str) -> ItemQuery:
    return ItemQuery(
        f"""
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object({shown}) ORDER BY h.id), '[]')
      FROM {table} h WHERE h.cluster_id = member.cluster_id AND h.member_id = member.id)) AS item,
      NULL AS version
    FROM member WHERE cluster_id = app.cluster() AND id = $1::uuid""",
        [member_id],
    )


def candidacy_item(candidacy_id: UUID) -> ItemQuery:
    """A candidacy: who has voted, and the count once it is decided."""
    return ItemQuery(
        f"""
    SELECT json_build_object({_CANDIDACY},
      'presented_for', {public_id("mem", "presented_for")},
      'quorum_bps', quorum_bps, 'majority_bps', majority_bps,
      'voters', (SELECT coalesce(json_agg(json_build_object(
        'member_id', {public_id("mem", "v.member_id")}, 'cast_at', {instant("v.cast_at")})
        ORDER BY v.cast_at, v.member_id), '[]') FROM app.voters(candidacy.id) v),
      'tally', CASE WHEN electorate IS NOT NULL THEN json_build_object(
        'votes_for', votes_for, 'votes_against', votes_against, 'abstentions', abstentions,
        'electorate', electorate) END) AS item, NULL AS version
    FROM candidacy WHERE cluster_id = app.cluster() AND id = $1::uuid""",
        [candidacy_id],
    )


async def member(session: AsyncSession, actor: Actor, member_id: UUID) -> Member:
    """A member that the caller may see; raises NotFound."""
    found = await session.get(Member, (actor.cluster_id, member_id))
    if found is None:
        raise NotFound
    return found


async def lock_member(session: AsyncSession, actor: Actor, member_id: UUID) -> Member | None:
    """A member as it is now, locked for a change; None for who may not change it."""
    return await session.get(
        Member, (actor.cluster_id, member_id), with_for_update=True, populate_existing=True
    )


async def hold_member(session: AsyncSession, actor: Actor, member_id: UUID) -> Member:
    """The caller's own company as it is now, kept from changing until the transaction ends.

    Raises NotFound.
    """
    found = await session.get(
        Member,
        (actor.cluster_id, member_id),
        with_for_update={"read": True},
        populate_existing=True,
    )
    if found is None:
        raise NotFound
    return found


async def by_siren(session: AsyncSession, actor: Actor, siren: str) -> Member | None:
    """The member with this SIREN, whatever its state."""
    query = select(Member).where(Member.cluster_id == actor.cluster_id, Member.siren == siren)
    found: Member | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def standings(session: AsyncSession, actor: Actor, member_id: UUID) -> list[Standing]:
    """What a company was to the cluster, oldest first."""
    query = select(Standing).where(
        Standing.cluster_id == actor.cluster_id, Standing.member_id == member_id
    )
    return list(await session.scalars(query.order_by(Standing.id)))


async def changes(session: AsyncSession, actor: Actor, member_id: UUID) -> list[MemberChange]:
    """The changes of a company's identity, oldest first."""
    query = select(MemberChange).where(
        MemberChange.cluster_id == actor.cluster_id, MemberChange.member_id == member_id
    )
    return list(await session.scalars(query.order_by(MemberChange.id)))


async def candidacy(session: AsyncSession, actor: Actor, candidacy_id: UUID) -> Candidacy:
    """A candidacy that the caller may see; raises NotFound."""
    found = await session.get(Candidacy, (actor.cluster_id, candidacy_id), populate_existing=True)
    if found is None:
        raise NotFound
    return found


async def open_candidacy(session: AsyncSession, actor: Actor, siren: str) -> Candidacy | None:
    """The open candidacy of a company."""
    found: Candidacy | None = await session.scalar(
        select(Candidacy).where(
            Candidacy.cluster_id == actor.cluster_id,
            Candidacy.siren == siren,
            Candidacy.state == "open",
        )
    )
    return found


async def lock_candidacy(
    session: AsyncSession, actor: Actor, candidacy_id: UUID, *, alone: bool
) -> Candidacy:
    """The candidacy as it is now: votes hold it together, a decision ``alone``.

    Not by its row, which only the coordinator may lock. Raises NotFound.
    """
    await hold(session, f"candidacy {actor.cluster_id} {candidacy_id}", shared=not alone)
    return await candidacy(session, actor, candidacy_id)


async def voters(session: AsyncSession, candidacy_id: UUID) -> list[tuple[UUID, datetime]]:
    """Which companies have voted, and when; how, nobody sees."""
    rows = await session.execute(
        text("SELECT member_id, cast_at FROM app.voters(:candidacy)"), {"candidacy": candidacy_id}
    )
    return [(member_id, cast_at) for member_id, cast_at in rows]


async def tally(session: AsyncSession, candidacy: Candidacy, at: datetime) -> Tally | None:
    """The count of a candidacy's votes; None while its vote is not over."""
    row = (
        await session.execute(
            text("SELECT * FROM app.tally(:candidacy, :at)"), {"candidacy": candidacy.id, "at": at}
        )
    ).one_or_none()
    return None if row is None else Tally(*row)


MOVES = """(
    SELECT coalesce(json_agg(json_build_array(s.on_day, s.kind = 'admitted') ORDER BY s.id), '[]')
    FROM member_standing s
    WHERE s.cluster_id = app.cluster() AND s.member_id = {member}
      AND s.kind IN ('admitted', 'left', 'merged'))"""
"""SQL: when a company (``{member}``) came in (true) or was gone, oldest first."""
