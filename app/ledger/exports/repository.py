"""The entries of a fiscal year, a page at a time."""

from app.infra.db import ItemQuery
from app.journal.openings import OPENING_VERSIONS

PAGE = 500
"""Entries that are read at a time."""

_SIDE = """json_build_array({0}.code, CASE WHEN {0}.member_id IS NULL THEN {0}.name
  ELSE regexp_replace({0}.name, '^Membre : ', '') END,
  CASE WHEN {0}.member_id IS NOT NULL THEN substr({0}.code, 4) END)"""


def entries(year: int, after: int) -> ItemQuery:
    """What is closed of a fiscal year, and its entries after a number.

    Always one thing, even of a year of which nothing is closed. Showing it is on record: entries
    show parts.
    """
    return ItemQuery(
        select=f"""
        WITH shown AS MATERIALIZED (
          SELECT e.number, e.closing_id, t.*, app.booked_for(t.reference) AS consortium_id
          FROM (
            SELECT * FROM ledger_entry e
            WHERE e.cluster_id = app.cluster() AND e.fiscal_year = $1::bigint
              AND e.number > $2::bigint
            ORDER BY e.number LIMIT {PAGE}) AS e
          JOIN ledger_transaction t ON t.cluster_id = e.cluster_id AND t.id = e.id)
        SELECT json_build_object(
          'until', closed.until_day, 'last', closed.last, 'charts', closed.charts,
          'siren', (SELECT n.siren FROM ledger_chart n WHERE n.cluster_id = app.cluster()
            ORDER BY n.version DESC LIMIT 1),
          'entries', (SELECT coalesce(json_agg(json_build_object(
            'number', s.number, 'journal', s.journal, 'booked_on', s.booked_on,
            'occurred_on', s.occurred_on, 'reference', s.reference, 'memo', s.memo,
            'closed_on', (c.closed_at AT TIME ZONE 'UTC')::date,
            'chart_version', c.chart_version,
            'lines', (
              SELECT json_agg(json_build_object('debit', {_SIDE.format("d")},
                'credit', {_SIDE.format("k")}, 'cents', p.amount_cents) ORDER BY p.id)
              FROM ledger_posting p
              JOIN ledger_account d ON d.cluster_id = p.cluster_id AND d.id = p.debit_account_id
              JOIN ledger_account k ON k.cluster_id = p.cluster_id AND k.id = p.credit_account_id
              WHERE p.cluster_id = s.cluster_id AND p.transaction_id = s.id)
            ) ORDER BY s.number), '[]')
            FROM shown s JOIN ledger_closing c
              ON c.cluster_id = s.cluster_id AND c.id = s.closing_id)) AS item,
          NULL AS version,
          (SELECT jsonb_agg(DISTINCT jsonb_build_array(
             s.consortium_id, app.amounts_version(s.consortium_id)))
           FROM shown s WHERE s.consortium_id IS NOT NULL) AS opens
        FROM (
          SELECT max(c.until_day) AS until_day,
            (SELECT max(e.number) FROM ledger_entry e
             WHERE e.cluster_id = app.cluster() AND e.fiscal_year = $1::bigint) AS last,
            json_object_agg(h.version, json_build_object('first_month', h.first_month,
              'siren', h.siren, 'accounts', h.accounts)) FILTER (WHERE h.id IS NOT NULL) AS charts
          FROM ledger_closing c
          JOIN ledger_chart h ON h.cluster_id = c.cluster_id AND h.version = c.chart_version
          WHERE c.cluster_id = app.cluster() AND c.fiscal_year = $1::bigint) AS closed""",
        values=(year, after),
        trace=OPENING_VERSIONS,
    )
