"""What a calendar shows."""

from datetime import datetime

from app.infra.db import ItemQuery, instant, public_id

MAX_DEADLINES = 1_000
"""Deadlines in one calendar, the earliest first."""

# A consortium is named while the caller's own company is of it, and to nobody else; there is no
# amount in any of these tables' columns that stand here.
_CALENDAR = f"""
    SELECT json_build_object(
      'name', (SELECT name FROM cluster WHERE cluster_id = app.cluster()),
      'deadlines', (
        SELECT coalesce(json_agg(json_build_object(
          'id', {public_id("ten", "t.id")}, 'version', t.version, 'title', t.title,
          'buyer', t.buyer, 'url', t.url, 'cancelled', t.cancelled,
          'at', {instant("t.deadline_at")}, 'zone', t.deadline_zone,
          'certain', t.deadline_certain,
          'stances', (
            SELECT coalesce(json_agg(DISTINCT i.stance), '[]') FROM interest i
            WHERE i.cluster_id = t.cluster_id AND i.tender_id = t.id
              AND i.member_id = app.member()),
          'consortia', (
            SELECT coalesce(json_agg(c.name ORDER BY c.id), '[]') FROM consortium c
            WHERE c.cluster_id = t.cluster_id AND c.tender_id = t.id
              AND c.id = ANY ((SELECT app.my_consortia())::uuid[])))
          ORDER BY t.deadline_at, t.id), '[]')
        FROM (
          SELECT * FROM tender
          WHERE cluster_id = app.cluster() AND deadline_at >= $1::timestamptz
          ORDER BY deadline_at, id LIMIT {MAX_DEADLINES}) t)) AS item, NULL AS version"""


def calendar(since: datetime) -> ItemQuery:
    """The deadlines of what the cluster follows, from an instant on."""
    return ItemQuery(_CALENDAR, [since])
