"""`grappe serve`: the API as a process."""

from typing import Annotated

import typer

from app.commands import out, ready_database
from app.server import serve as serve_api


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demo cluster when the database is empty.")
    ] = False,
) -> None:
    """Serve the API (and, by default, a job worker) until Ctrl-C."""
    with ready_database() as settings:
        serve_api(settings, demo=demo, out=out)
