"""`grappe token`: keys of programs."""

from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import SCOPES
from app.commands import as_owner
from app.kernel.clock import system_clock
from app.people import service as people
from app.people.tokens.service import check_scopes

token_app = typer.Typer(help="API tokens.", no_args_is_help=True, add_completion=False)


@token_app.callback()
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
