"""Rules that all of what reaches people shares."""

from app.kernel.errors import Conflict

MAX_ADDRESSES = 20
"""Live addresses of one kind, of one person in one role: one per device, and some to spare."""


class TooManyCalendarAddresses(Conflict):
    """Whoever needs a further one closes one that serves no more."""

    code = "too_many_calendar_addresses"
    title = "Vous avez trop d'adresses de calendrier : supprimez-en une."


class TooManyFeedAddresses(Conflict):
    """Whoever needs a further one closes one that serves no more."""

    code = "too_many_feed_addresses"
    title = "Vous avez trop d'adresses de flux : supprimez-en une."
