"""Trial 8, in the catalogue: every table, function and grant keeps the rules of the walls.

See docs/decisions/0002-walls.md. ``grants.txt`` lists what requests may touch, so that a new
grant shows in review. Each rule is broken here too, to see that its query tells.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from tests.access.catalogue import (
    DEFINERS_OF_OTHERS,
    GRANTED,
    KEYS_THAT_BEGIN_ELSEWHERE,
    LOOSE_DEFINERS,
    NOT_FORCED,
    OPEN_TENANTS,
    REFERENCES_THAT_LEAVE_THE_CLUSTER,
    UNIQUE_ACROSS_CLUSTERS,
    VIEWS_OF_THEIR_OWNER,
    WITHOUT_CLUSTER,
    found,
)

pytestmark = pytest.mark.xdist_group("access")

GRANTS = Path(__file__).with_name("grants.txt")

_SHARED = "reference data, the same for all who sign in"
_PEOPLE = "people belong to the installation; no request has a grant on it"
_CHAIN = "the operator's acts are chained too, outside of any scope; requests have no grant on it"
_BEFORE = "read before the cluster is known; no request has a grant on it"
_QUEUE = "the queue's tables have no row security, see 0004"
EXCEPTIONS: dict[str, dict[str, str]] = {
    WITHOUT_CLUSTER: {
        **dict.fromkeys(("notice", "notice_version", "source", "import_run", "set_aside"), _SHARED),
        **dict.fromkeys(("code_label", "contract", "notice_pair"), _SHARED),
        **dict.fromkeys(("person", "attempt", "password_reset", "identity"), _PEOPLE),
        **dict.fromkeys(("second_factor", "recovery_code"), _PEOPLE),
    },
    NOT_FORCED: {},
    OPEN_TENANTS: {
        **dict.fromkeys(("audit_head", "audit_seal", "unsealed_opening"), _CHAIN),
        **dict.fromkeys(("membership", "token"), _BEFORE),
    },
    KEYS_THAT_BEGIN_ELSEWHERE: {},
    UNIQUE_ACROSS_CLUSTERS: {
        "uq_cluster_slug": "the operator alone makes clusters",
        "uq_token_hash": "of 256 random bits: nobody meets another's",
    },
    REFERENCES_THAT_LEAVE_THE_CLUSTER: {},
    LOOSE_DEFINERS: {},
    DEFINERS_OF_OTHERS: {
        "assigned": "names clusters to the job that tells who took on a notice; the job's alone",
        "clusters_that_answer": "names clusters to the job that reminds them; its own",
        "clusters_to_seal": "names clusters to the job that seals their days; the job's alone",
        "clusters_to_tell": "names clusters to the job that tells of matches; the job's alone",
        "join_groups": "makes what a cluster joined of its decisions; called by the next two",
        "pair_decided": "a trigger: remakes what the deciding cluster joined, and no other",
        "regroup": "tells groups of notices to be one, clusters too; the importer's alone",
        "match": "matches notices with all searches, tells their number; the job's alone",
        "clusters_with_mail": "names clusters to the job that sends their mails; the job's alone",
        "followers": "names clusters to the job that brings them news; the job's alone",
        "procrastinate_defer_jobs_v1": _QUEUE,
    },
    VIEWS_OF_THEIR_OWNER: {},
}
"""What each query finds all the same, and why."""

FRESH = "CREATE TABLE fresh (cluster_id uuid, id uuid, of uuid, PRIMARY KEY (cluster_id, id))"
DEFINER = "CREATE FUNCTION app.fresh() RETURNS uuid SECURITY DEFINER"
AGAIN = "DROP POLICY tenant ON tender; CREATE POLICY tenant ON tender"
TO_ALL_ROLES = "TO grappe_serving, grappe_job, grappe_helper USING (cluster_id = app.cluster())"

BROKEN = [
    (WITHOUT_CLUSTER, "CREATE TABLE fresh (id uuid PRIMARY KEY)", "fresh"),
    (WITHOUT_CLUSTER, "CREATE TABLE fresh (id uuid) PARTITION BY HASH (id)", "fresh"),
    (NOT_FORCED, FRESH, "fresh"),
    (NOT_FORCED, "ALTER TABLE tender DISABLE ROW LEVEL SECURITY", "tender"),
    (NOT_FORCED, "ALTER TABLE tender NO FORCE ROW LEVEL SECURITY", "tender"),
    (OPEN_TENANTS, FRESH, "fresh"),
    (OPEN_TENANTS, "DROP POLICY tenant ON tender", "tender"),
    (OPEN_TENANTS, f"{AGAIN} {TO_ALL_ROLES}", "tender"),
    (OPEN_TENANTS, f"{AGAIN} AS RESTRICTIVE FOR SELECT {TO_ALL_ROLES}", "tender"),
    (OPEN_TENANTS, f"{AGAIN} AS RESTRICTIVE {TO_ALL_ROLES} WITH CHECK (true)", "tender"),
    (OPEN_TENANTS, "ALTER POLICY tenant ON tender USING (true)", "tender"),
    (OPEN_TENANTS, "ALTER POLICY tenant ON tender TO grappe_serving, grappe_job", "tender"),
    (KEYS_THAT_BEGIN_ELSEWHERE, "CREATE TABLE fresh (cluster_id uuid, id uuid)", "fresh"),
    (
        KEYS_THAT_BEGIN_ELSEWHERE,
        "CREATE TABLE fresh (cluster_id uuid, id uuid, PRIMARY KEY (id, cluster_id))",
        "fresh",
    ),
    (UNIQUE_ACROSS_CLUSTERS, "CREATE UNIQUE INDEX fresh ON tender (id)", "fresh"),
    (
        REFERENCES_THAT_LEAVE_THE_CLUSTER,
        f"{FRESH}; ALTER TABLE fresh ADD FOREIGN KEY (of, id) REFERENCES tender (cluster_id, id)",
        "fresh fresh_of_id_fkey",
    ),
    (LOOSE_DEFINERS, f"{DEFINER} LANGUAGE sql AS 'SELECT NULL::uuid'", "app.fresh()"),
    (
        LOOSE_DEFINERS,
        f"{DEFINER} LANGUAGE sql SET search_path = public AS 'SELECT NULL::uuid';"
        " REVOKE EXECUTE ON FUNCTION app.fresh FROM PUBLIC",
        "app.fresh()",
    ),
    (LOOSE_DEFINERS, f"{DEFINER} LANGUAGE sql RETURN NULL::uuid", "app.fresh()"),
    (DEFINERS_OF_OTHERS, f"{DEFINER} LANGUAGE sql RETURN NULL::uuid", "fresh"),
    (VIEWS_OF_THEIR_OWNER, "CREATE VIEW fresh AS SELECT FROM tender", "fresh"),
    (VIEWS_OF_THEIR_OWNER, "CREATE MATERIALIZED VIEW fresh AS SELECT FROM tender", "fresh"),
    (
        VIEWS_OF_THEIR_OWNER,
        "CREATE VIEW fresh WITH (security_invoker=false) AS SELECT FROM tender",
        "fresh",
    ),
    (GRANTED, "GRANT SELECT ON token TO grappe_serving", "table token SELECT"),
    (GRANTED, "GRANT SELECT ON token TO PUBLIC", "table token SELECT"),
    (GRANTED, "GRANT UPDATE (title) ON tender TO PUBLIC", "column tender.title UPDATE"),
    (
        GRANTED,
        "CREATE SEQUENCE fresh; GRANT USAGE ON fresh TO grappe_serving",
        "sequence fresh USAGE",
    ),
    (
        GRANTED,
        "CREATE FUNCTION app.fresh() RETURNS int LANGUAGE sql RETURN 1",
        "function app.fresh()",
    ),
    (GRANTED, "GRANT CREATE ON SCHEMA app TO grappe_serving", "schema app CREATE"),
    (GRANTED, "GRANT grappe_job TO grappe_serving", "role grappe_job"),
]


@pytest.fixture
async def catalogue(owner: Database) -> AsyncIterator[AsyncSession]:
    """The catalogue as the owner sees it; nothing that is done to it stays."""
    async with owner.sessions() as session:
        yield session
        await session.rollback()


@pytest.mark.parametrize("query", EXCEPTIONS)
async def test_the_rule_holds_but_for_the_exceptions_that_say_why(
    catalogue: AsyncSession, query: str
) -> None:
    assert await found(catalogue, query) == sorted(EXCEPTIONS[query])


async def test_requests_have_the_grants_that_were_reviewed_and_no_other(
    catalogue: AsyncSession,
) -> None:
    granted = await found(catalogue, GRANTED)
    reviewed = [line for line in GRANTS.read_text().splitlines() if line and line[0] != "#"]
    gone, fresh = sorted(set(reviewed) - set(granted)), sorted(set(granted) - set(reviewed))
    assert (gone, fresh) == ([], []), f"take out of {GRANTS.name}: {gone}; add: {fresh}"


@pytest.mark.parametrize(("query", "statements", "finding"), BROKEN)
async def test_a_broken_rule_is_found(
    catalogue: AsyncSession, query: str, statements: str, finding: str
) -> None:
    before = await found(catalogue, query)
    for statement in statements.split("; "):
        await catalogue.execute(text(statement))
    assert set(await found(catalogue, query)) - set(before) == {finding}
