"""`grappe import decp`: contracts that run, from files of essential data."""

import asyncio
from pathlib import Path

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.commands import err, out, ready_database
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER
from app.kernel.clock import system_clock
from app.settings import Settings
from app.watch.contracts.service import Imported, import_decp

SHOWN = 20
"""Contracts left out that are told one by one."""


def import_contracts(files: list[Path]) -> None:
    """Import the contracts of these files; again, it changes nothing."""
    if not files:
        err.print("Les données essentielles viennent de fichiers : --file decp.json")
        raise typer.Exit(2)
    with ready_database() as settings:
        for path in files:
            _report(path.name, asyncio.run(_import(settings, path)))


async def _import(settings: Settings, path: Path) -> Imported:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(path.name)
        async with open_database(settings.login_url(), role=IMPORTER, size=1) as database:
            return await import_decp(
                database,
                path,
                clock=system_clock,
                progress=lambda counts: bar.update(
                    task, description=f"{path.name} : {counts.seen} contrats"
                ),
            )


def _report(label: str, done: Imported) -> None:
    counts = done.counts
    out.print(
        f"{label} : {counts.seen} lus, {counts.new} nouveaux, {counts.changed} modifiés, "
        f"{counts.same} inchangés, {counts.set_aside} écartés",
        soft_wrap=True,
    )
    for reason, number in counts.reasons.items():
        out.print(f"  {number} × {reason}", soft_wrap=True)
    for place, reason in done.told[:SHOWN]:
        out.print(f"  contrat n° {place} : {reason}", soft_wrap=True)
