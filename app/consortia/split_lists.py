"""Hot reads of the split: row security decides what is shown, PostgreSQL makes JSON."""

from uuid import UUID

from app.infra.db import ItemQuery, instant, money, public_id
from app.journal.openings import OPENING

_LINES = f"""(
    SELECT coalesce(json_agg(json_build_object(
      'party_id', {public_id("par", "n.party_id")}, 'bps', n.bps,
      'amount', {money("n.amount_cents")}, 'fixed', n.fixed_cents IS NOT NULL, 'tasks', n.tasks)
      ORDER BY n.id), '[]')
    FROM split_line n
    WHERE n.cluster_id = p.cluster_id AND n.split_id = p.split_id AND n.lot_id = p.lot_id)"""

_OF_C = "{0}.cluster_id = c.cluster_id AND {0}.consortium_id = c.id"

_SPLIT = f"""
    SELECT json_build_object('number', s.number, 'version', c.version,
      'written_at', {instant("s.written_at")}, 'lots', (
        SELECT coalesce(json_agg(json_build_object(
          'lot_id', {public_id("lot", "p.lot_id")}, 'amount', {money("p.amount_cents")},
          'lines', {_LINES}) ORDER BY p.id), '[]')
        FROM lot_price p WHERE p.cluster_id = s.cluster_id AND p.split_id = s.id)) AS item,
      c.version, c.id AS opens
    FROM consortium c JOIN split s ON {_OF_C.format("s")}
    WHERE c.cluster_id = app.cluster() AND c.id = $1::uuid
    ORDER BY s.number DESC LIMIT 1"""


def split(consortium_id: UUID) -> ItemQuery:
    """The newest version of the split."""
    return ItemQuery(_SPLIT, [consortium_id], trace=OPENING)
