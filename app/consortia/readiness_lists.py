"""Hot read of all that readiness is judged by: one statement, as the caller may see it."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.certificates.domain import Kind
from app.consortia.domain import (
    CertificateFacts,
    Facts,
    Form,
    Ground,
    Held,
    MandateFacts,
    OwnBid,
    OwnFacts,
    PartyFacts,
    PartyRole,
    Scope,
)
from app.infra.db import ItemQuery, instant
from app.tenders.domain import Rules, SeveralBids

_OF = "{0}.cluster_id = c.cluster_id AND {0}.consortium_id = c.id"

_PARTIES = f"""(
    SELECT coalesce(json_agg(json_build_object('id', p.id, 'member_id', p.member_id,
      'role', p.role, 'joined', p.joined_at IS NOT NULL,
      'approved', EXISTS (SELECT FROM approval y WHERE y.cluster_id = p.cluster_id
        AND y.agreement_id = g.id AND y.party_id = p.id),
      'undertook', EXISTS (SELECT FROM undertaking u WHERE u.cluster_id = p.cluster_id
        AND u.party_id = p.id),
      'failed', EXISTS (SELECT FROM failure f WHERE f.cluster_id = p.cluster_id
        AND f.party_id = p.id),
      'in_split', p.id IN (SELECT party_id FROM named)) ORDER BY p.role <> 'lead', p.id), '[]')
    FROM party p WHERE {_OF.format("p")} AND p.left_at IS NULL)"""

_MANDATES = f"""(
    SELECT coalesce(json_agg(json_build_object('party_id', m.party_id, 'scope', m.scope,
      'valid_from', m.valid_from, 'valid_until', m.valid_until)), '[]')
    FROM mandate m WHERE {_OF.format("m")} AND m.ended_at IS NULL)"""

_CERTIFICATES = f"""(
    SELECT coalesce(json_agg(json_build_object('id', x.id, 'member_id', x.member_id,
      'kind', x.kind, 'valid_from', x.valid_from, 'valid_until', x.valid_until)
      ORDER BY x.valid_until DESC NULLS FIRST, x.id), '[]')
    FROM certificate x
    WHERE x.cluster_id = c.cluster_id AND x.withdrawn_at IS NULL AND x.member_id IN
      (SELECT p.member_id FROM party p WHERE {_OF.format("p")} AND p.left_at IS NULL))"""

# The caller's own: what its company is held to elsewhere, of which row security may hide the rest.
_OWN = f"""json_build_object('member_id', app.member(),
      'held', (SELECT coalesce(json_agg(json_build_array(h.ground, h.lot_id)), '[]')
        FROM app.held(ARRAY(
          SELECT l.lot_id FROM consortium_lot l WHERE {_OF.format("l")}), c.id) h),
      'bids', (SELECT coalesce(json_agg(json_build_array(b.lot_id, b.leads)), '[]')
        FROM app.own_bids(t.id, c.id) b),
      'several_bids', t.several_bids, 'linked_bids', coalesce(r.linked_bids, 'unknown'),
      'one_lead', coalesce(r.one_lead, false), 'bid_cap', r.bid_cap)"""

_FACTS = f"""
    WITH newest AS MATERIALIZED (
      SELECT s.id FROM split s WHERE s.cluster_id = app.cluster() AND s.consortium_id = {{0}}
      ORDER BY s.number DESC LIMIT 1),
    named AS MATERIALIZED (
      SELECT DISTINCT n.party_id FROM split_part n
      WHERE n.cluster_id = app.cluster() AND n.split_id = (SELECT id FROM newest))
    SELECT json_build_object('parties', {_PARTIES}, 'mandates', {_MANDATES},
      'certificates', {_CERTIFICATES}, 'own', {_OWN}, 'lots', (
        SELECT json_agg(l.lot_id ORDER BY l.id) FROM consortium_lot l WHERE {_OF.format("l")}),
      'has_split', EXISTS (SELECT FROM newest), 'proposed', g.id IS NOT NULL,
      'split_strangers', EXISTS (SELECT FROM named WHERE party_id NOT IN (
        SELECT p.id FROM party p WHERE {_OF.format("p")} AND p.left_at IS NULL)),
      'asked', coalesce(r.asked, '{{{{}}}}'), 'reserved', coalesce(r.reserved, '{{{{}}}}'),
      'deadline_at', {instant("coalesce(turn.deadline_at, t.deadline_at)")},
      'zone', t.deadline_zone, 'form_at_award', coalesce(c.form_at_award, c.form),
      'imposed_form', r.form_at_award) AS item, NULL AS version
    FROM consortium c
    JOIN tender t ON t.cluster_id = c.cluster_id AND t.id = c.tender_id
    LEFT JOIN agreement g ON {_OF.format("g")} AND g.withdrawn_at IS NULL
    LEFT JOIN LATERAL (SELECT x.* FROM tender_rules x
      WHERE x.cluster_id = t.cluster_id AND x.tender_id = t.id
      ORDER BY x.number DESC LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT x.deadline_at FROM round x WHERE {_OF.format("x")}
      ORDER BY x.number DESC LIMIT 1) turn ON true
    WHERE c.cluster_id = app.cluster() AND c.id = {{0}}
      AND (c.id = ANY ((SELECT app.my_consortia())::uuid[])
        OR c.id = ANY ((SELECT app.won_consortia())::uuid[]))"""

_READ = text(f"SELECT item::text FROM ({_FACTS.format('CAST(:id AS uuid)')}) AS of_c")


def facts(consortium_id: UUID) -> ItemQuery:
    """What ``facts_of`` is made of."""
    return ItemQuery(_FACTS.format("$1::uuid"), [consortium_id])


async def read(session: AsyncSession, consortium_id: UUID, now: datetime) -> Facts:
    """The same inside a use case, as the caller may see it."""
    await session.flush()
    return facts_of(json.loads(await session.scalar(_READ, {"id": consortium_id})), now)


def facts_of(data: Mapping[str, Any], now: datetime) -> Facts:
    """What was read, as the domain has it; without a deadline, the day is today."""
    zone = ZoneInfo(data["zone"]) if data["zone"] else UTC
    at = data["deadline_at"]
    return Facts(
        parties=tuple(_party(one) for one in data["parties"]),
        lots=tuple(UUID(one) for one in data["lots"] or ()),
        has_split=data["has_split"],
        split_strangers=data["split_strangers"],
        proposed=data["proposed"],
        mandates=tuple(_mandate(one) for one in data["mandates"]),
        certificates=tuple(_certificate(one) for one in data["certificates"]),
        asked=frozenset(Kind(one) for one in data["asked"]),
        reserved={
            UUID(lot): frozenset(Kind(one) for one in kinds)
            for lot, kinds in data["reserved"].items()
        },
        day=(datetime.fromisoformat(at) if at else now).astimezone(zone).date(),
        own=_own(data["own"]),
        form_at_award=Form(data["form_at_award"]),
        imposed_form=Form(data["imposed_form"]) if data["imposed_form"] else None,
    )


def _own(one: Mapping[str, Any]) -> OwnFacts:
    return OwnFacts(
        UUID(one["member_id"]) if one["member_id"] else None,
        tuple(Held(Ground(ground), UUID(lot)) for ground, lot in one["held"]),
        tuple(OwnBid(UUID(lot), leads) for lot, leads in one["bids"]),
        Rules(
            several_bids=SeveralBids(one["several_bids"]),
            linked_bids=SeveralBids(one["linked_bids"]),
            one_lead=one["one_lead"],
            bid_cap=one["bid_cap"],
        ),
    )


def _party(one: Mapping[str, Any]) -> PartyFacts:
    return PartyFacts(
        **{**one, "id": UUID(one["id"]), "role": PartyRole(one["role"])}
        | {"member_id": UUID(one["member_id"]) if one["member_id"] else None}
    )


def _mandate(one: Mapping[str, Any]) -> MandateFacts:
    return MandateFacts(
        UUID(one["party_id"]),
        frozenset(Scope(scope) for scope in one["scope"]),
        date.fromisoformat(one["valid_from"]),
        _day(one["valid_until"]),
    )


def _certificate(one: Mapping[str, Any]) -> CertificateFacts:
    return CertificateFacts(
        UUID(one["id"]),
        UUID(one["member_id"]),
        Kind(one["kind"]),
        date.fromisoformat(one["valid_from"]),
        _day(one["valid_until"]),
    )


def _day(given: str | None) -> date | None:
    return date.fromisoformat(given) if given else None
