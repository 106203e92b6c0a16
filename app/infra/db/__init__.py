"""PostgreSQL: roles, connections, scope, walls."""

from app.infra.db.base import Base, TenantRow
from app.infra.db.connections import Database, Row, open_database
from app.infra.db.queries import ItemQuery, ListQuery, Trace, instant, money, public_id
from app.infra.db.scope import Anyone, enter, enter_cluster, operator_actor, system_actor
from app.infra.db.wire import Query
from app.infra.db.writing import add_all_at_once, add_or_refuse, changed, hold

__all__ = [
    "Anyone",
    "Base",
    "Database",
    "ItemQuery",
    "ListQuery",
    "Query",
    "Row",
    "TenantRow",
    "Trace",
    "add_all_at_once",
    "add_or_refuse",
    "changed",
    "enter",
    "enter_cluster",
    "hold",
    "instant",
    "money",
    "open_database",
    "operator_actor",
    "public_id",
    "system_actor",
]
