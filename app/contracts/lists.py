"""Hot reads of contracts: row security decides what of each is shown, PostgreSQL makes JSON."""

from uuid import UUID

from app.contracts.domain import ARTICLES, ContractNature, Law, limit_bps
from app.infra.db import ItemQuery, ListQuery, instant, money, public_id
from app.journal.openings import OPENING

BY = (
    f"'recorded_by', {public_id('per', '{0}.person_id')},"
    f" 'recorded_at', {instant('{0}.recorded_at')}"
)

_HEADER = f"""
      'id', {public_id("sct", "k.id")}, 'award_id', {public_id("awd", "k.award_id")},
      'lot_id', {public_id("lot", "k.lot_id")}, 'number', k.number, 'signed_on', k.signed_on,
      'starts_on', k.starts_on, 'months', k.months, 'law', k.law, 'nature', k.nature,
      'form', k.form, 'form_reason', k.form_reason, 'payment', k.payment,
      'amount', {money("k.amount_cents")},
      'maximum', {money("k.maximum_cents")}, 'european_threshold', {money("k.threshold_cents")},
      'account_days', k.account_days, {BY.format("k")}"""

_OF_K = "{0}.cluster_id = k.cluster_id AND {0}.contract_id = k.id"

_PARTS = f"""(
    SELECT coalesce(json_agg(json_build_object('party_id', {public_id("par", "m.party_id")},
      'amount', {money("m.cents")}) ORDER BY m.party_id), '[]')
    FROM (SELECT p.party_id, sum(p.amount_cents)::bigint AS cents FROM contract_part p
      WHERE {_OF_K.format("p")} GROUP BY p.party_id) m)"""

_TOTAL = f"""(SELECT coalesce(sum(p.amount_cents), 0)::bigint FROM contract_part p
    WHERE {_OF_K.format("p")})"""

_CLOSURE = f"""(
    SELECT json_build_object('id', {public_id("clo", "z.id")}, 'ground', z.ground,
      'reason', z.reason, 'ended_on', z.ended_on, 'recorded_at', {instant("z.recorded_at")})
    FROM contract_closure z WHERE {_OF_K.format("z")})"""

_LIMIT = " ".join(
    f"WHEN '{law} {one}' THEN {limit_bps(law, one)}" for law in Law for one in ContractNature
)

_AMENDED = f"""(
    SELECT json_build_object(
      'total', {money("b.total")}, 'total_bps', {{0}}, 'low_amount', {money("b.low")},
      'low_amount_bps', {{1}}, 'limit_bps', CASE k.law || ' ' || k.nature {_LIMIT} END)
    FROM (SELECT coalesce(sum(a.change_cents), 0)::bigint AS total,
        coalesce(sum(a.change_cents) FILTER (WHERE a.ground = 'low_amount'), 0)::bigint AS low
      FROM amendment a WHERE {_OF_K.format("a")}) b)""".format(
    # Numeric: ten thousand times the largest amount is no bigint.
    *(
        f"trunc(abs(b.{one})::numeric * 10000 / coalesce(k.amount_cents, k.maximum_cents))::bigint"
        for one in ("total", "low")
    )
)

_CONTRACT = f"""
    SELECT json_build_object({_HEADER}, 'version', c.version, 'parts', {_PARTS},
      'total', {money(_TOTAL)}, 'amended', {_AMENDED}, 'closure', {_CLOSURE}) AS item,
      c.version, c.id AS opens
    FROM signed_contract k
    JOIN consortium c ON c.cluster_id = k.cluster_id AND c.id = k.consortium_id
    WHERE k.cluster_id = app.cluster() AND k.consortium_id = $1::uuid AND k.id = $2::uuid"""

_SEEN = "EXISTS (SELECT FROM consortium c WHERE c.cluster_id = app.cluster() AND c.id = {}::uuid)"
_SEEN_CONTRACT = (
    "EXISTS (SELECT FROM signed_contract k WHERE k.cluster_id = app.cluster()"
    " AND k.consortium_id = {}::uuid AND k.id = {}::uuid)"
)


def contract(consortium_id: UUID, contract_id: UUID) -> ItemQuery:
    """A contract as it now stands."""
    return ItemQuery(_CONTRACT, [consortium_id, contract_id], trace=OPENING)


def contracts(consortium_id: UUID) -> ListQuery:
    """The contracts of a joint answer, newest first."""
    return ListQuery(
        select=f"""
            SELECT json_build_object({_HEADER}) AS item, ARRAY[k.id::text] AS keys,
              k.consortium_id AS opens
            FROM signed_contract k WHERE k.cluster_id = app.cluster()""",
        order="k.id DESC",
        after="k.id < {}::uuid",
        position_length=1,
        filters=[("k.consortium_id = {}::uuid", [consortium_id])],
        parent=(_SEEN, [consortium_id]),
        trace=OPENING,
    )


def of_contract(consortium_id: UUID, contract_id: UUID, item: str, table: str) -> ListQuery:
    """What hangs on a contract, newest first: ``item`` is its JSON, with ``o`` for ``table``."""
    return ListQuery(
        select=f"""
            SELECT json_build_object({item}) AS item, ARRAY[o.id::text] AS keys,
              o.consortium_id AS opens
            FROM {table} o WHERE o.cluster_id = app.cluster()""",
        order="o.id DESC",
        after="o.id < {}::uuid",
        position_length=1,
        filters=[
            ("o.consortium_id = {}::uuid", [consortium_id]),
            ("o.contract_id = {}::uuid", [contract_id]),
        ],
        parent=(_SEEN_CONTRACT, [consortium_id, contract_id]),
        trace=OPENING,
    )


_ORDER = f"""
    'id', {public_id("ord", "o.id")}, 'number', o.number, 'subject', o.subject,
    'ordered_on', o.ordered_on, 'amount', {money("o.amount_cents")},
    'reverses', {public_id("ord", "o.reverses")}, 'parts', (
      SELECT coalesce(json_agg(json_build_object('party_id', {public_id("par", "p.party_id")},
        'amount', {money("p.amount_cents")}) ORDER BY p.party_id), '[]')
      FROM contract_part p WHERE p.cluster_id = o.cluster_id AND p.order_id = o.id),
    {BY.format("o")}"""

_ARTICLE = " ".join(
    f"WHEN '{law} {ground}' THEN '{article}'"
    for law, articles in ARTICLES.items()
    for ground, article in articles.items()
)

_AMENDMENT = f"""
    'id', {public_id("amd", "o.id")}, 'ground', o.ground,
    'article', (SELECT CASE k.law || ' ' || o.ground {_ARTICLE} END FROM signed_contract k
      WHERE k.cluster_id = o.cluster_id AND k.id = o.contract_id),
    'reason', o.reason, 'signed_on', o.signed_on, 'change', {money("o.change_cents")},
    'reverses', {public_id("amd", "o.reverses")},
    {BY.format("o")}"""


def orders(consortium_id: UUID, contract_id: UUID) -> ListQuery:
    """The orders under a framework, and what takes some back."""
    return of_contract(consortium_id, contract_id, _ORDER, "contract_order")


def amendments(consortium_id: UUID, contract_id: UUID) -> ListQuery:
    """The amendments of a contract, and what takes some back."""
    return of_contract(consortium_id, contract_id, _AMENDMENT, "amendment")
