"""Queries of what a cluster follows, by name."""

from datetime import datetime
from uuid import UUID

from app.infra.db import ItemQuery, ListQuery, instant, money, public_id

_TENDER = f"""
      'id', {public_id("ten", "id")}, 'title', title, 'buyer', buyer, 'nature', nature,
      'concession', concession, 'cancelled', cancelled, 'several_bids', several_bids,
      'notice_id', {public_id("not", "notice_id")}, 'url', url, 'version', version,
      'deadline', CASE WHEN deadline_at IS NOT NULL THEN json_build_object(
        'at', {instant("deadline_at")}, 'zone', deadline_zone, 'text', deadline_text,
        'certain', deadline_certain) END,
      'created_at', {instant("created_at")}"""

_TENDERS = f"""
    SELECT json_build_object({_TENDER}) AS item, ARRAY[id::text] AS keys
    FROM tender WHERE cluster_id = app.cluster()"""

_DETAIL = f"""
    SELECT json_build_object({_TENDER}, 'procedure', procedure, 'lots', (
      SELECT coalesce(json_agg(json_build_object(
        'id', {public_id("lot", "l.id")}, 'number', l.number, 'title', l.title, 'cpv', l.cpv,
        'estimate', {money("l.estimate_cents")}) ORDER BY l.position), '[]')
      FROM lot l WHERE l.cluster_id = tender.cluster_id AND l.tender_id = tender.id)) AS item,
      version
    FROM tender WHERE cluster_id = app.cluster() AND id = $1::uuid"""

_INTERESTS = f"""
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object(
        'id', {public_id("int", "i.id")}, 'tender_id', {public_id("ten", "i.tender_id")},
        'lot_id', {public_id("lot", "i.lot_id")}, 'member_id', {public_id("mem", "i.member_id")},
        'stance', i.stance, 'note', i.note, 'declared_at', {instant("i.declared_at")})
        ORDER BY i.declared_at, i.id), '[]')
      FROM interest i WHERE i.cluster_id = tender.cluster_id AND i.tender_id = tender.id)) AS item,
      NULL AS version
    FROM tender WHERE cluster_id = app.cluster() AND id = $1::uuid"""


_RULES = f"""
    SELECT json_build_object('version', t.version,
      'several_bids', t.several_bids, 'linked_bids', coalesce(r.linked_bids, 'unknown'),
      'one_lead', coalesce(r.one_lead, false), 'negotiated', coalesce(r.negotiated, false),
      'launched_on', r.launched_on, 'bid_cap', r.bid_cap, 'win_cap', r.win_cap,
      'asked', coalesce(r.asked, '{{}}'), 'form_at_award', r.form_at_award,
      'form_reason', r.form_reason, 'reserved', (
        SELECT coalesce(json_agg(json_build_object(
          'lot_id', {public_id("lot", "l.key::uuid")}, 'kinds', l.value) ORDER BY l.key), '[]')
        FROM jsonb_each(r.reserved) l),
      'said_by', {public_id("per", "r.person_id")}, 'said_at', {instant("r.said_at")}) AS item,
      t.version
    FROM tender t LEFT JOIN tender_rules r
      ON r.cluster_id = t.cluster_id AND r.tender_id = t.id
    WHERE t.cluster_id = app.cluster() AND t.id = $1::uuid
    ORDER BY r.number DESC LIMIT 1"""


def rules(tender_id: UUID) -> ItemQuery:
    """What was last read in the documents of a tender."""
    return ItemQuery(_RULES, [tender_id])


def tenders(open_at: datetime | None) -> ListQuery:
    """Tenders of the caller's cluster, newest first; with ``open_at``, those not yet closed."""
    still_open = "(deadline_at IS NULL OR deadline_at >= {}::timestamptz) AND NOT cancelled"
    return ListQuery(
        select=_TENDERS,
        order="id DESC",
        after="id < {}::uuid",
        position_length=1,
        moving=[(still_open, [open_at])] if open_at else [],
    )


def tender(tender_id: UUID) -> ItemQuery:
    """A tender with its lots, in the buyer's order."""
    return ItemQuery(_DETAIL, [tender_id])


def interests(tender_id: UUID) -> ItemQuery:
    """Who would take what of a tender, in the order of their word."""
    return ItemQuery(_INTERESTS, [tender_id])
