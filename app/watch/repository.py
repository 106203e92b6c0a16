"""Queries of the watch by name: hot reads, newest first."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.infra.db import ItemQuery, ListQuery, instant, money, public_id
from app.watch.domain import Nature, NoticeKind
from app.watch.groups.repository import ONCE, SIBLINGS
from app.watch.words import read_words
from app.watch.zones import PARIS

MAX_SHOWN = 100
"""Versions and later notices shown with a notice; beyond, the list of versions tells."""

MAX_RAW_SHOWN = 65_536
"""Characters of a set-aside item's body in a list."""

_DEADLINE = f"""CASE WHEN deadline_at IS NOT NULL THEN json_build_object(
    'at', {instant("deadline_at")}, 'zone', deadline_zone, 'text', deadline_text,
    'certain', deadline_certain) END"""

NOTICE = f"""
      'id', {public_id("not", "id")}, 'source', source, 'source_id', source_id, 'kind', kind,
      'title', title, 'buyer', buyer, 'buyer_siret', buyer_siret, 'nature', nature,
      'concession', concession, 'procedure', procedure, 'cpv', cpv, 'departments', departments,
      'nuts', nuts, 'reserved', reserved,
      'lot_count', jsonb_array_length(lots),
      'estimate', {money("estimate_cents", "currency")},
      'deadline', {_DEADLINE}, 'published_on', published_on, 'url', url,
      'version', version, 'siblings', {SIBLINGS.format("notice")}"""

_NOTICES = f"""
    SELECT json_build_object({NOTICE}) AS item,
      ARRAY[published_on::text, id::text] AS keys
    FROM notice WHERE true"""

_LOTS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'number', lot->>'number', 'title', lot->>'title', 'description', lot->>'description',
      'cpv', lot->'cpv', 'estimate', {
    money("(lot->>'estimate_cents')::bigint", "coalesce(lot->>'currency', 'EUR')")
}, 'nuts', coalesce(lot->'nuts', '[]'), 'deadline', lot->'deadline',
      'criteria', coalesce(lot->'criteria', '[]'), 'reserved', coalesce(lot->'reserved', '[]'),
      'duration_months', lot->'duration_months') ORDER BY place), '[]')
    FROM jsonb_array_elements(lots) WITH ORDINALITY AS one (lot, place))"""

_VERSIONS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'version', newest.version, 'seen_at', {instant("newest.seen_at")})
      ORDER BY newest.version DESC), '[]')
    FROM (
      SELECT v.version, v.seen_at FROM notice_version v WHERE v.notice_id = notice.id
      ORDER BY v.version DESC LIMIT {MAX_SHOWN}) newest)"""

# Word for word the condition of the partial index: follows <> '{}'.
_LATER = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'id', {public_id("not", "later.id")}, 'source_id', later.source_id, 'kind', later.kind,
      'title', later.title, 'published_on', later.published_on)
      ORDER BY later.published_on, later.id), '[]')
    FROM (
      SELECT l.id, l.source_id, l.kind, l.title, l.published_on FROM notice l
      WHERE l.source = notice.source AND l.id <> notice.id
        AND ((l.follows <> '{{}}' AND l.follows @> ARRAY[notice.source_id])
          OR (l.procedure_id = notice.procedure_id AND l.published_on > notice.published_on))
      ORDER BY l.published_on, l.id LIMIT {MAX_SHOWN}) later)"""

_DETAIL = f"""
    SELECT json_build_object({NOTICE}, 'description', description,
      'procedure_id', procedure_id, 'follows', follows, 'lots', {_LOTS},
      'application_deadline', details->'application_deadline',
      'bid_deadline', details->'bid_deadline',
      'criteria', coalesce(details->'criteria', '[]'),
      'documents', coalesce(details->'documents', '[]'), 'renews', details->'renews',
      'duration_months', details->'duration_months', 'awards', coalesce(details->'awards', '[]'),
      'versions', {_VERSIONS}, 'later', {_LATER},
      'updated_at', {instant("updated_at")}) AS item, NULL AS version
    FROM notice WHERE id = $1::uuid"""

_RUNS = f"""
    SELECT json_build_object(
      'id', {public_id("imp", "id")}, 'source', source, 'via', via, 'label', label,
      'state', state, 'seen', seen, 'new', new, 'changed', changed, 'same', same,
      'set_aside', set_aside, 'reasons', reasons, 'window_from', window_from,
      'window_to', window_to, 'error', error,
      'started_at', {instant("started_at")}, 'finished_at', {instant("finished_at")}) AS item,
      ARRAY[id::text] AS keys
    FROM import_run WHERE true"""

SOURCES = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', id, 'kind', kind, 'enabled', enabled, 'cron', cron, 'window_days', window_days,
          'next_at', {instant("CASE WHEN enabled THEN greatest(next_at, quiet_until) END")},
          'last_success_at', {instant("last_success_at")},
          'failing_since', {instant("failing_since")}, 'last_error', last_error) AS item,
          ARRAY[id] AS keys
        FROM source WHERE true""",
    order="id",
    after="id > {}::text",
    position_length=1,
)
"""Where notices come from, and how fresh they are."""

RUNS = ListQuery(select=_RUNS, order="id DESC", after="id < {}::uuid", position_length=1)
"""Imports, newest first."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for among the notices; what is not given does not count.

    ``q`` are words as one types them into a search engine, ``cpv_branch`` the digits of a
    branch (see ``prepare.branch``); days of deadlines are those of Paris, both ends included.
    """

    q: str | None = None
    cpv_branch: str | None = None
    departments: tuple[str, ...] = ()
    published_from: date | None = None
    published_to: date | None = None
    deadline_from: date | None = None
    deadline_to: date | None = None
    nature: Nature | None = None
    kind: NoticeKind | None = None
    concession: bool | None = None
    buyer: str | None = None
    buyer_number: str | None = None


def notices(search: Search) -> ListQuery:
    """The notices found, newest first, and of a procedure the newest. Only what is asked for
    stands in the SQL.

    So each combination of filters has a plan of its own, and an absent one bars no index; what is
    in every third notice and what is in three of them are not looked up in the same way.
    """
    filters: list[tuple[str, list[object]]] = []
    if search.q is not None:
        filters.append(("search @@ app.asked({}::jsonb)", [read_words(search.q).as_json()]))
    if search.cpv_branch is not None:
        filters.append(("cpv_branches @> ARRAY[{}::text]", [search.cpv_branch]))
    if search.departments:
        filters.append(("departments && {}::text[]", [list(search.departments)]))
    if search.buyer is not None:
        words = (
            "to_tsvector('french'::regconfig, app.fold(buyer))"
            " @@ plainto_tsquery('french', app.fold({}::text))"
        )
        filters.append((words, [search.buyer]))
    if search.buyer_number is not None:
        filters.append(("buyer_siret LIKE {}::text || '%'", [search.buyer_number]))
    filters += _ranges(search)
    if search.nature is not None:
        filters.append(("nature = {}::text", [search.nature.value]))
    if search.kind is not None:
        filters.append(("kind = {}::text", [search.kind.value]))
    if search.concession is not None:
        filters.append(("concession" if search.concession else "NOT concession", []))
    # What is asked of a notice is asked of its procedure's others too, twice: see ONCE.
    asked = "".join(f" AND {condition}" for condition, _ in filters)
    values = [value for _, given in filters for value in given]
    return ListQuery(
        select=_NOTICES,
        order="published_on DESC, id DESC",
        after="(published_on, id) < ({}::date, {}::uuid)",
        position_length=2,
        filters=[*filters, (ONCE.format(asked), [*values, *values])],
        by_values=bool(filters),
        planned_for_limit=True,
    )


def notice(notice_id: UUID) -> ItemQuery:
    """A notice with its lots, its newest versions, and the notices that name it or that its
    procedure published after it: oldest first.
    """
    return ItemQuery(_DETAIL, [notice_id])


def versions(notice_id: UUID) -> ListQuery:
    """The versions of a notice with what was read in each, newest first."""
    return ListQuery(
        select=f"""
            SELECT json_build_object('version', version, 'seen_at', {instant("seen_at")},
              'content', content) AS item, ARRAY[version::text] AS keys
            FROM notice_version WHERE true""",
        order="version DESC",
        after="version < {}::bigint",
        position_length=1,
        filters=[("notice_id = {}::uuid", [notice_id])],
        parent=("EXISTS (SELECT FROM notice WHERE id = {}::uuid)", [notice_id]),
    )


def set_aside(run_id: UUID) -> ListQuery:
    """What a run could not read, in the order in which it came."""
    return ListQuery(
        select=f"""
            SELECT json_build_object('position', position, 'reason', reason,
              'raw', left(raw, {MAX_RAW_SHOWN}), 'whole', whole,
              'address', address,
              'state', CASE WHEN retried_at IS NULL THEN 'pending' ELSE 'retried' END,
              'retried_at', {instant("retried_at")}) AS item,
              ARRAY[position::text] AS keys
            FROM set_aside WHERE true""",
        order="position",
        after="position > {}::bigint",
        position_length=1,
        filters=[("run_id = {}::uuid", [run_id])],
        parent=("EXISTS (SELECT FROM import_run WHERE id = {}::uuid)", [run_id]),
    )


def _ranges(search: Search) -> list[tuple[str, list[object]]]:
    found: list[tuple[str, list[object]]] = []
    if search.published_from is not None:
        found.append(("published_on >= {}::date", [search.published_from]))
    if search.published_to is not None:
        found.append(("published_on <= {}::date", [search.published_to]))
    if search.deadline_from is not None:
        found.append(("deadline_at >= {}::timestamptz", [_start(search.deadline_from)]))
    if search.deadline_to is not None:
        end = _start(search.deadline_to + timedelta(days=1))
        found.append(("deadline_at < {}::timestamptz", [end]))
    return found


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(PARIS))
