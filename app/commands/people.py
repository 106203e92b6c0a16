"""`grappe person`: who may come in at all."""

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands import as_owner, out
from app.kernel.clock import system_clock
from app.people import service as people

person_app = typer.Typer(
    help="People of the whole installation.", no_args_is_help=True, add_completion=False
)

Email = Annotated[str, typer.Option(help="The person's mail address.")]


@person_app.command("disable")
def disable(email: Email) -> None:
    """Shut a person out of every cluster, from their next request on."""

    async def act(session: AsyncSession) -> None:
        await people.disable_person(session, email, system_clock())

    as_owner(act)
    out.print("Accès fermé : sessions, jetons et liens ne servent plus.")


@person_app.command("enable")
def enable(email: Email) -> None:
    """Let a person in again; they sign in anew."""

    async def act(session: AsyncSession) -> None:
        await people.enable_person(session, email, system_clock())

    as_owner(act)
    out.print("Accès rouvert : la personne se connecte à nouveau.")


@person_app.command("reset-second-factor")
def reset_second_factor(email: Email) -> None:
    """Let a person who lost everything sign in by password alone."""

    async def act(session: AsyncSession) -> None:
        await people.reset_second_factor(session, email, system_clock())

    as_owner(act)
    out.print("Second facteur retiré : la personne se connecte par son mot de passe.")
