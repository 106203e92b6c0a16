"""Reads of statements; row security decides which rows, and a rival's account is a 404.

A line stands on the day that it was written, and keeps the day of its fact beside: so that a
period, once over, never reads otherwise, as in the books (DOMAIN.md 5.13).
"""

from datetime import date
from uuid import UUID

from app.infra.db import ItemQuery, ListQuery, money, public_id
from app.journal.openings import OPENING

_DAY = "({} AT TIME ZONE 'UTC')::date"

# Without joins, so that each branch is read in the order of its index.
_ENTRIES = """
    SELECT c.cluster_id, c.member_id, c.charged_at AS at, c.id, 'charge' AS kind,
      c.due_on AS on_day, c.evidence ->> 'source' AS reference, c.amount_cents, c.consortium_id,
      c.evidence
    FROM charge c
    UNION ALL
    SELECT d.cluster_id, d.member_id, d.issued_at, d.id, 'vat', d.issued_on,
      d.year || '-' || lpad(d.number::text, greatest(4, length(d.number::text)), '0'),
      d.vat_cents, NULL, NULL
    FROM call d WHERE d.vat_cents <> 0
    UNION ALL
    SELECT p.cluster_id, p.member_id, p.recorded_at, p.id, 'payment', p.received_on, p.reference,
      -p.amount_cents, NULL, NULL
    FROM payment p"""
"""SQL: all that moves what a member owes, in cents; what it pays is below zero."""

_OWN = """EXISTS (SELECT FROM member m WHERE m.cluster_id = app.cluster() AND m.id = {}::uuid
    AND (m.id = app.member() OR (SELECT app.oversees())))"""
"""SQL: whether the caller may read a company's account: its own, or any that it oversees."""

_FROM = "e.at >= {}::date::timestamp AT TIME ZONE 'UTC'"
_UNTIL = "e.at < ({}::date + 1)::timestamp AT TIME ZONE 'UTC'"

_LINES = f"""
    SELECT json_build_object(
      'kind', e.kind,
      'charge_id', CASE e.kind WHEN 'charge' THEN {public_id("chg", "e.id")} END,
      'call_id', CASE e.kind WHEN 'vat' THEN {public_id("cll", "e.id")} END,
      'payment_id', CASE e.kind WHEN 'payment' THEN {public_id("pay", "e.id")} END,
      'written_on', {_DAY.format("e.at")}, 'occurred_on', e.on_day, 'reference', e.reference,
      'amount', {money("e.amount_cents")}, 'evidence', e.evidence) AS item,
      ARRAY[e.at::text, e.id::text] AS keys, e.consortium_id AS opens
    FROM ({_ENTRIES}) AS e WHERE e.cluster_id = app.cluster()"""


def lines(member_id: UUID, first: date, last: date) -> ListQuery:
    """What was written in a member's account from a day to another, both included, in order."""
    return ListQuery(
        select=_LINES,
        order="e.at, e.id",
        after="(e.at, e.id) > ({}::timestamptz, {}::uuid)",
        position_length=2,
        filters=[
            ("e.member_id = {}::uuid", [member_id]),
            (_FROM, [first]),
            (_UNTIL, [last]),
        ],
        parent=(_OWN, [member_id]),
        trace=OPENING,
    )


def statement(member_id: UUID, first: date, last: date) -> ItemQuery:
    """What a member owed before a day, what moved up to another, and what it owes then."""
    before = f"NOT {_FROM.format('$2')}"
    within = _FROM.format("$2")

    def moved(kind: str, sign: str = "") -> str:
        return (
            f"{sign}coalesce(sum(e.amount_cents) FILTER (WHERE {within} AND e.kind = '{kind}'), 0)"
        )

    return ItemQuery(
        f"""
        SELECT json_build_object(
          'member_id', {public_id("mem", "$1::uuid")}, 'from', $2::date, 'until', $3::date,
          'opening', {money(f"coalesce(sum(e.amount_cents) FILTER (WHERE {before}), 0)")},
          'charged', {money(moved("charge"))}, 'vat_amount', {money(moved("vat"))},
          'paid', {money(moved("payment", "-"))},
          'closing', {money("coalesce(sum(e.amount_cents), 0)")}) AS item, NULL AS version
        FROM ({_ENTRIES}) AS e
        WHERE e.cluster_id = app.cluster() AND e.member_id = $1::uuid AND {_UNTIL.format("$3")}
        HAVING {_OWN.format("$1")}""",
        [member_id, first, last],
    )
