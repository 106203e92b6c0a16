"""The `grappe` command: what an operator does. Each command calls one use case."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS = {
    "serve": "app.commands.serve:serve",
    "worker": "app.commands.worker:worker",
    "migrate": "app.commands.database:migrate",
    "demo": "app.commands.demo:demo",
    "import": "app.commands.imports:import_notices",
    "check": "app.commands.check:check",
    "sources": "app.commands.watch:sources_app",
    "codelists": "app.commands.codelists:codelists_app",
    "cluster": "app.commands.clusters:cluster_app",
    "token": "app.commands.tokens:token_app",
    "person": "app.commands.people:person_app",
}


class Commands(TyperGroup):
    """Reads the rooms of the command that is called, and no other: all of them take seconds."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002
        """Every command's name, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, or None; its class is Typer's private copy of Click's."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command()(found)
            found = alone
        command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    help="Grappe : répondre ensemble aux appels d'offres, du premier avis au dernier centime.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def grappe() -> None:
    """Hold the group open: its commands are read when they are called."""


if __name__ == "__main__":
    app()
