"""Shapes of how one wishes to be told, on the wire."""

from typing import Annotated

from pydantic import Field

from app.alerts.digests.domain import Preference, Rhythm
from app.infra.http.schemas import In, Out

Hour = Annotated[
    int, Field(strict=True, ge=0, le=23, description="A wall hour in the cluster's zone.")
]
Weekday = Annotated[
    int, Field(strict=True, ge=1, le=7, description="Of a weekly mail: 1 is Monday.")
]


class PreferenceIn(In):
    """How the caller, in their present role, wishes to be told by mail."""

    digest: Rhythm
    hour: Hour = 7
    weekday: Weekday = 1

    def preference(self) -> Preference:
        """What the use case takes."""
        return Preference(self.digest, self.hour, self.weekday)


class PreferenceOut(Out):
    """How the caller, in their present role, is told by mail."""

    digest: Rhythm
    hour: Hour
    weekday: Weekday
