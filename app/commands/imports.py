"""`grappe import`: notices from files, from a source now, or from a source over past days."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from app.commands import err, out, ready_database
from app.commands.contracts import import_contracts
from app.commands.watch import SourceName
from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER
from app.kernel.clock import system_clock
from app.settings import Settings
from app.watch import service as watch
from app.watch.contracts.service import DECP
from app.watch.domain import Counts
from app.watch.sources.folder import files_in


def import_notices(
    source: SourceName,
    paths: Annotated[list[Path] | None, typer.Argument(help="More files.")] = None,
    *,
    file: Annotated[
        list[Path] | None, typer.Option(help="A file or a folder; more may follow it.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day of a range to fill."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Its last day; today without it."),
    ] = None,
    take_over: Annotated[
        bool, typer.Option(help="Go on at once with an import whose process was killed.")
    ] = False,
) -> None:
    """Import notices from files (a record, an envelope, an array; .gz too), or from the source.

    Without a file, the source itself is asked, if it is on: for what it published lately, or on
    the days given. The same range asked for again goes on where it was left. ``decp`` names no
    source but essential data, contracts that run: from files alone.
    """
    files = [*(file or []), *(paths or [])]
    if source == DECP:
        import_contracts(files)
        return
    if (files and since) or (until and not since):
        err.print("--from (et --to) remplit une période depuis la source, sans fichier.")
        raise typer.Exit(2)
    days = (since.date(), (until or system_clock()).date()) if since else None
    with ready_database() as settings:
        if files:
            asyncio.run(_import_files(settings, source, files))
        else:
            asyncio.run(_import_source(settings, source, days, take_over=take_over))


async def _import_files(settings: Settings, source: str, files: list[Path]) -> None:
    async with open_database(settings.login_url(), role=IMPORTER, size=2) as database:
        for path in files:
            if path.is_dir():
                await _import_folder(database, source, path)
                continue
            with _progress(path.name) as progress:
                run = await watch.import_file(
                    database, path, source=source, clock=system_clock, progress=progress
                )
            _report(path.name, run.counts)


async def _import_folder(database: Database, source: str, folder: Path) -> None:
    """Every file of a folder; those that cannot be read are told, and the others arrive."""
    files = files_in(folder)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as bar:
        task = bar.add_task(folder.name, total=len(files))
        counts, refused = await watch.import_files(
            database,
            files,
            source=source,
            clock=system_clock,
            progress=lambda done, one: bar.update(task, completed=done, description=one.label),
        )
    _report(f"{folder.name} ({len(files)} fichiers)", counts)
    for label, reason in refused.items():
        err.print(f"{label} : {reason}")
    if refused:
        raise typer.Exit(2)


async def _import_source(
    settings: Settings, source: str, days: tuple[date, date] | None, *, take_over: bool
) -> None:
    async with open_database(settings.login_url(), role=IMPORTER, size=2) as database:
        with _progress(source, days) as progress:
            asking = watch.Asking(
                database, contact=settings.contact, clock=system_clock, progress=progress
            )
            if days is None:
                run = await watch.import_source(asking, source, sole=take_over)
            else:
                run = await watch.backfill_source(asking, source, *days, sole=take_over)
    if run is None:
        err.print(f"La source {source} est éteinte : grappe sources on {source}")
        raise typer.Exit(1)
    _report(source, run.counts)
    if run.error is not None:
        err.print(run.error)
        raise typer.Exit(2)


@contextmanager
def _progress(label: str, days: tuple[date, date] | None = None) -> Iterator[watch.Progress]:
    """A bar over the days, or a count; plain lines where nobody watches a terminal."""
    if not err.is_terminal:
        yield _lines(label, days)
        return
    columns = (TextColumn("{task.description}"), BarColumn()) if days else (SpinnerColumn(),)
    total = (days[1] - days[0]).days + 1 if days else None
    text = TextColumn("{task.fields[said]}")
    with Progress(*columns, text, TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task(label, total=total, said="")

        def show(run: watch.Run) -> None:
            bar.update(task, completed=_days_done(run, days), said=_said(run))

        yield show


def _lines(label: str, days: tuple[date, date] | None) -> watch.Progress:
    """A line for each day of a range; nothing for an import, whose report is enough."""
    told: set[date] = set()

    def show(run: watch.Run) -> None:
        if days is None or run.reached is None or run.reached in told:
            return
        told.add(run.reached)
        total = (days[1] - days[0]).days + 1
        err.print(f"{label} : jour {_days_done(run, days)} sur {total}, {_said(run)}")

    return show


def _days_done(run: watch.Run, days: tuple[date, date] | None) -> int:
    if days is None or run.reached is None:
        return 0
    return (min(max(run.reached, days[0]), days[1]) - days[0]).days + 1


def _said(run: watch.Run) -> str:
    at = f", {run.reached:%d/%m/%Y}" if run.reached else ""
    return f"{run.counts.seen} avis{at}"


def _report(label: str, counts: Counts) -> None:
    out.print(
        f"{label} : {counts.seen} lus, {counts.new} nouveaux, {counts.changed} modifiés, "
        f"{counts.same} inchangés, {counts.set_aside} mis de côté",
        soft_wrap=True,
    )
    for reason, number in counts.reasons.items():
        out.print(f"  {number} × {reason}", soft_wrap=True)
