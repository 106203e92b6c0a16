"""What the catalogue of PostgreSQL is asked: each query gives the names that break its rule."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

OURS = "('app'::regnamespace, 'public'::regnamespace)"

WALLED = """
  SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    AND a.attname = 'cluster_id' AND NOT a.attisdropped
"""
"""Tables of a cluster."""

WITHOUT_CLUSTER = f"""
SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN {OURS}
  AND c.relname NOT LIKE 'procrastinate%' AND c.relname <> 'alembic_version'
  AND c.oid NOT IN ({WALLED})
"""

NOT_FORCED = f"""
SELECT c.relname FROM pg_class c
WHERE c.oid IN ({WALLED}) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
"""

OPEN_TENANTS = f"""
SELECT c.relname FROM pg_class c WHERE c.oid IN ({WALLED}) AND NOT EXISTS (
  SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'
    AND NOT p.polpermissive AND p.polcmd = '*' AND p.polwithcheck IS NULL
    AND pg_get_expr(p.polqual, p.polrelid) = '(cluster_id = app.cluster())'
    AND p.polroles::regrole[]::text[] @> ARRAY['grappe_serving', 'grappe_job', 'grappe_helper'])
"""

KEYS_THAT_BEGIN_ELSEWHERE = f"""
SELECT c.relname FROM pg_class c WHERE c.oid IN ({WALLED}) AND NOT EXISTS (
  SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
  WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attname = 'cluster_id')
"""

UNIQUE_ACROSS_CLUSTERS = f"""
SELECT i.indexrelid::regclass::text FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'cluster_id'
WHERE i.indrelid IN ({WALLED}) AND i.indisunique AND NOT a.attnum = ANY (i.indkey)
"""

REFERENCES_THAT_LEAVE_THE_CLUSTER = f"""
SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k
WHERE k.contype = 'f' AND k.conrelid IN ({WALLED}) AND k.confrelid IN ({WALLED}) AND NOT EXISTS (
  SELECT FROM unnest(k.conkey, k.confkey) AS pair (here, there)
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = here
  JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = there
  WHERE a.attname = 'cluster_id' AND b.attname = 'cluster_id')
"""

LOOSE_DEFINERS = f"""
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.prosecdef AND p.pronamespace IN {OURS}
  AND ((p.prosqlbody IS NULL AND NOT EXISTS (
          SELECT FROM unnest(p.proconfig) one WHERE one LIKE 'search_path=%pg_temp'))
       OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                  WHERE a.grantee = 0))
"""

DEFINERS_OF_OTHERS = f"""
SELECT p.proname FROM pg_proc p
WHERE p.prosecdef AND p.pronamespace IN {OURS} AND p.proowner <> 'grappe_helper'::regrole
"""

VIEWS_OF_THEIR_OWNER = f"""
SELECT c.relname FROM pg_class c
WHERE c.relkind IN ('v', 'm') AND c.relnamespace IN {OURS}
  AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)
"""

GRANTED = f"""
SELECT 'table ' || c.relname || ' ' || string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
FROM pg_class c, aclexplode(c.relacl) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole) AND c.relkind <> 'S'
  AND c.relnamespace IN {OURS} GROUP BY c.relname
UNION ALL
SELECT 'column ' || c.relname || '.' || t.attname || ' ' || a.privilege_type
FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole)
  AND c.relnamespace IN {OURS}
UNION ALL
SELECT 'sequence ' || c.relname || ' ' || a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole) AND c.relkind = 'S'
UNION ALL
SELECT 'function ' || p.oid::regprocedure FROM pg_proc p,
  aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole) AND p.prorettype <> 'trigger'::regtype
  AND p.pronamespace IN {OURS}
UNION ALL
SELECT 'schema ' || n.nspname || ' ' || a.privilege_type FROM pg_namespace n,
  aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
WHERE a.grantee IN (0, 'grappe_serving'::regrole) AND n.oid IN {OURS}
UNION ALL
SELECT 'role ' || roleid::regrole FROM pg_auth_members WHERE member = 'grappe_serving'::regrole
"""
"""What requests may touch, whether granted to them or to all."""


async def found(session: AsyncSession, query: str) -> list[Any]:
    """The only column of a query."""
    return sorted(set(await session.scalars(text(query))))
