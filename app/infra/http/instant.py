"""Instants that people give, in any offset (RFC 3339): PostgreSQL refuses those past 15:59."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_BEGUN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


def _written(given: object) -> object:
    # Pydantic also reads a count of seconds since 1970, which nobody means.
    if isinstance(given, datetime) or (isinstance(given, str) and _BEGUN.match(given)):
        return given
    raise PydanticCustomError(
        "datetime_parsing", "Il faut un instant, comme « 2026-03-31T12:00:00+02:00 »."
    )


def _in_utc(given: datetime) -> datetime:
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(
            "year_out_of_range", "Il faut une année de 1 à 9999, en UTC."
        ) from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_written)]
"""A moment with its offset, kept in UTC."""
