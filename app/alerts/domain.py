"""Rules of private addresses."""

from app.kernel.errors import Conflict

MAX_ADDRESSES = 20
"""Live addresses of one person in one role: one per device, and some to spare."""


class TooManyAddresses(Conflict):
    """Whoever needs a further one closes one that serves no more."""

    code = "too_many_calendar_addresses"
    title = "Vous avez trop d'adresses de calendrier : supprimez-en une."
