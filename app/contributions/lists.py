"""Hot reads of contributions: row security decides which rows, PostgreSQL makes the JSON."""

from dataclasses import replace
from uuid import UUID

from app.infra.db import ListQuery, instant, money, public_id
from app.journal.openings import OPENING

POLICIES = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("pol", "p.id")}, 'version', p.version, 'valid_from', p.valid_from,
          'valid_to', (
            SELECT min(n.valid_from) FROM policy n
            WHERE n.cluster_id = p.cluster_id AND n.valid_from > p.valid_from),
          'rates', (
            SELECT json_agg(json_build_object(
              'nature', r.nature, 'bps', r.bps, 'trigger', r.trigger, 'base', r.base,
              'debtor', r.debtor) ORDER BY r.bps DESC, r.nature)
            FROM policy_rate r WHERE r.cluster_id = p.cluster_id AND r.policy_id = p.id),
          'fee_bands', (
            SELECT coalesce(json_agg(json_build_object(
              'from_headcount', b.from_headcount, 'to_headcount', b.to_headcount,
              'fee', {money("b.fee_cents")}) ORDER BY b.from_headcount), '[]')
            FROM policy_fee_band b
            WHERE b.cluster_id = p.cluster_id AND b.policy_id = p.id),
          'linear_fee', CASE WHEN p.fee_per_fte_cents IS NOT NULL THEN json_build_object(
            'per_fte', {money("p.fee_per_fte_cents")}, 'floor', {money("p.fee_floor_cents")},
            'cap', {money("p.fee_cap_cents")}) END,
          'headcount_method', p.headcount_method, 'pro_rata', p.pro_rata) AS item,
          ARRAY[p.version::text] AS keys
        FROM policy p WHERE p.cluster_id = app.cluster()""",
    order="p.version DESC",
    after="p.version < {}::bigint",
    position_length=1,
)
"""The versions of the policy, newest first."""

_CHARGES = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("chg", "c.id")}, 'member_id', {public_id("mem", "c.member_id")},
          'consortium_id', {public_id("con", "c.consortium_id")},
          'award_id', {public_id("awd", "f.award_id")},
          'party_id', {public_id("par", "f.party_id")},
          'flow_id', {public_id("flo", "f.id")}, 'source', f.key, 'nature', f.nature,
          'due_on', c.due_on, 'charged_at', {instant("c.charged_at")},
          'base', {money("c.base_cents", "c.currency")}, 'bps', c.bps,
          'policy_id', {public_id("pol", "c.policy_id")}, 'policy_version', c.policy_version,
          'amount', {money("c.amount_cents", "c.currency")},
          'paid', (
            SELECT {money("coalesce(sum(s.amount_cents), 0)", "c.currency")} FROM settlement s
            WHERE s.cluster_id = c.cluster_id AND s.charge_id = c.id),
          'evidence', c.evidence) AS item, ARRAY[c.id::text] AS keys, c.consortium_id AS opens
        FROM charge c JOIN flow f ON f.cluster_id = c.cluster_id AND f.id = c.flow_id
        WHERE c.cluster_id = app.cluster()""",
    order="c.id DESC",
    after="c.id < {}::uuid",
    position_length=1,
    trace=OPENING,
)

_PAYMENTS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("pay", "p.id")}, 'member_id', {public_id("mem", "p.member_id")},
          'amount', {money("p.amount_cents", "p.currency")},
          'settled', (
            SELECT {money("coalesce(sum(s.amount_cents), 0)", "p.currency")} FROM settlement s
            WHERE s.cluster_id = p.cluster_id AND s.payment_id = p.id),
          'received_on', p.received_on, 'reference', p.reference, 'method', p.method,
          'recorded_at', {instant("p.recorded_at")}) AS item, ARRAY[p.id::text] AS keys
        FROM payment p WHERE p.cluster_id = app.cluster()""",
    order="p.id DESC",
    after="p.id < {}::uuid",
    position_length=1,
)


def charges(member_id: UUID | None) -> ListQuery:
    """The charges that the caller may see, newest first; those of one member only, if named."""
    return _of_member(_CHARGES, "c.member_id", member_id)


def payments(member_id: UUID | None) -> ListQuery:
    """The payments that the caller may see, newest first; those of one member only, if named."""
    return _of_member(_PAYMENTS, "p.member_id", member_id)


def _of_member(query: ListQuery, column: str, member_id: UUID | None) -> ListQuery:
    if member_id is None:
        return query
    return replace(query, filters=[(f"{column} = {{}}::uuid", [member_id])])


STATEMENT_ROWS = """json_build_object(
    'forecasts', (
      SELECT coalesce(json_agg(f ORDER BY f.id), '[]') FROM forecast f
      WHERE f.cluster_id = app.cluster() AND f.consortium_id = {consortium}
        AND f.superseded_at IS NULL),
    'charges', (
      SELECT coalesce(json_agg(json_build_object('charge', h, 'flow', w)
        ORDER BY w.occurred_on, h.id), '[]')
      FROM flow w JOIN charge h ON h.cluster_id = w.cluster_id AND h.flow_id = w.id
      WHERE w.cluster_id = app.cluster() AND w.consortium_id = {consortium}
        AND w.party_id IS NOT NULL),
    'settlements', (
      SELECT coalesce(json_agg(json_build_object('settlement', t, 'reference', y.reference)
        ORDER BY t.settled_at, t.id), '[]')
      FROM settlement t
      LEFT JOIN payment y ON y.cluster_id = t.cluster_id AND y.id = t.payment_id
      WHERE t.cluster_id = app.cluster() AND t.consortium_id = {consortium}))"""
"""SQL: all that a consortium's statement is made of; ``{consortium}`` is the SQL of its id.

To stand in one statement: each sees a moment of its own, and what is written between two would
show a settlement without its charge. The reference of a payment that the caller may not see is
null.
"""

SHOWS_AMOUNTS = (
    "json_array_length({0}->'forecasts') + json_array_length({0}->'charges')"
    " + json_array_length({0}->'settlements') > 0"
)
"""SQL: whether rows of a statement show an amount at all; ``{0}`` is the SQL of the rows."""

FEE_TERMS = """(
    SELECT coalesce(json_agg(json_build_object(
      'id', p.id, 'version', p.version, 'valid_from', p.valid_from,
      'method', p.headcount_method, 'pro_rata', p.pro_rata,
      'linear', CASE WHEN p.fee_per_fte_cents IS NOT NULL THEN
        json_build_array(p.fee_per_fte_cents, p.fee_floor_cents, p.fee_cap_cents) END,
      'bands', (
        SELECT coalesce(json_agg(json_build_array(b.from_headcount, b.to_headcount, b.fee_cents)
          ORDER BY b.from_headcount), '[]')
        FROM policy_fee_band b
        WHERE b.cluster_id = p.cluster_id AND b.policy_id = p.id))), '[]')
    FROM policy p WHERE p.cluster_id = app.cluster())"""
"""SQL: what each version of the policy says of fees."""

FEE_LINES = """(
    SELECT coalesce(json_agg(json_build_object(
      'amount_cents', c.amount_cents, 'policy_id', c.policy_id) ORDER BY f.position), '[]')
    FROM flow f JOIN charge c ON c.cluster_id = f.cluster_id AND c.flow_id = f.id
    WHERE f.cluster_id = app.cluster() AND f.kind = 'fee' AND f.member_id = {member}
      AND split_part(f.key, ':', 2) = ({year})::text)"""
"""SQL: the fee lines of a member (``{member}``) in the year ``{year}``, oldest first."""
