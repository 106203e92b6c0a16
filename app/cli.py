"""The `grappe` command: what an operator does. Each command calls one use case."""

from typing import Annotated

import typer

from app import demo as demo_cluster
from app import server
from app.commands import out, ready_database, running_database
from app.commands.check import check
from app.commands.clusters import cluster_app, token_app
from app.commands.people import person_app
from app.commands.watch import import_notices, sources_app

app = typer.Typer(
    help="Grappe : répondre ensemble aux appels d'offres, du premier avis au dernier centime.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command("import")(import_notices)
app.command("check")(check)
app.add_typer(sources_app, name="sources")
app.add_typer(cluster_app, name="cluster")
app.add_typer(token_app, name="token")
app.add_typer(person_app, name="person")


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demo cluster when the database is empty.")
    ] = False,
) -> None:
    """Serve the API (and, by default, a job worker) until Ctrl-C."""
    with ready_database() as settings:
        server.serve(settings, demo=demo, out=out)


@app.command()
def worker(
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run background jobs until Ctrl-C; start as many as you like, anywhere."""
    with running_database() as settings:
        server.work(settings, with_parent=with_parent)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema: roles, tables, queue."""
    with ready_database() as settings:
        settings.owner_url()
        out.print("La base est à jour.")


@app.command()
def demo() -> None:
    """Load the demo cluster of Saint-Étienne, whatever else the database holds."""
    with ready_database() as settings:
        demo_cluster.load_demo(settings, out)
        demo_cluster.explain(settings, out)


if __name__ == "__main__":
    app()
