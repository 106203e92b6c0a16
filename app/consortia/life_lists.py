"""Hot read of every step of a joint answer: each row of its life, in order."""

from uuid import UUID

from app.infra.db import ItemQuery, instant, public_id

_NONE = "NULL::uuid"
_WORDLESS = "NULL::text"
STEPS = (
    ("party.invited", "party", "invited_at", _NONE, "x.id", "x.role"),
    ("party.joined", "party", "joined_at", "x.joined_by", "x.id", "x.role"),
    ("party.left", "party", "left_at", _NONE, "x.id", "x.role"),
    ("split.written", "split", "written_at", "x.person_id", _NONE, "x.number::text"),
    ("agreement.proposed", "agreement", "proposed_at", "x.person_id", _NONE, "x.form"),
    ("agreement.withdrawn", "agreement", "withdrawn_at", _NONE, _NONE, "x.form"),
    ("agreement.approved", "approval", "approved_at", "x.person_id", "x.party_id", "x.evidence"),
    ("application.submitted", "application", "recorded_at", "x.person_id", _NONE, "x.platform"),
    ("bid.submitted", "submission", "submitted_at", "x.person_id", _NONE, "x.platform"),
    ("round.opened", "round", "recorded_at", "x.person_id", _NONE, "x.ground"),
    ("party.failed", "failure", "recorded_at", "x.person_id", "x.party_id", "x.kind"),
    (
        "composition.changed",
        "composition_change",
        "recorded_at",
        "x.person_id",
        "coalesce(x.joining_id, x.leaving_id)",
        "x.ground",
    ),
    ("succession.offered", "succession", "recorded_at", "x.person_id", "x.to_id", "x.reason"),
    ("lead.succeeded", "succession", "taken_at", "x.taken_by", "x.to_id", "x.reason"),
    ("mandate.given", "mandate", "recorded_at", "x.person_id", "x.party_id", "x.evidence"),
    ("mandate.ended", "mandate", "ended_at", _NONE, "x.party_id", _WORDLESS),
    ("party.undertook", "undertaking", "recorded_at", "x.person_id", "x.party_id", "x.text"),
    ("award.recorded", "award", "recorded_at", "x.person_id", _NONE, "x.outcome"),
    ("award.reversed", "award", "reversed_at", "x.reversed_by", _NONE, "x.reversal_reason"),
    ("consortium.withdrawn", "withdrawal", "withdrawn_at", "x.person_id", _NONE, "x.reason"),
)
"""Kind, table, and its columns: when, by whom, of which party, in a word. No amount among them."""

_UNION = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, x.{at} AS at, {person} AS person_id, {party} AS party_id,"
    f" {note} AS note, x.id FROM {table} x"
    f" WHERE x.cluster_id = c.cluster_id AND x.consortium_id = c.id AND x.{at} IS NOT NULL"
    for kind, table, at, person, party, note in STEPS
)

_STEPS = f"""
    SELECT json_build_object('items', (
      SELECT coalesce(json_agg(json_build_object(
        'kind', s.kind, 'at', {instant("s.at")}, 'person_id', {public_id("per", "s.person_id")},
        'party_id', {public_id("par", "s.party_id")}, 'note', s.note)
        ORDER BY s.at, s.id, s.kind), '[]')
      FROM ({_UNION}) s)) AS item, NULL AS version
    FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid"""


def steps(consortium_id: UUID) -> ItemQuery:
    """Every step that the caller may see, oldest first."""
    return ItemQuery(_STEPS, [consortium_id])
