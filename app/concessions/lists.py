"""Hot reads of concessions: row security decides what is shown, PostgreSQL makes JSON."""

from datetime import date
from uuid import UUID

from app.concessions.domain import NEXT_CALL_MONTHS, SIGNS, Kind
from app.consortia.domain import HAS_WON
from app.infra.db import ItemQuery, instant, money, public_id
from app.journal.openings import OPENING

_OF_C = "{0}.cluster_id = c.cluster_id AND {0}.consortium_id = c.id"
_BY = (
    f"'recorded_by', {public_id('per', '{0}.person_id')},"
    f" 'recorded_at', {instant('{0}.recorded_at')}"
)
_FROM, _UNTIL = (
    f"(t.last_day + 1 - make_interval(months => {months}))::date" for months in NEXT_CALL_MONTHS
)

_COMPANY = f"""(
    SELECT json_build_object('name', y.name, 'siren', y.siren, 'takes_over_on', y.takes_over_on,
      {_BY.format("y")})
    FROM concession_company y WHERE {_OF_C.format("y")})"""

_CONCESSION = f"""
    SELECT json_build_object('number', t.number, 'first_day', t.first_day, 'months', t.months,
      'last_day', t.last_day, 'ground', t.ground, 'investments', {money("t.investments_cents")},
      'fee', t.fee, 'compensation', t.compensation, 'company_name', t.company_name,
      {_BY.format("t")}, 'version', c.version, 'company', {_COMPANY},
      'next_call', json_build_object('from', {_FROM}, 'until', {_UNTIL})) AS item,
      c.version, c.id AS opens
    FROM consortium c JOIN concession_terms t ON {_OF_C.format("t")}
    WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid
    ORDER BY t.number DESC LIMIT 1"""

_OF_A = "{0}.cluster_id = a.cluster_id AND {0}.account_id = a.id"
_SIGNED = (
    f"CASE {{0}} {' '.join(f'WHEN {one.value!r} THEN {sign}' for one, sign in SIGNS.items())} END"
)


def _labelled(kind: Kind) -> str:
    return f"""coalesce(json_agg(json_build_object('label', l.label,
      'amount', {money("l.amount_cents")}) ORDER BY l.id) FILTER (WHERE l.kind = '{kind}'), '[]')"""


def _sum(kind: Kind) -> str:
    summed = f"coalesce(sum(l.amount_cents) FILTER (WHERE l.kind = '{kind}'), 0)::bigint"
    return money(summed)


_RESULT = money(f"sum({_SIGNED.format('l.kind')} * l.amount_cents)::bigint")

_YEARS = f"""(
    SELECT coalesce(json_agg(y.item ORDER BY y.year), '[]') FROM (
      SELECT l.year, json_build_object('year', l.year,
        'income', {_labelled(Kind.INCOME)}, 'costs', {_labelled(Kind.COST)},
        'fee', {_sum(Kind.FEE)}, 'compensation', {_sum(Kind.COMPENSATION)},
        'flows', coalesce(json_agg(json_build_object('label', l.label,
          'from_party_id', {public_id("par", "l.from_id")},
          'to_party_id', {public_id("par", "l.to_id")}, 'amount', {money("l.amount_cents")})
          ORDER BY l.id) FILTER (WHERE l.kind = 'flow'), '[]'),
        'result', {_RESULT}) AS item
      FROM concession_line l WHERE {_OF_A.format("l")} GROUP BY l.year) y)"""

_FORECAST = f"""
    SELECT json_build_object('number', a.number, 'version', c.version, {_BY.format("a")},
      'years', {_YEARS}) AS item, c.version, c.id AS opens
    FROM consortium c JOIN concession_account a ON {_OF_C.format("a")} AND a.year IS NULL
    WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid
    ORDER BY a.number DESC LIMIT 1"""


def _compared(forecast: str, actual: str) -> str:
    return (
        f"'forecast', {money(forecast)}, 'actual', {money(actual)},"
        f" 'difference', {money(f'({actual} - {forecast})')}"
    )


# Two lines are one by kind, label (whatever its case) and ends; what is not there is nothing.
_FIGURES = f"""
    WITH a AS (
      SELECT DISTINCT ON (v.year) v.* FROM concession_account v
      WHERE v.cluster_id = app.cluster() AND v.consortium_id = $1::uuid
      ORDER BY v.year, v.number DESC),
    cell AS (
      SELECT l.year, l.kind, max(l.label) AS label, l.from_id, l.to_id,
        coalesce(sum(l.amount_cents) FILTER (WHERE a.year IS NULL), 0)::bigint AS forecast,
        coalesce(sum(l.amount_cents) FILTER (WHERE a.year IS NOT NULL), 0)::bigint AS actual
      FROM a JOIN concession_line l ON {_OF_A.format("l")}
      GROUP BY l.year, l.kind, lower(l.label), l.from_id, l.to_id),
    summed AS (
      SELECT x.year, sum({_SIGNED.format("x.kind")} * x.forecast)::bigint AS forecast,
        sum({_SIGNED.format("x.kind")} * x.actual)::bigint AS actual,
        json_agg(json_build_object('kind', x.kind, 'label', x.label,
          'from_party_id', {public_id("par", "x.from_id")},
          'to_party_id', {public_id("par", "x.to_id")},
          {_compared("x.forecast", "x.actual")})
          ORDER BY x.kind, lower(x.label), x.from_id, x.to_id) AS lines
      FROM cell x GROUP BY x.year)
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object('year', a.year, 'number', a.number,
        {_BY.format("a")}, 'result', json_build_object({_compared("s.forecast", "s.actual")}),
        'lines', s.lines) ORDER BY a.year), '[]')
      FROM a JOIN summed s ON s.year = a.year)) AS item, NULL AS version, c.id AS opens
    FROM consortium c
    WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid
      AND EXISTS (SELECT FROM concession_terms t WHERE {_OF_C.format("t")})"""

_WON = ", ".join(f"'{one}'" for one in sorted(HAS_WON))

_REPORTS = f"""
    WITH t AS (
      SELECT c.cluster_id, c.id, c.state, m.first_day, m.last_day
      FROM consortium c JOIN concession_terms m ON {_OF_C.format("m")}
      WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid ORDER BY m.number DESC LIMIT 1),
    due AS (
      SELECT y.year, make_date(y.year + 1, 6, 1) AS due_before, r.handed_in_on
      FROM t CROSS JOIN LATERAL generate_series(extract(year FROM t.first_day)::int,
        extract(year FROM least(t.last_day, $2::date))::int) AS y (year)
      LEFT JOIN concession_report r ON {_OF_C.format("r").replace("c.", "t.")} AND r.year = y.year
      WHERE t.state IN ({_WON}))
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object('year', year, 'due_before', due_before,
        'handed_in_on', handed_in_on,
        'late', coalesce(handed_in_on, $2::date) >= due_before) ORDER BY year), '[]')
      FROM due)) AS item, NULL AS version
    FROM t"""


def concession(consortium_id: UUID) -> ItemQuery:
    """The terms that hold, the company that takes over, the end and the next call."""
    return ItemQuery(_CONCESSION, [consortium_id], trace=OPENING)


def forecast(consortium_id: UUID) -> ItemQuery:
    """The newest forecast, year by year."""
    return ItemQuery(_FORECAST, [consortium_id], trace=OPENING)


def figures(consortium_id: UUID) -> ItemQuery:
    """The newest figures of each year against the newest forecast, line by line."""
    return ItemQuery(_FIGURES, [consortium_id], trace=OPENING)


def reports(consortium_id: UUID, today: date) -> ItemQuery:
    """The reports of the years that have begun: due when, handed in when, late or not."""
    return ItemQuery(_REPORTS, [consortium_id, today])
