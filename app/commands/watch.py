"""`grappe sources`: where notices come from, as the operator sees it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands import as_owner, err, out, ready_database
from app.commands.freshness import line
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER
from app.kernel.clock import system_clock
from app.settings import Settings
from app.watch import service as watch
from app.watch.models import Source
from app.watch.sources.settings import BadSettings

sources_app = typer.Typer(
    help="The watch's sources, off until turned on.", no_args_is_help=True, add_completion=False
)


SourceName = Annotated[str, typer.Argument(help="Its name in `grappe sources list`.")]


@sources_app.command("list")
def list_sources() -> None:
    """Show each source and how fresh it is."""
    for source in as_owner(watch.list_sources):
        out.print(_line(source), soft_wrap=True)


@sources_app.command("add")
def add(
    source: Annotated[str, typer.Argument(help="Its name from now on.")],
    *,
    kind: Annotated[str, typer.Option(help="How it is asked and read: ocds, feed, folder …")],
    url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    paging: Annotated[str | None, typer.Option(help="OCDS: links, pages, offset or none.")] = None,
    path: Annotated[
        Path | None, typer.Option(help="Of a folder, absolute, on each worker's machine.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=value, again for more (docs/sources.md lists them)."),
    ] = None,
    catalogue: Annotated[
        str | None, typer.Option(help="Another source whose notices bear the same numbers.")
    ] = None,
) -> None:
    """Make a source known; `grappe sources on` turns it on."""
    pairs = [f"{name}={given}" for name, given in (("paging", paging), ("path", path)) if given]
    pairs += settings or []

    async def act(session: AsyncSession) -> Source:
        return await watch.add_source(
            session,
            source,
            kind=kind,
            base_url=url,
            settings=_settings(pairs),
            catalogue=catalogue,
        )

    out.print(_line(as_owner(act)), soft_wrap=True)


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


@sources_app.command("retry")
def retry(source: SourceName) -> None:
    """Read again what imports of a source set aside: after an update that mends a reader.

    A document that never arrived is asked for again, when the source is on.
    """
    with ready_database() as settings:
        run = asyncio.run(_retry(settings, source))
    out.print(
        f"{source} : {run.counts.seen} relus, {run.counts.new} nouveaux, "
        f"{run.counts.changed} modifiés, {run.counts.same} dépassés, "
        f"{run.counts.set_aside} encore de côté",
        soft_wrap=True,
    )
    for reason, number in run.counts.reasons.items():
        out.print(f"  {number} × {reason}", soft_wrap=True)
    if run.error is not None:
        err.print(run.error)
        raise typer.Exit(2)


async def _retry(settings: Settings, source: str) -> watch.Run:
    async with open_database(settings.login_url(), role=IMPORTER, size=2) as database:
        asking = watch.Asking(database, contact=settings.contact, clock=system_clock)
        return await watch.retry_set_aside(asking, source)


def _line(source: Source) -> str:
    return line(source, system_clock())


def _settings(pairs: list[str]) -> dict[str, Any]:
    """``key=value`` pairs as settings; ``group.key=value`` goes into a group."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        group, dot, key = name.partition(".")
        if not sign or not name:
            raise BadSettings(f"{pair} (clé=valeur).")
        if not dot:
            found[name] = value
        elif isinstance(found.setdefault(group, {}), dict):
            found[group][key] = value
    return found
