"""What must hold of the joint answers to a tender after each step: queries of what breaks it.

The numbers are those of DOMAIN 5. ``:tender`` is a tender, ``:cluster`` its cluster.
"""

MOVES = {
    ("forming", "proposed"),
    ("proposed", "forming"),
    ("proposed", "agreed"),
    ("agreed", "forming"),
    ("agreed", "submitted"),
    ("forming", "agreed"),
    ("submitted", "forming"),
    ("submitted", "won"),
    ("submitted", "lost"),
    ("submitted", "no_award"),
    ("won", "submitted"),
    ("won", "lost"),
    ("won", "no_award"),
    ("lost", "submitted"),
    ("lost", "won"),
    ("no_award", "submitted"),
    ("no_award", "won"),
    ("forming", "withdrawn"),
    ("proposed", "withdrawn"),
    ("agreed", "withdrawn"),
    ("submitted", "withdrawn"),
    ("won", "withdrawn"),
    ("won", "signed"),
    ("won", "running"),
    ("signed", "running"),
    ("signed", "closed"),
    ("running", "closed"),
}
"""From which state to which one rule of the machine may lead (a rule may be several requests)."""

_OF = "JOIN consortium c ON c.cluster_id = {0}.cluster_id AND c.id = {0}.consortium_id"
_HERE = "c.tender_id = :tender AND c.cluster_id = :cluster"
_RUNNING = "c.state NOT IN ('lost', 'no_award', 'withdrawn')"
_IN = "p.joined_at IS NOT NULL AND p.left_at IS NULL AND p.role IN ('lead', 'co_contractor')"

INVARIANTS = {
    "1: a company is of one running group on a lot": f"""
        SELECT p.member_id, l.lot_id FROM party p {_OF.format("p")}
        JOIN consortium_lot l ON l.cluster_id = c.cluster_id AND l.consortium_id = c.id
        WHERE {_HERE} AND {_RUNNING} AND {_IN} AND p.member_id IS NOT NULL
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "1: nobody leads two groups on a lot (R2142-23)": f"""
        SELECT c.lead_member_id, l.lot_id FROM consortium c
        JOIN consortium_lot l ON l.cluster_id = c.cluster_id AND l.consortium_id = c.id
        WHERE {_HERE} AND {_RUNNING} GROUP BY 1, 2 HAVING count(*) > 1""",
    "exactly one lead, itself a party (R2142-20)": f"""
        SELECT c.id FROM consortium c WHERE {_HERE} AND 1 <> (
          SELECT count(*) FROM party p WHERE p.cluster_id = c.cluster_id
            AND p.consortium_id = c.id AND p.role = 'lead' AND p.left_at IS NULL
            AND p.joined_at IS NOT NULL AND p.member_id = c.lead_member_id)""",
    "2: a split sums to its lots, to the cent": f"""
        SELECT q.split_id, q.lot_id FROM lot_price q {_OF.format("q")}
        WHERE {_HERE} AND q.amount_cents IS DISTINCT FROM (
          SELECT sum(n.amount_cents) FROM split_line n WHERE n.cluster_id = q.cluster_id
            AND n.split_id = q.split_id AND n.lot_id = q.lot_id)""",
    "2: what was agreed names who was in": f"""
        SELECT s.party_id FROM agreement g {_OF.format("g")}
        JOIN split_part s ON s.cluster_id = g.cluster_id AND s.split_id = g.split_id
        JOIN party p ON p.cluster_id = s.cluster_id AND p.id = s.party_id
        WHERE {_HERE} AND p.joined_at IS NULL""",
    "agreed means that every holder approved": f"""
        SELECT c.id, p.id FROM consortium c
        JOIN party p ON p.cluster_id = c.cluster_id AND p.consortium_id = c.id AND {_IN}
        WHERE {_HERE} AND c.state = 'agreed' AND NOT EXISTS (
          SELECT FROM agreement g JOIN approval a
            ON a.cluster_id = g.cluster_id AND a.agreement_id = g.id AND a.party_id = p.id
          WHERE g.cluster_id = c.cluster_id AND g.consortium_id = c.id
            AND g.withdrawn_at IS NULL)""",
    "a bid is out once a round, and no outcome comes before it": f"""
        SELECT c.id FROM consortium c WHERE {_HERE}
        AND c.state IN ('submitted', 'won', 'lost', 'no_award') AND NOT EXISTS (
          SELECT FROM submission s WHERE s.cluster_id = c.cluster_id
            AND s.consortium_id = c.id AND s.round = (
              SELECT coalesce(max(r.number), 0) FROM round r
              WHERE r.cluster_id = c.cluster_id AND r.consortium_id = c.id))""",
    "one lot, one winner": f"""
        SELECT a.lot_id FROM award a {_OF.format("a")}
        WHERE {_HERE} AND a.outcome = 'won' AND a.reversed_at IS NULL
        GROUP BY 1 HAVING count(*) > 1""",
    "the state is what the outcomes amount to": f"""
        SELECT c.id FROM consortium c WHERE {_HERE} AND c.state <> 'withdrawn'
        AND (c.state IN ('won', 'signed', 'running', 'closed')) <> EXISTS (
          SELECT FROM award a WHERE a.cluster_id = c.cluster_id AND a.consortium_id = c.id
            AND a.outcome = 'won' AND a.reversed_at IS NULL)""",
    "2: parts of an award sum to it": f"""
        SELECT a.id FROM award a {_OF.format("a")}
        WHERE {_HERE} AND a.amount_cents IS NOT NULL AND a.amount_cents <> (
          SELECT coalesce(sum(w.amount_cents), 0) FROM award_part w
          WHERE w.cluster_id = a.cluster_id AND w.award_id = a.id)""",
    "4: once frozen, who comes or goes has its ground on record (R2142-26)": f"""
        SELECT p.id FROM party p {_OF.format("p")}
        JOIN audit_entry e ON e.cluster_id = p.cluster_id AND e.subject_id = p.id
          AND e.action IN ('party.joined', 'party.withdrew')
        WHERE {_HERE} AND p.role <> 'subcontractor' AND EXISTS (
          SELECT FROM audit_entry f WHERE f.cluster_id = e.cluster_id
            AND f.consortium_id = c.id AND f.id < e.id
            AND f.action IN ('application.submitted', 'bid.submitted'))
        AND NOT EXISTS (SELECT FROM composition_change x
          WHERE x.cluster_id = p.cluster_id AND p.id IN (x.joining_id, x.leaving_id))""",
    "7: one flow for one receipt, of the same amount": f"""
        SELECT r.id FROM receipt r {_OF.format("r")}
        JOIN party p ON p.cluster_id = r.cluster_id AND p.id = r.party_id
        WHERE {_HERE} AND p.role IN ('lead', 'co_contractor') AND r.amount_cents <> (
          SELECT coalesce(sum(f.base_cents), 0) FROM flow f WHERE f.cluster_id = r.cluster_id
            AND f.key LIKE 'receipt:rec_' || replace(r.id::text, '-', '') || '%')""",
    "8: what a party was charged never falls below zero": f"""
        SELECT f.party_id FROM charge g
        JOIN flow f ON f.cluster_id = g.cluster_id AND f.id = g.flow_id {_OF.format("f")}
        WHERE {_HERE} GROUP BY f.award_id, f.party_id HAVING sum(g.amount_cents) < 0""",
    "6: a charge keeps the version of the day of its flow": f"""
        SELECT g.id FROM charge g
        JOIN flow f ON f.cluster_id = g.cluster_id AND f.id = g.flow_id {_OF.format("f")}
        WHERE {_HERE} AND g.base_cents > 0 AND g.policy_id <> (
          SELECT p.id FROM policy p
          WHERE p.cluster_id = g.cluster_id AND p.valid_from <= f.occurred_on
          ORDER BY p.valid_from DESC LIMIT 1)""",
    "8: what is credited is so at the rate at which it was charged": f"""
        SELECT f.award_id FROM charge g
        JOIN flow f ON f.cluster_id = g.cluster_id AND f.id = g.flow_id {_OF.format("f")}
        WHERE {_HERE} GROUP BY f.award_id, f.party_id, g.policy_id
        HAVING sum(g.base_cents) < 0 OR sum(g.amount_cents) < 0""",
    "7: one flow, one charge, rounded once": f"""
        SELECT g.id FROM charge g
        JOIN flow f ON f.cluster_id = g.cluster_id AND f.id = g.flow_id {_OF.format("f")}
        WHERE {_HERE} AND g.base_cents <> f.base_cents""",
    "8: the parts of a contract sum to what was signed, ordered and amended": f"""
        SELECT s.id FROM signed_contract s {_OF.format("s")}
        WHERE {_HERE} AND (
          SELECT coalesce(sum(w.amount_cents), 0) FROM contract_part w
          WHERE w.cluster_id = s.cluster_id AND w.contract_id = s.id
        ) <> CASE WHEN s.amount_cents IS NULL THEN (
          SELECT coalesce(sum(o.amount_cents), 0) FROM contract_order o
          WHERE o.cluster_id = s.cluster_id AND o.contract_id = s.id
        ) ELSE s.amount_cents + (
          SELECT coalesce(sum(m.change_cents), 0) FROM amendment m
          WHERE m.cluster_id = s.cluster_id AND m.contract_id = s.id) END""",
    "8: no part falls below zero": f"""
        SELECT w.party_id FROM contract_part w {_OF.format("w")}
        WHERE {_HERE} GROUP BY w.contract_id, w.party_id HAVING sum(w.amount_cents) < 0""",
    "what is ordered stays within the maximum (R2162-4)": f"""
        SELECT s.id FROM signed_contract s {_OF.format("s")}
        WHERE {_HERE} AND s.maximum_cents IS NOT NULL AND (
          SELECT coalesce(sum(o.amount_cents), 0) FROM contract_order o
          WHERE o.cluster_id = s.cluster_id AND o.contract_id = s.id
        ) > s.maximum_cents + (
          SELECT coalesce(sum(m.change_cents), 0) FROM amendment m
          WHERE m.cluster_id = s.cluster_id AND m.contract_id = s.id)""",
    "amendments of low amount stay under a tenth together (R2194-8)": f"""
        SELECT s.id FROM signed_contract s {_OF.format("s")}
        JOIN amendment m ON m.cluster_id = s.cluster_id AND m.contract_id = s.id
        WHERE {_HERE} AND m.ground = 'low_amount'
        GROUP BY s.cluster_id, s.id, s.amount_cents, s.maximum_cents, s.threshold_cents
        HAVING abs(sum(m.change_cents)) * 10 >= coalesce(s.amount_cents, s.maximum_cents)
            OR abs(sum(m.change_cents)) >= s.threshold_cents""",
    "9: nobody is paid out of a joint account more than came in for it": f"""
        SELECT i.id FROM invoice i {_OF.format("i")}
        WHERE {_HERE} AND (
          SELECT coalesce(sum(l.amount_cents), 0) FROM account_line l
          WHERE l.cluster_id = i.cluster_id AND l.invoice_id = i.id
        ) < (
          SELECT coalesce(sum(r.amount_cents), 0) FROM invoice_payment y
          JOIN receipt r ON r.cluster_id = y.cluster_id AND r.id = y.receipt_id
          WHERE y.cluster_id = i.cluster_id AND y.invoice_id = i.id AND y.through_account
            AND NOT EXISTS (SELECT FROM receipt b
              WHERE b.cluster_id = r.cluster_id AND b.reverses = r.id))""",
    "10: who is at the door bears no base": f"""
        SELECT f.id FROM flow f {_OF.format("f")}
        JOIN party p ON p.cluster_id = f.cluster_id AND p.id = f.party_id
        WHERE {_HERE} AND (p.member_id IS NULL OR p.role NOT IN ('lead', 'co_contractor'))""",
    "closed means that every contract ended": f"""
        SELECT c.id FROM consortium c
        JOIN signed_contract s ON s.cluster_id = c.cluster_id AND s.consortium_id = c.id
        WHERE {_HERE} AND c.state = 'closed' AND NOT EXISTS (
          SELECT FROM contract_closure x
          WHERE x.cluster_id = s.cluster_id AND x.contract_id = s.id)""",
    "9: a withdrawn answer forecasts nothing": f"""
        SELECT x.id FROM forecast x {_OF.format("x")}
        WHERE {_HERE} AND c.state = 'withdrawn' AND x.superseded_at IS NULL""",
}
