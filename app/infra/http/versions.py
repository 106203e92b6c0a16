"""Which version of what is written anew: in the path, and the one to compare with."""

from typing import Annotated

from fastapi import Depends, Path, Query

_MAX = 2**31

Number = Annotated[int, Path(ge=1, le=_MAX, description="The number of a version.")]


def _before(
    number: Number,
    since: Annotated[
        int | None,
        Query(ge=0, le=_MAX, description="The version to compare with; else the one before."),
    ] = None,
) -> int:
    return number - 1 if since is None else since


Before = Annotated[int, Depends(_before)]
"""The version that another is compared with: the one asked for, else the one before it."""
