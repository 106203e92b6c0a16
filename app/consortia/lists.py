"""Hot reads of joint answers: row security decides what of each is shown, PostgreSQL makes JSON."""

from uuid import UUID

from app.contributions import service as contributions
from app.infra.db import ItemQuery, ListQuery, instant, money, public_id
from app.journal import lists as journal
from app.journal.openings import OPENING

_HEADER = f"""
      'id', {public_id("con", "c.id")}, 'tender_id', {public_id("ten", "c.tender_id")},
      'name', c.name, 'form', c.form,
      'form_at_award', c.form_at_award,
      'lead_member_id', {public_id("mem", "c.lead_member_id")},
      'state', c.state, 'version', c.version, 'created_at', {instant("c.created_at")}"""

CONSORTIA = ListQuery(
    select=f"""
        SELECT json_build_object({_HEADER}) AS item, ARRAY[c.id::text] AS keys
        FROM consortium c WHERE c.cluster_id = app.cluster()""",
    order="c.id DESC",
    after="c.id < {}::uuid",
    position_length=1,
)
"""Headers of the consortia that the caller may see, newest first."""

_OF_C = "{0}.cluster_id = c.cluster_id AND {0}.consortium_id = c.id"

_LOT_IDS = f"""(
    SELECT coalesce(json_agg({public_id("lot", "l.lot_id")} ORDER BY l.id), '[]')
    FROM consortium_lot l WHERE {_OF_C.format("l")})"""

_PARTIES = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'id', {public_id("par", "p.id")}, 'member_id', {public_id("mem", "p.member_id")},
      'company_name', p.company_name, 'company_siret', p.company_siret,
      'role', p.role, 'tasks', p.tasks, 'works_for', {public_id("par", "p.works_for")},
      'payment_direct', p.payment_direct, 'payment_terms', p.payment_terms,
      'invited_at', {instant("p.invited_at")},
      'joined_at', {instant("p.joined_at")}, 'left_at', {instant("p.left_at")})
      ORDER BY p.role <> 'lead', p.id), '[]')
    FROM party p WHERE {_OF_C.format("p")} AND p.left_at IS NULL)"""

_APPROVALS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'id', {public_id("app", "y.id")}, 'agreement_id', {public_id("agr", "y.agreement_id")},
      'party_id', {public_id("par", "y.party_id")}, 'approved_at', {instant("y.approved_at")},
      'evidence', y.evidence)
      ORDER BY y.approved_at, y.id), '[]')
    FROM approval y WHERE y.cluster_id = g.cluster_id AND y.agreement_id = g.id)"""

_AGREEMENT = f"""(
    SELECT json_build_object(
      'id', {public_id("agr", "g.id")}, 'split_number', g.split_number, 'form', g.form,
      'proposed_at', {instant("g.proposed_at")}, 'withdrawn_at', {instant("g.withdrawn_at")},
      'approvals', {_APPROVALS})
    FROM agreement g WHERE {_OF_C.format("g")} AND g.withdrawn_at IS NULL)"""

_JUSTIFICATION = f"""(
    SELECT j.text FROM justification j WHERE {_OF_C.format("j")} ORDER BY j.id DESC LIMIT 1)"""

_AWARDS = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'id', {public_id("awd", "a.id")}, 'lot_id', {public_id("lot", "a.lot_id")},
      'outcome', a.outcome, 'amount', {money("a.amount_cents")}, 'notified_on', a.notified_on,
      'winner', a.winner, 'score_hundredths', a.score_hundredths,
      'winner_score_hundredths', a.winner_score_hundredths, 'reason', a.reason)
      ORDER BY a.id), '[]')
    FROM award a WHERE {_OF_C.format("a")} AND a.reversed_at IS NULL)"""

_CONSORTIUM = f"""
    SELECT json_build_object({_HEADER}, 'lot_ids', {_LOT_IDS}, 'parties', {_PARTIES},
      'justification', {_JUSTIFICATION},
      'agreement', {_AGREEMENT}, 'awards', {_AWARDS}) AS item, c.version,
      CASE WHEN EXISTS (SELECT FROM award a
        WHERE {_OF_C.format("a")} AND a.amount_cents IS NOT NULL) THEN c.id END AS opens
    FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid"""

_CONTRIBUTION = f"""
    SELECT rows AS item, NULL AS version,
      CASE WHEN {contributions.SHOWS_AMOUNTS.format("rows")} THEN id END AS opens
    FROM (
      SELECT c.id, {contributions.STATEMENT_ROWS.format(consortium="c.id")} AS rows
      FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid) AS of_c"""


_NAMED = f"""
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object(
        'id', {public_id("nam", "n.id")}, 'person_id', {public_id("per", "n.person_id")},
        'named_by', {public_id("per", "n.named_by")}, 'named_at', {instant("n.named_at")},
        'left_at', {instant("n.left_at")}) ORDER BY n.id), '[]')
      FROM named_person n WHERE {_OF_C.format("n")})) AS item, NULL AS version
    FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid"""


def named_people(consortium_id: UUID) -> ItemQuery:
    """Who is named on a joint answer, in order."""
    return ItemQuery(_NAMED, [consortium_id])


def consortium(consortium_id: UUID) -> ItemQuery:
    """The header, and what row security lets through of the rest."""
    return ItemQuery(_CONSORTIUM, [consortium_id], trace=OPENING)


def contribution(consortium_id: UUID) -> ItemQuery:
    """What ``contributions.statement`` is made of, for a consortium that the caller sees."""
    return ItemQuery(_CONTRIBUTION, [consortium_id], trace=OPENING)


def trail(consortium_id: UUID) -> ListQuery:
    """What happened in a consortium, for its parties and overseers: there is none for others."""
    mine = (
        "EXISTS (SELECT FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = {}::uuid"
        " AND (c.id = ANY ((SELECT app.my_consortia())::uuid[]) OR (SELECT app.oversees())))"
    )
    return journal.trail(consortium_id, parent=(mine, [consortium_id]))
