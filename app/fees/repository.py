"""Queries of fees by name; row security decides which rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.contributions import service as contributions
from app.contributions.domain import FeeBand, FeeTerms, HeadcountMethod, LinearFee, ProRata
from app.fees.domain import Charged, Declared, Member, Move, Version
from app.fees.models import Headcount
from app.infra.db import ItemQuery, ListQuery, hold, instant, public_id
from app.kernel.actor import Actor

Row = Mapping[str, Any]

_HEADCOUNTS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("hdc", "h.id")}, 'member_id', {public_id("mem", "h.member_id")},
          'year', h.year, 'method', h.method, 'fte_hundredths', h.hundredths,
          'declared_on', h.declared_on, 'recorded_at', {instant("h.recorded_at")}) AS item,
          ARRAY[h.id::text] AS keys
        FROM headcount h WHERE h.cluster_id = app.cluster()""",
    order="h.id DESC",
    after="h.id < {}::uuid",
    position_length=1,
)

# Member by member, through indexes: joins of whole tables are planned badly while rows are new.
_FACTS = f"""
    SELECT json_build_object(
      'policies', {contributions.FEE_TERMS},
      'members', (
        SELECT coalesce(json_agg(json_build_object(
          'id', m.id, 'joined_on', m.joined_on, 'profile', m.headcount,
          'moves', {clusters.MOVES.format(member="m.id")},
          'charged', {contributions.FEE_LINES.format(member="m.id", year="{year}")},
          'declared', (
            SELECT coalesce(json_agg(json_build_object(
              'id', h.id, 'method', h.method, 'hundredths', h.hundredths,
              'declared_on', h.declared_on) ORDER BY h.id DESC), '[]')
            FROM headcount h WHERE h.cluster_id = app.cluster() AND h.member_id = m.id
              AND h.year = {{year}}))), '[]')
        FROM member m WHERE m.cluster_id = app.cluster())) AS item"""
"""All that a year's fees hang on, of one moment; newest declarations first."""


def headcounts(member_id: UUID, year: int | None) -> ListQuery:
    """What a company declared, newest first, for one year if named; there must be the company."""
    filters: list[tuple[str, list[object]]] = [("h.member_id = {}::uuid", [member_id])]
    if year is not None:
        filters.append(("h.year = {}::bigint", [year]))
    there = "EXISTS (SELECT FROM member m WHERE m.cluster_id = app.cluster() AND m.id = {}::uuid)"
    return ListQuery(
        select=_HEADCOUNTS.select,
        order=_HEADCOUNTS.order,
        after=_HEADCOUNTS.after,
        position_length=_HEADCOUNTS.position_length,
        filters=filters,
        parent=(there, [member_id]),
    )


def facts_item(year: int) -> ItemQuery:
    """What the fees of a year hang on."""
    return ItemQuery(
        f"SELECT item, NULL AS version FROM ({_FACTS.format(year='$1::bigint')}) AS facts", [year]
    )


async def facts(session: AsyncSession, year: int) -> Row:
    """The same, in a transaction."""
    found: Row = (
        await session.execute(text(_FACTS.format(year="CAST(:year AS bigint)")), {"year": year})
    ).scalar_one()
    return found


async def hold_run(session: AsyncSession, actor: Actor) -> None:
    """Be alone to charge fees in the cluster until the transaction ends."""
    await hold(session, f"fees {actor.cluster_id}")


async def hold_headcounts(session: AsyncSession, actor: Actor, member_id: UUID) -> None:
    """Be alone to declare a company's headcount."""
    await hold(session, f"headcounts {actor.cluster_id} {member_id}")


async def declared(session: AsyncSession, actor: Actor, member_id: UUID, year: int) -> int:
    """How often a company's headcount for a year was declared."""
    count = select(func.count()).where(
        Headcount.cluster_id == actor.cluster_id,
        Headcount.member_id == member_id,
        Headcount.year == year,
    )
    return await session.scalar(count) or 0


def policies_of(rows: Row) -> list[Version]:
    """The versions of the policy in what ``facts`` gave."""
    return [
        Version(
            id=UUID(row["id"]),
            version=row["version"],
            valid_from=date.fromisoformat(row["valid_from"]),
            terms=FeeTerms(
                bands=tuple(FeeBand(*band) for band in row["bands"]),
                linear=LinearFee(*row["linear"]) if row["linear"] else None,
                method=HeadcountMethod(row["method"]),
                pro_rata=ProRata(row["pro_rata"]),
            ),
        )
        for row in rows["policies"]
    ]


def members_of(rows: Row) -> list[Member]:
    """The members in what ``facts`` gave."""
    return [
        Member(
            id=UUID(row["id"]),
            joined_on=date.fromisoformat(row["joined_on"]),
            moves=tuple(Move(date.fromisoformat(on), joins) for on, joins in row["moves"]),
            declared=tuple(
                Declared(
                    UUID(one["id"]),
                    HeadcountMethod(one["method"]),
                    one["hundredths"],
                    date.fromisoformat(one["declared_on"]),
                )
                for one in row["declared"]
            ),
            charged=tuple(
                Charged(one["amount_cents"], UUID(one["policy_id"])) for one in row["charged"]
            ),
            profile=row["profile"],
        )
        for row in rows["members"]
    ]
