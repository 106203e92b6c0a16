"""Days that people give (RFC 3339): never the count of seconds that Pydantic also reads."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written(given: object) -> object:
    if isinstance(given, date) or (isinstance(given, str) and _WRITTEN.fullmatch(given)):
        return given
    raise PydanticCustomError("date_parsing", "Il faut un jour, comme « 2026-03-31 ».")


Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31)), BeforeValidator(_written)]
"""A day, from 1990 to 2199: the longest concession ends before."""
