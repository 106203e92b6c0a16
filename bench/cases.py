"""What is measured: each list, and the query with which the floor gives the same items."""

from dataclasses import dataclass
from itertools import count, islice
from uuid import UUID

from app.infra.db import ListQuery
from app.tenders import repository as tenders
from app.watch import repository as watch

ITEMS = 20
"""Items on a page; the tables hold ``bench.data.ROWS``."""

REQUIRED_SHARE = 0.25
"""Share of the floor's requests per second that the product must reach."""

CLUSTERS_ASKED = 20
"""Clusters that take turns in asking, so that no single page stays hot by itself."""


@dataclass(frozen=True, slots=True)
class Case:
    """A list: its path in the product, its path and query at the floor."""

    name: str
    path: str
    floor_path: str
    floor_sql: str
    of_cluster: bool

    def floor_target(self, cluster: UUID) -> str:
        """The floor's path for a cluster; lists that all clusters share ignore it."""
        return f"{self.floor_path}?cluster={cluster}" if self.of_cluster else self.floor_path


def floor_sql(query: ListQuery) -> str:
    """The same items in the same order, with the cluster as a plain value, the last one.

    The row's expression and the filters are the product's own, so that the shape cannot drift
    apart; paging, sign-in and scope are left out.
    """
    rows, marks = query.select, (f"${place}" for place in count(1))
    for condition, values in query.filters:
        rows += " AND " + condition.format(*islice(marks, len(values)))
    rows = rows.replace("app.cluster()", f"{next(marks)}::uuid")
    return (
        f"SELECT json_build_object('items', json_agg(item), 'next_cursor', NULL)::text"
        f" FROM ({rows} ORDER BY {query.order} LIMIT {ITEMS}) AS page"
    )


CASES = (
    Case(
        name="notices",
        path=f"/v1/notices?limit={ITEMS}",
        floor_path="/notices",
        floor_sql=floor_sql(watch.notices(watch.Search())),
        of_cluster=True,
    ),
    Case(
        name="tenders",
        path=f"/v1/tenders?limit={ITEMS}",
        floor_path="/tenders",
        floor_sql=floor_sql(tenders.tenders(None)),
        of_cluster=True,
    ),
)
