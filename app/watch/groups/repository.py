"""Queries of groups by name; and the SQL in which lists speak of them."""

from enum import StrEnum
from uuid import UUID

from app.infra.db import ItemQuery, ListQuery, instant, public_id

MAX_SIBLINGS = 20
"""Other notices of a procedure that are shown with one, the newest."""

_JOINED = "SELECT key FROM joined_group WHERE cluster_id = app.cluster()"

# Most notices are alone: looking for others costs them nothing.
IN_GROUP = f"({{0}}.group_id IS NOT NULL OR {{0}}.id IN ({_JOINED}))"
"""SQL: whether a notice, by its alias, has others of its procedure, for the caller's cluster."""

KIN = f"CASE WHEN {IN_GROUP} THEN app.kin({{0}}.id) ELSE ARRAY[{{0}}.id] END"
"""SQL: the notices of a notice's procedure, itself included."""

SIBLINGS = f"""CASE WHEN {IN_GROUP} THEN (
      SELECT coalesce(json_agg(json_build_object('id', {public_id("not", "o.id")},
        'source', o.source, 'source_id', o.source_id, 'kind', o.kind,
        'published_on', o.published_on, 'url', o.url) ORDER BY o.published_on DESC, o.id), '[]')
      FROM (
        SELECT o.* FROM notice o WHERE o.id = ANY (app.kin({{0}}.id)) AND o.id <> {{0}}.id
        ORDER BY o.published_on DESC, o.id LIMIT {MAX_SIBLINGS}) o)
    ELSE '[]' END"""
"""SQL: the other notices of its procedure."""

# Joined by their source: one look into an index. Joined by the cluster: few, and the longer way.
ONCE = f"""NOT (notice.group_id IS NOT NULL AND EXISTS (
      SELECT FROM notice o WHERE o.group_id = notice.group_id
        AND (o.published_on, o.id) > (notice.published_on, notice.id) {{0}}))
    AND NOT (coalesce(notice.group_id, notice.id) IN ({_JOINED}) AND EXISTS (
      SELECT FROM notice o WHERE o.id = ANY (app.kin(notice.id))
        AND (o.published_on, o.id) > (notice.published_on, notice.id) {{0}}))"""
"""SQL: that a notice is the newest of its procedure among those for which the conditions hold."""


class PairState(StrEnum):
    """What a cluster has made of a pair."""

    PROPOSED = "proposed"
    SAME = "same"
    DIFFERENT = "different"


_STATE = """CASE WHEN d.same IS NULL THEN 'proposed' WHEN d.same THEN 'same' ELSE 'different' END"""

# A pair that its sources have made one since is no question any more.
_PAIRS = """
    FROM notice_pair p
    JOIN notice a ON a.id = p.notice_id
    JOIN notice b ON b.id = p.other_id
    LEFT JOIN pair_decision d ON d.cluster_id = app.cluster() AND d.pair_id = p.id
    WHERE coalesce(a.group_id, a.id) <> coalesce(b.group_id, b.id)"""

_SHOWN = f"""json_build_object('id', {public_id("not", "{0}.id")},
      'source', {{0}}.source, 'source_id', {{0}}.source_id, 'kind', {{0}}.kind,
      'title', {{0}}.title, 'buyer', {{0}}.buyer, 'buyer_siret', {{0}}.buyer_siret,
      'published_on', {{0}}.published_on, 'deadline_text', {{0}}.deadline_text, 'url', {{0}}.url)"""

_PAIR = f"""
    SELECT json_build_object('id', {public_id("pai", "p.id")}, 'state', {_STATE}, 'why', p.why,
      'found_at', {instant("p.found_at")},
      'notices', json_build_array({_SHOWN.format("a")}, {_SHOWN.format("b")}),
      'decision', CASE WHEN d.pair_id IS NOT NULL THEN json_build_object(
        'same', d.same, 'decided_by', {public_id("per", "d.decided_by")},
        'decided_at', {instant("d.decided_at")}) END) AS item"""


def pairs(state: PairState | None) -> ListQuery:
    """Notices that may be of one procedure, the latest found first."""
    return ListQuery(
        select=f"{_PAIR}, ARRAY[p.id::text] AS keys {_PAIRS}",
        order="p.id DESC",
        after="p.id < {}::uuid",
        position_length=1,
        filters=[(f"({_STATE}) = {{}}::text", [state.value])] if state else [],
    )


def pair(pair_id: UUID) -> ItemQuery:
    """One pair."""
    return ItemQuery(f"{_PAIR}, NULL AS version {_PAIRS} AND p.id = $1::uuid", [pair_id])
