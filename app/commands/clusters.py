"""`grappe cluster` and `grappe token`: tenants and their keys."""

import getpass
import sys
from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import SCOPES
from app.clusters import service as clusters
from app.clusters.domain import Admission, Language
from app.commands import as_owner, out
from app.kernel.actor import Role
from app.kernel.clock import system_clock
from app.people import service as people
from app.people.tokens import check_scopes

token_app = typer.Typer(help="API tokens.", no_args_is_help=True)
cluster_app = typer.Typer(help="Clusters (tenants).", no_args_is_help=True)


@token_app.callback()
@cluster_app.callback()
def group() -> None:
    """Keep a group of one command a group."""


@token_app.command("create")
def create_token(
    email: Annotated[str, typer.Option(help="The person the token speaks for.")],
    cluster: Annotated[str | None, typer.Option(help="The cluster's slug.")] = None,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "API",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do (tenders:read …), again for more; all by default."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")] = 90,
) -> None:
    """Print a new API token, once; only its hash is stored."""
    now = system_clock()

    async def act(session: AsyncSession) -> str:
        check_scopes(scope or [], SCOPES)
        return await people.create_token(
            session,
            email=email,
            cluster_slug=cluster,
            name=name,
            scopes=scope or None,
            now=now,
            expires_at=now + timedelta(days=days),
        )

    typer.echo(as_owner(act))


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
