"""Who was shown the amounts of which consortium: on record before the answer leaves.

What counts as opening a consortium's amounts is every read from which a party's part or a price
can be computed, whoever reads: the split (its shares too), outcomes with an amount, the
contribution statement, a charge (it shows its base), and a transaction in the books (the amount
divided by the rate is the base). What names no consortium does not count: a member's payments,
the balances of accounts.
"""

import json

import psycopg

from app.infra.db import Anyone, Database, Query, Trace
from app.kernel.errors import NotFound
from app.kernel.ids import new_id

_DUE = """(
    SELECT json_agg(json_build_array(due.consortium_id, due.version))::text
    FROM (
      SELECT shown.opens AS consortium_id, app.amounts_version(shown.opens) AS version
      FROM (SELECT DISTINCT opens FROM ({}) AS read WHERE opens IS NOT NULL) AS shown) AS due
    WHERE NOT EXISTS (
      SELECT FROM opening o
      WHERE o.cluster_id = app.cluster() AND o.person_id = app.my_person()
        AND o.consortium_id = due.consortium_id AND o.version = due.version))"""

_DUE_VERSIONS = """(
    SELECT json_agg(json_build_array(due.consortium_id, due.version))::text
    FROM (
      SELECT DISTINCT (one ->> 0)::uuid AS consortium_id, (one ->> 1)::bigint AS version
      FROM ({}) AS read, jsonb_array_elements(opens) AS one) AS due
    WHERE NOT EXISTS (
      SELECT FROM opening o
      WHERE o.cluster_id = app.cluster() AND o.person_id = app.my_person()
        AND o.consortium_id = due.consortium_id AND o.version = due.version))"""

_RECORD = Query(
    "INSERT INTO opening (cluster_id, id, consortium_id, version, person_id, member_id, at,"
    " origin, request_id)"
    " SELECT app.cluster(), due.id, due.consortium_id, due.version, app.my_person(),"
    " app.member(), $4::timestamptz, $5::text, $6::text"
    " FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS due (id, consortium_id, version)"
    " ON CONFLICT DO NOTHING"
)

_WALL_RISEN = "GW001"
"""SQLSTATE of the trigger that raises walls between rivals."""
_BEHIND_WALL = "row-level security"
"""What row security says of a consortium that has moved behind a wall since it was read."""


def forestalled(error: BaseException | None) -> bool:
    """Whether the record of an opening failed since a wall has risen meanwhile."""
    if not isinstance(error, psycopg.Error):
        return False
    return error.sqlstate == _WALL_RISEN or _BEHIND_WALL in str(error)


async def _record(database: Database, caller: Anyone, due: bytes) -> None:
    """Record openings once; of two readers at the same moment, one does.

    Raises NotFound when a wall has risen between the read and its record: two rivals opened at
    one moment under two hats.
    """
    pairs = json.loads(due)
    values = [
        [new_id() for _ in pairs],
        [consortium_id for consortium_id, _ in pairs],
        [version for _, version in pairs],
        *(caller.now, caller.origin, caller.request_id),
    ]
    try:
        await database.write(caller, _RECORD, values)
    except psycopg.Error as error:
        if forestalled(error):
            raise NotFound from None
        raise


OPENING = Trace(_DUE, _record)
"""The trace of a read that shows amounts; ``opens`` is the consortium that a row shows them of.

Recorded once per person, consortium and version of its split, as ``record_opening`` does.
"""

OPENING_VERSIONS = Trace(_DUE_VERSIONS, _record)
"""The same for a read of versions by their number: ``opens`` is a JSON array of pairs of a

consortium and a number.
"""
