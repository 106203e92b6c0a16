"""`grappe cluster`: tenants."""

import getpass
import sys
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.clusters.domain import Admission, Language
from app.commands import as_owner, out
from app.kernel.actor import Role
from app.kernel.clock import system_clock
from app.people import service as people

cluster_app = typer.Typer(help="Clusters (tenants).", no_args_is_help=True, add_completion=False)


@cluster_app.callback()
def group() -> None:
    """Keep a group of one command a group."""


@cluster_app.command("create")
def create_cluster(
    name: str,
    *,
    slug: Annotated[str, typer.Option(help="Short name, for commands.")],
    coordinator: Annotated[str, typer.Option(help="Mail address of the first coordinator.")],
    zone: Annotated[str, typer.Option(help="IANA time zone.")] = "Europe/Paris",
    language: Annotated[Language, typer.Option(help="Of its mails and pages.")] = Language.FRENCH,
    admission: Annotated[
        Admission, typer.Option(help="Who admits companies; a vote needs members.")
    ] = Admission.COORDINATOR,
) -> None:
    """Create a cluster and its first coordinator; asks for the password (or reads one line)."""
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    now = system_clock()

    async def act(session: AsyncSession) -> str:
        cluster = await clusters.create_cluster(
            session,
            name=name,
            slug=slug,
            zone=zone,
            language=language,
            admission=admission,
            now=now,
        )
        await people.enrol_person(
            session,
            cluster_id=cluster.cluster_id,
            email=coordinator,
            name=coordinator,
            password=password,
            role=Role.COORDINATOR,
            member_id=None,
            now=now,
        )
        return cluster.slug

    out.print(f"Regroupement créé : {as_owner(act)}")
