"""What the operator's commands share: a database behind them, plain refusals, exit codes."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra import embedded, jobs
from app.infra.db import open_database
from app.infra.db.migrate import migrate
from app.kernel.errors import AppError
from app.schedule import schedule
from app.settings import Settings
from app.watch.service import SourceFailure

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)
Result = TypeVar("Result")


@contextmanager
def running_database() -> Iterator[Settings]:
    """Settings with a database behind them, and every subscriber of what will be announced.

    Refusals become one plain line and an exit code: 2 for unusable input, 1 otherwise.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            name = "GRAPPE_" + "_".join(str(part) for part in fault["loc"]).upper()
            err.print(f"{name if fault['loc'] else 'Réglages'} : {fault['msg']}")
        raise typer.Exit(2) from None
    # SIGTERM unwinds as Ctrl-C does: what was started here is stopped here.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    schedule(jobs.queue)
    try:
        with embedded.database(settings) as running:
            yield running
    except AppError as refusal:
        err.print(f"{refusal.title} {refusal.detail or ''}".strip())
        unusable = refusal.status in {400, 422} or isinstance(refusal, SourceFailure)
        raise typer.Exit(2 if unusable else 1) from None


@contextmanager
def ready_database() -> Iterator[Settings]:
    """The same at the newest schema, brought there by whoever is told the owner's URL."""
    with running_database() as settings:
        if settings.database_owner_url is not None:
            migrate(settings.owner_url(), settings.login_url())
        yield settings


def as_owner(act: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Do the operator's act in one transaction of the owner."""

    async def run(settings: Settings) -> Result:
        async with (
            open_database(settings.owner_url(), role=None, size=1) as database,
            database.transaction() as session,
        ):
            return await act(session)

    with ready_database() as settings:
        return asyncio.run(run(settings))
