"""`grappe codelists`: what codes mean, from the official files."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from app.commands import err, out, ready_database
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER
from app.settings import Settings
from app.watch.codes.domain import CodeList
from app.watch.codes.service import Imported, import_codes

SHOWN = 20
"""Refused lines that are told one by one."""

codelists_app = typer.Typer(
    help="Code lists: CPV and NUTS, in French and English.",
    no_args_is_help=True,
    add_completion=False,
)


@codelists_app.callback()
def codelists() -> None:
    """Hold the group open: it has one command."""


@codelists_app.command("import")
def import_list(
    kind: Annotated[CodeList, typer.Argument(help="Which list.")],
    file: Annotated[Path, typer.Argument(help="The official file: CSV, or XML of the CPV.")],
) -> None:
    """Import a list; again, it changes nothing. Without it, the service knows the CPV groups
    and the French departments and regions.
    """
    with ready_database() as settings:
        done = asyncio.run(_import(settings, kind, file))
    out.print(
        f"{file.name} : {done.total + len(done.refused)} lus, {done.new} nouveaux, "
        f"{done.changed} modifiés, {done.same} inchangés, {len(done.refused)} refusés",
        soft_wrap=True,
    )
    for line in done.refused[:SHOWN]:
        out.print(f"  ligne {line.line} : {line.reason}", soft_wrap=True)
    if len(done.refused) > SHOWN:
        out.print(f"  et {len(done.refused) - SHOWN} autres")


async def _import(settings: Settings, kind: CodeList, file: Path) -> Imported:
    columns = Progress.get_default_columns()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(file.name, total=None)
        async with open_database(settings.login_url(), role=IMPORTER, size=1) as database:
            return await import_codes(
                database,
                kind,
                file,
                progress=lambda now: bar.update(task, total=now.total, completed=now.done),
            )
