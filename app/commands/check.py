"""`grappe check`: whether what is stored still holds together, cluster by cluster."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.calls import verify as calls
from app.clusters.models import Cluster
from app.commands import as_owner, err, out
from app.contributions import verify as contributions
from app.journal import verify as journal
from app.journal.domain import NotedSeal
from app.kernel.errors import NotFound
from app.kernel.report import Report
from app.ledger import verify as ledger

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Check:
    """What one room keeps true of a cluster.

    ``size`` is how many steps it will take; ``run`` tells ``advance`` of each that it took.
    """

    name: str
    size: Callable[[AsyncSession, Cluster], Awaitable[int]]
    run: Callable[[AsyncSession, Cluster, NotedSeal | None, Advance], Awaitable[Report]]


async def _journal_size(session: AsyncSession, cluster: Cluster) -> int:
    return await journal.chain_length(session, cluster.cluster_id)


async def _journal(
    session: AsyncSession, cluster: Cluster, noted: NotedSeal | None, advance: Advance
) -> Report:
    return await journal.check_chain(session, cluster.cluster_id, noted=noted, advance=advance)


async def _books_size(_session: AsyncSession, _cluster: Cluster) -> int:
    return len(ledger.RULES)


async def _books(
    session: AsyncSession, cluster: Cluster, _noted: NotedSeal | None, advance: Advance
) -> Report:
    return await ledger.check_books(session, cluster.cluster_id, advance=advance)


async def _accounts_size(_session: AsyncSession, _cluster: Cluster) -> int:
    return len(contributions.RULES)


async def _accounts(
    session: AsyncSession, cluster: Cluster, _noted: NotedSeal | None, advance: Advance
) -> Report:
    return await contributions.check_accounts(session, cluster.cluster_id, advance=advance)


async def _calls_size(_session: AsyncSession, _cluster: Cluster) -> int:
    return len(calls.RULES)


async def _calls(
    session: AsyncSession, cluster: Cluster, _noted: NotedSeal | None, advance: Advance
) -> Report:
    return await calls.check_calls(session, cluster.cluster_id, advance=advance)


CHECKS = (
    Check("journal", _journal_size, _journal),
    Check("livres", _books_size, _books),
    Check("comptes", _accounts_size, _accounts),
    Check("appels", _calls_size, _calls),
)
"""Every check of the product, in the order in which it is said."""


def check(
    cluster: Annotated[str | None, typer.Option(help="This cluster only, by its slug.")] = None,
    seal: Annotated[
        str | None,
        typer.Option(help="A seal noted earlier (SEQ:HASH or DAY:HASH): proves nothing was cut."),
    ] = None,
) -> None:
    """Verify what is stored, cluster by cluster; exit code 1 when something was touched."""
    if seal is not None and cluster is None:
        raise typer.BadParameter("Précisez le regroupement du sceau avec --cluster.")

    async def act(session: AsyncSession) -> int:
        noted = NotedSeal.read(seal) if seal is not None else None
        # One moment for all: what is written meanwhile would look touched.
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        query = select(Cluster).order_by(Cluster.slug)
        clusters = list(
            await session.scalars(
                query if cluster is None else query.where(Cluster.slug == cluster)
            )
        )
        if cluster is not None and not clusters:
            raise NotFound("Aucun regroupement de ce nom.")
        return await _check_all(session, clusters, noted)

    faults = as_owner(act)
    if faults:
        err.print(f"{faults} anomalies.")
        raise typer.Exit(1)


async def _check_all(
    session: AsyncSession, clusters: list[Cluster], noted: NotedSeal | None
) -> int:
    faults = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as progress:
        for cluster in clusters:
            for one in CHECKS:
                bar = progress.add_task(
                    f"{cluster.slug} : {one.name}", total=await one.size(session, cluster)
                )
                report = await one.run(session, cluster, noted, partial(progress.advance, bar))
                progress.remove_task(bar)
                _say(cluster, one, report)
                faults += report.faults
    return faults


def _say(cluster: Cluster, one: Check, report: Report) -> None:
    state = f"{report.faults} ANOMALIES" if report.faults else "intact"
    out.print(f"{cluster.slug} : {one.name} {state}, {report.summary}", soft_wrap=True)
    for fault in report.shown:
        out.print(f"  {fault}", soft_wrap=True)
    if report.faults > len(report.shown):
        out.print(f"  … et {report.faults - len(report.shown)} autres")
