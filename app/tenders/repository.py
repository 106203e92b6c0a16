"""Queries of what a cluster follows, by name."""

from datetime import datetime

from app.infra.db import ListQuery, instant, public_id

_TENDERS = f"""
    SELECT json_build_object(
      'id', {public_id("ten", "id")}, 'title', title, 'buyer', buyer, 'nature', nature,
      'concession', concession, 'cancelled', cancelled, 'several_bids', several_bids,
      'notice_id', {public_id("not", "notice_id")}, 'url', url, 'version', version,
      'deadline', CASE WHEN deadline_at IS NOT NULL THEN json_build_object(
        'at', {instant("deadline_at")}, 'zone', deadline_zone, 'text', deadline_text,
        'certain', deadline_certain) END,
      'created_at', {instant("created_at")}) AS item, ARRAY[id::text] AS keys
    FROM tender WHERE cluster_id = app.cluster()"""


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
