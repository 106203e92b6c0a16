"""Row security in the words of migrations. What these functions emit must never change: a
migration that has run keeps its meaning. A new kind of wall is a new function.

The rules, tried against PostgreSQL 18 (see docs/decisions/0002-walls.md):

- every table with a cluster is FORCEd, and RESTRICTIVE on the cluster for all but its owner;
- what a person may see inside the cluster is a PERMISSIVE policy for ``grappe_serving``;
- a policy never reads its own table, nor uses NOT EXISTS: membership comes from functions that
  ``grappe_helper`` owns, called once per query inside a sub-select.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

SERVING, JOB, IMPORTER, HELPER = (
    "grappe_serving",
    "grappe_job",
    "grappe_importer",
    "grappe_helper",
)

PARTY = "consortium_id = ANY ((SELECT app.my_consortia())::uuid[])"
"""Rows of the consortia that the caller is a party of."""

OVERSEEN_WHEN_WON = (
    "((SELECT app.oversees()) AND consortium_id = ANY ((SELECT app.won_consortia())::uuid[]))"
)
"""Amounts open to coordinator and treasurer once the consortium has won; never when it lost."""

_OWN_STATE = (
    "(SELECT own.state FROM member AS own"
    " WHERE own.cluster_id = app.cluster() AND own.id = app.member())"
)

PRESENT = f"(app.member() IS NULL OR {_OWN_STATE} IN ('active', 'suspended'))"
"""Whether the caller's company has not left the cluster; people who act for none have not.

A sub-select that is planned with the query and run once for all rows: lists of tenders stand on
it, and a function would cost them several times as much. It fails closed: no such company, no rows.
"""

ACTIVE = f"({_OWN_STATE} = 'active')"
"""Whether the caller acts for a company that may take on something new."""


def wall(
    table: str,
    *,
    visible: str = "true",
    grants: str = "SELECT, INSERT, UPDATE",
    writable: str | None = None,
) -> None:
    """Close ``table``: its cluster apart, then ``visible`` (SQL) for whom it is open inside.

    ``grants`` are those of requests and jobs; leave UPDATE out for a book that only grows.
    ``writable`` is the check on rows written, when it differs from ``visible``.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true)")
    op.execute(
        f"CREATE POLICY tenant ON {table} AS RESTRICTIVE TO {SERVING}, {JOB}, {HELPER}"
        " USING (cluster_id = app.cluster())"
    )
    op.execute(f"CREATE POLICY job_all ON {table} TO {JOB} USING (true)")
    check = f" WITH CHECK ({writable})" if writable else ""
    op.execute(f"CREATE POLICY visible ON {table} TO {SERVING} USING ({visible}){check}")
    op.execute(f"GRANT {grants} ON {table} TO {SERVING}, {JOB}")


def open_to_helper(table: str) -> None:
    """Let membership functions read ``table`` (still inside the caller's cluster)."""
    op.execute(f"CREATE POLICY helper ON {table} FOR SELECT TO {HELPER} USING (true)")
    op.execute(f"GRANT SELECT ON {table} TO {HELPER}")


@contextmanager
def as_helper() -> Iterator[None]:
    """Create (or drop) functions as ``grappe_helper``.

    The owner joins the role for the length of the context only: a standing membership would
    subject the owner to the helper's policies.
    """
    op.execute(f"GRANT CREATE ON SCHEMA app TO {HELPER}")
    op.execute(f"GRANT {HELPER} TO CURRENT_USER")
    op.execute(f"SET LOCAL ROLE {HELPER}")
    yield
    op.execute("RESET ROLE")
    op.execute(f"REVOKE {HELPER} FROM CURRENT_USER")
    op.execute(f"REVOKE CREATE ON SCHEMA app FROM {HELPER}")
