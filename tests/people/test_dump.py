"""Trial 28: a dump of the database opens nothing. Every table, those that come later too."""

from collections.abc import AsyncIterator

import pyotp
from sqlalchemy import text

from app.infra.db import Database
from tests.people.steps import enrol, signed_in, with_second_factor
from tests.world import World

WORTH = 8
"""Characters of a secret that would be too many: the prefix of a token is shown on purpose."""


async def dump(owner: Database) -> AsyncIterator[tuple[str, str]]:
    """Every row of every table as text; bytes are hexadecimal in it."""
    async with owner.transaction() as session:
        tables = await session.scalars(
            text(
                "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
                " WHERE table_type = 'BASE TABLE'"
                " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
            )
        )
        for table in list(tables):
            rows = await session.scalars(text(f"SELECT t::text FROM {table} t"))
            for row in rows:
                yield table, row


async def test_a_dump_of_every_table_holds_no_secret_that_serves(
    world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    first = await signed_in(world, email)
    person, totp, recovery = await with_second_factor(world, first)
    made = await person.post("/v1/tokens", {"name": "Dump", "scopes": ["tenders:read"]})
    secrets = [
        *(first.token.removeprefix("grappe_"), person.token.removeprefix("grappe_")),
        *(made.json()["token"].removeprefix("grappe_"), totp, totp.lower()),
        *recovery,
        *(one.replace("-", "") for one in recovery),
        *(one.replace("-", "").lower() for one in recovery),
    ]
    shapes = {
        shape for one in secrets for shape in (one, one.encode().hex(), one.encode().hex().upper())
    }
    shapes.add(pyotp.TOTP(totp).byte_secret().hex())
    # Secrets of tokens are shown by their first letters, so what is looked for is the rest.
    parts = {one[WORTH:] for one in shapes}
    seen = set()
    async for table, row in dump(owner):
        seen.add(table)
        for part in parts:
            assert part not in row, f"{table} holds a secret"
    assert {"public.token", "public.second_factor", "public.recovery_code"} <= seen
