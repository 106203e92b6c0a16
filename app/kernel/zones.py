"""Time zones by their IANA names."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> frozenset[str]:
    """Every zone of the IANA database; read from disk once.

    ``ZoneInfo`` itself also takes what a machine calls its own ("localtime"): nobody's zone.
    """
    return frozenset(available_timezones())
