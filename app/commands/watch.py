"""`grappe import` and `grappe sources`: the watch, as its operator sees it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands import as_owner, err, out, ready_database
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER
from app.kernel.clock import system_clock
from app.settings import Settings
from app.watch import service as watch
from app.watch.domain import Counts
from app.watch.models import Source

sources_app = typer.Typer(
    help="The watch's sources, off until turned on.", no_args_is_help=True, add_completion=False
)


SourceName = Annotated[str, typer.Argument(help="Its name in `grappe sources list`.")]


def import_notices(
    source: SourceName,
    paths: Annotated[list[Path] | None, typer.Argument(help="More files.")] = None,
    file: Annotated[list[Path] | None, typer.Option(help="A file; more may follow it.")] = None,
) -> None:
    """Import notices from files (a record, an envelope, an array; .gz too), or from the source.

    Without a file, the source itself is asked, if it is on.
    """
    files = [*(file or []), *(paths or [])]
    with ready_database() as settings:
        if files:
            asyncio.run(_import_files(settings, source, files))
        else:
            asyncio.run(_import_source(settings, source))


async def _import_files(settings: Settings, source: str, files: list[Path]) -> None:
    async with open_database(settings.login_url(), role=IMPORTER, size=2) as database:
        for path in files:
            with _progress(path.name) as progress:
                run = await watch.import_file(
                    database, path, source=source, clock=system_clock, progress=progress
                )
            _report(path.name, run.counts)


async def _import_source(settings: Settings, source: str) -> None:
    async with open_database(settings.login_url(), role=IMPORTER, size=2) as database:
        run = await watch.import_source(
            database, source, contact=settings.contact, clock=system_clock
        )
    if run is None:
        err.print(f"La source {source} est éteinte : grappe sources on {source}")
        raise typer.Exit(1)
    _report(source, run.counts)
    if run.error is not None:
        err.print(run.error)
        raise typer.Exit(2)


@contextmanager
def _progress(label: str) -> Iterator[watch.Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(label)

        def show(counts: Counts) -> None:
            bar.update(task, description=f"{label} : {counts.seen} avis")

        yield show


def _report(label: str, counts: Counts) -> None:
    out.print(
        f"{label} : {counts.seen} lus, {counts.new} nouveaux, {counts.changed} modifiés, "
        f"{counts.same} inchangés, {counts.set_aside} mis de côté",
        soft_wrap=True,
    )
    for reason, number in counts.reasons.items():
        out.print(f"  {number} × {reason}", soft_wrap=True)


@sources_app.command("list")
def list_sources() -> None:
    """Show each source and how fresh it is."""
    for source in as_owner(watch.list_sources):
        out.print(_line(source), soft_wrap=True)


@sources_app.command("on")
def turn_on(
    source: SourceName,
    cron: Annotated[str | None, typer.Option(help="When, as a cron line, Paris time.")] = None,
    window_days: Annotated[int | None, typer.Option(help="How far back it looks.")] = None,
    pace_ms: Annotated[int | None, typer.Option(help="Least wait between requests.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Another address of the source.")] = None,
) -> None:
    """Turn a source on: a worker imports it from now on, at its hours."""

    async def act(session: AsyncSession) -> Source:
        return await watch.enable_source(
            session,
            source,
            base_url=base_url,
            cron=cron,
            window_days=window_days,
            pace_ms=pace_ms,
        )

    out.print(_line(as_owner(act)), soft_wrap=True)


@sources_app.command("off")
def turn_off(source: SourceName) -> None:
    """Turn a source off: nothing calls it any more."""

    async def act(session: AsyncSession) -> Source:
        return await watch.disable_source(session, source)

    out.print(_line(as_owner(act)), soft_wrap=True)


def _line(source: Source) -> str:
    state = "allumée" if source.enabled else "éteinte"
    fresh = (
        f"à jour le {source.last_success_at:%d/%m/%Y %H:%M} UTC" if source.last_success_at else ""
    )
    broken = f"en échec : {source.last_error}" if source.failing_since else ""
    parts = [f"{source.id} : {state}", f"horaire {source.cron}", fresh, broken]
    return ", ".join(part for part in parts if part)
