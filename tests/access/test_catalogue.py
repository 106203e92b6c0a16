"""Trial 8, in the catalogue: every table, function and grant keeps the rules of the walls.

See docs/decisions/0002-walls.md. ``grants.txt`` lists what requests may touch, so that a new
grant shows in review.
"""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database

pytestmark = pytest.mark.xdist_group("access")

GRANTS = Path(__file__).with_name("grants.txt")

_CHAIN = "the operator's acts are chained too, outside of any scope; requests have no grant on it"
WITHOUT_TENANT = {
    **dict.fromkeys(("audit_head", "audit_seal", "unsealed_opening"), _CHAIN),
    "membership": "read before the cluster is known; no request has a grant on it",
    "token": "read before the cluster is known; no request has a grant on it",
}
"""Walled tables that the helper's functions reach across clusters, and why."""

WALLED = """
  SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    AND a.attname = 'cluster_id' AND NOT a.attisdropped
"""

OPEN_TENANTS = f"""
SELECT c.relname FROM pg_class c WHERE c.oid IN ({WALLED}) AND NOT EXISTS (
  SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'
    AND NOT p.polpermissive AND p.polcmd = '*'
    AND pg_get_expr(p.polqual, p.polrelid) = '(cluster_id = app.cluster())'
    AND p.polroles::regrole[]::text[] @> ARRAY['grappe_serving', 'grappe_job', 'grappe_helper'])
"""

KEYS_THAT_BEGIN_ELSEWHERE = f"""
SELECT c.relname FROM pg_class c WHERE c.oid IN ({WALLED}) AND NOT EXISTS (
  SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
  WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attname = 'cluster_id')
"""

REFERENCES_THAT_LEAVE_THE_CLUSTER = f"""
SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k
WHERE k.contype = 'f' AND k.conrelid IN ({WALLED}) AND k.confrelid IN ({WALLED}) AND NOT EXISTS (
  SELECT FROM unnest(k.conkey, k.confkey) AS pair (here, there)
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = here
  JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = there
  WHERE a.attname = 'cluster_id' AND b.attname = 'cluster_id')
"""

LOOSE_DEFINERS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.prosecdef AND p.pronamespace IN ('app'::regnamespace, 'public'::regnamespace)
  AND ((p.prosqlbody IS NULL AND NOT EXISTS (
          SELECT FROM unnest(p.proconfig) one WHERE one LIKE 'search_path=%pg_temp'))
       OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                  WHERE a.grantee = 0))
"""

VIEWS_OF_THEIR_OWNER = """
SELECT c.relname FROM pg_class c
WHERE c.relkind IN ('v', 'm') AND c.relnamespace IN ('app'::regnamespace, 'public'::regnamespace)
  AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)
"""

GRANTED = """
SELECT 'table ' || c.relname || ' ' || string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
FROM pg_class c, aclexplode(c.relacl) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole) AND c.relkind <> 'S'
  AND c.relnamespace IN ('app'::regnamespace, 'public'::regnamespace) GROUP BY c.relname
UNION ALL
SELECT 'column ' || c.relname || '.' || t.attname || ' ' || a.privilege_type
FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole)
  AND c.relnamespace IN ('app'::regnamespace, 'public'::regnamespace)
UNION ALL
SELECT 'sequence ' || c.relname || ' ' || a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole) AND c.relkind = 'S'
UNION ALL
SELECT 'function ' || p.oid::regprocedure FROM pg_proc p,
  aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole) AND p.prorettype <> 'trigger'::regtype
  AND p.pronamespace IN ('app'::regnamespace, 'public'::regnamespace)
"""


async def found(owner: Database, query: str) -> list[Any]:
    """The only column of a query, as the owner reads the catalogue."""
    async with owner.transaction() as session:
        return sorted(set(await session.scalars(text(query))))


async def test_every_table_of_a_cluster_is_restricted_to_it_for_all(owner: Database) -> None:
    assert await found(owner, OPEN_TENANTS) == sorted(WITHOUT_TENANT)


async def test_every_key_begins_with_the_cluster(owner: Database) -> None:
    assert await found(owner, KEYS_THAT_BEGIN_ELSEWHERE) == []


async def test_no_reference_leaves_the_cluster(owner: Database) -> None:
    assert await found(owner, REFERENCES_THAT_LEAVE_THE_CLUSTER) == []


async def test_functions_with_their_owners_rights_are_pinned_and_closed(owner: Database) -> None:
    assert await found(owner, LOOSE_DEFINERS) == []


async def test_no_view_reads_with_its_owners_rights(owner: Database) -> None:
    assert await found(owner, VIEWS_OF_THEIR_OWNER) == []


async def test_requests_have_the_grants_that_were_reviewed_and_no_other(owner: Database) -> None:
    granted = await found(owner, GRANTED)
    reviewed = [line for line in GRANTS.read_text().splitlines() if line and line[0] != "#"]
    gone, fresh = sorted(set(reviewed) - set(granted)), sorted(set(granted) - set(reviewed))
    assert (gone, fresh) == ([], []), f"take out of {GRANTS.name}: {gone}; add: {fresh}"
