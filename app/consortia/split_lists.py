"""Hot reads of the split: row security decides what is shown, PostgreSQL makes JSON."""

from uuid import UUID

from app.infra.db import ItemQuery, ListQuery, instant, money, public_id
from app.journal.openings import OPENING, OPENING_VERSIONS

_OF_C = "{0}.cluster_id = c.cluster_id AND {0}.consortium_id = c.id"
_OF_P = "{0}.cluster_id = p.cluster_id AND {0}.split_id = p.split_id AND {0}.lot_id = p.lot_id"

_LINES = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'party_id', {public_id("par", "n.party_id")}, 'bps', n.bps,
      'amount', {money("n.amount_cents")}, 'fixed', n.fixed_cents IS NOT NULL, 'tasks', n.tasks,
      'mandate', n.mandate) ORDER BY n.id), '[]')
    FROM split_line n WHERE {_OF_P.format("n")} AND n.item_id {{}})"""

_ITEMS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'tranche', i.tranche, 'label', i.label, 'amount', {money("i.amount_cents")},
      'lines', {_LINES.format("= i.id")}) ORDER BY i.id), '[]')
    FROM split_item i WHERE {_OF_P.format("i")})"""

_PARTS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'party_id', {public_id("par", "w.party_id")}, 'amount', {money("w.amount_cents")},
      'mandate', {money("w.mandate_cents")}, 'lead_fee', {money("w.fee_cents")},
      'common_expenses', {money("w.expenses_cents")}) ORDER BY w.id), '[]')
    FROM split_part w WHERE {_OF_P.format("w")})"""

_LOTS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'lot_id', {public_id("lot", "p.lot_id")}, 'amount', {money("p.amount_cents")},
      'lines', {_LINES.format("IS NULL")}, 'items', {_ITEMS},
      'lead_fee', CASE WHEN p.fee_bps IS NOT NULL THEN json_build_object('bps', p.fee_bps) END,
      'common_expenses', CASE WHEN p.expenses_party_id IS NOT NULL THEN json_build_object(
        'manager_id', {public_id("par", "p.expenses_party_id")}, 'bps', p.expenses_bps,
        'amount', {money("p.expenses_cents")}) END,
      'parts', {_PARTS}) ORDER BY p.id), '[]')
    FROM lot_price p WHERE p.cluster_id = s.cluster_id AND p.split_id = s.id)"""

_WRITTEN = f"""
      'number', s.number, 'written_by', {public_id("per", "s.person_id")},
      'written_at', {instant("s.written_at")}"""

_SPLIT = f"""
    SELECT json_build_object({_WRITTEN}, 'version', c.version, 'lots', {_LOTS}) AS item,
      c.version, {{}} AS opens
    FROM consortium c JOIN split s ON {_OF_C.format("s")}
    WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid"""

_NEWEST = f"{_SPLIT.format('c.id')} ORDER BY s.number DESC LIMIT 1"

_OPENS = "json_build_array(json_build_array(c.id, s.number))::jsonb"
_NUMBERED = f"{_SPLIT.format(_OPENS)} AND s.number = $2::bigint"

_VERSIONS = f"""
    SELECT json_build_object({_WRITTEN}, 'amount', (
        SELECT CASE WHEN count(*) = count(p.amount_cents) THEN {money("sum(p.amount_cents)")} END
        FROM lot_price p WHERE p.cluster_id = s.cluster_id AND p.split_id = s.id),
      'lots', (
        SELECT coalesce(json_agg(json_build_object('lot_id', {public_id("lot", "p.lot_id")},
          'amount', {money("p.amount_cents")}) ORDER BY p.id), '[]')
        FROM lot_price p WHERE p.cluster_id = s.cluster_id AND p.split_id = s.id)) AS item,
      ARRAY[s.number::text] AS keys, {_OPENS} AS opens
    FROM consortium c JOIN split s ON {_OF_C.format("s")}
    WHERE c.cluster_id = app.cluster()"""

_INSIDE = (
    "EXISTS (SELECT FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = {}::uuid"
    " AND (c.id = ANY ((SELECT app.my_consortia())::uuid[]) OR (SELECT app.oversees())))"
)

_DIFFERENCE = "CASE WHEN {1} THEN after ELSE 0 END - CASE WHEN {0} THEN before ELSE 0 END"
"""SQL: unknown when one of the two has no amount, and what was not there was nothing."""

_CELL = "json_build_object('bps', {0}_bps, 'amount', {1}, 'tasks', {0}_tasks)"

# Two versions line up by what a line is of: lot, tranche, item, kind and party.
_CHANGES = f"""
    WITH compared AS (
      SELECT c.id, c.cluster_id, s.id AS split_id, s.number, asked.fresh
      FROM consortium c JOIN split s ON {_OF_C.format("s")}
      JOIN (VALUES ($2::bigint, true), ($3::bigint, false)) AS asked (number, fresh)
        ON asked.number = s.number
      WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid),
    cell AS (
      SELECT v.fresh, n.lot_id, i.tranche, i.label, n.party_id,
        CASE WHEN n.mandate THEN 'mandate' ELSE 'work' END AS kind, n.bps, n.tasks, n.amount_cents
      FROM compared v JOIN split_line n ON n.cluster_id = v.cluster_id AND n.split_id = v.split_id
      LEFT JOIN split_item i ON i.cluster_id = n.cluster_id AND i.id = n.item_id
      UNION ALL
      SELECT v.fresh, w.lot_id, NULL, NULL, w.party_id, handed.kind, NULL, NULL, handed.cents
      FROM compared v JOIN split_part w ON w.cluster_id = v.cluster_id AND w.split_id = v.split_id,
        LATERAL (VALUES ('lead_fee', w.fee_cents), ('common_expenses', w.expenses_cents))
          AS handed (kind, cents)
      WHERE handed.cents > 0),
    paired AS (
      SELECT lot_id, tranche, lower(label) AS named, max(label) AS label, kind, party_id,
        bool_or(NOT fresh) AS had, bool_or(fresh) AS has,
        max(bps) FILTER (WHERE NOT fresh) AS before_bps, max(bps) FILTER (WHERE fresh) AS after_bps,
        max(tasks) FILTER (WHERE NOT fresh) AS before_tasks,
        max(tasks) FILTER (WHERE fresh) AS after_tasks,
        max(amount_cents) FILTER (WHERE NOT fresh) AS before,
        max(amount_cents) FILTER (WHERE fresh) AS after
      FROM cell GROUP BY 1, 2, 3, 5, 6),
    line AS (
      SELECT lot_id, json_agg(json_build_object(
        'tranche', tranche, 'label', label, 'kind', kind,
        'party_id', {public_id("par", "party_id")},
        'before', CASE WHEN had THEN {_CELL.format("before", money("before"))} END,
        'after', CASE WHEN has THEN {_CELL.format("after", money("after"))} END,
        'difference', {money(_DIFFERENCE.format("had", "has"))})
        ORDER BY tranche NULLS FIRST, named NULLS FIRST, kind DESC, party_id) AS lines
      FROM paired
      WHERE (had, before_bps, before_tasks, before)
        IS DISTINCT FROM (has, after_bps, after_tasks, after)
      GROUP BY 1),
    price AS (
      SELECT p.lot_id, max(p.amount_cents) FILTER (WHERE NOT v.fresh) AS before,
        max(p.amount_cents) FILTER (WHERE v.fresh) AS after
      FROM compared v JOIN lot_price p ON p.cluster_id = v.cluster_id AND p.split_id = v.split_id
      GROUP BY 1)
    SELECT json_build_object('number', $2::bigint, 'since', $3::bigint, 'lots', (
      SELECT coalesce(json_agg(json_build_object(
        'lot_id', {public_id("lot", "lot_id")}, 'before', {money("before")},
        'after', {money("after")},
        'difference', {money(_DIFFERENCE.format("$3::bigint > 0", "true"))},
        'lines', coalesce(lines, '[]')) ORDER BY lot_id), '[]')
      FROM price LEFT JOIN line USING (lot_id)
      WHERE lines IS NOT NULL OR before IS DISTINCT FROM after)) AS item,
      NULL AS version,
      (SELECT json_agg(json_build_array(id, number)) FROM compared)::jsonb AS opens
    WHERE EXISTS (SELECT FROM compared WHERE fresh)
      AND ($3::bigint = 0 OR EXISTS (SELECT FROM compared WHERE NOT fresh))"""


def split(consortium_id: UUID) -> ItemQuery:
    """The newest version of the split."""
    return ItemQuery(_NEWEST, [consortium_id], trace=OPENING)


def version(consortium_id: UUID, number: int) -> ItemQuery:
    """One version of the split, as it was written."""
    return ItemQuery(_NUMBERED, [consortium_id, number], trace=OPENING_VERSIONS)


def versions(consortium_id: UUID) -> ListQuery:
    """Every version of the split, newest first, with its prices."""
    return ListQuery(
        select=_VERSIONS,
        order="s.number DESC",
        after="s.number < {}::bigint",
        position_length=1,
        filters=[("c.id = {}::uuid", [consortium_id])],
        parent=(_INSIDE, [consortium_id]),
        trace=OPENING_VERSIONS,
    )


def changes(consortium_id: UUID, number: int, since: int) -> ItemQuery:
    """What differs between two versions; ``since`` 0 is before the first."""
    return ItemQuery(_CHANGES, [consortium_id, number, since], trace=OPENING_VERSIONS)
