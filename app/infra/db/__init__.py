"""PostgreSQL: roles, connections, scope, walls."""

from app.infra.db.base import Base, TenantRow
from app.infra.db.connections import Database, Page, Query, open_database
from app.infra.db.listing import ListQuery, instant, public_id
from app.infra.db.scope import Anyone, enter, system_actor
from app.infra.db.unique import add_or_refuse

__all__ = [
    "Anyone",
    "Base",
    "Database",
    "ListQuery",
    "Page",
    "Query",
    "TenantRow",
    "add_or_refuse",
    "enter",
    "instant",
    "open_database",
    "public_id",
    "system_actor",
]
