"""Migrations run as the owner, each in a transaction that gives up on a lock it cannot get."""

from contextlib import ExitStack
from importlib import import_module
from typing import Any

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import make_url

from app.infra.db import Base
from app.infra.db.migrate import PROJECT
from app.infra.embedded import database
from app.settings import Settings


def map_every_table() -> None:
    """Load each room's tables, and nothing else of it: the whole API takes seconds."""
    for path in sorted((PROJECT / "app").rglob("*models.py")):
        import_module(".".join(path.relative_to(PROJECT).with_suffix("").parts))


def ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
    """Whether drift in an object counts: tables and columns of ours.

    The queue follows its library. Keys, checks and indexes are said once, in migrations.
    """
    if kind in {"index", "unique_constraint", "foreign_key_constraint"}:
        return not reflected
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    """Migrate the database that the caller named, or the one of the settings."""
    map_every_table()
    with ExitStack() as stack:
        url = context.config.attributes.get("url")
        if url is None:
            owner = stack.enter_context(database(Settings())).database_owner_url
            url = owner.get_secret_value() if owner else ""
        engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            poolclass=pool.NullPool,
            connect_args={"options": "-c lock_timeout=5000 -c timezone=UTC"},
        )
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                include_object=ours,
                transaction_per_migration=True,
                compare_server_default=False,
            )
            with context.begin_transaction():
                context.run_migrations()
        engine.dispose()


run()
