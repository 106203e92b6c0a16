"""Who may read the books."""

from app.kernel.access import Permission, require
from app.kernel.actor import Actor


def read_books(actor: Actor) -> None:
    """Raise Forbidden unless the actor may read the books."""
    require(actor, Permission.READ_BOOKS)
