"""Hot reads of concessions: row security decides what is shown, PostgreSQL makes JSON."""

from datetime import date
from uuid import UUID

from app.concessions.domain import NEXT_CALL_MONTHS, SIGNS, Kind
from app.consortia.domain import HAS_WON
from app.infra.db import ItemQuery, ListQuery, instant, money, public_id
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

_TERMS = f"""'number', t.number, 'first_day', t.first_day, 'months', t.months,
      'last_day', t.last_day, 'ground', t.ground, 'investments', {money("t.investments_cents")},
      'fee', t.fee, 'compensation', t.compensation, 'company_name', t.company_name,
      {_BY.format("t")}"""

_CONCESSION = f"""
    SELECT json_build_object({_TERMS}, 'version', c.version, 'company', {_COMPANY},
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

_FORECASTS = f"""
    FROM consortium c JOIN concession_account a ON {_OF_C.format("a")} AND a.year IS NULL
    WHERE c.cluster_id = app.cluster()"""

_FORECAST = f"""
    SELECT json_build_object('number', a.number, 'version', c.version, {_BY.format("a")},
      'years', {_YEARS}) AS item, c.version, c.id AS opens
    {_FORECASTS} AND c.id = $1::uuid"""


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

_TERMS_VERSIONS = f"""
    SELECT json_build_object({_TERMS}) AS item, ARRAY[t.number::text] AS keys, c.id AS opens
    FROM consortium c JOIN concession_terms t ON {_OF_C.format("t")}
    WHERE c.cluster_id = app.cluster()"""

_FORECAST_VERSIONS = f"""
    SELECT json_build_object('number', a.number, {_BY.format("a")}, 'result', (
        SELECT {_RESULT} FROM concession_line l WHERE {_OF_A.format("l")})) AS item,
      ARRAY[a.number::text] AS keys, c.id AS opens
    {_FORECASTS}"""

_WRITTEN = """EXISTS (SELECT FROM concession_terms t
    WHERE t.cluster_id = app.cluster() AND t.consortium_id = {}::uuid)"""
"""SQL: terms were written that the caller may see."""

_BETWEEN = (
    f"'before', {money('{0}before')}, 'after', {money('{0}after')},"
    f" 'difference', {money('(coalesce({0}after, 0) - coalesce({0}before, 0))')}"
)

# Two versions line up as figures do with their forecast; a line that is not there is null.
_CHANGES = f"""
    WITH compared AS (
      SELECT c.id, a.cluster_id, a.id AS account_id, asked.fresh
      FROM consortium c JOIN concession_account a ON {_OF_C.format("a")} AND a.year IS NULL
      JOIN (VALUES ($2::bigint, true), ($3::bigint, false)) AS asked (number, fresh)
        ON asked.number = a.number
      WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid),
    cell AS (
      SELECT l.year, l.kind, max(l.label) AS label, l.from_id, l.to_id,
        sum(l.amount_cents) FILTER (WHERE NOT v.fresh)::bigint AS before,
        sum(l.amount_cents) FILTER (WHERE v.fresh)::bigint AS after
      FROM compared v JOIN concession_line l
        ON l.cluster_id = v.cluster_id AND l.account_id = v.account_id
      GROUP BY l.year, l.kind, lower(l.label), l.from_id, l.to_id),
    summed AS (
      SELECT x.year, sum({_SIGNED.format("x.kind")} * x.before)::bigint AS before,
        sum({_SIGNED.format("x.kind")} * x.after)::bigint AS after,
        json_agg(json_build_object('kind', x.kind, 'label', x.label,
          'from_party_id', {public_id("par", "x.from_id")},
          'to_party_id', {public_id("par", "x.to_id")}, {_BETWEEN.format("x.")})
          ORDER BY x.kind, lower(x.label), x.from_id, x.to_id)
          FILTER (WHERE x.before IS DISTINCT FROM x.after) AS lines
      FROM cell x GROUP BY x.year)
    SELECT json_build_object('number', $2::bigint, 'since', $3::bigint, 'years', (
      SELECT coalesce(json_agg(json_build_object('year', s.year,
        'result', json_build_object({_BETWEEN.format("s.")}), 'lines', s.lines)
        ORDER BY s.year), '[]')
      FROM summed s WHERE s.lines IS NOT NULL)) AS item, NULL AS version,
      (SELECT id FROM compared LIMIT 1) AS opens
    WHERE EXISTS (SELECT FROM compared WHERE fresh)
      AND ($3::bigint = 0 OR EXISTS (SELECT FROM compared WHERE NOT fresh))"""

WON = ", ".join(f"'{one}'" for one in sorted(HAS_WON))

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
      WHERE t.state IN ({WON}))
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
    newest = f"{_FORECAST} ORDER BY a.number DESC LIMIT 1"
    return ItemQuery(newest, [consortium_id], trace=OPENING)


def forecast_version(consortium_id: UUID, number: int) -> ItemQuery:
    """One version of the forecast, as it was written."""
    one = f"{_FORECAST} AND a.number = $2::bigint"
    return ItemQuery(one, [consortium_id, number], trace=OPENING)


def terms_versions(consortium_id: UUID) -> ListQuery:
    """Every version of the terms, newest first."""
    return _versions(_TERMS_VERSIONS, "t", consortium_id)


def forecast_versions(consortium_id: UUID) -> ListQuery:
    """Every version of the forecast, newest first, with what it comes to."""
    return _versions(_FORECAST_VERSIONS, "a", consortium_id)


def _versions(select: str, row: str, consortium_id: UUID) -> ListQuery:
    return ListQuery(
        select=select,
        order=f"{row}.number DESC",
        after=f"{row}.number < {{}}::bigint",
        position_length=1,
        filters=[("c.id = {}::uuid", [consortium_id])],
        parent=(_WRITTEN, [consortium_id]),
        trace=OPENING,
    )


def forecast_changes(consortium_id: UUID, number: int, since: int) -> ItemQuery:
    """What differs between two versions of the forecast; ``since`` 0 is before the first."""
    return ItemQuery(_CHANGES, [consortium_id, number, since], trace=OPENING)


def figures(consortium_id: UUID) -> ItemQuery:
    """The newest figures of each year against the newest forecast, line by line."""
    return ItemQuery(_FIGURES, [consortium_id], trace=OPENING)


def reports(consortium_id: UUID, today: date) -> ItemQuery:
    """The reports of the years that have begun: due when, handed in when, late or not."""
    return ItemQuery(_REPORTS, [consortium_id, today])
