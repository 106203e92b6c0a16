"""Who reads what of the watch."""

from app.kernel.actor import Actor, Role
from app.kernel.errors import Forbidden


def read_set_aside(actor: Actor) -> None:
    """Raise Forbidden unless the caller coordinates the cluster."""
    if actor.role is not Role.COORDINATOR:
        raise Forbidden
