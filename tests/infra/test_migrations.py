"""Migrations: they give what the models say, they go down and up again."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command

from app.infra.db.migrate import alembic_config, migrate
from app.settings import Settings
from tests.conftest import own_database, own_name

pytestmark = pytest.mark.xdist_group("migrations")


@pytest.fixture(scope="module")
def fresh(settings: Settings) -> Iterator[Settings]:
    """A database of its own: these tests tear it down."""
    with own_database(settings, own_name("migrations")) as own:
        yield own


def test_models_and_migrations_agree(fresh: Settings) -> None:
    command.check(alembic_config(fresh.owner_url()))


def test_migrating_again_changes_nothing(fresh: Settings) -> None:
    migrate(fresh.owner_url(), fresh.login_url())


def test_every_migration_goes_down_and_up_again(fresh: Settings) -> None:
    config = alembic_config(fresh.owner_url())
    command.downgrade(config, "base")
    with psycopg.connect(fresh.owner_url()) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'procrastinate%' AND relname <> 'alembic_version'"
        ).fetchall()
    assert left == []
    migrate(fresh.owner_url(), fresh.login_url())
