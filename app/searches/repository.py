"""Queries of saved searches by name: hot reads, newest first."""

from uuid import UUID

from app.infra.db import ItemQuery, ListQuery, instant, public_id
from app.searches.domain import State
from app.watch.groups.repository import IN_GROUP, KIN
from app.watch.repository import NOTICE

_SEARCH = f"""
      'id', {public_id("ssr", "s.id")}, 'name', s.name,
      'member_id', {public_id("mem", "s.member_id")}, 'criteria', s.criteria,
      'version', s.version, 'created_by', {public_id("per", "s.created_by")},
      'created_at', {instant("s.created_at")}, 'updated_at', {instant("s.updated_at")}"""

_THERE = "s.cluster_id = app.cluster() AND s.ended_at IS NULL"

_KIN = f"CROSS JOIN LATERAL (SELECT {KIN.format('n')} AS ids) kin"

# The tender that follows the notice, or another notice of its procedure.
_FOLLOWED = """
    LEFT JOIN LATERAL (
      SELECT t.id, t.created_at, t.followed_by FROM tender t
      WHERE t.cluster_id = m.cluster_id AND t.notice_id = ANY (kin.ids)
      ORDER BY t.notice_id = m.notice_id DESC, t.id LIMIT 1) f ON true"""

# The last word on any notice of the procedure: what was put aside comes back from no other source.
_DECIDED = """
    LEFT JOIN LATERAL (
      SELECT w.* FROM search_match o
      JOIN match_decision w ON w.cluster_id = o.cluster_id AND w.match_id = o.id
        AND w.holder = coalesce(app.member(), app.cluster())
      WHERE o.cluster_id = m.cluster_id AND o.search_id = m.search_id
        AND o.notice_id = ANY (kin.ids)
      ORDER BY w.decided_at DESC, w.id DESC LIMIT 1) d ON true"""

# Of a procedure, what was found last and fits still.
_ONCE = f"""NOT ({IN_GROUP.format("n")} AND EXISTS (
      SELECT FROM search_match o
      WHERE o.cluster_id = m.cluster_id AND o.search_id = m.search_id
        AND o.notice_id = ANY (kin.ids)
        AND (o.lapsed_at IS NULL, o.matched_at, o.id)
          > (m.lapsed_at IS NULL, m.matched_at, m.id)))"""

_STATE = """
    CASE WHEN d.state = 'dismissed' THEN 'dismissed' WHEN f.id IS NOT NULL THEN 'followed'
      ELSE coalesce(d.state, 'new') END"""

_INTERESTS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'member_id', {public_id("mem", "i.member_id")}, 'stance', i.stance)
      ORDER BY i.declared_at, i.id), '[]')
    FROM interest i WHERE i.cluster_id = m.cluster_id AND i.tender_id = f.id)"""

_WORDS = """(
    SELECT coalesce(json_agg(DISTINCT term), '[]')
    FROM jsonb_array_elements(s.words -> 'any') AS terms, jsonb_array_elements_text(terms) AS term
    WHERE n.search @@ app.stems(ARRAY[term]))"""

_CODES = """(
    SELECT coalesce(json_agg(DISTINCT code), '[]')
    FROM (SELECT unnest(n.cpv) AS code
      UNION SELECT value #>> '{{}}' FROM jsonb_path_query(n.lots, '$[*].cpv[*]') AS value) AS known
    WHERE EXISTS (SELECT FROM unnest(s.cpv) AS branch WHERE starts_with(code, branch)))"""

_SHARED = """(
    SELECT coalesce(json_agg(DISTINCT one), '[]') FROM unnest({theirs}) AS one
    WHERE one = ANY ({asked}))"""

_UNSTATED = """(
    SELECT coalesce(json_agg(one ORDER BY one), '[]') FROM unnest(ARRAY[
      CASE WHEN n.estimate_cents IS NULL AND num_nulls(s.estimate_from, s.estimate_to) < 2
        THEN 'estimate' END,
      CASE WHEN n.deadline_at IS NULL AND num_nulls(s.days_from, s.days_to) < 2
        THEN 'deadline' END]) AS one
    WHERE one IS NOT NULL)"""

WHY = f"""json_build_object(
      'words', {_WORDS}, 'cpv', {_CODES.format()},
      'departments', {_SHARED.format(theirs="n.departments", asked="s.departments")},
      'nuts', {_SHARED.format(theirs="n.nuts_branches", asked="s.nuts")},
      'buyer', CASE WHEN num_nulls(s.buyers, s.sirens) < 2 THEN n.buyer END,
      'unstated', {_UNSTATED})"""
"""SQL: why the notice ``n`` is what the search ``s`` asks for."""

_MATCH = f"""
      'id', {public_id("mat", "m.id")}, 'search_id', {public_id("ssr", "m.search_id")},
      'state', {_STATE}, 'matched_at', {instant("m.matched_at")},
      'lapsed_at', {instant("m.lapsed_at")}, 'why', {WHY},
      'decision', CASE WHEN d.state <> 'new' THEN json_build_object(
        'state', d.state, 'reason', d.reason,
        'assigned_to', {public_id("per", "d.assigned_to")},
        'decided_by', {public_id("per", "d.decided_by")},
        'decided_at', {instant("d.decided_at")}) END,
      'followed', CASE WHEN f.id IS NOT NULL THEN json_build_object(
        'tender_id', {public_id("ten", "f.id")}, 'since', {instant("f.created_at")},
        'followed_by', {public_id("per", "f.followed_by")}, 'interests', {_INTERESTS}) END,
      'notice', (SELECT json_build_object({NOTICE}) FROM notice WHERE notice.id = m.notice_id)"""

_FROM = f"""
    FROM search_match m
    JOIN saved_search s ON s.cluster_id = m.cluster_id AND s.id = m.search_id
    JOIN notice n ON n.id = m.notice_id {_KIN} {_DECIDED} {_FOLLOWED}
    WHERE m.cluster_id = app.cluster() AND s.ended_at IS NULL"""

# The words as the notice spells them: those whose stem is a stem of what was asked for.
_SPELLED = """(
    SELECT coalesce(json_agg(DISTINCT word), '[]')
    FROM regexp_split_to_table(left(n.title || ' ' || n.description, 20000), '\\W+') AS word,
      jsonb_array_elements(s.words -> 'any') AS terms, jsonb_array_elements_text(terms) AS term
    WHERE word <> '' AND (
      tsvector_to_array(to_tsvector('french', app.fold(word)))
        && tsvector_to_array(to_tsvector('french', app.fold(term)))
      OR tsvector_to_array(to_tsvector('english', app.fold(word)))
        && tsvector_to_array(to_tsvector('english', app.fold(term)))))"""

SEARCHES = ListQuery(
    select=f"""
        SELECT json_build_object({_SEARCH}) AS item, ARRAY[s.id::text] AS keys
        FROM saved_search s WHERE {_THERE}""",
    order="s.id DESC",
    after="s.id < {}::uuid",
    position_length=1,
)
"""The searches that the caller may see, newest first."""


def search(search_id: UUID) -> ItemQuery:
    """One saved search."""
    return ItemQuery(
        f"SELECT json_build_object({_SEARCH}) AS item, s.version"
        f" FROM saved_search s WHERE {_THERE} AND s.id = $1::uuid",
        [search_id],
    )


def matches(search_id: UUID, state: State | None) -> ListQuery:
    """What a search found, the latest first and each procedure once; with ``state``, what the
    caller's side left there.
    """
    filters: list[tuple[str, list[object]]] = [("m.search_id = {}::uuid", [search_id]), (_ONCE, [])]
    if state is not None:
        filters.append((f"({_STATE}) = {{}}::text", [state.value]))
    return ListQuery(
        select=f"""
            SELECT json_build_object({_MATCH}) AS item,
              ARRAY[m.matched_at::text, m.id::text] AS keys {_FROM}""",
        order="m.matched_at DESC, m.id DESC",
        after="(m.matched_at, m.id) < ({}::timestamptz, {}::uuid)",
        position_length=2,
        filters=filters,
        parent=(
            f"EXISTS (SELECT FROM saved_search s WHERE {_THERE} AND s.id = {{}}::uuid)",
            [search_id],
        ),
    )


def match(search_id: UUID, match_id: UUID) -> ItemQuery:
    """One match, with the texts that it stands on and the words that were found in them."""
    return ItemQuery(
        f"""
        SELECT json_build_object({_MATCH}, 'spelled', {_SPELLED},
          'description', n.description) AS item, NULL AS version
        {_FROM} AND m.search_id = $1::uuid AND m.id = $2::uuid""",
        [search_id, match_id],
    )
