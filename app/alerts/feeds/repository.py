"""What a feed shows."""

from uuid import UUID

from app.alerts.inbox.repository import ALERT, JOINED, SHOWN
from app.infra.db import ItemQuery, instant, public_id

MAX_ENTRIES = 100
"""Entries of one feed, the newest first."""


def _feed(search: str, newest: str) -> str:
    """SQL of a feed of alerts, or of what reads like them."""
    return f"""
    SELECT json_build_object(
      'id', {public_id("msh", "app.membership()")}, 'search', {search},
      'name', (SELECT name FROM cluster WHERE cluster_id = app.cluster()),
      'since', (SELECT {instant("created_at")} FROM cluster WHERE cluster_id = app.cluster()),
      'entries', (
        SELECT coalesce(json_agg(entry ORDER BY at DESC, id DESC), '[]') FROM (
          SELECT a.at, a.id, json_build_object({ALERT}) AS entry
          FROM ({newest} LIMIT {MAX_ENTRIES}) a {JOINED}
          WHERE {SHOWN}) shown)
      ) AS item, NULL AS version"""


FEED = ItemQuery(
    _feed(
        "NULL",
        """SELECT * FROM alert
           WHERE cluster_id = app.cluster() AND membership_id = app.membership()
           ORDER BY id DESC""",
    )
)
"""The caller's newest alerts in their present role, read or not."""

_FOUND = """
    SELECT m.cluster_id, m.id, m.id AS subject_id, 'match' AS kind, m.matched_at AS at,
      m.notice_id, NULL::timestamptz AS read_at, NULL::timestamptz AS deadline_before,
      NULL::uuid AS consortium_id, NULL::date AS due_on
    FROM search_match m
    WHERE m.cluster_id = asked.cluster_id AND m.search_id = asked.id
      AND m.lapsed_at IS NULL AND NOT m.silent AND NOT EXISTS (
        SELECT FROM match_decision d WHERE d.cluster_id = m.cluster_id AND d.match_id = m.id
          AND d.state = 'dismissed' AND d.holder = coalesce(app.member(), app.cluster()))
    ORDER BY m.matched_at DESC, m.id DESC"""

_OF_SEARCH = f"""{
    _feed(f"json_build_object('id', {public_id('ssr', 'asked.id')}, 'name', asked.name)", _FOUND)
}
    FROM saved_search asked
    WHERE asked.cluster_id = app.cluster() AND asked.id = $1::uuid AND asked.ended_at IS NULL"""


def of_search(search_id: UUID) -> ItemQuery:
    """What a search of the caller's found and asks for still, but for what their side put aside.

    No row for a search that they may not see.
    """
    return ItemQuery(_OF_SEARCH, [search_id])
