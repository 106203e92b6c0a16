"""Charging by the thousand: one statement prices flows, charges them, and writes the books.

What is due is SQL of another room: rows of ``id`` (the flow's, and its subject's), ``key``,
``seller_id``, ``buyer_id``, ``agreed`` (whether all who may owe have said it), ``nature``,
``base_cents`` (above zero) and ``occurred_on``. One flow, one charge: a flow that has its row is
due no more.
"""

from app.ledger.batches import OPEN_ACCOUNTS, POST_ALL

CHARGED = "EXISTS (SELECT FROM flow f WHERE f.cluster_id = {0}.cluster_id AND f.id = {0}.id)"
"""SQL: whether a run has charged the flow whose alias is ``{0}``."""

# Half up to the cent, as kernel.money.share, in integers that stay within a bigint.
AMOUNT = "base_cents / 10000 * bps + (base_cents % 10000 * bps * 2 + 10000) / 20000"

PRICED = f"""
    rate AS MATERIALIZED (
      SELECT r.nature, r.bps, r.debtor, p.id AS policy_id, p.version, p.valid_from,
        lead(p.valid_from) OVER (PARTITION BY r.nature ORDER BY p.valid_from) AS valid_to
      FROM policy p
      JOIN policy_rate r ON r.cluster_id = p.cluster_id AND r.policy_id = p.id
      WHERE p.cluster_id = app.cluster()),
    owed AS (
      SELECT d.id, h.half, d.nature, d.occurred_on, r.bps, r.policy_id, r.version,
        CASE h.half WHEN 1 THEN d.key ELSE d.key || '/buyer' END AS key,
        CASE h.half WHEN 1 THEN d.seller_id ELSE d.buyer_id END AS member_id,
        d.base_cents AS flow_cents,
        CASE WHEN r.debtor <> 'both_halves' THEN d.base_cents
          WHEN h.half = 1 THEN (d.base_cents + 1) / 2 ELSE d.base_cents / 2 END AS base_cents
      FROM due d JOIN rate r ON r.nature = d.nature AND r.valid_from <= d.occurred_on
        AND (r.valid_to IS NULL OR d.occurred_on < r.valid_to)
      JOIN (VALUES (1), (2)) AS h (half) ON h.half = 1 OR r.debtor = 'both_halves'
      WHERE r.debtor <> 'both_halves' OR d.agreed),
    priced AS (SELECT *, {AMOUNT} AS amount_cents FROM owed)"""
"""SQL: of a relation ``due``, who owes how much and at which rate: that of each flow's own day."""

_EVIDENCE = """jsonb_build_object('trigger', 'invoice', 'source', key,
    'occurred_on', occurred_on, 'flow_base_cents', flow_cents, 'base_cents', base_cents,
    'bps', bps, 'policy_version', version, 'rounding', 'half_up_per_line',
    'amount_cents', amount_cents,
    'ledger_reference', CASE WHEN amount_cents <> 0 THEN key END)"""

_CHARGE = f"""
    line AS MATERIALIZED (
      SELECT *, CASE half WHEN 1 THEN id ELSE app.fresh_id() END AS flow_id,
        app.fresh_id() AS charge_id, app.fresh_id() AS transaction_id, app.fresh_id() AS posting_id
      FROM priced),
    flows AS (
      INSERT INTO flow (cluster_id, id, key, kind, nature, position, subject_id, member_id,
        base_cents, currency, occurred_on, recorded_at)
      SELECT app.cluster(), flow_id, key, 'invoice', nature, 1, id, member_id,
        base_cents, 'EUR', occurred_on, :now FROM line),
    charges AS (
      INSERT INTO charge (cluster_id, id, flow_id, member_id, base_cents, bps, amount_cents,
        currency, policy_id, policy_version, due_on, charged_at, evidence)
      SELECT app.cluster(), charge_id, flow_id, member_id, base_cents, bps, amount_cents,
        'EUR', policy_id, version, occurred_on, :now, {_EVIDENCE} FROM line)"""

_BOOKED = """
    booked AS (
      SELECT l.transaction_id, l.posting_id, l.key AS reference, l.occurred_on,
        'Contribution sur facture' AS memo, a.id AS debit_id,
        CAST(:contributions AS uuid) AS credit_id, l.amount_cents
      FROM line l JOIN account a ON a.member_id = l.member_id WHERE l.amount_cents > 0)"""


def charge_all(due: str) -> str:
    """SQL: charge all of ``due``; gives how many rows were due, the last's id, and what came of it.

    It takes ``:now``, ``:contributions`` (the id of that account), and the accounts of members
    that :data:`OPEN_ACCOUNTS` takes.
    """
    return f"""
        WITH due AS MATERIALIZED ({due}), {PRICED}, {_CHARGE},
        {OPEN_ACCOUNTS.format(used="SELECT member_id FROM line WHERE amount_cents > 0")},
        {_BOOKED}, {POST_ALL}
        SELECT (SELECT count(*) FROM due) AS due,
          (SELECT id FROM due ORDER BY id DESC LIMIT 1) AS reached,
          count(*) AS charges, coalesce(sum(amount_cents), 0) AS amount_cents,
          coalesce(array_agg(DISTINCT member_id), '{{}}') AS members FROM line"""
