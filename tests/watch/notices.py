"""Short records for imports and searches, each under an id of its own."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.infra.db import Database

_NUMBERS = itertools.count(500_000_000)


def idweb() -> str:
    """An id that no other test uses."""
    return f"26-{next(_NUMBERS)}"


def slim(source_id: str, title: str = "Fourniture de lutrins", **fields: Any) -> dict[str, Any]:
    """A record of six fields, as exports give them."""
    return {
        "idweb": source_id,
        "objet": title,
        "dateparution": "2026-01-12",
        "datelimitereponse": None,
        "nomacheteur": "Ville de Saint-Aubin",
        "url_avis": f"https://www.boamp.fr/pages/avis/?q=idweb:{source_id}",
        **fields,
    }


def national(
    source_id: str, title: str, *, cpv: str = "37311000", lots: Iterable[str] = (), **fields: Any
) -> dict[str, Any]:
    """A whole record of the national form (FNSimple)."""
    body: dict[str, Any] = {
        "organisme": {"nomOfficiel": "VILLE DE SAINT-AUBIN"},
        "initial": {
            "natureMarche": {
                "intitule": title,
                "codeCPV": {"objetPrincipal": {"classPrincipale": cpv}},
                "natureMarche": {"services": ""},
                "description": "Selon le cahier des charges.",
            },
        },
    }
    listed = [{"intitule": name, "description": name} for name in lots]
    if listed:
        body["initial"]["lots"] = {"lot": listed}
    return (
        slim(
            source_id,
            title,
            nature="APPEL_OFFRE",
            etat="INITIAL",
            famille="FNS",
            perimetre="FNSimple",
            type_marche=["SERVICES"],
            code_departement=["44"],
            gestion=json.dumps({"INDEXATION": {"DATE_PUBLICATION": "2026-01-12"}}),
            donnees=json.dumps({"FNSimple": body}),
        )
        | fields
    )


def write(path: Path, content: object) -> Path:
    """A file with this JSON, or these bytes."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


async def stored(database: Database, *source_ids: str) -> dict[str, tuple[UUID, int, str]]:
    """Id, version and title of the notices that are stored, by their id in the source."""
    query = text("SELECT source_id, id, version, title FROM notice WHERE source_id = ANY(:ids)")
    async with database.transaction() as session:
        rows = await session.execute(query, {"ids": list(source_ids)})
        return {row[0]: (row[1], row[2], row[3]) for row in rows}


async def one(database: Database, sql: str, **values: Any) -> Any:
    """The first row of a query, as the owner sees it."""
    async with database.transaction() as session:
        return (await session.execute(text(sql), values)).one()


UNINDEXED = ("alert", "tender_news")
"""What names a notice without an index of it: the product deletes none."""


async def forget(owner: Database, ids: list[str]) -> None:
    """Take thousands of notices out again: every search of later tests would pass them by.

    For each of them PostgreSQL looks whether it is named: by an index, for as long as that takes.
    """
    of_theirs = "notice_id IN (SELECT id FROM notice WHERE source_id = ANY(:ids))"
    async with owner.transaction() as session:
        for table in UNINDEXED:
            await session.execute(text(f"CREATE INDEX passing_{table} ON {table} (notice_id)"))
        for statement in (
            f"DELETE FROM notice_version WHERE {of_theirs}",
            "DELETE FROM notice WHERE source_id = ANY(:ids)",
        ):
            await session.execute(text(statement), {"ids": ids})
        await session.execute(text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        for table in UNINDEXED:
            await session.execute(text(f"DROP INDEX passing_{table}"))
