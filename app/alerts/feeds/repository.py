"""What a feed shows."""

from app.alerts.inbox.repository import ALERT, JOINED
from app.infra.db import ItemQuery, instant, public_id

MAX_ENTRIES = 100
"""Alerts in one feed, the newest first."""

FEED = ItemQuery(
    f"""
    SELECT json_build_object(
      'id', {public_id("msh", "app.membership()")},
      'name', (SELECT name FROM cluster WHERE cluster_id = app.cluster()),
      'since', (SELECT {instant("created_at")} FROM cluster WHERE cluster_id = app.cluster()),
      'entries', (
        SELECT coalesce(json_agg(entry ORDER BY id DESC), '[]') FROM (
          SELECT a.id, json_build_object({ALERT}) AS entry {JOINED}
          WHERE a.cluster_id = app.cluster() AND a.membership_id = app.membership()
          ORDER BY a.id DESC LIMIT {MAX_ENTRIES}) newest)) AS item, NULL AS version"""
)
"""The caller's newest alerts in their present role, read or not."""
