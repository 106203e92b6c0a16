"""Days that people type."""

from datetime import date

from app.kernel.actor import Actor
from app.kernel.errors import Fault, Invalid


def not_in_future(day: date, actor: Actor, pointer: str) -> None:
    """Raise Invalid for a day to come; ``pointer`` locates it in the input."""
    # A day that has begun anywhere on Earth has begun: overseas members are ahead of UTC.
    if (day - actor.now.date()).days > 1:
        message = "Cette date est encore à venir."
        raise Invalid(message, (Fault(pointer, "in_the_future", message),))
