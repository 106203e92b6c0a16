"""Hot reads of what is billed and paid."""

from uuid import UUID

from app.contracts.invoice_repository import (
    APPROVED,
    CAME,
    MOVEMENTS,
    NOT_REFUSED,
    STANDS,
)
from app.contracts.lists import BY, of_contract
from app.infra.db import ItemQuery, ListQuery, money, public_id
from app.journal.openings import OPENING

_PAID = f"""(SELECT coalesce(sum({CAME}), 0)::bigint FROM invoice_payment y
    WHERE y.cluster_id = o.cluster_id AND y.invoice_id = o.id)"""

_DECISION = """(SELECT {} FROM invoice_decision d
    WHERE d.cluster_id = o.cluster_id AND d.invoice_id = o.id)"""

_STATE = f"""CASE WHEN o.reverses IS NOT NULL THEN 'reversal'
    WHEN EXISTS (SELECT FROM invoice b WHERE b.cluster_id = o.cluster_id AND b.reverses = o.id)
      THEN 'reversed'
    ELSE CASE {_DECISION.format("d.approved")} WHEN true THEN 'approved' WHEN false THEN 'refused'
      ELSE 'submitted' END END"""

_INVOICE = f"""
    'id', {public_id("ivc", "o.id")}, 'party_id', {public_id("par", "o.party_id")},
    'kind', o.kind, 'number', o.number, 'period_from', o.period_from, 'period_to', o.period_to,
    'issued_on', o.issued_on, 'amount', {money("o.amount_cents")}, 'vat_bps', o.vat_bps,
    'tax', {money("o.tax_cents")}, 'note', o.note, 'state', {_STATE},
    'decision_reason', {_DECISION.format("d.reason")},
    'reverses', {public_id("ivc", "o.reverses")}, {BY.format("o")}, 'paid', {money(_PAID)}"""


def invoices(consortium_id: UUID, contract_id: UUID) -> ListQuery:
    """What parties bill under a contract, newest first."""
    return of_contract(consortium_id, contract_id, _INVOICE, "invoice")


_ACCOUNT = f"""
    SELECT json_build_object('days', k.account_days, 'moved', (
      SELECT coalesce(json_agg(json_build_array(
        m.invoice_id, m.party_id, m.moved_on, m.amount_cents, m.tax_cents)), '[]')
      FROM ({MOVEMENTS.format(contract="k.id")}) m)) AS item, NULL AS version,
      k.consortium_id AS opens
    FROM signed_contract k
    WHERE k.cluster_id = app.cluster() AND k.consortium_id = $1::uuid AND k.id = $2::uuid"""


def account(consortium_id: UUID, contract_id: UUID) -> ItemQuery:
    """What moved on the joint account of a contract, and how long money may stand on it."""
    return ItemQuery(_ACCOUNT, [consortium_id, contract_id], trace=OPENING)


def _billed(condition: str) -> str:
    return f"""(SELECT coalesce(sum(i.amount_cents), 0)::bigint FROM invoice i
      WHERE i.cluster_id = k.cluster_id AND i.contract_id = k.id AND i.party_id = m.party_id
        AND {STANDS} AND {condition})"""


_OF_THE_PART = f"i.kind IN ('normal', 'advance', 'advance_recovery') AND {NOT_REFUSED}"
_PARTY_PAID = f"""(SELECT coalesce(sum({CAME}), 0)::bigint FROM invoice_payment y
    WHERE y.cluster_id = k.cluster_id AND y.contract_id = k.id AND y.party_id = m.party_id)"""

_PROGRESS = f"""
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object(
        'party_id', {public_id("par", "m.party_id")}, 'part', {money("m.cents")},
        'invoiced', {money(_billed(_OF_THE_PART))},
        'revised', {money(_billed(f"i.kind = 'revision' AND {NOT_REFUSED}"))},
        'penalties', {money(_billed("i.kind = 'penalty'"))},
        'approved', {money(_billed(APPROVED))}, 'paid', {money(_PARTY_PAID)})
        ORDER BY m.party_id), '[]')
      FROM (SELECT p.party_id, sum(p.amount_cents)::bigint AS cents FROM (
          SELECT q.party_id, q.amount_cents FROM contract_part q
          WHERE q.cluster_id = k.cluster_id AND q.contract_id = k.id
          UNION ALL
          SELECT v.party_id, 0 FROM invoice v
          WHERE v.cluster_id = k.cluster_id AND v.contract_id = k.id) p
        GROUP BY p.party_id) m)) AS item, NULL AS version, k.consortium_id AS opens
    FROM signed_contract k
    WHERE k.cluster_id = app.cluster() AND k.consortium_id = $1::uuid AND k.id = $2::uuid"""


def progress(consortium_id: UUID, contract_id: UUID) -> ItemQuery:
    """Each party's part, what it billed, what was approved and paid."""
    return ItemQuery(_PROGRESS, [consortium_id, contract_id], trace=OPENING)
