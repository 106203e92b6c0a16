"""What a feed shows."""

from uuid import UUID

from app.alerts.inbox.repository import ALERT, JOINED
from app.infra.db import ItemQuery, instant, public_id

MAX_ENTRIES = 100
"""Alerts in one feed, the newest first."""

_FEED = f"""
    SELECT json_build_object(
      'id', {public_id("msh", "app.membership()")},
      'name', (SELECT name FROM cluster WHERE cluster_id = app.cluster()),
      'search', (SELECT json_build_object('id', {public_id("ssr", "id")}, 'name', name)
        FROM saved_search WHERE cluster_id = app.cluster() AND id = $1::uuid),
      'since', (SELECT {instant("created_at")} FROM cluster WHERE cluster_id = app.cluster()),
      'entries', (
        SELECT coalesce(json_agg(entry ORDER BY id DESC), '[]') FROM (
          SELECT a.id, json_build_object({ALERT}) AS entry {JOINED}
          WHERE a.cluster_id = app.cluster() AND a.membership_id = app.membership()
            AND ($1::uuid IS NULL OR m.search_id = $1::uuid)
          ORDER BY a.id DESC LIMIT {MAX_ENTRIES}) newest)) AS item, NULL AS version
    WHERE $1::uuid IS NULL OR EXISTS (
      SELECT FROM saved_search WHERE cluster_id = app.cluster() AND id = $1::uuid)"""


def feed(search_id: UUID | None) -> ItemQuery:
    """The caller's newest alerts in their present role, read or not; with a search, its matches.

    No row for a search that the caller may not see.
    """
    return ItemQuery(_FEED, [search_id])
