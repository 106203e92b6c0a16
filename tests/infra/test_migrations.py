"""Migrations: they give what the models say, they go down and up again."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command

from app.infra.db.migrate import alembic_config, migrate
from app.settings import Settings
from tests.conftest import login_of, own_database, own_name, owner_of


@pytest.fixture(scope="module")
def fresh(settings: Settings) -> Iterator[Settings]:
    """A database of its own: these tests tear it down."""
    with own_database(settings, own_name("migrations")) as own:
        yield own


def test_models_and_migrations_agree(fresh: Settings) -> None:
    command.check(alembic_config(owner_of(fresh)))


def test_migrating_again_changes_nothing(fresh: Settings) -> None:
    migrate(owner_of(fresh), login_of(fresh))


def test_every_migration_goes_down_and_up_again(fresh: Settings) -> None:
    config = alembic_config(owner_of(fresh))
    command.downgrade(config, "base")
    with psycopg.connect(owner_of(fresh)) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'procrastinate%' AND relname <> 'alembic_version'"
        ).fetchall()
    assert left == []
    migrate(owner_of(fresh), login_of(fresh))
