"""Queries of renewals by name: hot reads, the next call first."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.infra.db import ListQuery, money, public_id
from app.kernel.days import months_after
from app.watch.contracts.domain import LONGEST_LEAD

MAX_CALLS = 3
"""Later calls that are proposed for a contract, the newest."""

# A company's number, its nine first digits, names the buyer whatever its branch. The bounds let
# the index serve them (``:`` follows the digits); the fence of OFFSET keeps the planner, which
# cannot know how few they are, from reading all notices by another index.
_SAME_BUYER = """(
      SELECT * FROM {} o WHERE o.buyer_siret ~>=~ left(c.buyer_siret, 9)
        AND o.buyer_siret ~<~ (left(c.buyer_siret, 9) || ':') OFFSET 0) n"""
_NOTICES = _SAME_BUYER.format("notice")

# The class of the code (four digits), or what wider branch it names.
_CLASS = """CASE WHEN c.cpv[1] LIKE '__00____' THEN left(c.cpv[1], 2)
  ELSE rtrim(left(c.cpv[1], 4), '0') END"""

# The award that names the same holder, about when the contract began.
_NOTICE = f"""coalesce(c.notice_id, (
    SELECT n.id FROM {_NOTICES} WHERE n.kind = 'award'
      AND n.published_on BETWEEN c.started_on - 62 AND c.started_on + 186
      AND n.details @> jsonb_build_object('awards', jsonb_build_array(
        jsonb_build_object('winner_siret', c.holders -> 0 ->> 'id')))
    ORDER BY n.published_on DESC, n.id DESC LIMIT 1))"""

# A call of the same buyer for the same thing, since the window drew near.
_CALLS = f"""(
    SELECT coalesce(json_agg(json_build_object('id', {public_id("not", "later.id")},
      'title', later.title, 'published_on', later.published_on)
      ORDER BY later.published_on DESC, later.id), '[]')
    FROM (
      SELECT n.id, n.title, n.published_on FROM {_NOTICES} WHERE n.kind = 'call'
        AND n.published_on > greatest(c.started_on, c.call_from - 186)
        AND CASE WHEN c.cpv = '{{}}' THEN c.concession AND n.concession
          ELSE n.cpv_branches @> ARRAY[{_CLASS}] END
      ORDER BY n.published_on DESC, n.id LIMIT {MAX_CALLS}) later)"""

# The same contract in the award notice and in the essential data is told once, by the latter.
_TWIN = f"""c.source <> 'decp' AND EXISTS (
    SELECT FROM {_SAME_BUYER.format("contract")} WHERE n.source = 'decp'
      AND abs(n.started_on - c.started_on) <= 62 AND n.cpv_branches @> ARRAY[{_CLASS}]
      AND n.holders @> jsonb_build_array(jsonb_build_object('id', c.holders -> 0 ->> 'id')))"""

_RENEWALS = f"""
    SELECT json_build_object(
      'id', {public_id("ctr", "c.id")}, 'source', c.source, 'source_id', c.source_id,
      'title', c.title, 'buyer', c.buyer_name, 'buyer_siret', c.buyer_siret, 'cpv', c.cpv,
      'departments', c.departments, 'concession', c.concession, 'framework', c.framework,
      'procedure', c.procedure, 'holders', c.holders,
      'amount', {money("c.amount_cents", "c.currency")}, 'started_on', c.started_on,
      'months', c.months, 'amendments', c.amendments, 'ends_on', c.ends_on,
      'call_from', c.call_from, 'call_to', c.call_to,
      'notice', {public_id("not", _NOTICE)}, 'renewed_by', {_CALLS}) AS item,
      ARRAY[c.call_from::text, c.id::text] AS keys
    FROM contract c WHERE c.call_from IS NOT NULL AND NOT ({_TWIN})"""

_BUYER = "c.buyer_words @@ plainto_tsquery('french', app.fold({}::text))"


@dataclass(frozen=True, slots=True)
class RenewalSearch:
    """What is looked for among renewals; ``call_from`` and ``call_to`` are days between which
    the call may come, both included.
    """

    cpv_branch: str | None = None
    departments: tuple[str, ...] = ()
    buyer: str | None = None
    buyer_number: str | None = None
    call_from: date | None = None
    call_to: date | None = None


def renewals(search: RenewalSearch, today: date) -> ListQuery:
    """The contracts that run still and whose renewal is likely, the next call first."""
    filters: list[tuple[str, list[object]]] = []
    if search.cpv_branch is not None:
        filters.append(("c.cpv_branches @> ARRAY[{}::text]", [search.cpv_branch]))
    if search.departments:
        filters.append(("c.departments && {}::text[]", [list(search.departments)]))
    if search.buyer is not None:
        filters.append((_BUYER, [search.buyer]))
    if search.buyer_number is not None:
        filters.append(("c.buyer_siret LIKE {}::text || '%'", [search.buyer_number]))
    if search.call_from is not None:
        filters.append(("c.call_to >= {}::date", [search.call_from]))
    if search.call_to is not None:
        filters.append(("c.call_from <= {}::date", [search.call_to]))
    opened = months_after(today, -LONGEST_LEAD) - timedelta(days=3)
    return ListQuery(
        select=_RENEWALS,
        order="c.call_from, c.id",
        after="(c.call_from, c.id) > ({}::date, {}::uuid)",
        position_length=2,
        filters=filters,
        # What runs still opened its window no earlier: the index begins there.
        moving=[("c.ends_on >= {}::date", [today]), ("c.call_from >= {}::date", [opened])],
    )
