"""Instants that people give, in any offset (RFC 3339): PostgreSQL refuses those past 15:59."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError


def _in_utc(given: datetime) -> datetime:
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(
            "year_out_of_range", "Il faut une année de 1 à 9999, en UTC."
        ) from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its offset, kept in UTC."""
