"""`grappe worker`: jobs as a process."""

from typing import Annotated

import typer

from app.commands import running_database
from app.worker import work


def worker(
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run background jobs until Ctrl-C; start as many as you like, anywhere."""
    with running_database() as settings:
        work(settings, with_parent=with_parent)
